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
      "aria-label": `Select runs by ${name}`, "aria-orientation": "vertical", "aria-valuemin": 0, "aria-valuemax": 1, "aria-valuenow": low,
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
