// A chart as a picture, and its points as a table and a file.

/// The chart as a file of its own: colours from the page, on its background.
function standalone(chart) {
  const copyOf = chart.svg.cloneNode(true);
  const originals = findAll("*", chart.svg), copies = findAll("*", copyOf);
  originals.forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of ["stroke", "fill", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-family"])
      copies[i].setAttribute(name, style.getPropertyValue(name));
  });
  copyOf.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copyOf.setAttribute("width", box.width);
  copyOf.setAttribute("height", box.height);
  copyOf.prepend(draw("rect", { width: box.width, height: box.height, fill: getComputedStyle(find(".part")).backgroundColor }));
  return new XMLSerializer().serializeToString(copyOf);
}

function savePng(chart) {
  const address = URL.createObjectURL(new Blob([standalone(chart)], { type: "image/svg+xml" }));
  const image = new Image();
  image.onload = () => {
    const canvas = make("canvas", { width: box.width * 2, height: box.height * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    canvas.toBlob((blob) => download(blob, "chart.png"));
  };
  image.src = address;
}

/// The points as a table: a line a step, at most so many; all of them as CSV.
const maxPoints = 500;
function pointsOf(chart) {
  const lines = seriesOf(chart).filter((series) => isVisible(series.run)).map(lineOf);
  const byX = new Map();
  lines.forEach((line, k) => line.x.forEach((x, i) => {
    if (!byX.has(x)) byX.set(x, Array(lines.length).fill(""));
    byX.get(x)[k] = format(line.raw[i]);
  }));
  return [[state.x === "step" ? stepName(chart) : state.x, ...lines.map((line) => line.name)], ...[...byX].sort((a, b) => a[0] - b[0]).map(([x, values]) => [state.x === "step" ? String(x) : xText(x), ...values])];
}

function fillPoints(chart) {
  const [head, ...body] = pointsOf(chart), every = Math.max(1, Math.ceil(body.length / maxPoints));
  const shown = body.filter((_, i) => i % every === 0);
  const label = chart.name + ": points";
  chart.points.replaceChildren(chart.points.firstChild,
    make("p", null, shown.length < body.length ? `${shown.length} of ${body.length} points a run. ` : null,
      button("Download CSV", { "aria-label": `Download CSV: points of ${chart.name}` }, () => download(new Blob([csvOf(pointsOf(chart))], { type: "text/csv" }), "points.csv"))),
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, make("table", null,
      make("thead", null, make("tr", null, head.map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", null, shown.map((line) => make("tr", null, line.map((text, i) => i === 0 ? make("th", { scope: "row" }, text)
        : make("td", { class: text ? "n" : "m" }, text || "—"))))))));
}
