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
