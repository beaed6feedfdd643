// Reads a drawn figure as what a person sees in it: the texts and places of ticks, points, bars, shapes and labels. From
// the static SVG of the page (ours) and from the page of plotly.js 4.1.2 (theirs). Places are parts of their pair of axes:
// 0, 0 is the lower left corner of the plot, 1, 1 the upper right. Both functions run in the browser.

export function ours(svg) {
  /// The strokes of a path: lists of points, without curves.
  const strokes = (path) => {
    const out = [];
    let x = 0, y = 0, stroke = null;
    for (const [, command, rest] of path.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
      const numbers = (rest.match(/-?[\d.]+(e-?\d+)?/g) || []).map(Number);
      const from = command === command.toLowerCase() ? [x, y] : [0, 0];
      const step = { m: 2, l: 2, t: 2, h: 1, v: 1, c: 6, q: 4, s: 4, a: 7, z: 0 }[command.toLowerCase()];
      for (let i = 0; i < Math.max(numbers.length, 1); i += step || 1) {
        if (/z/i.test(command)) { [x, y] = stroke[0]; continue; }
        if (/h/i.test(command)) x = from[0] + numbers[i];
        else if (/v/i.test(command)) y = from[1] + numbers[i];
        else [x, y] = [from[0] + numbers[i + step - 2], from[1] + numbers[i + step - 1]];
        if (/m/i.test(command)) out.push(stroke = []);
        const last = stroke.at(-1);
        if (!last || last[0] !== x || last[1] !== y) stroke.push([x, y]);
      }
    }
    return out;
  };
  const box = (points) => {
    const xs = points.map((point) => point[0]), ys = points.map((point) => point[1]);
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  };
  const found = { axes: {}, traces: {}, shapes: [], annotations: [], legend: [], titles: {}, plots: {} };
  const text = (part) => [...svg.querySelectorAll(`[data-part="${part}"]`)].map((one) => one.textContent);
  found.leftOut = text("left-out").join(" ");
  found.legend = text("legend");
  for (const part of ["title", "x-title", "y-title"]) for (const title of text(part)) (found.titles[part] ||= []).push(title);
  for (const plot of svg.querySelectorAll("svg[data-axes]")) {
    const [left, top, width, height] = ["x", "y", "width", "height"].map((name) => Number(plot.getAttribute(name)));
    found.plots[plot.dataset.axes] = { left, top, width, height };
    const place = ([x, y]) => [x / width, 1 - y / height];
    for (const trace of plot.querySelectorAll("[data-trace]")) {
      const paths = [...trace.querySelectorAll("path:not([data-part])")].map((path) => ({ path, strokes: strokes(path.getAttribute("d")) }));
      // Lines have round joins. A marker that is no dot is a path that begins with its middle.
      const dots = paths.filter((one) => !one.path.hasAttribute("fill") && !one.path.hasAttribute("stroke-linejoin"));
      const parts = (name) => [...trace.querySelectorAll(`[data-part="${name}"]`)].flatMap((path) => strokes(path.getAttribute("d")));
      const symbols = parts("markers");
      const boxes = parts("boxes").flat().map(place);
      found.traces[trace.dataset.trace] = {
        line: paths.filter((one) => one.path.hasAttribute("stroke-linejoin")).flatMap((one) => one.strokes).map((stroke) => stroke.map(place)),
        dots: [...dots.flatMap((one) => one.strokes), ...symbols.filter((stroke) => stroke.length === 1)].map((stroke) => place(stroke[0])),
        sizes: [...dots.flatMap((one) => one.strokes.map(() => Number(one.path.getAttribute("stroke-width")))),
          ...symbols.filter((stroke) => stroke.length > 1).map((stroke) => box(stroke)[2] - box(stroke)[0])],
        bars: paths.filter((one) => one.path.hasAttribute("fill")).flatMap((one) => one.strokes).map((stroke) => box(stroke.map(place))),
        areas: parts("area").map((stroke) => box(stroke.map(place))),
        errors: parts("errors").map((stroke) => box(stroke.map(place))),
        boxes: [boxes.map((point) => point[0]), boxes.map((point) => point[1])],
        shapes: [...trace.querySelectorAll('[data-part="violins"]')].map((path) => box(strokes(path.getAttribute("d")).flat().map(place))),
        levels: [...trace.querySelectorAll('[data-part="contours"]')].map((path) => box(strokes(path.getAttribute("d")).flat().map(place))),
        texts: [...trace.querySelectorAll("text")].map((one) => one.textContent),
      };
    }
  }
  // Pies have no axes: their slices are parts of the pie.
  for (const trace of svg.querySelectorAll(":scope > [data-trace]")) {
    const all = trace.getBBox();
    found.traces[trace.dataset.trace] = { texts: [...trace.querySelectorAll("text")].map((one) => one.textContent),
      slices: [...trace.querySelectorAll('[data-part="slice"]')].map((slice) => {
        const { x, y, width, height } = slice.getBBox();
        return [(x - all.x) / all.width, (y - all.y) / all.height, (x + width - all.x) / all.width, (y + height - all.y) / all.height];
      }) };
  }
  for (const ticks of svg.querySelectorAll("[data-axis]")) {
    const name = ticks.dataset.axis, letter = name[0];
    const axes = Object.keys(found.plots).find((pair) => pair.split(" ").includes(name));
    const { left, top, width, height } = found.plots[axes];
    found.axes[name] = [];
    for (const one of ticks.querySelectorAll("text")) {
      if (one.dataset.part === "below") { found.axes[name].at(-1)[0] += ` ${one.textContent}`; continue; }
      found.axes[name].push([one.textContent, letter === "x"
        ? (Number(one.getAttribute("x")) - left - (one.hasAttribute("transform") ? 4 : 0)) / width
        : 1 - (Number(one.getAttribute("y")) - 4 - top) / height]);
    }
  }
  const everywhere = Object.values(found.plots);
  const all = {
    left: Math.min(...everywhere.map((plot) => plot.left)), top: Math.min(...everywhere.map((plot) => plot.top)),
    right: Math.max(...everywhere.map((plot) => plot.left + plot.width)), bottom: Math.max(...everywhere.map((plot) => plot.top + plot.height)),
  };
  found.size = { width: all.right - all.left, height: all.bottom - all.top };
  const part = ([x, y]) => [(x - all.left) / found.size.width, 1 - (y - all.top) / found.size.height];
  found.shapes = [...svg.querySelectorAll('[data-part="shape"]')].map((path) => {
    // A shape in a picture of its own counts from there.
    const around = path.closest("svg");
    const [dx, dy] = around === svg ? [0, 0] : ["x", "y"].map((name) => Number(around.getAttribute(name)));
    const { x, y, width, height } = path.getBBox();
    return [...part([x + dx, y + dy + height]), ...part([x + dx + width, y + dy])];
  });
  found.annotations = [...svg.querySelectorAll('[data-part="annotation"]')].map((one) => [one.textContent,
    ...part([Number(one.getAttribute("x")), Number(one.getAttribute("y")) - 0.35 * Number(one.getAttribute("font-size"))])]);
  found.groups = ["x-group", "y-group"].flatMap(text);
  return found;
}

/// Draws `figure` by plotly.js so that its plots are as large as ours; `size` is of all plots together.
export async function theirs({ figure, size }) {
  const root = document.createElement("div");
  document.body.replaceChildren(root);
  const full = () => gd._fullLayout;
  const axisNames = () => Object.keys(full()).filter((key) => /^[xy]axis\d*$/.test(key) && full()[key]._id);
  // Drawn anew until the room for labels leaves plots of our size; a relayout would take the first ranges for given.
  let gd = null;
  for (let i = 0; i < 3; ++i) {
    const layout = structuredClone(figure.layout ?? {});
    layout.autosize = false;
    layout.width = gd ? full().width + size.width - full()._size.w : size.width + 300;
    layout.height = gd ? full().height + size.height - full()._size.h : size.height + 200;
    for (const name of gd ? axisNames() : []) layout[name] = { ...layout[name], automargin: false };
    gd = await window.Plotly.newPlot(root, structuredClone(figure.data), layout, { staticPlot: true });
  }
  const raised = (text) => [...text].map((sign) => ({ "\u2212": "⁻" })[sign] ?? "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)]).join("");
  const plain = (text) => text.replace(/x10<sup>/g, "×10<sup>").replace(/^x10$/, "10").replace(/<sup>(.*?)<\/sup>/g, (_, power) => raised(power)).replace(/<[^>]*>/g, "");
  const found = { axes: {}, traces: {}, shapes: [], annotations: [], legend: [], titles: {}, size: { width: full()._size.w, height: full()._size.h } };
  for (const name of axisNames()) {
    const axis = full()[name];
    if (axis.visible === false || axis.showticklabels === false) { found.axes[axis._id] = []; continue; }
    const letter = axis._id[0];
    const ticks = [];
    for (const tick of root.querySelectorAll(`.${axis._id}tick`)) {
      const label = tick.querySelector("text");
      if (!label || !tick.__data__) continue;
      const at = axis.c2p ? axis.d2p === undefined ? NaN : axis.l2p(tick.__data__.x) : NaN;
      const hidden = label.closest("[style*='opacity: 0'],[style*='display: none']");
      if (!hidden) ticks.push([plain(tick.__data__.text.replace(/<br>/g, " ").replace(/\n/g, " ")), letter === "x" ? at / axis._length : 1 - at / axis._length]);
    }
    found.axes[axis._id] = ticks;
  }
  const boxIn = (element, plot) => {
    const a = element.getBoundingClientRect();
    return [(a.left - plot.left) / plot.width, 1 - (a.bottom - plot.top) / plot.height, (a.right - plot.left) / plot.width, 1 - (a.top - plot.top) / plot.height];
  };
  const corner = root.querySelector(".main-svg").getBoundingClientRect();
  const all = { left: corner.left + full()._size.l, top: corner.top + full()._size.t, width: full()._size.w, height: full()._size.h };
  const data = gd.calcdata.map((points) => points[0].trace).filter((trace) => trace.visible === true);
  data.forEach((trace, index) => {
    const points = gd.calcdata.find((one) => one[0].trace === trace);
    const one = found.traces[index] = { type: trace.type, mode: trace.mode || "", shape: trace.line?.shape, points: [], bars: [], errors: [], boxes: [[], []], shapes: [], levels: [], areas: [], texts: [] };
    const x = full()[`xaxis${(trace.xaxis || "x").slice(1)}`], y = full()[`yaxis${(trace.yaxis || "y").slice(1)}`];
    one.isThin = trace.line?.width === 0;
    const group = [...root.querySelectorAll(".trace, .contour")].filter((element) => {
      const bound = element.__data__ && (Array.isArray(element.__data__) ? element.__data__[0] : element.__data__);
      return bound && (bound.trace === trace || bound === trace);
    });
    const inside = (selector) => group.flatMap((element) => [...element.querySelectorAll(selector)]);
    if (trace.type === "pie") {
      const slices = [...root.querySelectorAll(".pielayer .slice path.surface")].map((path) => path.getBoundingClientRect());
      const pie = [Math.min(...slices.map((slice) => slice.left)), Math.min(...slices.map((slice) => slice.top)),
        Math.max(...slices.map((slice) => slice.right)), Math.max(...slices.map((slice) => slice.bottom))];
      one.slices = slices.map((slice) => [(slice.left - pie[0]) / (pie[2] - pie[0]), (slice.top - pie[1]) / (pie[3] - pie[1]),
        (slice.right - pie[0]) / (pie[2] - pie[0]), (slice.bottom - pie[1]) / (pie[3] - pie[1])]);
      one.texts = [...root.querySelectorAll(".pielayer text")].map((element) => element.textContent);
    }
    if (!x || !y || !trace.xaxis) return;
    const plot = { left: corner.left + x._offset, top: corner.top + y._offset, width: x._length, height: y._length };
    if (trace.type === "scatter")
      for (const point of points) {
        const at = [x.c2p(point.x) / x._length, 1 - y.c2p(point.y) / y._length];
        one.points.push(point.x === undefined || !at.every(Number.isFinite) ? null : at);
      }
    if (/^(bar|histogram|waterfall)$/.test(trace.type)) one.bars = inside(".point path").filter((path) => !/^M0,0Z/.test(path.getAttribute("d"))).map((path) => boxIn(path, plot));
    if (trace.type === "scatter" && /markers/.test(trace.mode)) one.sizes = points.filter((point) => point.x !== undefined && !point.gap).map((point) => 2 * point.mrc);
    one.dots = one.points.filter((at, i) => at && !points[i].gap);
    one.connectgaps = trace.connectgaps;
    if (trace.type === "heatmap") {
      const edges = (axis, at) => points[0][at].map((edge) => (at === "x" ? axis.c2p(edge) / axis._length : 1 - axis.c2p(edge) / axis._length));
      const across = edges(x, "x"), up = edges(y, "y");
      for (let row = 0; row + 1 < up.length; ++row)
        for (let column = 0; column + 1 < across.length; ++column) if (Number.isFinite(points[0].z[row][column])) one.bars.push([Math.min(across[column], across[column + 1]), Math.min(up[row], up[row + 1]), Math.max(across[column], across[column + 1]), Math.max(up[row], up[row + 1])]);
    }
    if (/^(box|violin|candlestick)$/.test(trace.type)) {
      const ends = inside("path.box").flatMap((path) => path.getAttribute("d").match(/[MLHVZ][^A-Z]*/g)).reduce((out, step) => {
        const [first, second] = (step.slice(1).match(/-?[\d.]+/g) || []).map(Number);
        if (step[0] === "V") out[1].push(1 - first / plot.height);
        else if (step[0] !== "Z") out[0].push(first / plot.width);
        if (second !== undefined) out[1].push(1 - second / plot.height);
        return out;
      }, [[], []]);
      one.boxes = ends;
    }
    if (trace.type === "violin") one.shapes = inside("path.violin").map((path) => boxIn(path, plot));
    if (trace.type === "contour") one.levels = [...root.querySelectorAll(".contourlevel")].filter((level) => level.querySelector("path[d]")).map((level) => boxIn(level, plot));
    if (trace.type === "scatter") one.areas = inside("path.js-fill").filter((path) => path.getAttribute("d").length > 10).map((path) => boxIn(path, plot));
    one.errors = inside(".errorbar path").map((path) => boxIn(path, plot));
    if (trace.type === "heatmap") one.texts = [...root.querySelectorAll(".heatmap-label text")].map((element) => element.textContent);
    else one.texts = inside("text").map((element) => element.textContent);
  });
  found.shapes = [...root.querySelectorAll(".shapelayer path")].map((path) => boxIn(path, all));
  found.annotations = [...root.querySelectorAll(".annotation")].map((element) => {
    const label = element.querySelector("text");
    const a = label.getBoundingClientRect();
    return [label.textContent, ((a.left + a.right) / 2 - all.left) / all.width, 1 - ((a.top + a.bottom) / 2 - all.top) / all.height];
  });
  found.groups = axisNames().flatMap((name) => [...root.querySelectorAll(`.${full()[name]._id}tick2 text`)].map((element) => element.textContent));
  found.legend = [...root.querySelectorAll(".legendtext")].map((element) => element.textContent);
  const titles = (part, selector) => { for (const element of root.querySelectorAll(selector)) if (!/^Click to|^$/.test(element.textContent)) (found.titles[part] ||= []).push(element.textContent); };
  titles("title", ".gtitle");
  titles("x-title", "[class^='g-x'] text");
  titles("y-title", "[class^='g-y'] text");
  return found;
}
