// Draws a chart of curves.

const smallBox = { width: 640, height: 280, left: 64, right: 14, top: 10, bottom: 34, letter: 7.4 };

function quantile(sortedValues, part) {
  const place = part * (sortedValues.length - 1), low = Math.floor(place);
  return sortedValues[low] + (place - low) * ((low + 1 < sortedValues.length ? sortedValues[low + 1] : sortedValues[low]) - sortedValues[low]);
}

/// Makes a range wider by the numbers from `begin` to before `end`. `smallest` is the least size of one but 0.
function widen(range, numbers, begin, end) {
  let { low, high, smallest } = range;
  for (let i = begin; i < end; ++i) {
    const number = numbers[i];
    if (number - number !== 0) continue;
    if (number < low) low = number;
    if (number > high) high = number;
    const size = number < 0 ? -number : number;
    if (size < smallest && size > 0) smallest = size;
  }
  Object.assign(range, { low, high, smallest });
}

/// The ranges of both axes: of all points, or of those within the zoom.
function domainOf(lines, isGrouped, zoom) {
  const x = { low: Infinity, high: -Infinity, smallest: Infinity }, y = { ...x };
  const values = [];
  for (const line of lines) {
    widen(x, line.x, 0, line.x.length);
    const begin = zoom ? countBefore(line, zoom[0]) : 0;
    let end = zoom ? countBefore(line, zoom[1]) : line.x.length;
    while (zoom && line.x[end] === zoom[1]) ++end;
    for (const numbers of isGrouped ? [line.low, line.high] : [line.raw]) {
      widen(y, numbers, begin, end);
      if (state.outliers) for (let i = begin; i < end; ++i) if (Number.isFinite(numbers[i])) values.push(numbers[i]);
    }
  }
  if (state.outliers && values.length > 0) {
    const all = Float64Array.from(values).sort();
    y.low = quantile(all, 0.05);
    y.high = quantile(all, 0.95);
  }
  const finite = (size) => Number.isFinite(size) ? size : 1;
  return { x: zoom || widened(x.low, x.high), y: widened(y.low, y.high), smallestX: finite(x.smallest), smallest: finite(y.smallest) };
}

/// A range that is not empty.
function widened(low, high) {
  if (!Number.isFinite(low)) return [0, 1];
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high / 2 - low / 2 > size * 5e-16) return [low, high];
  const room = size > 1e-300 ? size * 0.1 : 1;
  return [Math.max(low - room, -Number.MAX_VALUE), Math.min(high + room, Number.MAX_VALUE)];
}

/// The grid and the texts of both axes. Makes the left margin as wide as the numbers of the y axis.
function axesOf(chart, domain) {
  const { width, height, top, right, bottom, letter } = chart.box;
  const y = chart.scaleY = makeScale(domain.y, domain.smallest, state.log, height - bottom, top + bottom - height);
  const ticks = y.ticks(Math.max(2, Math.round(height / 56))), texts = tickTexts(ticks, state.log);
  const left = chart.box.left = Math.max(64, Math.ceil(14 + letter * longestOf(texts)));
  const grid = draw("g", { class: "grid" });
  let above = Infinity;
  ticks.forEach((tick, i) => {
    const place = y.to(tick);
    if (place < top - 1 || place > height - bottom + 1 || above - place < 13) return;
    above = place;
    grid.append(draw("path", { d: `M${left} ${pixel(place)}H${width - right}` }), draw("text", { x: left - 8, y: pixel(place + 4), "text-anchor": "end" }, texts[i]));
  });
  const x = chart.scaleX = makeScale(domain.x, domain.smallestX, state.logX, left, width - left - right);
  for (const tick of xTicks(x, domain.x, letter)) {
    const isLast = tick.place + tick.width / 2 > width;
    grid.append(draw("text", { x: isLast ? width - 1 : pixel(tick.place), y: height - bottom + 16, "text-anchor": isLast ? "end" : "middle" }, tick.text));
  }
  const label = { step: stepName(chart), time: "time since the first point", clock: "time (UTC)" }[state.x];
  grid.append(draw("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, label));
  return grid;
}

function appendLine(plot, kind, line, px, py) {
  const { line: path, dots } = pathsOf(px, py);
  const classes = `r${line.key % 8} h${line.key % 5}`;
  plot.append(draw("path", { class: `line ${kind}${classes}`, "data-run": kind ? null : line.run, d: path }));
  if (dots && !kind) plot.append(draw("path", { class: `dots ${classes}`, "data-run": line.run, d: dots }));
}

function renderChart(chart) {
  const isGrouped = state.group !== "";
  chart.lines = isGrouped ? groupLines(curvesOf(chart)) : curvesOf(chart);
  const zoom = zoomOf(chart);
  const domain = chart.domain = domainOf(chart.lines, isGrouped, zoom);
  domain.y = state.zoomY.get(chart.name) || domain.y;
  chart.stops = null;
  Object.assign(chart.svg.dataset, { x0: domain.x[0], x1: domain.x[1], y0: domain.y[0], y1: domain.y[1], lines: chart.lines.length });
  const grid = axesOf(chart, domain);
  const { width, height, left, right, top, bottom } = chart.box;
  const plot = draw("g", { "clip-path": `url(#c${chart.index})` });
  for (const line of chart.lines) {
    // What is in view, and a point beyond each end.
    const from = zoom ? Math.max(0, countBefore(line, zoom[0]) - 1) : 0, to = zoom ? countBefore(line, zoom[1]) + 1 : line.x.length;
    const px = chart.scaleX.places(line.x.subarray(from, to));
    const places = (values) => chart.scaleY.places(values.subarray(from, to));
    if (isGrouped) plot.append(draw("path", { class: `band r${line.key % 8}`, d: bandPath(px, places(line.low), places(line.high)) }));
    else if (state.smooth) appendLine(plot, "faint ", line, px, places(line.raw));
    appendLine(plot, "", line, px, places(line.y));
  }
  chart.cursor = draw("path", { class: "cursor", d: "" });
  chart.brush = draw("rect", { class: "zoom", width: 0, height: 0 });
  chart.svg.replaceChildren(draw("defs", null, draw("clipPath", { id: `c${chart.index}` },
    draw("rect", { x: left - 3, y: top - 3, width: width - left - right + 6, height: height - top - bottom + 6 }))), grid, plot, chart.brush, chart.cursor);
  chart.isDrawn = true;
  chart.isStale = false;
  moveCursor(chart, chart.at);
  if (chart.points.open) fillPoints(chart);
}

const chartsAreAsWritten = () => runs.every((_, run) => isVisible(run)) && state.x === "step" &&
  !state.smooth && !state.log && !state.logX && !state.outliers && !state.group && !state.zoom && state.zoomY.size === 0 && state.point !== "best";

function renderCharts() {
  for (const chart of charts) {
    chart.isStale ||= chart.isDrawn || !chartsAreAsWritten();
    if (chart.isStale && chart.isNear) renderChart(chart);
  }
  showPanels();
  showGroups();
  showCurveControls();
}

/// The legend: the runs, or the groups in their place.
function showGroups() {
  const legend = find(".curves .legend");
  if (!legend) return;
  const groupsShown = state.group !== "" && charts.some((chart) => chart.lines.length > 0);
  const old = find(".groups");
  if (old) old.remove();
  legend.hidden = groupsShown;
  if (!groupsShown) return;
  const all = new Map(charts.flatMap((chart) => chart.lines).map((line) => [line.key, line]));
  legend.after(make("ul", { class: "legend groups" }, [...all.values()].map((line) => make("li", null, runKey(line.key), `${line.name} (n=${line.n})`))));
}
