// The points of a chart as a table and a file.

/// The points as a table: a line a step, at most so many; all of them as CSV.
const maxPoints = 500;
function pointsOf(chart) {
  const lines = curvesOf(chart);
  const byX = new Map();
  lines.forEach((line, k) => line.x.forEach((x, i) => {
    if (!byX.has(x)) byX.set(x, Array(lines.length).fill(""));
    byX.get(x)[k] = exactText(line.raw[i]);
  }));
  return [[state.x === "step" ? stepName(chart) : state.x, ...lines.map((line) => line.name)], ...[...byX].sort((a, b) => a[0] - b[0]).map(([x, values]) => [xText(x), ...values])];
}

function fillPoints(chart) {
  const [head, ...body] = pointsOf(chart), every = Math.max(1, Math.ceil(body.length / maxPoints));
  const shown = body.filter((_, i) => i % every === 0);
  const most = Math.max(0, ...seriesOf(chart).map(({ written }) => written.of ?? 0));
  const label = chart.name + ": points";
  chart.points.replaceChildren(chart.points.firstChild,
    make("p", null, shown.length < body.length ? `${shown.length} of ${body.length} points a run. ` : null,
      most ? `The page holds the first, lowest, highest and last points of 500 parts of each curve of up to ${most}. ` : null,
      button("Download CSV", { "aria-label": `Download CSV: points of ${chart.name}` }, () => download(new Blob([csvOf(pointsOf(chart))], { type: "text/csv" }), fileName(chart.name, ".csv")))),
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, make("table", null,
      make("thead", null, make("tr", null, head.map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", null, shown.map((line) => make("tr", null, line.map((text, i) => i === 0 ? make("th", { scope: "row" }, text)
        : make("td", { class: text ? "n" : "m" }, text || "—"))))))));
}
