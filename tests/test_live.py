"""`make serve`: the book is shown, and built again after each change, by processes that run the code of now."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fixture_book.build import ROOT, call, copy_to, plant

LIVE = Path("book", "_ext", "live.py")


def free_port() -> int:
    with socket.create_server(("localhost", 0)) as free:
        return free.getsockname()[1]


class Served:
    """The fixture book as `make serve` shows it; what is printed goes into a file."""

    def __init__(self, folder: Path):
        self.folder, self.port, self.log = folder, free_port(), folder / "log"
        with self.log.open("w") as log:
            self.run = call(folder, sys.executable, LIVE, str(self.port), stdout=log, stderr=subprocess.STDOUT)
        self.builds = 0

    def next_build(self) -> str:
        """What the next build prints last."""
        self.builds += 1
        for _ in range(6000):
            assert self.run.poll() is None, self.log.read_text()
            ends = [
                line for line in self.log.read_text().splitlines() if line.startswith(("Built", "The build failed"))
            ]
            if len(ends) >= self.builds:
                return ends[self.builds - 1]
            time.sleep(0.1)
        raise AssertionError(self.log.read_text()[-3000:])

    def page(self) -> str:
        with urllib.request.urlopen(f"http://localhost:{self.port}/book/page.html") as answer:
            return answer.read().decode()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    made = Served(copy_to(tmp_path_factory.mktemp("served") / "book"))
    assert made.next_build().startswith("Built")
    yield made
    made.run.kill()
    made.run.wait()


def test_what_is_saved_is_shown(served):
    assert "A made-up sentence." not in served.page()
    plant(served.folder, "book/page.md", "## With sympy", "A made-up sentence.\n\n## With sympy")
    assert served.next_build().startswith("Built")
    assert "A made-up sentence." in served.page()


def test_a_slip_is_told_and_its_correction_is_built(served):
    plant(served.folder, "book/page.md", "A made-up sentence.", "$$\nx = x + 1\n$$")
    assert served.next_build().startswith("The build failed")
    assert "refuted" in served.log.read_text()
    plant(served.folder, "book/page.md", "$$\nx = x + 1\n$$", "$$\nx = x + 0\n$$")
    assert served.next_build().startswith("Built")


def test_changed_code_is_the_code_that_runs_in_pages_and_in_the_build(served):
    assert "[0.  0.5 1. ]" in served.page() and "Row in the ledger" in served.page()
    plant(served.folder, "nncore/functions.py", "def sigmoid(Z: Array) -> Array:", "def sigmoid(Z: Array) -> Array::")
    assert served.next_build().startswith("The build failed")
    plant(served.folder, "nncore/functions.py", "def sigmoid(Z: Array) -> Array::", "def sigmoid(Z: Array) -> Array:")
    assert served.next_build().startswith("Built")
    plant(served.folder, "nncore/verify/report/badges.py", "Row in the ledger", "Its row in the ledger")
    assert served.next_build().startswith("Built")
    plant(served.folder, "book/page.md", "[-1000.0, 0.0, 1000.0]", "[-1000.0, 0.0]")
    assert served.next_build().startswith("Built")
    assert "[0.  0.5]" in served.page() and "Its row in the ledger" in served.page()


@pytest.mark.parametrize("port", ["taken", "99999", "x"])
def test_a_port_that_cannot_be_used_is_told_in_one_line(tmp_path, port):
    with socket.create_server(("localhost", 0)) as other:
        port = str(other.getsockname()[1]) if port == "taken" else port
        done = subprocess.run([sys.executable, ROOT / LIVE, port], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert "port" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_it_ends(tmp_path, number):
    served = Served(copy_to(tmp_path / "book"))
    while "The book is on" not in served.log.read_text():
        assert served.run.poll() is None, served.log.read_text()
        time.sleep(0.1)
    served.run.send_signal(number)
    served.run.wait(timeout=60)
    for _ in range(600):  # a build that has begun may end first
        with suppress(OSError), socket.create_server(("localhost", served.port)):
            return
        time.sleep(0.1)
    raise AssertionError("something serves the book still")
