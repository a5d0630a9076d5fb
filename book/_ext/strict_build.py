"""Rules of the build: what a kernel sees, what is kept of its output, and that a failure stays a failure.

A build that warned, failed or did not come to its end leaves no environment behind. Sphinx reads only changed pages
again, so without this a second build over the same tree would not come past the faulty page and would succeed, or would
take pages for written that were not.
"""

import os
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

from docutils import nodes
from myst_nb.core.execute import cache as execution
from sphinx.util import logging

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
KERNEL_STARTUP = Path(__file__).with_name("kernel_startup.py")
UNFINISHED = "unfinished"  # a file that is there while a build runs, and after it if it was interrupted

# ipykernel warns of every local connection that is not encrypted, and IPython keeps a history of what is run.
KERNEL_SETTINGS = f"""c.IPKernelApp.log_level = 40
c.HistoryManager.enabled = False
c.InteractiveShellApp.exec_files = [{str(KERNEL_STARTUP)!r}]
"""


def commit_time() -> str:
    """Seconds since 1970 of the last commit: the time that goes into files, so that equal sources give equal builds."""
    try:
        return subprocess.check_output(
            ["git", "-C", ROOT, "log", "-1", "--format=%ct"], text=True, stderr=subprocess.DEVNULL
        ).strip()
    except (OSError, subprocess.CalledProcessError):
        return "1767225600"  # 1 January 2026, where the sources are no git checkout


def prepare(app, config):
    scratch = Path(app.srcdir) / "_build"
    if (scratch / UNFINISHED).exists():
        forget(app)
    scratch.mkdir(exist_ok=True)
    (scratch / UNFINISHED).touch()
    surround(scratch)


def surround(scratch: Path):
    """Set what every kernel inherits; files that it needs are put into that folder."""
    profile = scratch / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(KERNEL_SETTINGS)
    os.environ["IPYTHONDIR"] = str(scratch / "ipython")

    # On a new machine matplotlib first lists the fonts, and says so on stderr. That must not happen in a page.
    os.environ["MPLCONFIGDIR"] = str(scratch / "matplotlib")
    if not list((scratch / "matplotlib").glob("fontlist-*.json")):
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=True, capture_output=True)

    # A kernel may find matplotlib loaded, too late to choose how figures are shown.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    # One thread: pages are small, and sums come out alike on every machine.
    os.environ["PYTHONHASHSEED"] = "0"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ.setdefault("SOURCE_DATE_EPOCH", commit_time())


def join_streams():
    """Let myst-nb keep what a cell prints as one text, as forked_kernels.py does.

    What myst-nb itself joins (nb_merge_streams) it joins where a page is shown, and breaks the line after each piece:
    where a piece ends depends on when the kernel sent it.
    """
    execution.single_nb_execution = partial(execution.single_nb_execution, coalesce_streams=True)


def tell_errors(app, doctree):
    """Print what a cell wrote to stderr, such as a RuntimeWarning; myst-nb says only that there was something."""
    for block in doctree.findall(nodes.literal_block):
        if "stderr" in block["classes"]:
            logger.error("a cell wrote to stderr:\n%s", block.astext().rstrip(), location=block)


def kept_build_info(app) -> Path:
    """Where Sphinx's `.buildinfo` is kept: it depends on the folder of the build, and readers do not need it."""
    return Path(app.doctreedir) / "buildinfo"


def restore_build_info(app):
    """Put it back for Sphinx, which else writes all pages again."""
    if app.builder.name == "html":
        with suppress(FileNotFoundError):
            kept_build_info(app).replace(Path(app.outdir) / ".buildinfo")


def take_build_info(app):
    """Take it out of what is published."""
    if app.builder.name == "html":
        with suppress(FileNotFoundError):
            (Path(app.outdir) / ".buildinfo").replace(kept_build_info(app))


def forget(app):
    """Let the next build read and write all pages again; what their cells printed is kept elsewhere."""
    (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def finish(app, exception):
    take_build_info(app)
    if exception is not None or app._warncount:
        forget(app)
    (Path(app.srcdir) / "_build" / UNFINISHED).unlink(missing_ok=True)


def setup(app):
    join_streams()
    app.connect("config-inited", prepare)
    app.connect("builder-inited", restore_build_info)
    app.connect("doctree-read", tell_errors)
    app.connect("build-finished", finish, priority=999)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
