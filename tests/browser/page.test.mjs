// The page as a whole: its policy, its state, what is read without script.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { folder, names, within, tableOf, rowOf, chartData, openEverything, violations } from "./browser.mjs";

for (const name of [...names, "many", "trials", "curves"]) {
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

test("without script every table, text and curve is there", async () => {
  await within("normal", { javaScriptEnabled: false }, async (page) => {
    assert.deepEqual(await rowOf(page, "params", "lr"), ["lr≠", "0.1", "0.05", "0.0333333", "0.025"]);
    assert.equal(await page.locator(".chart path.line").count(), 8);
    assert.match(await page.locator(".artifact pre").first().textContent(), /line of run 0/);
    assert.equal(await page.locator(".tools").count(), 0);
  });
});

test("the page works by keyboard alone", async () => {
  await within("normal", {}, async (page) => {
    await page.keyboard.press("/");
    await page.keyboard.type("lr");
    assert.equal((await tableOf(page, "params")).length, 2);
    await page.keyboard.press("Escape");
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
    assert.deepEqual(groups[1], ["accuracy↑ guessed", "augmented and plain differ: p = 0.016 over 2 metrics (0.0079 by itself), by Mann-Whitney; augmented is mostly higher, by 0.45 (0.42 to 0.48), which is better"]);
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

test("hovering a run highlights it everywhere", async () => {
  await within("normal", {}, async (page) => {
    await page.hover('.legend li[data-run="2"]');
    assert.equal(await page.locator('.hover').count(), await page.locator('[data-run="2"]').count());
    assert.equal(await page.locator('.line.hover[data-run="2"]').count(), 2);
  });
});

test("200 runs of 200 rows, and 10 curves of 20 runs of 10,000 points, are all there", async () => {
  await within("many", { javaScriptEnabled: false }, async (page) => {
    assert.equal(await page.locator(".part.params td").count(), 200 * 100);
    assert.equal(await page.locator(".part.metrics td").count(), 200 * 102);
  });
  await within("curves", { hash: "#smooth=0.1" }, async (page) => {
    assert.equal(await page.locator(".chart path.line:not(.faint)").count(), 200);
    assert.deepEqual([Number((await chartData(page, 9)).x0), Number((await chartData(page, 9)).x1)], [0, 9999]);
  });
});
