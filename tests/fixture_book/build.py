"""The fixture book: two pages, built with the settings and extensions of the real book, to plant faults in."""

import os
import shutil
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
    shutil.copy(ROOT / "_config.yml", folder)
    for part in ("_ext", "_static", "_templates", "_vendor"):
        (folder / "book" / part).symlink_to(ROOT / "book" / part)
    shutil.copy(ROOT / "book" / "notation.yml", folder / "book")
    shutil.copytree(ROOT / "nncore", folder / "nncore", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def build(folder: Path, *arguments: str, strict: bool = True) -> subprocess.CompletedProcess:
    """Build it as `make book` does, or plainly. The copy of nncore in the folder is the one that the pages import."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [
            Path(sys.executable).with_name("jupyter-book"),
            "build",
            folder,
            *(["-W", "--keep-going"] if strict else []),
            *arguments,
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
