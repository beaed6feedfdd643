// Opens a page in Firefox and in Chromium, leaves a picture of each, and compares what they show.
//   node firefox.mjs PAGE.html WIDTH PICTURE        writes PICTURE.firefox.png and PICTURE.chromium.png
// Debian's Firefox does not speak the protocol of playwright's own; WebDriver BiDi, through a WebSocket, is its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [file, width, picture] = process.argv.slice(2);
const size = { width: Number(width), height: 900 };
const url = pathToFileURL(path.resolve(file)).href;
const required = createRequire(path.resolve("package.json"));
const { chromium } = required("playwright-core");
const { ws: WebSocket } = required("playwright-core/lib/utilsBundle");  // Node has one of its own from 22 on

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

/// Firefox with a profile of its own, spoken to by WebDriver BiDi.
async function inFirefox() {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "firefox-"));
  const firefox = spawn("firefox-esr", ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: profile } });
  try {
    const address = await new Promise((resolve, reject) => {
      let said = "";
      firefox.stderr.on("data", (data) => {
        said += data;
        const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said);
        if (found) resolve(found[1]);
      });
      firefox.once("exit", () => reject(new Error("Firefox ended: " + said)));
    });
    const socket = new WebSocket(address + "/session");
    await once(socket, "open");
    const waiting = new Map();
    let last = 0;
    socket.addEventListener("message", ({ data }) => {
      const answer = JSON.parse(data);
      if (!waiting.has(answer.id)) return;
      const { resolve, reject } = waiting.get(answer.id);
      if (answer.type === "error") reject(new Error(answer.message));
      else resolve(answer.result);
    });
    const ask = (method, params) => new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
    await ask("session.new", { capabilities: {} });
    const { contexts: [{ context }] } = await ask("browsingContext.getTree", {});
    await ask("browsingContext.setViewport", { context, viewport: size });
    await ask("browsingContext.navigate", { context, url, wait: "complete" });
    const { result, exceptionDetails } = await ask("script.evaluate", { expression: `JSON.stringify((${look})())`, target: { context }, awaitPromise: false });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    const { data } = await ask("browsingContext.captureScreenshot", { context });
    fs.writeFileSync(`${picture}.firefox.png`, Buffer.from(data, "base64"));
    return JSON.parse(result.value);
  } finally {
    const ended = firefox.exitCode === null ? once(firefox, "exit") : null;
    firefox.kill();
    await ended;
    fs.rmSync(profile, { recursive: true, force: true });
  }
}

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
