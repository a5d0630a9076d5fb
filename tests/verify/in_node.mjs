// node in_node.mjs CORE FILES LIMIT < LINES: answers questions, one a line, as the worker of a page does.
//
// A line with { python } is a program instead, of which the last value is printed. Time is that of computing, for what
// else runs on a machine has no say in how far a proof comes; and it is slowed, for so is computing here, and what is
// compared is what is found in time. The last line that is printed says what all this cost.
import fs from "node:fs";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

process.on("uncaughtException", (error) => {
  console.error(error.stack); // as a whole it would print the line where it was thrown, which is all of the runtime
  process.exit(1);
});

const [core, files, limit] = process.argv.slice(2);
const spent = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
const SLOWED = 4;
const clock = () => spent() / SLOWED;
const { start } = await import(pathToFileURL(core));
const begin = () => start({
  files: JSON.parse(files), clock, limit: Number(limit), read: async (file) => new Uint8Array(fs.readFileSync(file)),
});
const MUCH = 0.9 * Number(limit); // what has come to more memory is not kept for the next answer, as in a page
let checker = await begin();
let memory = 0;
const took = []; // seconds, for each question
for await (const line of readline.createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line), steps = [];
  if (asked.python) {
    console.log(JSON.stringify(checker.python.runPython(asked.python)));
    continue;
  }
  const before = took.length ? spent() : 0; // the first answer comes after all that a start takes
  checker.answer(asked, (step) => steps.push(step));
  took.push((spent() - before) / 1000);
  console.log(JSON.stringify(steps));
  memory = Math.max(memory, checker.memory());
  if (checker.memory() > MUCH) checker = await begin();
}
console.log(JSON.stringify({ took, all: spent() / 1000, memory: Math.max(memory, checker.memory()) }));
