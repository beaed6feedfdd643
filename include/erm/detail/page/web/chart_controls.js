// The charts and their controls.

const curveControls = {};
function addCharts() {
  const section = find(".part.curves");
  if (!section) return;
  findAll(".chart", section).forEach((figure, index) => {
    const chart = { figure, index, svg: find("svg", figure), name: find("figcaption", figure).textContent, lines: [], at: null };
    chart.points = make("details", { class: "figures", ontoggle: () => { if (chart.points.open) fillPoints(chart); } }, make("summary", null, "Points"));
    figure.append(chart.points);
    chart.readout = make("p", { class: "readout", role: "status" });
    chart.svg.setAttribute("tabindex", 0);
    chart.svg.setAttribute("role", "application");
    chart.svg.setAttribute("aria-roledescription", "chart");
    chart.svg.after(chart.readout);
    find("figcaption", figure).append(make("span", { class: "saves" },
      button("SVG", { title: "Save as SVG", "aria-label": `Save ${chart.name} as SVG` }, () => {
        if (!chart.isDrawn) renderChart(chart);
        download(new Blob([standalone(chart)], { type: "image/svg+xml" }), "chart.svg");
      }),
      button("PNG", { title: "Save as PNG", "aria-label": `Save ${chart.name} as PNG` }, () => {
        if (!chart.isDrawn) renderChart(chart);
        savePng(chart);
      })));
    charts.push(chart);
    listenToChart(chart);
  });
  const changed = () => { renderCharts(); saveState(); };
  const c = curveControls;
  c.x = make("select", { onchange: () => { state.x = c.x.value; state.zoom = null; changed(); } },
    option("step", "step"), option("time", "relative time"), option("clock", "wall clock"));
  c.smooth = make("input", { type: "range", min: 0, max: 0.99, step: 0.01, oninput: () => { state.smooth = Number(c.smooth.value); changed(); } });
  c.log = make("input", { type: "checkbox", onchange: () => { state.log = c.log.checked; changed(); } });
  c.outliers = make("input", { type: "checkbox", onchange: () => { state.outliers = c.outliers.checked; changed(); } });
  c.group = make("select", { onchange: () => { state.group = c.group.value; changed(); } },
    option("", "none"), groupings().map((name) => option(name, name === everyRun ? "all runs together" : name)));
  c.band = make("select", { onchange: () => { state.band = c.band.value; changed(); } },
    option("sd", "± standard deviation"), option("range", "min to max"));
  c.zoomOut = button("Zoom out", { hidden: true }, () => setZoom(null));
  find("details > summary", section).after(make("div", { class: "controls" }, labelled("x", c.x),
    make("label", null, make("span", null, "Smoothing"), c.smooth, make("output", null, "0.00")),
    make("label", null, c.log, make("span", null, "log")), make("label", null, c.outliers, make("span", null, "ignore outliers")),
    c.group.options.length > 1 ? labelled("Group by", c.group) : null, labelled("Band", c.band), c.zoomOut));
}
