// The page on paper.
import assert from "node:assert/strict";
import { test } from "node:test";
import { within } from "./browser.mjs";

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
