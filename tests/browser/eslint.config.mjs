// What the page's script and its tests are held to.
const browser = Object.fromEntries(["document", "window", "location", "history", "navigator", "Node", "Blob", "URL", "URLSearchParams", "CSS",
  "Image", "XMLSerializer", "getComputedStyle", "requestAnimationFrame", "setTimeout", "clearTimeout", "structuredClone", "atob", "performance", "Response", "Event",
  "DecompressionStream", "IntersectionObserver", "ResizeObserver", "DOMParser", "parent", "addEventListener", "removeEventListener", "innerWidth", "innerHeight",
  "scrollX", "scrollY", "scrollTo", "getSelection", "sessionStorage", "localStorage", "setInterval", "clearInterval"].map((name) => [name, "readonly"]));
const rules = {
  "no-undef": "error", "no-unused-vars": ["error", { caughtErrors: "none" }], "no-shadow": "error", "no-var": "error", "prefer-const": "error",
  eqeqeq: "error", "no-eval": "error", "no-implied-eval": "error", "no-new-func": "error", "no-redeclare": "error",
  "no-unreachable": "error", "no-empty": "error", "no-restricted-properties": ["error", { property: "innerHTML" }, { property: "outerHTML" },
    { property: "insertAdjacentHTML" }],
};
export default [
  { languageOptions: { ecmaVersion: 2022, globals: browser }, rules, linterOptions: { reportUnusedDisableDirectives: true } },
  { files: ["**/*.mjs"], languageOptions: { globals: { process: "readonly", console: "readonly", axe: "readonly" } } },
];
