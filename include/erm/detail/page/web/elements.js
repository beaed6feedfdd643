// Elements: find them and make them.

const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}
const make = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
const runKey = (run) =>
  draw("svg", { class: `key r${run % 8} h${run % 5}`, viewBox: "0 0 24 8", "aria-hidden": "true" }, draw("path", { d: "M0 4h24" }));

/// How wide a text is, in pixels, without putting it on the page.
const ruler = document.createElement("canvas").getContext("2d");
function textWidth(text, { fontWeight, fontSize, fontFamily }) {
  ruler.font = `${fontWeight} ${fontSize} ${fontFamily}`;
  return ruler.measureText(text).width;
}
