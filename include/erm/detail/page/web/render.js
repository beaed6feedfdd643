// Shows the whole page as the state says.

const groupsNote = find(".grouped .note"), groupsText = groupsNote && groupsNote.textContent;
let isFirst = true;
function render() {
  const shown = visibleRuns();
  if (groupsNote) groupsNote.textContent = groupsText + (shown.length < runs.length ? `, over all ${runs.length} runs, hidden or not` : "");
  const isAsWritten = isFirst && addressOfState() === "";
  rankRuns();
  for (const section of sections) {
    if (isAsWritten && section.rest && !isOverview(section)) {
      comingIntoView.observe(section.element);
      continue;
    }
    renderSection(section, shown);
  }
  const isWanted = filterTest();
  for (const element of findAll(".legend [data-run], .artifact[data-run], .overlay g[data-run]"))
    element.toggleAttribute("hidden", !isVisible(Number(element.dataset.run)) || (element.matches(".notes *") && !isWanted(element.textContent.toLowerCase())));
  findAll(".part").forEach((part, index) => {
    if (isFirst && state.closed.has(index)) find("details", part).open = false;
  });
  markTables();
  showControls();
  renderWinner(shown);
  showCharts(rowWords() ? (name) => isWanted(name.toLowerCase()) : null);
  renderCharts();
  renderPlots();
  if (!isFirst) saveState();
  isFirst = false;
}
