"""What `make vendor` fetched: the files are those that its recipe wrote, from the packages that it names."""

import hashlib
import re
import shutil
from pathlib import Path

import cut_fonts
import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "book" / "_vendor"
MADE = (ROOT / "Makefile").read_text(encoding="utf-8")


def differing(vendor: Path) -> set[str]:
    """Return the files that are not as the recipe wrote them, that it did not write, or that are lost."""
    listed = dict(reversed(line.split("  ")) for line in (vendor / "files.sha256").read_text().splitlines())
    files = {f"./{path.relative_to(vendor)}": path for path in vendor.rglob("*") if path.is_file()}
    files = {name: path for name, path in files.items() if path.suffix != ".sha256"}
    files["../_ext/cut_fonts.py"] = vendor.parent / "_ext" / "cut_fonts.py"
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    return {name for name in listed.keys() | digests.keys() if listed.get(name) != digests.get(name)}


def packages(made: str) -> set[str]:
    """Return the archives that a Makefile fetches, as npm names them."""
    versions = dict(re.findall(r"^(\w+) = ([\d.]+)$", made, re.MULTILINE))
    fetched = re.findall(r"\$\(UNPACK\) (\S+) \$\((\w+)\)", made)
    return {f"{name.removeprefix('@').replace('/', '-')}-{versions[version]}.tgz" for name, version in fetched}


@pytest.fixture
def copy(tmp_path):
    """The vendored files, to change some."""
    for folder in ("_vendor", "_ext"):
        shutil.copytree(VENDOR.parent / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.pyc"))
    return tmp_path / "_vendor"


def test_every_vendored_file_is_the_one_that_the_recipe_wrote():
    assert differing(VENDOR) == set()


def test_a_vendored_file_that_is_changed_added_or_lost_is_named(copy):
    with (copy / "katex" / "katex.min.js").open("a") as script:
        script.write("\n")
    with (copy.parent / "_ext" / "cut_fonts.py").open("a") as recipe:
        recipe.write("\n")
    (copy / "fonts" / "another.woff2").touch()
    (copy / "stemmer" / "LICENSE").unlink()
    changed = {"./katex/katex.min.js", "../_ext/cut_fonts.py"}
    assert differing(copy) == changed | {"./fonts/another.woff2", "./stemmer/LICENSE"}


def test_the_packages_whose_digests_are_known_are_those_that_the_makefile_fetches():
    known = {line.split("  ")[1] for line in (VENDOR / "packages.sha256").read_text().splitlines()}
    assert len(known) == 8 and packages(MADE) == known
    assert packages(MADE.replace("KATEX = 0", "KATEX = 1")) != known


def test_the_versions_beside_the_files_are_those_that_the_makefile_fetches():
    versions = dict(re.findall(r"^(\w+) = ([\d.]+)$", MADE, re.MULTILINE))
    said = {
        "KATEX": "katex", "FONTAWESOME": "vendor/fontawesome", "MINISEARCH": "minisearch", "STEMMER": "stemmer",
        "PYODIDE": "pyodide",
    }  # fmt: skip
    for name, folder in said.items():
        assert (VENDOR / folder / "VERSION").read_text() == f"{versions[name]}\n", name


def cut_again(font: Path, **changes) -> bytes:
    """Return a vendored font, cut once more to what it has."""
    opened = TTFont(font, recalcTimestamp=False)
    features = ("*",) if font.is_relative_to(VENDOR / "katex") else ("kern", "liga")
    return cut_fonts.cut(opened, changes.get("codes") or opened.getBestCmap(), features)


@pytest.mark.parametrize("font", sorted([*VENDOR.glob("fonts/*.woff2"), *VENDOR.glob("katex/fonts/*.woff2")]),
                         ids=lambda font: font.stem)  # fmt: skip
def test_a_font_that_is_cut_once_more_has_the_same_bytes(font):
    assert cut_again(font) == font.read_bytes()


def test_a_font_that_loses_a_character_has_other_bytes():
    font = VENDOR / "fonts" / "source-sans-3.woff2"
    assert cut_again(font, codes={*map(ord, "ABC")}) != font.read_bytes()
