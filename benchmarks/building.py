"""Building this book: all of it, beside a plain build in turns, and again after a small change.

    python -m benchmarks.building

The builds work on a copy of the sources. A plain build is one in which `jupyter-book` runs the pages itself, one after
the other; all else is the same. Small changes are timed with a build that starts for each of them, and in `make serve`
from saving the file to the end of the build. Writes `book/reference/building.json`, which the page "How fast is it?"
shows.
"""

import json
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "book" / "reference" / "building.json"
ROUNDS = 3
EXTENSION = "    forked_kernels: book/_ext\n"
PACKAGES = ("jupyter-book", "sphinx", "myst-nb", "ipykernel")

# A change in one file each: what is in place of what; {} is the number of the round, so that no output is kept yet.
CHANGES = {
    "nothing": None,
    "a word": ("book/network/optimizers.md", "## Exercises\n", "## Exercises\n\nWord {}.\n"),
    "a cell": ("book/layers/relu.md", "import numpy as np\n", "import numpy as np  # {}\n"),
    "a function": ("nncore/functions.py", "def softmax_vjp(", "def softmax_vjp(  # {}\n    "),
}


def copy_to(folder: Path) -> None:
    """The sources of the book, without what was built of them."""
    for name in subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")[:-1]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)


def change(folder: Path, what: str, number: int) -> None:
    """Change a source; what was there in the round before is there no more."""
    if CHANGES[what] is None:
        return
    file, old, new = CHANGES[what]
    text = (ROOT / file).read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    (folder / file).write_text(text.replace(old, new.format(number), 1), encoding="utf-8")


def build(folder: Path) -> tuple[float, int]:
    """Seconds on the clock that a build took, and how many pages ran.

    Raises
    ------
    SystemExit
        If the build fails, with what it said.
    """
    command = [Path(sys.executable).with_name("jupyter-book"), "build", folder, "-W", "--keep-going"]
    start = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"the build fails:\n{(done.stdout + done.stderr)[-2000:]}")
    forked = re.findall(r"running the cells of (\d+) pages", done.stdout)
    return seconds, sum(map(int, forked)) + done.stdout.count("Executing notebook using local CWD")


def serve(folder: Path) -> subprocess.Popen:
    """Start `make serve` in a folder, on a port that is free; what it prints comes line by line."""
    (folder / ".venv").symlink_to(sys.prefix)
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    return subprocess.Popen(
        ["make", "--assume-old=.venv/book.stamp", "serve", f"PORT={port}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait(served: subprocess.Popen) -> None:
    """Wait until a build has ended.

    Raises
    ------
    SystemExit
        If it fails, with what it said.
    """
    said = []
    for line in served.stdout:
        said.append(line)
        if "exited with exit code" in line:
            break
        if "Serving on" in line:
            return
    raise SystemExit(f"the build fails:\n{''.join(said)[-2000:]}")


def after_saving(served: subprocess.Popen, folder: Path, what: str, number: int) -> float:
    """Seconds from a change to the end of the build that follows it, when nothing was done for some seconds before."""
    time.sleep(8)
    start = time.perf_counter()
    change(folder, what, number)
    wait(served)
    return time.perf_counter() - start


def cold(folder: Path, plain: bool) -> tuple[float, int]:
    """A build with nothing kept from another one."""
    shutil.rmtree(folder / "_build", ignore_errors=True)
    settings = (ROOT / "_config.yml").read_text(encoding="utf-8")
    assert EXTENSION in settings
    (folder / "_config.yml").write_text(settings.replace(EXTENSION, "") if plain else settings, encoding="utf-8")
    return build(folder)


def spread(found: list[float]) -> list[float]:
    """The least, the median and the most."""
    return [round(figure(found), 2) for figure in (min, statistics.median, max)]


def measured(folder: Path) -> dict:
    """All figures of the table."""
    copy_to(folder)
    pairs = [(cold(folder, plain=True), cold(folder, plain=False)) for _ in range(ROUNDS)]
    rows = {what: [] for what in CHANGES}
    for number in range(ROUNDS):
        for what in CHANGES:
            change(folder, what, number)
            rows[what].append(build(folder))
    served = serve(folder)
    try:
        wait(served)
        rounds = range(ROUNDS, 2 * ROUNDS)
        saved = {
            what: [after_saving(served, folder, what, number) for number in rounds] for what in CHANGES if CHANGES[what]
        }
    finally:
        os.killpg(served.pid, signal.SIGKILL)
    return {
        "machine": {
            "processors": os.cpu_count(),
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
        "cold": {
            "plain": spread([seconds for (seconds, _), _ in pairs]),
            "forked": spread([seconds for _, (seconds, _) in pairs]),
            "ratio": spread([forked / plain for (plain, _), (forked, _) in pairs]),
            "pages": pairs[0][1][1],
        },
        "changes": {
            what: {"seconds": spread([seconds for seconds, _ in row]), "pages": max(pages for _, pages in row)}
            for what, row in rows.items()
        },
        "saved": {what: spread(row) for what, row in saved.items()},
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder).resolve())
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"written to {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
