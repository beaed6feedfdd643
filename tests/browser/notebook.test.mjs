// The output of a notebook's cell, as it is and as sanitisers leave it.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createRequire } from "node:module";
import sanitizeHtml from "sanitize-html";
import { folder, within } from "./browser.mjs";

const purify = fs.readFileSync(createRequire(import.meta.url).resolve("dompurify/dist/purify.min.js"), "utf8");
const output = fs.readFileSync(path.join(folder, "notebook.html"), "utf8");

const readText = (page) => page.evaluate(() => document.body.innerText.replace(/\s+/g, " ").trim());
const left = /^Comparison of 4 runs\. This notebook does not show the page itself: .* Run loss accuracy f1 run-0 0\.015625 0\.9 .*run-3 0\.0625 0\.96 /;

test("a trusted notebook shows the page in its frame, and nothing below it", async () => {
  await within("notebook", {}, async (page) => {
    assert.equal(await readText(page), "");
    const frame = page.frames()[1];
    assert.equal(await frame.locator("h1").textContent(), "Comparison of 4 runs");
    await frame.locator(".tools").waitFor();
  });
});

test("DOMPurify leaves the main metrics", async () => {
  await within("notebook", {}, async (page) => {
    await page.addScriptTag({ content: purify });
    await page.evaluate((html) => { document.body.replaceChildren(window.DOMPurify.sanitize(html, { RETURN_DOM_FRAGMENT: true })); }, output);
    assert.match(await readText(page), left);
  });
});

test("sanitize-html leaves the main metrics", async () => {
  await within("notebook", {}, async (page) => {
    await page.setContent(sanitizeHtml(output));
    assert.match(await readText(page), left);
  });
});
