// The charts of curves.
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { within, chartData, readout } from "./browser.mjs";

// The charts of the normal page: the loss, a main metric, is first.
const loss = 0, balance = 1;

test("curves are grouped by the runs' groups", async () => {
  await within("sections", {}, async (page) => {
    await page.selectOption('label:has-text("Group by") select', "group");
    assert.deepEqual(await page.$$eval(".groups li", (items) => items.map((item) => item.textContent)), ["group = plain (n=5)", "group = augmented (n=5)"]);
  });
});

test("the cursor of a chart reads every run's value by keyboard", async () => {
  await within("normal", {}, async (page) => {
    await page.locator(".chart > svg").nth(loss).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await readout(page, loss), ["step 10", "run-0: 4", "run-1: 8", "run-2: 12", "run-3: 16"]);
    assert.deepEqual(await readout(page, balance), ["step 10", "run-0: -4", "run-1: -3", "run-2: -2", "run-3: -1"]);  // in step
    await page.keyboard.press("End");
    assert.deepEqual((await readout(page, loss)).slice(0, 2), ["step 90", "run-0: 0.015625"]);
  });
});

test("smoothing is the debiased exponential average, with the raw line faint", async () => {
  await within("normal", { hash: "#smooth=0.5" }, async (page) => {
    await page.locator(".chart > svg").nth(loss).focus();
    for (let i = 0; i < 3; ++i) await page.keyboard.press("ArrowRight");
    // 8, 4, 2 with weights 1, 2, 4: (8 + 2 * 4 + 4 * 2) / 7.
    assert.equal((await readout(page, loss))[1], "run-0: " + Number((24 / 7).toPrecision(6)));
    assert.equal(await page.locator(`.chart >> nth=${loss} >> path.faint`).count(), 4);
  });
});

test("a logarithmic axis, and one that is linear around zero where values are not positive", async () => {
  await within("normal", {}, async (page) => {
    await page.check("text=log");
    const ticks = (index) => page.$$eval(".chart > svg", (svgs, i) => [...svgs[i].querySelectorAll(".grid text[text-anchor=end]")].map((text) => text.textContent), index);
    assert.deepEqual(await ticks(loss), ["0.1", "1", "10", "100", "1000"]);
    assert.ok((await ticks(balance)).includes("0"));
    assert.ok((await ticks(balance)).includes("-1"));
  });
});

test("ignoring outliers ends the axis at the 5th and 95th percentile", async () => {
  await within("normal", { hash: "#outliers=1" }, async (page) => {
    const { y0, y1 } = await chartData(page, loss);
    const values = [0, 1, 2, 3].flatMap((i) => Array.from({ length: 10 }, (_, step) => (i + 1) * 2 ** (3 - step) + (i === 0 && step === 5 ? 1000 : 0))).sort((a, b) => a - b);
    const quantile = (part) => { const at = part * (values.length - 1), low = Math.floor(at); return values[low] + (at - low) * (values[low + 1] - values[low]); };
    assert.ok(Math.abs(Number(y0) - quantile(0.05)) < 1e-6);
    assert.ok(Math.abs(Number(y1) - quantile(0.95)) < 1e-5);
    assert.ok(Number(y1) < 100);
  });
});

test("zoom is by dragging, in all charts, and a double click takes it back", async () => {
  await within("normal", {}, async (page) => {
    const svg = page.locator(".chart > svg").nth(loss);
    await svg.scrollIntoViewIfNeeded();
    const frame = await svg.boundingBox();
    const xOf = (step) => frame.x + ((64 + (step / 90) * 562) / 640) * frame.width;
    await page.mouse.move(xOf(20), frame.y + 80);
    await page.mouse.down();
    await page.mouse.move(xOf(60), frame.y + 90, { steps: 5 });
    await page.mouse.up();
    for (const index of [loss, balance]) {
      const { x0, x1 } = await chartData(page, index);
      assert.ok(Math.abs(x0 - 20) < 1 && Math.abs(x1 - 60) < 1, `${x0} to ${x1}`);
    }
    const { y1 } = await chartData(page, loss);
    assert.ok(Number(y1) > 1000 && Number(y1) < 1001);  // the spike at step 50
    await svg.dblclick();
    assert.deepEqual([Number((await chartData(page, loss)).x0), Number((await chartData(page, loss)).x1)], [0, 90]);
  });
});

test("runs are grouped by a param: the mean, with the deviation or the range, and how many", async () => {
  await within("normal", {}, async (page) => {
    await page.selectOption('label:has-text("Group by") select', "optimizer");
    await page.locator(".chart > svg").nth(loss).focus();
    await page.keyboard.press("ArrowRight");
    // adam: 8 and 24, sgd: 16 and 32; the deviation of two numbers is half their distance times the root of 2.
    const deviation = Number((8 * Math.SQRT2).toPrecision(6));
    assert.deepEqual((await readout(page, loss)).slice(1), [`optimizer = adam: 16 ± ${deviation}, n=2`, `optimizer = sgd: 24 ± ${deviation}, n=2`]);
    await page.selectOption('label:has-text("Band") select', "range");
    await page.locator(".chart > svg").nth(loss).focus();
    await page.keyboard.press("Home");
    assert.equal((await readout(page, loss))[1], "optimizer = adam: 16 (8 to 24), n=2");
    assert.equal(await page.locator(`.chart >> nth=${loss} >> path.band`).count(), 2);
    assert.deepEqual(await page.$$eval(".groups li", (items) => items.map((item) => item.textContent)), ["optimizer = adam (n=2)", "optimizer = sgd (n=2)"]);
  });
});

test("x is the step, the time since the first point, or the clock", async () => {
  await within("normal", {}, async (page) => {
    await page.selectOption('.curves .controls select >> nth=0', "time");
    assert.deepEqual([Number((await chartData(page, loss)).x0), Number((await chartData(page, loss)).x1)], [0, 540]);
    await page.selectOption('.controls select >> nth=0', "clock");
    assert.equal(Number((await chartData(page, loss)).x0), 1763883000);
  });
});

test("NaN is a gap in a line", async () => {
  await within("normal", { hash: "#smooth=0.1" }, async (page) => {
    const line = await page.locator(`.chart >> nth=${balance} >> path.line:not(.faint)`).first().getAttribute("d");
    assert.equal(line.split("M").length - 1, 2);
  });
});

test("a chart is saved as SVG and as PNG", async () => {
  await within("normal", {}, async (page) => {
    const saved = async (label) => {
      const [file] = await Promise.all([page.waitForEvent("download"), page.click(`button[aria-label="Save loss as ${label}"]`)]);
      return fs.readFileSync(await file.path());
    };
    const svg = (await saved("SVG")).toString();
    assert.match(svg, /^<svg[^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    assert.match(svg, /stroke="rgb\(/);
    assert.equal((await saved("PNG")).subarray(1, 4).toString(), "PNG");
  });
});

test("the points of a curve are a table behind a fold, and a file", async () => {
  await within("normal", {}, async (page) => {
    const points = page.locator(`.chart >> nth=${loss} >> details:has-text('Points')`).last();
    await points.locator("summary").click();
    const rows = () => points.locator("tr").evaluateAll((lines) => lines.map((line) => [...line.cells].map((cell) => cell.textContent)));
    assert.deepEqual((await rows())[0], ["step", "run-0", "run-1", "run-2", "run-3"]);
    assert.deepEqual((await rows())[2], ["10", "4", "8", "12", "16"]);
    assert.equal((await rows()).length, 11);
    await page.uncheck('input[aria-label="Show run-1"]');
    assert.deepEqual((await rows())[2], ["10", "4", "12", "16"]);
    const [file] = await Promise.all([page.waitForEvent("download"), page.click('button[aria-label="Download CSV: points of loss"]')]);
    assert.match(fs.readFileSync(await file.path(), "utf8"), /^step,run-0,run-2,run-3\r\n0,8,24,32\r\n10,4,12,16\r\n/);
  });
  await within("curves", {}, async (page) => {
    const points = page.locator(".chart >> nth=0 >> details:has-text('Points')").last();
    await points.locator("summary").click();
    assert.ok(await points.locator("tbody tr").count() <= 500);
    assert.match(await points.locator("p").textContent(), /^\d+ of \d+ points a run\. The page holds the first, lowest, highest and last points of 500 parts of each curve of up to 10000\. Download CSV$/);
  });
});

test("runs that differ in their seed alone are one mean with its deviation", async () => {
  await within("normal", {}, async (page) => {
    await page.selectOption('label:has-text("Group by") select', { label: "all runs together" });
    await page.locator(".chart > svg").nth(loss).focus();
    await page.keyboard.press("ArrowRight");
    // 8, 16, 24 and 32.
    const deviation = Number((8 * Math.sqrt(5 / 3)).toPrecision(6));
    assert.deepEqual((await readout(page, loss)).slice(1), [`all runs: 20 ± ${deviation}, n=4`]);
    const choices = await page.locator('label:has-text("Group by") option').allTextContents();
    assert.deepEqual(choices, ["none", "all runs together", "layers", "lr", "optimizer", "warmup"]);
  });
});
