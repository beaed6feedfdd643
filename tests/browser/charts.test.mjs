// What charts of curves draw: the very numbers, every point, axes that can be read; panels of many charts; a chart enlarged.
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { within, readout, until, violations, openEverything } from "./browser.mjs";

/// The place of a chart on the page, by its name.
const indexOf = (page, name) => page.$$eval(".chart", (figures, wanted) => figures.findIndex((figure) => figure.querySelector("figcaption").firstChild.data === wanted), name);
/// What is drawn in each chart: the texts of its axes, its lines and dots as points, and where it is on the page.
const drawings = (page) => page.$$eval(".chart", (figures) => Object.fromEntries(figures.map((figure) => {
  const svg = figure.querySelector("svg"), frame = figure.getBoundingClientRect();
  const points = (selector) => [...svg.querySelectorAll(selector)].map((path) =>
    [...path.getAttribute("d").matchAll(/([ML])([-\d.]+) ([-\d.]+)/g)].map(([, command, x, y]) => ({ command, x: Number(x), y: Number(y) })));
  const texts = [...svg.querySelectorAll(".grid text")].map((text) => ({ text: text.textContent, x: Number(text.getAttribute("x")), y: Number(text.getAttribute("y")),
    anchor: text.getAttribute("text-anchor"), left: text.getBBox().x, right: text.getBBox().x + text.getBBox().width }));
  return [figure.querySelector("figcaption").firstChild.data, { texts, lines: points(".line:not(.faint)"), dots: points(".dots"), frame: [frame.top + window.scrollY, frame.height] }];
})));
const focusOn = async (page, name) => page.locator(".chart > svg").nth(await indexOf(page, name)).focus();
const near = (a, b, distance = 0.11) => Math.abs(a - b) < distance;

test("a chart reads the numbers as they were logged, to the last digit", async () => {
  await within("numbers", {}, async (page) => {
    await focusOn(page, "clock");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    const read = async (name) => (await readout(page, await indexOf(page, name))).map((text) => text.split(": ")[1]);
    for (const [name, ...values] of [["clock", "1763883021.75", "1763883022.75"], ["tokens", "123457081", "123457082"], ["close", "-204857.33", "-204857.329"],
      ["single", "0.30000000000000004", "0.30000000000000004"], ["greatest", "-1.7976931348623157e308", "-1.7976931348623157e308"], ["least", "5e-324", "1e-323"], ["lone", "1", "2"]])
      assert.deepEqual((await read(name)).slice(1), values, name);
  });
});

test("a value between two points says so", async () => {
  await within("numbers", {}, async (page) => {
    await focusOn(page, "short");
    for (const key of ["ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    assert.deepEqual(await readout(page, await indexOf(page, "short")), ["step 1", "run-0: ≈ 1", "run-1: 5001"]);
    await focusOn(page, "irregular");
    for (let i = 0; i < 6; ++i) await page.keyboard.press("ArrowRight");
    assert.deepEqual(await readout(page, await indexOf(page, "short")), ["step 50", "run-0: ≈ 50"]);
  });
});

test("the script draws a chart again where it was: nothing moves under the pointer", async () => {
  await within("numbers", {}, async (page) => {
    const before = await drawings(page);
    await focusOn(page, "clock");
    await page.keyboard.press("ArrowRight");
    const after = await drawings(page);
    assert.equal(await page.locator(".chart .cursor").count(), Object.keys(before).length);  // all are drawn again
    for (const [name, { texts, lines, dots, frame }] of Object.entries(before)) {
      const now = after[name];
      assert.deepEqual(now.frame, frame, name);
      assert.deepEqual(now.texts.map(({ text }) => text), texts.map(({ text }) => text), name);
      texts.forEach(({ x, y }, i) => assert.ok(near(x, now.texts[i].x) && near(y, now.texts[i].y), `${name}: ${texts[i].text}`));
      for (const [old, drawn] of [[lines, now.lines], [dots, now.dots]]) {
        assert.equal(drawn.length, old.length, name);
        old.forEach((points, k) => {
          assert.equal(drawn[k].length, points.length, name);
          points.forEach(({ command, x, y }, i) => assert.ok(drawn[k][i].command === command && near(x, drawn[k][i].x) && near(y, drawn[k][i].y), name));
        });
      }
    }
  });
});

test("every point is seen: one alone, between gaps, or of a run that is short beside the others, is a dot", async () => {
  await within("numbers", {}, async (page) => {
    const check = (all) => {
      assert.deepEqual(all["one point"].dots.map((points) => points.length), [1, 1]);
      assert.deepEqual(all.lone.dots.map((points) => points.length), [5, 5]);
      assert.deepEqual(all.short.dots.map((points) => points.length), [1]);
      assert.equal(all.clock.dots.length, 0);
    };
    check(await drawings(page));
    await focusOn(page, "one point");
    await page.keyboard.press("ArrowRight");
    await focusOn(page, "lone");
    await page.keyboard.press("ArrowRight");
    check(await drawings(page));
    assert.equal(await page.locator(".dots").first().evaluate((path) => getComputedStyle(path).strokeLinecap), "round");
  });
});

test("the texts of an axis differ, and none is cut", async () => {
  for (const hash of ["", "#x=time", "#x=clock", "#logx=1", "#log=1"])
    await within("numbers", { hash }, async (page) => {
      for (const [name, { texts }] of Object.entries(await drawings(page))) {
        for (const anchor of ["end", "middle"]) {
          const ticks = texts.slice(0, -1).filter((text) => text.anchor === anchor).map(({ text }) => text);
          assert.equal(new Set(ticks).size, ticks.length, `${name} ${hash}: ${ticks}`);
        }
        assert.ok(texts.filter(({ anchor }) => anchor === "end").length > 1, `${name} ${hash}`);
        for (const { text, left, right } of texts) assert.ok(left >= 0 && right <= 640, `${name} ${hash}: ${text} from ${left} to ${right}`);
      }
    });
});

test("the greatest doubles are drawn from the bottom to the top", async () => {
  await within("numbers", {}, async (page) => {
    const [line] = (await drawings(page)).greatest.lines;
    assert.deepEqual(line.map(({ y }) => y), Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 10 : 246)));
    const [rising] = (await drawings(page)).least.lines;
    assert.ok(rising.every(({ y }, i) => i === 0 || y < rising[i - 1].y));
  });
});

test("on a time axis a line goes forward in time, also that of a run that was resumed", async () => {
  await within("numbers", { hash: "#x=time" }, async (page) => {
    const [line] = (await drawings(page)).resumed.lines;
    assert.ok(line.every(({ x }, i) => i === 0 || x >= line[i - 1].x), JSON.stringify(line));
    await focusOn(page, "resumed");
    await page.keyboard.press("Home");
    assert.deepEqual(await readout(page, await indexOf(page, "resumed")), ["0 s", "run-0: 5", "run-1: 5"]);
    await page.keyboard.press("End");
    assert.deepEqual(await readout(page, await indexOf(page, "resumed")), ["16 min 39 s", "run-0: 4", "run-1: 4"]);
  });
});

test("smoothing counts steps, not points", async () => {
  await within("numbers", { hash: "#smooth=0.5" }, async (page) => {
    await focusOn(page, "irregular");
    await page.keyboard.press("End");
    // Values 0 1 2 0 1 at the steps 0 to 4, then 2 0 1 2 0 at 50 to 90: each of these is alone, so far are they apart.
    const steps = [0, 1, 2, 3, 4, 50, 60, 70, 80, 90];
    const distance = steps.map((step, i) => (i === 0 ? Infinity : step - steps[i - 1])).slice(1).sort((a, b) => a - b)[4];
    let sum = 0, weight = 0;
    steps.forEach((step, i) => {
      const factor = i === 0 ? 0 : 0.5 ** ((step - steps[i - 1]) / distance);
      sum = sum * factor + (i % 3);
      weight = weight * factor + 1;
    });
    assert.equal((await readout(page, await indexOf(page, "irregular")))[1], "run-0: " + Number((sum / weight).toPrecision(6)));
  });
});

test("Shift and dragging chooses the range of one chart's y axis, which the address keeps", async () => {
  await within("numbers", {}, async (page) => {
    const svg = page.locator(".chart > svg").nth(await indexOf(page, "resumed"));
    await svg.scrollIntoViewIfNeeded();
    const frame = await svg.boundingBox();
    const yOf = (value) => frame.y + ((10 + (1 - value / 9) * 236) / 280) * frame.height;
    await page.keyboard.down("Shift");
    await page.mouse.move(frame.x + 200, yOf(6));
    await page.mouse.down();
    await page.mouse.move(frame.x + 220, yOf(3), { steps: 3 });
    await page.mouse.up();
    await page.keyboard.up("Shift");
    const range = () => svg.evaluate(({ dataset }) => [Number(dataset.y0), Number(dataset.y1)]);
    assert.ok(near((await range())[0], 3, 0.1) && near((await range())[1], 6, 0.1), String(await range()));
    const address = new URL(page.url()).hash;
    assert.match(address, /zoomy=/);
    await page.click("text=Zoom out");
    assert.deepEqual(await range(), [0, 9]);
    assert.doesNotMatch(page.url(), /zoomy=/);
    await page.goto(page.url().replace(/#.*/, "") + address);
    await page.reload();
    assert.ok(near((await range())[0], 3, 0.1), String(await range()));
  });
});

test("a chart is enlarged to the window by its button or Enter, can be given a y range there, and Esc closes it", async () => {
  await within("numbers", {}, async (page) => {
    await focusOn(page, "tokens");
    await page.keyboard.press("Enter");
    const large = page.locator("dialog.whole");
    assert.ok((await large.locator("svg").first().boundingBox()).width > 1180);
    assert.ok(await large.locator(".grid text").first().evaluate((text) => text.getBoundingClientRect().height) >= 14);
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await large.locator(".readout > *").allTextContents(), ["step 0", "run-0: 123457080", "run-1: 123457081"]);
    await large.locator("input").first().fill("123457085");
    await page.keyboard.press("Enter");
    assert.equal(await large.locator("svg").first().getAttribute("data-y0"), "123457085");
    assert.deepEqual(await violations(page), []);
    await page.setViewportSize({ width: 800, height: 600 });
    await until(async () => (await large.locator("svg").first().getAttribute("viewBox")) === "0 0 736 350");
    await page.keyboard.press("Escape");
    await until(async () => await large.count() === 0);
    assert.match(page.url(), /zoomy=/);  // the zoom stays
    assert.equal(await page.evaluate(() => document.activeElement.closest(".chart").querySelector("figcaption").firstChild.data), "tokens");
    await page.click('button[aria-label="Enlarge clock"]');
    assert.equal(await large.getAttribute("aria-label"), "clock");
  });
});

test("a logarithmic x axis", async () => {
  await within("numbers", { hash: "#logx=1" }, async (page) => {
    const { texts } = (await drawings(page)).short;
    assert.deepEqual(texts.filter(({ anchor, y }) => anchor === "middle" && y === 262).map(({ text }) => text), ["0", "1", "10", "100", "1000"]);
    const [line] = (await drawings(page)).short.lines;
    assert.ok(line.every(({ x }, i) => i === 0 || x > line[i - 1].x));
  });
});

const panelsOf = (page) => page.$$eval(".panel:not([hidden])", (panels) => panels.map((panel) =>
  [panel.querySelector("h3").textContent, panel.open, [...panel.querySelectorAll(".chart")].filter((figure) => !figure.hidden).length]));

test("many charts are in panels: the main metrics first, the system's last, and some two dozen are open", async () => {
  await within("metrics", {}, async (page) => {
    const asWritten = [["Main metrics", true, 1], ["train", true, 11], ["gradients", true, 12], ["layers", false, 12], ["Other metrics", false, 12], ["system", false, 12]];
    assert.deepEqual(await panelsOf(page), asWritten);
    await page.fill('input[aria-label="Find charts by name"]', "gradients 8");
    assert.deepEqual(await panelsOf(page), [["gradients", true, 6]]);
    assert.equal(await page.textContent(".curves .note"), "6 of 60 metrics shown");
    assert.match(page.url(), /charts=gradients\+8/);
    await page.fill('input[aria-label="Find charts by name"]', "");
    assert.deepEqual(await panelsOf(page), asWritten);
    await page.locator(".panel summary", { hasText: "layers" }).click();
    await until(() => /panels=/.test(page.url()));
    await page.reload();
    assert.deepEqual((await panelsOf(page)).map(([, isOpen]) => isOpen), [true, true, true, true, false, false]);
    await page.fill(".combo input", "gradients");  // words, as far as the charts are concerned
    assert.deepEqual(await panelsOf(page), [["gradients", true, 12]]);
  });
});

test("a chart of many is made when a reader comes near it, as it is without a script", async () => {
  let written;
  await within("metrics", { javaScriptEnabled: false }, async (page) => {
    assert.equal(await page.locator(".chart :not(th) > svg, .chart > svg").count(), 60);
    assert.equal(await page.locator(".chart table").count(), 60);
    written = await page.$$eval(".chart :not(th) > svg, .chart > svg", (svgs) => svgs.map((svg) => [...svg.children].map((part) => new XMLSerializer().serializeToString(part))));
  });
  await within("metrics", {}, async (page) => {
    const waiting = page.locator(".chart.waits");
    assert.equal(await waiting.count(), 36);
    assert.equal(await waiting.locator("*").count(), 2 * 36);
    await page.evaluate(() => { for (const panel of document.querySelectorAll(".panel")) panel.open = true; });
    const last = page.locator(".chart").last();
    await last.scrollIntoViewIfNeeded();
    await until(async () => await last.locator(".readout").count() === 1);
    assert.deepEqual(await last.locator("> svg").evaluate((svg) => [...svg.children].map((part) => new XMLSerializer().serializeToString(part))), written[59]);
    await last.locator("> svg").focus();
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await last.locator(".readout > *").allTextContents(), ["step 0", "run-0: 0", "run-1: 1", "run-2: 2"]);
    await page.check("text=log x");
    assert.equal(await last.locator("> svg").evaluate((svg) => svg.dataset.lines), "3");
    await openEverything(page);
    assert.deepEqual(await violations(page), []);
  });
});

test("what is printed has all charts of the open panels", async () => {
  await within("metrics", {}, async (page) => {
    await page.evaluate(() => { for (const panel of document.querySelectorAll(".panel")) panel.open = true; window.dispatchEvent(new Event("beforeprint")); });
    assert.equal(await page.locator(".chart.waits").count(), 0);
  });
});

test("any drawing is enlarged, and saved as a picture, with its data where the page has them", async () => {
  const save = async (page, name) => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.click(`dialog button[aria-label="Save ${name}"]`)]);
    return [file.suggestedFilename(), fs.readFileSync(await file.path())];
  };
  await within("sweep", {}, async (page) => {
    await page.click('button[aria-label="Enlarge Scatter plot"]');
    const [svgName, svg] = await save(page, "Scatter plot as SVG");
    assert.equal(svgName, "Scatter_plot.svg");
    assert.equal(String(svg).split("<circle").length - 1, 12);
    assert.equal((await save(page, "Scatter plot as PNG"))[1].subarray(1, 4).toString(), "PNG");
    const lines = String((await save(page, "Scatter plot as CSV"))[1]).trim().split("\r\n");
    assert.equal(lines[0], "run,batch,lr,loss");
    assert.equal(lines[2], "run-1,64,0.001,0.5");
    assert.equal(lines.length, 13);
    assert.deepEqual(await violations(page), []);
    await page.click("dialog >> text=Close");
    await page.click('button[aria-label="Enlarge Parallel coordinates"]');
    assert.ok((await page.locator("dialog svg").boundingBox()).width > 1180);
  });
  await within("series", {}, async (page) => {
    const button = page.locator(".heats .saves button").first();
    await button.click();
    const name = (await button.getAttribute("aria-label")).replace("Enlarge ", "");
    assert.match(String((await save(page, `${name} as SVG`))[1]), /<image[^>]*data:image\/png/);
  });
  await within("artifacts", {}, async (page) => {
    await page.click('button[aria-label="Enlarge loss of all runs"]');
    assert.equal((await save(page, "loss of all runs as SVG"))[0], "loss_of_all_runs.svg");
    await page.keyboard.press("Escape");
    await page.click('button[aria-label="Enlarge confusion of b"]');
    assert.ok((await page.locator("dialog svg").first().boundingBox()).width > 800);
  });
});

test("a chart on a small screen is drawn for it", async () => {
  await within("numbers", { width: 390, height: 800 }, async (page) => {
    const heights = await page.$$eval(".chart .grid text", (texts) => texts.map((text) => text.getBoundingClientRect().height));
    assert.ok(Math.min(...heights) >= 10, String(Math.min(...heights)));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390);
  });
});
