r"""A proposal for a file in which letters mean different things in different sections: a block for each such part.

Sections are put together as long as no fewer statements have a meaning with one block for all of them than with one for
each. A part begins where a block says ``afresh: true``, see `free.in_parts`.
"""

import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nncore.verify.notation import Notation
from nncore.verify.report import notebook
from nncore.verify.report.book import Settings
from nncore.verify.report.cache import Cache, text_with_includes
from nncore.verify.report.evidence import Evidence, PageReport
from nncore.verify.report.free import faults_of, report_on_free
from nncore.verify.report.notebook import place_in
from nncore.verify.report.proposal import AFRESH, SECONDS, Proposal, Trying, with_block
from nncore.verify.report.supposed import defines_in_words
from nncore.verify.semantics.statements import Kind
from nncore.verify.source.markdown import DisplayedFormula, InlineFormula, Reading
from nncore.verify.source.reader import read_page
from nncore.verify.spelling.document import scene_of

_TOP, _END = (0, 0), (sys.maxsize, 0)
_OF_MARKDOWN = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")
_HEADINGS = {".md": _OF_MARKDOWN, ".ipynb": _OF_MARKDOWN, ".tex": re.compile(r"^\s*\\(?:sub)*section\*?\{(.+)\}")}
_FENCE = re.compile(r"^\s*(```|~~~)")


@dataclass(frozen=True, slots=True)
class Part:
    """Sections that are read together: where their block belongs, the heading there, and what they hold."""

    start: tuple[int, int]  # the cell, 0 where there are none, and the line
    heading: str
    trying: Trying

    @property
    def is_first(self) -> bool:
        """Return whether its block belongs at the top of the file."""
        return self.start == _TOP

    @property
    def place(self) -> str:
        """Return words for where it begins."""
        cell, line = self.start
        where = f"in a Markdown cell before cell {cell}" if cell else f"below line {line}"
        return "at the top" if self.is_first else f"{where}, “{self.heading}”"

    def quick(self) -> Proposal:
        """Return a proposal for it without trying others."""
        return self.trying.of({})


def propose(path: Path, notation: Notation, letters: Mapping[str, str]) -> list[tuple[Part, Proposal]]:
    """Return what a file seems to declare: one proposal for all of it, or one for each part if that is better."""
    by = Settings(Path("."), notation, {}, Cache(None), "", False, True, letters)
    return _proposed(path, read_page(path), by)


def _proposed(path: Path, reading: Reading, by: Settings) -> list[tuple[Part, Proposal]]:
    whole = Part(_TOP, "", Trying(path, reading, by, text_with_includes(path)))
    sections = list(_sections(whole))
    one = replace(whole.trying, seconds=SECONDS / (1 + (len(sections) > 1))).best()
    if len(sections) < 2 or one.meant == one.statements:
        return [(whole, one)]
    parts = list(_together(sections, time.process_time() + SECONDS))
    if len(parts) < 2:
        return [(whole, one)]
    several: list[tuple[Part, Proposal]] = []
    for part in parts:
        own = replace(part.trying, seconds=SECONDS / len(parts) / 2).best()
        if several and not own.lines:  # nothing is declared afresh there
            part = _joined(several.pop()[0], part)
            own = replace(part.trying, seconds=SECONDS / len(parts) / 2).best()
        several.append((part, own))
    if len(several) < 2:
        return [(whole, one)]
    if sum(each.meant for _, each in several) <= one.meant:
        return [(whole, one)]
    return [(part, replace(each, lines=(AFRESH, *each.lines)) if not part.is_first else each) for part, each in several]


def report_with_proposals(path: Path, reading: Reading, by: Settings) -> tuple[PageReport, bool]:
    """Return the report on a file in free spelling, and whether all proofs ended in time.

    One that declares nothing, and has a letter that is not in force, is judged as if what is proposed for it stood
    there, and the report says what that is. Nothing is refuted then, nor where nothing is found to be proposed.
    """
    declares = bool(reading.around.blocks or faults_of(path, reading)) or not _letters_of_its_own(path, reading, by)
    found = [] if declares else _proposed(path, reading, by)
    if not any(proposal.lines for _, proposal in found):
        lacks = any(proposal.before < proposal.statements for _, proposal in found)
        return report_on_free(path, reading, replace(by, proposing=lacks))
    parts = [
        replace(
            with_block(part.trying.reading, path, proposal.of_part_alone.block, proposal.definitions),
            inline=reading.inline,
        )
        for part, proposal in found
    ]
    report, in_time = report_on_free(path, reading, by, parts)
    formulas, begin = list(report.formulas), 0
    for part, proposal in found:
        for line in proposal.lines:
            if line.display is not None:
                formulas[begin + line.display] = _as_definition(formulas[begin + line.display])
        begin += len(part.trying.reading.formulas)
    texts = tuple(filter(None, pasted(found, path.suffix)))
    return replace(report, formulas=tuple(formulas), proposed=texts), in_time


def _as_definition(evidence: Evidence) -> Evidence:
    """Return the evidence for a formula that says what is proposed as a definition, and so claims nothing."""
    if evidence.fails or len(evidence.parts) != 1:
        return evidence
    (part,) = evidence.parts
    return replace(
        evidence,
        kinds=(Kind.DEFINITION,),
        status=Kind.DEFINITION,
        parts=(replace(part, kind=Kind.DEFINITION, judgement=None),),
        remarks=(*evidence.remarks, "a definition, which is proposed above"),
    )


def _letters_of_its_own(path: Path, reading: Reading, by: Settings) -> set[str]:
    """Return the letters in the formulas of a file that are not in force, as they are written."""
    sources = [*(each.text for each in reading.formulas), *(each.text for each in reading.inline)]
    scene = scene_of(sources, by.notation, text_with_includes(path), by.letters)
    known = by.notation.all_letters | by.notation.function_names
    return {each for each in scene.facts.names if known.isdisjoint((each, scene.table.letters.get(each, each)))}


def pasted(found: Sequence[tuple[Part, Proposal]], suffix: str) -> Iterator[str]:
    """Yield what is pasted into each part of a file, below a comment that says where if there are several."""
    for part, proposal in found:
        place = f"% {part.place}" if suffix == ".tex" else f"<!-- {part.place} -->"
        above = [place] if len(found) > 1 else []
        yield "\n".join((*above, proposal.paste(suffix))) if proposal.lines else ""


def _sections(whole: Part) -> Iterator[Part]:
    """Yield the sections of a file that hold displays."""
    path, reading = whole.trying.path, whole.trying.reading
    heading = _HEADINGS.get(path.suffix)
    if heading is None or any(place_in(path, formula.path, formula.line) is None for formula in reading.formulas):
        return
    text = path.read_text(encoding="utf-8")
    texts = notebook.cells(text) if path.suffix == ".ipynb" else [(0, text)]
    lines = [((cell, number), line) for cell, own in texts for number, line in enumerate(own.split("\n"), 1)]
    starts: list[tuple[tuple[int, int], str]] = [(_TOP, "")]
    fenced = False
    for place, line in lines:
        fenced ^= bool(_FENCE.match(line)) and path.suffix != ".tex"
        if (found := heading.match(line)) and not fenced:
            starts.append((place, found[1]))
    ends = [*(place for place, _ in starts[1:]), _END]
    for (start, title), end in zip(starts, ends, strict=True):
        part = _cut(whole, start, end, title, [line for place, line in lines if place < end])
        if part.trying.reading.formulas:
            yield part


def _cut(whole: Part, start: tuple[int, int], end: tuple[int, int], title: str, lines: Sequence[str]) -> Part:
    trying, reading = whole.trying, whole.trying.reading

    def place(each: DisplayedFormula | InlineFormula) -> tuple[int, int]:
        return place_in(trying.path, each.path, each.line) or _TOP

    own = [at for at, formula in enumerate(reading.formulas) if start <= place(formula) < end]
    around = replace(reading.around, places=tuple(reading.around.places[at] for at in own), blocks=())
    inside = [each for each in reading.inline if start <= place(each) < end]
    said = [each for each in reading.inline if place(each) < start and (r"\in" in each.text or defines_in_words(each))]
    shown = [_as_said(each) for each in reading.formulas if place(each) < start]
    part = Reading(tuple(reading.formulas[at] for at in own), around, (*inside, *said, *shown), ())
    return Part(start, title, _afresh(trying, part, "\n".join(lines)))


def _as_said(formula: DisplayedFormula) -> InlineFormula:
    """Return a display above a part as a formula within words: it may say what a letter is that the part uses."""
    return InlineFormula(formula.text, formula.path, formula.line, before="where ")


def _afresh(trying: Trying, reading: Reading, text: str) -> Trying:
    return Trying(trying.path, reading, trying.by, text)


def _together(sections: list[Part], until: float) -> Iterator[Part]:
    """Yield sections, those as one that lose nothing by it; when the time is over, all that are left."""
    here, own = sections[0], sections[0].quick().meant
    for section in sections[1:]:
        both = _joined(here, section)
        if time.process_time() > until:
            here = both
            continue
        alone = section.quick().meant
        if (together := both.quick().meant) >= own + alone:
            here, own = both, together
        else:
            yield here
            here, own = section, alone
    yield here


def _joined(one: Part, other: Part) -> Part:
    first, second = one.trying.reading, other.trying.reading
    places = (*first.around.places, *second.around.places)
    both = Reading(
        (*first.formulas, *second.formulas),
        replace(first.around, places=places),
        tuple(dict.fromkeys((*first.inline, *second.inline))),
        (),
    )
    return replace(one, trying=_afresh(one.trying, both, other.trying.text))
