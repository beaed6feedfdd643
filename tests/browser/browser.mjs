// What the tests of the page share: they open the pages that pages.cpp wrote, in Chromium. PAGES is their folder.
import assert from "node:assert/strict";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { after, before } from "node:test";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const folder = process.env.PAGES;
const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const names = ["normal", "hostile", "one", "crowd", "plain", "artifacts", "media", "figures", "sections", "series", "search", "filters", "numbers", "metrics", "contest", "ends"];

// Where the hostile page's artifacts want to go. What the policy stops may be announced, but never comes to be a connection.
const outside = process.env.OUTSIDE;
let connections = 0;
const server = net.createServer((socket) => {
  ++connections;
  socket.destroy();
});

// For a fault that would hang the test: no statement about how quick a page or the machine is.
export const lastResort = 600000;

let browser;
before(async () => {
  await new Promise((resolve, reject) => { server.once("error", reject).listen(new URL(outside).port, "127.0.0.1", resolve); });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    timeout: lastResort,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
});
after(async () => {
  await browser.close();
  server.close();
});

/// A page, and all that it did which a comparison must not do.
export async function open(name, { hash = "", width = 1280, height = 900, ...context } = {}) {
  const session = await browser.newContext({ viewport: { width, height }, acceptDownloads: true, ...context });
  const page = await session.newPage();
  page.setDefaultTimeout(lastResort);
  // The page gives plotly.js half a minute, which a busy machine may need for its three megabytes.
  await page.addInitScript((least) => {
    const begin = window.setTimeout;
    window.setTimeout = (work, wait, ...rest) => begin(work, wait >= 10000 ? least : wait, ...rest);
  }, lastResort);
  const faults = [];
  // A frame's own inline script is refused by the policy; that is what the policy is for.
  page.on("console", (message) => {
    if (message.type() === "error" && !/sandboxed|Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("dialog", (dialog) => { faults.push("dialog: " + dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => {
    if (!/^(file|data|blob|about):/.test(request.url()) && !request.url().startsWith(outside)) faults.push("request: " + request.url());
  });
  await page.goto("file://" + path.join(folder, name + ".html") + hash);
  return { page, faults, close: () => session.close() };
}

export const within = async (name, options, work) => {
  const opened = await open(name, options);
  try {
    await work(opened.page, opened.faults);
    assert.deepEqual(opened.faults, []);
    assert.equal(connections, 0, "something on the page connected to elsewhere");
  } finally {
    await opened.close();
  }
};

/// The texts of a table's cells as a person reads them, hidden words left out: [[header, cell, ...], ...].
export const tableOf = (page, part, nth = 0) => page.locator(`.part.${part} table`).nth(nth).evaluate((table) => [...table.rows].map((row) => [...row.cells].map((cell) => {
  const copy = cell.cloneNode(true);
  for (const hidden of copy.querySelectorAll("i, .arrow")) hidden.remove();
  return copy.textContent.trim();
})));
export const rowOf = async (page, part, name) => (await tableOf(page, part)).find((row) => row[0].replace(/[↓↑≠].*/u, "").trim() === name);
export const chartData = (page, index = 0) => page.$$eval(".chart > svg", (svgs, i) => ({ ...svgs[i].dataset }), index);
export const readout = (page, index = 0) => page.$$eval(".readout", (all, i) => [...all[i].children].map((part) => part.textContent), index);

export async function until(condition) {
  for (const begin = Date.now(); !await condition() && Date.now() - begin < lastResort;) await new Promise((resolve) => { setTimeout(resolve, 20); });
}

export async function openEverything(page) {
  await page.evaluate(() => { for (const details of document.querySelectorAll("details")) details.open = true; });
}

export async function violations(page) {
  // axe is put into the page past its policy, by the debugger.
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Runtime.evaluate", { expression: axeSource });
  const { result } = await cdp.send("Runtime.evaluate", {
    expression: `axe.run(document, {iframes: false}).then((found) => JSON.stringify(found.violations.map((v) =>
      v.id + ": " + v.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + " -- " + node.failureSummary).join("; "))))`,
    awaitPromise: true, returnByValue: true,
  });
  return JSON.parse(result.value);
}

/// The values of one param or metric of the runs that a table shows, in the order of the runs.
export const shownValues = async (page, part, name) => {
  const [head, ...lines] = await tableOf(page, part);
  const column = head.findIndex((text) => text.replace(/[↓↑≠].*/u, "").trim() === name);
  const run = await page.$$eval(`.part.${part} tbody th`, (all) => all.map((header) => Number(header.dataset.run)));
  return lines.map((line, i) => [run[i], Number(line[column])]).sort((a, b) => a[0] - b[0]).map((entry) => entry[1]);
};
