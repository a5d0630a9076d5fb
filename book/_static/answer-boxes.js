// Boxes for answers inside of exercises: an answer is judged here, kept in this browser, and can be saved as a file that
// `nncore-verify --answers` judges again. What counts as which answer, nncore/verify/report/boxes.py says as well; a
// formula is judged by the checker itself (book/_check/asking.mjs).
{
  const SIZE = "([A-WYZa-wyz](?:_\\w|_\\{[\\w+-]+\\})?|\\d+)";
  const SHAPE = new RegExp(`^\\(?\\s*${SIZE}\\s*(?:×|[xX*,;]|\\\\times|by)\\s*${SIZE}\\s*\\)?$`);
  const PLAIN = "(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";
  const FACTOR = `(${PLAIN})(?:\\^\\(?([+-]?${PLAIN})\\)?)?`;
  const NUMBER = new RegExp(`^([+-]?)${FACTOR}((?:[*/]${FACTOR})*)$`);

  const shape = (text) => {
    const found = SHAPE.exec(text.trim());
    return found ? `${found[1]} × ${found[2]}`.replace(/[{}]/g, "") : "";
  };
  const number = (text) => {
    const plain = text.replace(/\s/g, "").replace(/−/g, "-").replace(/[×·]/g, "*");
    const found = NUMBER.exec(plain);
    if (!found) return NaN;
    let value = Number(found[2]) ** Number(found[3] ?? 1);
    for (const [, sign, base, exponent] of found[4].matchAll(new RegExp(`([*/])${FACTOR}`, "g"))) {
      const factor = Number(base) ** Number(exponent ?? 1);
      value = sign === "*" ? value * factor : value / factor;
    }
    return found[1] === "-" ? -value : value;
  };

  // For each kind: whether an answer is right, nothing if it cannot be read; and what to say of one that cannot.
  const KINDS = {
    choices: [(answer, known) => (answer ? answer === known : null), "Choose an option first."],
    shape: [
      (answer, known) => (shape(answer) ? shape(answer) === known : null),
      "This is not read as a shape: write two sizes, such as n × D.",
    ],
    number: [
      (answer, known) => {
        const [value, within] = known.split(" ").map(Number);
        return Number.isFinite(number(answer)) ? !(Math.abs(number(answer) - value) > within) : null;
      },
      "This is not read as a number: write one such as 2.5, 1/3, 1e-3 or 4^-10, with a point and without commas.",
    ],
  };

  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  const start = () => {
    const boxes = [...document.querySelectorAll(".answer-box")];
    const { book, version } = boxes[0].dataset;
    const KEY = `answers: ${book}`;
    let memory = null; // what the browser does not keep
    const kept = () => {
      let found = memory;
      try {
        found ??= JSON.parse(localStorage.getItem(KEY));
      } catch {
        // What the browser gives is nothing that was written below.
      }
      found ??= {};
      return Object.fromEntries(Object.entries(found).filter(([, each]) => typeof each?.answer === "string"));
    };
    const keep = (answers) => {
      memory = null;
      try {
        localStorage.setItem(KEY, JSON.stringify(answers));
      } catch {
        memory = answers;
        // What the browser does not keep is there until the page is left.
      }
      show();
    };

    // One line below the last exercise with a box, and its solution: what is kept, saved as a file, cleared and brought back.
    let cleared = null;
    const line = make("div", { className: "answers-kept", hidden: true });
    const count = make("span", { role: "status" });
    const save = make("button", { type: "button", textContent: "Save my answers as a file" });
    const clear = make("button", { type: "button" });
    line.append(count, save, clear);
    const last = boxes.at(-1).closest(".exercise");
    (last.nextElementSibling?.matches(".solution") ? last.nextElementSibling : last).after(line);
    save.addEventListener("click", () => {
      const file = { book, version, answers: Object.values(kept()) };
      const href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1)], { type: "application/json" }));
      make("a", { href, download: "answers.json" }).click();
      setTimeout(() => URL.revokeObjectURL(href), 1000);
    });
    clear.addEventListener("click", () => {
      const before = cleared;
      cleared = before ? null : kept();
      keep(before ?? {});
      boxes.forEach(fill);
    });

    const inputs = (box) => [...box.querySelectorAll("input, textarea")];
    const keyOf = ({ dataset }) => `${dataset.exercise}/${dataset.number}`;
    const answerOf = (box) =>
      box.dataset.kind === "choices"
        ? inputs(box).filter((input) => input.checked).map((input) => input.value).join(" ")
        : inputs(box)[0].value.trim();

    const say = (box, words, tone = "") => {
      const status = box.querySelector("[role=status]");
      status.replaceChildren(words);
      status.dataset.tone = tone;
    };
    const tell = (box, { answer, verdict }, words = "") => {
      const chosen = answer.split(" ");
      for (const input of inputs(box)) {
        const reason = input.parentElement.nextElementSibling;
        if (reason?.matches(".answer-reason")) reason.hidden = !chosen.includes(input.value);
      }
      const isPart = box.dataset.kind === "choices" && chosen.every((each) => box.dataset.known.includes(each));
      const tone = { right: "good", wrong: isPart ? "" : "bad" }[verdict] ?? "";
      if (words) say(box, words, tone);
      else if (!verdict) say(box, "Kept. It is judged where you hand it in.");
      else if (verdict === "not decided") say(box, "Neither right nor wrong, as far as the checker knows.");
      else if (verdict === "right") say(box, "Right.", tone);
      else say(box, isPart ? "Right so far, but not all that is right." : "Not right.", tone);
    };

    // Put what is kept into a box; nothing is kept of most.
    const fill = (box) => {
      const found = kept()[keyOf(box)];
      const chosen = (found?.answer ?? "").split(" ");
      for (const input of inputs(box)) {
        if (box.dataset.kind === "choices") input.checked = chosen.includes(input.value);
        else input.value = found?.answer ?? "";
      }
      if (found) tell(box, found);
      else {
        say(box, "");
        box.querySelectorAll(".answer-reason").forEach((reason) => (reason.hidden = true));
      }
    };

    const keepAnswer = (box, answer, verdict, words) => {
      const { exercise, number: place, kind } = box.dataset;
      cleared = null;
      const entry = { exercise, box: Number(place), kind, answer, verdict, version };
      tell(box, entry, words);
      keep({ ...kept(), [keyOf(box)]: entry });
      if (verdict === "wrong" && kind !== "choices") giveHint(box);
    };

    // After each wrong answer one more hint of the exercise unfolds; each stands in the one before.
    const giveHint = (box) => {
      const hint = box.closest(".exercise").querySelector("details.exercise-hint:not([open])");
      if (hint && !hint.closest("details:not([open]).exercise-asks")) hint.open = true;
    };

    const check = (box) => {
      const { kind, known } = box.dataset;
      const answer = answerOf(box);
      if (kind === "answer") return checkFormula(box, answer);
      const [judge, words] = KINDS[kind];
      const isRight = judge(answer, known || "0 0");
      if (isRight === null) return say(box, words);
      keepAnswer(box, answer, known ? (isRight ? "right" : "wrong") : "");
    };

    // A formula is judged by the checker, which says first what numbers say.
    const NO_CHECKER = "Here no formula can be judged: this page was opened as a file. A page that a server sends judges it.";
    const isServed = location.protocol.startsWith("http");
    const places = JSON.parse(document.querySelector("meta[name=checker]")?.content ?? "{}");
    const checker = () => {
      if (!isServed) throw new Error(NO_CHECKER);
      return import(new URL(places.asking, document.baseURI));
    };
    const checkFormula = async (box, formulas) => {
      const { known, world } = box.dataset;
      if (!formulas) return say(box, "Type an answer first.");
      if (!known) return keepAnswer(box, formulas, "");
      if (box.ariaBusy === "true") return;
      box.ariaBusy = "true";
      box.querySelector(".answer-stop").hidden = false;
      say(box, "Checking …");
      try {
        const { ask, inUnits, waits, written } = await checker();
        say(box, waits());
        await ask({ formulas, exercise: JSON.parse(known), ...(world && { world }) }, (step) => {
          const words = make("span", {});
          for (const remark of step.remarks) words.append(make("span", { className: "check-read", textContent: `Read: ${remark}.` }));
          words.append(written(step.words, "span"));
          if (!step.verdict) return say(box, words);
          if (step.verdict === "unreadable") say(box, words);
          else keepAnswer(box, formulas, step.verdict, words);
          const [from, to] = inUnits(formulas, step.span);
          if (step.fails && to > from && to - from < formulas.length) inputs(box)[0].setSelectionRange(from, to);
        });
      } catch (error) {
        say(box, error.message);
      } finally {
        box.ariaBusy = null;
        box.querySelector(".answer-stop").hidden = true;
      }
    };
    const draw = async (box) => {
      const place = box.querySelector(".check-preview");
      const { value } = inputs(box)[0];
      if (!value.trim() || navigator.connection?.saveData) return place.replaceChildren();
      try {
        const asking = await checker();
        const { left } = JSON.parse(box.dataset.known || '{"left": ""}');
        const isWhole = value.replace(/\{[^{}]*\}/g, "").includes("="); // but not below a sum
        const isLed = left && !isWhole;
        const fault = await asking.draw(place, isLed ? `${left} = ${value}` : value);
        // A line that is too long is broken, so that what was typed is seen.
        if (!fault && isLed && place.scrollWidth > place.clientWidth)
          await asking.draw(place, `\\begin{aligned} & ${left} \\\\ & \\quad = ${value} \\end{aligned}`);
        if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
        else place.removeAttribute("tabindex");
        if (fault) place.replaceChildren(make("span", { className: "check-unfinished", textContent: fault }));
        if (box.dataset.known) asking.begin();
      } catch {
        // Without it an answer is typed all the same.
      }
    };

    // Beside each exercise, and in the line below all: what was done.
    const show = () => {
      const answers = kept();
      for (const exercise of new Set(boxes.map((box) => box.closest(".exercise")))) {
        const own = boxes.filter((box) => exercise.contains(box)).map((box) => answers[keyOf(box)]);
        const summary = exercise.querySelector(".exercise-level");
        summary?.querySelector(".answer-mark")?.remove();
        if (!summary || !own.some(Boolean)) continue;
        const textContent = own.every((each) => each?.verdict === "right") ? " · solved" : " · tried";
        summary.append(make("span", { className: "answer-mark", textContent }));
      }
      const all = Object.values(answers);
      const right = all.filter(({ verdict }) => verdict === "right").length;
      line.hidden = !all.length && !cleared;
      save.hidden = !all.length;
      clear.textContent = cleared ? "Bring my answers back" : "Clear my answers";
      count.textContent = cleared
        ? "Your answers are cleared."
        : `This browser keeps ${all.length} of your answers to this book, ${right} of them right.`;
    };

    for (const box of boxes) {
      const button = make("button", { type: "button", textContent: "Check my answer" });
      button.setAttribute("aria-describedby", `${box.id}-asks`);
      const status = make("p", { className: "answer-verdict" });
      status.setAttribute("role", "status");
      box.append(button);
      if (box.dataset.kind === "answer") {
        const stop = make("button", { type: "button", className: "answer-stop", textContent: "Stop", hidden: true });
        stop.addEventListener("click", async () => (await checker()).stop());
        box.append(stop);
        if (isServed && box.dataset.known) box.querySelector(".answer-how").append(` The first check loads ${places.megabytes} MB.`);
        let timer;
        inputs(box)[0].addEventListener("input", () => {
          clearTimeout(timer);
          timer = setTimeout(() => draw(box), 200);
        });
      }
      box.append(status);
      button.addEventListener("click", () => check(box));
      box.addEventListener("input", () => box.ariaBusy || say(box, "")); // what was said was said of another answer
      box.addEventListener("keydown", (event) => {
        const isMeant = event.target.matches("input") || (event.target.matches("textarea") && (event.ctrlKey || event.metaKey));
        if (event.key !== "Enter" || !isMeant) return;
        event.preventDefault();
        check(box);
      });
      fill(box);
    }
    show();
  };
  document.addEventListener("DOMContentLoaded", start);
}
