"""A machine without a browser gets one, or one clear line, and never a skipped test."""

import pytest

from printing import chromium


def use(monkeypatch, **sources):
    for name in ("installed", "from_playwright", "from_system"):
        monkeypatch.setattr(chromium, name, sources.get(name, lambda: None))


def test_a_browser_that_is_there_is_taken_before_any_download(monkeypatch):
    use(monkeypatch, installed=lambda: "/there", from_playwright=lambda: pytest.fail("downloaded"))
    assert chromium.find() == "/there"


def test_else_playwright_downloads_one(monkeypatch):
    use(monkeypatch, from_playwright=lambda: "/downloaded", from_system=lambda: pytest.fail("installed"))
    assert chromium.find() == "/downloaded"


def test_else_the_system_package_is_installed(monkeypatch):
    use(monkeypatch, from_system=lambda: "/packaged")
    assert chromium.find() == "/packaged"


def test_without_any_browser_one_line_says_what_to_do(monkeypatch):
    use(monkeypatch)
    with pytest.raises(chromium.NoBrowser) as caught:
        chromium.find()
    assert "apt install chromium" in str(caught.value) and "\n" not in str(caught.value)


def test_nobody_but_root_on_debian_installs_a_system_package(monkeypatch):
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(chromium, "_succeeds", lambda *arguments: pytest.fail("ran a package manager"))
    assert chromium.from_system() is None


def test_a_download_that_fails_is_no_error_yet(monkeypatch):
    monkeypatch.setattr(chromium, "_succeeds", lambda *arguments: False)
    assert chromium.from_playwright() is None
