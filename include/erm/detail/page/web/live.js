// Runs after the page's own script on a page that is written again while its runs go on. Shows how old the page is, loads
// it again while it is looked at, and then puts everything back as the reader left it.
// A page in a file may read no other file, its own newer self neither; so it is loaded as a whole. What is kept lies in the
// storage of the tab, in one entry for the page.
"use strict";
(() => {
const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

const live = find("#live");
const written = Number(live.dataset.written), interval = Number(live.dataset.interval), least = Number(live.dataset.least);
const isOver = "over" in live.dataset, isOwn = "own" in live.dataset;
const word = find("[role=status]", live), age = find(".age", live), usualWord = word.textContent;
const storageKey = `erm live page ${location.pathname}`;
const before = kept();
const loaded = Date.now();
/// How often in a row it was loaded and had not been written meanwhile.
const waits = before && before.written === written ? before.waits + 1 : 0;

/// What the page wrote down when it was left, if it was loaded again and is not opened anew.
function kept() {
  try {
    const text = sessionStorage.getItem(storageKey);
    sessionStorage.removeItem(storageKey);
    return performance.getEntriesByType("navigation")[0].type === "navigate" ? null : JSON.parse(text);
  } catch (error) {
    return null; // in a sandboxed frame, which has no storage
  }
}

// ---- how old it is ----

const inWords = (milliseconds) => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
};
/// Whether its writer missed writing it twice, with a little for a busy machine.
const isSilent = !isOver && loaded - written > 2 * least + Math.max(5000, interval);
function show(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
function showAge() {
  const past = inWords(Date.now() - written);
  live.classList.toggle("silent", isSilent);
  show(word, isPaused && !isOver ? "Paused" : isSilent ? `No news for ${past}` : usualWord);
  const isHeld = !isPaused && !isOver && Date.now() > due + 5000;
  show(age, isSilent ? `${isOwn ? "the run" : "what watches the runs"} may have been killed, or its machine is away`
    : `${past} ago${isHeld ? "; waits while something is selected, open or played" : ""}`);
}

// ---- what the reader is at ----

let isPaused = Boolean(before && before.isPaused);
let isPressed = false, touched = 0, chose = 0;
const note = () => { touched = Date.now(); };
for (const kind of ["keydown", "input", "focusin", "wheel", "pointermove", "scroll", "touchmove"]) addEventListener(kind, note, { capture: true, passive: true });
let isHandled = false; // by the reader, since it was loaded
for (const kind of ["keydown", "wheel", "pointerdown", "touchmove"]) addEventListener(kind, () => { isHandled = true; }, { capture: true, passive: true });
addEventListener("pointerdown", (event) => {
  note();
  isPressed = true;
  if (event.target.localName === "select") chose = Date.now();
}, true);
for (const kind of ["pointerup", "pointercancel", "dragend"]) addEventListener(kind, () => { isPressed = false; }, true);
addEventListener("blur", () => { isPressed = false; }); // of the window
addEventListener("pointermove", ({ buttons }) => { isPressed = buttons !== 0; }, true); // also where it was pressed before this was loaded
let isComposing = false;
addEventListener("compositionstart", () => { isComposing = true; }, true);
addEventListener("compositionend", () => { isComposing = false; }, true);

/// A moment's rest is enough while the reader only moves the pointer or scrolls; an open list, a dialog with choices, a
/// selected text and what is being played would be lost.
function isBusy() {
  const now = Date.now(), selection = getSelection();
  return isPressed || isComposing || now - touched < 1000 || (document.activeElement.localName === "select" && now - chose < 10000) ||
    (selection && !selection.isCollapsed && String(selection) !== "") || Boolean(find(".menu[open], .combo [role=listbox]:not([hidden])")) ||
    findAll("dialog[open]").some((dialog) => !largeOf(dialog)) || findAll("audio, video").some((media) => !media.paused) ||
    Boolean(find(".plotly iframe"));
}

// ---- what is put back ----

/// The button by which the dialog, of an enlarged drawing, can be opened again.
const enlargeButtonOf = (name) => find(`main [aria-label="Enlarge ${CSS.escape(name)}"]`);
const largeOf = (dialog) => (enlargeButtonOf(dialog.getAttribute("aria-label")) ? dialog.getAttribute("aria-label") : null);

const nameOf = (element) => {
  const named = element.getAttribute("aria-label") || element.getAttribute("name") || element.id;
  if (named) return named;
  const label = element.closest("label") || find(":scope > summary, :scope > figcaption, :scope > h2", element) || (element.matches("button, summary, a, th") ? element : null);
  return label ? [...label.childNodes].filter((node) => node.localName !== "output").map((node) => node.textContent).join(" ").trim().slice(0, 120) : "";
};
const partOf = (element) => {
  const figure = element.closest("figure"), part = element.closest(".part, dialog, nav, .live");
  const title = part && find("h2", part);
  return `${part ? (title ? title.textContent : part.className) : ""}\n${figure && figure !== element ? nameOf(figure) : ""}`;
};
/// Names for elements that mean the same ones after the page was loaded again, whatever came between them.
function keysOf(elements) {
  const counts = new Map();
  return elements.map((element) => {
    const key = `${partOf(element)}\n${element.localName}\n${nameOf(element)}`, count = counts.get(key) || 0;
    counts.set(key, count + 1);
    return `${key}\n${count}`;
  });
}
const focusable = () => findAll("a[href], button, input, select, textarea, summary, [tabindex]");
const fields = () => findAll("input, select, textarea");
const foldable = () => findAll("details:not(.menu)");
const scrollable = () => findAll(".scroll, .lens, main pre, main [tabindex], dialog div");
const anchors = () => findAll(".live, .part, .part h3, .panel, figure, tbody tr > th");

const valueOf = (field) => (/^(checkbox|radio)$/.test(field.type) ? field.checked : field.value);
/// A slider at its end stays there when there is more.
const isAtEnd = (field) => field.type === "range" && field.value === field.max;
function entriesOf(elements, get) {
  const keys = keysOf(elements);
  return elements.flatMap((element, i) => {
    const value = get(element);
    return value === undefined ? [] : [[keys[i], value]];
  });
}
function eachKept(entries, elements, put) {
  if (!entries || entries.length === 0) return;
  const values = new Map(entries);
  const keys = keysOf(elements);
  elements.forEach((element, i) => { if (values.has(keys[i])) put(element, values.get(keys[i])); });
}

function leftAt() {
  const active = document.activeElement, all = focusable(), place = all.indexOf(active), dialog = find("dialog[open]");
  const top = anchors().map((element) => [element, element.getBoundingClientRect()]).filter(([, box]) => box.height > 0 && box.bottom > 0).slice(0, 40)
    .reduce((best, entry) => (!best || Math.abs(entry[1].top) < Math.abs(best[1].top) ? entry : best), null);
  const isText = active.matches && active.matches("input:not([type=range], [type=checkbox], [type=number]), textarea");
  return {
    written, isPaused, waits,
    y: scrollY, x: scrollX, anchor: scrollY > 0 && top ? [keysOf(anchors())[anchors().indexOf(top[0])], top[1].top] : null,
    focus: place >= 0 ? [keysOf(all)[place], isText ? [active.selectionStart, active.selectionEnd, active.selectionDirection] : null] : null,
    fields: entriesOf(fields(), (field) => (isAtEnd(field) ? undefined : valueOf(field))),
    folds: entriesOf(foldable(), (details) => details.open),
    scrolls: entriesOf(scrollable(), (box) => (box.scrollTop || box.scrollLeft
      ? [box.scrollLeft, box.scrollTop > 0 && box.scrollTop + box.clientHeight >= box.scrollHeight - 2 ? null : box.scrollTop] : undefined)),
    large: dialog ? largeOf(dialog) : null,
  };
}

function scrollBack() {
  if (!before.anchor) return scrollTo(before.x, before.y);
  const all = anchors(), place = keysOf(all).indexOf(before.anchor[0]);
  if (place < 0) return scrollTo(before.x, before.y);
  return scrollTo(before.x, scrollY + all[place].getBoundingClientRect().top - before.anchor[1]);
}
function putBack() {
  history.scrollRestoration = "manual";
  eachKept(before.folds, foldable(), (details, open) => { if (details.open !== open) details.open = open; });
  eachKept(before.fields, fields(), (field, value) => {
    if (valueOf(field) === value || field.closest("dialog")) return;
    if (typeof value === "boolean") field.checked = value;
    else field.value = value;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  });
  if (before.large) {
    const enlarge = enlargeButtonOf(before.large);
    if (enlarge) enlarge.click();
  }
  const boxes = () => eachKept(before.scrolls, scrollable(), (box, [left, top]) => box.scrollTo(left, top === null ? box.scrollHeight : top));
  boxes();
  if (before.focus) {
    const all = focusable(), place = keysOf(all).indexOf(before.focus[0]);
    if (place >= 0) {
      all[place].focus({ preventScroll: true });
      if (before.focus[1]) all[place].setSelectionRange(...before.focus[1]);
    }
  }
  scrollBack();
  // What comes into view is drawn only then, and may move what is below it.
  const again = () => {
    if (isHandled) return;
    scrollBack();
    boxes();
  };
  requestAnimationFrame(() => requestAnimationFrame(again));
}

// ---- loading again ----

function keep() {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(leftAt()));
  } catch (error) {
    return; // the page begins anew
  }
}
/// The next one is due when it will have been written. One that is not written any more is asked for less and less often: a run
/// that was killed, or has ended, may be resumed.
const patience = isOver ? Math.min(600000, 60000 * 1.5 ** waits) : waits > 0 ? Math.min(Math.max(60000, interval), interval * 1.5 ** (waits - 1)) : 0;
const due = patience > 0 ? loaded + patience : Math.max(loaded + interval / 2, written + interval + Math.min(500, interval / 4));
function look() {
  if (document.visibilityState === "hidden") return;
  showAge();
  if (isPaused || Date.now() < due || isBusy()) return;
  clearInterval(timer);
  location.reload();
}

const pause = document.createElement("button");
pause.type = "button";
const showPause = () => { pause.textContent = isPaused ? "Go on" : "Pause"; };
pause.addEventListener("click", () => {
  isPaused = !isPaused;
  showPause();
  look();
});
showPause();
if (!isOver) find("p", live).append(pause);
if (before) putBack();
showAge();
addEventListener("pagehide", keep);
document.addEventListener("visibilitychange", look);
const timer = setInterval(look, Math.min(1000, interval / 2));
})();
