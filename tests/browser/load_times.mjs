// How long the page keeps a browser busy: processor time of its main thread, the least of five, beside something real in
// the same run. PAGES is the folder of the pages that pages.cpp writes.
//   tests/browser/run.sh --times
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const folder = process.env.PAGES;
const uplot = fs.readFileSync(createRequire(import.meta.url).resolve("uplot/dist/uPlot.iife.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/// Milliseconds to load a page and paint it twice, and then for `more`.
async function measure(file, { more, ...context } = {}) {
  const best = [Infinity, Infinity];
  for (let round = 0; round < 5; ++round) {
    const session = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...context });
    const page = await session.newPage();
    const cdp = await session.newCDPSession(page);
    await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    const spent = async () => (await cdp.send("Performance.getMetrics")).metrics.find((metric) => metric.name === "TaskDuration").value * 1000;
    const settled = () => page.screenshot({ path: path.join(folder, "settled.png") });
    await page.goto("file://" + path.join(folder, file));
    await settled();
    const loaded = await spent();
    best[0] = Math.min(best[0], loaded);
    if (more) {
      await page.evaluate(more);
      await settled();
      best[1] = Math.min(best[1], await spent() - loaded);
    }
    await session.close();
  }
  return best;
}

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

const line = (what, ms, note = "") => console.log(`${what.padEnd(64)} ${ms.toFixed(0).padStart(6)} ms  ${note}`);
const [tables] = await measure("many.html");
const [bare] = await measure("many.html", { javaScriptEnabled: false });
line("200 runs of 200 rows: load", tables, `${(tables / bare).toFixed(2)} x the same page without script (${bare.toFixed(0)} ms)`);
const [charts, drawn] = await measure("curves.html", { more: () => document.querySelector(".controls input[type=checkbox]").click() });
const [withCharts] = await measure("uplot.html");
const [withoutCharts] = await measure("uplot-data.html");
const theirs = withCharts - withoutCharts;
line("10 charts of 20 runs of 10,000 points: load", charts, `${(charts / theirs).toFixed(2)} x uPlot drawing them (${theirs.toFixed(0)} ms)`);
line("  all of them drawn again, on a logarithmic axis", drawn, `${(drawn / theirs).toFixed(2)} x`);
const [metrics] = await measure("metrics-2000.html");
const [bareMetrics] = await measure("metrics-2000.html", { javaScriptEnabled: false });
line("2,000 metrics of 10 runs: load", metrics, `${(metrics / bareMetrics).toFixed(2)} x the same page without script (${bareMetrics.toFixed(0)} ms)`);
await browser.close();
