"""The fixture book: two pages, built with the settings and extensions of the real book, to plant faults in."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def copy_to(folder: Path) -> Path:
    """Lay out the fixture book in an empty folder. Its settings are the real ones, byte for byte."""
    shutil.copytree(
        ROOT / "tests" / "fixture_book",
        folder,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("*.py", "__pycache__"),
    )
    for settings in ("_config.yml", "CITATION.cff"):
        shutil.copy(ROOT / settings, folder)
    for part in ("_ext", "_static", "_templates", "_vendor"):
        (folder / "book" / part).symlink_to(ROOT / "book" / part)
    kept = ROOT / "_build" / "checker"  # what takes long to make, and follows from what is the same in both
    if kept.is_dir():
        shutil.copytree(kept, folder / "_build" / "checker")
    shutil.copytree(ROOT / "nncore", folder / "nncore", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def plant(folder: Path, file: str, old: str, new: str) -> None:
    """Put a text in place of another one, which must be there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def call(folder: Path, *command: str | Path, **options) -> subprocess.Popen:
    """Start a command in the folder of a book. The copy of nncore there is the one that the pages import."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        # Where tests run in the background, an interrupt is ignored, and by their children as well.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **options,
    )


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    """Start a build."""
    book = Path(sys.executable).with_name("jupyter-book")
    pipe = subprocess.PIPE
    return call(folder, book, "build", folder, *arguments, stdout=pipe, stderr=pipe, text=True)


def build(folder: Path, *, strict: bool = True) -> subprocess.CompletedProcess:
    """Build it as `make book` does, or plainly."""
    run = start(folder, *(["-W", "--keep-going"] if strict else []))
    try:
        output, errors = run.communicate(timeout=600)
    except subprocess.TimeoutExpired:
        run.kill()
        raise
    return subprocess.CompletedProcess(run.args, run.returncode, output, errors)


def built_in(folder: Path) -> Path:
    """Lay out the fixture book in an empty folder, build it, and return the folder."""
    result = build(copy_to(folder))
    assert result.returncode == 0, result.stdout + result.stderr
    return folder
