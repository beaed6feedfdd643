// The charts of many metrics: in panels that fold, found by name, and made when a reader comes near them.

/// What the page keeps in a <noscript>, as elements: escaped by the page's own writer, as all else on the page.
const contentOf = (noscript) => new DOMParser().parseFromString(noscript.textContent, "text/html").body;
const unpack = (noscript) => noscript.replaceWith(...contentOf(noscript).childNodes);

/// The lines of a chart's table of last, least and greatest values.
function summaryOf(chart) {
  const packed = find("noscript", chart.figure);
  return findAll("tr:has(> th[data-run])", packed ? contentOf(packed) : chart.figure);
}

/// Gives a chart what only a script can give: a cursor, a readout, files.
function dress(chart) {
  const { figure, name } = chart;
  const packed = find(":scope > noscript", figure);
  if (packed) unpack(packed);
  figure.classList.remove("waits");
  const summary = find(":scope > details", figure);
  summary.addEventListener("toggle", () => { for (const table of findAll("noscript", summary)) unpack(table); });
  chart.svg = find("svg", figure);
  if (innerWidth < 600) {
    // Scaled down to a small screen, texts could not be read.
    Object.assign(chart.box, { width: 360, height: 240 });
    chart.svg.setAttribute("viewBox", "0 0 360 240");
    chart.isStale = true;
  }
  chart.points = make("details", { class: "figures", ontoggle: () => { if (chart.points.open) fillPoints(chart); } }, make("summary", null, "Points"));
  figure.append(chart.points);
  const lines = findAll(".line", chart.svg).length + 1;
  chart.readout = make("p", { class: "readout", role: "status", tabindex: lines > 9 ? 0 : null });
  // Its place is kept, so that nothing moves when it is filled.
  chart.readout.style.setProperty("--lines", Math.min(3, Math.ceil(lines / 3)));
  chart.readout.style.setProperty("--narrow-lines", Math.min(5, Math.ceil(lines / 2)));
  fill(chart.svg, { tabindex: 0, role: "application", "aria-roledescription": "chart" }, []);
  chart.svg.after(chart.readout);
  const whenDrawn = () => {
    if (!chart.isDrawn) renderChart(chart);
    return chart.svg;
  };
  find("figcaption", figure).append(make("span", { class: "saves" }, saveButtons(name, whenDrawn, () => pointsOf(chart)), enlargeButton(name, () => enlargeChart(chart))));
  chart.isDressed = true;
  listenToChart(chart);
}

/// Makes a chart that is near what is seen ready to be seen.
function showChart(chart) {
  chart.isNear = true;
  if (!chart.isDressed) dress(chart);
  if (chart.isStale) renderChart(chart);
}

const byFigure = new Map(); // the charts
const comingNear = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const chart = byFigure.get(target);
    chart.isNear = isIntersecting;
    if (isIntersecting) showChart(chart);
  }
}, { rootMargin: "600px" });

const panels = []; // {element, name, charts, isOpen: as it was written}
const curvesNote = find(".curves .note"), curvesText = curvesNote && curvesNote.textContent;

function addPanels(section) {
  for (const element of findAll(".panel", section)) {
    const panel = { element, name: find("h3", element).textContent, isOpen: element.open, charts: charts.filter(({ figure }) => element.contains(figure)) };
    panels.push(panel);
    element.addEventListener("toggle", () => {
      if (isSearching() || element.open === (panel.isOpen !== state.panels.has(panel.name))) return;
      if (element.open === panel.isOpen) state.panels.delete(panel.name);
      else state.panels.add(panel.name);
      saveState();
    });
  }
  for (const chart of charts) {
    byFigure.set(chart.figure, chart);
    if (charts.length > 24) {
      comingNear.observe(chart.figure);
    } else {
      dress(chart);
      chart.isNear = true;
    }
  }
}

let namePasses = null;
/// Leaves only the charts whose names pass the test, beside those that the field for charts leaves; null: all.
function showCharts(test) {
  namePasses = test;
  showPanels();
}
const isSearching = () => Boolean(namePasses || state.charts);

function showPanels() {
  const words = state.charts.toLowerCase().split(/\s+/);
  const isWanted = ({ name }) => (!namePasses || namePasses(name)) && words.every((word) => name.toLowerCase().includes(word));
  const written = charts.filter((chart) => !chart.isLarge), wanted = new Set(written.filter(isWanted));
  for (const chart of written) chart.figure.hidden = !wanted.has(chart);
  for (const panel of panels) {
    panel.element.hidden = panel.charts.every(({ figure }) => figure.hidden);
    panel.element.open = isSearching() || panel.isOpen !== state.panels.has(panel.name);
  }
  if (curvesNote) curvesNote.textContent = isSearching() ? `${wanted.size} of ${written.length} metrics shown` : curvesText;
}

addEventListener("beforeprint", () => {
  for (const chart of charts) if (chart.figure.checkVisibility()) showChart(chart);
});
