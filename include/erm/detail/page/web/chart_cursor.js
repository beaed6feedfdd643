// The cursor and the zoom of charts.

/// What a chart has at x: {line, text}, the values as they were logged, or with as many digits as tell them apart where
/// they were calculated. A value between two points has a sign that says so.
function readingsAt(chart, x) {
  const found = chart.lines.map((line) => ({ line, i: countBefore(line, x), value: valueAt(line, x) }))
    .filter(({ line, i, value }) => line.x[i] === x || !Number.isNaN(value));
  const isLogged = !state.smooth && !state.group;
  const texts = isLogged ? found.map(({ value }) => exactText(value)) : distinctTexts(found.map(({ value }) => value));
  return found.map(({ line, i, value }, k) => {
    let text = texts[k];
    if (line.n !== undefined) {
      text += state.band === "sd" ? ` ± ${format((line.high[i] - line.low[i]) / 2)}` : ` (${format(line.low[i])} to ${format(line.high[i])})`;
      text += `, n=${line.counts[i]}`;
    } else if (line.x[i] !== x) {
      text = "≈ " + format(value);
    }
    return { line, text, value };
  });
}

/// Moves the cursor to x, or away. Of more runs than the readout has place for, those come first that are nearest to the
/// pointer's y.
function moveCursor(chart, x, y) {
  chart.at = x;
  if (!chart.isNear) return;
  if (!chart.isDrawn) {
    if (x !== undefined && x !== null) renderChart(chart);
    return;
  }
  const isShown = x !== undefined && x !== null && x >= chart.domain.x[0] && x <= chart.domain.x[1];
  chart.cursor.setAttribute("d", isShown ? `M${pixel(chart.scaleX.to(x))} ${chart.box.top}V${chart.box.height - chart.box.bottom}` : "");
  if (!isShown) return chart.readout.replaceChildren();
  const readings = readingsAt(chart, x);
  const distance = ({ value }) => Math.abs(chart.scaleY.to(value) - y);
  if (y !== undefined && readings.length > 8) readings.sort((a, b) => distance(a) - distance(b));
  chart.readout.replaceChildren(make("b", null, `${state.x === "step" ? `${stepName(chart)} ` : ""}${xText(x)}`),
    ...readings.map(({ line, text }) => make("span", { "data-run": line.run }, runKey(line.key), `${line.name}: ${text}`)));
}
/// Moves the cursor of every chart that has the x axis of `from`.
const moveCursors = (x, from, y) => charts.forEach((chart) => moveCursor(chart, haveOneAxis(chart, from) ? x : null, chart === from ? y : undefined));

/// Every x at which a line has a point, for the cursor to stop at.
function stopsOf(chart) {
  if (!chart.stops) {
    const all = new Float64Array(chart.lines.reduce((sum, line) => sum + line.x.length, 0));
    let count = 0;
    for (const line of chart.lines) { all.set(line.x, count); count += line.x.length; }
    all.sort();
    chart.stops = all.filter((x, i) => x !== all[i - 1] && x >= chart.domain.x[0] && x <= chart.domain.x[1]);
  }
  return chart.stops;
}
function nearest(stops, x) {
  const after = Math.min(stops.length - 1, countBefore({ x: stops }, x));
  return after > 0 && x - stops[after - 1] <= stops[after] - x ? after - 1 : after;
}

function setZoom(zoom, chart) {
  state.zoom = zoom;
  state.zoomAxis = chart ? stepName(chart) : "step";
  renderCharts();
  saveState();
  say(zoom ? `Zoomed to ${xText(zoom[0])} to ${xText(zoom[1])}` : "Zoomed out");
}
/// The range of one chart's y axis; null: that of its points.
function setZoomY(chart, zoom) {
  if (zoom && zoom[0] < zoom[1]) state.zoomY.set(chart.name, zoom);
  else state.zoomY.delete(chart.name);
  renderCharts();
  saveState();
}
function zoomOut() {
  state.zoomY.clear();
  setZoom(null);
}

function listenToChart(chart) {
  const svg = chart.svg;
  const placeOf = (event) => {
    const { width, height, left, right, top, bottom } = chart.box, frame = svg.getBoundingClientRect();
    const within = (place, low, high) => Math.min(high, Math.max(low, place));
    return { x: within(((event.clientX - frame.left) / frame.width) * width, left, width - right),
      y: within(((event.clientY - frame.top) / frame.height) * height, top, height - bottom) };
  };
  let from = null;  // where a drag began; with Shift it chooses from the y axis
  const spanOf = (to) => {
    const name = from.isY ? "y" : "x";
    return [Math.min(from[name], to[name]), Math.max(from[name], to[name])];
  };
  svg.addEventListener("pointermove", (event) => {
    if (!chart.isDrawn) renderChart(chart);
    const place = placeOf(event), stops = stopsOf(chart);
    if (stops.length > 0) moveCursors(stops[nearest(stops, chart.scaleX.back(place.x))], chart, place.y);
    if (!from) return;
    const [low, high] = spanOf(place), { width, height, left, right, top, bottom } = chart.box;
    fill(chart.brush, from.isY ? { x: left, y: low, width: width - left - right, height: high - low } : { x: low, y: top, width: high - low, height: height - top - bottom }, []);
  });
  svg.addEventListener("pointerleave", () => { if (document.activeElement !== svg) moveCursors(null, chart); });
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!chart.isDrawn) renderChart(chart);
    from = { ...placeOf(event), isY: event.shiftKey };
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointerup", (event) => {
    if (!from) return;
    const [low, high] = spanOf(placeOf(event)), { isY } = from;
    from = null;
    fill(chart.brush, { width: 0, height: 0 }, []);
    if (high - low < 6) return;
    if (isY) setZoomY(chart, [chart.scaleY.back(high), chart.scaleY.back(low)]);
    else setZoom([chart.scaleX.back(low), chart.scaleX.back(high)], chart);
  });
  svg.addEventListener("dblclick", zoomOut);
  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!chart.isDrawn) renderChart(chart);
    const stops = stopsOf(chart);
    if (stops.length === 0) return;
    const [x0, x1] = chart.domain.x;
    const here = Number.isFinite(chart.at) ? chart.at : x0;
    const place = Number.isFinite(chart.at) ? nearest(stops, here) : -1;
    const jump = event.shiftKey ? Math.max(1, Math.round(stops.length / 20)) : 1;
    const move = (to) => moveCursors(stops[Math.min(stops.length - 1, Math.max(0, to))], chart);
    const actions = {
      ArrowRight: () => move(place + jump),
      ArrowLeft: () => move(place < 0 ? stops.length - 1 : place - jump),
      Home: () => move(0),
      End: () => move(stops.length - 1),
      "+": () => setZoom([Math.max(x0, here - (x1 - x0) / 4), Math.min(x1, here + (x1 - x0) / 4)], chart),
      "-": zoomOut,
      Enter: () => enlargeChart(chart),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });
  svg.addEventListener("blur", () => moveCursors(null, chart));
}
