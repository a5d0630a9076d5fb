// What all boxes of a page share: one worker that runs the checker, and formulas drawn as they are typed.
//
// Where things are stands in <meta name="checker"> of the page: for the worker, for KaTeX, and the context of the page.
// Nothing is loaded before somebody types.
const places = JSON.parse(document.querySelector("meta[name=checker]").content);
const at = (place) => new URL(place, document.baseURI).href;
const LONGEST = 60_000; // milliseconds for one question; the clock of the checker ends proofs before

const TOO_LONG = "Stopped, since this took longer than a minute. The command of the book's checker has no such limit.";

// The worker -----------------------------------------------------------------------------------------------------------

let worker = null;
let ready = null;
let isRunning = false;
let context = null;
let number = 0;
const waiting = new Map();

// Start the checker, if it does not run; who types will check.
export function begin() {
  ready ??= new Promise((resolve, reject) => {
    worker = new Worker(at(places.worker), { type: "module" });
    worker.onmessage = ({ data }) => {
      if (data.ready) {
        isRunning = true;
        resolve();
      }
      else if (data.failed && data.id === undefined) fail(data.failed);
      else told(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message || "its worker did not start");
    };
    const fail = (reason) => {
      const words = `The checker failed: ${reason}.`;
      reject(new Error(words));
      stop(words);
    };
    const files = Object.fromEntries(["runtime", "libraries", "checker"].map((name) => [name, at(places[name])]));
    worker.postMessage({ files });
  });
  ready.catch(() => {}); // who asks is told
  return ready;
}

function told({ id, step, done, failed }) {
  const asked = waiting.get(id);
  if (!asked) return;
  if (step) return asked.tell(step);
  waiting.delete(id);
  if (done) asked.resolve();
  else asked.reject(new Error(`The checker failed: ${failed}.`));
}

// End what runs, with a sentence for whoever waits; the next question starts the checker again.
export function stop(words = "Stopped.") {
  worker?.terminate();
  worker = ready = null;
  isRunning = false;
  for (const { reject } of waiting.values()) reject(new Error(words));
  waiting.clear();
}

// What somebody is told who waits for the first step of an answer.
export const waits = () => (isRunning ? "Checking …" : `Loading the checker, ${places.megabytes} MB the first time …`);

// A step names places by characters; a browser counts some of them twice.
export const inUnits = (text, span) => span.map((place) => [...text].slice(0, place).join("").length);

async function contextOfPage() {
  if (!places.context) return null;
  const response = await fetch(at(places.context));
  if (!response.ok) throw new Error("The page has changed since you opened it: load it again.");
  return response.json();
}

// Ask a question (book/_check/checker.py) on this page, and tell each step of the answer when it is known.
export async function ask(question, tell) {
  context ??= contextOfPage();
  context.catch(() => (context = null)); // the next question tries again
  const id = ++number;
  const end = new Promise((resolve, reject) => waiting.set(id, { tell, resolve, reject }));
  end.catch(() => {}); // it may fail before anybody waits for it
  try {
    const [found] = await Promise.race([Promise.all([context, begin()]), end]);
    worker.postMessage({ id, ...question, context: found });
  } catch (error) {
    waiting.delete(id);
    throw error;
  }
  const timer = setTimeout(() => stop(TOO_LONG), LONGEST);
  return end.finally(() => clearTimeout(timer));
}

// Mathematics ----------------------------------------------------------------------------------------------------------

let katex = null;
const DEEPEST = 250; // elements within each other: of more than three times as many a browser breaks down
const LONGEST_DRAWN = 3000; // characters: drawing takes longer than what is typed, and keeps the page from answering
const OPTIONS = { throwOnError: true, strict: "ignore", trust: false, maxExpand: 200, maxSize: 10 };

const TOO_DEEP = "This is nested too deeply to be drawn.";

// Without calls within each other, which may be too deep themselves.
function isDeeper(element, most) {
  let level = [element];
  for (let depth = 0; level.length; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((each) => [...each.children]);
  }
  return false;
}

// Draw LaTeX in an element, and return what is wrong with it, or nothing.
export async function draw(place, latex, displayMode = true) {
  if (latex.length > LONGEST_DRAWN) return "This is too long to be drawn.";
  katex ??= import(at(places.katex)).then(() => globalThis.katex);
  katex.catch(() => (katex = null)); // the next formula tries again
  const drawn = document.createElement("span");
  try {
    (await katex).render(latex, drawn, { ...OPTIONS, displayMode });
  } catch (error) {
    return error instanceof RangeError ? TOO_DEEP : String(error.message).replace(/^KaTeX parse error: /, "");
  }
  if (isDeeper(drawn, DEEPEST)) return TOO_DEEP;
  place.replaceChildren(drawn);
  return "";
}

// Return words as an element, in which what stands between dollars is drawn; it is a code until then. What stands between
// backticks is to be typed, and stays a code.
export function written(words, name = "p") {
  const found = document.createElement(name);
  for (const [place, part] of words.split(/(\$[^$]*\$|`[^`]*`)/).entries()) {
    if (place % 2 === 0) found.append(part);
    else {
      const formula = document.createElement("code");
      formula.textContent = part.slice(1, -1);
      found.append(formula);
      if (part.startsWith("`")) continue;
      const drawn = document.createElement("span");
      draw(drawn, part.slice(1, -1), false).then((fault) => fault || formula.replaceWith(drawn));
    }
  }
  return found;
}
