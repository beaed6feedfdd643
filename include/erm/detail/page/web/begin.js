// Begins.

findAll("main > .part").forEach(addSection);
if (runs.length === 0) return;
const marked = findAll("th[data-run] small").find((small) => small.textContent === " baseline");
defaultBaseline = marked ? Number(marked.closest("th").dataset.run) : 0;
document.body.classList.add("scripted");
findAll(".part").forEach((part, index) => find("details", part).addEventListener("toggle", (event) => {
  if (event.target.open) state.closed.delete(index);
  else state.closed.add(index);
  if (!isFirst) saveState();
}));
rankRuns();
addTools();
addWinnerControls();
addCharts();
addPlots();
addPictureButtons();
addGalleries();
addSliders();
addTableSorting();
listenToColumns();
listenToKeys();
highlightRuns();
loadState();
render();
window.addEventListener("hashchange", () => { loadState(); render(); });
document.addEventListener("scroll", ({ target }) => {
  if (target.classList && target.classList.contains("scroll")) target.classList.toggle("moved", target.scrollLeft > 0);
}, true);
window.addEventListener("beforeprint", splitTables);
window.addEventListener("afterprint", joinTables);
