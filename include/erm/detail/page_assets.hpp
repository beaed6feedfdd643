// The style and the script of the comparison page: exactly page/page.css and page/page.js, from which
// tests/page_assets.cmake makes this header. Change those, and run it again.
#pragma once

#include <string_view>

namespace erm::detail {

// page/page.css
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
@media (prefers-color-scheme: dark) {
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
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

/* Words for who does not see the page. */
td > i, th i { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

/* ---- sections ---- */

.part { margin: 0 0 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.part > details > summary { padding: 12px 16px; cursor: pointer; border-radius: 10px; }
.note { margin-left: 10px; color: var(--soft); }

/* ---- tables ---- */

.scroll { position: relative; overflow: auto; max-height: 80vh; border-top: 1px solid var(--line); border-radius: 0 0 10px 10px; }
table { border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 14px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); unicode-bidi: isolate; }
tbody tr:last-child > * { border-bottom: 0; }
th { font-weight: 500; background: var(--card); white-space: nowrap; }
thead th { position: sticky; top: 0; z-index: 2; background: var(--head); font-weight: 600; }
tr > th:first-child { position: sticky; left: 0; z-index: 1; border-right: 1px solid var(--line); max-width: 40vw; overflow: hidden; text-overflow: ellipsis; }
thead th:first-child { z-index: 3; }
td { max-width: 420px; overflow-wrap: break-word; white-space: pre-wrap; min-width: 72px; border-left: 3px solid transparent; }
td.n { text-align: right; white-space: nowrap; }
td.m, td.z, td.e { color: var(--soft); }
td.z, td.e { font-style: italic; }
td.d { background: var(--tint); border-left-color: var(--bar); }
td.w { font-weight: 700; color: var(--best-text); background: var(--best); }
td.w::before { content: "★ "; }
.q { margin-left: 6px; color: var(--bar); font-weight: 700; }
.goal { margin-left: 6px; color: var(--soft); font-weight: 400; font-size: 12px; }
th small { color: var(--soft); font-weight: 400; }
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

.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 12px; padding: 0 16px 16px; }
.artifact { border: 1px solid var(--line); border-radius: 8px; padding: 10px; background: var(--card); }
.artifact figcaption { margin-bottom: 8px; font-weight: 500; overflow-wrap: anywhere; }
.artifact small { color: var(--soft); font-weight: 400; }
.artifact img { display: block; max-width: 100%; height: auto; min-width: min(100%, 160px); image-rendering: auto; background: #fff; }
.artifact iframe { width: 100%; height: 320px; border: 1px solid var(--line); border-radius: 4px; background: #fff; }
.plot > svg { display: block; width: 100%; height: auto; }
pre { margin: 0; max-height: 320px; overflow: auto; padding: 10px; background: var(--page); border-radius: 6px; font: 12.5px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.artifact details { margin-top: 8px; }
.none, .same { color: var(--soft); font-style: italic; margin: 8px 0; }
.notice { margin: 0 0 8px; padding: 6px 10px; border-left: 3px solid var(--bar); color: var(--warn); overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }

@media (max-width: 600px) {
  header, main { padding-left: 10px; padding-right: 10px; }
  th, td { padding: 5px 8px; }
}
)page",
};
inline constexpr std::string_view page_style_sha256 = "48ae8639fe245c95c3ed63c77cf697b0c73b18d5706fdb3749fdc71f47ff4a59";

// page/page.js
inline constexpr std::string_view page_script[] = {
    R"page(// What the comparison page can do beyond being read. Everything it needs is in the page's own tables and charts.
"use strict";
)page",
};
inline constexpr std::string_view page_script_sha256 = "f1aab15cbc7714706325b38ee3e67c6ae4f889ecab0b799408a03041cf0e5075";

}  // namespace erm::detail
