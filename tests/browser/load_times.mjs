// How long the page keeps a browser busy: processor time of its main thread, the least of five, beside something real in
// the same run. PAGES is the folder of the pages that pages.cpp writes; BEFORE, where it is given, a folder of those that
// another build wrote, which are measured in turn with them.
//   tests/browser/run.sh --times
//   BEFORE=folder tests/browser/run.sh --times
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const folder = process.env.PAGES, before = process.env.BEFORE, rounds = Number(process.env.ROUNDS) || 5;
const wanted = new RegExp(process.env.ONLY || "");
const uplot = fs.readFileSync(createRequire(import.meta.url).resolve("uplot/dist/uPlot.iife.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

const metricsOf = async (cdp) => Object.fromEntries((await cdp.send("Performance.getMetrics")).metrics.map((metric) => [metric.name, metric.value]));

/// Milliseconds to load a page and paint it twice, and then for `more`, which may return a number of equal parts.
async function once(file, { more, ...context }) {
  const session = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...context });
  const page = await session.newPage();
  page.setDefaultTimeout(600000);
  const cdp = await session.newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => (await metricsOf(cdp)).TaskDuration * 1000;
  const settled = () => page.screenshot({ path: path.join(folder, "settled.png") });
  await page.goto("file://" + file);
  await settled();
  const loaded = await spent();
  let after = NaN;
  if (more) {
    const parts = await page.evaluate(more) || 1;
    await settled();
    after = (await spent() - loaded) / parts;
  }
  const { Nodes: nodes } = await metricsOf(cdp);
  await session.close();
  return [loaded, after, nodes];
}

/// The least of five rounds; [of this build, of the one before or null], measured in turn.
async function measureBoth(file, options = {}) {
  const folders = before ? [folder, before] : [folder];
  const best = folders.map(() => [Infinity, Infinity, Infinity]);
  for (let round = 0; round < rounds; ++round)
    for (const [i, from] of folders.entries())
      (await once(path.join(from, file), options)).forEach((value, k) => { best[i][k] = Math.min(best[i][k], value); });
  return [best[0], best[1] || null];
}
const measure = async (file, options = {}) => (await measureBoth(file, options))[0];

// What uPlot draws: the same sines, 10 charts of 20 lines of 10,000 points.
fs.writeFileSync(path.join(folder, "uplot.html"), `<!doctype html><meta charset=utf-8><title>uPlot</title><body><script>${uplot}</script><script>
const x = Array.from({ length: 10000 }, (_, step) => step);
for (let metric = 0; metric < 10; ++metric) {
  const lines = Array.from({ length: 20 }, (_, i) => x.map((step) => Math.sin(0.001 * step * (metric + 1)) + 0.1 * i + 0.05 * Math.sin(step * 1.7)));
  window.ready = performance.now();
  new uPlot({ width: 600, height: 280, scales: { x: { time: false } }, legend: { show: false },
    series: [{}, ...lines.map((_, i) => ({ stroke: "hsl(" + i * 18 + " 70% 45%)" }))] }, [x, ...lines], document.body);
}
</script>`);
fs.writeFileSync(path.join(folder, "uplot-data.html"), fs.readFileSync(path.join(folder, "uplot.html"), "utf8").replace(/new uPlot\([^]*?document\.body\);/, ""));

const line = (what, value, note = "", unit = "ms") => console.log(`${what.padEnd(52)} ${value.toFixed(0).padStart(7)} ${unit}  ${note}`);
const beside = (was, value, unit = "ms") => (was === undefined || was === null ? "" : `${(value / was).toFixed(2)} x the build before (${was.toFixed(0)} ${unit})`);

/// Moves the box of a table by 300 pixels a frame, down and to the right, and returns how many frames that were.
const scroll = async () => {
  const box = document.querySelector(".part.params > details > .scroll");
  box.scrollIntoView();
  const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
  for (let i = 0; i < 5; ++i) await frame();
  for (let i = 1; i <= 100; ++i) { box.scrollTop += 300; await frame(); }
  for (let i = 1; i <= 20; ++i) { box.scrollLeft += 300; await frame(); }
  return 120;
};
for (const [file, what] of [["many.html", "200 runs of 200 rows"], ["thousand.html", "1,000 runs of 200 rows"]]) {
  if (!wanted.test(file)) continue;
  const [[tables, frame, nodes], was] = await measureBoth(file, { more: scroll });
  const [bare] = await measure(file, { javaScriptEnabled: false });
  line(`${what}: load`, tables, `${(tables / bare).toFixed(2)} x the same page without script (${bare.toFixed(0)} ms)  ${beside(was?.[0], tables)}`);
  line("  a frame while its table is scrolled", frame, beside(was?.[1], frame));
  line("  nodes of the document", nodes, beside(was?.[2], nodes, "nodes"), "nodes");
}
if (wanted.test("curves.html")) {
  const [[charts, drawn], was] = await measureBoth("curves.html", { more: () => document.querySelector(".controls input[type=checkbox]").click() });
  const [withCharts] = await measure("uplot.html");
  const [withoutCharts] = await measure("uplot-data.html");
  const theirs = withCharts - withoutCharts;
  line("10 charts of 20 runs of 10,000 points: load", charts, `${(charts / theirs).toFixed(2)} x uPlot drawing them (${theirs.toFixed(0)} ms)  ${beside(was?.[0], charts)}`);
  line("  all of them drawn again, on a logarithmic axis", drawn, `${(drawn / theirs).toFixed(2)} x  ${beside(was?.[1], drawn)}`);
}
if (wanted.test("metrics-2000.html")) {
  const [[metrics, , nodes], was] = await measureBoth("metrics-2000.html");
  line("2,000 metrics of 10 runs: load", metrics, beside(was?.[0], metrics));
  line("  nodes of the document", nodes, beside(was?.[2], nodes, "nodes"), "nodes");
}
await browser.close();
