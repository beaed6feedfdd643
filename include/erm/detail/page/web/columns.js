// The columns that a reader chooses: which are shown, which stay at the left, and in which order. For runs in all tables
// at once, for params and metrics in theirs.

/// Pinned keys, and moves: [key, the key before which it goes or null for the end], one after the other.
const emptyArrangement = () => ({ pinned: [], moves: [], hidden: new Set() });
state.runColumns = emptyArrangement();

function arranged(items, keyOf, { pinned, moves }) {
  if (pinned.length + moves.length === 0) return items;
  const order = [...items];
  const placeOf = (key) => order.findIndex((item) => keyOf(item) === key);
  for (const [key, before] of moves) {
    const from = placeOf(key), to = before === null ? order.length : placeOf(before);
    if (from < 0 || to < 0) continue;
    const [item] = order.splice(from, 1);
    order.splice(to > from ? to - 1 : to, 0, item);
  }
  const first = pinned.map(placeOf).filter((place) => place >= 0).map((place) => order[place]);
  return [...first, ...order.filter((item) => !first.includes(item))];
}

function moveColumn(arrangement, key, before) {
  const { pinned, moves } = arrangement;
  const at = pinned.indexOf(key);
  if (at < 0 && !pinned.includes(before)) {
    arrangement.moves = [...moves.filter(([moved]) => moved !== key), [key, before]];
    return;
  }
  if (at >= 0) pinned.splice(at, 1);
  const to = pinned.indexOf(before);
  pinned.splice(to < 0 ? pinned.length : to, 0, key);
}

/// The columns of a table as something to choose from. Runs are hidden as their boxes hide them.
function columnChoice(section) {
  if (layoutOf(section) === "rows")
    return { arrangement: section.arranged, hidden: section.arranged.hidden, nameOf: String,
      keys: arranged(section.rows.map((row) => row.name), String, section.arranged) };
  return { arrangement: state.runColumns, hidden: state.hidden, nameOf: (run) => runs[run].name,
    keys: arranged(orderedRuns(runs.map((_, run) => run)), Number, state.runColumns) };
}

function addressOfColumns() {
  const columns = [["runs", state.runColumns], ...sections.map((section) => [section.index, section.arranged])]
    .filter(([, { pinned, moves, hidden }]) => pinned.length + moves.length + hidden.size > 0);
  return columns.length ? JSON.stringify(columns.map(([whose, { pinned, moves, hidden }]) => [whose, pinned, moves, [...hidden]])) : "";
}

function loadColumns(text) {
  state.runColumns = emptyArrangement();
  for (const section of sections) section.arranged = emptyArrangement();
  const list = (value) => (Array.isArray(value) ? value : []);
  for (const entry of list(parsed(text))) {
    const [whose, pinned, moves, hidden] = list(entry);
    const target = whose === "runs" ? state.runColumns : Number.isInteger(whose) && sections[whose] && sections[whose].arranged;
    if (!target) continue;
    const isKey = (key) => (whose === "runs" ? Number.isInteger(key) && key >= 0 && key < runs.length : typeof key === "string");
    target.pinned = [...new Set(list(pinned).filter(isKey))];
    target.moves = list(moves).filter((move) => Array.isArray(move) && isKey(move[0]) && (move[1] === null || isKey(move[1])));
    target.hidden = new Set(whose === "runs" ? [] : list(hidden).filter(isKey));
  }
}

/// A button in the corner of a table.
const columnsButton = (section) => make("button", { type: "button", class: "choose", "aria-label": `Choose the columns of ${section.title}`,
  title: "Choose the columns", onclick: () => showColumns(section) });

const mostListed = 200;
function showColumns(section) {
  const search = make("input", { type: "search", placeholder: "Search", "aria-label": "Search columns", oninput: () => list() });
  const items = make("ul", { class: "choices" }), note = make("p", { class: "none" });
  const apply = (focus) => {
    render();
    list();
    const again = findAll("button, input", items).find((control) => control.getAttribute("aria-label") === focus);
    if (again) (again.disabled ? again.parentNode.firstChild.firstChild : again).focus();
  };
  function list() {
    const { arrangement, hidden, nameOf, keys } = columnChoice(section);
    const found = keys.filter((key) => nameOf(key).toLowerCase().includes(search.value.toLowerCase()));
    note.textContent = found.length > mostListed ? `The first ${mostListed} of ${found.length}: search for others.` : "";
    items.replaceChildren(...found.slice(0, mostListed).map((key) => {
      const name = nameOf(key), place = keys.indexOf(key), isPinned = arrangement.pinned.includes(key);
      const shown = make("input", { type: "checkbox", "aria-label": `Show ${name}`, onchange: () => {
        if (!hidden.delete(key)) hidden.add(key);
        apply(`Show ${name}`);
      } });
      shown.checked = !hidden.has(key);
      const act = (sign, does, attributes, work) => button(sign, { "aria-label": `${does} ${name}`, title: does, ...attributes }, () => { work(); apply(`${does} ${name}`); });
      return make("li", null, make("label", null, shown, make("span", null, name)),
        act("Pin", "Pin", { "aria-pressed": String(isPinned) }, () => {
          arrangement.pinned = isPinned ? arrangement.pinned.filter((other) => other !== key) : [...arrangement.pinned, key];
        }),
        act("↑", "Move up", { disabled: place === 0 }, () => moveColumn(arrangement, key, keys[place - 1])),
        act("↓", "Move down", { disabled: place === keys.length - 1 }, () => {
          const next = place + 2 < keys.length ? keys[place + 2] : null;
          // The last one that is pinned goes on behind the one after it.
          moveColumn(arrangement, key, isPinned && !arrangement.pinned.includes(next) ? null : next);
        }));
    }));
  }
  list();
  showDialog(`Columns of ${section.title}`, search, note, items, button("As they were", {}, () => {
    if (layoutOf(section) === "rows") section.arranged = emptyArrangement();
    else { state.runColumns = emptyArrangement(); state.hidden.clear(); }
    apply();
  }));
}

/// Keeps the first columns at the left of a box, as far as they leave room for others.
function pinCells(line, lefts) {
  lefts.forEach((left, i) => { line.cells[i + 1].classList.add("pin"); line.cells[i + 1].style.left = `${left}px`; });
}
function pinLefts(first, widths, room) {
  const lefts = [];
  let left = first;
  for (const width of widths) {
    if (left + width > room * 0.7) break;
    lefts.push(left);
    left += width;
  }
  return lefts;
}
function pinColumns({ table, scroll }, plan) {
  const [first, ...widths] = [...table.tHead.rows[0].cells].map((head) => head.offsetWidth);
  const lefts = pinLefts(first, widths.slice(0, plan.pinned), scroll.clientWidth);
  for (const line of table.rows) pinCells(line, lefts);
}

/// The head of a column is dragged to another place. Fingers scroll; for them there is the list.
function listenToColumns() {
  let from = null, to = null;
  const headAt = (element) => {
    const head = element && element.closest("main > .part > details > .scroll > table > thead th");
    return head && head.column !== undefined ? head : null;
  };
  const end = () => {
    for (const mark of findAll(".drop, .drop-behind")) mark.classList.remove("drop", "drop-behind");
    document.body.classList.remove("dragging");
    from = to = null;
  };
  document.addEventListener("pointerdown", (event) => {
    const head = event.button === 0 && event.pointerType !== "touch" && !event.target.matches("input") ? headAt(event.target) : null;
    from = head && { head, x: event.clientX };
  });
  document.addEventListener("pointermove", (event) => {
    if (!from || (!to && Math.abs(event.clientX - from.x) < 8)) return;
    document.body.classList.add("dragging");
    for (const mark of findAll(".drop, .drop-behind")) mark.classList.remove("drop", "drop-behind");
    const head = headAt(document.elementFromPoint(event.clientX, event.clientY));
    to = { head: from.head };
    if (!head || head.closest("table") !== from.head.closest("table")) return;
    const box = head.getBoundingClientRect();
    to = { head, isBehind: event.clientX > box.left + box.width / 2 };
    head.classList.add(to.isBehind ? "drop-behind" : "drop");
  });
  document.addEventListener("pointerup", () => {
    if (!to) return end();
    const heads = [...to.head.parentNode.cells];
    const next = heads[heads.indexOf(to.head) + 1];
    const key = from.head.column, before = !to.isBehind ? to.head.column : next && next.column !== undefined ? next.column : null;
    const section = sections.find((one) => one.table.contains(from.head));
    const moves = to.head !== from.head && before !== key;
    // The button in the head is not pressed by that: its click, if one comes, comes at once.
    const stop = (event) => event.stopPropagation();
    addEventListener("click", stop, { capture: true });
    setTimeout(() => removeEventListener("click", stop, { capture: true }));
    end();
    if (!moves) return;
    moveColumn(columnChoice(section).arrangement, key, before);
    render();
  });
  document.addEventListener("pointercancel", end);
}
