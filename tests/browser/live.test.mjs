// A page that is written again while a training goes on: what is loaded again, when, and what stays. TRAINING is the program of
// training.cpp, a real one that logs, is killed, resumed, and ends.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { folder, rowOf, until, violations, within } from "./browser.mjs";

let number = 0;
/// A training with a page of its own.
class Training {
  constructor(registry = `live-${++number}`) {
    this.registry = path.join(folder, registry);
    this.name = `${registry}-page`;
    fs.rmSync(this.registry, { recursive: true, force: true }); // what an earlier run of these tests left
    fs.rmSync(path.join(folder, this.name + ".html"), { force: true });
    this.begin();
  }
  begin(run = "night") {
    this.program = spawn(process.env.TRAINING, [this.registry, run, path.join(folder, this.name + ".html")], { stdio: ["pipe", "pipe", "inherit"] });
    this.answers = createInterface({ input: this.program.stdout })[Symbol.asyncIterator]();
  }
  async tell(line) {
    this.program.stdin.write(line + "\n");
    assert.equal((await this.answers.next()).value, "ok");
  }
  async kill() {
    this.program.kill("SIGKILL");
    await once(this.program, "exit");
  }
  async finish() {
    this.program.stdin.end();
    await once(this.program, "exit");
  }
  text() {
    const file = path.join(folder, this.name + ".html");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  }
  /// Logs, and waits until the page was written with it.
  async logAndWrite(points) {
    const written = () => Number((/data-written=(\d+)/.exec(this.text()) || [0, 0])[1]);
    const before = written();
    await this.tell(`log ${points}`);
    await until(() => written() > before);
  }
}

async function withTraining(work, options = {}) {
  const training = new Training();
  try {
    await training.tell("log 10");
    await training.tell("say first words");
    await until(() => training.text().includes("first words"));
    await within(training.name, options, async (page, faults) => {
      let loads = 1;
      page.on("load", () => { ++loads; });
      /// Since `before`, a number of loads(): what makes the page load may be faster than the next line.
      const loadsAgain = async (before = loads) => {
        await until(() => loads > before);
        await page.waitForLoadState();
      };
      await work({ page, training, faults, loadsAgain, loads: () => loads });
    });
  } finally {
    training.program.kill("SIGKILL");
  }
}

/// 0 while the page is loaded.
const pointsOf = (page) => page.evaluate(() =>
  document.readyState === "loading" ? 0 : JSON.parse(document.querySelector('.chart script[type="application/json"]').textContent)[0].n);
const word = (page) => page.locator("#live [role=status]").textContent();
const age = (page) => page.locator("#live .age").textContent();
/// The page is loaded again in between, which ends what is asked of it.
const eventually = (ask) => until(async () => {
  try {
    return await ask();
  } catch (error) {
    if (/Execution context was destroyed|Cannot find context|navigation|Target|detached|not attached|properties of null/.test(String(error))) return false;
    throw error;
  }
});

/// Does what keeps the page, again if it was just on its way to be loaded: until the page stays the one on which it was done.
const onOnePage = (page, act) => eventually(async () => {
  const origin = () => page.evaluate(() => performance.timeOrigin);
  const before = await origin();
  await act();
  await page.waitForTimeout(500);
  return (await origin()) === before;
});
/// By the script itself: a click would take the focus.
const press = (page, label) => page.evaluate((wanted) => {
  const button = document.querySelector("#live button");
  if (button.textContent === wanted) button.click();
}, label);
const hold = (page) => onOnePage(page, () => press(page, "Pause"));
const letGo = (page) => press(page, "Go on");

test("a live page shows what comes, without a hand on it, and says in the end that it has ended", () => withTraining(async ({ page, training, loads }) => {
  assert.equal(await word(page), "Live");
  assert.match(await age(page), /^\d+ s ago$/);
  assert.match(await page.locator("#live .counts").textContent(), /^1 running$/);
  await training.tell("log 7");
  await eventually(async () => (await pointsOf(page)) === 17);
  assert.ok(loads() > 1);
  await training.finish();
  await eventually(async () => (await word(page)) === "Ended");
  assert.match(await page.locator("#live .counts").textContent(), /^1 finished$/);
  assert.equal(await page.locator("#live button").count(), 0);
  const before = loads();
  await page.waitForTimeout(1500);
  assert.equal(loads(), before);
}));

test("what the reader chose, typed, opened and scrolled to stays", () => withTraining(async ({ page, training, loadsAgain, loads }) => {
  await hold(page); // while this is set up
  assert.equal(await page.locator("#live button").textContent(), "Go on");
  assert.equal(await word(page), "Paused");
  await page.locator(".part.params > details > summary").click();
  await page.locator(".controls input[type=range]").first().fill("0.5");
  await page.locator(".controls label", { hasText: "log x" }).locator("input").check();
  await page.locator(".chart > details.figures").nth(1).locator("summary").click();
  await page.locator('input[aria-label="Find charts by name"]').fill("loss");
  const chart = page.locator(".chart:not([hidden]) > svg").first();
  await chart.focus();
  for (const key of ["End", "+"]) await page.keyboard.press(key);
  await training.tell("say more words");
  const before = loads();
  await letGo(page);
  await loadsAgain(before);
  const slider = page.locator(".slider input");
  await training.tell("log 5");
  await training.tell("say last words");
  await eventually(async () => (await slider.getAttribute("max")) === "1");
  await hold(page);
  await slider.fill("0");
  const filter = page.locator(".combo input");
  await filter.fill("s");
  await filter.press("Home");
  await page.evaluate(() => scrollTo(0, 500));
  const stateOf = () => page.evaluate(() => ({
    hash: location.hash, y: Math.round(scrollY), focus: document.activeElement.getAttribute("aria-label"), caret: document.activeElement.selectionStart,
    smoothing: document.querySelector(".controls input[type=range]").value, slider: document.querySelector(".slider input").value,
    said: document.querySelector(".steps .shown").textContent.trim(), charts: document.querySelector('input[aria-label="Find charts by name"]').value,
    open: [...document.querySelectorAll("details:not(.menu)")].map((details) => details.open), filter: document.querySelector(".combo input").value,
  }));
  const state = await stateOf();
  assert.ok(state.y > 100);
  assert.equal(state.filter, "s");
  assert.equal(state.said, "more words");
  assert.match(state.hash, /zoom=/);
  for (let i = 0; i < 3; ++i) {
    const loaded = loads();
    await training.tell("log 3");
    if (i === 0) await letGo(page);
    await loadsAgain(loaded);
  }
  await hold(page);
  const after = await stateOf();
  assert.ok(Math.abs(after.y - state.y) <= 2, `${after.y} was ${state.y}`);
  assert.deepEqual({ ...after, y: 0 }, { ...state, y: 0 });
}));

test("an enlarged chart stays enlarged, and grows", () => withTraining(async ({ page, training, loadsAgain }) => {
  await hold(page);
  await page.locator('[aria-label="Enlarge train/loss"]').click();
  await letGo(page);
  await page.locator("dialog[open] .chart svg").waitFor();
  const ends = () => page.locator("dialog[open] svg").getAttribute("data-x1").catch(() => null);
  const before = await ends();
  for (let i = 0; i < 2; ++i) {
    await training.tell("log 20");
    await loadsAgain();
  }
  await page.locator("dialog[open] .chart svg").waitFor();
  assert.equal(await page.locator("dialog[open]").getAttribute("aria-label"), "train/loss");
  assert.ok(before === null || Number(await ends()) > Number(before));
}));

test("it is not loaded again while it is not looked at, held, selected from, or a dialog asks", () => withTraining(async ({ page, training, loadsAgain, loads }) => {
  const stays = async (what) => {
    const before = loads();
    for (let i = 0; i < 3; ++i) await training.logAndWrite(2);
    await page.waitForTimeout(1500);
    assert.equal(loads(), before, what);
  };
  await onOnePage(page, () => page.evaluate(() => Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" })));
  await stays("hidden");
  await page.evaluate(() => {
    delete document.visibilityState;
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await loadsAgain();
  let chart = null;
  await eventually(async () => {
    await page.locator(".chart > svg").first().scrollIntoViewIfNeeded();
    chart = await page.locator(".chart > svg").first().boundingBox();
    return chart !== null;
  });
  await page.mouse.move(chart.x + 200, chart.y + 50);
  await page.mouse.down();
  // It may just have been on its way to be loaded; then it knows of the button when the pointer moves.
  for (let i = 0; i < 10; ++i) {
    await page.mouse.move(chart.x + 200 + i, chart.y + 50);
    await page.waitForTimeout(50);
  }
  await stays("held");
  await page.mouse.up();
  await loadsAgain();
  await onOnePage(page, () => page.evaluate(() => getSelection().selectAllChildren(document.querySelector("h1"))));
  await stays("selected");
  await page.evaluate(() => getSelection().removeAllRanges());
  await loadsAgain();
  await onOnePage(page, () => page.keyboard.press("?"));
  await stays("help");
  await page.keyboard.press("Escape");
  await loadsAgain();
}));

test("a run that is killed brings no news, which the page says; it goes on when the run is resumed, and says how it failed", () => withTraining(async ({ page, training }) => {
  await training.kill();
  await eventually(async () => /^No news for \d+ s$/.test(await word(page)));
  assert.equal(await age(page), "the run may have been killed, or its machine is away");
  assert.equal(await page.locator("#live.silent").count(), 1);
  await hold(page);
  assert.deepEqual(await violations(page), []);
  await page.locator("#live button").click();
  assert.equal(await page.locator("#live button").textContent(), "Pause");
  training.begin();
  await training.tell("log 90");
  await eventually(async () => (await pointsOf(page)) === 100 && (await word(page)) === "Live");
  await training.tell("fail no <b>memory</b>");
  await eventually(async () => (await word(page)) === "Ended");
  assert.match(await page.locator("#live li").last().textContent(), /^night failed at [\d:]+ UTC: no <b>memory<\/b>$/);
  assert.equal((await rowOf(page, "runs", "status"))[1], "failed");
  await training.finish();
}));

// A tab stays open all day: RELOADS=1000 looks longer than each build has time for.
const reloads = Number(process.env.RELOADS || 100);
test(`${reloads} times loaded again, a page is as small as at first`, () => withTraining(async ({ page, training }) => {
  const session = await page.context().newCDPSession(page);
  const sizes = async () => {
    await session.send("HeapProfiler.collectGarbage");
    const { metrics } = await session.send("Performance.getMetrics");
    const of = (name) => metrics.find((metric) => metric.name === name).value;
    return { heap: of("JSHeapUsedSize"), nodes: of("Nodes"), listeners: of("JSEventListeners"), documents: of("Documents"),
      stored: await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }).length + JSON.stringify(history.state).length), entries: await page.evaluate(() => history.length) };
  };
  await session.send("Performance.enable");
  // Paused, it is loaded again when the test says so, without a wait for its interval. What it shows changes and stays as large, so
  // that only the page itself could grow.
  await hold(page);
  const sizesAfter = async (count) => {
    for (let i = 0; i < count; ++i) {
      if (i % 10 === 0) await training.tell(`say words ${i / 10 % 10}`);
      await page.reload();
    }
    assert.equal(await word(page), "Paused");
    return sizes();
  };
  const before = await sizesAfter(20);
  for (let part = 1; part <= 4; ++part) {
    const after = await sizesAfter(reloads / 4);
    console.log(JSON.stringify({ part, before, after }));
    assert.equal(after.entries, before.entries);
    assert.equal(after.stored, before.stored);
    assert.ok(after.documents <= before.documents + 1, `${after.documents} documents`);
    assert.ok(after.nodes <= before.nodes * 1.1 + 100, `${after.nodes} nodes, before ${before.nodes}`);
    assert.ok(after.listeners <= before.listeners * 1.1 + 10, `${after.listeners} listeners, before ${before.listeners}`);
    assert.ok(after.heap < before.heap * 1.1 + 2e5, `${after.heap} bytes, before ${before.heap}`);
  }
}));

test("on a narrow screen and in the dark the banner is whole and legible", () => withTraining(async ({ page, training }) => {
  await training.tell("fail out of memory after 100 steps of a very long and very interesting training");
  await eventually(async () => (await word(page)) === "Ended");
  assert.deepEqual(await violations(page), []);
  const box = await page.locator("#live").boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 390);
}, { width: 390, colorScheme: "dark" }));
