// The worker of a page: it starts the checker, and answers one question after the other.
//
// First comes { files }, which names for core.mjs where things are; then { id } with a question (checker.py). Goes out:
// { ready } or { failed } when the checker has started or cannot, { id, step } for each thing that is found, and at last
// { id, done } or { id, failed }.
import { start } from "./core.mjs";

// A proof may take as long as elsewhere: computing is so many times as slow here.
const SLOWED = 3;
const MOST = 512 * 2 ** 20; // bytes of memory that one answer may take
const MUCH = 256 * 2 ** 20; // what has come to more is not kept for the next answer

let begin, checker;

// Python does not tell that a part of it could not be fetched, and would never be ready.
const unfetched = new Promise((_, reject) => {
  const plain = self.fetch;
  self.fetch = (...given) => plain(...given).catch((error) => {
    reject(error);
    throw error;
  });
});
unfetched.catch(() => {}); // who begins is told

async function read(file) {
  const response = await fetch(file);
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

// An error of Python is told with the lines that led to it.
const lastLine = (error) => String(error.message).trim().split("\n").at(-1);

async function answer({ id, ...question }) {
  const ready = await (checker ??= begin());
  let whole = false;
  try {
    ready.answer(question, (step) => self.postMessage({ id, step }));
    whole = ready.memory() < MUCH;
  } finally {
    if (!whole) checker = undefined;
  }
}

self.onmessage = async ({ data }) => {
  try {
    if (data.files) {
      const settings = { files: data.files, read, clock: () => performance.now() / SLOWED, limit: MOST };
      begin = () => Promise.race([start(settings), unfetched]);
      await (checker = begin());
      self.postMessage({ ready: true });
    } else {
      await answer(data);
      self.postMessage({ id: data.id, done: true });
    }
  } catch (error) {
    self.postMessage({ id: data.id, failed: lastLine(error) });
  }
};
