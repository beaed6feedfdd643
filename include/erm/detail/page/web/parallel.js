// Parallel coordinates: a line for each run, an axis for each value that was chosen.

const parallel = { left: 90, right: 90, bottom: 20, height: 320, gap: 92 };

/// The places of the axes, and their titles in one row, or in two where they do not fit one.
function layoutAxes(shown) {
  const { left, right, gap } = parallel, count = Math.max(1, shown.length - 1);
  const width = Math.max(plots.parallel.parentElement.clientWidth || 1200, left + right + count * gap);
  const step = (width - left - right) / count, isOneRow = shown.every((axis) => widthOf(axis.title || axis.label, 600) <= step - 10);
  return { width, step, isOneRow, top: isOneRow ? 34 : 50, room: Math.min(170, isOneRow ? step - 10 : 2 * step - 10), x: (i) => left + i * step };
}

function lineOfRun(run, shown, xAt, yAt) {
  let path = "", pen = false;
  shown.forEach((axis, i) => {
    const place = axis.place(run), isThere = Number.isFinite(place);
    if (isThere) path += `${pen ? "L" : "M"}${xAt(i).toFixed(1)} ${yAt(place).toFixed(1)}`;
    pen = isThere;
  });
  return colored(draw("path", { class: `line ${classOf(run)}`, "data-run": run, d: path }, draw("title", null, runs[run].name)), colorPlace(run));
}

/// A title, which is dragged, or moved by the arrow keys, to another place.
function axisTitle(axis, i, shown, layout) {
  const full = axis.title || axis.label, short = fitted(full, layout.room, 600), x = layout.x(i), y = layout.isOneRow || i % 2 ? layout.top - 18 : layout.top - 34;
  const half = widthOf(full, 600) / 2, inside = Math.max(half + 2, Math.min(layout.width - half - 2, x));
  const title = draw("g", { class: "title", tabindex: 0, role: "slider", "aria-label": full, "aria-valuemin": 1, "aria-valuemax": shown.length, "aria-valuenow": i + 1,
    "aria-valuetext": `axis ${i + 1} of ${shown.length}`, "aria-description": "The arrow keys move it, Delete removes it" },
    draw("title", null, `${full}: drag to move`), draw("text", { x, y, "text-anchor": "middle", class: "name" }, short), short === full ? null : draw("text", { x: inside, y, "text-anchor": "middle", class: "full" }, full));
  let from = null;
  const scale = () => layout.width / plots.parallel.getBoundingClientRect().width;
  title.addEventListener("pointerdown", (event) => { from = event.clientX; title.setPointerCapture(event.pointerId); });
  title.addEventListener("pointermove", (event) => { if (from !== null) title.setAttribute("transform", `translate(${(event.clientX - from) * scale()} 0)`); });
  title.addEventListener("pointerup", (event) => {
    const moved = from === null ? 0 : Math.round(((event.clientX - from) * scale()) / layout.step);
    from = null;
    title.removeAttribute("transform");
    if (moved) moveAxis(axis.key, i + moved);
  });
  title.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !(step || event.key === "Delete")) return;
    event.preventDefault();
    if (step) moveAxis(axis.key, i + step);
    else removeAxis(axis.key);
  });
  return title;
}

/// Where runs are selected along an axis.
function axisZone(axis, i, x, top, yOf) {
  const { height, bottom } = parallel, [low, high] = state.brush.get(axis.key) || [0, 1];
  const zone = draw("rect", { class: "zone", x: x - 14, y: top, width: 28, height: height - top - bottom, tabindex: 0, role: "slider",
    "aria-label": `Select runs by ${axis.label}`, "aria-orientation": "vertical", "aria-valuemin": 0, "aria-valuemax": 1, "aria-valuenow": low,
    "aria-valuetext": `${axis.range(low, high)}, ${visibleRuns().length} runs` });
  const mark = draw("rect", { class: "zoom", x: x - 8, width: 16 });
  const show = (from, to) => fill(mark, { y: yOf(to), height: yOf(from) - yOf(to) }, []);
  if (state.brush.has(axis.key)) show(low, high);
  const placeAt = (event) => {
    const frame = plots.parallel.getBoundingClientRect(), y = ((event.clientY - frame.top) / frame.height) * height;
    return Math.min(1, Math.max(0, 1 - (y - top) / (height - top - bottom)));
  };
  let from = null;
  zone.addEventListener("pointerdown", (event) => { from = placeAt(event); zone.setPointerCapture(event.pointerId); });
  zone.addEventListener("pointermove", (event) => { if (from !== null) show(Math.min(from, placeAt(event)), Math.max(from, placeAt(event))); });
  zone.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const to = placeAt(event);
    select([axis.key, Math.min(from, to), Math.max(from, to)]);
  });
  zone.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 0.05, ArrowDown: -0.05 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const moved = event.shiftKey ? [low, Math.min(1, high + step)] : [Math.max(0, low + step), high];
    if (moved[1] - moved[0] > 0.01) select([axis.key, ...moved]);
    findAll(".zone", plots.parallel)[i].focus();
  });
  return [mark, zone];
}

function renderParallel(shown) {
  const layout = layoutAxes(shown), { top, width } = layout, { height, bottom } = parallel;
  const yOf = (place) => top + (1 - place) * (height - top - bottom);
  fill(plots.parallel, { viewBox: `0 0 ${width} ${height}`, width, height }, []);
  const scales = draw("g", { class: "grid" }), titles = draw("g", { class: "grid titles" });
  shown.forEach((axis, i) => {
    const x = layout.x(i);
    const shades = plots.scale && axis.key === state.color ? Array.from({ length: 20 }, (_, k) => k / 20) : [];
    scales.append(draw("path", { class: "axis", d: `M${x} ${top}V${height - bottom}` }),
      ...shades.map((k) => colored(draw("rect", { class: "shade", x: x - 4, y: yOf(k + 0.05), width: 8, height: (height - top - bottom) / 20 }), colourOf(plots.scale, axis.scale.at(k + 0.025)))),
      ...axis.ticks.map(([place, text]) => draw("text", { x: x - 6, y: yOf(place) + 4, "text-anchor": "end" }, fitted(text, Math.min(84, layout.step - 16)))),
      ...axisZone(axis, i, x, top, yOf));
    titles.append(axisTitle(axis, i, shown, layout));
  });
  plots.parallel.replaceChildren(draw("g", null, drawnRuns().map((run) => lineOfRun(run, shown, layout.x, yOf))), scales, titles);
}
