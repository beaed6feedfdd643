// Pictures, media, texts and figures.
import assert from "node:assert/strict";
import { test } from "node:test";
import { within, until, openEverything } from "./browser.mjs";

test("images, drawings in any encoding, sound and video of every format are decoded, and what only says so is not", async () => {
  await within("media", {}, async (page) => {
    await openEverything(page);
    const images = page.locator(".artifact img");
    assert.equal(await images.count(), 6);
    await until(() => images.evaluateAll((all) => all.every((image) => image.complete)));
    assert.deepEqual(await images.evaluateAll((all) => all.map((image) => image.naturalWidth)), [2, 1, 1, 1, 7, 8]);
    const players = page.locator(".artifact :is(audio, video)");
    assert.deepEqual(await players.evaluateAll((all) => all.map((player) => player.localName)), ["video", "audio", "video"]);
    await until(() => players.evaluateAll((all) => all.every((player) => player.readyState >= 1 || player.error)));
    assert.deepEqual(await players.evaluateAll((all) => all.map((player) => player.error && player.error.message)), [null, null, null]);
    assert.deepEqual(await players.evaluateAll((all) => all.map((player) => player.videoWidth || 0)), [16, 0, 16]);
    assert.equal(await page.locator("audio").evaluate((player) => player.duration), 0.1);
    assert.match(await page.locator(".artifact .notice").first().textContent(), /whatever its name says/);
    assert.equal(await page.locator(".artifact pre").count(), 5);
    assert.equal(await page.locator(".artifact a[download]").count(), 7);
  });
});

test("pictures zoom together and blend, texts show their differences", async () => {
  await within("artifacts", {}, async (page) => {
    const widths = () => page.$$eval(".gallery img:not(.over)", (images) => images.filter((image) => image.alt.startsWith("picture")).map((image) => image.style.width));
    await page.locator('label:has-text("Zoom") input').first().fill("4");
    assert.deepEqual(await widths(), ["400%", "400%", "400%"]);
    await page.locator('label:has-text("Blend") input').first().fill("0.5");
    assert.deepEqual(await page.$$eval(".over", (images) => images.map((image) => image.style.opacity)), ["0.5", "0.5"]);
    await page.check("text=Differences to the baseline");
    const second = page.locator(".artifact pre:has(ins)").first();
    assert.deepEqual(await second.evaluate((pre) => [...pre.children].map((line) => line.textContent)), ["  same line\n", "- value 0\n", "+ value 1\n", "  end\n"]);
  });
});

test("the figures of one id lie over each other, and a hidden run is hidden there too", async () => {
  await within("figures", {}, async (page) => {
    const runsOf = (n) => page.locator(".overlay").nth(n).locator("g[data-run]").evaluateAll((groups) => groups.map((group) => group.dataset.run + (getComputedStyle(group).display === "none" ? " hidden" : "")));
    assert.equal(await page.locator(".overlay").count(), 4);  // bars, histogram, loss, roc
    assert.deepEqual(await runsOf(0), ["0", "1", "2"]);
    assert.deepEqual(await runsOf(2), ["0", "0", "1", "1", "2", "2"]);
    const color = (run) => page.locator(".overlay").nth(2).locator(`g[data-run="${run}"] path`).first().evaluate((line) => getComputedStyle(line).stroke);
    const key = (run) => page.locator(`.overlay .legend li[data-run="${run}"] .key`).first().evaluate((svg) => getComputedStyle(svg).stroke);
    for (const run of [0, 1, 2]) assert.equal(await color(run), await key(run));
    await page.uncheck('input[aria-label="Show b"]');
    assert.deepEqual(await runsOf(2), ["0", "0", "1 hidden", "1 hidden", "2", "2"]);
  });
});

for (const name of ["figures", "figures-gz"]) {
  test(`${name}: plotly.js draws what the page does not, on demand, in a frame without rights`, async () => {
    await within(name, {}, async (page) => {
      assert.equal(await page.locator(".plotly iframe").count(), 0);
      for (const [id, shapes] of [["sunburst", ".slice"], ["funnel", ".funnellayer .point path"]]) {
        await page.getByRole("button", { name: `Draw with plotly.js: ${id}` }).click();
        await page.locator(`[role=status].unseen:text("${id} is drawn")`).waitFor({ state: "attached" });
        const frames = page.locator(`iframe[title^="${id} of "]`);
        assert.equal(await frames.count(), 3);
        assert.equal(await frames.first().getAttribute("sandbox"), "allow-scripts");
        assert.equal(await frames.first().contentFrame().locator(shapes).count(), id === "funnel" ? 2 : 3);
      }
      assert.equal(await page.locator(".plotly .notice:visible").count(), 3);  // surface was not asked for
      assert.equal(await page.evaluate(() => "Plotly" in window), false);
    });
  });
}

test("a figure for which plotly.js takes too long can be asked for again, and one that is drawn stays", async () => {
  await within("figures", {}, async (page) => {
    // In place of waiting: the limits of time that run, of which each ends when it is called.
    await page.evaluate(() => {
      const begin = window.setTimeout, end = window.clearTimeout;
      window.limits = new Map();
      window.setTimeout = (work, wait, ...rest) => {
        if (wait < 10000) return begin(work, wait, ...rest);
        const id = -1 - window.limits.size;
        window.limits.set(id, work);
        if (window.isSlow) begin(work, 0);
        return id;
      };
      window.clearTimeout = (id) => window.limits.delete(id) || end(id);
      window.isSlow = true;
    });
    const button = page.getByRole("button", { name: "Draw with plotly.js: sunburst" });
    const frames = page.locator('iframe[title^="sunburst of "]');
    await button.click();
    await page.locator('[role=status].unseen:text("plotly.js did not answer for sunburst")').waitFor({ state: "attached" });
    assert.equal(await frames.count(), 0);
    assert.equal(await page.locator('.plotly .notice:text("plotly.js cannot draw it: it does not answer")').count(), 3);
    assert.equal(await button.isVisible(), true);

    await page.evaluate(() => { window.isSlow = false; });
    await button.click();
    await page.locator('[role=status].unseen:text("sunburst is drawn")').waitFor({ state: "attached" });
    assert.equal(await button.isVisible(), false);
    assert.equal(await page.evaluate(() => { for (const work of window.limits.values()) work(); return window.limits.size; }), 0);
    assert.equal(await frames.count(), 3);
    assert.equal(await page.locator('.plotly .notice:text("does not answer"):visible').count(), 0);
  });
});

test("frames have their own style and no rights", async () => {
  await within("artifacts", {}, async (page) => {
    const frame = page.locator("iframe").first();
    await frame.scrollIntoViewIfNeeded();
    assert.equal(await frame.getAttribute("sandbox"), "");
    await page.frameLocator("iframe").first().locator("p").waitFor();
    assert.equal(await page.frameLocator("iframe").first().locator("p").evaluate((p) => getComputedStyle(p).color), "rgb(1, 2, 3)");
  });
});
