"""Pages that have to run do so side by side, each in a kernel of its own that is forked from one warm process.

Jupyter starts a kernel by starting Python, and every page imports the same libraries: this costs more than what most
pages compute. Here one process imports them, once, and each kernel is a copy of it, so no page sees what another one
did. The kernels run while Sphinx reads other pages, and what they print goes into the cache in which myst-nb looks. A
page that fails is not kept there; myst-nb then runs it in its own way, and reports what is wrong.

Where the system cannot fork a process, all pages run in that way.
"""

import asyncio
import multiprocessing
import os
import shutil
import signal
import threading
import time
from concurrent.futures import Future
from pathlib import Path

from freshness import folder_for, notebook_of
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from kernel_process import be_kernel
from nbclient import NotebookClient
from nbformat import NotebookNode
from sphinx.util import logging

logger = logging.getLogger(__name__)

CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()
if CAN_FORK:
    from multiprocessing import forkserver

# Libraries whose import leaves no trace but their modules. `__main__` keeps kernels from importing the build's own.
PRELOADED = ["__main__", "kernel_process", "ipykernel.kernelapp", "numpy", "sympy", "mpmath", "matplotlib.pyplot"]

# One more than there are processors, because a kernel that starts waits half a second for nothing.
PLACES = 1 + (os.cpu_count() or 1)


# A kernel -------------------------------------------------------------------------------------------------------------


class Forked:
    """A forked kernel with those methods of `subprocess.Popen` that Jupyter calls."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], folder: str):
        context = multiprocessing.get_context("forkserver")
        self.process = context.Process(target=be_kernel, args=(arguments, folder), daemon=True)
        self.process.start()
        self.pid = self.process.pid

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        if self.process.is_alive():
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class Provisioner(LocalProvisioner):
    """Start a kernel by a fork; all else is Jupyter's."""

    async def launch_kernel(self, cmd, **kwargs):
        self.process = Forked(cmd[cmd.index("ipykernel_launcher") + 1 :], kwargs["cwd"])
        self.pid = self.process.pid
        return self.connection_info


class Manager(AsyncKernelManager):
    """A kernel manager with that provisioner."""

    async def _async_pre_start_kernel(self, **kwargs):
        self.provisioner = Provisioner(kernel_id="page", kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**kwargs)

    pre_start_kernel = _async_pre_start_kernel


class Client(NotebookClient):
    """Run a page; at the exit of a build that is interrupted, leave its kernel alone, which ends by itself."""

    def _cleanup_kernel(self):
        """Nothing: called at exit, in another thread than that which talks to the kernel."""


# A build --------------------------------------------------------------------------------------------------------------


class Runs:
    """The pages that run while others are read, by their names."""

    def __init__(self):
        self.pages: dict[str, Future] = {}
        self.seen: set[str] = set()  # the pages that were looked at
        self.loop = asyncio.new_event_loop()
        self.places = asyncio.Semaphore(PLACES)
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def start(self, docname: str, path: Path, notebook: NotebookNode, folder: str, timeout: int) -> None:
        """Run a page as soon as there is a place for it."""
        run = self._run(path, notebook, folder, timeout)
        self.pages[docname] = asyncio.run_coroutine_threadsafe(run, self.loop)

    async def _run(self, path: Path, notebook: NotebookNode, folder: str, timeout: int) -> None:
        async with self.places:
            begin = time.monotonic()
            client = Client(
                notebook,
                timeout=timeout,
                record_timing=False,  # a time in a cell would make it another cell
                coalesce_streams=True,  # however what is printed was flushed, it is one text
                resources={"metadata": {"path": str(path.parent)}},
                kernel_manager_class=Manager,
            )
            await client.async_execute()
            result = CacheBundleIn(notebook, str(path), data={"execution_seconds": time.monotonic() - begin})
            aside = f"{folder}.{os.getpid()}"
            get_cache(aside).cache_notebook_bundle(result, check_validity=False, overwrite=True)
            try:
                Path(aside).rename(folder)  # what stands there is whole
            except OSError:  # another build was faster
                shutil.rmtree(aside)

    def wait(self, docname: str) -> None:
        """Wait until a page has run, if it does."""
        if docname not in self.pages:
            return
        try:
            self.pages.pop(docname).result()
        except Exception as error:  # whatever it is: if the page is at fault, myst-nb will say so
            logger.info(
                "%s failed in a forked kernel (%s), and runs again in one of its own", docname, type(error).__name__
            )


def are_kept(notebook: NotebookNode, folder: str) -> bool:
    """Say whether the outputs of a page are kept; what is there but cannot be read is thrown away."""
    if not Path(folder).is_dir():
        return False
    try:
        get_cache(folder).merge_match_into_notebook(notebook)
    except Exception:  # of a build that was interrupted, or had no space
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def start_early(app, env, added, changed, removed):
    """Run pages that changed while formulas are judged."""
    app.runs = Runs()
    if added or changed:
        forkserver.ensure_running()
        start(app, env, sorted(added | changed))
    return []


def start(app, env, docnames):
    """Start those pages that are about to be read whose outputs are not kept."""
    begun = []
    for docname in docnames:
        if docname in app.runs.seen:
            continue
        app.runs.seen.add(docname)
        path = Path(env.doc2path(docname))
        source = path.read_text(encoding="utf-8")
        notebook, folder = notebook_of(app, docname, source), folder_for(app, docname, source)
        if notebook is None:
            continue
        own_settings = any(name.startswith("execution") for name in notebook.metadata.get("mystnb", {}))
        if not own_settings and not are_kept(notebook, folder):
            app.runs.start(docname, path, notebook, folder, app.config.nb_execution_timeout)
            begun.append(docname)
    if begun:
        logger.info("running the cells of %d pages: %s", len(begun), ", ".join(begun))


def wait(app, docname, source):
    """Read a page when it has run."""
    app.runs.wait(docname)


def setup(app):
    if CAN_FORK:  # else myst-nb runs the pages as it reads them
        forkserver.set_forkserver_preload(PRELOADED)
        app.connect("env-get-outdated", start_early, priority=100)
        app.connect("env-before-read-docs", start)
        app.connect("source-read", wait)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
