"""Shows the book of the current folder, and builds it anew whenever a source of it is saved.

    python book/_ext/live.py 8000

Half of the time of a small build goes into loading Sphinx, its extensions and sympy. Here one process loads them, once,
and each build is forked from it. After a change of code that process starts anew, so that no build runs old code.
"""

import argparse
import gc
import importlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

HTML = Path("_build", "html")
SOURCES = ("*.yml", "*.toml", "*.cff", "*.md", "*.lock", "book/**/*", "nncore/**/*")
CODE = {".py", ".toml", ".lock"}
PAUSE = 0.2  # seconds between two looks at the sources

process = multiprocessing.get_context("fork").Process


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, *_):
        pass


def server(port: int) -> ThreadingHTTPServer:
    """What serves the built book, if the port is free."""
    return ThreadingHTTPServer(("localhost", port), partial(Quiet, directory=HTML))


def serve(server: ThreadingHTTPServer) -> None:
    """Serves until the process that started this one ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    multiprocessing.parent_process().join()


def sources() -> dict[Path, int]:
    """The time of the last change of each file that the book is made of."""
    found = {}
    for path in (path for pattern in SOURCES for path in Path().glob(pattern)):
        if not (path.name.startswith(".") or path.name.endswith(("~", ".pyc")) or path.is_dir()):
            with suppress(FileNotFoundError):  # an editor's own file, gone already
                found[path] = path.stat().st_mtime_ns
    return found


def changed(before: dict[Path, int]) -> set[Path]:
    """Waits until sources are not what they were, and says which."""
    while (now := sources()) == before:
        time.sleep(PAUSE)
    return {path for path, _ in now.items() ^ before.items()}


class Build:
    """A build in a process of its own, which is ready to begin when a source changes."""

    def __init__(self):
        inside, self.begin = Pipe(duplex=False)
        self.modules, outside = Pipe(duplex=False)
        self.process = process(target=build, args=(inside, self.begin, outside))
        self.process.start()
        inside.close()
        outside.close()

    def run(self) -> list[str]:
        """Builds, says how it went, and returns the names of the modules that were imported."""
        start = time.monotonic()
        self.begin.send(None)
        try:
            names = self.modules.recv()
        except EOFError:  # it was ended from outside
            names = []
        self.process.join()
        word = "The build failed" if self.process.exitcode else "Built"
        print(f"{word} after {time.monotonic() - start:.1f} s", flush=True)
        return names


def build(begin: Connection, other_end: Connection, modules: Connection) -> None:
    """What the process of a build does: it warms up what kernels are forked from, and waits."""
    other_end.close()
    try:
        from forked_kernels import CAN_FORK, PRELOADED, forkserver
        from strict_build import surround

        if CAN_FORK:
            surround(Path("_build").resolve())
            forkserver.set_forkserver_preload(PRELOADED)
            forkserver.ensure_running()
        begin.recv()

        from jupyter_book.cli.main import main

        main(["build", ".", "-W", "--keep-going"], standalone_mode=False)
    except (EOFError, KeyboardInterrupt):  # nobody waits for it any more
        sys.exit(1)
    except Exception as error:
        sys.exit(str(error))
    finally:
        with suppress(OSError):
            modules.send(sorted(sys.modules))


def load(names: list[str]) -> None:
    """Imports what a build imported, and makes the parsers that it made, for the next build."""
    for name in names:
        with suppress(Exception):  # else a build will say what is wrong
            importlib.import_module(name)

    from nbformat.v4 import new_notebook

    from nncore.verify.notation import load
    from nncore.verify.syntax.parser import read

    read("x = x", load(Path("book", "notation.yml")))
    new_notebook()
    gc.freeze()


def follow() -> None:
    """Builds, and again after each change, until code changes."""
    ready = Build()
    while True:
        seen = sources()
        names = ready.run()
        with suppress(Exception):
            load(names)
        ready = Build()
        if any(path.suffix in CODE for path in changed(seen)):
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("port", type=int)
    port = parser.parse_args().port
    try:
        shown = server(port)
    except (OSError, OverflowError) as error:
        sys.exit(f"The port {port} cannot be used: {error}. To take another one: make serve PORT=8001")
    print(
        f"The book is on http://localhost:{port}/ and built again when a source is saved (Ctrl+C ends it)", flush=True
    )
    process(target=serve, args=(shown,), daemon=True).start()
    shown.server_close()  # that process has it
    try:
        follow()
    except KeyboardInterrupt:
        return
    for each in multiprocessing.active_children():
        each.terminate()
        each.join()
    os.execv(sys.executable, sys.orig_argv)


if __name__ == "__main__":
    main()
