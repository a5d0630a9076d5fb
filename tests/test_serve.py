"""`make serve`: what is saved is built, also if it is saved while a build runs, and shown."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from tests.fixture_book.build import ROOT, call, copy_to, plant


def wait_until(true) -> None:
    """Wait until a condition holds, two minutes at most."""
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_what_is_saved_is_shown_also_if_it_is_saved_while_a_build_runs(tmp_path):
    folder, log = copy_to(tmp_path / "book"), tmp_path / "log"
    shutil.copy(ROOT / "Makefile", folder)
    (folder / ".venv").symlink_to(sys.prefix)
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]

    def page() -> str:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/book/page.html") as answer:
                return answer.read().decode()
        except (OSError, http.client.HTTPException):  # before the first build, or while the page is written
            return ""

    command = ["make", "--assume-old=.venv/book.stamp", "serve", f"PORT={port}"]
    with log.open("w") as output:
        run = call(folder, *command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        wait_until(lambda: "reading sources" in log.read_text())
        plant(folder, "book/page.md", "## With sympy", "Saved in the first build.\n\n## With sympy")
        wait_until(lambda: "Saved in the first build." in page())
        # By which the browser is told to load the page again, and may do so.
        assert "/websocket-reload" in page() and "script-src 'unsafe-inline'" in page() and "connect-src ws:" in page()
        plant(folder, "book/page.md", "Saved in the first build.", "Saved afterwards.")
        plant(folder, "_config.yml", 'html_permalinks_icon: "¶"', 'html_permalinks_icon: "§§"')
        wait_until(lambda: "Saved afterwards." in page() and "§§" in page())
        plant(folder, "CITATION.cff", "title: Backpropagation, Verified", "title: Another title")
        wait_until(lambda: "Another title" in page())
    finally:
        print(log.read_text())
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
