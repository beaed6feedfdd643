// A chart enlarged to the window.

/// The same curves in a dialog, drawn anew for its size. Its y axis can be given a range.
function enlargeChart(chart) {
  const svg = draw("svg", { tabindex: 0, role: "application", "aria-roledescription": "chart", "aria-label": chart.svg.getAttribute("aria-label") });
  const large = { ...chart, isLarge: true, isDrawn: false, svg, index: "large", at: null, box: { ...smallBox, bottom: 42, letter: 9 },
    readout: make("p", { class: "readout", role: "status", tabindex: 0 }), points: { open: false } };
  const ends = [0, 1].map(() => make("input", { type: "number", step: "any", onchange: () => {
    const range = ends.map((input, i) => input.value === "" ? large.domain.y[i] : Number(input.value));
    setZoomY(large, range);
    showEnds();
  } }));
  const showEnds = () => ends.forEach((input, end) => { input.value = large.domain.y[end]; });
  const resize = () => {
    // Room for the title and the readout.
    Object.assign(large.box, { width: Math.max(280, innerWidth - 64), height: Math.max(200, innerHeight - 250) });
    svg.setAttribute("viewBox", `0 0 ${large.box.width} ${large.box.height}`);
    renderChart(large);
    showEnds();
  };
  addEventListener("resize", resize);
  charts.push(large);
  listenToChart(large);
  openLarge(chart.name, [labelled("y from", ends[0]), labelled("to", ends[1]), button("All of y", {}, () => { setZoomY(large, null); showEnds(); }),
    ...saveButtons(chart.name, () => svg, () => pointsOf(large))],
  make("div", { class: "chart" }, svg, large.readout), () => {
    removeEventListener("resize", resize);
    charts.splice(charts.indexOf(large), 1);
    chart.svg.focus();
  });
  resize();
  svg.focus();
}
