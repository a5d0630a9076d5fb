r"""A proposal for a file in which letters mean different things in different sections: a block for each such part.

Sections are put together as long as no fewer statements have a meaning with one block for all of them than with one for
each. A part begins where a block says ``afresh: true``, see `free.in_parts`.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nncore.verify.judgement import OTHER
from nncore.verify.notation import Notation
from nncore.verify.report.book import Settings
from nncore.verify.report.cache import Cache, text_with_includes
from nncore.verify.report.declarations import AFRESH
from nncore.verify.report.evidence import Evidence, PageReport
from nncore.verify.report.free import CHANGED, faults_of, meanings, report_on_free
from nncore.verify.report.notebook import headings, numbered_lines, place_in, position
from nncore.verify.report.proposal import SECONDS, Proposal, Trying, seconds_for, with_block
from nncore.verify.report.supposed import bare, defines_in_words, said_of, with_words_behind
from nncore.verify.semantics.statements import Kind
from nncore.verify.source.markdown import DisplayedFormula, InlineFormula, Reading
from nncore.verify.source.reader import read_page
from nncore.verify.spelling.document import scene_of

_TOP, _END = (0, 0), (sys.maxsize, 0)
_OF_LETTERS = re.compile(  # J(w, b) = ..., a function of letters
    r"\s*(?:\\begin\{[a-z*]+\}\s*)?(?P<name>\\?[A-Za-z]+|\\[a-z]+\{[A-Za-z]+\})\s*\((?P<of>[A-Za-z\\{}_,;\s]+)\)\s*&?\s*:?="
)
_ENDS = re.compile(r"^\s*$|\$\$\s*$|\\\]\s*$|\\end\{[a-z*]+\}\s*$")  # a line behind which a paragraph begins


@dataclass(frozen=True, slots=True)
class Part:
    """Sections that are read together: where their block belongs, the heading there, and what they hold.

    One that begins with a paragraph has no heading.
    """

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
        above = f"in cell {cell}, above line {line}" if line > 1 else f"in a Markdown cell before cell {cell}"
        where = above if cell else f"below line {line}" if self.heading else f"above line {line}"
        named = f", “{self.heading}”" if self.heading else ""
        return "at the top" if self.is_first else f"{where}{named}"

    def quick(self) -> Proposal:
        """Return a proposal for it without trying others."""
        return self.trying.of({})


def propose(path: Path, notation: Notation, letters: Mapping[str, str]) -> list[tuple[Part, Proposal]]:
    """Return what a file seems to declare: one proposal for all of it, or one for each part if that is better."""
    by = Settings(Path("."), notation, {}, Cache(None), "", False, True, letters)
    return _proposed(path, _with_words(read_page(path)), by)


def _with_words(reading: Reading) -> Reading:
    return replace(reading, inline=with_words_behind(reading.inline))


def _proposed(path: Path, reading: Reading, by: Settings) -> list[tuple[Part, Proposal]]:
    whole = Part(_TOP, "", Trying(path, reading, by, text_with_includes(path)))
    sections, seconds = list(_sections(whole)), seconds_for(reading)
    one = replace(whole.trying, seconds=seconds / (1 + (len(sections) > 1))).best()
    again = any(_defines_again(section, sections[:at]) for at, section in enumerate(sections))
    if len(sections) < 2 or (one.meant == one.statements and not again):
        return [(whole, one)]
    parts = list(_together(sections, time.process_time() + seconds))
    if len(parts) < 2:
        return [(whole, one)]
    several: list[tuple[Part, Proposal]] = []
    seconds = max(seconds / len(parts), SECONDS / 2) / 2
    for part in parts:
        own = replace(part.trying, seconds=seconds).best()
        if several and not own.lines:  # nothing is declared afresh there
            (above, alone) = several[-1]
            joined = _joined(above, part)
            both = replace(joined.trying, seconds=seconds).best()
            if both.meant >= alone.meant:
                several[-1] = joined, both
                continue
        several.append((part, own))
    if len(several) < 2:
        return [(whole, one)]
    if sum(each.meant for _, each in several) < one.meant + (not again):
        return [(whole, one)]
    return [(part, replace(each, lines=(AFRESH, *each.lines)) if not part.is_first else each) for part, each in several]


def report_with_proposals(path: Path, reading: Reading, by: Settings) -> tuple[PageReport, bool]:
    """Return the report on a file in free spelling, and whether all proofs ended in time.

    One that declares nothing is judged as if what is proposed for it stood there, and the report says what that is,
    unless all that it says has a meaning in the letters in force. Nothing is refuted then, nor where nothing is found
    to be proposed.
    """
    reading = _with_words(reading)
    changes = any(each.reason.startswith(CHANGED) for each in faults_of(path, reading))
    declares = bool(reading.around.blocks) or changes or _is_in_letters_in_force(path, reading, by)
    found = [] if declares else _proposed(path, reading, by)
    if not any(line.part not in ("shadows", "afresh") for _, proposal in found for line in proposal.lines):
        lacks = any(proposal.before < proposal.statements for _, proposal in found)
        return report_on_free(path, reading, replace(by, proposing=lacks))
    ends = [*(part.start for part, _ in found[1:]), _END]
    parts = [
        replace(
            with_block(part.trying.reading, path, proposal.of_part_alone.block, proposal.definitions),
            inline=tuple(each for each in reading.inline if (place_in(path, each.path, each.line) or _TOP) < end),
        )
        for (part, proposal), end in zip(found, ends, strict=True)
    ]
    report, in_time = report_on_free(path, reading, by, parts)
    formulas, begin = list(report.formulas), 0
    for part, proposal in found:
        given = Counter(line.display for line in proposal.lines if line.display is not None)
        for display, count in given.items():
            formulas[begin + display] = _as_definition(formulas[begin + display], count)
        begin += len(part.trying.reading.formulas)
    texts = tuple(filter(None, pasted(found, path.suffix)))
    return replace(report, formulas=tuple(map(_as_guessed, formulas)), proposed=texts), in_time


def _as_guessed(evidence: Evidence) -> Evidence:
    """Return the evidence for a formula whose letters are guessed: a shape that does not fit is not surely wrong."""
    return replace(evidence, problems=tuple(replace(problem, sort=OTHER) for problem in evidence.problems))


def _as_definition(evidence: Evidence, count: int) -> Evidence:
    """Return the evidence for a display whose statements, so many, are proposed as definitions, and claim nothing."""
    claims = sum(part.kind is Kind.CLAIM for part in evidence.parts)
    if evidence.fails or claims != count:
        return evidence
    return replace(
        evidence,
        kinds=(Kind.DEFINITION,),
        status=Kind.DEFINITION,
        parts=tuple(replace(part, kind=Kind.DEFINITION, judgement=None) for part in evidence.parts),
        remarks=(*evidence.remarks, "a definition, which is proposed above"),
    )


def _is_in_letters_in_force(path: Path, reading: Reading, by: Settings) -> bool:
    """Return whether the formulas of a file hold no letter that is not in force, and all statements have a meaning."""
    sources = [*(each.text for each in reading.formulas), *(each.text for each in reading.inline)]
    scene = scene_of(sources, by.notation, text_with_includes(path), by.letters)
    known = by.notation.all_letters | by.notation.function_names
    if any(known.isdisjoint((each, scene.table.letters.get(each, each))) for each in scene.facts.names):
        return False
    found = meanings(path, reading, by)
    return found.understood == found.count


def pasted(found: Sequence[tuple[Part, Proposal]], suffix: str) -> Iterator[str]:
    """Yield what is pasted into each part of a file, below a comment that says where if there are several."""
    for part, proposal in found:
        place = f"% {part.place}" if suffix == ".tex" else f"<!-- {part.place} -->"
        above = [place] if len(found) > 1 else []
        yield "\n".join((*above, proposal.paste(suffix))) if proposal.lines else ""


def _sections(whole: Part) -> Iterator[Part]:
    """Yield the sections of a file that hold displays."""
    path, reading = whole.trying.path, whole.trying.reading
    found = headings(path)
    if found is None or any(place_in(path, formula.path, formula.line) is None for formula in reading.formulas):
        return
    lines = numbered_lines(path)
    starts: list[tuple[tuple[int, int], str]] = [(_TOP, ""), *found]
    starts += [(place, "") for place in _said_again(path, reading, lines) if all(place != other for other, _ in starts)]
    starts.sort()
    ends = [*(place for place, _ in starts[1:]), _END]
    for (start, title), end in zip(starts, ends, strict=True):
        part = _cut(whole, start, end, title, [line for place, line in lines if place < end])
        if part.trying.reading.formulas:
            yield part


def _said_again(
    path: Path, reading: Reading, lines: Sequence[tuple[tuple[int, int], str]]
) -> Iterator[tuple[int, int]]:
    """Yield where paragraphs begin that define a letter again.

    Their words say that it is another one than words above them say, or a display says of what other arguments, more or
    fewer, a function is one.
    """
    known: dict[str, str] = {}
    both: list[DisplayedFormula | InlineFormula] = [*reading.inline, *reading.formulas]
    for each in sorted(both, key=position):
        said, place = _said_by(each), place_in(path, each.path, each.line)
        if said and place:
            letter, what = said
            if known.setdefault(letter, what) != what:
                known[letter] = what
                above = [at for at, line in lines if at < place and at[0] == place[0] and _ENDS.search(line)]
                above = above if isinstance(each, InlineFormula) or len(above) < 2 else above[:-1]  # the words above it
                yield (place[0], max(above, default=(0, 0))[1] + 1)


def _said_by(each: DisplayedFormula | InlineFormula) -> tuple[str, str] | None:
    """Return the letter, or the function, of which a formula says what it is, and what tells that from other ones."""
    if isinstance(each, InlineFormula):
        sides = said_of(each)
        return (sides[0], bare(sides[1])) if sides and defines_in_words(each) else None
    found = _OF_LETTERS.match(each.text)
    return (f"{bare(found['name'])}(…)", str(found["of"].count(","))) if found else None


def _cut(whole: Part, start: tuple[int, int], end: tuple[int, int], title: str, lines: Sequence[str]) -> Part:
    trying, reading = whole.trying, whole.trying.reading

    def place(each: DisplayedFormula | InlineFormula) -> tuple[int, int]:
        return place_in(trying.path, each.path, each.line) or _TOP

    own = [at for at, formula in enumerate(reading.formulas) if start <= place(formula) < end]
    around = replace(reading.around, places=tuple(reading.around.places[at] for at in own), blocks=())
    inside = [each for each in reading.inline if start <= place(each) < end]
    said = [each for each in reading.inline if place(each) < start and (r"\in" in each.text or defines_in_words(each))]
    shown = [_as_said(each) for each in reading.formulas if place(each) < start]
    again = {name for each in inside if defines_in_words(each) and (name := _named(each))}
    said, shown = ([each for each in above if _named(each) not in again] for above in (said, shown))
    part = Reading(tuple(reading.formulas[at] for at in own), around, (*inside, *said, *shown), ())
    return Part(start, title, _afresh(trying, part, "\n".join(lines), frozenset((*said, *shown)) - {*inside}))


def _named(each: InlineFormula) -> str:
    """Return the letter, or the function, on the left of an equation; empty if it is none."""
    sides = said_of(each)
    return sides[0].partition("(")[0] if sides else ""


def _as_said(formula: DisplayedFormula) -> InlineFormula:
    """Return a display above a part as a formula within words: it may say what a letter is that the part uses."""
    return InlineFormula(formula.text, formula.path, formula.line, before="where ")


def _afresh(trying: Trying, reading: Reading, text: str, borrowed: frozenset[InlineFormula]) -> Trying:
    return Trying(trying.path, reading, trying.by, text, borrowed)


def _together(sections: list[Part], until: float) -> Iterator[Part]:
    """Yield sections, those as one that lose nothing by it; when the time is over, all that are left."""
    here, own = sections[0], sections[0].quick().meant
    for section in sections[1:]:
        both = _joined(here, section)
        if time.process_time() > until:
            here = both
            continue
        alone = section.quick().meant
        if _defines_again(section, [here]):
            yield here
            here, own = section, alone
        elif (together := both.quick().meant) >= own + alone:
            here, own = both, together
        else:
            yield here
            here, own = section, alone
    yield here


def _defines_again(section: Part, above: Sequence[Part]) -> bool:
    """Return whether the words of a section say of a letter that another one above it defines that it is another."""
    known = {(each.letter, bare(each.right)) for part in above for each in part.trying.own_equations}
    letters = {letter for letter, _ in known}
    own = (each for each in section.trying.own_equations if section.trying.within_words(each))
    return any(each.letter in letters and (each.letter, bare(each.right)) not in known for each in own)


def _joined(one: Part, other: Part) -> Part:
    first, second = one.trying.reading, other.trying.reading
    formulas = (*first.formulas, *second.formulas)
    shown = set(map(_as_said, formulas))  # which are displays of both now, and no words above them
    inline = dict.fromkeys(each for each in (*first.inline, *second.inline) if each not in shown)
    around = replace(first.around, places=(*first.around.places, *second.around.places))
    borrowed = one.trying.borrowed | (other.trying.borrowed - {*first.inline, *shown})
    both = Reading(formulas, around, tuple(inline), ())
    return replace(one, trying=_afresh(one.trying, both, other.trying.text, borrowed))
