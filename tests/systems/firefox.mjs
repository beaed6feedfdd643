// Opens a page in Firefox and in Chromium, leaves a picture of each, and compares what they show.
//   node firefox.mjs PAGE.html WIDTH PICTURE        writes PICTURE.firefox.png and PICTURE.chromium.png
import path from "node:path";
import { pathToFileURL } from "node:url";
import { required, withFirefox } from "./firefox_page.mjs";

const [file, width, picture] = process.argv.slice(2);
const size = { width: Number(width), height: 900 };
const url = pathToFileURL(path.resolve(file)).href;
const { chromium } = required("playwright-core");

// What a reader sees: texts of the first tables and of the best run, where they are, and how the mark is drawn.
function look() {
  const box = (element) => { const { x, y, width, height } = element.getBoundingClientRect(); return [x, y + scrollY, width, height].map(Math.round); };
  const all = (selector, most) => [...document.querySelectorAll(selector)].slice(0, most);
  const mark = document.querySelector(".part.params .q");
  return {
    texts: all("h1, .winner h2, .winner p, .part h2, th, td", 400).map((one) => one.textContent),
    places: all("h1, .winner, .winner .best, .part.overview, .part.overview th, .part.overview td", 60).map(box),
    charts: all(".chart > svg", 4).map((one) => box(one).slice(2)),
    mark: mark && [box(mark).slice(2), getComputedStyle(mark, "::before").borderTopStyle, getComputedStyle(mark, "::after").borderLeftStyle],
    wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}

async function inChromium() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage({ viewport: size });
  await page.goto(url);
  const seen = await page.evaluate(look);
  await page.screenshot({ path: `${picture}.chromium.png` });
  await browser.close();
  return seen;
}

const inFirefox = () => withFirefox(url, size, async (page) => {
  const seen = await page.evaluate(look);
  await page.picture(`${picture}.firefox.png`);
  return seen;
});

const [a, b] = [await inChromium(), await inFirefox()];
const faults = [];
a.texts.forEach((text, i) => { if (b.texts[i] !== text) faults.push(`text ${i}: ${JSON.stringify(text)} in Chromium, ${JSON.stringify(b.texts[i])} in Firefox`); });
// The fonts are the same; the browsers round their widths and the height of controls differently.
const near = 40;
a.places.forEach((box, i) => { if (!b.places[i] || box.some((number, k) => Math.abs(number - b.places[i][k]) > near)) faults.push(`place ${i}: ${box} in Chromium, ${b.places[i]} in Firefox`); });
a.charts.forEach((box, i) => { if (!b.charts[i] || box.some((number, k) => Math.abs(number - b.charts[i][k]) > near)) faults.push(`chart ${i}: ${box} in Chromium, ${b.charts[i]} in Firefox`); });
if (JSON.stringify(a.mark) !== JSON.stringify(b.mark)) faults.push(`mark: ${JSON.stringify(a.mark)} in Chromium, ${JSON.stringify(b.mark)} in Firefox`);
if (b.wider > 0) faults.push(`${b.wider} pixels too wide in Firefox`);
for (const fault of faults.slice(0, 10)) console.log(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
