// plotly.js 4.1.2 judges the figures that the page draws by itself: figures.json has small figures, each with the feature
// that it is about. A figure is drawn (ticks, points, bars, shapes and texts are where plotly.js has them) or its "left_out"
// names what is not. What the figures show is the table of docs/figures.md.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { open } from "./browser.mjs";
import { ours, theirs } from "./figures.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const figures = JSON.parse(fs.readFileSync(path.join(here, "figures.json"), "utf8"));
const docs = fs.readFileSync(path.join(here, "../../docs/figures.md"), "utf8");

// The part of an axis by which a place may differ from plotly's: texts are measured by the browser there, estimated here.
const tolerance = 0.015;
const isNear = (a, b) => Math.abs(a - b) <= tolerance;
const rounded = (value) => JSON.stringify(value, (_, part) => (typeof part === "number" ? Math.round(part * 1000) / 1000 : part));

/// Lists of places that have the same ones, in any order.
function samePlaces(mine, judged, what) {
  const left = [...mine];
  for (const one of judged) {
    const at = left.findIndex((other) => other.length === one.length && other.every((value, i) => isNear(value, one[i])));
    assert.ok(at >= 0, `${what}: plotly.js has one at ${rounded(one)}; ours are at ${rounded(mine)}`);
    left.splice(at, 1);
  }
  assert.equal(left.length, 0, `${what}: plotly.js has none at ${rounded(left)}`);
}

function compareTicks(mine, judged, name) {
  assert.deepEqual(mine.map((tick) => tick[0]), judged.map((tick) => tick[0]), `tick texts of ${name}`);
  mine.forEach((tick, i) => assert.ok(isNear(tick[1], judged[i][1]), `tick ${tick[0]} of ${name} is at ${rounded(tick[1])}, in plotly.js at ${rounded(judged[i][1])}`));
}

/// Numbers without those that are the same within the tolerance.
const distinct = (values) => [...values].sort((a, b) => a - b).filter((value, i, all) => i === 0 || value - all[i - 1] > tolerance / 2);

/// What is beyond the plot is not seen.
const clipped = (boxes) => boxes.map((box) => box.map((value) => Math.min(Math.max(value, -0.001), 1.001)))
  .filter((box) => box[2] - box[0] > 0.0005 || box[3] - box[1] > 0.0005);

function compareTrace(mine, judged, index) {
  assert.ok(mine, `trace ${index} is not drawn`);
  assert.deepEqual([...mine.texts].sort(), [...judged.texts].sort(), `texts of trace ${index}`);
  if (judged.slices) return samePlaces(mine.slices, judged.slices, `slices of trace ${index}`);
  const points = judged.points.filter(Boolean);
  if (judged.type === "scatter" && /lines/.test(judged.mode) && !judged.isThin) {
    const line = mine.line.flat();
    // Lines with steps have corners besides.
    if (!judged.shape || judged.shape === "linear") {
      assert.equal(line.length, points.length, `points of the line of trace ${index}`);
      line.forEach((point, i) => assert.ok(point.every((value, k) => isNear(value, points[i][k])), `point ${i} of trace ${index} is at ${rounded(point)}, in plotly.js at ${rounded(points[i])}`));
      const parts = judged.points.reduce((count, point, i) => count + (point && !(judged.connectgaps ? count : judged.points[i - 1]) ? 1 : 0), 0);
      assert.equal(mine.line.length, parts, `parts of the line of trace ${index}`);
    }
    for (const point of points) assert.ok(line.some((other) => point.every((value, k) => isNear(value, other[k]))), `the line of trace ${index} is not at ${rounded(point)}`);
  }
  if (judged.type === "scatter" && /markers/.test(judged.mode)) {
    samePlaces(mine.dots, judged.dots, `points of trace ${index}`);
    assert.deepEqual(mine.sizes.map((size) => Math.round(size)).sort(), judged.sizes.map((size) => Math.round(size)).sort(), `marker sizes of trace ${index}`);
  }
  const wide = (bars) => clipped(bars).filter((bar) => bar[2] - bar[0] > 0.0005 && bar[3] - bar[1] > 0.0005);
  if (judged.type !== "contour") samePlaces(wide(mine.bars), wide(judged.bars), `bars of trace ${index}`);
  samePlaces(mine.errors, judged.errors, `error bars of trace ${index}`);
  for (const way of [0, 1])
    samePlaces(distinct(mine.boxes[way]).map((value) => [value]), distinct(judged.boxes[way]).map((value) => [value]), `ends of the boxes of trace ${index}`);
  samePlaces(mine.shapes, judged.shapes, `violins of trace ${index}`);
  samePlaces(clipped(mine.levels), clipped(judged.levels), `contours of trace ${index}`);
}

function compare(mine, judged) {
  // A pair of axes without a trace has no ticks here.
  for (const name of Object.keys(judged.axes)) compareTicks(mine.axes[name] || [], judged.axes[name], name);
  assert.deepEqual(Object.keys(mine.traces).length, Object.keys(judged.traces).length, "number of traces");
  for (const index of Object.keys(judged.traces)) compareTrace(mine.traces[index], judged.traces[index], index);
  // plotly.js draws an area that reaches to the trace before with that one.
  const areas = (view, traces) => clipped(Object.keys(traces).filter((index) => judged.traces[index].type === "scatter").flatMap((index) => view.traces[index].areas));
  samePlaces(areas(mine, judged.traces), areas(judged, judged.traces), "areas");
  samePlaces(mine.shapes, judged.shapes, "shapes");
  assert.deepEqual(mine.annotations.map((one) => one[0]), judged.annotations.map((one) => one[0]), "texts of annotations");
  mine.annotations.forEach((one, i) => assert.ok(Math.abs(one[1] - judged.annotations[i][1]) < 0.04 && Math.abs(one[2] - judged.annotations[i][2]) < 0.04,
    `annotation ${one[0]} is at ${rounded(one.slice(1))}, in plotly.js at ${rounded(judged.annotations[i].slice(1))}`));
  assert.deepEqual(mine.groups, judged.groups, "groups of categories");
  assert.deepEqual(mine.legend, judged.legend, "texts of the legend");
  assert.deepEqual(mine.titles, judged.titles, "titles");
}

/// What the page drew of each figure, and a page with plotly.js. The page's policy allows no code made of text, which the
/// debugger may run.
let prepared = null;
async function prepare() {
  const { page, close } = await open("judged");
  const debug = await page.context().newCDPSession(page);
  const { result, exceptionDetails } = await debug.send("Runtime.evaluate", { returnByValue: true, expression: `(() => {
    const read = ${ours};
    return [...document.querySelectorAll(".gallery")].map((gallery) => {
      let head = gallery.previousElementSibling;
      while (head.tagName !== "H3") head = head.previousElementSibling;
      const svg = gallery.querySelector(".plot > svg");
      return [head.textContent, svg ? read(svg) : { notice: gallery.querySelector(".notice").textContent }];
    });
  })()` });
  assert.equal(exceptionDetails, undefined);
  const judge = await page.context().newPage();
  await judge.goto("about:blank");
  await judge.addScriptTag({ path: path.join(here, "node_modules/plotly.js-dist-min/plotly.min.js") });
  return { drawn: new Map(result.value), judge, close };
}
after(async () => { if (prepared) await (await prepared).close(); });

const verdicts = new Map();  // of each feature: whether a figure of it is all drawn, and what is not
const note = (feature, leftOut) => {
  const known = verdicts.get(feature) ?? verdicts.set(feature, { isDrawn: false, left: new Set() }).get(feature);
  if (leftOut.length === 0) known.isDrawn = true;
  for (const part of leftOut) known.left.add(part);
};
const verdict = ({ isDrawn, left }) => [isDrawn ? "drawn" : "", left.size > 0 ? `named as left out: ${[...left].join(", ")}` : ""].filter(Boolean).join("; ");
for (const { id, feature, left_out: leftOut = [], figure } of figures)
  test(`plotly.js and the page draw the same: ${id}`, async () => {
    prepared ||= prepare();
    const { drawn, judge } = await prepared;
    const mine = drawn.get(id);
    assert.ok(mine, "the page has no such figure");
    if (mine.notice !== undefined) {
      assert.ok(leftOut.length === 1 && mine.notice.startsWith(`The figure is not drawn here: ${leftOut[0]}.`), mine.notice);
      note(feature, leftOut);
      return;
    }
    assert.equal(mine.leftOut, leftOut.length > 0 ? `Not drawn: ${leftOut.join("; ")}.` : "");
    const theirView = await judge.evaluate(theirs, { figure, size: mine.size });
    if (leftOut.length === 0) compare(mine, theirView);
    note(feature, leftOut);
  });

test("the table of docs/figures.md says for each feature what these tests found", () => {
  const table = /<!-- judged -->\n([\s\S]*?)<!-- end -->/.exec(docs);
  assert.ok(table, "docs/figures.md has no table between <!-- judged --> and <!-- end -->");
  const lines = [...verdicts].map(([feature, found]) => `| ${feature} | ${verdict(found)} |`);
  assert.equal(table[1].trim(), ["| of plotly | on the page |", "|---|---|", ...lines].join("\n"));
});
