// The filter field: words for rows, expressions for runs.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { folder, within, tableOf, until, violations } from "./browser.mjs";

const field = ".combo input";
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
      const input = document.querySelector(".combo input");
      return filters.map((filter) => {
        input.value = filter;
        input.dispatchEvent(new Event("input"));
        return { isExpression: document.querySelector(".count").textContent !== "", accepts: document.querySelector('.part.runs th[data-run="0"]') !== null };
      });
    }, readable.map((one) => one.filter));
    // The page joins the keys of a dict with dots, and cannot tell {"cat.dog"} from {"cat": {"dog"}}.
    const isKnown = ({ filter }) => filter.includes("cat.dog is missing");
    const wrong = readable.filter((one, i) => found[i].isExpression && found[i].accepts !== one.accepts && !isKnown(one));
    assert.deepEqual(wrong, []);
    // The others are one name that may be a word, or ask for names that no run has.
    const words = readable.filter((one, i) => !found[i].isExpression).map((one) => one.filter);
    assert.ok(words.length < readable.length / 20, words.join("\n"));
  });
});

test("an expression leaves out runs everywhere, and counts them", async () => {
  await within("search", {}, async (page) => {
    assert.equal(await count(page), "");
    await page.fill(field, "optimizer = adamw and val/loss < 1");
    const wanted = Array.from({ length: 150 }, (_, i) => i).filter((i) => i % 3 === 1 && i % 10 !== 9 && 0.3 + 0.01 * ((i * 37) % 101) + 0.4 < 1);
    assert.ok(wanted.length > 5 && wanted.length < 40);
    assert.equal(await count(page), `${wanted.length} of 150 runs`);
    for (const part of ["overview", "params", "metrics", "runs"]) assert.deepEqual((await shownRuns(page, part)).sort((a, b) => a - b), wanted);
    const drawn = (selector) => page.$$eval(selector, (all) => all.map((one) => Number(one.dataset.run)).sort((a, b) => a - b));
    assert.deepEqual(await drawn(".plots .line"), wanted);
    assert.deepEqual(await drawn(".plots .dot"), wanted);
    await page.locator(".chart").first().scrollIntoViewIfNeeded();
    await until(async () => (await drawn(".chart:first-child > svg .line")).length < 150);
    assert.deepEqual(await drawn(".chart:first-child > svg .line"), wanted);
    assert.equal(await page.locator(".legend li:not([hidden])").count(), wanted.length);
    // All rows are there: an expression is not looked for in them.
    assert.equal(await page.locator(".part.params thead th").count(), 10);
    assert.match(decodeURIComponent(page.url()), /filter=optimizer\+=\+adamw\+and\+val\/loss\+<\+1/);
    await page.reload();
    assert.equal(await count(page), `${wanted.length} of 150 runs`);
    assert.deepEqual(await violations(page), []);
    await page.fill(field, "val/loss.min < 0.595 and tags.diverged");
    assert.equal(await count(page), "4 of 150 runs");  // which diverged later
    await page.fill(field, "val/los < 0.4");
    assert.equal(await count(page), "0 of 150 runs; no run has val/los");
  });
});

test("text that may be words is words, and a filter that cannot be read hides nothing", async () => {
  await within("normal", {}, async (page) => {
    const rows = async () => (await tableOf(page, "params")).slice(1).map((row) => row[0].replace("≠", ""));
    const all = await rows();
    for (const [text, wanted] of [["sgd", ["optimizer"]], ["status", []], ["not adam", []], ["adam or", []], ["best in class", []], ["x contains y", []], ["l", all.filter((row) => row.includes("l"))]]) {
      await page.fill(field, text);
      assert.deepEqual(await rows(), wanted, text);
      assert.equal(await count(page), "");
    }
    for (const text of ["params.lr <", "lr < ", "tags.a und", "parms.lr < 1", "lr = 5m"]) {
      await page.fill(field, text);
      await page.locator(field).blur();
      assert.deepEqual(await rows(), all, text);
      assert.equal(await page.getAttribute(field, "aria-invalid"), "true");
    }
    assert.equal(await page.locator(".fault p").textContent(),
      "cannot read the filter: a length of time can be compared with 'duration' only; if it is a text, put it in quotes");
    assert.equal(await page.locator(".fault pre").textContent(), "  lr = 5m\n       ^");
    assert.deepEqual(await violations(page), []);
    await page.fill(field, "lr < 0.04 or optimizer = adam");
    assert.equal(await page.locator(".fault").isVisible(), false);
    assert.equal(await count(page), "3 of 4 runs");
  });
  // One run is never hidden.
  await within("one", {}, async (page) => {
    await page.fill(field, "lr > 5");
    assert.equal(await count(page), "");
  });
});

test("names and values are completed by keyboard", async () => {
  await within("search", {}, async (page) => {
    const options = () => page.locator("#names [role=option]").allTextContents();
    await page.keyboard.press("/");
    await page.keyboard.type("heads");
    assert.deepEqual(await options(), ["params.model.decoder.transformer.attention.heads", "params.model.encoder.transformer.attention.heads"]);
    assert.equal(await page.getAttribute(field, "aria-expanded"), "true");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.getAttribute(field, "aria-activedescendant"), "name1");
    assert.equal(await page.locator('[aria-selected="true"]').textContent(), "params.model.encoder.transformer.attention.heads");
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("Enter");
    assert.equal(await page.inputValue(field), "params.model.encoder.transformer.attention.heads ");
    await page.keyboard.type("in (");
    assert.deepEqual(await options(), ["2", "4", "8", "16"]);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Tab");
    await page.keyboard.type(") and backbone = tiny");
    assert.deepEqual(await options(), ["facebook/convnext-tiny-224"]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    assert.equal(await page.inputValue(field), "params.model.encoder.transformer.attention.heads in (16 ) and backbone = facebook/convnext-tiny-224 ");
    assert.equal(await count(page), "0 of 150 runs");
    await page.keyboard.type("and val/l");
    assert.deepEqual((await options()).slice(0, 3), ["metrics.val/loss", "metrics.val/loss.min", "metrics.val/loss.max"]);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#names").isVisible(), false);
    assert.match(await page.inputValue(field), /val\/l$/);
    // A name in the middle, by mouse.
    await page.fill(field, "lr < 1");
    await page.focus(field);
    await page.keyboard.press("Home");
    await page.keyboard.type("not tags.div");
    await page.click("#names li");
    assert.equal(await page.inputValue(field), "not tags.diverged lr < 1");
    assert.deepEqual(await page.evaluate(() => [document.activeElement.type, document.activeElement.selectionStart]), ["search", 18]);
  });
});
