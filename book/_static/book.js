// A box that scrolls sideways must be reachable from the keyboard, and must say what it is. Whether a formula or a
// table is too wide depends on the window, so this is decided here and not when the book is built.
const NAMES = [
  ["pre, .cell_output > .output", ""],
  [".math-box", "Formula, scrolls sideways"],
  [".card-formula", "Formula, scrolls sideways"],
  [".pst-scrollable-table-container", "Table, scrolls sideways"],
  ["div.highlight pre", "Code, scrolls sideways"],
  [".evidence-reading", "Formula, scrolls sideways"],
  [".steps li", ""], // an item of a list keeps its role
];

// All boxes are read before one is written; by turns, each reading would have the page laid out anew.
function update(boxes) {
  const wide = boxes.map(([box]) => box.scrollWidth > box.clientWidth);
  boxes.forEach(([box, name], number) => {
    if (wide[number]) {
      box.setAttribute("tabindex", "0");
      if (!name) return;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", name);
    } else {
      for (const attribute of ["tabindex", "role", "aria-label"]) box.removeAttribute(attribute);
    }
  });
}

function watch(part) {
  const found = NAMES.flatMap(([selector, name]) => [...part.querySelectorAll(selector)].map((box) => [box, name]));
  const boxes = new Map(found);
  // A folded box has no size; the observer calls again when it is opened.
  const observer = new ResizeObserver((entries) => update(entries.map(({ target }) => [target, boxes.get(target)])));
  for (const box of boxes.keys()) observer.observe(box);
  // A font that arrives late widens what is inside a box, and leaves the box itself as it is.
  document.fonts.ready.then(() => update([...boxes].filter(([box]) => !box.closest("details:not([open])"))));
}

document.addEventListener("DOMContentLoaded", () => watch(document));
// What a mark says is there only once it is unfolded.
document.addEventListener("toggle", ({ target }) => target.matches("details.evidence[open]") && watch(target), true);

// The theme takes the focus from a button of the header once it is pressed, so that what it opened could not give it back:
// who uses a keyboard keeps it. And what opens has a name.
const DIALOGS = { "pst-search-dialog": "Search", "pst-primary-sidebar-modal": "Pages of the book",
  "pst-secondary-sidebar-modal": "Contents of this page" };
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll(".theme-switch-button, .search-button, .sidebar-toggle"))
    button.blur = () => button.matches(":focus-visible") || HTMLElement.prototype.blur.call(button);
  for (const [id, name] of Object.entries(DIALOGS)) document.getElementById(id)?.setAttribute("aria-label", name);
  const colors = document.querySelector(".theme-switch-button");
  colors?.setAttribute("aria-label", "Switch between light and dark");
});

// A solution unfolds by a button that a script puts into its title, and is called by the exercise.
addEventListener("load", () => {
  for (const button of document.querySelectorAll(".solution > .admonition-title > .toggle-button")) {
    const link = button.parentElement.querySelector(".headerlink");
    button.setAttribute("aria-label", link.getAttribute("aria-label").replace("Link to", "Show or hide"));
  }
});

// What the address leads to, if it is there: an address may hold anything.
function targetOfAddress() {
  try {
    return document.getElementById(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return null;
  }
}

// Where the address leads: to a formula or a figure that has moved to another page, or to an exercise, which unfolds.
function arrive() {
  const target = targetOfAddress();
  if (target?.matches(".moved [id]")) location.replace(target.querySelector("a").href);
  const asked = target?.querySelector(":scope > section > details.exercise-asks, :scope > div > details.exercise-asks");
  if (asked) asked.open = true;
}
addEventListener("hashchange", arrive);
document.addEventListener("DOMContentLoaded", arrive);

document.addEventListener("click", ({ target }) => target.closest?.("[data-prints]") && print());

// A box in which formulas are judged (book/_check) is loaded once it is open and a reader comes near it; not by a page that
// was opened as a file.
{
  const load = () => {
    const said = document.querySelector("meta[name=checker]");
    if (said) import(new URL(JSON.parse(said.content)["check-formula"], document.baseURI));
  };
  const isAsked = () => location.hash.startsWith("#check=");
  if (location.protocol.startsWith("http")) {
    const near = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && load(), { rootMargin: "25%" });
    document.addEventListener("DOMContentLoaded", () => {
      if (isAsked()) load();
      document.querySelectorAll(".check-box[open]").forEach((box) => near.observe(box));
    });
    addEventListener("hashchange", () => isAsked() && load());
    document.addEventListener("toggle", ({ target }) => target.matches(".check-box[open]") && load(), true);
  }
}

// A browser that cannot open folded parts on paper by a rule of style: they are opened before it prints, and folded after.
if (!CSS.supports("selector(::details-content)")) {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:is(.folded, .exercise-asks, .exercise-hint):not([open])")];
    opened.forEach((box) => (box.open = true));
  });
  addEventListener("afterprint", () => opened.forEach((box) => (box.open = false)));
}

{
  // Where the book is, as the browser sees it: nowhere if the page was opened as a file. A frozen version is in a folder
  // that is named after it.
  const ROOT = new URL(document.documentElement.dataset.content_root || "./", location.href);
  const VERSION = DOCUMENTATION_OPTIONS.VERSION;
  const IS_SERVED = location.protocol.startsWith("http");
  const IS_FROZEN = IS_SERVED && ROOT.pathname.endsWith(`/v/${VERSION}/`);

  // An entry that has no address gets the one that the reader is at; that of a frozen page is the frozen one.
  document.addEventListener("DOMContentLoaded", () => {
    if (!IS_SERVED) return;
    for (const box of document.querySelectorAll(".bibtex-entry")) {
      const note = box.querySelector(".without-address");
      if (!note && !IS_FROZEN) continue;
      const address = new URL(box.dataset.address, location.origin + location.pathname).href
        .replace(/[#%&_$]/g, "\\$&").replace(/~/g, "{\\textasciitilde}").replace(/--/g, "-{}-");
      const field = [...box.querySelectorAll("pre span")].find((part) => /^\{.*version [^,}]+.*\}$/i.test(part.textContent));
      field.textContent = field.textContent.replace(/(version [^,}]+).*$/i, (_, version) => `${version}, ${address}}`);
      note?.remove();
    }
  });

  // A report names what is wrong by its label: what the address of the reader points to, or the formula that was unfolded.
  document.addEventListener("DOMContentLoaded", () => {
    const link = document.querySelector("a.report-an-error");
    if (!link) return;
    const blank = link.href;
    const about = (label) => blank.replace(/Label([^\n]*?)%3A(%20|\+).*?%0A/, `Label$1%3A$2${encodeURIComponent(label)}%0A`);
    link.addEventListener("click", () => {
      const target = targetOfAddress();
      const isLabeled = target?.matches("div.math, .proof, .exercise, .solution, figure");
      link.href = isLabeled ? about(target.id.replace(/^equation-/, "")) : blank;
    });
    document.addEventListener("toggle", ({ target }) => {
      const formula = target.closest("div.math");
      if (!target.matches("details.evidence") || !formula?.id.startsWith("equation-")) return;
      if (target.querySelector(".report-an-error")) return;
      const own = Object.assign(document.createElement("a"), { className: "report-an-error" });
      own.textContent = "Report an error in this formula";
      own.href = about(formula.id.replace(/^equation-/, ""));
      target.lastElementChild.append(own);
    }, true);
  });

  // A frozen page asks the book beside it whether it has gone on.
  document.addEventListener("DOMContentLoaded", async () => {
    if (!IS_FROZEN) return;
    document.querySelector(".page-links .edit-this-page")?.remove(); // what is frozen is not edited
    const book = new URL("../../", ROOT);
    try {
      const { current } = await (await fetch(new URL("versions.json", book))).json();
      if (!current || current === VERSION) return;
      const same = new URL(location.pathname.slice(ROOT.pathname.length), book);
      const isThere = (await fetch(same, { method: "HEAD" })).ok;
      const note = Object.assign(document.createElement("p"), { className: "newer-version" });
      const link = Object.assign(document.createElement("a"), { href: isThere ? same : book });
      link.textContent = `version ${current}`;
      note.append(`This is version ${VERSION}, as it was. There is a newer one: `, link, ".");
      document.querySelector("article").prepend(note);
    } catch {
      // There is no list of versions, or no way to it.
    }
  });
}
