"""Freezes the built book as `site-<version>.tar.gz`, and lays out a site that has every frozen version in `v/`.

The archives are kept with the sources: so whoever has these can publish all that was ever cited, on any host, without
asking another one. An archive holds what pages load, lead to or offer, which is a part of what is built, and depends on
nothing but that: no time, no user.
"""

import gzip
import io
import json
import re
import shutil
import tarfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

from book._ext.citation import Work, WrongCitation, read

NAME = re.compile(r"site-(\d+(?:\.\d+)+)\.tar\.gz")
RELEASED = re.compile(r"\d+(?:\.\d+)+")
STATIC = "_static"
TEXTS = {".html", ".css", ".js"}
NEVER_LOADED = {".map", ".ttf"}  # by debuggers alone; by browsers that know no .woff2, which stands beside it
FOLDER = "v"
LIST = "versions.json"


class CannotFreeze(ValueError):
    """What keeps a version from being frozen or published; its text is one sentence."""


def cited(root: Path) -> Work:
    """Return what CITATION.cff says.

    Raises
    ------
    CannotFreeze
        If it cannot be used.
    """
    try:
        return read(root)
    except WrongCitation as error:
        raise CannotFreeze(str(error)) from None


def check(root: Path, archives: Path) -> str:
    """Return the version that can be frozen: it is a released one, with its date, and nobody has frozen it before.

    Raises
    ------
    CannotFreeze
        If it is not.
    """
    work = cited(root)
    version = work.version
    if not RELEASED.fullmatch(version):
        raise CannotFreeze(
            f"version {version} is between two releases: give CITATION.cff and pyproject.toml a released one"
        )
    archive = archives / f"site-{version}.tar.gz"
    if archive.exists():
        raise CannotFreeze(f"version {version} is frozen in {archive}: what was published as a version stays as it is")
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    newest, *_ = re.findall(r"^## (.+)$", changelog, re.MULTILINE)
    if newest != f"{version} – {work.date}":
        raise CannotFreeze(
            f"CHANGELOG.md must begin with '## {version} – {work.date}', the version and date of CITATION.cff, "
            f"got '## {newest}'"
        )
    return version


def freeze(root: Path, html: Path, archives: Path) -> Path:
    """Write the archive of the built book and return its path.

    Raises
    ------
    CannotFreeze
        As `check`, or if what is built is not this version.
    """
    version = check(root, archives)
    if f'<p class="version">Version {version}</p>' not in (html / "search.html").read_text(encoding="utf-8"):
        raise CannotFreeze(f"what is built in {html} is not version {version}: build it first")
    archive = archives / f"site-{version}.tar.gz"
    archive.write_bytes(_packed(html, f"site-{version}"))
    return archive


def needed(html: Path) -> list[Path]:
    """Return the files of a site without those of `_static` that no page, style sheet or script names."""
    files = sorted(file for file in html.rglob("*") if file.is_file() and file.name != ".buildinfo")
    static = {file for file in files if file.relative_to(html).parts[0] == STATIC}
    found, todo = set(), set(files) - static
    while todo:
        found |= todo
        text = "".join(file.read_text(encoding="utf-8") for file in todo if file.suffix in TEXTS)
        todo = {file for file in static - found if file.suffix not in NEVER_LOADED and file.name in text}
    return sorted(found)


def _packed(html: Path, name: str) -> bytes:
    packed, zipped = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for file in needed(html):
            entry = tarfile.TarInfo(f"{name}/{file.relative_to(html).as_posix()}")
            entry.size, entry.mode = file.stat().st_size, 0o644
            tar.addfile(entry, io.BytesIO(file.read_bytes()))
    with gzip.GzipFile(fileobj=zipped, mode="wb", compresslevel=9, mtime=0, filename="") as stream:
        stream.write(packed.getvalue())
    return zipped.getvalue()


def versions(archives: Path) -> list[str]:
    """Return the frozen versions, the newest first."""
    found = [match[1] for file in archives.iterdir() if (match := NAME.fullmatch(file.name))]
    return sorted(found, key=lambda version: [int(part) for part in version.split(".")], reverse=True)


def site(root: Path, html: Path, archives: Path, target: Path) -> list[str]:
    """Copy the built book to a new folder, unpack each frozen version in it, and list them; return the versions.

    Raises
    ------
    CannotFreeze
        If an archive is broken, or of another book.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(html, target)
    work = cited(root)
    found = versions(archives)
    for version in found:
        archive = archives / f"site-{version}.tar.gz"
        for name, content in _unpacked(archive, version):
            file = target / FOLDER / version / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        door = (target / FOLDER / version / "index.html").read_text(encoding="utf-8")
        title = re.search("<title>(.*?)</title>", door)
        if title is None or title[1] != escape(work.title):
            raise CannotFreeze(
                f"{archive} is of the book '{title and title[1]}', and CITATION.cff is of '{work.title}': "
                "delete it, or publish it elsewhere"
            )
    (target / LIST).write_text(
        json.dumps({"current": work.version, "frozen": found}, indent=1) + "\n", encoding="utf-8"
    )
    return found


def _unpacked(archive: Path, version: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive; nothing in it can be written elsewhere."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for entry in tar:
                name = entry.name.removeprefix(f"site-{version}/")
                if not entry.isreg() or name == entry.name or ".." in name.split("/"):
                    raise CannotFreeze(f"{archive} holds {entry.name}, which is no file of that version")
                yield name, tar.extractfile(entry).read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise CannotFreeze(f"{archive} cannot be unpacked: {error}") from None
