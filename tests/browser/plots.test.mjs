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
