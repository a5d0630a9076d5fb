"""How other people's mathematics fares: what became of the displays of a folder, kept in a file that a page shows.

The file holds, for each public source, where it is from, and counts; nothing of its text. Each entry names the free
spelling by which it was read (`cache.spelling`), so that one of an older spelling is noticed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from nncore.extras import require
from nncore.verify.judgement import Status
from nncore.verify.notation import Notation
from nncore.verify.report.book import check
from nncore.verify.report.cache import spelling

try:
    import yaml
except ModuleNotFoundError:
    require("verify", "nncore.verify")
    raise

HEAD = """# What became of the displays of public sources, in free spelling and in the letters of the book.
# Written by python -m nncore.verify.spelling FOLDER --write FILE --source OWNER/NAME --commit COMMIT --date DATE
"""
_KINDS = {
    "proved": (Status.ALL_SHAPES, Status.AT_SHAPES, Status.RESTATES),
    "agree": (Status.SAMPLED,),
    "hold if": (Status.HOLDS_IF,),
    "wrong": (Status.REFUTED,),
    "not decided": (Status.UNDECIDED, Status.CHECKER_FAULT),
    "without meaning": (Status.WITHOUT_MEANING,),
    "not read": (Status.UNREADABLE,),
}


def counts(paths: Sequence[Path], notation: Notation, root: Path) -> dict[str, int]:
    """Return how many displays some files have, what became of each, and how many claim nothing.

    Raises
    ------
    RuntimeError
        If the checker failed on one of the files, of whose displays nothing is known then.
    """
    report = check(paths, notation, root=root, free=True)
    for problem in (each for page in report.pages for each in page.problems if each.status is Status.CHECKER_FAULT):
        raise RuntimeError(f"{problem.path} cannot be counted: {problem.reason}")
    found = Counter(formula.status for page in report.pages for formula in page.formulas)
    named = {kind: sum(found[status] for status in statuses) for kind, statuses in _KINDS.items()}
    displays = found.total()
    return {
        "displays": displays,
        "read": displays - named["not read"],
        **{kind: number for kind, number in named.items() if kind != "not read"},
        "claim nothing": displays - sum(named.values()),
    }


def write(file: Path, source: Mapping[str, str], found: Mapping[str, int]) -> None:
    """Write the counts of a source into a file, in place of those that it has of it."""
    entries = [each for each in entries_of(file) if each["source"] != source["source"]]
    entries.append({**source, "spelling": spelling(), **found})
    entries.sort(key=lambda each: str(each["source"]))
    file.write_text(HEAD + yaml.safe_dump(entries, sort_keys=False), encoding="utf-8")


def entries_of(file: Path) -> list[dict[str, str | int]]:
    """Return what a file says of each source; nothing if it is not there."""
    return yaml.safe_load(file.read_text(encoding="utf-8")) or [] if file.is_file() else []


def outdated(entries: Sequence[Mapping[str, str | int]]) -> str:
    """Return which sources were read by another spelling; empty if none was."""
    old = [str(each["source"]) for each in entries if each["spelling"] != spelling()]
    if not entries:
        return "No source was read: run python -m nncore.verify.spelling FOLDER --write FILE."
    if not old:
        return ""
    return f"The free spelling has changed since {', '.join(old)} {'was' if len(old) == 1 else 'were'} read."
