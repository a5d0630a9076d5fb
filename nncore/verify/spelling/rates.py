r"""How much of a folder is read: ``python -m nncore.verify.spelling FOLDER``.

With ``--write FILE`` what is read is judged as well, in the letters of the book, and counts are written into a file
that a page of the book shows (`report.others`); with ``--current`` it is said whether those in it are of this spelling.

A display is read if it has a tree whose printing reads back to the same tree, and if every token of it is used in that
tree, or is named as passed over: spacing, sizes, tags and words. The list of failures is by cause, the commonest first.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nncore.verify.notation import Notation, load
from nncore.verify.report import NOTATION, others
from nncore.verify.source.limits import NoText, text_of
from nncore.verify.source.reader import SUFFIXES, printable, read_page
from nncore.verify.spelling.document import Spelled, scene_of, spelled

_WIDTH = 160
_NAMED_ONLY = {  # what is read as a value of its own, of which nothing is known
    "integral": "an integral, which is only named",
    "expectation": "an expectation over a law, which is only named",
    "list": "a list with dots, which is only named",
    "law": "a distribution or a shape, which claims nothing",
}


@dataclass(slots=True)
class Rates:
    """What was found in a folder.

    Attributes
    ----------
    displays, read, single : int
        The displays, those that are read, and those of them with one reading.
    causes : dict of str to list of str
        Why others are not, each with its places.
    remarks : Counter
        What was taken for what, by kind.
    """

    displays: int = 0
    read: int = 0
    single: int = 0
    causes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    remarks: Counter[str] = field(default_factory=Counter)

    def add(self, place: str, found: Spelled) -> None:
        """Count one display."""
        self.displays += 1
        if found.spelling is None:
            assert found.error
            start, end = found.error.span
            self.causes[found.error.cause].append(f"{place}  {' '.join(found.source[start:end].split())[:60]}")
            return
        self.read += 1
        self.single += len(found.spelling.readings) == 1
        self.remarks.update({remark.kind for remark in found.spelling.readings[0].remarks})

    def lines(self, examples: int) -> Iterator[str]:
        """Yield the rates, and the causes of failures with some of their places."""
        share = 100 * self.read / self.displays if self.displays else 0.0
        several = self.read - self.single
        yield f"{self.read} of {self.displays} displays are read ({share:.1f} %), {several} of them in 2 to 4 ways"
        for kind, words in _NAMED_ONLY.items():
            yield f"{self.remarks[kind]:5d}  of the read ones hold {words}"
        for cause, places in sorted(self.causes.items(), key=lambda each: -len(each[1])):
            yield f"{len(places):5d}  {cause}"
            yield from (f"         {place}"[:_WIDTH] for place in places[:examples])


def rates_of(paths: Sequence[Path], notation: Notation, root: Path) -> Rates:
    """Return how much of the displays of files is read."""
    found = Rates()
    for path in paths:
        reading = read_page(path)
        try:
            text = text_of(path)
        except NoText:
            continue
        sources = [formula.text for formula in reading.formulas]
        scene = scene_of(sources, notation, text)
        for formula, each in zip(reading.formulas, spelled(sources, scene), strict=True):
            found.add(f"{printable(path.relative_to(root).as_posix())}:{formula.line}", each)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the rates of a folder, or write what became of its displays into a file."""
    parser = argparse.ArgumentParser(
        prog="python -m nncore.verify.spelling",
        description="Print how many displays of a folder are read, and why not.",
    )
    parser.add_argument("folder", type=Path, help="a folder of .md, .ipynb and .tex files, or one of them")
    parser.add_argument("--notation", type=Path, help="the letters in force; none unless given, or those of the book")
    parser.add_argument("--examples", type=int, default=3, help="how many places of each cause are printed")
    parser.add_argument("--write", type=Path, metavar="FILE", help="judge what is read, and write the counts there")
    parser.add_argument("--source", metavar="OWNER/NAME", help="with --write: the repository of the folder")
    parser.add_argument("--commit", help="with --write: its commit")
    parser.add_argument("--date", help="with --write: the date of that")
    parser.add_argument("--current", action="store_true", help="only say whether the counts in a file are of now")
    asked = parser.parse_args(arguments)
    if asked.current:
        fault = others.outdated(others.entries_of(asked.folder))
        print(fault or "All sources were read by this spelling.")
        return 1 if fault else 0
    inside = sorted(asked.folder.rglob("*")) if asked.folder.is_dir() else [asked.folder]
    paths = [path for path in inside if path.suffix in SUFFIXES and path.is_file()]
    root = asked.folder if asked.folder.is_dir() else asked.folder.parent
    if asked.write:
        source = {name: getattr(asked, name) for name in ("source", "commit", "date")}
        if None in source.values():
            parser.error("--write needs --source, --commit and --date")
        counted = others.counts(paths, load(asked.notation or NOTATION), root)
        others.write(asked.write, source, counted)
        print(", ".join(f"{kind}: {number}" for kind, number in counted.items()))
        return 0
    found = rates_of(paths, load(asked.notation) if asked.notation else Notation(), root)
    print("\n".join(found.lines(asked.examples)))
    return 0 if found.displays else 64
