"""Where Chromium comes from: one that is there, else Playwright's, else the system's package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowser(RuntimeError):
    """No Chromium could be found or installed."""


def installed() -> str | None:
    """The path of a Chromium that is on the machine, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def from_playwright() -> str | None:
    """The path of the Chromium that Playwright downloads, or None if it cannot."""
    download = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    if not _succeeds(download, 600):
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def from_system() -> str | None:
    """The path of the Chromium that Debian or Ubuntu packages, installed as root, or None."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]
    if _succeeds(["apt-get", "update"], 300, environment) and _succeeds(install, 900, environment):
        return installed()
    return None


def find() -> str:
    """The path of a Chromium, installed if need be."""
    for source in (installed, from_playwright, from_system):
        if path := source():
            return path
    raise NoBrowser(
        "No Chromium was found and none could be installed; install one (Debian, Ubuntu: apt install chromium) "
        f"so that one of these is on the PATH: {', '.join(NAMES)}"
    )


def _succeeds(command: list[str], seconds: float, environment: dict | None = None) -> bool:
    try:
        return subprocess.run(command, env=environment, capture_output=True, timeout=seconds).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
