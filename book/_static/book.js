// A box that scrolls sideways must be reachable from the keyboard, and must say what it is. Whether a formula or a
// table is too wide depends on the window, so this is decided here and not when the book is built.
const NAMES = [
  [".math-box", "Formula, scrolls sideways"],
  [".pst-scrollable-table-container", "Table, scrolls sideways"],
  ["div.highlight pre", "Code, scrolls sideways"],
  [".steps li", ""], // an item of a list keeps its role
];

function update(box, name) {
  if (box.scrollWidth > box.clientWidth) {
    box.setAttribute("tabindex", "0");
    if (!name) return;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", name);
  } else {
    for (const attribute of ["tabindex", "role", "aria-label"]) box.removeAttribute(attribute);
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const [selector, name] of NAMES) {
    // A folded box has no size; the observer calls again when it is opened.
    const observer = new ResizeObserver((entries) => entries.forEach((entry) => update(entry.target, name)));
    document.querySelectorAll(selector).forEach((box) => observer.observe(box));
    // A font that arrives late widens what is inside a box, and leaves the box itself as it is.
    document.fonts.ready.then(() => document.querySelectorAll(selector).forEach((box) => update(box, name)));
  }
});

// Search shows where a word was found: from the text of the page alone, formulas once. A browser does not let a page
// that was opened as a file read other files, so there the list has titles only.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY &&= location.protocol !== "file:";
  Search.htmlToText = (source) => {
    const page = new DOMParser().parseFromString(source, "text/html");
    page.querySelectorAll(".headerlink, .katex-mathml, .evidence, script, style").forEach((part) => part.remove());
    return page.querySelector("article")?.textContent ?? "";
  };
});
