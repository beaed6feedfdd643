// The filter field: words for rows, expressions for runs.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { folder, within, tableOf, violations } from "./browser.mjs";

const field = "input[type=search]";
const cases = JSON.parse(fs.readFileSync(path.join(folder, "filters.json"), "utf8"));
const count = (page) => page.locator(".count").textContent();
const shownRuns = (page, part) => page.$$eval(`.part.${part} th[data-run]`, (headers) => headers.map((header) => Number(header.dataset.run)));

test("the script reads each filter as find_runs does, and refuses it with the same words", () => {
  const source = fs.readFileSync(new URL("../../include/erm/detail/page/web/run_filter.js", import.meta.url), "utf8");
  fs.writeFileSync(path.join(folder, "run_filter.mjs"), `${source}\nexport { readFilter };\n`);
  return import(path.join(folder, "run_filter.mjs")).then(({ readFilter }) => {
    assert.ok(cases.length > 3000);
    assert.ok(cases.filter((one) => one.accepts).length > 300 && cases.filter((one) => one.accepts === false).length > 300);
    for (const { filter, fault = null } of cases) assert.equal(readFilter(filter).fault?.message ?? null, fault);
  });
});

test("the page accepts the runs that find_runs accepts, for each filter", async () => {
  // A field of one line has no line breaks.
  const readable = cases.filter((one) => "accepts" in one).map((one) => ({ ...one, filter: one.filter.replaceAll(/[\r\n\t]/g, " ") }));
  await within("filters", {}, async (page) => {
    const found = await page.evaluate((filters) => {
      const input = document.querySelector("input[type=search]");
      return filters.map((filter) => {
        input.value = filter;
        input.dispatchEvent(new Event("input"));
        return { isExpression: document.querySelector(".count").textContent !== "", accepts: document.querySelector('.part.runs th[data-run="0"]') !== null };
      });
    }, readable.map((one) => one.filter));
    const wrong = readable.filter((one, i) => found[i].isExpression && found[i].accepts !== one.accepts);
    assert.deepEqual(wrong, []);
    // The others are one name that may be a word, or ask for names that no run has.
    const words = readable.filter((one, i) => !found[i].isExpression).map((one) => one.filter);
    assert.ok(words.length < readable.length / 20, words.join("\n"));
  });
});
