// Opens the pages that pages.cpp wrote in Chromium and checks what a reader sees and does. PAGES is their folder.
import assert from "node:assert/strict";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { after, before, test } from "node:test";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const folder = process.env.PAGES;
const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const names = ["normal", "hostile", "one", "crowd", "plain", "artifacts", "media", "figures", "sections", "series"];

// Where the hostile page's artifacts want to go. What the policy stops may be announced, but never comes to be a connection.
const outside = process.env.OUTSIDE;
let connections = 0;
const server = net.createServer((socket) => {
  ++connections;
  socket.destroy();
});

// For a fault that would hang the test: no statement about how quick a page or the machine is.
const lastResort = 600000;

let browser;
before(async () => {
  await new Promise((resolve, reject) => { server.once("error", reject).listen(new URL(outside).port, "127.0.0.1", resolve); });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    timeout: lastResort,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
});
after(async () => {
  await browser.close();
  server.close();
});

/// A page, and all that it did which a comparison must not do.
async function open(name, { hash = "", width = 1280, height = 900, ...context } = {}) {
  const session = await browser.newContext({ viewport: { width, height }, acceptDownloads: true, ...context });
  const page = await session.newPage();
  page.setDefaultTimeout(lastResort);
  // The page gives plotly.js half a minute, which a busy machine may need for its three megabytes.
  await page.addInitScript((least) => {
    const begin = window.setTimeout;
    window.setTimeout = (work, wait, ...rest) => begin(work, wait >= 10000 ? least : wait, ...rest);
  }, lastResort);
  const faults = [];
  // A frame's own inline script is refused by the policy; that is what the policy is for.
  page.on("console", (message) => {
    if (message.type() === "error" && !/sandboxed|Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("dialog", (dialog) => { faults.push("dialog: " + dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => {
    if (!/^(file|data|blob|about):/.test(request.url()) && !request.url().startsWith(outside)) faults.push("request: " + request.url());
  });
  await page.goto("file://" + path.join(folder, name + ".html") + hash);
  return { page, faults, close: () => session.close() };
}

const within = async (name, options, work) => {
  const opened = await open(name, options);
  try {
    await work(opened.page, opened.faults);
    assert.deepEqual(opened.faults, []);
    assert.equal(connections, 0, "something on the page connected to elsewhere");
  } finally {
    await opened.close();
  }
};

/// The texts of a table's cells as a person reads them, hidden words left out: [[header, cell, ...], ...].
const tableOf = (page, part, nth = 0) => page.locator(`.part.${part} table`).nth(nth).evaluate((table) => [...table.rows].map((row) => [...row.cells].map((cell) => {
  const copy = cell.cloneNode(true);
  for (const hidden of copy.querySelectorAll("i, .arrow")) hidden.remove();
  return copy.textContent.trim();
})));
const rowOf = async (page, part, name) => (await tableOf(page, part)).find((row) => row[0].replace(/[↓↑≠].*/u, "").trim() === name);
const chartData = (page, index = 0) => page.$$eval(".chart > svg", (svgs, i) => ({ ...svgs[i].dataset }), index);
const readout = (page, index = 0) => page.$$eval(".readout", (all, i) => [...all[i].children].map((part) => part.textContent), index);

async function until(condition) {
  for (const begin = Date.now(); !await condition() && Date.now() - begin < lastResort;) await new Promise((resolve) => { setTimeout(resolve, 20); });
}

async function openEverything(page) {
  await page.evaluate(() => { for (const details of document.querySelectorAll("details")) details.open = true; });
}

async function violations(page) {
  // axe is put into the page past its policy, by the debugger.
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Runtime.evaluate", { expression: axeSource });
  const { result } = await cdp.send("Runtime.evaluate", {
    expression: `axe.run(document, {iframes: false}).then((found) => JSON.stringify(found.violations.map((v) =>
      v.id + ": " + v.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + " -- " + node.failureSummary).join("; "))))`,
    awaitPromise: true, returnByValue: true,
  });
  return JSON.parse(result.value);
}

for (const name of [...names, "many", "curves"]) {
  test(`${name}: no error, no request, no dialog, no code of a user's`, async () => {
    await within(name, {}, async (page) => {
      await openEverything(page);
      for (const frame of page.frames()) await frame.waitForLoadState("load");
      assert.equal(await page.evaluate(() => window.hacked), undefined);
      assert.equal(await page.evaluate(() => ({}).polluted), undefined);
    });
  });
}

for (const name of names) {
  test(`${name}: no accessibility fault in light and dark with everything open`, async () => {
    await within(name, { colorScheme: "light" }, async (page) => {
      await openEverything(page);
      if (name === "normal") await page.click("button.fold");
      assert.deepEqual(await violations(page), []);
      await page.emulateMedia({ colorScheme: "dark" });
      assert.deepEqual(await violations(page), []);
    });
  });
  test(`${name}: fits 1280, 390 and 320 pixels, with and without script`, async () => {
    for (const javaScriptEnabled of [true, false])
      await within(name, { javaScriptEnabled }, async (page) => {
        for (const width of [1280, 390, 320]) {
          await page.setViewportSize({ width, height: 900 });
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(wider <= 0, `${wider} pixels too wide at ${width}, script ${javaScriptEnabled}`);
        }
      });
  });
}

test("images, sound and video of every format are decoded, and what only says so is not", async () => {
  await within("media", {}, async (page) => {
    await openEverything(page);
    const images = page.locator(".artifact img");
    assert.equal(await images.count(), 4);
    await until(() => images.evaluateAll((all) => all.every((image) => image.complete)));
    assert.deepEqual(await images.evaluateAll((all) => all.map((image) => image.naturalWidth)), [2, 1, 1, 1]);
    const players = page.locator(".artifact :is(audio, video)");
    assert.deepEqual(await players.evaluateAll((all) => all.map((player) => player.localName)), ["video", "audio", "video"]);
    await until(() => players.evaluateAll((all) => all.every((player) => player.readyState >= 1 || player.error)));
    assert.deepEqual(await players.evaluateAll((all) => all.map((player) => player.error && player.error.message)), [null, null, null]);
    assert.deepEqual(await players.evaluateAll((all) => all.map((player) => player.videoWidth || 0)), [16, 0, 16]);
    assert.equal(await page.locator("audio").evaluate((player) => player.duration), 0.1);
    assert.match(await page.locator(".artifact .notice").first().textContent(), /whatever its name says/);
    assert.equal(await page.locator(".artifact pre").count(), 5);
    assert.equal(await page.locator(".artifact a[download]").count(), 7);
  });
});

test("without script every table, text and curve is there", async () => {
  await within("normal", { javaScriptEnabled: false }, async (page) => {
    assert.deepEqual(await rowOf(page, "params", "lr"), ["lr≠", "0.1", "0.05", "0.0333333", "0.025"]);
    assert.equal(await page.locator(".chart path.line").count(), 8);
    assert.match(await page.locator(".artifact pre").first().textContent(), /line of run 0/);
    assert.equal(await page.locator(".tools").count(), 0);
  });
});

test("the script's tables are the ones that were written", async () => {
  for (const name of ["normal", "artifacts", "plain", "hostile"]) {
    let written;
    await within(name, { javaScriptEnabled: false }, async (page) => {
      written = await page.$$eval("main > .part > details > .scroll > table td", (cells) => cells.map((cell) => [cell.className, cell.textContent, cell.title]));
    });
    await within(name, {}, async (page) => {
      // A dict's groups are lines of their own.
      const shown = await page.$$eval("main > .part > details > .scroll > table tr:not(.group) td", (cells) => cells.map((cell) => [cell.className, cell.textContent, cell.title]));
      assert.deepEqual(shown, written);
    });
  }
});

test("the filter keeps rows by name and by value", async () => {
  await within("normal", {}, async (page) => {
    await page.fill("input[type=search]", "SGD");
    assert.deepEqual((await tableOf(page, "params")).slice(1).map((row) => row[0]), ["optimizer≠"]);
    assert.equal(await page.locator(".part.metrics .note").textContent(), "0 of 5 rows shown");
    await page.fill("input[type=search]", "acc");
    assert.deepEqual((await tableOf(page, "metrics")).slice(1).map((row) => row[0]), ["accuracy↑ guessed≠"]);
    assert.match(page.url(), /#filter=acc$/);
    await page.keyboard.press("Escape");
    assert.equal((await tableOf(page, "metrics")).length, 6);
  });
});

test("differences only leaves the rows that differ between the runs that are shown", async () => {
  await within("normal", {}, async (page) => {
    await page.click("text=Differences only");
    assert.deepEqual((await tableOf(page, "params")).slice(1).map((row) => row[0]), ["layers≠", "lr≠", "optimizer≠", "warmup≠"]);
    await page.uncheck('input[aria-label="Show run-1"]');
    await page.uncheck('input[aria-label="Show run-3"]');
    assert.deepEqual((await tableOf(page, "params")).slice(1).map((row) => row[0]), ["layers≠", "lr≠"]);
    assert.deepEqual((await tableOf(page, "params"))[0], ["Param", "run-0 baseline", "run-2"]);
    assert.equal(await page.locator('.legend li[data-run="1"]').isVisible(), false);
    assert.equal(await page.locator(".chart >> nth=1 >> path.line").count(), 2);
    assert.equal(await page.locator(".artifact:visible").count(), 2);
  });
});

test("the best is that of the runs shown, and NaN is never it", async () => {
  await within("normal", {}, async (page) => {
    const best = async (name) => page.$$eval(".part.metrics tr", (rows, wanted) =>
      [...rows.find((row) => row.cells[0].firstChild.data === wanted).cells].flatMap((cell, i) => (cell.classList.contains("w") ? [i - 1] : [])), name);
    assert.deepEqual(await best("accuracy"), [3]);
    assert.deepEqual(await best("loss"), [0]);
    assert.deepEqual(await best("f1"), [3]);
    await page.uncheck('input[aria-label="Show run-3"]');
    assert.deepEqual(await best("accuracy"), [2]);
    assert.deepEqual(await best("f1"), [1]);  // run-2 has NaN
  });
});

test("the baseline can be any run, and differences and percents are to it", async () => {
  await within("normal", {}, async (page) => {
    await page.check('input[aria-label="Compare to run-1"]');
    await page.selectOption(".tools select", "difference");
    assert.deepEqual((await rowOf(page, "metrics", "accuracy")).slice(1), ["-0.02", "0.92", "+0.02", "+0.04"]);
    assert.deepEqual((await rowOf(page, "metrics", "f1")).slice(1), ["-0.05", "0.85", "NaN", "+0.1"]);
    await page.selectOption(".tools select", "percent");
    assert.deepEqual((await rowOf(page, "params", "lr")).slice(1), ["+100 %", "0.05", "-33.3 %", "-50 %"]);
    assert.deepEqual((await rowOf(page, "params", "optimizer")).slice(1), ["adam", "sgd", "adam", "sgd"]);
    const exact = await page.$$eval(".part.params td", (cells) => cells.map((cell) => cell.title).filter(Boolean));
    assert.ok(exact.includes("0.03333333333333333"));
    assert.match(page.url(), /baseline=1&show=percent/);
  });
});

test("rows sort by a run's values and runs by a row's, missing values last", async () => {
  await within("normal", {}, async (page) => {
    const press = (part, title) => page.click(`.part.${part} button[title="Sort by ${title}"]`);
    await press("overview", "lr");
    assert.deepEqual((await tableOf(page, "overview")).slice(1).map((row) => row[0]), ["run-3", "run-2", "run-1", "run-0 baseline"]);
    assert.equal(await page.locator(".part.overview th[aria-sort=ascending]").count(), 1);
    assert.deepEqual((await rowOf(page, "params", "layers")).slice(1), ["4", "3", "2", "1"]);
    await press("overview", "warmup");
    await press("overview", "warmup");
    assert.equal((await tableOf(page, "overview"))[1][0], "run-1");
    await press("metrics", "run-0");
    assert.deepEqual((await tableOf(page, "metrics")).slice(1).map((row) => row[1]), ["0.015625", "0.8", "0.9", "4", "7850"]);
    await press("metrics", "run-0");
    assert.equal((await tableOf(page, "metrics"))[1][1], "7850");
    await press("metrics", "run-0");
    assert.equal(await page.locator("[aria-sort]").count(), 0);
  });
});

test("runs and rows change places", async () => {
  await within("normal", {}, async (page) => {
    const asColumns = await tableOf(page, "params");
    await page.click("text=Switch rows and columns");
    const asRows = await tableOf(page, "params");
    assert.deepEqual(asRows[0], ["Run", ...asColumns.slice(1).map((row) => row[0])]);
    assert.deepEqual(asRows.slice(1).map((row) => row[1]), asColumns[1].slice(1));
    await page.reload();
    assert.deepEqual(await tableOf(page, "params"), asRows);
  });
});

test("entries of a dict fold below their paths, at every level and in both layouts", async () => {
  await within("normal", {}, async (page) => {
    const table = () => tableOf(page, "dict", 1);
    const firsts = async () => (await table()).slice(1).map((row) => row[0]);
    const fold = async (entry) => { await page.click(`.part.dict .fold[data-path="${entry}"]`); };
    assert.deepEqual((await tableOf(page, "dict")).slice(1).map((row) => row[0]), ["▾ cat 2 entries, 1 differs", ".precision≠", ".recall", "dog", "list"]);
    const whole = ["▾ data.augment 2 entries, 1 differs", ".crop≠", ".flip", "▾ model 5 entries, 2 differ", ".decoder.layers", "▾ .encoder 4 entries, 2 differ",
      ".heads", ".layers≠", "▾ .width 2 entries, 1 differs", ".in", ".out≠", "seed"];
    assert.deepEqual(await firsts(), whole);
    assert.deepEqual((await table()).find((row) => row[0] === ".out≠").slice(1), ["32", "64", "128", "256"]);

    await fold("model.encoder.width");
    assert.deepEqual((await table())[9], ["▸ .width 2 entries, 1 differs", "", "1 differs", "1 differs", "1 differs"]);
    await fold("model");
    assert.deepEqual(await firsts(), [...whole.slice(0, 3), "▸ model 5 entries, 2 differ", "seed"]);
    assert.deepEqual((await table())[4].slice(1), ["", "2 differ", "2 differ", "2 differ"]);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.path), "model");
    assert.equal(await page.getAttribute(".fold[data-path=model]", "aria-expanded"), "false");

    // Kept in the address, and in the other layout a column for each path.
    await page.reload();
    assert.deepEqual((await firsts())[3], "▸ model 5 entries, 2 differ");
    await page.click("text=Switch rows and columns");
    const asRows = await table();
    assert.deepEqual(asRows[0], ["Run", "▾ data.augment 2 entries, 1 differs", "data.augment.crop≠", "data.augment.flip", "▸ model 5 entries, 2 differ", "seed"]);
    assert.deepEqual(asRows.slice(1).map((row) => row[4]), ["", "2 differ", "2 differ", "2 differ"]);
    await fold("model");
    assert.deepEqual((await table())[0].slice(4), ["▾ model 5 entries, 2 differ", "model.decoder.layers", "▾ model.encoder 4 entries, 2 differ",
      "model.encoder.heads", "model.encoder.layers≠", "▸ model.encoder.width 2 entries, 1 differs", "seed"]);

    // What a filter finds is shown, folded or not.
    await page.fill("input[type=search]", "width.out");
    assert.deepEqual((await table())[0], ["Run", "model.encoder.width.out≠"]);
    await page.click("text=Switch rows and columns");
    await page.fill("input[type=search]", "width");
    assert.deepEqual(await firsts(), ["▾ model.encoder.width 2 entries, 1 differs", ".in", ".out≠"]);
    assert.equal(await page.locator('.fold[data-path="model.encoder.width"]').isDisabled(), true);
    await page.fill("input[type=search]", "");
    assert.deepEqual((await firsts())[8], "▸ .width 2 entries, 1 differs");

    // Sorted by what is in it, a path has no place of its own.
    await page.click('.part.dict >> nth=1 >> button[title="Sort by run-3"]');
    assert.deepEqual((await firsts())[0], "model.decoder.layers≠".replace("≠", ""));
    assert.equal(await page.locator(".part.dict >> nth=1 >> .fold").count(), 0);
  });
});

test("the paths of a large dict fold once it is in view", async () => {
  await within("crowd", {}, async (page) => {
    const dict = page.locator(".part.dict");
    assert.equal(await dict.locator(".fold").count(), 0);
    await dict.scrollIntoViewIfNeeded();
    await dict.locator(".fold").first().waitFor();
    await dict.locator('.fold[data-path="model"]').click();
    const table = await tableOf(page, "dict");
    assert.deepEqual(table[0], ["Run", "▸ model 24 entries, 1 differs", "seed≠"]);
    assert.deepEqual(table[4].slice(1), ["1 differs", "3"]);
  });
});

test("copies and downloads hold the exact values of what is shown", async () => {
  await within("normal", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
    const copied = async (what) => {
      await page.click(".menu > summary");
      await page.click(`text=${what}`);
      await page.locator(`[role=status]:text("${what.replace("Copy", "Copied")}")`).first().waitFor({ state: "attached" });
      await page.click("h1");
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const tsv = await copied("Copy as TSV");
    assert.match(tsv, /^lr\t0\.1\t0\.05\t0\.03333333333333333\t0\.025$/m);
    assert.match(await copied("Copy as Markdown"), /^\| accuracy \| 0\.9 \| 0\.92 \| 0\.94 \| \*\*0\.96\*\* \|$/m);
    assert.match(await copied("Copy as LaTeX"), /^accuracy & 0\.9 & 0\.92 & 0\.94 & \\textbf\{0\.96\} \\\\$/m);
    const downloaded = async (what) => {
      await page.click(".menu > summary");
      const [file] = await Promise.all([page.waitForEvent("download"), page.click(`text=${what}`)]);
      return fs.readFileSync(await file.path(), "utf8");
    };
    assert.match(await downloaded("Download CSV"), /^Params,lr,0\.1,0\.05,0\.03333333333333333,0\.025\r$/m);
    const json = JSON.parse(await downloaded("Download JSON"));
    assert.equal(json.length, 4);
    assert.equal(json[2].Params.lr, 0.03333333333333333);
    assert.equal(json[1].Params.warmup, 100);
    assert.equal("warmup" in json[0].Params, false);
    assert.equal(json[0]["Dict: classes"].dog, null);
  });
  await within("hostile", {}, async (page) => {
    await page.click(".menu > summary");
    const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=Download CSV")]);
    const csv = fs.readFileSync(await file.path(), "utf8");
    assert.match(csv, /Params,'=1\+1,'=cmd/);  // no formula for a spreadsheet
  });
});

test("the page works by keyboard alone", async () => {
  await within("normal", {}, async (page) => {
    await page.keyboard.press("/");
    await page.keyboard.type("lr");
    assert.equal((await tableOf(page, "params")).length, 2);
    await page.keyboard.press("Escape");
    assert.equal((await tableOf(page, "params")).length, 6);
    await page.keyboard.press("d");
    assert.equal((await tableOf(page, "params")).length, 5);
    await page.keyboard.press("d");
    await page.keyboard.press("n");
    assert.match(await page.evaluate(() => document.activeElement.textContent), /^layers/);
    await page.keyboard.press("n");
    assert.match(await page.evaluate(() => document.activeElement.textContent), /^lr/);
    await page.keyboard.press("p");
    assert.match(await page.evaluate(() => document.activeElement.textContent), /^layers/);
    await page.keyboard.press("?");
    assert.equal(await page.locator("dialog").isVisible(), true);
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog").isVisible(), false);
    // Every control can be reached with Tab.
    const reached = await page.evaluate(() => [...document.querySelectorAll("button, select, input")].filter((control) => control.tabIndex < 0 && control.offsetParent).length);
    assert.equal(reached, 0);
  });
});

test("the state lives in the address, and a broken one does no harm", async () => {
  await within("normal", { hash: "#baseline=2&hide=1&differing=1&show=difference&smooth=0.5&log=1" }, async (page) => {
    assert.deepEqual((await tableOf(page, "metrics"))[0], ["Metric", "run-0", "run-2 baseline", "run-3"]);
    assert.deepEqual((await rowOf(page, "metrics", "accuracy")).slice(1), ["-0.04", "0.94", "+0.02"]);
    assert.equal(await page.locator("output").first().textContent(), "0.50");
  });
  await within("normal", { hash: "#baseline=99&hide=-1.x&show=evil&sort=%7Bbroken&zoom=9_1&group=none&layout=<b>" }, async (page) => {
    assert.deepEqual((await tableOf(page, "params"))[0], ["Param", "run-0 baseline", "run-1", "run-2", "run-3"]);
  });
  // An address of a page that had more runs.
  for (const sort of [{ section: 3, by: "run", key: 9, direction: "ascending" }, { section: 3, by: "run", key: "x" }, { section: "length", by: "row", key: "lr" },
    { section: "map", by: "name" }, { section: 99, by: "name" }, { section: 0, by: "row", key: 5 }]) {
    await within("normal", { hash: "#sort=" + encodeURIComponent(JSON.stringify(sort)) }, async (page) => {
      assert.deepEqual((await tableOf(page, "params")).map((row) => row[0]), ["Param", "layers≠", "lr≠", "optimizer≠", "seed", "warmup≠"], JSON.stringify(sort));
      await page.keyboard.press("d");
      assert.equal((await tableOf(page, "params")).length, 5);
    });
  }
});

test("tags, notes and groups are read without script", async () => {
  await within("sections", { javaScriptEnabled: false }, async (page) => {
    assert.deepEqual(await rowOf(page, "tags", "candidate"), ["candidate≠", "—", "yes", ...Array(8).fill("—")]);
    assert.deepEqual(await page.$$eval(".part.notes .artifact figcaption", (all) => all.map((one) => one.textContent)),
      ["run-0", "run-1 the same as that of run-0", "run-2 differs from that of run-0"]);
    assert.deepEqual(await page.$$eval(".part.notes .artifact:first-child .md *", (all) => all.map((one) => [one.localName, one.textContent])), [
      ["p", "Why"], ["strong", "Why"], ["p", "The best so far of sweep 3, see the log (https://example.org/0):"], ["strong", "best"],
      ["code", "sweep 3"], ["ul", "augmentedearly stop"], ["li", "augmented"], ["li", "early stop"], ["em", "early"], ["pre", "nan at layer 3\n"]]);
    assert.equal(await page.locator(".part.notes .none").textContent(), "No note: run-3, run-4, run-5, run-6, run-7, run-8, run-9");
    const groups = await tableOf(page, "grouped");
    assert.deepEqual(groups[1], ["accuracy↑ guessed", "augmented and plain differ: p = 0.0079, by Mann-Whitney; augmented is mostly higher, which is better"]);
    assert.deepEqual(groups[2].slice(0, 5), ["augmented", "5", "0.97", "0.0158114", "0.950368 to 0.989632"]);
    assert.deepEqual(groups[3].slice(0, 3), ["plain", "5", "0.52"]);
    assert.equal(await page.locator(".part.grouped .interval").count(), 4);
  });
});

test("groups say that they are over all runs where some are hidden", async () => {
  await within("sections", {}, async (page) => {
    const note = () => page.locator(".grouped .note").textContent();
    assert.equal(await note(), "2 groups by group");
    await page.locator(".part.overview input[type=checkbox]").first().click();
    assert.equal(await note(), "2 groups by group, over all 10 runs, hidden or not");
    await page.locator(".part.overview input[type=checkbox]").first().click();
    assert.equal(await note(), "2 groups by group");
  });
});

test("curves are grouped by the runs' groups", async () => {
  await within("sections", {}, async (page) => {
    await page.selectOption('label:has-text("Group by") select', "group");
    assert.deepEqual(await page.$$eval(".groups li", (items) => items.map((item) => item.textContent)), ["group = plain (n=5)", "group = augmented (n=5)"]);
  });
});

test("what makes runs hard to compare is said at the top, and provenance folds and filters", async () => {
  await within("sections", {}, async (page) => {
    assert.deepEqual(await page.$$eval("header .warnings li", (all) => all.map((one) => one.textContent)), [
      "Built from different code: aaaaaaaaaa (run-0, run-2, run-3, run-4 and 5 more) beside bbbbbbbbbb (run-1).",
      "Dirty work tree: no commit holds the code of run-2.",
      "Release beside Debug: Release (run-0, run-2, run-3, run-4 and 5 more) beside Debug (run-1).",
      "Different flags than run-0: run-1 has -O0, not -O3.",
    ]);
    const parts = async () => (await tableOf(page, "provenance")).slice(1).map((row) => row[0]);
    assert.deepEqual((await parts()).slice(0, 4), ["captured_utc", "▾ code 5 entries, 3 differ", ".as_of", ".branch"]);
    await page.click("text=Differences only");
    assert.deepEqual(await parts(), ["▾ code 3 entries, 3 differ", ".commit≠", ".diff_sha256≠", ".dirty≠", "▾ build 2 entries, 2 differ",
      ".build_type≠", ".flags≠", "seeds.seed≠"]);
    await page.uncheck('input[aria-label="Show run-1"]');
    assert.deepEqual((await parts()).slice(-1), ["seeds.seed≠"]);
    assert.equal((await parts()).includes("build.flags≠"), false);
    assert.equal(await page.locator(".part.notes .artifact:visible").count(), 2);
  });
});

test("a diff unfolds by keyboard, and tells what came and went by signs as well", async () => {
  await within("sections", { javaScriptEnabled: false }, async (page) => {
    const diff = page.locator(".part.provenance details.inset");
    assert.equal(await diff.locator("pre").isVisible(), false);
    await diff.locator("summary").focus();
    await page.keyboard.press("Enter");
    assert.equal(await diff.locator("summary").textContent(), "Not committed in the code of run-2: 1 file, 2 lines added, 1 removed (176 bytes)");
    assert.deepEqual(await diff.locator("del").allTextContents(), ["-  train(0.1);\n"]);
    assert.deepEqual(await diff.locator("ins").allTextContents(), ["+  train(0.2);\n+  // a <b>\n"]);
    const colors = await diff.locator("ins, del").evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor));
    assert.notEqual(colors[0], colors[1]);
  });
});

test("the page works in a sandboxed frame, where history and storage throw", async () => {
  const html = fs.readFileSync(path.join(folder, "normal.html"), "utf8");
  const file = path.join(folder, "framed.html");
  fs.writeFileSync(file, `<!doctype html><title>frame</title><iframe sandbox="allow-scripts" width="1200" height="800" srcdoc="${html.replace(/&/g, "&amp;").replace(/"/g, "&quot;")}"></iframe>`);
  await within("framed", {}, async (page) => {
    const frame = page.frameLocator("iframe");
    await frame.locator("text=Differences only").click();
    assert.equal(await frame.locator(".part.params tbody tr").count(), 4);
  });
});

test("the cursor of a chart reads every run's value by keyboard", async () => {
  await within("normal", {}, async (page) => {
    await page.locator(".chart > svg").nth(1).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await readout(page, 1), ["step 10", "run-0: 4", "run-1: 8", "run-2: 12", "run-3: 16"]);
    assert.deepEqual(await readout(page, 0), ["step 10", "run-0: -4", "run-1: -3", "run-2: -2", "run-3: -1"]);  // in step
    await page.keyboard.press("End");
    assert.deepEqual((await readout(page, 1)).slice(0, 2), ["step 90", "run-0: 0.015625"]);
  });
});

test("smoothing is the debiased exponential average, with the raw line faint", async () => {
  await within("normal", { hash: "#smooth=0.5" }, async (page) => {
    await page.locator(".chart > svg").nth(1).focus();
    for (let i = 0; i < 3; ++i) await page.keyboard.press("ArrowRight");
    // 8, 4, 2 with weights 1, 2, 4: (8 + 2 * 4 + 4 * 2) / 7.
    assert.equal((await readout(page, 1))[1], "run-0: " + Number((24 / 7).toPrecision(6)));
    assert.equal(await page.locator(".chart >> nth=1 >> path.faint").count(), 4);
  });
});

test("a logarithmic axis, and one that is linear around zero where values are not positive", async () => {
  await within("normal", {}, async (page) => {
    await page.check("text=log");
    const ticks = (index) => page.$$eval(".chart > svg", (svgs, i) => [...svgs[i].querySelectorAll(".grid text[text-anchor=end]")].map((text) => text.textContent), index);
    assert.deepEqual(await ticks(1), ["0.1", "1", "10", "100", "1000"]);
    assert.ok((await ticks(0)).includes("0"));
    assert.ok((await ticks(0)).includes("-1"));
  });
});

test("ignoring outliers ends the axis at the 5th and 95th percentile", async () => {
  await within("normal", { hash: "#outliers=1" }, async (page) => {
    const { y0, y1 } = await chartData(page, 1);
    const values = [0, 1, 2, 3].flatMap((i) => Array.from({ length: 10 }, (_, step) => (i + 1) * 2 ** (3 - step) + (i === 0 && step === 5 ? 1000 : 0))).sort((a, b) => a - b);
    const quantile = (part) => { const at = part * (values.length - 1), low = Math.floor(at); return values[low] + (at - low) * (values[low + 1] - values[low]); };
    assert.ok(Math.abs(Number(y0) - quantile(0.05)) < 1e-6);
    assert.ok(Math.abs(Number(y1) - quantile(0.95)) < 1e-5);
    assert.ok(Number(y1) < 100);
  });
});

test("zoom is by dragging, in all charts, and a double click takes it back", async () => {
  await within("normal", {}, async (page) => {
    const svg = page.locator(".chart > svg").nth(1);
    await svg.scrollIntoViewIfNeeded();
    const frame = await svg.boundingBox();
    const xOf = (step) => frame.x + ((64 + (step / 90) * 562) / 640) * frame.width;
    await page.mouse.move(xOf(20), frame.y + 80);
    await page.mouse.down();
    await page.mouse.move(xOf(60), frame.y + 90, { steps: 5 });
    await page.mouse.up();
    for (const index of [0, 1]) {
      const { x0, x1 } = await chartData(page, index);
      assert.ok(Math.abs(x0 - 20) < 1 && Math.abs(x1 - 60) < 1, `${x0} to ${x1}`);
    }
    const { y1 } = await chartData(page, 1);
    assert.ok(Number(y1) > 1000 && Number(y1) < 1001);  // the spike at step 50
    await svg.dblclick();
    assert.deepEqual([Number((await chartData(page, 1)).x0), Number((await chartData(page, 1)).x1)], [0, 90]);
  });
});

test("runs are grouped by a param: the mean, with the deviation or the range, and how many", async () => {
  await within("normal", {}, async (page) => {
    await page.selectOption('label:has-text("Group by") select', "optimizer");
    await page.locator(".chart > svg").nth(1).focus();
    await page.keyboard.press("ArrowRight");
    // adam: 8 and 24, sgd: 16 and 32; the deviation of two numbers is half their distance times the root of 2.
    const deviation = Number((8 * Math.SQRT2).toPrecision(6));
    assert.deepEqual((await readout(page, 1)).slice(1), [`optimizer = adam: 16 ± ${deviation}, n=2`, `optimizer = sgd: 24 ± ${deviation}, n=2`]);
    await page.selectOption('label:has-text("Band") select', "range");
    await page.locator(".chart > svg").nth(1).focus();
    await page.keyboard.press("Home");
    assert.equal((await readout(page, 1))[1], "optimizer = adam: 16 (8 to 24), n=2");
    assert.equal(await page.locator(".chart >> nth=1 >> path.band").count(), 2);
    assert.deepEqual(await page.$$eval(".groups li", (items) => items.map((item) => item.textContent)), ["optimizer = adam (n=2)", "optimizer = sgd (n=2)"]);
  });
});

test("x is the step, the time since the first point, or the clock", async () => {
  await within("normal", {}, async (page) => {
    await page.selectOption('label:has-text("x") select >> nth=0', "time");
    assert.deepEqual([Number((await chartData(page, 1)).x0), Number((await chartData(page, 1)).x1)], [0, 540]);
    await page.selectOption('.controls select >> nth=0', "clock");
    assert.equal(Number((await chartData(page, 1)).x0), 1763883000);
  });
});

test("NaN is a gap in a line", async () => {
  await within("normal", { hash: "#smooth=0.1" }, async (page) => {
    const line = await page.locator(".chart >> nth=0 >> path.line:not(.faint)").first().getAttribute("d");
    assert.equal(line.split("M").length - 1, 2);
  });
});

test("a chart is saved as SVG and as PNG", async () => {
  await within("normal", {}, async (page) => {
    const saved = async (label) => {
      const [file] = await Promise.all([page.waitForEvent("download"), page.click(`button[aria-label="Save loss as ${label}"]`)]);
      return fs.readFileSync(await file.path());
    };
    const svg = (await saved("SVG")).toString();
    assert.match(svg, /^<svg[^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    assert.match(svg, /stroke="rgb\(/);
    assert.equal((await saved("PNG")).subarray(1, 4).toString(), "PNG");
  });
});

test("hovering a run highlights it everywhere", async () => {
  await within("normal", {}, async (page) => {
    await page.hover('.legend li[data-run="2"]');
    assert.equal(await page.locator('.hover').count(), await page.locator('[data-run="2"]').count());
    assert.equal(await page.locator('.line.hover[data-run="2"]').count(), 2);
  });
});

/// The values of one param or metric of the runs that a table shows.
const shownValues = async (page, part, name) => {
  const [head, ...lines] = await tableOf(page, part);
  const column = head.findIndex((text) => text.replace(/[↓↑≠].*/u, "").trim() === name);
  return lines.map((line) => Number(line[column]));
};

test("many runs are selected along an axis by dragging, in the tables and the charts too", async () => {
  await within("crowd", {}, async (page) => {
    assert.equal(await page.locator(".plots .line").count(), 200);
    assert.equal(await page.locator(".plots .dot").count(), 200);
    assert.deepEqual(await page.locator(".plots .plain text:not(.name)").evaluateAll((texts) => texts.slice(0, 3).map((text) => text.textContent)), ["0", "0.02", "0.04"]);
    const all = await shownValues(page, "params", "param 0");
    const zone = page.getByRole("slider", { name: "Select runs by param 0" });
    await zone.scrollIntoViewIfNeeded();
    const frame = await zone.boundingBox();
    await page.mouse.move(frame.x + 10, frame.y + 2);
    await page.mouse.down();
    await page.mouse.move(frame.x + 10, frame.y + frame.height / 2, { steps: 4 });
    await page.mouse.up();
    // The upper half of 0 to 0.049.
    const kept = all.filter((value) => value >= 0.0245);
    assert.equal(kept.length, 100);
    assert.deepEqual((await shownValues(page, "params", "param 0")).sort(), kept.sort());
    assert.equal(await page.locator(".part.metrics tbody tr").count(), 100);
    assert.equal(await page.locator(".part.overview tbody tr").count(), 100);
    assert.equal(await page.locator(".plots .dot:not(.faint)").count(), 100);
    assert.match(decodeURIComponent(page.url()), /brush=\[\["param\+0",\[0\.\d+,\d/);
    await page.reload();
    assert.equal(await page.locator(".part.params tbody tr").count(), 100);
    await page.click("text=Clear the selection");
    assert.equal(await page.locator(".part.params tbody tr").count(), 200);
  });
});

test("an axis over orders of magnitude is logarithmic, and has its few values for marks", async () => {
  await within("sweep", {}, async (page) => {
    assert.deepEqual(await page.locator(".plots .plain .name").allTextContents(), ["batch", "lr (log)", "loss"]);
    const marks = (from, to) => page.locator(".plots .plain text:not(.name)").evaluateAll((texts, [first, last]) => texts.slice(first, last).map((text) => text.textContent), [from, to]);
    assert.deepEqual(await marks(0, 6), ["8", "64", "0.0001", "0.001", "0.01", "0.1"]);
    // Each tenfold is a third of the axis, which is 266 units high and begins at 300.
    const heights = await page.locator(".plots .plain text:not(.name)").evaluateAll((texts) => texts.slice(2, 6).map((text) => Math.round(text.getAttribute("y") - 4)));
    assert.deepEqual(heights, [300, 211, 123, 34]);
    // The scatter is of what varies the most, and its selection says values, not logarithms.
    assert.deepEqual(await page.locator(".plots select").evaluateAll((selects) => selects.map((select) => select.value)), ["lr", "loss", ""]);
    const zone = page.getByRole("slider", { name: "Select runs by lr" });
    await zone.focus();
    for (let i = 0; i < 8; ++i) await page.keyboard.press("ArrowUp");
    assert.equal(await zone.getAttribute("aria-valuetext"), "0.00158489 to 0.1, 6 runs");
    assert.deepEqual(await shownValues(page, "params", "lr"), [0.01, 0.1, 0.01, 0.1, 0.01, 0.1]);
  });
});

test("lines and points are coloured by a value, the better ones on top", async () => {
  await within("sweep", {}, async (page) => {
    const drawn = () => page.locator(".plots .line").evaluateAll((lines) => lines.map((line) => Number(line.dataset.run)));
    const colors = (selector) => page.locator(`.plots ${selector}`).evaluateAll((all) => all.map((one) => one.style.getPropertyValue("--c")));
    assert.deepEqual(await drawn(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert.equal((await colors(".line")).join(""), "");
    await page.locator(".plots select").nth(2).selectOption("loss");
    assert.deepEqual(await drawn(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const mix = (percent) => `color-mix(in oklab, var(--r0), var(--r1) ${percent}%)`;
    const of = (run) => Math.round((100 * (1 / (run + 1) - 1 / 12)) / (1 - 1 / 12));
    assert.deepEqual(await colors(".line"), Array.from({ length: 12 }, (_, run) => mix(of(run))));
    assert.deepEqual(await colors(".dot"), await colors(".line"));
    assert.equal(await page.locator(".plots .shade").count(), 20);
    const strokes = await page.locator(".plots .line").evaluateAll((lines) => lines.map((line) => getComputedStyle(line).stroke));
    assert.equal(new Set(strokes).size, 12);
    assert.deepEqual(await violations(page), []);
    assert.match(page.url(), /#color=loss$/);
    await page.reload();
    assert.deepEqual(await colors(".line"), Array.from({ length: 12 }, (_, run) => mix(of(run))));
    await page.locator(".plots select").nth(2).selectOption("lr");
    assert.deepEqual(await drawn(), [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
    await page.locator(".plots select").nth(2).selectOption("run");
    assert.equal((await colors(".line")).join(""), "");
    assert.equal(await page.locator(".plots .shade").count(), 0);
  });
});

test("a time is shown to the second, and whole in its title and in every copy", async () => {
  await within("sweep", {}, async (page) => {
    const cells = () => page.locator(".part.runs tbody tr").last().locator("td").evaluateAll((all) => all.map((cell) => [cell.textContent, cell.title]));
    for (const look of ["as written", "by the script"]) {
      assert.deepEqual((await cells()).filter(([text]) => /^2025/.test(text))[0], ["2025-11-23 07:41:00", "2025-11-23 07:41:00.128931"], look);
      await page.fill("input[type=search]", "run-1");
      await page.fill("input[type=search]", "");
    }
    assert.deepEqual(await page.locator(".part.runs tbody tr").nth(10).locator("td").evaluateAll((all) => all.filter((cell) => cell.title).map((cell) => [cell.textContent, cell.title])),
      [["2025-11-23 07:40:00", "2025-11-23 07:40:00.5"]]);
    await page.click(".menu > summary");
    const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=Download CSV")]);
    assert.match(fs.readFileSync(await file.path(), "utf8"), /2025-11-23 07:41:00\.128931/);
    assert.equal(await page.locator(".part.runs tbody tr").last().evaluate((row) => row.offsetHeight < 45), true);
  });
});

test("the filter looks into notes too", async () => {
  await within("sweep", {}, async (page) => {
    const notes = () => page.$$eval(".notes .artifact:not([hidden])", (all) => all.map((one) => one.dataset.run));
    assert.equal((await notes()).length, 12);
    await page.fill("input[type=search]", "ABOUT run-1");
    assert.deepEqual(await notes(), ["1", "10", "11"]);
    await page.fill("input[type=search]", "");
    assert.equal((await notes()).length, 12);
  });
});

test("many runs are selected by keyboard: the arrows move the lower end, with Shift the upper", async () => {
  await within("crowd", {}, async (page) => {
    const zone = page.getByRole("slider", { name: "Select runs by param 0" });
    await zone.focus();
    for (let i = 0; i < 10; ++i) await page.keyboard.press("ArrowUp");
    for (let i = 0; i < 5; ++i) await page.keyboard.press("Shift+ArrowDown");
    const values = await shownValues(page, "params", "param 0");
    // From 0.5 to 0.75 of 0 to 0.049.
    assert.deepEqual([Math.min(...values), Math.max(...values), values.length], [0.025, 0.036, 48]);
    assert.equal(await zone.getAttribute("aria-valuetext"), "0.0245 to 0.03675, 48 runs");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".part.params tbody tr").count(), 200);
  });
});

test("points of the scatter are selected by dragging over them", async () => {
  await within("crowd", {}, async (page) => {
    await page.selectOption('label:has-text("Scatter") select', "param 0");
    await page.selectOption('label:has-text("against") select', "accuracy");
    const scatter = page.locator(".scatter svg");
    await scatter.scrollIntoViewIfNeeded();
    const frame = await scatter.boundingBox();
    const at = (x, y) => [frame.x + ((70 + x * 540) / 640) * frame.width, frame.y + ((14 + (1 - y) * 256) / 320) * frame.height];
    await page.mouse.move(...at(0.195, 0.255));
    await page.mouse.down();
    await page.mouse.move(...at(0.605, 0.755), { steps: 4 });
    await page.mouse.up();
    const runsOf = (i) => [0.001 * ((i * 7) % 50) / 0.049, (0.002 * i) / 0.398];
    const wanted = Array.from({ length: 200 }, (_, i) => i).filter((i) => {
      const [x, y] = runsOf(i);
      return x >= 0.195 && x <= 0.605 && y >= 0.255 && y <= 0.755;
    });
    assert.ok(wanted.length > 30 && wanted.length < 50);
    const shown = (await tableOf(page, "metrics")).slice(1).map((line) => Number(line[0].replace(/\D/g, "")));
    assert.deepEqual(shown, wanted);
    assert.equal(await page.locator(".plots .dot:not(.faint)").count(), wanted.length);
  });
});

test("pictures zoom together and blend, texts show their differences", async () => {
  await within("artifacts", {}, async (page) => {
    const widths = () => page.$$eval(".gallery img:not(.over)", (images) => images.filter((image) => image.alt.startsWith("picture")).map((image) => image.style.width));
    await page.locator('label:has-text("Zoom") input').first().fill("4");
    assert.deepEqual(await widths(), ["400%", "400%", "400%"]);
    await page.locator('label:has-text("Blend") input').first().fill("0.5");
    assert.deepEqual(await page.$$eval(".over", (images) => images.map((image) => image.style.opacity)), ["0.5", "0.5"]);
    await page.check("text=Differences to the baseline");
    const second = page.locator(".artifact pre:has(ins)").first();
    assert.deepEqual(await second.evaluate((pre) => [...pre.children].map((line) => line.textContent)), ["  same line\n", "- value 0\n", "+ value 1\n", "  end\n"]);
  });
});

test("the figures of one id lie over each other, and a hidden run is hidden there too", async () => {
  await within("figures", {}, async (page) => {
    const runsOf = (n) => page.locator(".overlay").nth(n).locator("g[data-run]").evaluateAll((groups) => groups.map((group) => group.dataset.run + (getComputedStyle(group).display === "none" ? " hidden" : "")));
    assert.equal(await page.locator(".overlay").count(), 4);  // bars, histogram, loss, roc
    assert.deepEqual(await runsOf(0), ["0", "1", "2"]);
    assert.deepEqual(await runsOf(2), ["0", "0", "1", "1", "2", "2"]);
    const color = (run) => page.locator(".overlay").nth(2).locator(`g[data-run="${run}"] path`).first().evaluate((line) => getComputedStyle(line).stroke);
    const key = (run) => page.locator(`.overlay .legend li[data-run="${run}"] .key`).first().evaluate((svg) => getComputedStyle(svg).stroke);
    for (const run of [0, 1, 2]) assert.equal(await color(run), await key(run));
    await page.uncheck('input[aria-label="Show b"]');
    assert.deepEqual(await runsOf(2), ["0", "0", "1 hidden", "1 hidden", "2", "2"]);
  });
});

for (const name of ["figures", "figures-gz"]) {
  test(`${name}: plotly.js draws what the page does not, on demand, in a frame without rights`, async () => {
    await within(name, {}, async (page) => {
      assert.equal(await page.locator(".plotly iframe").count(), 0);
      for (const [id, shapes] of [["sunburst", ".slice"], ["box", ".box"]]) {
        await page.getByRole("button", { name: `Draw with plotly.js: ${id}` }).click();
        await page.locator(`[role=status].unseen:text("${id} is drawn")`).waitFor({ state: "attached" });
        const frames = page.locator(`iframe[title^="${id} of "]`);
        assert.equal(await frames.count(), 3);
        assert.equal(await frames.first().getAttribute("sandbox"), "allow-scripts");
        assert.equal(await frames.first().contentFrame().locator(shapes).count(), id === "box" ? 1 : 3);
      }
      assert.equal(await page.locator(".plotly .notice:visible").count(), 3);  // surface was not asked for
      assert.equal(await page.evaluate(() => "Plotly" in window), false);
    });
  });
}

test("frames have their own style and no rights", async () => {
  await within("artifacts", {}, async (page) => {
    const frame = page.locator("iframe").first();
    await frame.scrollIntoViewIfNeeded();
    assert.equal(await frame.getAttribute("sandbox"), "");
    await page.frameLocator("iframe").first().locator("p").waitFor();
    assert.equal(await page.frameLocator("iframe").first().locator("p").evaluate((p) => getComputedStyle(p).color), "rgb(1, 2, 3)");
  });
});

test("200 runs of 200 rows, and 10 curves of 20 runs of 10,000 points, are all there", async () => {
  await within("many", {}, async (page) => {
    assert.equal(await page.locator(".part.params td").count(), 200 * 100);
    assert.equal(await page.locator(".part.metrics td").count(), 200 * 102);
  });
  await within("curves", { hash: "#smooth=0.1" }, async (page) => {
    assert.equal(await page.locator(".chart path.line:not(.faint)").count(), 200);
    assert.deepEqual([Number((await chartData(page, 9)).x0), Number((await chartData(page, 9)).x1)], [0, 9999]);
  });
});

test("the points of a curve are a table behind a fold, and a file", async () => {
  await within("normal", {}, async (page) => {
    const points = page.locator(".chart >> nth=1 >> details:has-text('Points')").last();
    await points.locator("summary").click();
    const rows = () => points.locator("tr").evaluateAll((lines) => lines.map((line) => [...line.cells].map((cell) => cell.textContent)));
    assert.deepEqual((await rows())[0], ["step", "run-0", "run-1", "run-2", "run-3"]);
    assert.deepEqual((await rows())[2], ["10", "4", "8", "12", "16"]);
    assert.equal((await rows()).length, 11);
    await page.uncheck('input[aria-label="Show run-1"]');
    assert.deepEqual((await rows())[2], ["10", "4", "12", "16"]);
    const [file] = await Promise.all([page.waitForEvent("download"), page.click('button[aria-label="Download CSV: points of loss"]')]);
    assert.match(fs.readFileSync(await file.path(), "utf8"), /^step,run-0,run-2,run-3\r\n0,8,24,32\r\n10,4,12,16\r\n/);
  });
  await within("curves", {}, async (page) => {
    const points = page.locator(".chart >> nth=0 >> details:has-text('Points')").last();
    await points.locator("summary").click();
    assert.ok(await points.locator("tbody tr").count() <= 500);
    assert.match(await points.locator("p").textContent(), /^\d+ of \d+ points a run\. Download CSV$/);
  });
});

test("runs that differ in their seed alone are one mean with its deviation", async () => {
  await within("normal", {}, async (page) => {
    await page.selectOption('label:has-text("Group by") select', { label: "all runs together" });
    await page.locator(".chart > svg").nth(1).focus();
    await page.keyboard.press("ArrowRight");
    // 8, 16, 24 and 32.
    const deviation = Number((8 * Math.sqrt(5 / 3)).toPrecision(6));
    assert.deepEqual((await readout(page, 1)).slice(1), [`all runs: 20 ± ${deviation}, n=4`]);
    const choices = await page.locator('label:has-text("Group by") option').allTextContents();
    assert.deepEqual(choices, ["none", "all runs together", "layers", "lr", "optimizer", "warmup"]);
  });
});

test("wide tables are printed as groups of columns that fit the paper, the first column in each", async () => {
  await within("many", { colorScheme: "dark" }, async (page) => {
    const cells = await page.$eval(".part.metrics table", (table) => [table.rows.length, table.rows[0].cells.length]);
    const chosen = await page.locator("input[name=\"baseline\"]:checked").count();
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.equal(await page.locator(".part.metrics > details > .scroll").isVisible(), false);
    const groups = await page.$$eval(".part.metrics .paper table", (tables) => tables.map((table) => ({ width: table.offsetWidth, rows: table.rows.length,
      columns: table.rows[0].cells.length, first: table.rows[1].cells[0].textContent })));
    for (const group of groups) {
      assert.ok(group.width > 100 && group.width <= 680, `${group.width} pixels wide`);
      assert.equal(group.rows, cells[0]);
      assert.equal(group.first, groups[0].first);
    }
    assert.equal(groups.reduce((sum, group) => sum + group.columns - 1, 1), cells[1]);
    await page.emulateMedia({ media: "screen" });
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    assert.equal(await page.locator(".paper, .split").count(), 0);
    assert.equal(await page.locator('input[name="baseline"]:checked').count(), chosen);
  });
});

test("the header and the first column stay where a table is moved, with and without script", async () => {
  for (const javaScriptEnabled of [true, false])
    await within("many", { javaScriptEnabled }, async (page) => {
      const scroll = page.locator(".part.metrics > details > .scroll");
      await scroll.scrollIntoViewIfNeeded();
      // The debugger moves it: it can where a page's script may not.
      await scroll.evaluate((element) => element.scrollTo(900, 600));
      await until(async () => await scroll.evaluate((element) => element.scrollLeft === 900 && element.scrollTop === 600));
      const places = await scroll.evaluate((element) => {
        const frame = element.getBoundingClientRect(), table = element.querySelector("table");
        const [corner, first] = [table.rows[0].cells[0], table.rows[100].cells[0]].map((cell) => cell.getBoundingClientRect());
        return [element.scrollLeft, element.scrollTop, corner.left - frame.left, corner.top - frame.top, first.left - frame.left].map(Math.round);
      });
      assert.deepEqual(places, [900, 600, 0, 1, 0]);
    });
});

test("a slider moves the series of all runs together, by keys too", async () => {
  await within("series", {}, async (page) => {
    const part = page.locator(".part.series");
    const texts = part.locator(".steps").nth(1);
    const seen = () => texts.evaluate((box) => [...box.querySelectorAll(".artifact")].map((figure) =>
      [figure.querySelector(".when")?.textContent.trim(), figure.querySelector("pre, .none").textContent]));
    assert.deepEqual(await seen(), [["step 40", "text <b>40</b>"], ["step 45", "text <b>45</b>"], [undefined, "none"]]);
    const slider = part.getByRole("slider", { name: "Step of generated" });
    assert.equal(await slider.getAttribute("aria-valuetext"), "step 45");
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    assert.equal(await slider.getAttribute("aria-valuetext"), "step 40");
    assert.deepEqual(await seen(), [["step 40", "text <b>40</b>"], ["step 35", "text <b>35</b>"], [undefined, "none"]]);
    await page.keyboard.press("Home");
    assert.deepEqual(await seen(), [["step 0", "text <b>0</b>"], ["nothing yet", "none"], [undefined, "none"]]);
    await page.keyboard.press("End");
    assert.deepEqual(await seen(), [["step 40", "text <b>40</b>"], ["step 45", "text <b>45</b>"], [undefined, "none"]]);

    // Of 200 images there are 50, and each is shown at its place.
    const images = part.locator(".steps").nth(2);
    const shown = () => images.locator("img").evaluateAll((all) => all.map((image) => image.src));
    const sources = new Set();
    const samples = part.getByRole("slider", { name: "Step of sample" });
    await samples.focus();
    for (let i = 0; i < 50; ++i) {
      for (const source of await shown()) sources.add(source);
      await page.keyboard.press("ArrowLeft");
    }
    assert.equal(sources.size, 150);
    await until(async () => await images.locator("img").evaluateAll((all) => all.every((image) => image.naturalWidth === 8)));
    // What is equal in several runs is there for each.
    assert.equal(await part.locator(".steps").nth(0).locator(".plot > svg").count(), 3);
  });
});

test("without script the series show their last steps", async () => {
  await within("series", { javaScriptEnabled: false }, async (page) => {
    const part = page.locator(".part.series");
    assert.equal(await part.locator("img").count(), 3);
    assert.match(await part.locator(".steps").nth(1).innerText(), /a step 40\s+text <b>40<\/b>\s+b step 45\s+text <b>45<\/b>\s+c\s+none/);
    assert.match(await part.locator(".steps").nth(0).innerText(), /The same as in a at step 40\./);
  });
});

test("logged tables are sorted together, and compared with the baseline that is chosen", async () => {
  await within("series", {}, async (page) => {
    const tables = page.locator(".logged .artifact");
    const column = (nth, cell) => tables.nth(nth).locator("tbody tr").evaluateAll((rows, at) => rows.map((row) => row.cells[at].firstChild.data), cell);
    const marked = (nth) => tables.nth(nth).locator("tbody td.d").allTextContents();
    assert.deepEqual([await marked(0), await marked(1), await marked(2)], [[], ["0.63"], ["0.73", "1", "2"]]);
    const asLogged = await column(1, 0);
    await tables.nth(0).getByRole("button", { name: "support" }).click();
    await tables.nth(0).getByRole("button", { name: "support" }).click();
    for (const nth of [0, 1, 2]) {
      const values = (await column(nth, 2)).map(Number);
      assert.deepEqual(values, [...values].sort((a, b) => b - a));
    }
    assert.equal(await tables.nth(1).locator("th[aria-sort=descending]").innerText(), "support ▼");
    await tables.nth(0).getByRole("button", { name: "support" }).click();
    assert.deepEqual(await column(1, 0), asLogged);

    await page.evaluate(() => { location.hash = "baseline=1"; });
    await until(async () => (await marked(1)).length === 0);
    assert.deepEqual([await marked(0), await marked(2)], [["0.53", "0.54", "40"], ["0.73", "1", "2"]]);
    assert.match(await tables.nth(1).locator("figcaption").innerText(), /baseline/);
    assert.match(await tables.nth(0).locator("tr.new th").innerText(), /^class 4\+/);
    await page.evaluate(() => { location.hash = ""; });
    await until(async () => (await marked(1)).length === 1);
    assert.equal(await tables.nth(1).locator(".lacking").innerText(), "1 row of the baseline is not here: class 4.");
  });
});

test("Chromium announces its printing, which is what the tables wait for", async () => {
  await within("normal", {}, async (page) => {
    await page.evaluate(() => { window.printed = 0; window.addEventListener("beforeprint", () => { ++window.printed; }); });
    await page.pdf({ format: "A4" });
    assert.equal(await page.evaluate(() => window.printed), 1);
  });
});

test("what a test of two groups says is on paper too", async () => {
  await within("sections", {}, async (page) => {
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    const words = await page.$$eval(".part.grouped .paper table:first-child .group td", (cells) => cells.map((cell) => cell.textContent));
    assert.equal(words.length, 2);
    assert.match(words[0], /^augmented and plain differ: p = 0.0079, by Mann-Whitney/);
  });
});

test("paper has no controls and light colours", async () => {
  await within("normal", { colorScheme: "dark" }, async (page) => {
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.equal(await page.locator(".tools").isVisible(), false);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  });
});
