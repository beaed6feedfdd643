// The page on paper.
import assert from "node:assert/strict";
import { test } from "node:test";
import { within } from "./browser.mjs";

test("wide tables are printed as groups of columns that fit the paper, the first column in each", async () => {
  await within("sections", { colorScheme: "dark" }, async (page) => {
    const cells = await page.$eval(".part.metrics table", (table) => [table.rows.length, table.rows[0].cells.length]);
    const chosen = await page.locator("input[name=\"baseline\"]:checked").count();
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.equal(await page.locator(".part.metrics > details > .scroll").isVisible(), false);
    const groups = await page.$$eval(".part.metrics .paper table", (tables) => tables.map((table) => ({ width: table.offsetWidth, rows: table.rows.length,
      columns: table.rows[0].cells.length, first: table.rows[1].cells[0].textContent })));
    assert.ok(groups.length > 1);
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
    assert.match(words[0], /^augmented and plain differ: p = 0.016 over 2 metrics \(0.0079 by itself\), by Mann-Whitney/);
  });
});

test("paper has no controls and light colours", async () => {
  await within("normal", { colorScheme: "dark" }, async (page) => {
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.equal(await page.locator(".tools").isVisible(), false);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  });
});

test("of 150 runs at most ten pages hold the best, and say so and what was chosen", async () => {
  await within("trials", { hash: "#hide=3.5&differing=1" }, async (page) => {
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
    const pages = pdf.match(/\/Type\s*\/Page\b/g).length;
    assert.ok(pages >= 2 && pages <= 10, `${pages} pages`);
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("header .paper").textContent(), "As shown: compared to trial-0; 2 of 150 runs hidden: trial-3, trial-5; only rows that differ.");
    assert.equal(await page.locator(".overview .paper .none").textContent(), "On paper: the best 25 of 148 runs by loss.");
    const names = await page.$$eval(".overview .paper table:first-of-type tbody th", (all) => all.map((one) => one.lastChild.textContent.trim()));
    assert.equal(names.length, 25);
    assert.deepEqual(names.slice(1, 4), ["trial-73", "trial-146", "trial-69"]);
    const metrics = await page.$$eval(".metrics .paper table", (tables) => tables.map((table) => [...table.rows[0].cells].map((cell) => cell.textContent)));
    assert.equal(metrics.length, 1);
    assert.match(await page.locator(".metrics .paper .none").textContent(), new RegExp(`^On paper: the best ${metrics[0].length - 1} of 148 runs by loss\\.$`));
    assert.deepEqual(metrics[0].slice(0, 3), ["Name", "trial-0 baseline", "trial-73"]);
    assert.equal(await page.locator(".notes .artifact:visible").count(), 12);
    assert.equal(await page.locator(".paper button, .paper input").count(), 0);
    await page.emulateMedia({ media: "screen" });
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    assert.equal(await page.locator(".paper, .split, .left-out").count(), 0);
  });
});
