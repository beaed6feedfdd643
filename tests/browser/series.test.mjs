// Series over steps and logged tables.
import assert from "node:assert/strict";
import { test } from "node:test";
import { within, until } from "./browser.mjs";

test("a slider moves the series of all runs together, by keys too", async () => {
  await within("series", {}, async (page) => {
    const part = page.locator(".part.series");
    const texts = part.locator(".steps").nth(1);
    const seen = () => texts.evaluate((box) => [...box.querySelectorAll(".artifact")].map((figure) =>
      [figure.querySelector(".when")?.textContent.trim(), figure.querySelector("pre, .none").textContent]));
    assert.deepEqual(await seen(), [["step 40", "text <b>40</b>"], ["step 45", "text <b>45</b>"], [undefined, "none"]]);
    const slider = part.getByRole("slider", { name: "Step of generated" });
    assert.equal(await slider.getAttribute("aria-valuetext"), "step 45");
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    assert.equal(await slider.getAttribute("aria-valuetext"), "step 40");
    assert.deepEqual(await seen(), [["step 40", "text <b>40</b>"], ["step 35", "text <b>35</b>"], [undefined, "none"]]);
    await page.keyboard.press("Home");
    assert.deepEqual(await seen(), [["step 0", "text <b>0</b>"], ["nothing yet", "none"], [undefined, "none"]]);
    await page.keyboard.press("End");
    assert.deepEqual(await seen(), [["step 40", "text <b>40</b>"], ["step 45", "text <b>45</b>"], [undefined, "none"]]);

    // Of 200 images there are 50, and each is shown at its place.
    const images = part.locator(".steps").nth(2);
    const shown = () => images.locator("img").evaluateAll((all) => all.map((image) => image.src));
    const sources = new Set();
    const samples = part.getByRole("slider", { name: "Step of sample" });
    await samples.focus();
    for (let i = 0; i < 50; ++i) {
      for (const source of await shown()) sources.add(source);
      await page.keyboard.press("ArrowLeft");
    }
    assert.equal(sources.size, 150);
    await until(async () => await images.locator("img").evaluateAll((all) => all.every((image) => image.naturalWidth === 8)));
    // What is equal in several runs is there for each.
    assert.equal(await part.locator(".steps").nth(0).locator(".plot > svg").count(), 3);
  });
});

test("without script the series show their last steps", async () => {
  await within("series", { javaScriptEnabled: false }, async (page) => {
    const part = page.locator(".part.series");
    assert.equal(await part.locator("img").count(), 3);
    assert.match(await part.locator(".steps").nth(1).innerText(), /a step 40\s+text <b>40<\/b>\s+b step 45\s+text <b>45<\/b>\s+c\s+none/);
    assert.match(await part.locator(".steps").nth(0).innerText(), /The same as in a at step 40\./);
  });
});

test("logged tables are sorted together, and compared with the baseline that is chosen", async () => {
  await within("series", {}, async (page) => {
    const tables = page.locator(".logged .artifact");
    const column = (nth, cell) => tables.nth(nth).locator("tbody tr").evaluateAll((rows, at) => rows.map((row) => row.cells[at].firstChild.data), cell);
    const marked = (nth) => tables.nth(nth).locator("tbody td.d").allTextContents();
    assert.deepEqual([await marked(0), await marked(1), await marked(2)], [[], ["0.63"], ["0.73", "1", "2"]]);
    const asLogged = await column(1, 0);
    await tables.nth(0).getByRole("button", { name: "support" }).click();
    await tables.nth(0).getByRole("button", { name: "support" }).click();
    for (const nth of [0, 1, 2]) {
      const values = (await column(nth, 2)).map(Number);
      assert.deepEqual(values, [...values].sort((a, b) => b - a));
    }
    assert.equal(await tables.nth(1).locator("th[aria-sort=descending]").innerText(), "support ▼");
    await tables.nth(0).getByRole("button", { name: "support" }).click();
    assert.deepEqual(await column(1, 0), asLogged);

    await page.evaluate(() => { location.hash = "baseline=1"; });
    await until(async () => (await marked(1)).length === 0);
    assert.deepEqual([await marked(0), await marked(2)], [["0.53", "0.54", "40"], ["0.73", "1", "2"]]);
    assert.match(await tables.nth(1).locator("figcaption").innerText(), /baseline/);
    assert.match(await tables.nth(0).locator("tr.new th").innerText(), /^class 4\+/);
    await page.evaluate(() => { location.hash = ""; });
    await until(async () => (await marked(1)).length === 1);
    assert.equal(await tables.nth(1).locator(".lacking").innerText(), "1 row of the baseline is not here: class 4.");
  });
});
