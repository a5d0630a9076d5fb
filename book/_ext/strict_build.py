"""Rules of the build: what makes a page old, what a kernel sees, and that a failure stays a failure.

- Outputs are cached in a folder named after everything that they can depend on besides the page itself. The cache of
  Jupyter Book knows the cells of a page alone and would keep old outputs when nncore changes.
- A build that warned or failed leaves no environment behind. Sphinx reads only changed pages again, so without this a
  second build over the same tree would not come past the faulty page and would succeed.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ("numpy", "sympy", "mpmath", "matplotlib", "scikit-learn", "ipython", "ipykernel", "myst-nb")

KERNEL_STARTUP = Path(__file__).with_name("kernel_startup.py")

# ipykernel warns of every local connection that is not encrypted, and IPython keeps a history of what is run.
KERNEL_SETTINGS = f"""c.IPKernelApp.log_level = 40
c.HistoryManager.enabled = False
c.InteractiveShellApp.exec_files = [{str(KERNEL_STARTUP)!r}]
"""


def execution_key() -> str:
    """A name for all that the outputs of a page depend on: nncore, the figures, the notation, versions.

    The page of the errata is among it, because a cell there counts its own formulas.
    """
    files = [ROOT / "book" / "notation.yml", ROOT / "book" / "reference" / "errata.md", KERNEL_STARTUP]
    for package in ("nncore", "book"):
        # The package that a kernel will import, which need not lie in ROOT.
        for folder in importlib.util.find_spec(package).submodule_search_locations:
            files += Path(folder).glob("*.py") if package == "book" else Path(folder).rglob("*.py")
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted(files):
        if file.is_file():
            digest.update(f"\0{file.name}\0".encode() + file.read_bytes())
    for name in VERSIONS:
        digest.update(f"\0{name} {importlib.metadata.version(name)}".encode())
    return digest.hexdigest()[:16]


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
    config.nb_execution_cache_path = str(scratch / ".jupyter_cache" / execution_key())

    profile = scratch / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(KERNEL_SETTINGS)
    os.environ["IPYTHONDIR"] = str(scratch / "ipython")

    # On a new machine matplotlib first lists the fonts, and says so on stderr. That must not happen in a page.
    os.environ["MPLCONFIGDIR"] = str(scratch / "matplotlib")
    if not list((scratch / "matplotlib").glob("fontlist-*.json")):
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=True, capture_output=True)

    # Every kernel inherits these. One thread: pages are small, and sums come out alike on every machine.
    os.environ["PYTHONHASHSEED"] = "0"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ.setdefault("SOURCE_DATE_EPOCH", commit_time())


def finish(app, exception):
    if exception is not None or app._warncount:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def setup(app):
    # Before myst-nb reads the cache path (its priority is the default, 500).
    app.connect("config-inited", prepare, priority=10)
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
