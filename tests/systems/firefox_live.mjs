// A live page in Firefox, which a training writes: it is loaded again without a hand on it, what the reader did stays, and it says when
// the training is killed, resumed and over.
//   node firefox_live.mjs TRAINING PICTURE        TRAINING: the program of tests/browser/training.cpp; writes PICTURE.png
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { withFirefox } from "./firefox_page.mjs";

const [program, picture] = process.argv.slice(2);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "live-")), file = path.join(folder, "page.html");
let training, answers;
function begin() {
  training = spawn(program, [path.join(folder, "registry"), "night", file], { stdio: ["pipe", "pipe", "inherit"] });
  answers = createInterface({ input: training.stdout })[Symbol.asyncIterator]();
}
async function tell(line) {
  training.stdin.write(line + "\n");
  assert.equal((await answers.next()).value, "ok");
}
const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
/// Until it is so; five minutes are for a fault that would hang. The page may be on its way to be loaded again.
async function until(what, condition) {
  for (const start = Date.now(); Date.now() - start < 300000; await pause(50))
    if (await Promise.resolve().then(condition).catch(() => false)) return;
  throw new Error("it never came that " + what);
}

// What is asked of the page, in the page.
const word = () => document.querySelector("#live [role=status]").textContent;
const counts = () => document.querySelector("#live .counts").textContent;
const points = () => JSON.parse(document.querySelector('.chart script[type="application/json"]').textContent)[0].n;
const loadedAt = () => performance.timeOrigin;
const press = () => document.querySelector("#live button").click();
const change = () => {
  document.querySelector(".part.params > details > summary").click();
  const smoothing = document.querySelector(".controls input[type=range]");
  smoothing.value = "0.5";
  smoothing.dispatchEvent(new Event("input", { bubbles: true }));
  [...document.querySelectorAll(".controls label")].find((label) => /log x/.test(label.textContent)).querySelector("input").click();
  document.querySelector(".combo input").focus();
};
const state = () => {
  const active = document.activeElement;
  return {
    y: Math.round(scrollY), focus: active.getAttribute("aria-label") || active.localName, typed: document.querySelector(".combo input").value,
    selection: [active.selectionStart, active.selectionEnd, active.selectionDirection],
    smoothing: document.querySelector(".controls input[type=range]").value,
    checked: [...document.querySelectorAll(".controls input[type=checkbox]")].map((box) => box.checked),
    open: [...document.querySelectorAll("details:not(.menu)")].map((details) => details.open),
  };
};

async function look({ ask, evaluate, picture: shoot }) {
  await until("it is live", async () => (await evaluate(word)) === "Live");
  await tell("log 7");
  await until("it has the new points", async () => (await evaluate(points)) === 17);

  await until("it is paused", async () => (await evaluate(word)) === "Paused" || (await evaluate(press), (await evaluate(word)) === "Paused"));
  await evaluate(change);
  // By the keyboard, as a reader does it: Firefox puts fields back of its own accord, too.
  const stroke = (value) => [{ type: "keyDown", value }, { type: "keyUp", value }];
  const left = "\uE012", shift = "\uE008";
  await ask("input.performActions", { actions: [{ type: "key", id: "keys", actions: [...[..."loss"].flatMap(stroke), { type: "keyDown", value: shift },
    ...stroke(left), ...stroke(left), { type: "keyUp", value: shift }] }] });
  await evaluate(() => scrollTo(0, 500));
  await pause(500);
  const before = await evaluate(state);
  assert.ok(before.y > 100, `scrolled to ${before.y}`);
  assert.equal(before.typed, "loss");
  assert.deepEqual(before.selection, [2, 4, "backward"]);
  await evaluate(press);
  for (let i = 0; i < 3; ++i) {
    const loaded = await evaluate(loadedAt);
    await tell("log 3");
    await until("the page is loaded again", async () => (await evaluate(loadedAt)) !== loaded);
  }
  await until("it has all points", async () => (await evaluate(points)) === 26);
  await until("it is paused again", async () => (await evaluate(word)) === "Paused" || (await evaluate(press), (await evaluate(word)) === "Paused"));
  await pause(500);
  const after = await evaluate(state);
  assert.ok(Math.abs(after.y - before.y) <= 2, `scrolled to ${after.y}, before ${before.y}`);
  assert.deepEqual({ ...after, y: 0 }, { ...before, y: 0 });
  await shoot(`${picture}.png`);
  await evaluate(press);

  training.kill("SIGKILL");
  await once(training, "exit");
  await until("there are no news", async () => /^No news for \d+ s$/.test(await evaluate(word)));
  begin();
  await tell("log 4");
  await until("it goes on", async () => (await evaluate(word)) === "Live" && (await evaluate(points)) === 30);
  training.stdin.end();
  await until("it says that it has ended", async () => (await evaluate(word)) === "Ended");
  assert.equal(await evaluate(counts), "1 finished");
  const end = await evaluate(loadedAt);
  await pause(2000);
  assert.equal(await evaluate(loadedAt), end, "a page that has ended is loaded again");
}

begin();
try {
  await tell("log 10");
  await tell("say first words");
  await until("the page is written", () => fs.readFileSync(file, "utf8").includes("first words"));
  await withFirefox(pathToFileURL(file).href, { width: 1280, height: 900 }, look);
} finally {
  training.kill("SIGKILL");
  fs.rmSync(folder, { recursive: true, force: true });
}
