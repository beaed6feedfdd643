// The tables and the tools above them.
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { within, tableOf, rowOf, until } from "./browser.mjs";

test("the script's tables are the ones that were written", async () => {
  for (const name of ["normal", "artifacts", "plain", "hostile"]) {
    let written;
    await within(name, { javaScriptEnabled: false }, async (page) => {
      written = await page.$$eval("main > .part > details > .scroll > table td", (cells) =>
        cells.map((cell) => [cell.className, (cell.querySelector(".long > summary") || cell).textContent, cell.title]));
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
    // The first closes the list of names.
    await page.keyboard.press("Escape");
    assert.equal((await tableOf(page, "metrics")).length, 2);
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
    assert.deepEqual(table[4].slice(1), ["1 differs", /\d+$/.exec(table[4][0])[0]]);
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

test("a time is shown to the second, and whole in its title and in every copy", async () => {
  await within("sweep", {}, async (page) => {
    const line = (run) => page.locator(`.part.runs tbody tr:has(th[data-run="${run}"])`);
    const cells = () => line(11).locator("td").evaluateAll((all) => all.map((cell) => [cell.textContent, cell.title]));
    for (const look of ["as written", "by the script"]) {
      assert.deepEqual((await cells()).filter(([text]) => /^2025/.test(text))[0], ["2025-11-23 07:41:00", "2025-11-23 07:41:00.128931"], look);
      await page.fill("input[type=search]", "run-1");
      await page.fill("input[type=search]", "");
    }
    assert.deepEqual(await line(10).locator("td").evaluateAll((all) => all.filter((cell) => cell.title).map((cell) => [cell.textContent, cell.title])),
      [["2025-11-23 07:40:00", "2025-11-23 07:40:00.5"]]);
    await page.click(".menu > summary");
    const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=Download CSV")]);
    assert.match(fs.readFileSync(await file.path(), "utf8"), /2025-11-23 07:41:00\.128931/);
    assert.equal(await line(11).evaluate((row) => row.offsetHeight < 45), true);
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

test("the header and the first column stay where a table is moved, with and without script", async () => {
  for (const javaScriptEnabled of [true, false])
    await within("many", { javaScriptEnabled }, async (page) => {
      const scroll = page.locator(javaScriptEnabled ? ".part.metrics > details > .scroll" : ".part.metrics noscript .scroll");
      await scroll.scrollIntoViewIfNeeded();
      // The debugger moves it: it can where a page's script may not. Again, until the rows are drawn that make it so high.
      await until(async () => await scroll.evaluate((element) => {
        element.scrollTo(900, 600);
        return element.scrollLeft === 900 && element.scrollTop === 600;
      }));
      const places = await scroll.evaluate((element) => {
        const frame = element.getBoundingClientRect(), table = element.querySelector("table");
        const [corner, first] = [table.rows[0].cells[0], table.rows[table.rows.length - 1].cells[0]].map((cell) => cell.getBoundingClientRect());
        return [element.scrollLeft, element.scrollTop, corner.left - frame.left, corner.top - frame.top, first.left - frame.left].map(Math.round);
      });
      assert.deepEqual(places, [900, 600, 0, 1, 0]);
    });
});

test("copies and downloads hold notes as logged, tags, groups, provenance and how runs ended", async () => {
  const downloaded = async (page, what) => {
    await page.click(".menu > summary");
    const [file] = await Promise.all([page.waitForEvent("download"), page.click(`text=${what}`)]);
    return fs.readFileSync(await file.path(), "utf8");
  };
  await within("sections", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
    const json = JSON.parse(await downloaded(page, "Download JSON"));
    assert.match(json[0].Note, /^# Why\n\nThe \*\*best\*\* so far of `sweep 3`/);
    assert.equal(json[5].Note, undefined);
    assert.deepEqual([json[1].Tags.candidate, json[1].Tags.team, json[0].Runs.group, json[0].Runs.status], ["yes", "vision", "plain", "finished"]);
    assert.equal(json[1].Provenance["code.commit"], "b".repeat(40));
    const csv = await downloaded(page, "Download CSV");
    assert.match(csv, /^Notes,note,"# Why\n/m);
    assert.match(csv, /^Runs,group,plain,plain,/m);
    assert.match(csv, /^Provenance,build\.build_type,Release,Debug,/m);
    await page.click(".menu > summary");
    await page.click("text=Copy as TSV");
    await page.locator("[role=status]:text('Copied as TSV')").waitFor({ state: "attached" });
    const tsv = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(tsv, /^Groups\nMetric and group\tn\tMean\t/m);
    assert.match(tsv, /^augmented\t5\t0\.97\t0\.0158114\t/m);
  });
});
