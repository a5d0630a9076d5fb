"""Cut the fonts of the book to what a page needs; `make vendor` runs this on the packages that it fetched.

    python book/_ext/cut_fonts.py _build/npm book/_vendor

The figures are drawn with the face of tables and captions, in the one weight and the file format that matplotlib reads.
The faces of the text keep the characters of book/_vendor/fonts/characters.txt and the weights from regular to semibold.
The fonts of KaTeX keep every character; the two that hold most are cut in two, of which a browser fetches the second
for the pages that show a rarer sign. No font keeps its hints for coarse screens, a fifth of its bytes.
"""

import re
import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# Of each face the file in its package, whose name ends in its version there.
FACES = {
    "source-serif-4": "source-serif-4/files/source-serif-4-latin-wght-normal.woff2",
    "source-serif-4-italic": "source-serif-4-italic/files/source-serif-4-latin-400-italic.woff2",
    "source-sans-3": "source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
}
WEIGHTS = (400, 600)
OF_FIGURES = "source-sans-3"
CUT_IN_TWO = ("KaTeX_Main-Regular", "KaTeX_Main-Bold")
# What most formulas are made of; the rest is in a second file.
USUAL = frozenset([*range(0x20, 0x7F), *range(0x391, 0x3AA), *map(ord, "\u00a0¯ˉ·′…−→←∂∇∈∑∏∞√≠≤≥≈∼⊤⊙⋅⋯⟨⟩∣∥∗±×\ue020")])


def characters(file: Path) -> set[int]:
    """Return the code points that a list names, one or a range a line, as in ``0020-007e  # letters``."""
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    ranges = ([int(end, 16) for end in line.split("-")] for line in lines if line)
    return {code for ends in ranges for code in range(ends[0], ends[-1] + 1)}


def cut(font: TTFont, codes: Iterable[int], features: tuple[str, ...]) -> bytes:
    """Return a font with some of its characters and without hints, as WOFF2; the same font gives the same bytes."""
    options = subset.Options(hinting=False, layout_features=list(features), notdef_outline=True, flavor="woff2")
    options.recalc_timestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=set(codes))
    cutter.subset(font)
    file = BytesIO()
    font.flavor = "woff2"
    font.save(file, reorderTables=False)
    return file.getvalue()


def face(source: Path, codes: Iterable[int]) -> bytes:
    """Return a face of the text, of a variable one the weights that the book uses."""
    font, file = TTFont(source, recalcTimestamp=False), BytesIO()
    if "fvar" in font:
        font = instancer.instantiateVariableFont(font, {"wght": WEIGHTS})
    font.save(file)  # what was instantiated can be cut only when it is read anew
    return cut(TTFont(file, recalcTimestamp=False), codes, ("kern", "liga"))


def drawn(font: TTFont) -> bytes:
    """Return a variable face in its regular weight and under the name of its family, as TrueType."""
    font, file = instancer.instantiateVariableFont(font, {"wght": WEIGHTS[0]}), BytesIO()
    family, names = "Source Sans 3", font["name"]
    names.names = [each for each in names.names if each.nameID not in (16, 17, 21, 22)]
    for number, name in {1: family, 2: "Regular", 4: family, 6: family.replace(" ", "") + "-Regular"}.items():
        names.setName(name, number, 3, 1, 0x409)
    font.flavor = None
    font.save(file, reorderTables=False)
    return file.getvalue()


def ranges(codes: Iterable[int]) -> str:
    """Return code points as CSS has them: ``U+20-7E,U+2202``."""
    found: list[list[int]] = []
    for code in sorted(codes):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in found)


def main(packages: Path, vendor: Path) -> None:
    """Cut the faces of the text, and the fonts of KaTeX with their style sheet."""
    codes = characters(vendor / "fonts" / "characters.txt")
    for name, file in FACES.items():
        (vendor / "fonts" / f"{name}.woff2").write_bytes(face(packages / file, codes))
    face_of_figures = TTFont(vendor / "fonts" / f"{OF_FIGURES}.woff2", recalcTimestamp=False)
    (vendor.with_name("figures") / f"{OF_FIGURES}.ttf").write_bytes(drawn(face_of_figures))
    katex = vendor / "katex"
    sheet = (katex / "katex.min.css").read_text(encoding="utf-8")
    for file in sorted((katex / "fonts").glob("*.woff2")):
        whole = set(TTFont(file).getBestCmap())
        usual = USUAL & whole if file.stem in CUT_IN_TWO else whole
        parts = {file: usual, file.with_name(f"{file.stem}-Rare.woff2"): whole - usual}
        fonts = {name: cut(TTFont(file, recalcTimestamp=False), part, ("*",)) for name, part in parts.items() if part}
        for name, font in fonts.items():
            name.write_bytes(font)
        if len(fonts) == 2:
            rule = re.search(rf"@font-face\{{[^}}]*{file.name}[^}}]*\}}", sheet)
            assert rule is not None, file
            faces = [
                f"{rule[0][:-1].replace(file.name, name.name)};unicode-range:{ranges(part)}}}"
                for name, part in parts.items()
            ]
            sheet = sheet.replace(rule[0], "".join(faces))
    (katex / "katex.min.css").write_text(sheet, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
