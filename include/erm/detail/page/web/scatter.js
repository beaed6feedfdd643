// The scatter of two values of the runs.

const scatter = { left: 70, right: 30, top: 14, bottom: 50, height: 320, width: 640 };
const scatterX = (place) => scatter.left + place * (scatter.width - scatter.left - scatter.right);
const scatterY = (place) => scatter.top + (1 - place) * (scatter.height - scatter.top - scatter.bottom);

function listenToScatter() {
  const svg = plots.scatter;
  let from = null;
  const placeAt = (event) => {
    const frame = svg.getBoundingClientRect(), scale = scatter.width / frame.width;
    return [((event.clientX - frame.left) * scale - scatterX(0)) / (scatterX(1) - scatterX(0)), ((event.clientY - frame.top) * scale - scatterY(0)) / (scatterY(1) - scatterY(0))]
      .map((place) => Math.min(1, Math.max(0, place)));
  };
  const span = (to, i) => [Math.min(from[i], to[i]), Math.max(from[i], to[i])];
  svg.addEventListener("pointerdown", (event) => { from = placeAt(event); svg.setPointerCapture(event.pointerId); });
  svg.addEventListener("pointermove", (event) => { if (from) markScatter(span(placeAt(event), 0), span(placeAt(event), 1)); });
  svg.addEventListener("pointerup", (event) => {
    if (!from) return;
    const x = span(placeAt(event), 0), y = span(placeAt(event), 1), [xKey, yKey] = scatterKeys();
    from = null;
    if (x[1] - x[0] < 0.01 && y[1] - y[0] < 0.01) renderPlots();
    else if (xKey === yKey) select([xKey, ...x]);
    else select([xKey, ...x], [yKey, ...y]);
  });
}

function markScatter([x0, x1], [y0, y1]) {
  fill(plots.mark, { x: scatterX(x0), y: scatterY(y1), width: scatterX(x1) - scatterX(x0), height: scatterY(y0) - scatterY(y1) }, []);
}

/// The ticks whose texts do not overlap the one before.
function ticksApart(ticks, room) {
  let end = -Infinity;
  return ticks.map(([place, text]) => [place, fitted(text, room)]).filter(([place, text]) => {
    const half = widthOf(text) / 2 + 4, isApart = scatterX(place) - half >= end;
    if (isApart) end = scatterX(place) + half;
    return isApart;
  });
}

function renderScatter(xAxis, yAxis) {
  scatter.width = Math.min(640, plots.scatter.parentElement.clientWidth - 32 || 640);
  const { width, height } = scatter, middle = (scatterX(0) + scatterX(1)) / 2;
  fill(plots.scatter, { viewBox: `0 0 ${width} ${height}` }, []);
  const grid = draw("g", { class: "grid" }, ticksApart(xAxis.ticks, 100).map(([place, text]) => draw("text", { x: scatterX(place), y: 290, "text-anchor": "middle" }, text)),
    yAxis.ticks.flatMap(([place, text]) => [draw("path", { d: `M${scatterX(0)} ${scatterY(place)}H${scatterX(1)}` }), draw("text", { x: scatterX(0) - 8, y: scatterY(place) + 4, "text-anchor": "end" }, fitted(text, 48))]),
    draw("text", { x: middle, y: 312, "text-anchor": "middle" }, draw("title", null, xAxis.label), fitted(xAxis.title || xAxis.label, width - 80)),
    draw("text", { transform: "rotate(-90)", x: -142, y: 12, "text-anchor": "middle" }, draw("title", null, yAxis.label), fitted(yAxis.title || yAxis.label, 250)));
  const drawn = drawnRuns(), dots = drawn.filter((run) => Number.isFinite(xAxis.place(run)) && Number.isFinite(yAxis.place(run)))
    .map((run) => colored(draw("circle", { class: `dot ${classOf(run)}`, "data-run": run, cx: scatterX(xAxis.place(run)).toFixed(1), cy: scatterY(yAxis.place(run)).toFixed(1), r: drawn.length > 300 ? 3.5 : 5 },
      draw("title", null, `${runs[run].name}: ${xAxis.label} ${xAxis.text(run)}, ${yAxis.label} ${yAxis.text(run)}`)), colorPlace(run)));
  plots.mark = draw("rect", { class: "zoom", width: 0, height: 0 });
  if (state.brush.has(xAxis.key) || state.brush.has(yAxis.key)) markScatter(state.brush.get(xAxis.key) || [0, 1], state.brush.get(yAxis.key) || [0, 1]);
  plots.scatter.replaceChildren(grid, plots.mark, ...dots);
  plots.scatter.setAttribute("aria-label", `${yAxis.label} against ${xAxis.label}, ${dots.length} runs`);
  plots.left.textContent = dots.length < drawn.length ? `${drawn.length - dots.length} of ${drawn.length} runs have no value here, and no point` : "";
}
