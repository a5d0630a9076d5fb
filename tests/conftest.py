"""What the tests share: the built book, a server for it, and a browser to read it in."""

import functools
import http.server
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from printing import chromium

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def html():
    """The folder of the built book. `make test` has built it before; what changed since is built now, strictly."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ROOT, "-W", "--keep-going"]
    (ROOT / "_build").mkdir(exist_ok=True)
    with FileLock(ROOT / "_build" / "tests.lock"):  # the workers of pytest share one book
        build = subprocess.run(command, capture_output=True, text=True, timeout=1200)
    assert build.returncode == 0, build.stdout + build.stderr
    return ROOT / "_build" / "html"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def site(html):
    """The address of a server of the built book on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=html))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    try:
        path = chromium.find()
    except chromium.NoBrowser as error:
        pytest.exit(str(error), returncode=1)
    with sync_playwright() as playwright:
        # no-sandbox: as root, as in most containers, Chromium starts in no other way; it reads the book alone.
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def add_style(page, rules: str):
    """Give a page rules of style, though it may not hold any itself."""
    page.evaluate(
        """rules => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(rules);
            document.adoptedStyleSheets.push(sheet);
        }""",
        rules,
    )


def pytest_terminal_summary(terminalreporter):
    """Prints what tests say of random claims: how many of them had which status."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in report.user_properties:
            terminalreporter.write_line(f"{name}: {text}")
