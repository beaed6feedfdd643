// Large tables, the columns that a reader chooses, and long texts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, within, tableOf, until, violations } from "./browser.mjs";

const box = (page, part) => page.locator(`.part.${part} > details > .scroll`);

/// Moves a box there, and waits until its table is wherever the box is.
async function moveTo(page, part, left, top) {
  await box(page, part).evaluate((element, [x, y]) => element.scrollTo(x, y), [left, top]);
  await until(() => box(page, part).evaluate((element) => {
    const frame = element.getBoundingClientRect(), table = element.querySelector("table").getBoundingClientRect();
    const right = Math.min(frame.right, frame.left + element.scrollWidth - element.scrollLeft), bottom = Math.min(frame.bottom, frame.top + element.scrollHeight - element.scrollTop);
    return table.left <= frame.left + 2 && table.top <= frame.top + 2 && table.right >= right - 20 && table.bottom >= bottom - 20;
  }));
}

async function drawn(page, part) {
  await box(page, part).scrollIntoViewIfNeeded();
  await page.locator(`.part.${part} table[aria-rowcount]`).waitFor();
}

/// Cells as they are there: [[line, column, text, title], ...], from 0, without the headers.
const cellsThere = (page, part) => page.$$eval(`.part.${part} table[aria-rowcount] td`, (cells) => cells.map((cell) =>
  [cell.parentNode.ariaRowIndex - 2, cell.ariaColIndex - 2, cell.textContent, cell.title, cell.className]));

test("a large table holds the cells in view, each what was written, wherever it is moved", async () => {
  let written;
  await within("many", { javaScriptEnabled: false }, async (page) => {
    written = await page.$$eval(".part.metrics tbody tr", (lines) => lines.map((line) => [...line.cells].slice(1).map((cell) => [cell.textContent, cell.title, cell.className])));
  });
  assert.equal(written.length, 200);
  await within("many", {}, async (page) => {
    await drawn(page, "metrics");
    const table = page.locator(".part.metrics table");
    assert.deepEqual([await table.getAttribute("aria-rowcount"), await table.getAttribute("aria-colcount")], ["201", "103"]);
    for (const [left, top] of [[0, 0], [5000, 3000], [900, 600], [1e6, 1e6], [0, 0]]) {
      await moveTo(page, "metrics", left, top);
      const cells = await cellsThere(page, "metrics");
      assert.ok(cells.length > 100 && cells.length < 4000, `${cells.length} cells`);
      for (const [line, column, ...cell] of cells) assert.deepEqual(cell, written[line][column]);
      // Every line is where its number says, and the table ends where its box does.
      const places = await box(page, "metrics").evaluate((element) => {
        const head = element.querySelector("thead").offsetHeight, from = element.getBoundingClientRect().top + element.clientTop - element.scrollTop;
        const lines = [...element.querySelectorAll("tbody tr")];
        const height = lines[0].getBoundingClientRect().height;
        return { off: lines.map((line) => Math.round(line.getBoundingClientRect().top - from - head - (line.ariaRowIndex - 2) * height)).filter(Boolean),
          all: Math.round(head + 200 * height), scrollHeight: element.scrollHeight };
      });
      assert.deepEqual(places.off, []);
      assert.ok(Math.abs(places.all - places.scrollHeight) <= 1);
    }
  });
});

test("a large table is moved by the keyboard, and no accessibility fault is in it", async () => {
  await within("many", {}, async (page) => {
    await drawn(page, "params");
    await box(page, "params").focus();
    await page.keyboard.press("End");
    await until(async () => (await cellsThere(page, "params")).some(([line]) => line === 199));
    assert.deepEqual(await violations(page), []);
  });
});

test("the next difference is found where it is not there yet", async () => {
  await within("many", {}, async (page) => {
    const at = () => page.evaluate(() => {
      const { left, right } = document.activeElement.getBoundingClientRect();
      return [document.activeElement.textContent.replace(/[≠↑↓].*/u, "").trim(), left >= 0 && right <= window.innerWidth];
    });
    await page.keyboard.press("p");
    assert.deepEqual(await at(), ["seed", true]);
    for (let i = 0; i < 3; ++i) await page.keyboard.press("p");
    assert.deepEqual(await at(), ["metric 98", true]);
    await page.keyboard.press("n");
    assert.deepEqual(await at(), ["metric 99", true]);
  });
});

test("a large table fits 1280, 390 and 320 pixels, as written and as drawn", async () => {
  for (const javaScriptEnabled of [true, false])
    await within("many", { javaScriptEnabled }, async (page) => {
      for (const width of [1280, 390, 320]) {
        await page.setViewportSize({ width, height: 900 });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${width}, script ${javaScriptEnabled}`);
      }
    });
});

test("hovering a run moves nothing", async () => {
  await within("normal", {}, async (page) => {
    const places = () => page.$$eval("main *", (all) => all.map((one) => { const { x, y, width, height } = one.getBoundingClientRect(); return [x, y, width, height].map(Math.round).join(); }));
    const header = page.locator(".part.params thead th[data-run='1']");
    await header.evaluate((element) => element.scrollIntoView({ block: "center" }));
    await page.mouse.move(0, 0);
    const before = await places();
    await header.hover();
    assert.equal(await page.locator(".part.params th.hover").count(), 1);
    assert.deepEqual(await places(), before);
  });
});

const heads = async (page, part) => (await tableOf(page, part))[0].map((text) => text.replace(/[≠↑↓].*| baseline/u, "").trim());
const choose = (page, part) => page.locator(`.part.${part} .choose`).click();

test("columns are hidden, pinned and moved from a list by the keyboard, kept in the address", async () => {
  await within("trials", {}, async (page) => {
    const was = await heads(page, "params");
    assert.deepEqual(was.slice(0, 4), ["Run", "batch", "lr", "model.width.0"]);
    await page.locator(".part.params .choose").focus();
    await page.keyboard.press("Enter");
    assert.deepEqual(await violations(page), []);
    const press = async (name, key = "Enter") => {
      await page.getByRole("dialog").getByLabel(name, { exact: true }).focus();
      await page.keyboard.press(key);
    };
    await press("Show batch", " ");
    await press("Pin seed");
    await press("Pin prompt");
    await press("Move up prompt");
    await press("Move down lr");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Move down lr");
    await page.keyboard.press("Escape");
    const chosen = ["Run", "prompt", "seed", "model.width.0", "lr", "model.width.1"];
    assert.deepEqual((await heads(page, "params")).slice(0, 6), chosen);
    assert.equal((await heads(page, "params")).includes("batch"), false);
    assert.equal(await page.locator(".part.params .note").textContent(), "12 of 13 rows shown");
    await page.reload();
    assert.deepEqual((await heads(page, "params")).slice(0, 6), chosen);
    // In the other layout the same rows, in the same order.
    await page.click("text=Switch rows and columns");
    assert.deepEqual((await tableOf(page, "params")).slice(1, 4).map((row) => row[0].replace("≠", "")), ["prompt", "seed", "model.width.0"]);
    await page.click("text=Switch rows and columns");
    await choose(page, "params");
    await page.click("text=As they were");
    await page.keyboard.press("Escape");
    assert.deepEqual(await heads(page, "params"), was);
    assert.doesNotMatch(page.url(), /columns/);
  });
});

test("runs as columns are pinned, moved and hidden in all tables", async () => {
  await within("normal", {}, async (page) => {
    await choose(page, "params");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Pin run-3", { exact: true }).click();
    await dialog.getByLabel("Move up run-2", { exact: true }).click();
    await dialog.getByLabel("Show run-1", { exact: true }).uncheck();
    await page.keyboard.press("Escape");
    for (const part of ["params", "metrics"]) assert.deepEqual((await heads(page, part)).slice(1), ["run-3", "run-0", "run-2"]);
    assert.equal(await page.isChecked('input[aria-label="Show run-1"]'), false);
    assert.match(decodeURIComponent(page.url()), /hide=1&columns=\[\["runs",\[3\],\[\[2,1\]\],\[\]\]\]/);
  });
});

test("a pinned column stays in view where a table is moved, large or not", async () => {
  for (const [name, pinned] of [["trials", "seed"], ["many", "param 50"]]) {
    const opened = await open(name);
    const section = await opened.page.evaluate(() => [...document.querySelectorAll("main > .part")].filter((part) => part.querySelector(":scope > details > .scroll > table")).findIndex((part) => part.matches(".params")));
    await opened.close();
    // The plots are put there by the script, and hold no table.
    await within(name, { hash: "#columns=" + encodeURIComponent(JSON.stringify([[section, [pinned], [], []]])), width: 800 }, async (page) => {
      await box(page, "params").scrollIntoViewIfNeeded();
      for (const left of [0, 300]) {
        await moveTo(page, "params", left, 0);
        const places = await box(page, "params").evaluate((element) => {
          const frame = element.getBoundingClientRect();
          return [...element.querySelectorAll("tr")].slice(0, 3).map((line) => [line.cells[0], line.cells[1]].map((cell) => Math.round(cell.getBoundingClientRect().left - frame.left)));
        });
        for (const line of places) assert.deepEqual(line, places[0]);
        assert.equal(places[0][0], 0, `${name} at ${left}`);
        assert.ok(places[0][1] > 50 && places[0][1] < 350, `${name} at ${left}: ${places[0][1]}`);
      }
      assert.equal((await heads(page, "params"))[1], pinned);
    });
  }
});

test("a column's head is dragged to another place, and pressed it still sorts", async () => {
  await within("trials", {}, async (page) => {
    const head = (title) => page.locator(`.part.params thead th:has(button[title="Sort by ${title}"])`);
    await head("model.width.1").scrollIntoViewIfNeeded();
    const from = await head("model.width.1").boundingBox(), to = await head("batch").boundingBox();
    await page.mouse.move(from.x + 20, from.y + 15);
    await page.mouse.down();
    await page.mouse.move(to.x + 60, to.y + 15);
    await page.mouse.move(to.x + 6, to.y + 15);
    assert.equal(await page.locator(".drop").count(), 1);
    await page.mouse.up();
    assert.deepEqual((await heads(page, "params")).slice(0, 4), ["Run", "model.width.1", "batch", "lr"]);
    assert.equal(await page.locator("[aria-sort]").count(), 0);
    await head("batch").locator("button").click();
    assert.equal(await page.locator(".part.params [aria-sort=ascending]").count(), 1);
    assert.equal(await page.locator(".drop, .dragging").count(), 0);
  });
});

test("an address with columns that are not there does no harm", async () => {
  for (const columns of ["[[99,[1]]]", "{broken", "[[\"runs\",[999,-1,\"x\"],[[0]],3]]", "[[3,[\"none\",\"none\"],[[\"x\",\"y\"]],[\"z\"]]]", "[[\"length\",[1]],null,7]"]) {
    await within("normal", { hash: "#columns=" + encodeURIComponent(columns) }, async (page) => {
      assert.deepEqual(await heads(page, "params"), ["Param", "run-0", "run-1", "run-2", "run-3"], columns);
    });
  }
});

test("a long text is its beginning in the table, and whole beside the baseline's in a dialog", async () => {
  await within("trials", { javaScriptEnabled: false }, async (page) => {
    const cell = page.locator(".part.params .long").first();
    assert.equal(await cell.locator("summary").textContent(), "You are a careful assistant.…");
    assert.match(await cell.locator("div").textContent(), /Rule 20: say 0\.\n.*Rule 29: be brief\.\n$/s);
  });
  await within("trials", {}, async (page) => {
    const more = page.locator(".part.params").getByLabel("Show all of prompt of trial-2", { exact: true });
    assert.equal(await more.evaluate((button) => button.parentNode.textContent), "You are a careful assistant.…");
    await page.fill("input[type=search]", "prompt");
    await more.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    assert.deepEqual(await dialog.locator("del, ins").allTextContents(), ["- Rule 20: say 0.\n", "+ Rule 20: say 2.\n"]);
    assert.deepEqual(await violations(page), []);
    await dialog.locator("input").uncheck();
    assert.match(await dialog.locator("pre").textContent(), /^You are a careful assistant\.\nRule 0.*say 2\./s);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog").count(), 0);
    assert.equal(await page.inputValue("input[type=search]"), "prompt");
  });
});
