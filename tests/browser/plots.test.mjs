// Parallel coordinates and scatter.
import assert from "node:assert/strict";
import { test } from "node:test";
import { within, tableOf, violations, shownValues } from "./browser.mjs";

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
    assert.deepEqual(await page.locator(".plots select").evaluateAll((selects) => selects.map((select) => select.value)), ["lr", "loss", "loss", ""]);
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
    // The objective colours them, unless the reader wants otherwise.
    assert.equal(page.url().split("#")[1], undefined);
    const mix = (percent) => `color-mix(in oklab, var(--r0), var(--r1) ${percent}%)`;
    const of = (run) => Math.round((100 * (1 / (run + 1) - 1 / 12)) / (1 - 1 / 12));
    assert.deepEqual(await colors(".line"), Array.from({ length: 12 }, (_, run) => mix(of(run))));
    assert.deepEqual(await colors(".dot"), await colors(".line"));
    assert.equal(await page.locator(".plots .plain .shade").count(), 20);
    const strokes = await page.locator(".plots .line").evaluateAll((lines) => lines.map((line) => getComputedStyle(line).stroke));
    assert.equal(new Set(strokes).size, 12);
    assert.deepEqual(await violations(page), []);
    await page.locator(".plots select").nth(2).selectOption("lr");
    assert.match(page.url(), /#color=lr$/);
    await page.reload();
    assert.deepEqual(await drawn(), [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
    await page.locator(".plots select").nth(2).selectOption("run");
    assert.match(page.url(), /#color=$/);
    await page.reload();
    assert.equal((await colors(".line")).join(""), "");
    assert.equal(await page.locator(".plots .shade").count(), 0);
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
    assert.deepEqual(shown.sort((a, b) => a - b), wanted);
    assert.equal(await page.locator(".plots .dot:not(.faint)").count(), wanted.length);
  });
});

// search.html: 150 runs, every tenth of which diverged, and params with long names that begin alike.

const titles = (page) => page.locator(".plots .title .name").allTextContents();
const labels = (page) => page.locator(".plots .title").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));

test("runs that diverged leave the axes and the colours to the others, and are still there", async () => {
  await within("search", { hash: `#color=val%2Floss&scatter=${encodeURIComponent('["lr","val/loss"]')}` }, async (page) => {
    assert.equal(await page.locator(".plots .bar svg").getAttribute("aria-label"), "Colours: val/loss from 0.7 to ≥ 1.7");
    assert.deepEqual(await page.locator(".plots .bar text").allTextContents(), ["0.7", "1.2", "≥ 1.7"]);
    assert.match(await page.locator(".plots .bar .note").textContent(), /grey: 5 without a value/);
    const point = async (run) => page.locator(`.scatter [data-run="${run}"]`).evaluate((dot) => [Number(dot.getAttribute("cy")), dot.style.getPropertyValue("--c")]);
    // 1e12 and infinity lie beyond the others, at the top, in the last colour; NaN is named.
    const top = await point(9);
    assert.deepEqual(await point(19), top);
    assert.match(top[1], /100%/);
    assert.equal(await page.locator('.scatter [data-run="29"]').count(), 0);
    assert.equal(await page.locator(".scatter .note").textContent(), "5 of 150 runs have no value here, and no point");
    // What did not diverge takes nine tenths of the axis.
    const others = await page.locator(".scatter .dot").evaluateAll((dots, y) => dots.map((dot) => Number(dot.getAttribute("cy"))).filter((one) => one !== y), top[0]);
    assert.deepEqual([Math.min(...others), Math.max(...others)], [14 + 25.6, 270].map((y) => Number(y.toFixed(1))));
    assert.ok((await page.locator(".scatter text").allTextContents()).includes("> 1.7"));
  });
});

test("an axis can be any param or metric, or the last, least or greatest value of a metric; the objective stays", async () => {
  await within("search", {}, async (page) => {
    const usual = await labels(page);
    assert.ok(usual.includes("val/loss (min)") && usual.includes("lr (log)"));
    await page.click("text=Choose axes");
    for (const name of ["lr", "backbone", "optimizer", "augment"]) await page.click(`[aria-label="Remove ${name}"]`);
    assert.equal(await page.locator('[aria-label="Remove val/loss (min)"]').count(), 0);
    await page.selectOption('label:has-text("Add an axis") select', "val/loss.max");
    await page.selectOption('label:has-text("Add an axis") select', "seed");
    assert.deepEqual(await labels(page), [...usual.filter((name) => !/^(lr|backbone|optimizer|augment)\b(?!ation)/.test(name)), "val/loss (max)", "seed"]);
    const chosen = await labels(page);
    await page.reload();
    assert.deepEqual(await labels(page), chosen);
    // The least loss is known for runs that diverged at their end, too.
    await page.click("text=Choose axes");
    await page.selectOption('label:has-text("against") select', "val/loss.min");
    assert.equal(await page.locator(".scatter .dot").count(), 150);
    await page.selectOption('label:has-text("Scatter") select', "throughput");
    await page.reload();
    assert.deepEqual(await page.locator(".plots select").evaluateAll((all) => all.slice(0, 2).map((one) => one.value)), ["throughput", "val/loss.min"]);
    await page.click("text=Choose axes");
    await page.click("text=Usual axes");
    assert.deepEqual(await labels(page), usual);
    assert.doesNotMatch(page.url(), /axes=/);
    assert.deepEqual(await violations(page), []);
  });
});

test("axes are put into another order by dragging their titles, and by keyboard", async () => {
  await within("search", { hash: `#axes=${encodeURIComponent('["lr","seed","val/loss.min"]')}` }, async (page) => {
    assert.deepEqual(await labels(page), ["lr (log)", "seed", "val/loss (min)"]);
    await page.locator(".plots .title").nth(2).focus();
    await page.keyboard.press("ArrowLeft");
    assert.deepEqual(await labels(page), ["lr (log)", "val/loss (min)", "seed"]);
    assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-valuetext")), /^axis 2 of 3$/);
    assert.match(decodeURIComponent(page.url()), /axes=\["lr","val\/loss.min","seed"\]/);
    await page.keyboard.press("Delete");
    assert.equal((await labels(page)).length, 3);  // the objective
    const frames = await page.locator(".plots .title .name").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
    await page.mouse.move(frames[0].x + 10, frames[0].y + 5);
    await page.mouse.down();
    await page.mouse.move(frames[2].x + 10, frames[2].y + 5, { steps: 4 });
    await page.mouse.up();
    assert.deepEqual(await labels(page), ["val/loss (min)", "seed", "lr (log)"]);
    await page.locator(".plots .title").nth(1).focus();
    await page.keyboard.press("Delete");
    assert.deepEqual(await labels(page), ["val/loss (min)", "lr (log)"]);
    // A selection along an axis that is not shown any more still counts, and can be cleared.
    await page.reload();
    assert.deepEqual(await labels(page), ["val/loss (min)", "lr (log)"]);
  });
});

test("the titles of axes never overlap, and one is whole where it has the focus", async () => {
  const all = ["augment", "augmentation.random_resized_crop.minimum_scale", "backbone", "lr", "model.decoder.transformer.attention.heads",
    "model.encoder.transformer.attention.dropout", "model.encoder.transformer.attention.heads", "optimizer", "seed", "throughput", "val/accuracy", "val/loss", "val/loss.max", "val/loss.min"];
  for (const width of [1280, 390]) {
    for (const count of [2, 5, 14]) {
      await within("search", { width, hash: `#axes=${encodeURIComponent(JSON.stringify(all.slice(-count)))}` }, async (page) => {
        assert.equal((await titles(page)).length, count);
        const frames = await page.locator(".plots .title .name").evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().toJSON()));
        const overlap = frames.flatMap((a, i) => frames.slice(i + 1).filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom - 2 && b.top < a.bottom - 2));
        assert.deepEqual(overlap, [], `${count} axes at ${width} pixels`);
        const size = await page.locator(".plots .title .name").first().evaluate((text) => text.getBoundingClientRect().height);
        assert.ok(size > 10, "a title is not smaller on a small screen");
      });
    }
  }
  await within("search", {}, async (page) => {
    const title = page.locator('.plots .title[aria-label^="model.encoder.transformer.attention.dropout"]');
    assert.match(await title.locator(".name").textContent(), /^model.*….*dropout$/);
    await title.focus();
    assert.equal(await title.locator(".full").isVisible(), true);
    assert.equal(await title.locator(".full").textContent(), "model.encoder.transformer.attention.dropout");
  });
});

test("a run that a filter leaves out is in no plot, and a broken address does no harm", async () => {
  await within("search", { hash: "#filter=optimizer+%3D+adamw" }, async (page) => {
    assert.equal(await page.locator(".plots .line").count(), 50);
    assert.equal(await page.locator(".part.overview tbody tr").count(), 50);
  });
  for (const hash of ["#axes=1", "#axes=[\"nothing\"]", "#scatter=[1,2]&color=__proto__", "#axes={&brush=[[\"lr\",[0]]]"]) {
    await within("search", { hash }, async (page) => { assert.equal(await page.locator(".plots .line").count(), 150); });
  }
});
