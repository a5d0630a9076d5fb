// Starts the checker in a Pyodide: in the worker of a page (worker.mjs), and in Node for tests.
//
// `files` names where things are: the folder of the `runtime`, the archives of the `libraries` and of the `checker`.
// `read` returns the bytes of the latter. `clock` returns milliseconds, by which proofs end. `limit` is how many bytes
// the memory may come to: what asks for more fails there, and the checker says so.

const PAGE_OF_MEMORY = 65536;
const ABI = "2026_0"; // of the runtime, which refuses another one

// Says to the runtime that there are no packages to fetch: the archives hold all.
export const noPackages = (version) => JSON.stringify({ info: { version, abi_version: ABI }, packages: {} });

export async function start({ files, read, clock, limit }) {
  const { loadPyodide, version } = await import(`${files.runtime}pyodide.mjs`);
  const { default: create } = await import(`${files.runtime}pyodide.asm.mjs`);
  const archive = read(files.checker);
  const python = await loadPyodide({
    indexURL: files.runtime,
    stdLibURL: files.libraries,
    lockFileContents: noPackages(version),
    createPyodideModule: bounded(create, limit),
  });
  python.FS.writeFile("/checker.zip", await archive);
  python.runPython(`import sys; sys.path.insert(0, "/checker.zip")`);
  const checker = python.pyimport("checker");
  checker.begin(alarmOf(python, clock), () => clock() / 1000);
  return {
    // Hands on each step of the answer to { formulas, context } when it is known.
    answer(question, tell) {
      checker.answer(JSON.stringify(question), (step) => tell(JSON.parse(step)));
    },
    memory: () => python._module.HEAP8.length,
    python,
  };
}

// Lets no more than `limit` bytes of memory be taken: Python then raises MemoryError where more is needed.
function bounded(create, limit) {
  return (settings) => create({
    ...settings,
    instantiateWasm: (imports, done) => settings.instantiateWasm(imports, (instance, module) => {
      const memory = instance.exports.memory;
      memory.grow = (pages) => {
        if (memory.buffer.byteLength + pages * PAGE_OF_MEMORY > limit) throw new RangeError("no more memory");
        return WebAssembly.Memory.prototype.grow.call(memory, pages);
      };
      return done(instance, module);
    }),
  });
}

// Returns what winds an alarm clock. Where Python looks for a signal, it reads a number, which turns to that of SIGINT
// when the time is over. That needs no memory that is shared between threads, and so no special headers.
function alarmOf(python, clock) {
  let end = Infinity;
  const signal = { set 0(_) {}, get 0() {
    if (end === Infinity || clock() < end) return 0;
    end = clock() + 1000; // and again, for what is raised in a callback is lost
    return 2;
  } };
  python.setInterruptBuffer(signal);
  return (seconds) => { end = seconds ? clock() + 1000 * seconds : Infinity; };
}
