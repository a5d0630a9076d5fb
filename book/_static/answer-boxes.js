// Boxes for answers inside of exercises: an answer is judged here, kept in this browser, and can be saved as a file that
// `nncore-verify --answers` judges again. What counts as which answer, nncore/verify/report/boxes.py says as well.
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
    let memory = {}; // where the browser keeps nothing
    const kept = () => {
      let found = memory;
      try {
        found = JSON.parse(localStorage.getItem(KEY)) ?? {};
      } catch {
        // What the browser gives is nothing that was written below.
      }
      return Object.fromEntries(Object.entries(found).filter(([, each]) => typeof each?.answer === "string"));
    };
    const keep = (answers) => {
      memory = answers;
      try {
        localStorage.setItem(KEY, JSON.stringify(answers));
      } catch {
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

    const inputs = (box) => [...box.querySelectorAll("input")];
    const keyOf = ({ dataset }) => `${dataset.exercise}/${dataset.number}`;
    const answerOf = (box) =>
      box.dataset.kind === "choices"
        ? inputs(box).filter((input) => input.checked).map((input) => input.value).join(" ")
        : inputs(box)[0].value.trim();

    const say = (box, words) => (box.querySelector("[role=status]").textContent = words);
    const tell = (box, { answer, verdict }) => {
      const chosen = answer.split(" ");
      for (const input of inputs(box)) {
        const reason = input.parentElement.nextElementSibling;
        if (reason?.matches(".answer-reason")) reason.hidden = !chosen.includes(input.value);
      }
      const isPart = box.dataset.kind === "choices" && chosen.every((each) => box.dataset.known.includes(each));
      if (!verdict) say(box, "Kept. It is judged where you hand it in.");
      else if (verdict === "right") say(box, "Right.");
      else say(box, isPart ? "Right so far, but not all that is right." : "Not right.");
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

    const check = (box) => {
      const { exercise, number: place, kind, known } = box.dataset;
      const answer = answerOf(box);
      const [judge, words] = KINDS[kind];
      const isRight = judge(answer, known || "0 0");
      if (isRight === null) return say(box, words);
      const verdict = known ? (isRight ? "right" : "wrong") : "";
      cleared = null;
      const entry = { exercise, box: Number(place), kind, answer, verdict, version };
      tell(box, entry);
      keep({ ...kept(), [keyOf(box)]: entry });
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
      box.append(button, status);
      button.addEventListener("click", () => check(box));
      box.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.matches("input")) check(box);
      });
      fill(box);
    }
    show();
  };
  document.addEventListener("DOMContentLoaded", start);
}
