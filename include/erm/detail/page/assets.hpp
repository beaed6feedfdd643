// The style and the scripts of the comparison page: exactly the files of web/, from which tests/page_assets.cmake
// makes this header. Change those, and run it again.
#pragma once

#include <string_view>

namespace erm::detail {

// A literal with its length: the compiler need not count its characters.
using std::string_view_literals::operator""sv;

// web/page.css
inline constexpr std::string_view page_style[] = {
    R"page(/* The comparison page. Colours come from the variables below; runs have one of eight colours and one of five dashes. */
:root {
  color-scheme: light dark;
  --page: #f6f7f9;
  --card: #ffffff;
  --head: #f0f2f5;
  --text: #1b2430;
  --soft: #566273;
  --line: #dde2e8;
  --accent: #1f5fd0;
  --tint: #fff4d6;
  --bar: #c98a00;
  --best: #e2f5ea;
  --best-text: #0b5f38;
  --warn: #8a4b00;
  --r0: #0b6bb8;
  --r1: #c8500a;
  --r2: #0a7f5c;
  --r3: #b0408f;
  --r4: #8f6a00;
  --r5: #6d4cc2;
  --r6: #5a6570;
  --r7: #c02a4a;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0f141a;
    --card: #171d25;
    --head: #1f2731;
    --text: #e4e9ef;
    --soft: #a3afbd;
    --line: #2d3743;
    --accent: #7db1ff;
    --tint: #3a2f12;
    --bar: #e0ae3d;
    --best: #12382a;
    --best-text: #8fe3b8;
    --warn: #f0b060;
    --r0: #5cb3f5;
    --r1: #ff9a5c;
    --r2: #3fce9f;
    --r3: #f08bd0;
    --r4: #e3c04d;
    --r5: #b39bff;
    --r6: #aab4bf;
    --r7: #ff7d93;
  }
}

* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
}
header, main { max-width: 1680px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 28px; }
h1 { margin: 0; font-size: 24px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; }
.summary { margin: 4px 0 20px; color: var(--soft); }
h2 { display: inline; margin: 0; font-size: 16px; font-weight: 650; overflow-wrap: anywhere; }
h3 { margin: 20px 16px 8px; font-size: 14px; font-weight: 600; overflow-wrap: anywhere; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

/* Words for who does not see the page. */
td > i, th i { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

/* ---- who won ---- */

.winner { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 24px; align-items: start; margin: 0 0 16px; padding: 12px 16px; background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--best-text); border-radius: 10px; overflow-wrap: anywhere; }
.winner > :is(h2, p) { grid-column: 1 / -1; }
.winner h2 { display: block; color: var(--soft); font-size: 14px; font-weight: 500; }
.winner h2 b { color: var(--text); font-weight: 650; }
.winner p { margin: 4px 0 0; color: var(--soft); }
.winner .best { color: var(--text); font-size: 20px; line-height: 1.4; }
.winner .best > b { margin-right: 8px; font-weight: 650; }
.winner strong { padding: 1px 8px; border-radius: 6px; color: var(--best-text); background: var(--best); font-weight: 700; font-variant-numeric: tabular-nums; }
.winner .best span { margin-left: 10px; color: var(--soft); font-size: 14px; }
.did b { color: var(--text); font-weight: 600; }
.did span { display: inline-block; }
.choices { display: flex; flex-wrap: wrap; gap: 6px 16px; max-width: 300px; justify-content: end; }
.choices select { max-width: 200px; }
.winner i { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

/* ---- sections ---- */

.part { margin: 0 0 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.big { content-visibility: auto; contain-intrinsic-size: auto 80vh; }
.part > details > summary { padding: 12px 16px; cursor: pointer; border-radius: 10px; }
.note { margin-left: 10px; color: var(--soft); }

/* ---- tables ---- */

.scroll { position: relative; overflow: auto; max-height: 80vh; border-top: 1px solid var(--line); border-radius: 0 0 10px 10px; }
.overview .scroll { max-height: 56vh; }
table { border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 14px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); unicode-bidi: isolate; }
tbody tr:last-child > * { border-bottom: 0; }
th { font-weight: 500; background: var(--card); white-space: nowrap; }
thead { position: sticky; top: 0; z-index: 2; }
thead th { max-width: 260px; background: var(--head); font-weight: 600; vertical-align: bottom; white-space: normal; overflow-wrap: break-word; }
tr > th:first-child { position: sticky; left: 0; z-index: 1; border-right: 1px solid var(--line); min-width: min(140px, 30vw); max-width: min(440px, 40vw); white-space: normal; overflow-wrap: anywhere; }
/* Hundreds of sticky cells take a browser long: where the script runs, they are so once a table is moved. */
@media (scripting: enabled) { .scroll:not(.moved) tr > th:first-child { position: static; } }
td { max-width: 420px; overflow-wrap: break-word; white-space: pre-wrap; min-width: 72px; border-left: 3px solid transparent; }
td.n { text-align: right; white-space: nowrap; }
.runs td { min-width: 186px; }
td.m, td.z, td.e { color: var(--soft); }
td.z, td.e { font-style: italic; }
td.d { background: var(--tint); border-left-color: var(--bar); }
td.w { font-weight: 700; color: var(--best-text); background: var(--best); }
td.w::before { content: "★ "; }
/* A drawn sign: fonts lack the letter, or draw it badly. */
.q { position: relative; display: inline-block; width: 9px; height: 10px; margin-left: 7px; color: var(--bar); font-size: 0; vertical-align: -1px; }
.q::before { content: ""; position: absolute; left: 0; right: 0; top: 2px; height: 6px; border: solid; border-width: 1.5px 0; }
.q::after { content: ""; position: absolute; left: 4px; top: -1px; height: 12px; border-left: 1.5px solid; transform: rotate(28deg); }
.q > i { font-size: 12px; }
.goal { margin-left: 6px; color: var(--soft); font-weight: 400; font-size: 12px; }
.goal em { font-style: normal; }
small { color: var(--soft); font-weight: 400; }
td small { white-space: nowrap; }
[data-layout="rows"] tr > th:first-child { min-width: min(200px, 40vw); }
.overview thead :is(.q, em) { display: none; }
.overview thead small { display: block; }
.apart > * { color: var(--soft); }
tr:not(.apart) + .apart > * { border-top: 2px solid var(--soft); }
.key { width: 24px; height: 8px; margin-right: 8px; vertical-align: 1px; stroke-width: 2.5; overflow: visible; }

/* ---- runs ---- */

.r0 { --c: var(--r0); }
.r1 { --c: var(--r1); }
.r2 { --c: var(--r2); }
.r3 { --c: var(--r3); }
.r4 { --c: var(--r4); }
.r5 { --c: var(--r5); }
.r6 { --c: var(--r6); }
.r7 { --c: var(--r7); }
.key, .line { stroke: var(--c); fill: none; }
.h1 { stroke-dasharray: 7 3; }
.h2 { stroke-dasharray: 2 2.5; }
.h3 { stroke-dasharray: 9 2.5 2 2.5; }
.h4 { stroke-dasharray: 4 2; }

/* ---- curves ---- */

.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0; padding: 0 16px 8px; list-style: none; max-height: 8em; overflow: auto; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 16px; padding: 4px 16px 16px; }
figure { margin: 0; min-width: 0; }
.chart figcaption { font-weight: 600; overflow-wrap: anywhere; }
.chart > svg { display: block; width: 100%; height: auto; }
.line { stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: butt; }
.grid path { stroke: var(--line); }
.grid text { fill: var(--soft); font-size: 11.5px; font-variant-numeric: tabular-nums; }
.figures summary { color: var(--soft); cursor: pointer; }
.figures .scroll { border: 1px solid var(--line); border-radius: 6px; }

/* ---- artifacts ---- */

.gallery, .steps, .heats, .logged { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 12px; padding: 0 16px 16px; }
.artifact { border: 1px solid var(--line); border-radius: 8px; padding: 10px; background: var(--card); }
.artifact figcaption { margin-bottom: 8px; font-weight: 500; overflow-wrap: anywhere; }
.artifact small { color: var(--soft); font-weight: 400; }
.artifact img { display: block; max-width: 100%; height: auto; min-width: min(100%, 160px); image-rendering: auto; background: #fff; }
.artifact :is(audio, video) { display: block; max-width: 100%; }
.artifact iframe { width: 100%; height: 320px; border: 1px solid var(--line); border-radius: 4px; background: #fff; }
.plot > svg { display: block; width: 100%; height: auto; }
pre { margin: 0; max-height: 320px; overflow: auto; padding: 10px; background: var(--page); border-radius: 6px; font: 12.5px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.console .err { color: var(--warn); }
.console i { color: var(--soft); }
.consoles .cards { display: block; }
.consoles pre { max-height: 70vh; margin-top: 8px; }
.artifact details { margin-top: 8px; }
.left { display: block; margin: 0 16px 8px; }
.steps { grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr)); }
.logged { grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); align-items: start; }
.logged .artifact { padding: 10px 0 0; overflow: hidden; }
.logged figcaption { padding: 0 10px; }
.logged .scroll { max-height: 480px; }
.logged .new > * { background: var(--tint); }
.logged .left { margin: 8px 10px; }
.heats svg:not(.key) { display: block; width: 100%; height: auto; }
.heats image { image-rendering: pixelated; }
.heats .notice { margin: 6px 0 0; }
.controls.slider input[type="range"] { width: min(60vw, 420px); }
.overlay { grid-column: 1 / -1; }
.overlay .legend { padding: 0 0 4px; }
.overlay svg { max-width: 860px; }
.hovering .overlay g[data-run]:not(.hover) { opacity: 0.2; }
.none, .same { color: var(--soft); font-style: italic; margin: 8px 0; }
.notice { margin: 0 0 8px; padding: 6px 10px; border-left: 3px solid var(--bar); color: var(--warn); overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }

/* ---- notes, groups, provenance ---- */

.warnings { margin: -8px 0 20px; padding: 0; list-style: none; }
.warnings > li { margin: 0; }
.warnings > li::before { content: "⚠ "; }
.inset { margin: 0; padding: 8px 16px; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.inset > summary { cursor: pointer; }
dl.inset { grid-template-columns: fit-content(40%) 1fr; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 12px; padding: 0 16px 16px; }
.artifact.d { border-left: 3px solid var(--bar); }
.md { overflow-wrap: anywhere; }
.md > * { margin: 0 0 8px; white-space: pre-line; }
.md > pre { white-space: pre-wrap; }
.md > blockquote { padding-left: 10px; border-left: 3px solid var(--line); }
code { padding: 0 4px; background: var(--page); border-radius: 4px; font: 12.5px ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
.grouped .group > td { max-width: none; }
.deep { padding-left: 30px; }
.deep2 { padding-left: 46px; }
.deep3 { padding-left: 62px; }
.interval { display: block; width: 160px; height: 16px; fill: var(--accent); stroke: var(--accent); stroke-width: 12; }
.thick { stroke-width: 44; opacity: 0.45; }
.diff { margin-top: 8px; max-height: 60vh; unicode-bidi: plaintext; }

@media (max-width: 600px) {
  header, main { padding-left: 10px; padding-right: 10px; }
  th, td { padding: 5px 8px; }
  .winner { grid-template-columns: minmax(0, 1fr); }
  .choices { max-width: none; justify-content: start; }
}

/* ---- tools, there only where the script runs ---- */

.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }
[hidden] { display: none !important; }
.tools { position: sticky; top: 0; z-index: 10; display: flex; flex-wrap: wrap; gap: 8px; align-items: center; max-width: 1680px; margin: 0 auto 16px; padding: 8px 24px; background: var(--page); border-bottom: 1px solid var(--line); }
.tools input[type="search"] { flex: 1 1 200px; max-width: 340px; min-width: 0; }
button, select, input[type="search"], .menu > summar)page"sv,
    R"page(y { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 4px 10px; min-height: 30px; }
button, select, summary, input[type="checkbox"], input[type="radio"], input[type="range"] { cursor: pointer; }
button:hover, select:hover, .menu > summary:hover { border-color: var(--soft); }
button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--page); }
input { accent-color: var(--accent); }
::placeholder { color: var(--soft); opacity: 1; }
label { display: inline-flex; align-items: center; gap: 6px; max-width: 100%; }
label > select { min-width: 0; }
label > span { color: var(--soft); }
.menu { position: relative; }
.menu > summary { list-style: none; }
.menu > summary::after { content: " ▾"; }
.menu > div { position: absolute; right: 0; z-index: 20; display: grid; gap: 4px; margin-top: 4px; padding: 8px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 8px 24px rgb(0 0 0 / 25%); }
.menu > div button { white-space: nowrap; text-align: left; border-color: transparent; }
.sort, .fold { max-width: 100%; padding: 0; min-height: 24px; border: 0; background: none; font-weight: inherit; text-align: left; overflow-wrap: inherit; }
.sort:hover, .fold:hover { text-decoration: underline; }
.arrow { color: var(--accent); }
.group > th, .group > td:not(.d), td.f:not(.d) { background: var(--head); }
.off > * { opacity: 0.5; }
.at { outline: 2px solid var(--accent); outline-offset: -2px; }
th > input { margin: 0 8px 0 0; width: 16px; height: 16px; vertical-align: -3px; }
.emptied > details > .scroll { display: none; }
th.hover { background: var(--head); color: var(--accent); }
.hovering .line:not(.hover), .hovering .dot:not(.hover) { opacity: 0.25; }
.line.hover { stroke-width: 3; opacity: 1; }
.hover > .key { stroke-width: 4; }

.controls { display: flex; flex-wrap: wrap; gap: 8px 18px; align-items: center; padding: 0 16px 10px; }
.controls input[type="range"] { width: 120px; }
output { min-width: 2.6em; font-variant-numeric: tabular-nums; }
.chart > svg { touch-action: pan-y; cursor: crosshair; border-radius: 4px; }
.saves { float: right; display: inline-flex; gap: 4px; }
.saves button { min-height: 24px; padding: 0 8px; font-size: 12px; color: var(--soft); }
.readout { display: flex; flex-wrap: wrap; gap: 2px 16px; min-height: 1.5em; margin: 0 0 4px; padding-left: 10%; font-size: 12.5px; font-variant-numeric: tabular-nums; }
.cursor { stroke: var(--soft); stroke-width: 1; }
.zoom { fill: var(--accent); opacity: 0.2; }
.band { fill: var(--c); opacity: 0.18; }
.plots .plain { border: 0; max-height: none; }
.plots svg { display: block; width: 100%; }
.plots .plain > svg { min-width: 900px; }
.scatter { max-width: 720px; padding: 0 16px 16px; }
.brushed { touch-action: none; cursor: crosshair; }
.brushed .zoom { stroke: var(--accent); }
.figures p { margin: 4px 0; color: var(--soft); }
.axis { stroke: var(--soft) !important; }
.grid .name { fill: var(--text); font-weight: 600; }
.zone { fill: transparent; cursor: ns-resize; touch-action: none; }
.dot { fill: var(--c); opacity: 0.85; }
.shade { fill: var(--c); }
.faint { opacity: 0.25; }
.plots .faint { opacity: 0.08; }
.plots .grid text { paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
.lens { position: relative; overflow: auto; max-height: 480px; }
.lens .over { position: absolute; top: 0; left: 0; }
ins { text-decoration: none; background: var(--best); color: var(--best-text); }
del { text-decoration: none; background: var(--tint); color: var(--warn); }
kbd { font: inherit; padding: 0 6px; border: 1px solid var(--line); border-radius: 4px; background: var(--head); }
dialog { color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px 28px; }
dialog h2 { display: block; margin-bottom: 12px; }
dialog dl { margin-bottom: 16px; gap: 6px 16px; }
dialog::backdrop { background: rgb(0 0 0 / 40%); }

@media (max-width: 600px) {
  .tools { position: static; padding: 8px 10px; }
  .menu > div { right: auto; left: 0; }
}

/* ---- paper: the script puts wide tables into groups of columns ---- */

.paper { display: none; }
.printing .big { content-visibility: visible; }
.printing table { width: max-content; font-size: 10pt; }
.printing th, .printing td { padding: 2px 8px; }
.printing tr > th:first-child { max-width: 180px; white-space: normal; overflow-wrap: anywhere; }
.printing td { max-width: 300px; overflow-wrap: anywhere; }
@media print {
  :root { color-scheme: light; --page: #fff; --text: #000; --soft: #444; --line: #bbb; }
  body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .tools, .controls, .saves, .menu, th > input, .readout, .figures, .split { display: none; }
  .paper { display: block; }
  .paper table { margin: 0 0 12pt; }
  th, td { padding: 2px 8px; }
  thead { break-inside: avoid; }
  summary, h3 { break-after: avoid; }
  .scroll, pre, .legend, .lens { max-height: none; overflow: visible; }
  .big { content-visibility: visible; }
  .plots .plain > svg { min-width: 0; }
  thead, .scroll tr > th:first-child, .paper tr > th:first-child { position: static; }
  tr > th:first-child { max-width: 180px; white-space: normal; overflow-wrap: anywhere; }
  td { max-width: 300px; overflow-wrap: anywhere; }
  .part, .chart, .artifact, tr { break-inside: avoid; }
  .part { break-inside: auto; border: 0; }
  header, main { max-width: none; padding: 0; }
}
)page"sv,
};
inline constexpr std::string_view page_style_sha256 = "9f79086514ff7f7bc11ec0083f1b29ddd7e2bac9d87d03ae68e5f3681ec152d1";

// web/modules.txt
inline constexpr std::string_view page_script[] = {
    R"page("use strict";
(() => {
// Elements: find them and make them.

const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}
const make = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
const runKey = (run) =>
  draw("svg", { class: `key r${run % 8} h${run % 5}`, viewBox: "0 0 24 8", "aria-hidden": "true" }, draw("path", { d: "M0 4h24" }));

// Numbers and their texts.

const toNumber = (text) => {
  const lower = text.toLowerCase().replace(/^[+]/, "");
  if (/^-?inf/.test(lower)) return lower[0] === "-" ? -Infinity : Infinity;
  return Number(lower);
};

/// Six significant digits, as the page's own numbers, or as many as are asked for.
function format(value, scientific, digits = 6) {
  if (typeof value === "bigint") return String(value);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-∞" : "∞";
  const size = Math.abs(value);
  if (value !== 0 && (scientific || size < 1e-4 || (size >= 1e6 && !Number.isInteger(value)) || size >= 1e15))
    return value.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(digits)));
}
/// The texts of numbers in a table: only those that would look like another one get more digits.
function apartTexts(numbers, scientific, least = 6) {
  const texts = [];
  let left = numbers.map((_, i) => i);
  for (let digits = least; left.length > 0; ++digits) {
    const alike = new Map();
    for (const i of left) {
      texts[i] = format(numbers[i], scientific, digits);
      if (!alike.has(texts[i])) alike.set(texts[i], []);
      alike.get(texts[i]).push(i);
    }
    left = digits === 17 ? [] : [...alike.values()].filter((group) => new Set(group.map((i) => numbers[i])).size > 1).flat();
  }
  return texts;
}
/// Whether a number is shown with an exponent, and with it those of its row.
const needsExponent = (number) => Number.isFinite(number) && number !== 0 && (Math.abs(number) < 1e-4 || (Math.abs(number) >= 1e6 && !Number.isInteger(number)));
const signed = (value, text) => (value > 0 ? "+" : "") + text;

// The page as data: all that the script works with is in the tables that were written.

const runs = []; // {name, label, full, status}: the name, the same where there is little room, the whole path
const sections = []; // {element, kind, title, table, rows: [{name, goal, cells, ...}]}

function readCell(cell) {
  const kind = cell.className.split(" ", 1)[0] || "t";
  const plain = kind === "d" ? "t" : kind;
  const shown = cell.firstChild ? cell.firstChild.data : "";
  const text = plain === "m" || plain === "e" ? "" : cell.getAttribute("title") || shown;
  const note = cell.lastChild && cell.lastChild.localName === "small" ? cell.lastChild.textContent : "";
  return { kind: plain, shown, text, number: plain === "n" ? toNumber(text) : NaN, note };
}

/// What tells the best points of a metric's curves from the values logged last.
const pointWords = (point) => (point === "min" || point === "max" ? ` (${point} of curve)` : "");

function readName(header) {
  const goal = find(".goal", header);
  const holder = find(".sort", header) || header;
  const first = holder.firstChild;
  const label = first && first.nodeType === Node.TEXT_NODE ? first.data : "";
  const { point = "" } = header.dataset;
  return {
    label,
    name: label + pointWords(point),
    point,
    goal: goal ? goal.dataset.goal : null,
    goalMark: goal,
    plain: header.classList.contains("u"),
    differs: false,
    cells: [],
  };
}

function readRows(section) {
  const heads = [...section.table.tHead.rows[0].cells];
  const body = [...section.table.tBodies[0].rows];
  let rows;
  if (section.initialLayout === "rows") {
    rows = heads.slice(1).map(readName);
    for (const line of body) {
      let cell = line.cells[0];
      const run = Number(cell.dataset.run);
      for (const row of rows) row.cells[run] = readCell(cell = cell.nextElementSibling);
    }
  } else {
    rows = body.map((line) => {
      const row = readName(line.cells[0]);
      row.cells = [...line.cells].slice(1).map(readCell);
      return row;
    });
  }
  for (const row of rows) {
    row.plain = row.plain || section.kind === "runs";
    row.numeric = row.cells.some((cell) => cell.kind === "n");
    row.search = [row.name, ...row.cells.map((cell) => cell.text)].join("\n").toLowerCase();
  }
  return rows;
}

function addSection(element) {
  const table = find(":scope > details > .scroll > table", element);
  if (!table) return;
  if (runs.length === 0) {
    const byRow = table.dataset.layout === "rows";
    for (const header of byRow ? [...table.tBodies[0].rows].map((line) => line.cells[0]) : [...table.tHead.rows[0].cells].slice(1))
    {
      const label = [...header.childNodes].find((node) => node.nodeType === Node.TEXT_NODE).data;
      const { run, name = label, status = "" } = header.dataset;
      runs[run] = { name, label, full: header.title, status };
    }
  }
  let rows = null;
  sections.push({
    element,
    table,
    index: sections.length,
    kind: element.classList[1],
    title: find("h2", element).textContent,
    note: find(".note", element),
    noteText: find(".note", element).textContent,
    corner: table.tHead.rows[0].cells[0].textContent,
    initialLayout: table.dataset.layout,
    folded: new Set(),
    shown: null,
    // Read when first asked for.
    get rows() { return chosenRows(this, rows || (rows = readRows(this))); },
  });
}

const sameCell = (a, b) => {
  if (a.kind !== b.kind) return false;
  if (a.text === b.text) return true;
  if (a.kind !== "n") return false;
  if (Number.isNaN(a.number) || Number.isNaN(b.number)) return Number.isNaN(a.number) && Number.isNaN(b.number);
  return a.number === b.number && (Math.abs(a.number) < 2 ** 53 || !Number.isFinite(a.number));
};

// What the reader chose, kept in the address.

const state = {
  baseline: 0, hidden: new Set(), filter: "", differing: false, show: "value", layout: "", sort: null, closed: new Set(),
  x: "step", smooth: 0, log: false, outliers: false, group: "", band: "sd", zoom: null, zoomAxis: "step", brush: new Map(), color: "",
  main: "", point: "",
};
let defaultBaseline = 0;

function addressOfState() {
  const parts = new URLSearchParams();
  if (state.baseline !== defaultBaseline) parts.set("baseline", state.baseline);
  if (state.hidden.size) parts.set("hide", [...state.hidden].sort((a, b) => a - b).join("."));
  if (state.filter) parts.set("filter", state.filter);
  if (state.differing) parts.set("differing", "1");
  if (state.show !== "value") parts.set("show", state.show);
  if (state.layout) parts.set("layout", state.layout);
  if (state.sort) parts.set("sort", JSON.stringify(state.sort));
  if (state.closed.size) parts.set("closed", [...state.closed].join("."));
  const folded = sections.flatMap((section) => [...section.folded].map((path) => [section.index, path]));
  if (folded.length) parts.set("folded", JSON.stringify(folded));
  for (const [name, usual] of [["x", "step"], ["group", ""], ["band", "sd"], ["color", ""], ["main", ""], ["point", ""]]) if (state[name] !== usual) parts.set(name, state[name]);
  if (state.smooth) parts.set("smooth", state.smooth);
  if (state.log) parts.set("log", "1");
  if (state.outliers) parts.set("outliers", "1");
  if (state.zoom) parts.set("zoom", state.zoom.join("_"));
  if (state.zoom && state.zoomAxis !== "step") parts.set("zoomaxis", state.zoomAxis);
  if (state.brush.size) parts.set("brush", JSON.stringify([...state.brush]));
  return parts.toString();
}

function saveState() {
  try {
    // In a sandboxed frame this throws; the page works without.
    const address = addressOfState();
    history.replaceState(null, "", address ? "#" + address : location.pathname + location.search);
  } catch (error) {
    return;
  }
}

function loadState() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const isRun = (number) => Number.isInteger(number) && number >= 0 && number < runs.length;
  const baseline = Number(parts.get("baseline") || defaultBaseline);
  state.baseline = isRun(baseline) ? baseline : defaultBaseline;
  state.hidden = new Set((parts.get("hide") || "").split(".").filter(Boolean).map(Number).filter(isRun));
  state.filter = parts.get("filter") || "";
  state.differing = parts.get("differing") === "1";
  state.main = /^(min|max):/.test(parts.get("main")) && metricNamed(parts.get("main").slice(4)) ? parts.get("main") : "";
  state.point = points.has(parts.get("point")) ? parts.get("point") : "";
  state.show = ["difference", "percent"].includes(parts.get("show")) ? parts.get("show") : "value";
  state.layout = ["rows", "columns"].includes(parts.get("layout")) ? parts.get("layout") : "";
  state.closed = new Set((parts.get("closed") || "").split(".").filter(Boolean).map(Number));
  const folded = parsed(parts.get("folded"));
  for (const section of sections)
    section.folded = new Set((Array.isArray(folded) ? folded : []).filter((entry) => Array.isArray(entry) && entry[0] === section.index).map((entry) => entry[1]));
  state.x = ["time", "clock"].includes(parts.get("x")) ? parts.get("x") : "step";
  state.smooth = Math.min(0.99, Math.max(0, Number(parts.get("smooth")) || 0));
  state.log = parts.get("log") === "1";
  state.outliers = parts.get("outliers") === "1";
  state.group = parts.get("group") && groupings().includes(parts.get("group")) ? parts.get("group") : "";
  state.band = parts.get("band") === "range" ? "range" : "sd";
  const zoom = (parts.get("zoom") || "").split("_").map(Number);
  state.zoom = zoom.length === 2 && zoom.every(Number.isFinite) && zoom[0] < zoom[1] ? zoom : null;
  state.zoomAxis = parts.get("zoomaxis") || "step";
  const sort = parsed(parts.get("sort"));
  state.sort = sort && Number.isInteger(sort.section) && sections[sort.section] && (/^(row|name)$/.test(sort.by) || (sort.by === "run" && isRun(sort.key))) ? sort : null;
  state.color = plots.color && [...plots.color.options].some((one) => one.value === parts.get("color")) ? parts.get("color") : "";
  const brush = parsed(parts.get("brush"));
  state.brush = new Map((Array.isArray(brush) ? brush : []).filter((entry) => Array.isArray(entry) && plots.axes && plots.axes.has(entry[0]) &&
    Array.isArray(entry[1]) && entry[1].length === 2 && entry[1].every(Number.isFinite)));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return null;
  }
}

const plots = {};
const inBrush = (run) => [...state.brush].every(([name, [low, high]]) => {
  const place = plots.axes.get(name).place(run);
  return place >= low - 1e-9 && place <= high + 1e-9;
});
const isVisible = (run) => !state.hidden.has(run) && inBrush(run);
const visibleRuns = () => runs.map((_, run) => run).filter(isVisible);

// The cells of a table: what a value is compared with, shows and is sorted by.

const status = make("p", { class: "unseen", role: "status", "aria-live": "polite" });
const say = (text) => { status.textContent = text; };

/// What follows for a row from the baseline and the runs that are shown.
function judge(row, shown) {
  const compared = row.cells[state.baseline];
  row.differs = !row.plain && shown.some((run) => !sameCell(row.cells[run], r)page"sv,
    R"page(ow.cells[shown[0]]));
  let best = NaN, count = 0, differing = 0;
  for (const run of shown) {
    const cell = row.cells[run];
    cell.differs = run !== state.baseline && !sameCell(cell, compared);
    differing += cell.differs;
    cell.best = false;
    if (!row.goal || Number.isNaN(cell.number) || apartWords[ranking.apart[run]]) continue;
    ++count;
    if (Number.isNaN(best) || (row.goal === "min" ? cell.number < best : cell.number > best)) best = cell.number;
  }
  // With many runs, a row in which most of them differ needs no tint.
  row.tinted = shown.length <= 10 || 2 * differing <= shown.length;
  row.texts = state.show === "value" ? null : differenceTexts(row, shown);
  if (count > 1) for (const run of shown) row.cells[run].best = row.cells[run].number === best && !apartWords[ranking.apart[run]];
}

/// Whole numbers that a double cannot hold are subtracted as they are written.
function difference(cell, compared) {
  const isLong = (one) => /^[+-]?\d+$/.test(one.text) && !Number.isSafeInteger(one.number);
  if ((isLong(cell) || isLong(compared)) && [cell, compared].every((one) => /^[+-]?\d+$/.test(one.text)))
    return BigInt(cell.text.replace("+", "")) - BigInt(compared.text.replace("+", ""));
  return cell.number - compared.number;
}

/// For each run that has a number how far it is from the baseline's, with as many digits as tell the runs apart.
function differenceTexts(row, shown) {
  const compared = row.cells[state.baseline];
  const texts = new Map();
  if (compared.kind !== "n") return texts;
  const others = shown.filter((run) => run !== state.baseline && row.cells[run].kind === "n");
  const isPercent = state.show === "percent";
  const numbers = others.map((run) => {
    const number = difference(row.cells[run], compared);
    if (!isPercent) return number;
    return compared.number === 0 || !Number.isFinite(compared.number) ? NaN : (100 * Number(number)) / Math.abs(compared.number);
  });
  const shortest = apartTexts(numbers, false, isPercent ? 3 : 6);
  others.forEach((run, i) => texts.set(run, isPercent && Number.isNaN(numbers[i]) ? "n/a" : signed(numbers[i], shortest[i]) + (isPercent ? " %" : "")));
  return texts;
}

/// What a cell shows: its value, or how far it is from the baseline's.
const shownText = (row, run) => (row.texts && row.texts.get(run)) || row.cells[run].shown;

function makeCell(row, run) {
  const cell = row.cells[run];
  const text = shownText(row, run);
  const element = document.createElement("td");
  const marks = (cell.kind === "t" ? "" : cell.kind) + (cell.differs && row.tinted && runs.length > 1 && !row.plain ? " d" : "") + (cell.best ? " w" : "");
  if (marks) element.className = marks.trim();
  element.append(text);
  if (/[nt]/.test(cell.kind) && text !== cell.text) element.title = cell.text;
  if (cell.best) element.append(make("i", null, " best"));
  if (cell.note && !row.brief) element.append(make("small", null, cell.note));
  return element;
}

function nameParts(row, text) {
  const parts = [text || row.label];
  if (row.goalMark) parts.push(row.goalMark.cloneNode(true));
  if (row.differs && !row.plain) parts.push(make("b", { class: "q", title: "differs between the runs" }, "≠", make("i", null, " differs")));
  if (pointNames[row.point]) parts.push(make("small", null, ` ${pointNames[row.point]}`));
  return parts;
}

function sortDirection(by, section, key) {
  const sort = state.sort;
  return sort && sort.by === by && sort.section === section.index && sort.key === key ? sort.direction : null;
}

function sortButton(by, section, key, label, parts) {
  const direction = sortDirection(by, section, key);
  const mark = direction === "ascending" ? " ▲" : direction === "descending" ? " ▼" : "";
  return make("button", { type: "button", class: "sort", title: `Sort by ${label}`, onclick: () => {
    const next = direction === null ? "ascending" : direction === "ascending" ? "descending" : null;
    state.sort = next ? { by, section: section.index, key, direction: next } : null;
    render();
    say(next ? `Sorted by ${label}, ${next}` : "Not sorted");
    const again = findAll(".sort", section.element).find((button) => button.title === `Sort by ${label}`);
    if (again) again.focus();
  } }, parts, make("span", { class: "arrow", "aria-hidden": "true" }, mark));
}

const compareCells = (a, b) => {
  const missing = (cell) => cell.kind === "m" || (cell.kind === "n" && Number.isNaN(cell.number));
  if (missing(a) || missing(b)) return missing(a) - missing(b) || 0;
  if (a.kind === "n" && b.kind === "n") return a.number - b.number;
  if (a.kind === "n" || b.kind === "n") return a.kind === "n" ? -1 : 1;
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
};

/// Missing values stay last, whichever way.
function sorted(items, cellOf, direction) {
  const sign = direction === "descending" ? -1 : 1;
  const last = (cell) => cell.kind === "m" || (cell.kind === "n" && Number.isNaN(cell.number));
  return items.map((item, place) => ({ item, place, cell: cellOf(item) })).sort((a, b) =>
    (last(a.cell) || last(b.cell) ? compareCells(a.cell, b.cell) : sign * compareCells(a.cell, b.cell)) || a.place - b.place)
    .map((entry) => entry.item);
}

/// Without an order that the reader chose, runs that are lines have the order of the ranking.
function orderedRuns(shown, layout) {
  const sort = state.sort;
  if (!sort || sort.by !== "row") return layout === "rows" ? inRank(shown) : shown;
  const row = sections[sort.section].rows.find((candidate) => candidate.name === sort.key);
  return row ? sorted(shown, (run) => row.cells[run], sort.direction) : shown;
}

function orderedRows(section, rows) {
  const sort = state.sort;
  if (!sort || sort.section !== section.index || sort.by === "row") return rows;
  if (sort.by === "name") return sorted(rows, (row) => ({ kind: "t", text: row.name }), sort.direction);
  return sorted(rows, (row) => row.cells[sort.key], sort.direction);
}

// Who won: which metric ranks the runs, which point of its curves counts, and the words that name the best run.

/// What the reader may choose to count of a curve. "": what the goal of the metric says.
const points = new Map([["", "best"], ["last", "last"], ["min", "min"], ["max", "max"], ["best", "best so far"]]);
const pointNames = { last: "last", min: "min of curve", max: "max of curve" };
const apartWords = { failed: "failed", killed: "killed", diverged: "diverged" };
const apartOrder = ["", "missing", "diverged", "failed", "killed"];
const isRankedAsWritten = Boolean(find(".winner:not(.unranked)"));
const ranking = { row: null, last: null, goal: null, order: [], apart: [] };

const sectionOf = (kind) => sections.find((section) => section.kind === kind);
const metricRows = () => (sectionOf("metrics") ? sectionOf("metrics").rows.filter((row) => !pointWords(row.point)) : []);
const metricNamed = (name) => metricRows().find((row) => row.name === name);

let extremesRead = null;
/// For each metric with curves [least, its step, greatest, its step] of each run, or 0.
function extremes() {
  if (!extremesRead) {
    const data = find("script.extremes");
    extremesRead = new Map((data ? JSON.parse(data.textContent) : []).map(([name, ...ofRuns]) => [name, ofRuns]));
  }
  return extremesRead;
}

const curveRows = new Map();
/// The row of the least or greatest points of a metric's curves; null where they are the values logged last.
function curveRow(metric, point) {
  const key = `${point}:${metric.name}`;
  if (curveRows.has(key)) return curveRows.get(key);
  const ofRuns = extremes().get(metric.name);
  const at = point === "min" ? 0 : 2;
  let row = null;
  if (ofRuns && ofRuns.some((found, run) => found && Number(String(found[at]).replace("inf", "Infinity")) !== metric.cells[run].number)) {
    const numbers = ofRuns.map((found, run) => (found ? toNumber(String(found[at])) : metric.cells[run].number));
    const texts = apartTexts(numbers, numbers.some(needsExponent));
    row = { ...metric, point, name: metric.label + pointWords(point), numeric: true,
      cells: metric.cells.map((cell, run) => (ofRuns[run]
        ? { kind: "n", number: numbers[run], text: String(numbers[run]), shown: texts[run], note: ` at ${ofRuns[run][at + 1]}` } : { ...cell, shown: cell.kind === "n" ? texts[run] : cell.shown })) };
    row.search = metric.search.replace(metric.name.toLowerCase(), row.name.toLowerCase());
  }
  curveRows.set(key, row);
  return row;
}

/// The row that stands for a metric under the reader's choice.
function valuesOf(metric, goal = metric.goal) {
  const point = state.point === "" || state.point === "best" ? goal : state.point;
  return (point !== "last" && point && curveRow(metric, point)) || metric;
}

/// The rows of a section under the reader's choice of a point and of a metric.
function chosenRows(section, rows) {
  if (!/^(metrics|overview)$/.test(section.kind) || (!state.main && /^(best)?$/.test(state.point))) return rows;
  const choice = `${state.point} ${state.main}`;
  if (!section.chosen || section.chosen.choice !== choice) section.chosen = { choice, rows: (section.kind === "metrics" ? chosenMetrics : chosenMains)(rows) };
  return section.chosen.rows;
}

function chosenMetrics(rows) {
  if (/^(best)?$/.test(state.point)) return rows;
  const logged = rows.filter((row) => !pointWords(row.point));
  return state.point === "last" ? logged : logged.flatMap((row) => {
    const best = curveRow(row, state.point);
    return best ? [{ ...row, point: "last" }, best] : [row];
  });
}

function chosenMains(rows) {
  const mains = rows.filter((row) => row.point).map((row) => metricNamed(row.label));
  const metrics = [...new Set([metricNamed(state.main.slice(4)), ...mains].filter(Boolean))];
  const shown = metrics.flatMap((metric, i) => {
    const goal = i === 0 && state.main ? state.main.slice(0, 3) : metric.goal;
    const values = valuesOf(metric, goal);
    return (i === 0 && values !== metric ? [values, metric] : [values]).map((row) => ({ ...row, goal, brief: true, point: pointWords(row.point) ? row.point : i === 0 && values !== metric ? "last" : "value" }));
  });
  return [...shown, ...rows.filter((row) => !row.point)];
}

/// Which metric ranks the runs and in which order: the best first, those apart last.
function rankRuns() {
  const overview = sectionOf("overview");
  const row = overview && (isRankedAsWritten || state.main) ? overview.rows[0] : null;
  const last = row && pointWords(row.point) ? overview.rows[1] : row;
  const goal = state.main ? state.main.slice(0, 3) : row && row.goal;
  const sign = goal === "max" ? -1 : 1;
  const apart = runs.map(({ status: ended }, run) => {
    if (!row) return "";
    const cell = last.cells[run];
    return ended || (cell.kind !== "n" ? "missing" : Number.isFinite(cell.number) ? "" : "diverged");
  });
  const valueOf = (run) => (Number.isNaN(row.cells[run].number) ? Infinity : sign * row.cells[run].number);
  const order = runs.map((_, run) => run);
  if (row) order.sort((a, b) => apartOrder.indexOf(apart[a]) - apartOrder.indexOf(apart[b]) || Math.sign(valueOf(a) - valueOf(b)) || a - b);
  Object.assign(ranking, { row, last, goal, order, apart });
}
const inRank = (shown) => {
  const isShown = new Set(shown);
  return ranking.order.filter((run) => isShown.has(run));
};

const clip = (text) => (text.length > 60 ? text.slice(0, 60) + "…" : text);
const valueText = (row, run) => (row.cells[run].kind === "m" ? "—" : clip(row.cells[run].shown));
const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function bestWords(ranked) {
  const { row, last } = ranking;
  const best = ranked[0], cell = row.cells[best];
  const parts = [runKey(best), make("b", null, runs[best].name), " ", make("strong", null, valueText(row, best))];
  if (row !== last) {
    const found = extremes().get(row.label)[best], step = found ? `, step ${found[row.point === "min" ? 1 : 3]}` : "";
    const isLast = cell.number === last.cells[best].number;
    parts.push(" ", make("span",)page"sv,
    R"page( null, `${pointNames[row.point]}${isLast ? " and last value" : ""}${step}${isLast ? "" : `; last ${valueText(last, best)}`}`));
  } else if (state.point === "last") {
    parts.push(" ", make("span", null, "last value"));
  }
  const equal = ranked.filter((run) => run !== best && row.cells[run].number === cell.number);
  if (equal.length) parts.push(" ", make("span", null, equal.length === 1 ? `equal: ${runs[equal[0]].label}` : `equal: ${counted(equal.length, "other run")}`));
  return make("p", { class: "best" }, parts);
}

function paramWords(ranked) {
  const best = ranked[0], isFew = runs.length <= 10, section = sectionOf(isFew ? "params" : "overview");
  const other = best !== state.baseline ? state.baseline : ranked.length > 1 ? ranked[1] : ranking.order[ranking.order.length - 1];
  const varying = section ? section.rows.filter((row) => !row.point && row.cells.some((cell) => !sameCell(cell, row.cells[0]))) : [];
  const params = isFew ? varying.filter((row) => !sameCell(row.cells[best], row.cells[other])) : varying;
  if (params.length === 0) return make("p", { class: "did" }, varying.length ? `No param differs from those of ${runs[other].label}.` : "No param varies.");
  const { params: all, telling } = winner.part.dataset;
  const count = isFew ? params.length : Number(all), most = isFew ? 4 : Math.min(4, Number(telling));
  return make("p", { class: "did" }, isFew ? `Unlike ${runs[other].label}: ` : "With ", params.slice(0, most).map((row, i) =>
    [i > 0 ? ", " : "", make("span", null, `${row.name} `, make("b", null, valueText(row, best)), isFew ? ` (${valueText(row, other)})` : "")]).flat(),
  count > most ? [" ", make("span", null, `and ${counted(count - most, "other param")}`)] : null);
}

function apartPart(apart, ranked) {
  if (apart.length === 0) return null;
  const counts = [["failed", "failed"], ["killed", "killed"], ["diverged", "diverged (not a finite number)"], ["missing", "without a value"]]
    .map(([why, words]) => [apart.filter((run) => ranking.apart[run] === why).length, words]).filter(([count]) => count > 0);
  const sign = ranking.goal === "max" ? -1 : 1, valueOf = (run) => sign * ranking.row.cells[run].number;
  const ahead = apart.filter((run) => Number.isFinite(valueOf(run)) && (ranked.length === 0 || valueOf(run) < valueOf(ranked[0])))
    .reduce((best, run) => (best === null || valueOf(run) < valueOf(best) ? run : best), null);
  return make("p", { class: "apart" }, "Not ranked: " + counts.map(([count, words]) => `${count} ${words}`).join(", ") +
    (ahead === null ? "" : `; of these, ${runs[ahead].label} reached ${valueText(ranking.row, ahead)}`));
}

const winner = { part: find(".winner"), written: null, main: null, point: null };

/// The words as they were written, or those that follow from the choices of the reader.
function renderWinner(shown) {
  if (!winner.part) return;
  winner.main.value = state.main;
  if (winner.main.value !== state.main) fillMetrics();
  winner.point.value = state.point;
  const isAsWritten = shown.length === runs.length && !state.main && !state.point && state.baseline === defaultBaseline;
  if (isAsWritten || !ranking.row) return winner.words.replaceChildren(...winner.written);
  const order = inRank(shown);
  const ranked = order.filter((run) => ranking.apart[run] === ""), apart = order.filter((run) => ranking.apart[run] !== "");
  const { row } = ranking;
  const heading = make("h2", { id: "tw" }, ranked.length ? "Best of " : "None of ", counted(shown.length, "run"), ranked.length ? " by " : " has a result: ",
    make("b", null, row.label), row.goalMark ? row.goalMark.cloneNode(true) : ranking.goal === "min" ? " (lowest)" : " (highest)");
  const words = [heading];
  if (ranked.length) words.push(bestWords(ranked), paramWords(ranked));
  if (ranked.length > 1) words.push(make("p", null, "Then " + ranked.slice(1, 4).map((run) => `${runs[run].label} ${valueText(row, run)}`).join(", ")));
  words.push(apartPart(apart, ranked));
  winner.words.replaceChildren(...words.filter(Boolean));
}

/// All metrics in the list, when it is asked for.
function fillMetrics() {
  if (winner.main.options.length > 1) return;
  const arrows = { min: "↓", max: "↑" };
  for (const { name, goal, numeric } of metricRows())
    if (numeric) winner.main.append(...(goal ? [goal] : ["min", "max"]).map((way) => option(`${way}:${name}`, `${name} ${arrows[way]}`)));
  winner.main.value = state.main;
}

function addWinnerControls() {
  if (!winner.part) return;
  winner.written = [...winner.part.childNodes];
  winner.words = make("div", null, winner.written);
  const choose = (name) => (event) => { state[name] = event.target.value; render(); say(find("h2", winner.part).textContent); };
  winner.main = make("select", { onchange: choose("main"), onfocus: fillMetrics, onpointerdown: fillMetrics },
    option("", ranking.row ? ranking.row.label : "—"));
  winner.point = make("select", { onchange: choose("point") }, [...points].map(([value, text]) => option(value, text)));
  winner.part.append(winner.words, make("div", { class: "choices" }, labelled("Rank by", winner.main),
    find("script.extremes") ? labelled("Value of a curve", winner.point) : null));
}

/// The best value up to each point of a curve.
function soFar(values, goal) {
  let best = NaN;
  return Float64Array.from(values, (value) => {
    if (Number.isNaN(best) || (goal === "min" ? value < best : value > best)) best = value;
    return best;
  });
}

// The tables: their rows, folds and headers.

const isOverview = (section) => section.kind === "overview";
const layoutOf = (section) => (isOverview(section) ? "rows" : state.layout || section.initialLayout);

/// Whether a lower-case text has every word.
function filterTest() {
  const words = state.filter.toLowerCase().split(/\s+/);
  return (text) => words.every((word) => text.includes(word));
}

function shownRows(section) {
  const isWanted = filterTest();
  return section.rows.filter((row) => isOverview(section) || section.kind === "runs" ||
    (isWanted(row.search) && (!state.differing || row.differs)));
}

function runHeader(section, run, scope) {
  const header = make("th", { scope, title: runs[run].full, "data-run": run });
  if (isOverview(section)) {
    header.append(
      make("input", { type: "checkbox", "aria-label": `Show ${runs[run].name}`, onchange: (event) => {
        if (event.target.checked) state.hidden.delete(run);
        else state.hidden.add(run);
        render();
        focusAgain(section, `input[type=checkbox][aria-label="${CSS.escape(`Show ${runs[run].name}`)}"]`);
      } }),
      make("input", { type: "radio", name: "baseline", "aria-label": `Compare to ${runs[run].name}`, title: "Baseline", onchange: () => {
        state.baseline = run;
        render();
        say(`Compared to ${runs[run].name}`);
        focusAgain(section, `th[data-run="${run}"] input[type=radio]`);
      } }));
    header.children[0].checked = !state.hidden.has(run);
    header.children[1].checked = state.baseline === run;
  }
  const parts = [runKey(run), runs[run].label];
  if (run === state.baseline && runs.length > 1) parts.push(make("small", null, " baseline"));
  if (scope === "row" && apartWords[ranking.apart[run]]) parts.push(make("small", null, ` ${apartWords[ranking.apart[run]]}`));
  if (scope === "col" && section.rows.length > 1) header.append(sortButton("run", section, run, runs[run].name, parts));
  else header.append(...parts);
  const direction = scope === "col" ? sortDirection("run", section, run) : null;
  if (direction) header.setAttribute("aria-sort", direction);
  return header;
}

function focusAgain(section, selector) {
  const element = find(selector, section.element);
  if (element) element.focus();
}

function nameHeader(section, row, scope) {
  const header = make("th", { scope, "data-point": row.point || null });
  if (row.differs && !row.plain && scope === "col") header.className = "x";
  if (scope === "col" && runs.length > 1) {
    header.append(sortButton("row", section, row.name, row.name, nameParts(row)));
    const direction = sortDirection("row", section, row.name);
    if (direction) header.setAttribute("aria-sort", direction);
  } else {
    header.append(...nameParts(row));
  }
  return header;
}

const canFold = (section) => /dict|provenance/.test(section.kind);

/// The rows, those of a dict below the paths that they have in common: {row, from, depth}, `from` where its own part of
/// the path begins, or {rows, path, from, depth, folded}.
function pathTree(section, rows, from = 0, depth = 0, into = []) {
  const sort = state.sort;
  const isFlat = !canFold(section) || (sort && sort.section === section.index && sort.by !== "row");
  for (let i = 0, end; i < rows.length; i = end) {
    const name = rows[i].name;
    let dot = isFlat ? -1 : name.indexOf(".", from + 1);
    end = i + 1;
    if (dot > 0) while (end < rows.length && rows[end].name.startsWith(name.slice(0, dot + 1))) ++end;
    if (end - i < 2) {
      into.push({ row: rows[i], from, depth });
      continue;
    }
    const inside = rows.slice(i, end);
    // Keys that follow each other in all of them are one step.
    for (let next = dot; next > 0 && inside.every((row) => row.name.startsWith(name.slice(0, next + 1))); next = name.indexOf(".", dot + 1)) dot = next;
    const path = name.slice(0, dot);
    const folded = section.folded.has(path) && !state.filter;
    into.push({ rows: inside, path, from, depth, folded });
    if (!folded) pathTree(section, inside, dot, depth + 1, into);
  }
  return into;
}

const deep = (depth) => ["", "deep", "deep deep2", "deep deep3"][Math.min(3, depth)];
const differ = (count) => `${count} differ${count === 1 ? "s" : ""}`;

function foldHeader(section, item, scope) {
  const differing = item.rows.filter((row) => row.differs).length;
  const header = make("th", { scope, class: (scope === "row" ? deep(item.depth) : item.folded && differing ? "x" : "") || null },
    make("button", { type: "button", class: "fold", disabled: state.filter !== "", "aria-expanded": String(!item.folded), "data-path": item.path, onclick: () => {
      if (!section.folded.delete(item.path)) section.folded.add(item.path);
      renderSection(section, visibleRuns());
      saveState();
      focusAgain(section, `.fold[data-path="${CSS.escape(item.path)}"]`);
    } }, (item.folded ? "▸ " : "▾ ") + (scope === "row" ? item.path.slice(item.from) : item.path)),
    make("small", null, ` ${item.rows.length} entries, ${differ(differing)}`));
  return { header, differing };
}

/// Of what is folded away, how many entries of a run are not the baseline's.
function foldCell(item, run) {
  const count = item.folded ? item.rows.filter((row) => !row.plain && row.cells[run].differs).length : 0;
  return make("td", { class: count ? "f d" : "f" }, count ? differ(count) : "");
}

function columnsTable(section, rows, order) {
  const head = make("tr", null, make("th", { scope: "col" }));
  if (rows.length > 1) {
    head.firstChild.append(sortButton("name", section, "name", section.corner || "name", section.corner || "Name"));
    const direction = sortDirection("name", section, "name");
    if (direction) head.firstChild.setAttribute("aria-sort", direction);
  } else {
    head.firstChild.append(section.corner);
  }
  head.append(...order.map((run) => runHeader(section, run, "col")));
  const body = make("tbody");
  for (const item of pathTree(section, rows)) {
    if (item.rows) {
      const { header, differing } = foldHeader(section, item, "row");
      body.append(make("tr", { class: item.folded && differing ? "group x" : "group" }, header, order.map((run) => foldCell(item, run))));
      continue;
    }
    const { row, from, depth } = item;
    body.append(make("tr", row.differs && !row.plain ? { class: "x" } : null,
      make("th", { scope: "row", class: deep(depth) || null, "data-point": row.point || null }, nameParts(row, from && row.name.slice(from))), order.map((run) => makeCell(row, run))));
  }
 )page"sv,
    R"page( return [make("thead", null, head), body];
}

function rowsTable(section, rows, order) {
  const items = pathTree(section, rows);
  const head = make("tr", null, make("th", { scope: "col" }, "Run"),
    items.map((item) => (item.rows ? foldHeader(section, item, "col").header : nameHeader(section, item.row, "col"))));
  const body = make("tbody");
  for (const run of order) {
    body.append(make("tr", { class: [isVisible(run) ? "" : "off", ranking.apart[run] ? "apart" : ""].join(" ").trim() || null }, runHeader(section, run, "row"),
      items.map((item) => (item.rows ? foldCell(item, run) : makeCell(item.row, run)))));
  }
  return [make("thead", null, head), body];
}

function renderSection(section, shown) {
  for (const row of section.rows) judge(row, shown);
  const layout = layoutOf(section);
  const order = orderedRuns(isOverview(section) ? runs.map((_, run) => run).filter(inBrush) : shown, layout);
  const rows = orderedRows(section, shownRows(section));
  section.table.dataset.layout = layout;
  section.table.replaceChildren(...(layout === "rows" ? rowsTable(section, rows, order) : columnsTable(section, rows, order)));
  section.shown = { rows, order };
  const isNarrowed = rows.length < section.rows.length;
  section.note.textContent = isNarrowed ? `${rows.length} of ${section.rows.length} rows shown` : section.noteText;
  section.element.classList.toggle("emptied", rows.length === 0 && !isOverview(section));
}

const shownOf = (section) => {
  if (!section.shown) renderSection(section, visibleRuns());
  return section.shown;
};

/// Buttons to sort by in the head of a table that is otherwise as it was written.
function addSortButtons(section) {
  const byRow = section.initialLayout === "rows";
  if (runs.length < 2) return;
  [...section.table.tHead.rows[0].cells].forEach((header, i) => {
    if (byRow && i === 0) return;
    const key = byRow ? readName(header).name : i === 0 ? "name" : i - 1;
    const label = byRow ? key : i === 0 ? section.corner || "name" : runs[i - 1].name;
    const parts = header.childNodes.length ? [...header.childNodes] : ["Name"];
    header.append(sortButton(byRow ? "row" : i === 0 ? "name" : "run", section, key, label, parts));
  });
}

const isLarge = (section) => section.element.classList.contains("big");

/// The paths of a large dict fold from when it comes into view.
const comingIntoView = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    comingIntoView.unobserve(entry.target);
    shownOf(sections.find((section) => section.element === entry.target));
  }
});

// Shows the whole page as the state says.

const groupsNote = find(".grouped .note"), groupsText = groupsNote && groupsNote.textContent;
let isFirst = true;
function render() {
  const shown = visibleRuns();
  if (groupsNote) groupsNote.textContent = groupsText + (shown.length < runs.length ? `, over all ${runs.length} runs, hidden or not` : "");
  const isAsWritten = isFirst && addressOfState() === "";
  rankRuns();
  for (const section of sections) {
    if (isAsWritten && isLarge(section) && !isOverview(section)) {
      addSortButtons(section);
      if (canFold(section)) comingIntoView.observe(section.element);
      continue;
    }
    renderSection(section, shown);
  }
  const isWanted = filterTest();
  for (const element of findAll(".legend [data-run], .artifact[data-run], .overlay g[data-run]"))
    element.toggleAttribute("hidden", !isVisible(Number(element.dataset.run)) || (element.matches(".notes *") && !isWanted(element.textContent.toLowerCase())));
  findAll(".part").forEach((part, index) => {
    if (isFirst && state.closed.has(index)) find("details", part).open = false;
  });
  markTables();
  showControls();
  renderWinner(shown);
  renderCharts();
  renderPlots();
  if (!isFirst) saveState();
  isFirst = false;
}

// The tables as text: copied, or in a file.

const oneLine = (text) => text.replace(/[\t\r\n]+/g, " ");
const latex = (text) => oneLine(text).replace(/[\\{}$&#^_%~]/g, (letter) =>
  ({ "\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}" })[letter] || "\\" + letter);

/// The tables as they are shown, with exact values: [{title, lines}], the first line a header.
function exported() {
  return sections.filter((section) => !isOverview(section) && shownOf(section).rows.length > 0 && find("details", section.element).open)
    .map((section) => ({
      title: section.title,
      lines: [[section.corner || "Name", ...section.shown.order.map((run) => runs[run].name)],
        ...section.shown.rows.map((row) => [row.name, ...section.shown.order.map((run) =>
          state.show === "value" ? row.cells[run].text : shownText(row, run))])],
      best: section.shown.rows.map((row) => section.shown.order.map((run) => row.cells[run].best)),
    }));
}

function csvOf(lines) {
  // A text that a spreadsheet would take for a formula gets an apostrophe; numbers stay numbers.
  const escape = (text) => {
    const safe = /^[=+@\t\r-]/.test(text) && Number.isNaN(Number(text)) && !/^-∞$/.test(text) ? "'" + text : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  return lines.map((line) => line.map(escape).join(",")).join("\r\n") + "\r\n";
}

const formats = {
  tsv: () => exported().map((table) => [table.title, ...table.lines.map((line) => line.map(oneLine).join("\t"))].join("\n")).join("\n\n") + "\n",
  markdown: () => exported().map((table) => {
    const escape = (text) => oneLine(text).replace(/[\\|<>`*_]/g, "\\$&");
    const lines = table.lines.map((line, i) => "| " + line.map((text, k) =>
      i > 0 && k > 0 && table.best[i - 1][k - 1] ? `**${escape(text)}**` : escape(text)).join(" | ") + " |");
    lines.splice(1, 0, "|" + table.lines[0].map((_, i) => (i === 0 ? " --- |" : " ---: |")).join(""));
    return `### ${escape(table.title)}\n\n${lines.join("\n")}`;
  }).join("\n\n") + "\n",
  latex: () => exported().map((table) => {
    const lines = table.lines.map((line, i) => line.map((text, k) =>
      i > 0 && k > 0 && table.best[i - 1][k - 1] ? `\\textbf{${latex(text)}}` : latex(text)).join(" & ") + " \\\\");
    lines.splice(1, 0, "\\hline");
    return `% ${oneLine(table.title)}\n\\begin{tabular}{l${"r".repeat(table.lines[0].length - 1)}}\n${lines.join("\n")}\n\\end{tabular}`;
  }).join("\n\n") + "\n",
  csv: () => {
    const tables = exported();
    if (tables.length === 0) return "";
    return csvOf([["section", ...tables[0].lines[0]], ...tables.flatMap((table) => table.lines.slice(1).map((line) => [table.title, ...line]))]);
  },
  json: () => {
    const value = (cell) => cell.kind === "m" ? undefined : cell.kind === "z" ? null : cell.kind === "b" && /^(true|false)$/.test(cell.text)
      ? cell.text === "true" : cell.kind === "n" && String(cell.number) === cell.text ? cell.number : cell.text;
    return JSON.stringify(visibleRuns().map((run) => ({ run: runs[run].full, ...Object.fromEntries(sections
      .filter((section) => !isOverview(section)).map((section) =>
        [section.title, Object.fromEntries(shownOf(section).rows.map((row) => [row.name, value(row.cells[run])]))])) })), null, 2) + "\n";
  },
};

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    const area = make("textarea", { class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(`Copied as ${what}`);
}

function download(blob, name) {
  const link = make("a", { download: name, href: URL.createObjectURL(blob) });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`Downloaded ${name}`);
}

// The tools above the tables, and the keys.

const tools = {};
const option = (value, text) => make("option", { value }, text);
const button = (text, attributes, onclick) => make("button", { type: "button", ...attributes, onclick }, text);
const labelled = (text, control) => make("label", null, make("span", null, text), control);

function addTools() {
  tools.filter = make("input", { type: "search", placeholder: "Filter by name or value", "aria-label": "Filter rows by name or value", oninput: () => {
    state.filter = tools.filter.value;
    render();
    say(`${sections.reduce((sum, section) => sum + (isOverview(section) ? 0 : section.shown.rows.length), 0)} rows shown`);
  } });
  tools.differing = button("Differences only", { "aria-pressed": "false", title: "d" }, () => toggleDiffering());
  tools.show = make("select", { onchange: () => { state.show = tools.show.value; render(); } },
    option("value", "values"), option("difference", "difference to baseline"), option("percent", "percent to baseline"));
  tools.layout = button("Switch rows and columns", {}, () => {
    const current = layoutOf(sections.find((section) => !isOverview(section)));
    state.layout = current === "rows" ? "columns" : "rows";
    render();
  });
  tools.fold = button("Collapse all", {}, () => {
    const parts = findAll(".part > details");
    const open = parts.some((part) => part.open);
    for (const part of parts) part.open = !open;
    tools.fold.textContent = open ? "Open all" : "Collapse all";
  });
  const menu = make("details", { class: "menu" }, make("summary", null, "Export"), make("div", null,
    button("Copy as TSV", {}, () => copy(formats.tsv(), "TSV")),
    button("Copy as Markdown", {}, () => copy(formats.markdown(), "Markdown")),
    button("Copy as LaTeX", {}, () => copy(formats.latex(), "LaTeX")),
    button("Download CSV", {}, () => download(new Blob([formats.csv()], { type: "text/csv" }), "comparison.csv")),
    button("Download JSON", {}, () => download(new Blob([formats.json()], { type: "application/json" }), "comparison.json"))));
  const help = button("?", { "aria-label": "Keyboard help", title: "?" }, showHelp);
  const several = runs.length > 1;
  find("main").before(make("nav", { class: "tools", "aria-label": "Tools" }, tools.filter, several ? tools.differing : null,
    several ? labelled("Show", tools.show) : null, several ? tools.layout : null, tools.fold, menu, help));
  document.body.append(status);
}

function showControls() {
  tools.filter.value = state.filter;
  tools.differing.setAttribute("aria-pressed", String(state.differing));
  tools.show.value = state.show;
}

function toggleDiffering() {
  state.differing = !state.differing;
  render();
  say(state.differing ? "Only rows that differ" : "All rows");
}

function showHelp() {
  let dialog = find("dialog");
  if (!dialog) {
    const keys = [["/", "filter"], ["d", "differences only"], ["n, p", "next and previous row that differs"],
      ["← →", "move the cursor of a chart"], ["+ −", "zoom a chart in and out"], ["↑ ↓", "on an axis of many runs: move the lower end of the selection, with Shift the upper"], ["?", "this help"],
      ["Esc", "close, clear the filter, zoom out, or select all runs"]];
    dialog = make("dialog", { "aria-label": "Keyboard help" }, make("h2", null, "Keys"),
      make("dl", null, keys.flatMap(([key, text]) => [make("dt", null, make("kbd", null, key)), make("dd", null, text)])),
      button("Close", {}, () => dialog.close()));
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
}

function goToDifference(forward) {
  const marks = findAll(".part:not(.overview) > details[open] tr.x > th, .part:not(.overview) > details[open] thead th.x");
  if (marks.length === 0) return say("No row differs");
  const current = marks.indexOf(find(".at"));
  const next = current < 0 ? (forward ? 0 : marks.length - 1) : (current + (forward ? 1 : marks.length - 1)) % marks.length;
  for (const mark of findAll(".at")) mark.classList.remove("at");
  const target = marks[next];
  target.classList.add("at");
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "center")page"sv,
    R"page(, inline: "nearest" });
}

function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox" && event.target.type !== "radio";
    if (event.key === "Escape") {
      if (find(".menu[open]")) find(".menu[open]").open = false;
      else if (state.filter) { state.filter = ""; render(); }
      else if (state.zoom) { state.zoom = null; render(); }
      else if (state.brush.size) { state.brush.clear(); render(); }
      if (typing) event.target.blur();
      return;
    }
    if (typing || find("dialog[open]")) return;
    const action = { "/": () => tools.filter.focus(), d: () => runs.length > 1 && toggleDiffering(), n: () => goToDifference(true),
      p: () => goToDifference(false), "?": showHelp }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  document.addEventListener("click", (event) => {
    const menu = find(".menu[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
}

/// A run under the pointer is brought forward wherever it is.
function highlightRuns() {
  let current = null;
  const mark = (run) => {
    if (run === current) return;
    for (const element of findAll(".hover")) element.classList.remove("hover");
    current = run;
    document.body.classList.toggle("hovering", run !== null);
    if (run !== null) for (const element of findAll(`[data-run="${run}"]`)) element.classList.add("hover");
  };
  document.addEventListener("pointerover", (event) => {
    const element = event.target.closest ? event.target.closest("[data-run]") : null;
    mark(element ? element.dataset.run : null);
  });
}

// The curves as data: their points, smoothed, or a mean for each group of runs.

const charts = [];
const box = { width: 640, height: 280, left: 64, right: 14, top: 10, bottom: 34 };

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}
function decodeFloats(base64) {
  const view = new DataView(bytesOf(base64).buffer);
  return Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function seriesOf(chart) {
  if (chart.series) return chart.series;
  chart.series = JSON.parse(find("script", chart.figure).textContent).map((raw) => {
    const y = decodeFloats(raw.y), seconds = decodeFloats(raw.t);
    const offsets = raw.x === undefined ? null : decodeFloats(raw.x);
    const x = Float64Array.from(y, (_, i) => raw.x0 + (offsets ? offsets[i] : i * raw.dx));
    return { run: raw.run, step: x, y, seconds, start: raw.t0 / 1000 };
  });
  return chart.series;
}

/// The name of a chart's x axis while the others have the step: "step", or the metric of define_axis.
const stepName = (chart) => chart.figure.dataset.axis || "step";
const haveOneAxis = (a, b) => state.x !== "step" || stepName(a) === stepName(b);
/// The zoom, if it is one of this chart's axis.
const zoomOf = (chart) => (state.x !== "step" || stepName(chart) === state.zoomAxis) ? state.zoom : null;
const xOf = (series, i) => state.x === "step" ? series.step[i] : state.x === "time" ? series.seconds[i] : series.start + series.seconds[i];

/// The exponential average without its bias towards 0 at the begin; NaN is skipped and stays a gap.
function smoothed(values) {
  if (!state.smooth) return values;
  let last = 0, weight = 1;
  return Float64Array.from(values, (value) => {
    if (!Number.isFinite(value)) return NaN;
    last = state.smooth * last + (1 - state.smooth) * value;
    weight *= state.smooth;
    return last / (1 - weight);
  });
}

/// By what runs can be grouped: their variant, every param that varies, or not at all: seeds of one configuration.
const everyRun = " ";
function groupings() {
  const names = runs.length > 1 ? [everyRun] : [];
  for (const section of sections) {
    if (section.kind !== "runs" && section.kind !== "params") continue;
    for (const row of section.rows)
      if ((section.kind === "params" || /^(variant|experiment|group)$/.test(row.name)) && new Set(row.cells.map((cell) => cell.text)).size > 1)
        names.push(row.name);
  }
  return names;
}

function lineOf(series, chart) {
  const count = series.y.length;
  const x = Float64Array.from({ length: count }, (_, i) => xOf(series, i));
  const metric = state.point === "best" ? metricNamed(chart.name) : null;
  const values = metric && metric.goal ? soFar(series.y, metric.goal) : series.y;
  return { key: series.run, run: series.run, name: runs[series.run].label, x, raw: values, y: smoothed(values) };
}

/// The value of a line at x, between its points; NaN beyond them.
function valueAt(line, x) {
  const last = line.x.length - 1;
  if (last < 0 || x < line.x[0] || x > line.x[last]) return NaN;
  let low = 0, high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (line.x[middle] <= x) low = middle;
    else high = middle;
  }
  if (line.x[high] <= x) return line.y[high];
  if (line.x[low] === x || high === low) return line.y[low];
  const part = (x - line.x[low]) / (line.x[high] - line.x[low]);
  return line.y[low] + part * (line.y[high] - line.y[low]);
}

/// A line a group: the mean at each x of its members, with a band.
function groupLines(lines) {
  const row = sections.flatMap((section) => (section.kind === "params" || section.kind === "runs" ? section.rows : []))
    .find((candidate) => candidate.name === state.group);
  const valueOf = (cell) => (cell.kind === "m" ? "—" : cell.shown);
  const groups = new Map();
  for (const line of lines) {
    const value = row ? `${state.group} = ${valueOf(row.cells[line.run])}` : "all runs";
    if (!groups.has(value)) groups.set(value, []);
    groups.get(value).push(line);
  }
  const values = row ? [...new Set(row.cells.map((cell) => `${state.group} = ${valueOf(cell)}`))] : ["all runs"];
  return [...groups].map(([value, members]) => {
    let x = [...new Set(members.flatMap((line) => [...line.x]))].sort((a, b) => a - b);
    if (x.length > 2000) {
      const every = x.length / 2000;
      x = Array.from({ length: 2000 }, (_, i) => x[Math.floor(i * every)]).concat(x[x.length - 1]);
    }
    const y = [], low = [], high = [], counts = [];
    for (const at of x) {
      const present = members.map((line) => valueAt(line, at)).filter(Number.isFinite);
      const mean = present.reduce((sum, number) => sum + number, 0) / present.length;
      const deviation = present.length > 1 ? Math.sqrt(present.reduce((sum, number) => sum + (number - mean) ** 2, 0) / (present.length - 1)) : 0;
      y.push(present.length ? mean : NaN);
      low.push(present.length ? (state.band === "sd" ? mean - deviation : Math.min(...present)) : NaN);
      high.push(present.length ? (state.band === "sd" ? mean + deviation : Math.max(...present)) : NaN);
      counts.push(present.length);
    }
    return { key: values.indexOf(value), run: null, name: value, x, y, raw: y, low, high, counts, n: members.length };
  });
}

// Scales, their ticks and the texts of those.

function niceStep(span, wanted) {
  const raw = span / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw * (1 - 1e-9));
}

function linearTicks(low, high, wanted) {
  const step = niceStep(high - low, wanted);
  const ticks = [];
  if (!(step > 0) || low + step === low) return ticks;
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9 && ticks.length < 50; ++i) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/// From values to 0..1 and back: linear, logarithmic, or linear around 0 and logarithmic beyond.
function makeScale(low, high, smallest) {
  if (!state.log) return { to: (v) => (v - low) / (high - low), ticks: linearTicks(low, high, 5) };
  const reach = low > 0 ? 0 : smallest;
  const map = reach === 0 ? Math.log10 : (v) => Math.sign(v) * Math.log10(1 + Math.abs(v) / reach);
  const from = map(low), to = map(high);
  const ticks = [];
  for (let k = Math.floor(Math.log10(reach || low)); k <= Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)))); ++k)
    for (const value of [10 ** k, -(10 ** k)]) if (value >= low && value <= high) ticks.push(value);
  if (reach !== 0) ticks.push(0);
  const few = ticks.length < 2 ? linearTicks(low, high, 5) : ticks.sort((a, b) => a - b);
  const every = Math.ceil(few.length / 8);
  return { to: (v) => (map(v) - from) / (to - from), ticks: few.filter((_, i) => i % every === 0) };
}

const tickText = (value) => String(Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-4) ? format(value, true) : Number(value.toPrecision(8)));

function timeText(seconds) {
  if (seconds < 120) return `${Number(seconds.toPrecision(4))} s`;
  return seconds < 7200 ? `${Number((seconds / 60).toPrecision(4))} min` : `${Number((seconds / 3600).toPrecision(4))} h`;
}
const xText = (x) => state.x === "step" ? tickText(x) : state.x === "time" ? timeText(x) : new Date(x * 1000).toISOString().slice(5, 19).replace("T", " ");

// Draws a chart of curves.

/// A path with at most four points to a column of pixels; a point alone between gaps is a dot.
function pathOf(x, y, toX, toY) {
  let path = "", pen = false, column = NaN, pending = null;
  const put = (px, py) => { path += (pen ? "L" : "M") + px.toFixed(1) + " " + py.toFixed(1); pen = true; };
  const finish = () => {
    if (!pending) return;
    for (const point of [...new Set([pending.low, pending.high].sort((a, b) => a.place - b.place).concat(pending.last))])
      if (point !== pending.first) put(point.px, point.py);
    pending = null;
  };
  for (let i = 0; i < x.length; ++i) {
    if (!Number.isFinite(y[i])) { finish(); pen = false; column = NaN; continue; }
    const px = toX(x[i]), py = toY(y[i]);
    if (!Number.isFinite(py)) { finish(); pen = false; column = NaN; continue; }
    const point = { px, py, place: i };
    if (Math.floor(px) !== column) {
      finish();
      const alone = !pen && !Number.isFinite(i + 1 < y.length ? y[i + 1] : NaN);
      put(px, py);
      if (alone) path += "h0";
      column = Math.floor(px);
      pending = { first: point, low: point, high: point, last: point };
      continue;
    }
    if (py < pending.low.py) pending.low = point;
    if (py > pending.high.py) pending.high = point;
    pending.last = point;
  }
  finish();
  return path;
}

function bandPath(line, toX, toY) {
  let path = "", run = [];
  const close = () => {
    if (run.length > 0)
      path += "M" + run.map((i) => `${toX(line.x[i]).toFixed(1)} ${toY(line.high[i]).toFixed(1)}`).join("L") + "L" +
        run.reverse().map((i) => `${toX(line.x[i]).toFixed(1)} ${toY(line.low[i]).toFixed(1)}`).join("L") + "Z";
    run = [];
  };
  for (let i = 0; i < line.x.length; ++i) {
    if (Number.isFinite(line.low[i]) && Number.isFinite(toY(line.low[i]))) run.push(i);
    else close();
  }
  close();
  return path;
}

function quantile(sortedValues, part) {
  const place = part * (sortedValues.length - 1), low = Math.floor(place);
  return sortedValues[low] + (place - low) * ((low + 1 < sortedValues.length ? sortedValues[low + 1] : sortedValues[low]) - sortedValues[low]);
}

function domainOf(lines, isGrouped, zoom) {
  let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity, smallest = Infinity;
  const values = [];
  for (const line of lines) {
    for (let i = 0; i < line.x.length; ++i) {
      if (Number.isFinite(line.x[i])) { x0 = Math.min(x0, line.x[i]); x1 = Math.max(x1, line.x[i]); }
      if (zoom && (line.x[i] < zoom[0] || line.x[i] > zoom[1])) continue;
      for (const value of isGrouped ? [line.low[i], line.high[i]] : [line.raw[i]]) {
        if (!Number.isFinite(value)) continue;
        y0 = Math.min(y0, value);
        y1 = Math.max(y1, value);
)page"sv,
    R"page(        if (value !== 0) smallest = Math.min(smallest, Math.abs(value));
        if (state.outliers) values.push(value);
      }
    }
  }
  if (state.outliers && values.length > 0) {
    const all = Float64Array.from(values).sort();
    y0 = quantile(all, 0.05);
    y1 = quantile(all, 0.95);
  }
  if (zoom) [x0, x1] = zoom;
  const widen = (low, high) => {
    if (!Number.isFinite(low)) return [0, 1];
    const room = Math.max(Math.abs(low), Math.abs(high));
    return high - low > room * 1e-12 ? [low, high] : room > 0 ? [low - room * 0.1, high + room * 0.1] : [low - 1, high + 1];
  };
  return { x: widen(x0, x1), y: widen(y0, y1), smallest: Number.isFinite(smallest) ? smallest : 1 };
}

function renderChart(chart) {
  const lines = seriesOf(chart).filter((series) => isVisible(series.run)).map((series) => lineOf(series, chart));
  const isGrouped = state.group !== "";
  chart.lines = isGrouped ? groupLines(lines) : lines;
  const domain = domainOf(chart.lines, isGrouped, zoomOf(chart));
  const plotWidth = box.width - box.left - box.right, plotHeight = box.height - box.top - box.bottom;
  const toX = (x) => box.left + ((x - domain.x[0]) / (domain.x[1] - domain.x[0])) * plotWidth;
  const scale = makeScale(domain.y[0], domain.y[1], domain.smallest);
  const toY = (y) => box.top + (1 - scale.to(y)) * plotHeight;
  chart.toX = toX;
  chart.toY = toY;
  chart.domain = domain;
  chart.stops = null;
  Object.assign(chart.svg.dataset, { x0: domain.x[0], x1: domain.x[1], y0: domain.y[0], y1: domain.y[1], lines: chart.lines.length });
  const grid = draw("g", { class: "grid" });
  let above = Infinity;
  for (const value of scale.ticks) {
    const y = toY(value);
    if (y < box.top - 1 || y > box.height - box.bottom + 1 || above - y < 13) continue;
    above = y;
    grid.append(draw("path", { d: `M${box.left} ${y.toFixed(1)}H${box.width - box.right}` }),
      draw("text", { x: box.left - 8, y: y + 4, "text-anchor": "end" }, tickText(value)));
  }
  const xTicks = linearTicks(domain.x[0], domain.x[1], state.x === "clock" ? 4 : 7);
  for (const value of xTicks) grid.append(draw("text", { x: toX(value).toFixed(1), y: box.height - box.bottom + 16, "text-anchor": "middle" }, xText(value)));
  const label = { step: stepName(chart), time: "time since the first point", clock: "time (UTC)" }[state.x];
  grid.append(draw("text", { x: (box.left + box.width - box.right) / 2, y: box.height - 4, "text-anchor": "middle" }, label));
  const plot = draw("g", { "clip-path": `url(#c${chart.index})` });
  for (const line of chart.lines) {
    const classes = `r${line.key % 8} h${line.key % 5}`;
    if (isGrouped) plot.append(draw("path", { class: `band r${line.key % 8}`, d: bandPath(line, toX, toY) }));
    else if (state.smooth) plot.append(draw("path", { class: `line faint ${classes}`, d: pathOf(line.x, line.raw, toX, toY) }));
    plot.append(draw("path", { class: `line ${classes}`, "data-run": line.run, d: pathOf(line.x, line.y, toX, toY) }));
  }
  chart.cursor = draw("path", { class: "cursor", d: "" });
  chart.brush = draw("rect", { class: "zoom", y: box.top, height: plotHeight, width: 0, x: 0 });
  chart.svg.replaceChildren(draw("defs", null, draw("clipPath", { id: `c${chart.index}` },
    draw("rect", { x: box.left, y: box.top - 2, width: plotWidth, height: plotHeight + 4 }))), grid, plot, chart.brush, chart.cursor);
  chart.isDrawn = true;
  moveCursor(chart, chart.at);
  if (chart.points.open) fillPoints(chart);
}

const chartsAreAsWritten = () => state.hidden.size === 0 && state.brush.size === 0 && state.x === "step" &&
  !state.smooth && !state.log && !state.outliers && !state.group && !state.zoom && state.point !== "best";

function renderCharts() {
  for (const chart of charts) if (chart.isDrawn || !chartsAreAsWritten()) renderChart(chart);
  const legend = find(".curves .legend");
  if (!legend) return;
  const groupsShown = state.group && charts.length > 0 ? charts[0].lines : null;
  const old = find(".groups");
  if (old) old.remove();
  legend.hidden = Boolean(groupsShown);
  if (groupsShown) {
    const all = new Map(charts.flatMap((chart) => chart.lines).map((line) => [line.key, line]));
    legend.after(make("ul", { class: "legend groups" }, [...all.values()].map((line) => make("li", null, runKey(line.key), `${line.name} (n=${line.n})`))));
  }
  if (curveControls.zoomOut) curveControls.zoomOut.hidden = !state.zoom;
  for (const name of ["x", "group", "band"]) if (curveControls[name]) curveControls[name].value = state[name];
  if (curveControls.smooth) {
    curveControls.smooth.value = state.smooth;
    curveControls.smooth.nextElementSibling.textContent = state.smooth.toFixed(2);
    curveControls.log.checked = state.log;
    curveControls.outliers.checked = state.outliers;
    curveControls.band.closest("label").hidden = !state.group;
  }
}

// The cursor and the zoom of charts.

function moveCursor(chart, x) {
  chart.at = x;
  if (!chart.isDrawn) {
    if (x === undefined || x === null) return;
    renderChart(chart);
    return;
  }
  const isShown = x !== undefined && x !== null && x >= chart.domain.x[0] && x <= chart.domain.x[1];
  chart.cursor.setAttribute("d", isShown ? `M${chart.toX(x).toFixed(1)} ${box.top}V${box.height - box.bottom}` : "");
  if (!isShown) return chart.readout.replaceChildren();
  const parts = [make("b", null, `${state.x === "step" ? `${stepName(chart)} ` : ""}${xText(x)}`)];
  for (const line of chart.lines) {
    const value = valueAt(line, x);
    let text = format(value);
    if (line.n !== undefined && Number.isFinite(value)) {
      const i = line.x.findIndex((at) => at >= x);
      text += state.band === "sd" ? ` ± ${format((line.high[i] - line.low[i]) / 2)}` : ` (${format(line.low[i])} to ${format(line.high[i])})`;
      text += `, n=${line.counts[i]}`;
    }
    if (!Number.isNaN(value)) parts.push(make("span", { "data-run": line.run }, runKey(line.key), `${line.name}: ${text}`));
  }
  chart.readout.replaceChildren(...parts);
}
/// Moves the cursor of every chart that has the x axis of `from`.
const moveCursors = (x, from) => charts.forEach((chart) => moveCursor(chart, haveOneAxis(chart, from) ? x : null));

/// Every x at which a line has a point, for the cursor to stop at.
function stopsOf(chart) {
  if (!chart.stops) {
    const all = Float64Array.from(chart.lines.flatMap((line) => [...line.x])).sort();
    chart.stops = all.filter((x, i) => x !== all[i - 1] && x >= chart.domain.x[0] && x <= chart.domain.x[1]);
  }
  return chart.stops;
}
function nearest(stops, x) {
  let low = 0, high = stops.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stops[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && x - stops[low - 1] <= stops[low] - x ? low - 1 : low;
}

function setZoom(zoom, chart) {
  state.zoom = zoom;
  state.zoomAxis = chart ? stepName(chart) : "step";
  renderCharts();
  saveState();
  say(zoom ? `Zoomed to ${xText(zoom[0])} to ${xText(zoom[1])}` : "Zoomed out");
}

function listenToChart(chart) {
  const svg = chart.svg;
  const xAt = (event) => {
    const frame = svg.getBoundingClientRect();
    const px = ((event.clientX - frame.left) / frame.width) * box.width;
    const part = Math.min(1, Math.max(0, (px - box.left) / (box.width - box.left - box.right)));
    return chart.domain.x[0] + part * (chart.domain.x[1] - chart.domain.x[0]);
  };
  let from = null;
  svg.addEventListener("pointermove", (event) => {
    if (!chart.isDrawn) renderChart(chart);
    const x = xAt(event);
    const stops = stopsOf(chart);
    if (stops.length > 0) moveCursors(stops[nearest(stops, x)], chart);
    if (from === null) return;
    const [a, b] = [chart.toX(Math.min(from, x)), chart.toX(Math.max(from, x))];
    chart.brush.setAttribute("x", a);
    chart.brush.setAttribute("width", b - a);
  });
  svg.addEventListener("pointerleave", () => { if (document.activeElement !== svg) moveCursors(null, chart); });
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!chart.isDrawn) renderChart(chart);
    from = xAt(event);
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointerup", (event) => {
    const to = xAt(event), width = Math.abs(to - from);
    const isZoom = from !== null && width > (chart.domain.x[1] - chart.domain.x[0]) / 100;
    const zoom = [Math.min(from, to), Math.max(from, to)];
    from = null;
    chart.brush.setAttribute("width", 0);
    if (isZoom) setZoom(zoom, chart);
  });
  svg.addEventListener("dblclick", () => setZoom(null));
  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!chart.isDrawn) renderChart(chart);
    const stops = stopsOf(chart);
    if (stops.length === 0) return;
    const [x0, x1] = chart.domain.x;
    const at = Number.isFinite(chart.at) ? chart.at : x0;
    const place = Number.isFinite(chart.at) ? nearest(stops, at) : -1;
    const jump = event.shiftKey ? Math.max(1, Math.round(stops.length / 20)) : 1;
    const move = (to) => moveCursors(stops[Math.min(stops.length - 1, Math.max(0, to))], chart);
    const actions = {
      ArrowRight: () => move(place + jump),
      ArrowLeft: () => move(place < 0 ? stops.length - 1 : place - jump),
      Home: () => move(0),
      End: () => move(stops.length - 1),
      "+": () => setZoom([Math.max(x0, at - (x1 - x0) / 4), Math.min(x1, at + (x1 - x0) / 4)], chart),
      "-": () => setZoom(null),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });
  svg.addEventListener("blur", () => moveCursors(null, chart));
}

// A chart as a picture, and its points as a table and a file.

/// The chart as a file of its own: colours from the page, on its background.
function standalone(chart) {
  const copyOf = chart.svg.cloneNode(true);
  const originals = findAll("*", chart.svg), copies = findAll("*", copyOf);
  originals.forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of ["stroke", "fill", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-family"])
      copies[i].setAttribute(name, style.getPropertyValue(name));
  });
  copyOf.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copyOf.setAttribute("width", box.width);
  copyOf.setAttribute("height", box.height);
  copyOf.prepend(draw("rect", { width: box.width, height: box.height, fill: getComputedStyle(find(".part")).backgroundColor }));
  return new XMLSerializer().serializeToString(copyOf);
}

function savePng(chart) {
  const address = URL.createObjectURL(new Blob([standalone(chart)], { type: "image/svg+xml" }));
  const image = new Image();
  image.onload = () => {
    const canvas = make("canvas", { width: box.width * 2, height: box.height * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    canvas.toBlob((blob) => download(blob, "chart.png"));
  };
  image.src = address;
}

/// The points as a table: a line a step, at most so many; all of them as CSV.
const maxPoints = 500;
function pointsOf(chart) {
  const lines = seriesOf(chart).filter((series) => isVisible(series.run)).map(lineOf);
  const byX = new Map();
  lines.forEach((line, k) => line.x.forEach((x, i) => {
    if (!byX.has(x)) byX.set(x, Array(lines.length).fill(""));
    byX.get(x)[k] = format(line.raw[i]);
  }));
  return [[state.x === "step" ? stepName(chart) : state.x, ...lines.map((line) => line.name)], ...[...byX].sort((a, b) => a[0] - b[0]).map(([x, values]) => [state.x === "step" ? String(x) : xText(x), ...values])];
}

function fillPoints(chart) {
  const [head, ...body] = pointsOf(chart), every = Math.max(1, Math.ceil(body.length / maxPoints));
  const shown = body.filter((_, i) => i % every === 0);
  const label = chart.name + ": points";
  chart.points.replaceChildren(chart.points.firstChild,
    make("p", null, shown.length < body.length ? `${shown.length} of )page"sv,
    R"page(${body.length} points a run. ` : null,
      button("Download CSV", { "aria-label": `Download CSV: points of ${chart.name}` }, () => download(new Blob([csvOf(pointsOf(chart))], { type: "text/csv" }), "points.csv"))),
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, make("table", null,
      make("thead", null, make("tr", null, head.map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", null, shown.map((line) => make("tr", null, line.map((text, i) => i === 0 ? make("th", { scope: "row" }, text)
        : make("td", { class: text ? "n" : "m" }, text || "—"))))))));
}

// The charts and their controls.

const curveControls = {};
function addCharts() {
  const section = find(".part.curves");
  if (!section) return;
  findAll(".chart", section).forEach((figure, index) => {
    const chart = { figure, index, svg: find("svg", figure), name: find("figcaption", figure).textContent, lines: [], at: null };
    chart.points = make("details", { class: "figures", ontoggle: () => { if (chart.points.open) fillPoints(chart); } }, make("summary", null, "Points"));
    figure.append(chart.points);
    chart.readout = make("p", { class: "readout", role: "status" });
    chart.svg.setAttribute("tabindex", 0);
    chart.svg.setAttribute("role", "application");
    chart.svg.setAttribute("aria-roledescription", "chart");
    chart.svg.after(chart.readout);
    find("figcaption", figure).append(make("span", { class: "saves" },
      button("SVG", { title: "Save as SVG", "aria-label": `Save ${chart.name} as SVG` }, () => {
        if (!chart.isDrawn) renderChart(chart);
        download(new Blob([standalone(chart)], { type: "image/svg+xml" }), "chart.svg");
      }),
      button("PNG", { title: "Save as PNG", "aria-label": `Save ${chart.name} as PNG` }, () => {
        if (!chart.isDrawn) renderChart(chart);
        savePng(chart);
      })));
    charts.push(chart);
    listenToChart(chart);
  });
  const changed = () => { renderCharts(); saveState(); };
  const c = curveControls;
  c.x = make("select", { onchange: () => { state.x = c.x.value; state.zoom = null; changed(); } },
    option("step", "step"), option("time", "relative time"), option("clock", "wall clock"));
  c.smooth = make("input", { type: "range", min: 0, max: 0.99, step: 0.01, oninput: () => { state.smooth = Number(c.smooth.value); changed(); } });
  c.log = make("input", { type: "checkbox", onchange: () => { state.log = c.log.checked; changed(); } });
  c.outliers = make("input", { type: "checkbox", onchange: () => { state.outliers = c.outliers.checked; changed(); } });
  c.group = make("select", { onchange: () => { state.group = c.group.value; changed(); } },
    option("", "none"), groupings().map((name) => option(name, name === everyRun ? "all runs together" : name)));
  c.band = make("select", { onchange: () => { state.band = c.band.value; changed(); } },
    option("sd", "± standard deviation"), option("range", "min to max"));
  c.zoomOut = button("Zoom out", { hidden: true }, () => setZoom(null));
  find("details > summary", section).after(make("div", { class: "controls" }, labelled("x", c.x),
    make("label", null, make("span", null, "Smoothing"), c.smooth, make("output", null, "0.00")),
    make("label", null, c.log, make("span", null, "log")), make("label", null, c.outliers, make("span", null, "ignore outliers")),
    c.group.options.length > 1 ? labelled("Group by", c.group) : null, labelled("Band", c.band), c.zoomOut));
}

// Many runs: parallel coordinates and the scatter of a pair.

function plotRows() {
  const overview = sections.find(isOverview);
  const rows = overview ? overview.rows.filter((row) => new Set(row.cells.map((cell) => cell.text)).size > 1) : [];
  const byName = (a, b) => (a.name < b.name ? -1 : 1);
  return [...rows.filter((row) => !row.point).sort(byName), ...rows.filter((row) => row.point).reverse()];
}

/// A row as an axis: numbers by what they are worth, or by their logarithm; other values side by side.
function axisOf(row) {
  if (row.numeric && row.cells.every((cell) => cell.kind === "n" || cell.kind === "m")) {
    const numbers = [...new Set(row.cells.map((cell) => cell.number).filter(Number.isFinite))].sort((a, b) => a - b);
    const low = numbers[0], high = numbers[numbers.length - 1];
    // Over orders of magnitude, as learning rates are chosen and losses fall.
    const isLog = low > 0 && high >= 100 * low && row.goal !== "max";
    const map = isLog ? Math.log10 : Number, from = map(low), span = map(high) - from || 1;
    const placeOf = (value) => (map(value) - from) / span;
    const textAt = (place) => format(isLog ? 10 ** (from + place * span) : from + place * span);
    let ticks = numbers;
    if (numbers.length > 6 && isLog) ticks = Array.from({ length: Math.floor(map(high)) - Math.ceil(from) + 1 }, (_, i) => 10 ** (i + Math.ceil(from)));
    else if (numbers.length > 6) ticks = linearTicks(low, high, 4);
    let last = -1;
    return { row, isLog, isNumeric: true, name: row.name + (isLog ? " (log)" : ""), place: (run) => placeOf(row.cells[run].number),
      ticks: ticks.map((value) => [placeOf(value), tickText(value)]).filter(([place]) => place >= last + 0.06 && (last = place, true)),
      text: (start, end) => `${textAt(start)} to ${textAt(end)}` };
  }
  const textOf = (cell) => (cell.kind === "m" ? "—" : cell.shown);
  const values = [...new Set(row.cells.map(textOf))].sort();
  const placeOf = (text) => (values.length > 1 ? values.indexOf(text) / (values.length - 1) : 0.5);
  return { row, name: row.name, place: (run) => placeOf(textOf(row.cells[run])),
    ticks: values.slice(0, 12).map((value) => [placeOf(value), value.length > 14 ? value.slice(0, 13) + "…" : value]),
    text: (from, to) => values.filter((value) => placeOf(value) >= from && placeOf(value) <= to).join(", ") };
}

function addPlots() {
  if (runs.length <= 10 || plotRows().length < 2) return;
  plots.axes = new Map(plotRows().map((row) => [row.name, axisOf(row)]));
  const names = [...plots.axes.keys()];
  plots.x = make("select", { onchange: renderPlots }, names.map((name) => option(name, name)));
  plots.y = make("select", { onchange: renderPlots }, names.map((name) => option(name, name)));
  plots.x.value = names.find((name) => plots.axes.get(name).isLog) || names[0];
  plots.y.value = names[names.length - 1];
  plots.color = make("select", { onchange: () => { state.color = plots.color.value; renderPlots(); saveState(); } }, option("", "run"),
    names.filter((name) => plots.axes.get(name).isNumeric).map((name) => option(name, name)));
  plots.parallel = draw("svg", { viewBox: "0 0 1200 320", role: "group", "aria-label": "Parallel coordinates: one line a run" });
  plots.scatter = draw("svg", { class: "brushed", viewBox: "0 0 640 320", role: "img" });
  plots.reset = button("Clear the selection", { hidden: true }, () => { state.brush.clear(); render(); });
  const part = make("section", { class: "part plots", "aria-labelledby": "tp" }, make("details", { open: true },
    make("summary", null, make("h2", { id: "tp" }, "Many runs"), make("span", { class: "note" }, "drag along an axis, or over points, to select runs, in the tables too")),
    make("div", { class: "controls" }, labelled("Scatter", plots.x), labelled("against", plots.y), labelled("Colour by", plots.color), plots.reset),
    make("div", { class: "scroll plain", tabindex: 0, role: "region", "aria-label": "Parallel coordinates" }, plots.parallel),
    make("div", { class: "scatter" }, plots.scatter)));
  find(".part.overview").after(part);
  listenToScatter();
}

/// Leaves the runs that are within all of these parts of axes, each from 0 to 1.
function select(...brushes) {
  for (const [name, from, to] of brushes) {
    const low = from < 0.02 ? 0 : from, high = to > 0.98 ? 1 : to;
    if (high - low < 0.01 || (low === 0 && high === 1)) state.brush.delete(name);
    else state.brush.set(name, [Number(low.toFixed(4)), Number(high.toFixed(4))]);
  }
  render();
  say(`${visibleRuns().length} runs selected`);
}

/// The colour of a place between the least and the greatest value.
const shade = (place) => `color-mix(in oklab, var(--r0), var(--r1) ${Math.round(100 * place)}%)`;
function colored(element, place) {
  if (place !== null && Number.isFinite(place)) element.style.setProperty("--c", shade(place));
  return element;
}
const colorPlace = (run) => (state.color ? plots.axes.get(state.color).place(run) : null);
const classOf = (run) => (state.color ? "r6" : `r${run % 8} h${run % 5}`) + (inBrush(run) ? "" : " faint");

/// The runs that are not hidden, the better ones last, above the others, where colours stand for a value.
function drawnRuns() {
  const drawn = runs.map((_, run) => run).filter((run) => !state.hidden.has(run));
  const axis = plots.axes.get(state.color);
  return axis ? sorted(drawn, (run) => axis.row.cells[run], axis.row.goal === "min" ? "descending" : "ascending") : drawn;
}

const scatterX = (place) => 70 + place * 540, scatterY = (place) => 14 + (1 - place) * 256;

function listenToScatter() {
  const svg = plots.scatter;
  let from = null;
  const placeAt = (event) => {
    const frame = svg.getBoundingClientRect(), scale = 640 / frame.width;
    return [((event.clientX - frame.left) * scale - 70) / 540, 1 - ((event.clientY - frame.top) * scale - 14) / 256].map((place) => Math.min(1, Math.max(0, place)));
  };
  const span = (to, i) => [Math.min(from[i], to[i]), Math.max(from[i], to[i])];
  svg.addEventListener("pointerdown", (event) => { from = placeAt(event); svg.setPointerCapture(event.pointerId); });
  svg.addEventListener("pointermove", (event) => { if (from) markScatter(span(placeAt(event), 0), span(placeAt(event), 1)); });
  svg.addEventListener("pointerup", (event) => {
    if (!from) return;
    const x = span(placeAt(event), 0), y = span(placeAt(event), 1);
    from = null;
    if (x[1] - x[0] < 0.01 && y[1] - y[0] < 0.01) renderPlots();
    else if (plots.x.value === plots.y.value) select([plots.x.value, ...x]);
    else select([plots.x.value, ...x], [plots.y.value, ...y]);
  });
}

function markScatter([x0, x1], [y0, y1]) {
  fill(plots.mark, { x: scatterX(x0), y: scatterY(y1), width: (x1 - x0) * 540, height: (y1 - y0) * 256 }, []);
}

function renderParallel(axes) {
  const left = 90, right = 70, top = 34, bottom = 20, width = 1200, height = 320;
  const xOfAxis = (i) => left + (i * (width - left - right)) / Math.max(1, axes.length - 1);
  const yOfPlace = (place) => top + (1 - place) * (height - top - bottom);
  const lines = draw("g", null), scales = draw("g", { class: "grid" });
  for (const run of drawnRuns()) {
    let path = "", pen = false;
    axes.forEach((axis, i) => {
      const place = axis.place(run);
      if (!Number.isFinite(place)) { pen = false; return; }
      path += `${pen ? "L" : "M"}${xOfAxis(i).toFixed(1)} ${yOfPlace(place).toFixed(1)}`;
      pen = true;
    });
    lines.append(colored(draw("path", { class: `line ${classOf(run)}`, "data-run": run, d: path }, draw("title", null, runs[run].name)), colorPlace(run)));
  }
  axes.forEach((axis, i) => {
    const x = xOfAxis(i), name = axis.row.name;
    const [low, high] = state.brush.get(name) || [0, 1];
    const shades = name === state.color ? Array.from({ length: 20 }, (_, k) => k / 20) : [];
    scales.append(draw("path", { class: "axis", d: `M${x} ${top}V${height - bottom}` }),
      ...shades.map((k) => colored(draw("rect", { class: "shade", x: x - 4, y: yOfPlace(k + 0.05), width: 8, height: (height - top - bottom) / 20 }), k)),
      draw("text", { x, y: 16, "text-anchor": "middle", class: "name" }, axis.name.length > 22 ? axis.name.slice(0, 21) + "…" : axis.name),
      ...axis.ticks.map(([place, text]) => draw("text", { x: x - 6, y: yOfPlace(place) + 4, "text-anchor": "end" }, text)));
    const zone = draw("rect", { class: "zone", x: x - 14, y: top, width: 28, height: height - top - bottom, tabindex: 0, role: "slider",
      "aria-label": `Select runs by $)page"sv,
    R"page({name}`, "aria-orientation": "vertical", "aria-valuemin": 0, "aria-valuemax": 1, "aria-valuenow": low,
      "aria-valuetext": `${axis.text(low, high)}, ${visibleRuns().length} runs` });
    const mark = draw("rect", { class: "zoom", x: x - 8, width: 16 });
    const show = (from, to) => fill(mark, { y: yOfPlace(to), height: yOfPlace(from) - yOfPlace(to) }, []);
    if (state.brush.has(name)) show(low, high);
    const placeAt = (event) => {
      const frame = plots.parallel.getBoundingClientRect();
      const y = ((event.clientY - frame.top) / frame.height) * height;
      return Math.min(1, Math.max(0, 1 - (y - top) / (height - top - bottom)));
    };
    let from = null;
    zone.addEventListener("pointerdown", (event) => { from = placeAt(event); zone.setPointerCapture(event.pointerId); });
    zone.addEventListener("pointermove", (event) => { if (from !== null) show(Math.min(from, placeAt(event)), Math.max(from, placeAt(event))); });
    zone.addEventListener("pointerup", (event) => {
      if (from === null) return;
      const to = placeAt(event);
      select([name, Math.min(from, to), Math.max(from, to)]);
    });
    zone.addEventListener("keydown", (event) => {
      const step = { ArrowUp: 0.05, ArrowDown: -0.05 }[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const moved = event.shiftKey ? [low, Math.min(1, high + step)] : [Math.max(0, low + step), high];
      if (moved[1] - moved[0] > 0.01) select([name, ...moved]);
      findAll(".zone", plots.parallel)[i].focus();
    });
    scales.append(mark, zone);
  });
  plots.parallel.replaceChildren(lines, scales);
}

function renderPlots() {
  if (!plots.parallel) return;
  renderParallel([...plots.axes.values()].slice(0, 12));
  plots.reset.hidden = state.brush.size === 0;
  plots.color.value = state.color;

  const xName = plots.x.value, yName = plots.y.value, xAxis = plots.axes.get(xName), yAxis = plots.axes.get(yName);
  const grid = draw("g", { class: "grid" }, xAxis.ticks.map(([place, text]) => draw("text", { x: scatterX(place), y: 290, "text-anchor": "middle" }, text)),
    yAxis.ticks.map(([place, text]) => [draw("path", { d: `M70 ${scatterY(place)}H610` }), draw("text", { x: 62, y: scatterY(place) + 4, "text-anchor": "end" }, text)]).flat(),
    draw("text", { x: 340, y: 312, "text-anchor": "middle" }, xAxis.name), draw("text", { transform: "rotate(-90)", x: -142, y: 14, "text-anchor": "middle" }, yAxis.name));
  const dots = drawnRuns().filter((run) => Number.isFinite(xAxis.place(run)) && Number.isFinite(yAxis.place(run)))
    .map((run) => colored(draw("circle", { class: `dot ${classOf(run)}`, "data-run": run, cx: scatterX(xAxis.place(run)).toFixed(1), cy: scatterY(yAxis.place(run)).toFixed(1), r: 5 },
      draw("title", null, `${runs[run].name}: ${xName} ${xAxis.row.cells[run].text}, ${yName} ${yAxis.row.cells[run].text}`)), colorPlace(run)));
  plots.mark = draw("rect", { class: "zoom", width: 0, height: 0 });
  if (state.brush.has(xName) || state.brush.has(yName)) markScatter(state.brush.get(xName) || [0, 1], state.brush.get(yName) || [0, 1]);
  plots.scatter.replaceChildren(grid, plots.mark, ...dots);
  plots.scatter.setAttribute("aria-label", `${yName} against ${xName}, ${dots.length} runs`);
}

// Artifacts: pictures together, texts with their differences, figures by plotly.js.

function zoomTogether(gallery) {
  const images = findAll("img", gallery);
  if (images.length === 0) return null;
  const boxes = images.map((image) => {
    const frame = make("div", { class: "lens", tabindex: 0, role: "region", "aria-label": image.alt });
    image.replaceWith(frame);
    frame.append(image);
    image.loading = "eager";
    return frame;
  });
  let isMoving = false;
  for (const frame of boxes) frame.addEventListener("scroll", () => {
    if (isMoving) return;
    isMoving = true;
    for (const other of boxes) if (other !== frame) other.scrollTo(frame.scrollLeft, frame.scrollTop);
    requestAnimationFrame(() => { isMoving = false; });
  });
  const range = make("input", { type: "range", min: 1, max: 8, step: 0.5, value: 1, oninput: () => {
    for (const image of images) {
      image.style.width = range.value === "1" ? "" : `${100 * Number(range.value)}%`;
      image.style.maxWidth = range.value === "1" ? "" : "none";
      image.style.imageRendering = Number(range.value) > 3 ? "pixelated" : "";
    }
    range.nextElementSibling.textContent = `${range.value}×`;
  } });
  return make("label", null, make("span", null, "Zoom"), range, make("output", null, "1×"));
}

function blendImages(gallery) {
  const figures = findAll(".artifact", gallery).filter((figure) => find("img", figure));
  if (figures.length < 2) return null;
  const range = make("input", { type: "range", min: 0, max: 1, step: 0.05, value: 0, oninput: () => {
    const base = figures.find((figure) => Number(figure.dataset.run) === state.baseline) || figures[0];
    for (const figure of figures) {
      const frame = find(".lens", figure);
      let top = find(".over", frame);
      if (figure === base) { if (top) top.remove(); continue; }
      if (!top) {
        top = find("img", base).cloneNode();
        top.className = "over";
        top.alt = "";
        frame.append(top);
      }
      top.style.opacity = range.value;
    }
  } });
  return labelled("Blend with the baseline", range);
}

/// The lines of two texts side by side in order: kept, removed from the first, added by the second.
function diffLines(before, after) {
  const a = before.split("\n"), b = after.split("\n");
  let start = 0, endA = a.length, endB = b.length;
  while (start < endA && start < endB && a[start] === b[start]) ++start;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) { --endA; --endB; }
  const out = a.slice(0, start).map((line) => [" ", line]);
  const n = endA - start, m = endB - start;
  if (n * m > 4e6) {
    out.push(...a.slice(start, endA).map((line) => ["-", line]), ...b.slice(start, endB).map((line) => ["+", line]));
  } else {
    const width = m + 1, lengths = new Uint32Array((n + 1) * width);
    for (let i = n - 1; i >= 0; --i)
      for (let k = m - 1; k >= 0; --k)
        lengths[i * width + k] = a[start + i] === b[start + k] ? lengths[(i + 1) * width + k + 1] + 1
          : Math.max(lengths[(i + 1) * width + k], lengths[i * width + k + 1]);
    let i = 0, k = 0;
    while (i < n || k < m) {
      if (i < n && k < m && a[start + i] === b[start + k]) { out.push([" ", a[start + i]]); ++i; ++k; }
      else if (i < n && (k === m || lengths[(i + 1) * width + k] >= lengths[i * width + k + 1])) out.push(["-", a[start + i++]]);
      else out.push(["+", b[start + k++]]);
    }
  }
  return out.concat(a.slice(endA).map((line) => [" ", line]));
}

function diffTexts(gallery) {
  const texts = findAll(":scope > .artifact > pre", gallery);
  if (texts.length < 2) return null;
  const originals = new Map(texts.map((pre) => [pre, pre.textContent]));
  const control = make("input", { type: "checkbox", onchange: () => {
    const base = texts.find((pre) => Number(pre.parentNode.dataset.run) === state.baseline) || texts[0];
    for (const pre of texts) {
      if (!control.checked || pre === base) { pre.textContent = originals.get(pre); continue; }
      pre.replaceChildren(...diffLines(originals.get(base), originals.get(pre)).map(([mark, line]) =>
        make(mark === "+" ? "ins" : mark === "-" ? "del" : "span", null, `${mark} ${line}\n`)));
    }
  } });
  return make("label", null, control, make("span", null, "Differences to the baseline"));
}

/// plotly.js, which the page holds as text that is no code to it, as what a frame can run.
let plotlyCode = null;
async function readPlotly(holder) {
  const type = "text/javascript";
  if (holder.dataset.plotly === "plain") return new Blob([JSON.parse(holder.textContent)], { type });
  const stream = new Blob([bytesOf(holder.textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Blob([await new Response(stream).arrayBuffer()], { type });
}

/// Draws one figure in a frame of its own, which has no rights and no way out.
const drawWithPlotly = (holder, code, title) => new Promise((resolve) => {
  const frame = make("iframe", { sandbox: "allow-scripts", title, srcdoc: '<!doctype html><meta charset=utf-8><body style="margin:0">' +
    `<div id=plot style="height:100vh"></div><${"script"}>${find("script[data-frame]").textContent}</${"script"}>` });
  const answered = (answer) => {
    window.removeEventListener("message", listen);
    const notice = find(".notice", holder);
    notice.hidden = !answer.problem;
    if (answer.problem) { frame.remove(); notice.textContent = `plotly.js cannot draw it: ${answer.problem}`; }
    resolve();
  };
  const listen = (event) => { if (event.source === frame.contentWindow) answered(event.data); };
  window.addEventListener("message", listen);
  setTimeout(() => answered({ problem: "it does not answer" }), 30000);
  const figure = find("pre", holder).textContent;
  frame.addEventListener("load", () => frame.contentWindow.postMessage({ code, figure }, "*"));
  holder.prepend(frame);
});

function plotlyButton(gallery) {
  const holders = findAll(".plotly", gallery);
  if (holders.length === 0) return null;
  const id = gallery.previousElementSibling.textContent;
  const start = button("Draw with plotly.js", { "aria-label": `Draw with plotly.js: ${id}` }, async () => {
    start.hidden = true;
    plotlyCode = plotlyCode || readPlotly(find("script[data-plotly]"));
    try {
      const code = await plotlyCode;
      for (const holder of holders) await drawWithPlotly(holder, code, `${id} of ${runs[holder.closest(".artifact").dataset.run].name}, drawn by plotly.js`);
      say(`${id} is drawn`);
    } catch (error) {
      for (const holder of holders) find(".notice", holder).textContent = `plotly.js cannot be read: ${error.message}`;
    }
  });
  return start;
}

function addGalleries() {
  const galleries = findAll(".gallery");
  for (const gallery of galleries) {
    for (const same of findAll(".same", gallery)) {
      const first = find(`.artifact[data-run="${same.dataset.same}"] :is(img, .plot)`, galleries[same.dataset.row]);
      if (!first) continue;
      const copyOf = first.cloneNode(true);
      if (copyOf.alt) copyOf.alt = `${gallery.previousElementSibling.textContent} of ${runs[same.closest(".artifact").dataset.run].name}`;
      same.after(copyOf);
    }
    const controls = [zoomTogether(gallery), blendImages(gallery), diffTexts(gallery), plotlyButton(gallery)].filter(Boolean);
    if (controls.length > 0) gallery.before(make("div", { class: "controls" }, controls));
  }
}

// Series over steps: a slider for each.

/// A slider for each id, which moves all runs together. A run without an entry at a step shows the one before.
function addSliders() {
  const items = new Map();
  for (const holder of findAll(".steps [data-item]")) {
    if (holder.content) { items.set(holder.dataset.item, holder.content); continue; }
    const content = document.createDocumentFragment();
    content.append(...[...holder.childNodes].map((node) => node.cloneNode(true)));
    items.set(holder.dataset.item, content);
  }
  for (const area of findAll(".steps")) {
    const steps = area.dataset.steps.trim().split(" ");
    const id = previousHeading(area).textContent;
    const series = findAll(".artifact", area).filter((figure) => find(".shown", figure)).map((figure) => {
      const shown = find(".shown", figure);
      const run = figure.dataset.run;
      const entries = [...findAll(`template[data-run="${run}"]`, area), shown].map(({ dataset }) =>
        ({ place: Number(dataset.place), step: dataset.step, item: dataset.item || dataset.same }));
      return { figure, shown, run: Number(run), at: find(".when", figure), entries, current: null };
    });
    const move = (place) => {
      for (const one of series) {
        const entry = o)page"sv,
    R"page(ne.entries.filter((candidate) => candidate.place <= place).pop() || null;
        one.at.textContent = entry ? ` step ${entry.step}` : " nothing yet";
        if (entry && one.current === entry.item) continue;
        one.current = entry ? entry.item : null;
        one.shown.replaceChildren(entry ? items.get(entry.item).cloneNode(true) : make("p", { class: "none" }, "none"));
        for (const image of findAll("img", one.shown)) {
          image.loading = "eager";
          image.decoding = "sync";
          image.alt = `${id} of ${runs[one.run].name}`;
        }
      }
    };
    const last = steps.length - 1;
    move(last);
    if (last < 1) continue;
    const output = make("output", null, steps[last]);
    const range = make("input", { type: "range", min: 0, max: last, step: 1, value: last, "aria-label": `Step of ${id}`, "aria-valuetext": `step ${steps[last]}`, oninput: () => {
      const place = Number(range.value);
      output.textContent = steps[place];
      range.setAttribute("aria-valuetext", `step ${steps[place]}`);
      move(place);
    } });
    area.before(make("div", { class: "controls slider" }, make("label", null, make("span", null, "Step"), range, output)));
  }
}

function previousHeading(element) {
  let before = element.previousElementSibling;
  while (before.tagName !== "H3") before = before.previousElementSibling;
  return before;
}

// Logged tables: sorted together, and compared with the baseline.

/// Marks in logged tables what differs from the baseline, by the values of the first column, once another is chosen.
let markedBaseline = null;
function markTables() {
  if (markedBaseline === null) markedBaseline = defaultBaseline;
  if (markedBaseline === state.baseline) return;
  markedBaseline = state.baseline;
  for (const area of findAll(".logged")) {
    const read = findAll(".artifact", area).map((figure) => {
      const table = find("table", figure);
      const lines = table ? [...table.tBodies[0].rows].sort((a, b) => a.place - b.place).map((line) => ({ line, cells: [...line.cells].map(readCell) })) : [];
      const seen = new Map();
      for (const entry of lines) {
        const count = seen.get(entry.cells[0].text) || 0;
        seen.set(entry.cells[0].text, count + 1);
        entry.key = JSON.stringify([entry.cells[0].text, count]);
      }
      return { figure, table, lines, run: Number(figure.dataset.run), names: table ? [...table.tHead.rows[0].cells].map((cell) => cell.dataset.name) : [] };
    });
    const base = read.find((one) => one.run === state.baseline);
    const known = new Map(base.lines.map((entry) => [entry.key, entry]));
    for (const { figure, table, lines, run, names } of read) {
      for (const mark of findAll(".of-baseline, .lacking, tbody .q", figure)) mark.remove();
      if (run === state.baseline) find("figcaption", figure).append(make("small", { class: "of-baseline" }, " baseline"));
      if (!table) continue;
      const isCompared = base.table && run !== state.baseline;
      for (const { line, cells, key } of lines) {
        const match = known.get(key);
        const isNew = isCompared && !match && !("part" in base.table.dataset);
        line.classList.toggle("new", isNew);
        if (isNew) line.cells[0].append(make("b", { class: "q", title: "not in the baseline" }, "+", make("i", null, " not in the baseline")));
        cells.forEach((cell, column) => {
          if (column === 0) return;
          const other = match && match.cells[base.names.indexOf(names[column])];
          line.cells[column].classList.toggle("d", Boolean(isCompared && (isNew || (match && !(other && sameCell(cell, other))))));
        });
      }
      const here = new Set(lines.map((entry) => entry.key));
      const lacking = isCompared && !("part" in table.dataset) ? base.lines.filter((entry) => !here.has(entry.key)) : [];
      if (lacking.length > 0) figure.append(make("p", { class: "note left lacking" }, `${lacking.length} ${lacking.length === 1 ? "row of the baseline is" : "rows of the baseline are"} not here: ` +
        `${lacking.slice(0, 5).map((entry) => entry.cells[0].text).join(", ")}${lacking.length > 5 ? ", ..." : ""}.`));
    }
  }
}

/// A click on a header sorts the tables of all runs by that column.
function addTableSorting() {
  for (const area of findAll(".logged")) {
    const tables = findAll("table", area).map((table) => ({ table, rows: [...table.tBodies[0].rows] }));
    for (const { rows } of tables) rows.forEach((row, place) => { row.place = place; });
    const columnOf = (table, name) => [...table.tHead.rows[0].cells].findIndex((cell) => cell.dataset.name === name);
    const sort = (name, direction) => {
      for (const { table, rows } of tables) {
        const column = columnOf(table, name);
        table.tBodies[0].append(...(direction && column >= 0 ? sorted(rows, (row) => readCell(row.cells[column]), direction) : rows));
        for (const cell of table.tHead.rows[0].cells) {
          const isIt = direction && cell.dataset.name === name;
          find(".arrow", cell).textContent = isIt ? (direction === "ascending" ? " ▲" : " ▼") : "";
          if (isIt) cell.setAttribute("aria-sort", direction);
          else cell.removeAttribute("aria-sort");
        }
      }
      say(direction ? `Sorted by ${name}, ${direction}` : "Not sorted");
    };
    for (const { table } of tables) for (const cell of table.tHead.rows[0].cells) {
      const name = cell.textContent;
      cell.dataset.name = name;
      cell.replaceChildren(make("button", { type: "button", class: "sort", title: `Sort by ${name}`, onclick: () => {
        const now = cell.getAttribute("aria-sort");
        sort(name, now === null ? "ascending" : now === "ascending" ? "descending" : null);
      } }, name, make("span", { class: "arrow", "aria-hidden": "true" })));
    }
  }
}

// Tables as they go on paper.

/// Tables as they go on paper: wide ones as tables of some of their columns each, the first column in all of them.
const paperWidth = 680;  // pixels between the margins of an upright page
function splitTables() {
  joinTables();
  document.body.classList.add("printing");
  for (const scroll of findAll(".scroll")) {
    const table = find("table", scroll);
    if (!table || table.offsetWidth === 0) continue;
    const widths = [...table.tHead.rows[0].cells].map((cell) => cell.offsetWidth);
    const groups = [];
    let used = Infinity;
    for (let i = 1; i < widths.length; ++i) {
      if (used + widths[i] > paperWidth) { groups.push([]); used = widths[0]; }
      groups[groups.length - 1].push(i);
      used += widths[i];
    }
    if (groups.length === 0) continue;
    const copyRow = (row, columns) => {
      const copyOf = row.cloneNode(false);
      const isWhole = row.cells.length === widths.length;
      copyOf.append(row.cells[0].cloneNode(true), ...(isWhole ? columns.map((i) => row.cells[i].cloneNode(true)) : [make("td", { colspan: columns.length }, row.cells[1].textContent)]));
      // A header with controls in it is not repeated on each page.
      for (const input of findAll("input", copyOf)) input.remove();
      for (const control of findAll("button", copyOf)) control.replaceWith(...control.childNodes);
      return copyOf;
    };
    scroll.after(make("div", { class: "paper" }, groups.map((columns) => make("table", null,
      [table.tHead, table.tBodies[0]].map((part) => fill(part.cloneNode(false), null, [...part.rows].map((row) => copyRow(row, columns))))))));
    scroll.classList.add("split");
  }
  document.body.classList.remove("printing");
}
function joinTables() {
  for (const copyOf of findAll(".paper")) copyOf.remove();
  for (const scroll of findAll(".split")) scroll.classList.remove("split");
}

// Begins.

findAll("main > .part").forEach(addSection);
if (runs.length === 0) return;
const marked = find("th[data-run] small");
defaultBaseline = marked ? Number(marked.closest("th").dataset.run) : 0;
document.body.classList.add("scripted");
findAll(".part").forEach((part, index) => find("details", part).addEventListener("toggle", (event) => {
  if (event.target.open) state.closed.delete(index);
  else state.closed.add(index);
  if (!isFirst) saveState();
}));
rankRuns();
addTools();
addWinnerControls();
addCharts();
addPlots();
addGalleries();
addSliders();
addTableSorting();
listenToKeys();
highlightRuns();
loadState();
render();
window.addEventListener("hashchange", () => { loadState(); render(); });
document.addEventListener("scroll", ({ target }) => {
  if (target.classList && target.classList.contains("scroll")) target.classList.toggle("moved", target.scrollLeft > 0);
}, true);
window.addEventListener("beforeprint", splitTables);
window.addEventListener("afterprint", joinTables);

})();
)page"sv,
};
inline constexpr std::string_view page_script_sha256 = "a224b661632813125b92a91e06df27b995c953f78b533de326e55af54b64a8bb";

// web/frame.js
inline constexpr std::string_view page_frame[] = {
    R"page(// In a frame of its own, without rights: takes plotly.js and a figure from the page around it, and draws it.
"use strict";
addEventListener("message", async ({ data, source }) => {
  if (source !== parent) return;
  try {
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.onload = resolve;
      script.onerror = () => reject(new Error("plotly.js does not run in this browser"));
      script.src = URL.createObjectURL(data.code);
      document.head.append(script);
    });
    const figure = JSON.parse(data.figure);
    const layout = { ...figure.layout, autosize: true };
    delete layout.width;
    const plot = document.getElementById("plot");
    await window.Plotly.newPlot(plot, figure.data, layout, { responsive: true, displaylogo: false });
    parent.postMessage({ drawn: plot.querySelectorAll("svg, canvas").length }, "*");
  } catch (error) {
    parent.postMessage({ problem: String(error.message || error) }, "*");
  }
});
)page"sv,
};
inline constexpr std::string_view page_frame_sha256 = "6b38afc14c02fc50a758c1465182f0bc21272d3e71449676ff3777d97d0e20e2";

}  // namespace erm::detail
