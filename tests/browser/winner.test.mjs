// Who won: the best run, the order of the runs, the point of a curve that counts, and texts that stay apart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { within, tableOf, rowOf, until, violations } from "./browser.mjs";

const words = (page) => page.$$eval(".winner h2, .winner p", (parts) => parts.map((part) => part.textContent.replace(/\s+/g, " ").trim()));
const firstRuns = (page, count = 3) => page.$$eval(".part.overview tbody th", (all, most) => all.slice(0, most).map((one) => Number(one.dataset.run)), count);
const heads = async (page) => (await tableOf(page, "overview"))[0].map((text) => text.replace(/[↓↑≠]/gu, "").replace(/guessed/, "").replace(/\s+/g, " ").trim());
const choose = (page, label, value) => page.getByLabel(label).selectOption(value);

test("the first screen names the best of 150 runs, what it did, who came next and who is not ranked", async () => {
  for (const javaScriptEnabled of [false, true])
    for (const width of [1280, 390])
      await within("contest", { javaScriptEnabled, width, height: width > 600 ? 900 : 844 }, async (page) => {
        assert.deepEqual(await words(page), [
          "Best of 150 runs by val/loss↓ lower is better guessed",
          "trial_47 0.2949 min of curve, step 12; last 0.3449",
          "With lr 3e-4, optimizer adamw and 1 other param",
          "Then trial_24 0.3033, trial_27 0.3063, trial_75 0.3075",
          "Not ranked: 2 failed, 1 killed, 3 diverged (not a finite number), 1 without a value; of these, trial_11 reached 0.29",
        ]);
        const bottom = await page.$eval(".winner .best", (best) => best.getBoundingClientRect().bottom);
        const first = await page.$eval(".part.overview tbody tr", (line) => line.getBoundingClientRect().bottom);
        assert.ok(bottom < (width > 600 ? 900 : 844), `the best run ends at ${bottom}`);
        if (width > 600) assert.ok(first < 900, `the first line ends at ${first}`);
      });
});

test("runs that are lines have the order of the main metric; those apart stand last and are marked", async () => {
  for (const javaScriptEnabled of [false, true])
    await within("contest", { javaScriptEnabled }, async (page) => {
      for (const part of ["overview", "metrics", "params"]) {
        const lines = await page.$$eval(`.part.${part} tbody tr`, (all) => all.map((line) => [Number(line.cells[0].dataset.run), line.classList.contains("apart")]));
        assert.equal(lines.length, 150);
        assert.equal(lines[0][0], 47);
        assert.deepEqual(lines.slice(0, 143).filter((line) => line[1]), []);
        assert.deepEqual(lines.slice(143).map((line) => line[0]), [100, 127, 87, 7, 11, 80, 12].map((run, i) => (i > 0 && i < 4 ? lines[143 + i][0] : run)));
        assert.ok(lines.slice(143).every((line) => line[1]));
      }
      const values = await page.$$eval(".part.overview tbody tr:not(.apart)", (all) => all.map((line) => Number(line.cells[1].title || line.cells[1].firstChild.data)));
      assert.deepEqual(values, [...values].sort((a, b) => a - b));
      assert.deepEqual((await heads(page)).slice(0, 5), ["Run", "val/loss min of curve", "val/loss last", "val/accuracy max of curve", "lr"]);
      // trial_11 reached less before it failed, and has no star for it.
      assert.deepEqual(await page.$$eval(".part.overview td.w", (all) => all.map((cell) => [Number(cell.parentNode.cells[0].dataset.run), cell.cellIndex])), [[47, 1], [47, 2], [60, 3]]);
      assert.match(await page.locator('.part.overview th[data-run="12"]').textContent(), /killed$/);
      assert.match(await page.locator('.part.overview th[data-run="80"]').textContent(), /failed$/);
    });
});

test("a row in which most of many runs differ has no tint, one in which few do has", async () => {
  await within("contest", {}, async (page) => {
    assert.equal(await page.locator(".part.overview td.d").count(), 0);
    assert.equal(await page.locator(".part.metrics td.d").count(), 0);
  });
  await within("many", {}, async (page) => {
    // Of 200 runs, every fiftieth has the baseline's value of param 0: 196 differ. Of layer 13 all do.
    assert.equal(await page.locator(".part.params td.d").count(), 0);
  });
  await within("normal", {}, async (page) => {
    assert.equal(await page.locator(".part.params td.d").count(), 3 + 3 + 2 + 1);
  });
});

test("the best run follows what is hidden, the metric and the point that the reader chooses", async () => {
  await within("contest", {}, async (page) => {
    const written = await words(page);
    await page.uncheck('input[aria-label="Show trial_47"]');
    assert.equal((await words(page))[0], "Best of 149 runs by val/loss↓ lower is better guessed");
    assert.match((await words(page))[1], /min of curve, step 12; last 0\.\d+$/);
    assert.notEqual((await words(page))[1].split(" ")[0], "trial_47");
    await page.check('input[aria-label="Show trial_47"]');
    assert.deepEqual(await words(page), written);

    await page.getByLabel("Rank by").focus();
    assert.deepEqual(await page.$$eval(".ranked-by select >> nth=0 >> option", (all) => all.map((one) => one.textContent)),
      ["val/loss", "energy ↓", "energy ↑", "val/accuracy ↑", "val/loss ↓"]);
    await choose(page, "Rank by", "max:val/accuracy");
    assert.match((await words(page))[1], /^trial_60 /);
    assert.match(page.url(), /main=max%3Aval%2Faccuracy/);
    assert.deepEqual((await heads(page)).slice(1, 4), ["val/accuracy max of curve", "val/accuracy last", "val/loss min of curve"]);
    assert.deepEqual(await firstRuns(page, 1), [60]);
    // Of energy no curve was logged: the values are the ones logged, and all are told apart.
    await choose(page, "Rank by", "min:energy");
    assert.deepEqual((await words(page)).slice(0, 2), ["Best of 150 runs by energy (lowest)", "trial_149 -204857.3461"]);
    await page.reload();
    assert.match((await words(page))[1], /^trial_149 /);
    await choose(page, "Rank by", "");
    assert.deepEqual(await words(page), written);
    assert.doesNotMatch(page.url(), /main=/);
  });
});

test("last, min and max of the curves are a choice for the page, and each says which it is", async () => {
  await within("contest", {}, async (page) => {
    const rows = async () => (await page.$$eval(".part.metrics thead th", (all) => all.map((one) => `${one.querySelector("button") ? (one.querySelector("button").firstChild || {}).data : ""}${one.querySelector("small") ? one.querySelector("small").textContent : ""}`))).slice(1);
    const best = ["energy", "val/accuracy last", "val/accuracy max of curve", "val/loss last", "val/loss min of curve"];
    assert.deepEqual(await rows(), best);
    const line = async () => page.$eval('.part.metrics th[data-run="47"]', (header) => [...header.parentNode.cells].slice(1).map((cell) => cell.textContent));
    assert.equal((await line())[3], "0.3449 best");
    assert.equal((await line())[4], "0.2949 best at 12");
    await choose(page, "Value of a curve", "last");
    assert.deepEqual((await rows()).map((row) => row.replace(/ last$/, "")), ["energy", "val/accuracy", "val/loss"]);
    assert.equal((await words(page))[1], "trial_47 0.3449 last value");
    await choose(page, "Value of a curve", "max");
    assert.deepEqual(await rows(), ["energy", "val/accuracy last", "val/accuracy max of curve", "val/loss last", "val/loss max of curve"]);
    assert.equal((await line())[4], "1.4949 best at 0");
    assert.match(page.url(), /point=max/);
    await page.reload();
    assert.deepEqual((await rows()).at(-1), "val/loss max of curve");
    await choose(page, "Value of a curve", "");
    assert.deepEqual(await rows(), best);
  });
});

test("the best value so far of a curve never gets worse, and the table has the best", async () => {
  await within("normal", { hash: "#point=best" }, async (page) => {
    const heights = await page.$$eval(".chart", (charts) => {
      const chart = charts.find((one) => one.querySelector("figcaption").firstChild.data === "loss");
      return [...chart.querySelector('.line[data-run="0"]').getAttribute("d").matchAll(/[\d.]+ ([\d.]+)/g)].map((point) => Number(point[1]));
    });
    assert.equal(heights.length, 10);
    // Downwards on the screen is less: run-0 has a spike at step 50 otherwise.
    assert.deepEqual(heights, [...heights].sort((a, b) => a - b));
    assert.equal(heights[4], heights[5]);
    assert.equal((await rowOf(page, "metrics", "loss"))[1], "0.015625");
  });
});

test("values that differ have different texts, as values, differences and percents", async () => {
  await within("ends", {}, async (page) => {
    assert.deepEqual((await rowOf(page, "params", "energy")).slice(1), ["-204857.3312", "-204857.3313", "-204857.3314", "-204857.3315"]);
    assert.deepEqual((await rowOf(page, "params", "flag")).slice(1), ["true", "\"true\"", "\"true\"", "\"true\""]);
    for (const show of ["value", "difference", "percent"]) {
      await page.selectOption(".tools select", show);
      for (const name of ["energy", "id", "scale"]) {
        const texts = (await rowOf(page, "params", name)).slice(1);
        assert.equal(new Set(texts).size, 4, `${name} as ${show}: ${texts}`);
      }
    }
    await page.selectOption(".tools select", "difference");
    assert.deepEqual((await rowOf(page, "params", "id")).slice(1), ["18446744073709551612", "+1", "+2", "+3"]);
  });
});

test("names that differ at their end are apart in tables and legends, and the whole name is exported", async () => {
  await within("ends", {}, async (page) => {
    const labels = await page.$$eval(".part.params thead th[data-run]", (all) => all.map((one) => one.querySelector("button").childNodes[1].data));
    assert.deepEqual(labels.map((label) => label.slice(-6)), ["-seed0", "-seed1", "-seed2", "-seed3"]);
    assert.ok(labels.every((label) => label.length <= 40));
    // Nothing is cut: the box of each name holds all of its text.
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const cut = await page.$$eval("main th, .legend li", (all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1).map((one) => one.textContent));
      assert.deepEqual(cut, []);
    }
    await page.click(".menu summary");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Download JSON")]);
    const stream = await download.createReadStream();
    let text = "";
    for await (const chunk of stream) text += chunk;
    assert.match(JSON.parse(text)[1].run, /lr3e-4-wd0\.05-bs1024.*seed1$/);
  });
});

test("the mark of a difference is drawn, not a letter of a font", async () => {
  await within("normal", {}, async (page) => {
    const mark = await page.$eval(".part.params .q", (one) => ({ size: getComputedStyle(one).fontSize, width: one.getBoundingClientRect().width,
      bars: getComputedStyle(one, "::before").borderTopWidth, stroke: getComputedStyle(one, "::after").borderLeftWidth }));
    assert.equal(mark.size, "0px");
    assert.ok(mark.width >= 8 && Number.parseFloat(mark.bars) > 0 && Number.parseFloat(mark.stroke) > 0);
  });
});

test("who won is chosen by keyboard alone, and no run is named best where no metric says it", async () => {
  await within("contest", {}, async (page) => {
    await page.getByLabel("Rank by").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await until(async () => (await words(page))[0].includes("val/accuracy"));
    assert.deepEqual(await violations(page), []);
  });
  await within("plain", {}, async (page) => {
    assert.equal(await page.locator(".winner").count(), 0);
  });
});

test("the script writes the words that were written without it", async () => {
  for (const name of ["contest", "normal", "ends", "sweep", "sections", "crowd"])
    await within(name, {}, async (page) => {
      const written = await words(page);
      assert.ok(written.length > 2, name);
      // Hidden and shown again, as the script writes it; the metric named by hand.
      await page.evaluate(() => { location.hash = "#main=" + encodeURIComponent(document.querySelector(".winner .goal").dataset.goal + ":" + document.querySelector(".winner h2 b").textContent); });
      await until(async () => page.evaluate(() => document.querySelector(".ranked-by select").value !== ""));
      assert.deepEqual(await words(page), written, name);
    });
});
