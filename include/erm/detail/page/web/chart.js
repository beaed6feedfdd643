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
        if (value !== 0) smallest = Math.min(smallest, Math.abs(value));
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
