// <check-formula>: a box in which a reader types formulas, and below it what the checker says of them.
//
// What stands inside the element is shown where no script runs, where this file cannot be loaded, as from a page that was
// opened as a file, and where the browser is too old. All else is loaded once somebody types (asking.mjs).
const { megabytes } = JSON.parse(document.querySelector("meta[name=checker]").content);
const FRAGMENT = "#check=";
const WAIT = 200; // milliseconds after the last letter until the formula is drawn
const MOST = 50; // formulas that are drawn, and letters that an address may carry
const KINDS = {
  number: { letter: "a" },
  matrix: { letter: "A", rows: "n", columns: "D", entry: "a_{ij}" },
  size: { letter: "K" },
  index: { letter: "k", to: "K" },
};

const make = (name, properties = {}, ...inside) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
};
const button = (textContent, act, more = {}) => {
  const made = make("button", { type: "button", textContent, ...more });
  made.addEventListener("click", act);
  return made;
};
const asking = () => import("./asking.mjs");
const savesData = () => Boolean(navigator.connection?.saveData);

// The formulas of a text, between blank lines, and what of them is drawn.
const formulasOf = (text) => text.replaceAll("$$", "\n\n").split(/\n\s*\n/).map((each) => each.trim()).filter(Boolean);

class CheckFormula extends HTMLElement {
  connectedCallback() {
    if (this.area || !("WebAssembly" in globalThis)) return;
    const name = `check-${document.querySelectorAll("check-formula textarea").length + 1}`;
    const area = { id: name, rows: 3, spellcheck: false, autocomplete: "off", autocapitalize: "off" };
    this.area = make("textarea", { ...area, value: this.dataset.value ?? "" });
    this.area.setAttribute("aria-describedby", `${name}-how`);
    this.preview = make("div", { className: "check-preview" });
    this.preview.setAttribute("role", "group");
    this.preview.setAttribute("aria-label", "Preview");
    this.checks = button("Check these formulas", () => this.check());
    this.stops = button("Stop", () => this.stop(), { hidden: true });
    this.links = button("Copy a link to this", () => this.link(), { hidden: !isSecureContext });
    this.said = make("p", { className: "check-said" });
    this.said.setAttribute("role", "status");
    this.found = make("div", { className: "check-found" });
    this.found.setAttribute("aria-live", "polite");
    this.letters = make("div", { className: "check-letters" });
    this.replaceChildren(
      make("label", { htmlFor: name, textContent: "Formulas, in LaTeX" }),
      this.area,
      make(
        "p",
        { id: `${name}-how`, className: "check-how" },
        "= claims, := defines for what follows, and a blank line stands between two formulas. Other spellings " +
          "than this book's, such as x^T or \\log, are read, too, and a line says how. ",
        make("span", { className: "check-keys", textContent: "Ctrl + Enter checks them. " }),
        `The first check loads ${megabytes} MB; nothing that you type leaves this page.`,
      ),
      this.preview,
      make(
        "details",
        {},
        make("summary", { textContent: "Letters of your own" }),
        make("p", {
          className: "check-how",
          textContent:
            "A letter means what it means on this page. One that you define with := needs nothing here; of another one, say " +
            "what it stands for: a number, a matrix with its rows and columns, a size, or an index and how far it runs.",
        }),
        this.letters,
        button("Add a letter", () => this.addLetter()),
      ),
      make("p", { className: "check-buttons" }, this.checks, this.stops, this.links),
      this.said,
      this.found,
    );
    this.area.addEventListener("input", () => this.typed());
    this.area.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.check();
    });
    this.area.addEventListener("focus", () => this.draw(), { once: true });
    addEventListener("hashchange", () => this.open());
    this.open();
  }

  // Take the formulas from the address, if it carries some: they are shown, and judged once the reader asks for it.
  open() {
    if (!location.hash.startsWith(FRAGMENT) || document.querySelector("check-formula") !== this) return;
    try {
      const { formulas, letters } = JSON.parse(decodeURIComponent(location.hash.slice(FRAGMENT.length)));
      this.area.value = String(formulas);
      this.letters.replaceChildren();
      for (const each of [...(letters ?? [])].slice(0, MOST)) this.addLetter(each);
    } catch {
      this.say("The address of this page carries no formulas that can be read.");
    }
    const folded = this.closest("details");
    if (folded) folded.open = true;
    this.scrollIntoView({ block: "center" });
    this.draw();
  }

  async link() {
    const text = JSON.stringify({ formulas: this.area.value, letters: this.ownLetters() });
    history.replaceState(null, "", FRAGMENT + encodeURIComponent(text));
    try {
      await navigator.clipboard.writeText(location.href);
      this.say("The address of this page now carries your formulas, and is copied.");
    } catch {
      this.say("The address of this page now carries your formulas.");
    }
  }

  say(words) {
    this.said.textContent = words;
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), WAIT);
    if (!savesData() && this.area.value.trim()) asking().then(({ begin }) => begin());
  }

  async draw() {
    const formulas = formulasOf(this.area.value).slice(0, MOST);
    if (savesData() || !formulas.length) return this.preview.replaceChildren();
    const { draw } = await asking();
    const drawn = formulas.map(async (latex) => {
      const place = make("div");
      const fault = await draw(place, latex.replaceAll(":=", "\\mathrel{:=}"));
      if (fault) place.append(make("span", { className: "check-unfinished", textContent: fault }));
      return place;
    });
    this.preview.replaceChildren(...(await Promise.all(drawn)));
    if (this.preview.scrollWidth > this.preview.clientWidth) this.preview.tabIndex = 0;
    else this.preview.removeAttribute("tabindex");
  }

  // A line that declares a letter: of what kind it is, and what belongs to that.
  addLetter(given = { kind: "number" }) {
    const kinds = Object.keys(KINDS).map((kind) => make("option", { value: kind, textContent: kind }));
    const kind = make("select", {}, ...kinds);
    kind.setAttribute("aria-label", "Kind of the letter");
    const fields = make("span", { className: "check-fields" });
    const fill = (values = {}) => {
      const inputs = Object.entries(KINDS[kind.value]).map(([field, example]) => {
        const input = make("input", { name: field, value: String(values[field] ?? ""), placeholder: example, size: 6 });
        for (const each of ["autocapitalize", "autocomplete"]) input.setAttribute(each, "off");
        return make("label", {}, `${field} `, input);
      });
      fields.replaceChildren(...inputs);
    };
    kind.value = Object.hasOwn(KINDS, given?.kind) ? given.kind : "number";
    kind.addEventListener("change", () => fill());
    fill(given);
    const line = make("p", {}, kind, " ", fields, button("Remove", () => line.remove()));
    this.letters.append(line);
  }

  ownLetters() {
    return [...this.letters.children].map((line) => ({
      kind: line.querySelector("select").value,
      ...Object.fromEntries([...line.querySelectorAll("input")].map(({ name, value }) => [name, value.trim()])),
    }));
  }

  stop() {
    asking().then(({ stop }) => stop());
  }

  async check() {
    if (this.busy) return;
    this.found.replaceChildren();
    if (!this.area.value.trim()) {
      this.say("Type a formula first.");
      return this.area.focus();
    }
    this.busy = true;
    this.checks.disabled = true;
    this.stops.hidden = false;
    const text = this.area.value;
    const shown = new Map();
    try {
      const { ask, inUnits, waits, written } = await asking();
      this.say(waits());
      this.draw();
      const steps = [];
      await ask({ formulas: text, letters: parts(this.ownLetters()) }, (step) => {
        this.say("Checking …");
        steps.push(step);
        if (step.letters) this.tellOf(step.letters);
        else if (step.stage === "read") this.read(step.remarks);
        else this.show({ ...step, span: inUnits(text, step.span) }, text, shown, written(step.words));
      });
      this.say(summary(steps));
    } catch (error) {
      this.say(error.message);
    } finally {
      this.busy = false;
      this.checks.disabled = false;
      this.stops.hidden = true;
    }
  }

  tellOf(letters) {
    const place = make("div", { className: "check-verdict" }, make("p", { textContent: letters }));
    place.dataset.tone = "bad";
    this.found.append(place);
  }

  // Say what was taken for what in a formula, above its verdicts.
  read(remarks) {
    this.found.append(...remarks.map((words) => make("p", { className: "check-read", textContent: `Read: ${words}.` })));
  }

  // Show one step: what numbers say gives way to the verdict of the same place.
  show(step, text, shown, line) {
    const key = `${step.formula} ${step.span}`;
    const place = shown.get(key) ?? make("div", { className: "check-verdict" });
    shown.set(key, place);
    this.found.append(place);
    if (step.stage === "verdict") {
      shown.delete(key);
      place.dataset.tone = step.fails ? "bad" : step.sign ? "good" : "none";
      line.prepend(make("span", { className: "check-sign", ariaHidden: "true", textContent: step.sign }), " ");
      place.replaceChildren(this.quoted(step, text));
    }
    place.append(line);
  }

  // The formula that is spoken of; of a wrong one the place, with a button that marks it in the box.
  quoted({ span: [from, to], fails }, text) {
    const start = text.lastIndexOf("\n\n", from) + 1;
    const blank = text.indexOf("\n\n", Math.max(to, from + 1));
    const end = blank < 0 ? text.length : blank;
    const line = make("code", { className: "check-place" });
    const place = fails ? make("mark", {}, text.slice(from, to) || " ") : text.slice(from, to);
    line.append(text.slice(start, from).trimStart(), place, text.slice(to, end).trimEnd());
    const shows = button("Show where", () => {
      this.area.focus();
      this.area.setSelectionRange(from, to);
    });
    return make("p", { className: "check-quoted" }, line, fails ? " " : "", ...(fails ? [shows] : []));
  }
}

// Return letters as the parts of a {notation} block.
function parts(letters) {
  const found = { scalars: [], arrays: [], sizes: [], indices: [] };
  for (const { kind, letter, rows, columns, entry, to } of letters.filter((each) => each.letter)) {
    const declared = { letter, meaning: "" };
    if (kind === "number") found.scalars.push(declared);
    if (kind === "matrix") found.arrays.push({ ...declared, shape: [rows, columns], ...(entry && { entry }) });
    if (kind === "size") found.sizes.push(declared);
    if (kind === "index") found.indices.push({ ...declared, ...(to && { to }) });
  }
  return letters.length ? found : null;
}

function summary(steps) {
  const verdicts = steps.filter(({ stage }) => stage === "verdict");
  const wrong = verdicts.filter(({ fails }) => fails).length;
  if (steps.some(({ letters }) => letters)) return "Your own letters do not fit:";
  if (verdicts.length === 1) return ""; // its words say it
  return `${verdicts.length} statements, of which ${wrong || "none"} ${wrong > 1 ? "fail" : "fails"}.`;
}

customElements.define("check-formula", CheckFormula);
