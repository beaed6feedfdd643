// The filter field: words that rows must have, or an expression that runs must fulfil.

let chosen = { text: "" };

/// What the field holds: {} for words, or for an expression {accepted: of each run, fault, unknown: names that no run has}.
function currentFilter() {
  if (chosen.text === state.filter) return chosen;
  const text = state.filter, filter = readFilter(text);
  const isUnknown = (field) => field.name !== undefined && runs.every((_, run) => fieldValue(field, run) === null);
  // Text that can be both is words: "status", "best in class", "x contains y" without an x.
  const isExpression = runs.length > 1 && (filter.isMeant || /^[\s(]*(not\s+)*[\w./@:%+#`-]+\s*([=<>]|!=)/i.test(text) ||
    (filter.hasTest && !filter.fields.some(isUnknown)));
  chosen = { text };
  if (!isExpression) return chosen;
  chosen.fault = filter.fault && filter.fault.message;
  chosen.accepted = runs.map((_, run) => filter.accepts(factsOf(run)));
  chosen.unknown = filter.fault ? [] : filter.fields.filter(isUnknown).map((field) => field.shown);
  return chosen;
}
const passesFilter = (run) => !currentFilter().accepted || chosen.accepted[run];
/// The words that a row must have; none while the field holds an expression.
const rowWords = () => (currentFilter().accepted ? "" : state.filter);

const filterField = { active: -1, options: [], from: 0 };

function addFilterField() {
  const f = filterField;
  f.input = make("input", { type: "search", role: "combobox", "aria-autocomplete": "list", "aria-controls": "names", "aria-expanded": "false", autocomplete: "off",
    spellcheck: "false", placeholder: "Filter: adam, or val/loss < 0.4", "aria-label": "Filter rows by words, or runs by an expression", "aria-describedby": "fault",
    oninput: () => { takeFilter(); showCompletions(false); }, onkeydown: chooseCompletion, onblur: closeCompletions });
  f.list = make("ul", { role: "listbox", id: "names", "aria-label": "Names and values", hidden: true });
  f.count = make("span", { class: "count" });
  f.fault = make("div", { class: "fault", id: "fault", hidden: true }, make("p"), make("pre", { tabindex: 0 }));
  return make("div", { class: "combo" }, f.input, f.list, f.count);
}

function takeFilter() {
  state.filter = filterField.input.value;
  render();
  say(currentFilter().accepted ? chosen.fault || filterField.count.textContent :
    `${sections.reduce((sum, section) => sum + (isOverview(section) ? 0 : section.shown.rows.length), 0)} rows shown`);
}

function showFilter() {
  const f = filterField, { fault, unknown = [] } = currentFilter(), shown = visibleRuns().length;
  if (f.input.value !== state.filter) f.input.value = state.filter;
  f.count.textContent = (shown < runs.length || (chosen.accepted && !fault) ? `${shown} of ${runs.length} runs` : "") + (unknown.length ? `; no run has ${[...new Set(unknown)].join(", ")}` : "");
  const [said, ...where] = (fault || "").split("\n");
  f.fault.firstChild.textContent = said;
  f.fault.lastChild.textContent = where.join("\n");
  f.input.setAttribute("aria-invalid", String(Boolean(fault)));
  showFault();
}

/// The list of names would lie over the fault, and a text that is being typed is never whole.
const showFault = () => { filterField.fault.hidden = !filterField.fault.firstChild.textContent || !filterField.list.hidden; };

// ---- completion ----

function closeCompletions() {
  filterField.active = -1;
  filterField.list.hidden = true;
  filterField.input.setAttribute("aria-expanded", "false");
  filterField.input.removeAttribute("aria-activedescendant");
  showFault();
}

/// `isAsked`: even where nothing is typed yet.
function showCompletions(isAsked) {
  const f = filterField;
  closeCompletions();
  Object.assign(f, completionsOf(f.input.value.slice(0, f.input.selectionStart), isAsked));
  if (f.options.length === 0 || runs.length < 2) return;
  f.list.replaceChildren(...f.options.map((option, i) => make("li", { role: "option", id: `name${i}`, "aria-selected": "false",
    onpointerdown: (event) => { event.preventDefault(); complete(i); } }, option)));
  f.list.hidden = false;
  f.input.setAttribute("aria-expanded", "true");
  showFault();
}

function complete(i) {
  const f = filterField, rest = f.input.value.slice(f.input.selectionStart), text = f.input.value.slice(0, f.from) + f.options[i] + " ";
  f.input.value = text + rest.trimStart();
  f.input.setSelectionRange(text.length, text.length);
  closeCompletions();
  takeFilter();
}

function chooseCompletion(event) {
  const f = filterField, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (step) {
    event.preventDefault();
    if (f.list.hidden) return showCompletions(true);
    const { children } = f.list;
    if (f.active >= 0) children[f.active].setAttribute("aria-selected", "false");
    f.active = (f.active + step + (f.active < 0 && step < 0 ? 1 : 0) + children.length) % children.length;
    children[f.active].setAttribute("aria-selected", "true");
    children[f.active].scrollIntoView({ block: "nearest" });
    f.input.setAttribute("aria-activedescendant", `name${f.active}`);
  } else if (!f.list.hidden && event.key === "Escape") {
    event.stopPropagation();
    event.preventDefault();
    closeCompletions();
  } else if (f.active >= 0 && (event.key === "Enter" || event.key === "Tab")) {
    event.preventDefault();
    complete(f.active);
  }
  return undefined;
}
