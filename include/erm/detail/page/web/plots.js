// Many runs: which axes their plots have, and what colours them.

/// What is seen first: the params that vary and the main metrics. The first of these with a goal is the objective, which
/// is always there.
function chooseUsualAxes(varying) {
  const keyOf = (row) => (pointWords(row.point) ? `${row.label}.${row.point}` : row.point || !axisChoices.has(`params.${row.name}`) ? row.name : `params.${row.name}`);
  // The last value of the objective stands beside its best one in the table; one axis of both is enough.
  const metrics = varying.filter((row) => row.point && row.point !== "last"), objective = metrics.find((row) => row.goal);
  const params = varying.filter((row) => !row.point).sort((a, b) => (a.name < b.name ? -1 : 1));
  const keys = [...params, ...metrics.reverse()].map(keyOf).filter((key) => axisChoices.has(key));
  plots.objective = objective && axisChoices.has(keyOf(objective)) ? keyOf(objective) : "";
  plots.usual = keys.length > 12 ? [...keys.filter((key) => key !== plots.objective).slice(0, 11), plots.objective || keys[11]] : keys;
  plots.usualColor = plots.objective;
}

const axisKeys = () => state.axes || plots.usual;
/// The keys of the scatter: what spans orders of magnitude against the objective.
const scatterKeys = () => state.scatter || [plots.usual.find((key) => axisNamed(key).scale && axisNamed(key).scale.isLog && key !== plots.objective) || plots.usual[0], plots.objective || plots.usual[plots.usual.length - 1]];

function choose(changes) {
  Object.assign(state, changes);
  renderPlots();
  saveState();
}

function setAxes(keys) {
  if (plots.objective && !keys.includes(plots.objective)) keys.push(plots.objective);
  choose({ axes: keys.join("\n") === plots.usual.join("\n") ? null : keys });
}

function moveAxis(key, to) {
  const keys = axisKeys().filter((one) => one !== key), place = Math.max(0, Math.min(keys.length, to));
  keys.splice(place, 0, key);
  setAxes(keys);
  say(`${axisNamed(key).label} is axis ${place + 1} of ${keys.length}`);
  findAll(".title", plots.parallel)[place].focus();
}

function removeAxis(key) {
  if (key === plots.objective || axisKeys().length < 2) return say("This axis stays");
  setAxes(axisKeys().filter((one) => one !== key));
  say(`${axisNamed(key).label} removed`);
  return plots.add.focus();
}

/// A select of everything that can be an axis, in groups.
function axisSelect(first, onchange) {
  const of = (kind, isPoint) => [...axisChoices.values()].filter((choice) => choice.kind === kind && Boolean(choice.point) === isPoint).map(({ key, label }) => option(key, label));
  const group = (label, options) => (options.length ? make("optgroup", { label }, options) : null);
  return make("select", { onchange }, first, group("Params", of("params", false)), group("Metrics", of("metrics", false)), group("Last, least and greatest", of("metrics", true)));
}

function addPlots() {
  if (runs.length <= 10) return;
  const varying = sections.find(isOverview).rows.filter((row) => new Set(row.cells.map((cell) => cell.text)).size > 1);
  if (varying.length < 2) return;
  findAxisChoices();
  chooseUsualAxes(varying);
  const setScatter = () => choose({ scatter: [plots.x.value, plots.y.value] });
  plots.x = axisSelect(null, setScatter);
  plots.y = axisSelect(null, setScatter);
  plots.color = axisSelect(option("", "run"), () => choose({ color: plots.color.value }));
  plots.add = axisSelect(option("", "…"), () => { if (plots.add.value && !axisKeys().includes(plots.add.value)) setAxes([...axisKeys(), plots.add.value]); plots.add.value = ""; });
  plots.chips = make("ul", { class: "chips", "aria-label": "Axes" });
  plots.bar = make("div", { class: "bar" });
  plots.left = make("p", { class: "note" });
  plots.parallel = draw("svg", { role: "group", "aria-label": "Parallel coordinates: one line a run" });
  plots.scatter = draw("svg", { class: "brushed", role: "img" });
  plots.reset = button("Clear the selection", { hidden: true }, () => { state.brush.clear(); render(); });
  const part = make("section", { class: "part plots", "aria-labelledby": "tp" }, make("details", { open: true },
    make("summary", null, make("h2", { id: "tp" }, "Many runs"), make("span", { class: "note" }, "drag along an axis, or over points, to select runs, in the tables too")),
    make("div", { class: "controls" }, labelled("Scatter", plots.x), labelled("against", plots.y), labelled("Colour by", plots.color), plots.bar, plots.reset),
    make("details", { class: "left" }, make("summary", null, "Choose axes"), make("div", { class: "controls" }, plots.chips, labelled("Add an axis", plots.add),
      plots.usualAxes = button("Usual axes", {}, () => choose({ axes: null })))),
    make("div", { class: "scroll plain", tabindex: 0, role: "region", "aria-label": "Parallel coordinates" }, plots.parallel),
    make("div", { class: "scatter" }, plots.scatter, plots.left)));
  find(".part.overview").after(part);
  listenToScatter();
  let width = part.clientWidth;
  new ResizeObserver(() => { if (Math.abs(part.clientWidth - width) > 1) { width = part.clientWidth; renderPlots(); } }).observe(part);
}

/// Leaves the runs that are within all of these parts of axes, each from 0 to 1.
function select(...brushes) {
  for (const [key, from, to] of brushes) {
    const low = from < 0.02 ? 0 : from, high = to > 0.98 ? 1 : to;
    if (high - low < 0.01 || (low === 0 && high === 1)) state.brush.delete(key);
    else state.brush.set(key, [Number(low.toFixed(4)), Number(high.toFixed(4))]);
  }
  render();
  say(`${visibleRuns().length} runs selected`);
}

const colorPlace = (run) => (plots.scale ? colourOf(plots.scale, axisNamed(state.color).numbers[run]) : null);
const classOf = (run) => (plots.scale ? "r6" : `r${run % 8} h${run % 5}`) + (inBrush(run) ? "" : " faint");

/// The runs that are not hidden, the better ones last, above the others, where colours stand for a value.
function drawnRuns() {
  const drawn = runs.map((_, run) => run).filter((run) => !state.hidden.has(run) && passesFilter(run));
  if (!plots.scale) return drawn;
  const { numbers, goal } = axisNamed(state.color), sign = goal === "min" ? -1 : 1;
  const rank = (run) => (Number.isNaN(numbers[run]) ? -Infinity : sign * numbers[run]);
  return drawn.sort((a, b) => (rank(a) === rank(b) ? a - b : rank(a) - rank(b)));
}

function renderPlots() {
  if (!plots.parallel) return;
  const shown = axisKeys().map(axisNamed), [xKey, yKey] = scatterKeys();
  const colors = state.color && axisNamed(state.color);
  plots.scale = colors ? colors.scale || null : null;
  plots.color.value = state.color;
  plots.x.value = xKey;
  plots.y.value = yKey;
  plots.bar.replaceChildren(...(plots.scale ? colourBar(colors) : []));
  plots.chips.replaceChildren(...shown.map(({ key, label }) => make("li", null, label, key === plots.objective ? null : button("×", { "aria-label": `Remove ${label}` }, () => removeAxis(key)))));
  plots.usualAxes.hidden = !state.axes;
  plots.reset.hidden = state.brush.size === 0;
  plots.parallel.classList.toggle("dense", runs.length > 300);
  renderParallel(shown);
  renderScatter(axisNamed(xKey), axisNamed(yKey));
}
