// Any drawing of the page as a picture file, or enlarged to the window.

const sizeOf = (svg) => svg.getAttribute("viewBox").split(" ").slice(2).map(Number);

/// A drawing as a file of its own: colours and fonts from the page, on its background, without what only the page uses.
function standalone(svg) {
  const copyOf = svg.cloneNode(true);
  const originals = findAll("*", svg), copies = findAll("*", copyOf);
  originals.forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of ["stroke", "fill", "stroke-width", "stroke-dasharray", "stroke-linecap", "opacity", "font-size", "font-family", "font-weight", "image-rendering"])
      copies[i].setAttribute(name, style.getPropertyValue(name));
  });
  for (const element of findAll(".cursor, .zoom, .zone, [hidden]", copyOf)) element.remove();
  const [width, height] = sizeOf(svg);
  fill(copyOf, { xmlns: "http://www.w3.org/2000/svg", width, height, color: getComputedStyle(svg).color }, []);
  copyOf.prepend(draw("rect", { width, height, fill: getComputedStyle(find(".part")).backgroundColor }));
  return new Blob([new XMLSerializer().serializeToString(copyOf)], { type: "image/svg+xml" });
}

const fileName = (name, end) => (name.replace(/[^\p{L}\p{N}.-]+/gu, "_").replace(/^[_.]+|_+$/g, "").slice(0, 80) || "drawing") + end;

function savePng(svg, name) {
  const address = URL.createObjectURL(standalone(svg));
  const image = new Image();
  image.onload = () => {
    const [width, height] = sizeOf(svg);
    const canvas = make("canvas", { width: width * 2, height: height * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    canvas.toBlob((blob) => download(blob, fileName(name, ".png")));
  };
  image.src = address;
}

/// Buttons that save a drawing, and as CSV the lines of what is drawn where `linesOfData` gives them.
function saveButtons(name, svg, linesOfData) {
  const save = (kind, work) => button(kind, { title: `Save as ${kind}`, "aria-label": `Save ${name} as ${kind}` }, work);
  return [save("SVG", () => download(standalone(svg()), fileName(name, ".svg"))), save("PNG", () => savePng(svg(), name)),
    linesOfData ? save("CSV", () => download(new Blob([csvOf(linesOfData())], { type: "text/csv" }), fileName(name, ".csv"))) : null];
}

/// A dialog as large as the window.
function openLarge(name, controls, content, onclose) {
  const dialog = make("dialog", { class: "whole", "aria-label": name, onclose: () => { dialog.remove(); if (onclose) onclose(); } },
    make("div", { class: "controls" }, make("h2", null, name), controls, button("Close", {}, () => dialog.close())), content);
  document.body.append(dialog);
  dialog.showModal();
}
const enlargeButton = (name, work) => button("⤢", { title: "Enlarge", "aria-label": `Enlarge ${name}` }, work);

/// Enlarges a drawing as it is: its texts grow with it.
function enlarge(name, svg, linesOfData) {
  const copyOf = svg.cloneNode(true);
  for (const element of findAll("[tabindex]", copyOf)) for (const attribute of ["tabindex", "role"]) element.removeAttribute(attribute);
  openLarge(name, saveButtons(name, () => copyOf, linesOfData), make("div", { class: "picture" }, copyOf));
}

/// A button on each drawing but the curves, which have their own.
function addPictureButtons() {
  const buttonOf = (name, svg, linesOfData) => make("span", { class: "saves" }, enlargeButton(name, () => enlarge(name, svg(), linesOfData)));
  for (const figure of findAll(".artifact:has(.plot > svg), .heats figure:has(image)")) {
    const { run } = figure.dataset;
    find("figcaption", figure).append(buttonOf(`${previousHeading(figure.parentElement).textContent} of ${run ? runs[run].name : "all runs"}`, () => find("svg:not(.key)", figure)));
  }
  if (!plots.parallel) return;
  const rows = () => {
    const shown = [...new Set([...axisKeys(), ...scatterKeys()])].map(axisNamed);
    return [["run", ...shown.map(({ label }) => label)], ...visibleRuns().map((run) => [runs[run].name, ...shown.map((axis) => axis.text(run))])];
  };
  plots.parallel.parentNode.before(buttonOf("Parallel coordinates", () => plots.parallel, rows));
  plots.scatter.before(buttonOf("Scatter plot", () => plots.scatter, rows));
}
