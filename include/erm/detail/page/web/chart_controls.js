// The charts and their controls.

const curveControls = {};
function addCharts() {
  const section = find(".part.curves");
  if (!section) return;
  findAll(".chart", section).forEach((figure, index) =>
    charts.push({ figure, index, name: find("figcaption", figure).textContent, box: { ...smallBox }, lines: [], at: null }));
  addPanels(section);
  const changed = () => { renderCharts(); saveState(); };
  const c = curveControls;
  const choice = (name, ...options) => c[name] = make("select", { onchange: () => { state[name] = c[name].value; changed(); } }, ...options);
  const check = (name, text) => make("label", null, c[name] = make("input", { type: "checkbox", onchange: () => { state[name] = c[name].checked; changed(); } }), make("span", null, text));
  choice("x", option("step", "step"), option("time", "relative time"), option("clock", "wall clock"));
  c.x.addEventListener("change", () => { if (state.zoom) setZoom(null); });
  c.smooth = make("input", { type: "range", min: 0, max: 0.99, step: 0.01, oninput: () => { state.smooth = Number(c.smooth.value); changed(); } });
  choice("group", option("", "none"), groupings().map((name) => option(name, name === everyRun ? "all runs together" : name)));
  choice("band", option("sd", "± standard deviation"), option("range", "min to max"));
  c.charts = make("input", { type: "search", placeholder: "Find charts", "aria-label": "Find charts by name", oninput: () => { state.charts = c.charts.value; showPanels(); saveState(); } });
  c.zoomOut = button("Zoom out", { hidden: true }, zoomOut);
  find("details > summary", section).after(make("div", { class: "controls" }, charts.length > 1 ? c.charts : null, labelled("x", c.x),
    make("label", null, make("span", null, "Smoothing"), c.smooth, make("output", null, "0.00")), check("log", "log"), check("logX", "log x"),
    check("outliers", "ignore outliers"), c.group.options.length > 1 ? labelled("Group by", c.group) : null, labelled("Band", c.band), c.zoomOut));
}

/// Shows in the controls what the state is.
function showCurveControls() {
  const c = curveControls;
  if (!c.x) return;
  for (const name of ["x", "group", "band", "charts"]) if (c[name].value !== state[name]) c[name].value = state[name];
  for (const name of ["log", "logX", "outliers"]) c[name].checked = state[name];
  c.smooth.value = state.smooth;
  c.smooth.nextElementSibling.textContent = state.smooth.toFixed(2);
  c.band.closest("label").hidden = !state.group;
  c.zoomOut.hidden = !state.zoom && state.zoomY.size === 0;
}
