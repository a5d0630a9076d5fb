// node compile.mjs PYODIDE FOLDERS ORDER: makes an archive (book/_ext/bytecode.py) by the Python that will read it.
//
// FOLDERS, in JSON, says by its name what folder of the disk each one is that the Python sees; ORDER is for bytecode.make.
import path from "node:path";
import { pathToFileURL } from "node:url";

import { noPackages } from "./core.mjs";

const [pyodide, folders, order] = process.argv.slice(2);
const { loadPyodide, version } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")));
const python = await loadPyodide({
  lockFileContents: noPackages(version),
  env: { HOME: "/", PYTHONHASHSEED: "0" }, // sets would be written in another order each time
});
for (const [name, folder] of Object.entries(JSON.parse(folders))) {
  python.FS.mkdirTree(name);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, name);
}
python.globals.set("order", order);
python.runPython(`import sys; begun = sorted(sys.modules); sys.path.insert(0, "/code")`);
python.runPython("from bytecode import make; make(order, begun)");
