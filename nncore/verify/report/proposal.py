r"""A ``{notation}`` block for a file that has none: what its formulas and its words seem to declare.

The file is read as if no letter were known (`spelling.inference`), and its letters are declared so that its formulas
have a meaning. Of several ways that is the one in which most statements have one; the choices that nothing in the file
decides are marked as guessed, for the author to look over. What is printed was tried: the command accepts it.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from nncore.verify.notation import ANY_COST, CONSTANTS, DELTA, FIXED_KINDS, INFINITY, ONES, Notation, with_known
from nncore.verify.report.book import Settings
from nncore.verify.report.free import Told, meanings, told_by_numbers
from nncore.verify.report.supposed import DENIED, abbreviations, classes_said, defines_in_words
from nncore.verify.source.context import NotationBlock, Place
from nncore.verify.source.markdown import DisplayedFormula, Reading
from nncore.verify.spelling.declared import TARGETS, faults_in
from nncore.verify.spelling.defining import Equation, below_of, equations, made_by, open_costs
from nncore.verify.spelling.document import Spelled, scene_of, spelled, spelled_to_the_end
from nncore.verify.spelling.dots import DOTS
from nncore.verify.spelling.findings import Member
from nncore.verify.spelling.first_use import related
from nncore.verify.spelling.inference import CROSS_ENTROPIES, OPEN, ROW, STANDARD, Dim, Inference, own_letters
from nncore.verify.spelling.letters import is_strict_letter
from nncore.verify.spelling.macros import defined_in, in_words
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.styles import INDEX_LETTERS
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

DEFINITIONS = "definitions"  # the part of what stands below the block
SECONDS = 6.0  # of trying other choices of one sort
_ANY_COST = (ANY_COST, r"\psi", r"\varphi", r"\Phi", r"\Psi", r"\chi", r"\xi", "G", "F")
_MEANINGS = {"x": "inputs", "y": "targets", "w": "weights", "b": "biases", "t": "targets"}
_MEANINGS_OF_SIZES = {
    "n": "number of samples", "m": "number of samples", "d": "number of inputs", "h": "number of hidden units",
    "k": "number of classes",
}  # fmt: skip
_SIZES = "D H M K N P Q R S U V A B C E F G J L T W X Y Z".split()
_LETTER = re.compile(r"(?:letter|name): '?(\\?[A-Za-z]+(?:\{[^}]*\})?)")
_SCRIPTED = re.compile(r"letter: '?(\\?[A-Za-z]+[_^])")  # letters with anything below or above
_NUMBERED = re.compile(r"(.+)_(\d)", re.DOTALL)  # a letter with a number, of which z_{2j} is an entry
_RELU = r"\operatorname{ReLU}"
_INDICES = "jklpqrsuh"  # for entries of which the file writes no index
_ARGUMENTS = (*"quvxzstwra", r"\xi", r"\zeta", r"\omega")


@dataclass(frozen=True, slots=True)
class Line:
    """One declaration, and what is said behind it; without a part it is a remark by itself."""

    part: str
    text: str
    remark: str = ""
    display: int | None = None  # of the file, which says the same

    @property
    def letter(self) -> str:
        """Return the letter, or the name, that it declares; empty if it declares none."""
        if self.part == "state":
            return self.text.strip("'")
        found = _LETTER.search(self.text) if self.part != DEFINITIONS else None
        return found[1] if found else ""

    def stands_in(self, line: str) -> bool:
        """Return whether it is what a line of a block declares."""
        if self.part == "state":
            return line.startswith("state:")
        return self.part not in ("shadows", DEFINITIONS) and line.startswith(f"  - {self.text}")


AFRESH = Line("afresh", "true")  # with which a part of a file begins, see `free.in_parts`


@dataclass(frozen=True, slots=True)
class Proposal:
    """Declarations and definitions for a file, and how many of its statements have a meaning without and with them."""

    lines: tuple[Line, ...]
    questions: tuple[str, ...]
    before: int  # those that have a meaning, but for what probably defines and claims all the same
    after: int
    understood: int  # those that have a meaning with them, without those that they add
    statements: int
    concerned: frozenset[str] = frozenset()  # the letters of those without a meaning, as written

    @property
    def of_part_alone(self) -> "Proposal":
        """Return the same proposal for a part that is read without what stands above it."""
        return replace(self, lines=tuple(line for line in self.lines if line != AFRESH))

    @property
    def definitions(self) -> tuple[str, ...]:
        """Return the formulas that define."""
        return tuple(line.text for line in self.lines if line.part == DEFINITIONS)

    @property
    def meant(self) -> int:
        """Return how many statements of the file have a meaning with it, but for what claims and probably defines."""
        return self.after - len(self.definitions)

    @property
    def gain(self) -> int:
        """Return what it is worth: a claim that probably defines is refuted, and costs as much as another one gives."""
        return 2 * self.meant - self.understood

    def paste(self, suffix: str) -> str:
        """Return what is pasted into a file of a kind: the block, and below it the definitions."""
        own = [line for line in self.lines if line.part == DEFINITIONS]
        formulas = [f"{line.text} % {line.remark}\n" if line.remark else line.text for line in own]
        if suffix == ".tex":
            lines = ["% notation:", *(f"% {line}" for line in self.block.split("\n"))] if self.block else []
            return "\n".join((*lines, *(f"\\[ {formula.rstrip(' ')} \\]" for formula in formulas)))
        block = [f"```{{notation}}\n{self.block}\n```"] if self.block else []
        return "\n\n".join((*block, *(f"$$\n{formula.strip()}\n$$" for formula in formulas)))

    def summary(self, suffix: str, place: str = "") -> str:
        """Return one sentence about what it does, and one about what to do with it: at its top, or at a place."""
        before = max(self.before, 0)
        if not self.lines:
            return f"nothing is proposed: {before} of {self.statements} statements have a meaning as they are"
        where = place or ("in a Markdown cell at its top" if suffix == ".ipynb" else "at its top")
        where += ", and the displays below \\begin{document}" if suffix == ".tex" and self.definitions else ""
        said = (
            f"{max(self.after, 0)} of {self.statements} statements have a meaning with this block, {before} without it"
        )
        return f"{said}. Look it over, above all what is guessed, and paste it into the file, {where}"

    @property
    def block(self) -> str:
        """Return the text of the block."""
        found = ["afresh: true"] if AFRESH in self.lines else []
        for part in ("shadows", "sizes", "indices", "arrays", "scalars", "functions"):
            own = [line for line in self.lines if line.part == part]
            if part == "shadows" and own:
                found.append(
                    f"shadows: [{', '.join(line.text for line in own)}]  # letters that have another meaning here"
                )
            elif own:
                found.append(f"{part}:")
                found += [f"  - {line.text}{f'  # {line.remark}' if line.remark else ''}" for line in own]
        if changed := [line.text for line in self.lines if line.part == "state"]:
            found.append(f"state: [{', '.join(changed)}]  # letters that steps change")
        found += [f"# {question}" for question in self.questions]
        return "\n".join(found)


@dataclass(frozen=True, slots=True)
class _Given:
    """A definition that may be meant, with its letter and those of which it is made, by their inner names."""

    letter: str
    of: frozenset[str]
    line: Line
    within_words: bool = False


@dataclass(frozen=True, slots=True)
class _Choices:
    """What nothing in a file decides: the kinds of letters, as the author writes them, and what defines letters."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    given: tuple[_Given, ...] = ()

    def with_others(self, other: "_Choices") -> "_Choices":
        """Return these choices and other ones, which count where both choose; what is made of others stands below."""
        given = {each.letter: each for each in (*self.given, *other.given)}
        found: dict[str, _Given] = {}

        def add(each: _Given, within: frozenset[str]) -> None:
            for letter in sorted(each.of & given.keys() - within):
                add(given[letter], within | {letter})
            found.setdefault(each.letter, each)

        for each in given.values():
            add(each, frozenset((each.letter,)))
        return _Choices({**self.kinds, **other.kinds}, tuple(found.values()))

    @property
    def letters(self) -> frozenset[str]:
        """Return the letters that are defined."""
        return frozenset(each.letter for each in self.given)

    @property
    def key(self) -> tuple[object, ...]:
        """Return what tells them from other ones."""
        return tuple(sorted(self.kinds.items())), tuple(each.line.text for each in self.given)


@dataclass
class Trying:
    """Tries ways to declare the letters of a file, and formulas of it that may define."""

    path: Path
    reading: Reading
    by: Settings
    text: str
    until: float = 0.0
    seconds: float = field(default_factory=lambda: SECONDS)
    tried: set[tuple[object, ...]] = field(default_factory=set)
    hopeless: set[str] = field(default_factory=set)  # formulas that have no meaning at the top
    lost: frozenset[str] = frozenset()  # the letters of those that were tried last and have none
    read: "dict[tuple[str, ...], _Read]" = field(default_factory=dict)  # with the formulas above it

    def __post_init__(self) -> None:
        more = abbreviations(self.reading.inline)
        self.reading = replace(self.reading, inline=(*self.reading.inline, *more)) if more else self.reading

    def best(self) -> Proposal:
        """Return the proposal under which most statements have a meaning."""
        own = meanings(self.path, self.reading, self.by)
        before = own.understood - own.claimed
        nothing = Proposal((), (), before, before, own.understood, own.count)
        said = bool(self.said_above) or any(map(self.stands_within_words, self.candidates))
        if own.count == before and not said:
            return nothing
        if (one := self.of({}, beside=True)).after == own.count and not said:
            return replace(one, before=before)
        choices, best = self.with_said(_Choices(), self.of({}))
        for sorts in ((self.costs, self.equations), (self.kinds,), (self.costs, self.equations)):
            self.until = time.process_time() + self.seconds
            self.hopeless.clear()
            for others in sorts:
                choices, best = self.improved(choices, best, others)
        choices, best = self.with_said(choices, best)
        best = self.pruned(choices, best)
        better = best.meant > max(before, 0) and best.understood >= own.understood
        better |= bool(best.definitions) and best.meant == max(before, 0) == own.count
        return replace(best, before=before) if better else nothing

    def with_said(self, now: _Choices, best: Proposal) -> tuple[_Choices, Proposal]:
        """Return choices, and the proposal, with what words define by ``:=``, if that costs nothing."""
        said = {each.letter: self.as_given(each) for each in reversed(self.candidates) if self.is_said_to_define(each)}
        given = tuple(each for letter, each in reversed(said.items()) if letter not in now.letters)
        if not given:
            return now, best
        both = now.with_others(_Choices(given=given))
        found = self.of(both.kinds, both.given)
        return (both, found) if found.gain >= best.gain else (now, best)

    def is_said_to_define(self, equation: Equation) -> bool:
        """Return whether words give an equation with ``:=``, or above all displays that say what its letter is.

        What such a display says of the letter is a claim then.
        """
        within = equation.display - len(self.reading.formulas)
        if within < 0 or not self.file.said[within]:
            return False
        inline = self.reading.inline[within]
        shown = [self.reading.formulas[each.display] for each in self.file.equations
                 if each.letter == equation.letter and each.display < len(self.reading.formulas)]  # fmt: skip
        above = [each.path == inline.path and inline.line <= each.line for each in shown]
        return ":=" in inline.text or (bool(above) and all(above))

    def improved(
        self, now: _Choices, best: Proposal, others: Callable[[_Choices, Proposal], Iterator[_Choices]]
    ) -> tuple[_Choices, Proposal]:
        """Return the choices, and the proposal, after each of other ones that gives more statements a meaning."""
        again = True
        while again:
            again = False
            for other in others(now, best):
                both, self.lost = now.with_others(other), frozenset()
                by_words = bool(other.given) and all(each.within_words for each in other.given)
                done = best.after >= best.statements and not by_words
                if both.key in self.tried or done or time.process_time() > self.until:
                    continue
                self.tried.add(both.key)
                found = self.of(both.kinds, both.given)
                self.lost = frozenset(each.letter for each in other.given if each.line not in found.lines)
                if self.is_better(best, found, now, other):
                    now, best, again = both, found, True
        return now, best

    def pruned(self, now: _Choices, best: Proposal) -> Proposal:
        """Return a proposal without definitions that need not stand at the top."""
        for each in now.given:
            if each.letter in self.said_above:
                continue
            fewer = _Choices(now.kinds, tuple(other for other in now.given if other is not each))
            found = self.of(fewer.kinds, fewer.given)
            if found.gain >= best.gain and not self.newly_refuted(best, found, {each.letter}):
                now, best = fewer, found
        return best

    # What may be chosen

    @cached_property
    def words(self) -> str:
        """Return the text of the file with its own commands written out."""
        return in_words(self.text, defined_in(self.text))

    @cached_property
    def file(self) -> "_Read":
        """Return the file, read without a notation."""
        return _read_twice(self.reading, self.text)

    @cached_property
    def candidates(self) -> list[Equation]:
        r"""Return the equations that may define; unseen, none of a letter that is related to others above.

        After ``a + b = 1`` the equation ``b = 1 - a`` defines nothing, and at an optimum ``\lambda = -2 w`` neither.
        What a display defines with ``:=`` needs no other definition.
        """
        defined = self.file.scene.facts.defined
        written = self.file.scene.table.as_written
        others = [each for each in self.file.equations if defined.isdisjoint((each.letter, written(each.letter)))]
        shown = {each.letter for each in others if each.display < len(self.reading.formulas)}
        said = {each.letter for each in others if each.display >= len(self.reading.formulas)} & shown
        said = {each.letter for each in others if each.letter in said and self.is_said_to_define(each)}
        others = [each for each in others if each.letter not in said or self.is_said_to_define(each)]
        told = Counter(letter for letter, _ in {(each.letter, each.right) for each in others})
        others = [each for each in others if each.letter in shown or told[each.letter] == 1]  # else it is either
        return [each for each in others if not self.by.proposing or each.letter not in self.above(each)]

    @cached_property
    def said_above(self) -> frozenset[str]:
        """Return the letters of which words say what they are above all displays that do so."""
        shown = {each.letter for each in self.file.equations if each.display < len(self.reading.formulas)}
        return frozenset(
            each.letter for each in self.candidates if each.letter in shown and self.is_said_to_define(each)
        )

    def above(self, equation: Equation) -> set[str]:
        """Return the letters that are related to others in the displays above an equation."""
        at = equation.display
        if at >= len(self.reading.formulas):
            line = self.reading.inline[at - len(self.reading.formulas)].line
            at = sum(formula.line < line for formula in self.reading.formulas)
        trees = (tree for display in self.file.displays[:at] for tree in display)
        return set[str]().union(*(related(tree, self.file.made, self.file.scene) for tree in trees))

    def kinds(self, now: _Choices, best: Proposal) -> Iterator[_Choices]:
        """Yield kinds of letters between which nothing in the file decides, first those of what has no meaning."""
        inference, _ = self.inferred(now.kinds, now.given)
        rows = [inference.written(name) for name in inference.guesses if name in inference.said]
        if len(rows) > 1:
            yield _Choices(dict.fromkeys(rows, ROW))  # where vectors are rows, all of them are
        written = sorted(inference.guesses.items(), key=lambda each: inference.written(each[0]) not in best.concerned)
        for name, kinds in written:
            yield from (_Choices({inference.written(name): kind}) for kind in kinds)

    def equations(self, now: _Choices, best: Proposal) -> Iterator[_Choices]:
        """Yield equations that may define, each alone, and with those of the letters of which it is made.

        What no statement without a meaning is made of needs none, unless words say what it is.
        """
        said = [each for each in self.candidates if self.stands_within_words(each) and each.letter not in now.letters]
        together = said
        while len(together) > 1:
            yield _Choices(given=tuple(replace(self.as_given(each), within_words=True) for each in together))
            fewer = [each for each in together if each.letter not in self.lost]  # without those that have no meaning
            together = fewer if len(fewer) < len(together) else []
        for each in self.candidates:
            if each in said:
                yield _Choices(given=(replace(self.as_given(each), within_words=True),))
            about = {each.letter, *(one for one in self.file.made if each.letter in below_of(one, self.file.made))}
            if not best.concerned.isdisjoint(map(self.file.scene.table.as_written, about)):
                yield from self.alone_and_with_others(self.as_given(each))

    def stands_within_words(self, equation: Equation) -> bool:
        """Return whether an equation is the only one that says what its letter is, and stands within words."""
        again = sum(each.letter == equation.letter for each in self.file.equations)
        return again == 1 and equation.display >= len(self.reading.formulas)

    def alone_and_with_others(self, given: _Given) -> Iterator[_Choices]:
        """Yield a definition alone, and with the first equations of all letters of which it is made."""
        if given.line.text in self.hopeless:
            return
        yield _Choices(given=(given,))
        lost = bool(self.lost)
        first = {each.letter: each for each in reversed(self.candidates)}
        made = {**self.file.made, given.letter: given.of}
        below = [first[letter] for letter in below_of(given.letter, made) & first.keys() - {given.letter}]
        if below and self.hopeless.isdisjoint(each.text for each in below):
            below.sort(key=self.candidates.index)
            yield _Choices(given=(*map(self.as_given, below), given))
            lost = lost and bool(self.lost)
        if lost:
            self.hopeless.add(given.line.text)

    def costs(self, now: _Choices, _: Proposal) -> Iterator[_Choices]:
        """Yield costs of which the file never says what they are, as any function of the last letters."""
        inference, scene = self.inferred(now.kinds)
        for cost in open_costs(self.file.told, self.file.texts, self.file.equations, scene, inference.array_of):
            if self.says_more_of(inference.written(cost.letter)):
                continue
            names = {*scene.facts.names, *map(inference.written, inference.used)}
            phi = next((each for each in _ANY_COST if each not in names), ANY_COST)
            of = ", ".join(map(inference.written, cost.of))
            text = rf"{inference.written(cost.letter)} := {phi}({of})"
            remark = f"guessed: nothing in the file says what {inference.written(cost.letter)} is; any function of {of}"
            given = _Given(cost.letter, frozenset(cost.of), Line(DEFINITIONS, text, remark))
            named = [each for each in self.candidates if cost.letter in each.of and self.stands_within_words(each)]
            if named:  # where words say that g is a derivative of it
                slopes = (replace(self.as_given(each), within_words=True) for each in named)
                yield _Choices(given=(given, *slopes))
            yield from self.alone_and_with_others(given)

    def says_more_of(self, cost: str) -> bool:
        """Return whether words may say of what a cost is made, or that it has a penalty."""
        sentences = re.split(r"[.;:!?](?:\s|$)|\n\s*\n", self.words)
        own = re.compile(rf"\$\s*{re.escape(cost)}(?![A-Za-z])")
        return bool(_PENALTY.search(self.words)) or any(
            own.search(each) and _MADE_OF.search(each) for each in sentences
        )

    def as_given(self, equation: Equation) -> _Given:
        """Return an equation of the file as a definition."""
        displays, display = self.reading.formulas, None
        if equation.display < len(displays):
            display = equation.display
            path, line = displays[display].path, displays[display].place_at(equation.at)[0]
        else:
            inline = self.reading.inline[equation.display - len(displays)]
            path, line = inline.path, inline.line
        where = f"line {line}" if path == self.path else f"line {line} of {path.name}"
        line_ = Line(DEFINITIONS, equation.text, f"guessed: {where} defines it", display)
        return _Given(equation.letter, equation.of, line_)

    def is_better(self, best: Proposal, found: Proposal, now: _Choices, other: _Choices) -> bool:
        """Return whether other choices give more statements a meaning.

        It is suspicious if numbers refute under new definitions what had a meaning without them, or what also says what
        their letter is. Of two equations for one letter that is better under which numbers refute fewer statements.
        """
        before = {each.letter: each.line for each in now.given}
        instead = any(before.get(each.letter, each.line) != each.line for each in other.given)
        if found.gain == best.gain and not instead:
            own = {each.letter for each in other.given if each.within_words}
            return bool(own) and self.refutes_fewer(best, found, own)
        if found.gain < best.gain:
            return False
        if not other.given:
            return True
        letters = {each.letter for each in other.given}
        if instead:
            return self.refutes_fewer(best, found, letters, found.gain > best.gain)
        return not self.newly_refuted(best, found, letters)

    def refutes_fewer(self, best: Proposal, found: Proposal, letters: Set[str], or_as_many: bool = False) -> bool:
        """Return whether numbers refute fewer statements about letters with one proposal than with another."""
        fewer, more = (sum(each.refuted for each in self.told(one, letters).values()) for one in (found, best))
        return fewer < more or (fewer == more and or_as_many)

    def newly_refuted(self, before: Proposal, after: Proposal, letters: Set[str]) -> bool:
        """Return whether numbers refute with one proposal what they do not with another, or says what letters are."""
        new = set(map(self.file.scene.table.as_written, letters))
        told = self.told(before, letters)
        wrong = ((told.get(at), each.head) for at, each in self.told(after, letters).items() if each.refuted)
        return any(not known.refuted if known else head in new for known, head in wrong)

    def told(self, one: Proposal, letters: Set[str]) -> Mapping[tuple[int, int], Told]:
        """Return what numbers say with a proposal of the statements about letters, or about what is made of them."""
        about = letters | {each for each in self.file.made if letters & below_of(each, self.file.made)}
        written = set(map(self.file.scene.table.as_written, about))
        return told_by_numbers(self.path, self.with_given(one.block, one.lines), self.by, written)

    # A proposal

    def with_given(self, block: str, given: Sequence[Line]) -> Reading:
        """Return the file as if a block, and definitions, stood at its top."""
        return with_block(self.reading, self.path, block, [each.text for each in given if each.part == DEFINITIONS])

    def inferred(
        self, kinds: Mapping[str, str], given: Sequence[_Given] = (), base: Notation | None = None
    ) -> tuple[Inference, Scene]:
        """Return what is inferred from the file with certain choices."""
        texts = tuple(each.line.text for each in given)
        reading = self.with_given("", [each.line for each in given])
        if texts not in self.read:
            self.read = {(): self.file}
            if texts:
                self.read[texts] = _read(reading, self.text, self.file.own)
        return _inferred(self.read[texts], reading, self.words, kinds, base)

    def of(self, kinds: Mapping[str, str], given: Sequence[_Given] = (), beside: bool = False) -> Proposal:
        """Return the proposal with certain choices; ``beside`` the letters in force it declares only other ones."""
        defining = [each.line for each in given]
        inference, scene = self.inferred(kinds, given, self.by.notation if beside else None)
        lines, questions = _Writer(inference, scene, self.by.notation, self.words).all()
        if beside:
            known = self.by.notation.all_letters
            lines = [line for line in lines if line.part != "shadows" and line.letter not in known]
        one = self.without_faults(Proposal((*lines, *defining), tuple(questions), 0, 0, 0, 0))
        found = meanings(self.path, self.with_given(one.block, one.lines), self.by)
        own = [line for line in one.lines if line.part == DEFINITIONS]
        lost = [line for line, parts in zip(own, found.displays, strict=False) if not all(parts)]
        one = replace(one, lines=tuple(line for line in one.lines if line not in lost))
        count, understood = found.count - len(lost), found.understood - len(own) + len(lost)
        if any(line in defining for line in lost):
            return replace(one, statements=count)
        after = found.understood - found.claimed
        return replace(one, after=after, understood=understood, statements=count, concerned=found.concerned)

    def without_faults(self, one: Proposal) -> Proposal:
        """Return a proposal without the declarations that the command does not accept, the last ones first."""
        formulas = self.with_given(one.block, one.lines).formulas
        scene = scene_of([formula.text for formula in formulas], self.by.notation, self.text)
        while one.block:
            shown = one.block.split("\n")
            faults = faults_in(one.block, scene, self.by.notation)
            faulty = [line for fault in faults for line in one.lines if line.stands_in(shown[fault.line - 1])]
            if not faulty:
                return one
            last = max(faulty, key=one.lines.index)
            one = replace(one, lines=tuple(line for line in one.lines if line is not last))
        return one


def with_block(reading: Reading, path: Path, block: str, definitions: Sequence[str] = ()) -> Reading:
    """Return what was read of a file as if a block, in place of its own ones, and definitions stood at its top."""
    first = DisplayedFormula("", None, path, 1, (1,), ())
    given = tuple(replace(first, text=text, line=-number) for number, text in enumerate(definitions, 1))
    around = reading.around
    places = (*(Place(frozenset(), None, False) for _ in given), *around.places)
    reading = replace(reading, formulas=(*given, *reading.formulas), around=replace(around, places=places))
    around = reading.around
    return replace(reading, around=replace(around, blocks=(NotationBlock(block, 1, path),))) if block else reading


def _inferred(
    read: "_Read", reading: Reading, text: str, chosen: Mapping[str, str], base: Notation | None = None
) -> tuple[Inference, Scene]:
    """Return what is inferred from a file, with the shapes and ranges of a notation if one is to be kept."""
    scene = read.scene
    said = dict(_said(read.members, text, scene))
    same = _same_sizes([formula.text for formula in reading.inline], scene)
    said = {name: (same.get(rows, rows), same.get(columns, columns)) for name, (rows, columns) in said.items()}
    kinds = {scene.table.letters.get(name, name): kind for name, kind in chosen.items()}
    lengths = {name: same.get(length, length) for name, length in _row_lengths(read.members, scene)}
    inference = Inference(scene, kinds, said, lengths, frozenset(_numbers(read, bool(_OF_MATRICES.search(text)))))
    for array in base.arrays if base else ():
        if array.letter in scene.facts.names and not any(size.indices for size in array.shape):
            said[array.letter] = (array.shape[0].letter, array.shape[1].letter)
    for index, to in base.runs_to.items() if base else ():
        if index in scene.facts.indices | scene.facts.bound:
            inference.ends[index] = Dim(to or "")
    inference.read([tree for own in read.displays for tree in own])
    return inference, scene


@dataclass(frozen=True)
class _Read:
    """A file that was read without a notation: its displays, and the formulas within words."""

    scene: Scene
    own: frozenset[str]  # letters with a letter below that is no index
    members: Sequence[Member]
    texts: Sequence[str]
    displays: Sequence[Sequence[t.Formula]]
    inline: Sequence[Sequence[t.Formula]]
    said: Sequence[bool]  # whether the words around each of these give it as what a letter is

    @cached_property
    def told(self) -> Sequence[Sequence[t.Formula]]:
        """Return the formulas of the displays, and those that words give as what a letter is."""
        return (*self.displays, *(own if says else [] for own, says in zip(self.inline, self.said, strict=True)))

    @cached_property
    def equations(self) -> list[Equation]:
        """Return the equations that may define, those of the displays first."""
        return equations(self.told, self.texts, self.scene)

    @cached_property
    def made(self) -> Mapping[str, frozenset[str]]:
        """Return of which letters others are made."""
        return made_by(self.equations)


def _read_twice(reading: Reading, text: str) -> _Read:
    """Read a file without a notation: once for the letters with a letter below that is no index, and once with them."""
    read = _read(reading, text, frozenset())
    own = own_letters([tree for trees in read.displays for tree in trees], read.scene)
    said = (found for member in read.members if (found := _WITH_LETTER.fullmatch(member.left.strip())))
    own |= {found[0] for found in said if found[1] not in INDEX_LETTERS | read.scene.facts.bound}
    return _read(reading, text, own) if own else read


def _read(reading: Reading, text: str, own: frozenset[str]) -> _Read:
    sources = [formula.text for formula in reading.formulas]
    inline = [formula.text for formula in reading.inline]
    scene = scene_of([*sources, *inline], with_known(Notation()), text)
    displayed = scene_of(sources, with_known(Notation()), text).facts
    scene.facts.indexed, scene.facts.defined = displayed.indexed, displayed.defined  # as where they are judged
    scene.facts.chosen |= own
    classes = (each for each in classes_said(reading.inline) if re.fullmatch("[a-z]", each))
    scene.facts.bound |= {each for each in classes if 0 < displayed.below[each] == displayed.bare[each]}
    members: list[Member] = []
    within = _trees(spelled(inline, scene), members)
    scene.begin_again()
    displays = _trees(spelled_to_the_end(sources, scene, [True] * len(sources)), members)
    said = list(map(defines_in_words, reading.inline))
    return _Read(scene, own, members, [*sources, *inline], displays, within, said)


def _trees(found: Iterable[Spelled], members: list[Member]) -> list[list[t.Formula]]:
    """Return what was read of each formula, in its first reading; what it declares is added to the members."""
    readings = [each.spelling.readings[0] if each.spelling else None for each in found]
    members += (member for each in readings if each for member in each.members)
    return [[strict.tree for strict in each.formulas] if each else [] for each in readings]


# What the text says ---------------------------------------------------------------------------------------------------

_SIZE = re.compile(r"[A-Za-z]_(?:[A-Za-z\d]|\{[A-Za-z\d]+\})|\|(?:\\?[A-Za-z]+|\\[a-z]+\{[A-Za-z]+\})\|")
_OWN = re.compile(r".+_(?:[A-Za-z]|\{[A-Za-z][+-]\d+\})", re.DOTALL)  # letters that are declared to be read as ones
_BASE = r"(?:\\?[A-Za-z]+|\\[a-z]+\{\\?[A-Za-z]+\})"
_WITH_LETTER = re.compile(rf"{_BASE}_\{{?([a-z])\}}?")  # one of its own, of which the text states a shape
_OF_LAYER = re.compile(rf"({_BASE}\^\{{?[(\[]?)l([)\]]?\}}?)")
_LAYER = re.compile(r"(?<=[_{])\{?l([+-]\d)?\}?")
_OF_SAMPLE = re.compile(rf"{_BASE}\^\{{?[(\[]([a-z])[)\]]\}}?")
_PENALTY = re.compile(r"\\mapsto|\bpenal|\bregulari[sz]|\bweight decay\b|\bprior\b", re.IGNORECASE)
_MADE_OF = re.compile(r"\buses?\b|\bdepends?\b|\bcontains?\b|\bsum of\b|\\mapsto|\balso has\b", re.IGNORECASE)
_SQUARE = re.compile(r"\s*\^\s*(?:2|\{2\})$")  # of a standard deviation
_SPACE = re.compile(r"(?:\\mathbb\{?R\}?|\\R|ℝ)\s*\^\s*(?:\{(?P<many>(?:[^{}]|\{[^{}]*\})*)\}|(?P<one>[A-Za-z0-9]))")
_OF_MATRICES = re.compile(
    r"\b(?:matri|definite|covarianc|kernel|gram|hessian|precondition|entry-?wise|element-?wise|factori[sz])|\\succ|≻|\\ge|≥",
    re.IGNORECASE,
)
_IS_REAL = re.compile(r"\\in ?(?:\\mathbb\{R\}|\\R|ℝ)(?:[_^]\{?[+*>0]+\}?)?")
_INEQUALITIES = (Relation.LESS, Relation.AT_MOST, Relation.GREATER, Relation.AT_LEAST)
_ONE_SIZE = r"[A-Za-z](?:_(?:[A-Za-z\d]|\{[A-Za-z\d]+\}))?|\d+"
_ROWS, _COLUMNS = rf"(?P<rows>{_ONE_SIZE})", rf"(?P<columns>{_ONE_SIZE})"
_MATRIX_OF_WORDS = re.compile(
    rf"\$?(?<![_{{A-Za-z\d]){_ROWS}\$?\s*(?:\\times|×|x|-by-|by)\s*\$?{_COLUMNS}\$?\s+(?:\w+\s+)?matrix\s+"
    r"\$(?P<letter>[^$]{1,30})\$"
)
_LETTER_THEN_MATRIX = re.compile(
    rf"\$(?P<letter>[^$=]{{1,30}})\$\s+(?:is|be|denotes?|of|are)\s+(?:an?|the)?\s*\$?{_ROWS}\$?\s*"
    rf"(?:\\times|×|x|-by-|by)\s*\$?{_COLUMNS}"
)
_SHAPE_OF_LETTER = re.compile(
    r"[$`](?P<letter>[^$`=]{1,30})[$`],?\s+(?:with|of|has|is of|and has)\s+(?:the\s+)?(?:shape|size|dimensions?)\s+"
    rf"[$`(\[{{]*{_ROWS}\$?\s*(?:,|\\times|×|x|by)\s*\$?{_COLUMNS}"
)


def _same_sizes(inline: Sequence[str], scene: Scene) -> dict[str, str]:
    """Return sizes that a text says to be another one, up to which a sum runs, by that."""
    found: dict[str, str] = {}
    for text in inline:
        names = [part.strip() for part in text.split("=")]
        if len(names) == 2 and all(map(_is_size, names)) and "1" not in names:
            ends = [name for name in names if scene.is_size(name)]
            for name in names if len(ends) == 1 else ():
                if name not in ends:
                    found[scene.table.letter(name)] = scene.table.letter(ends[0])
    return found


def _said(members: Sequence[Member], text: str, scene: Scene) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the shapes that a text states, by ``\\in \\mathbb{R}`` or in words."""
    columns = not re.search(r"row vectors?|vectors? (?:is|are)(?: all)? rows?", text)
    for member in members:
        space = _SPACE.search(member.whole)
        if not space:
            continue
        sizes = _sizes_in(space)
        if len(sizes) == 1:
            sizes = [*sizes, "1"] if columns else ["1", *sizes]
        for letter in (_plain(_SQUARE.sub("", each.strip())) for each in member.left.split(",")):
            if scene.depth and (of_layers := _OF_LAYER.fullmatch(letter)):
                yield from _of_layers(of_layers, sizes, scene)
                continue
            below = _WITH_LETTER.fullmatch(letter) or _OF_SAMPLE.fullmatch(letter)
            if below and below[1] in INDEX_LETTERS | scene.facts.bound:
                continue  # one of many vectors, which are the rows of an array
            if len(sizes) == 2 and all(map(_is_size, sizes)) and letter:
                rows, length = (size if size == "1" else scene.table.letter(size) for size in sizes)
                yield scene.table.letter(letter), (rows, length)
    for pattern in (_MATRIX_OF_WORDS, _LETTER_THEN_MATRIX, _SHAPE_OF_LETTER):
        for found in pattern.finditer(text):
            letter = _plain(found["letter"].strip())
            sizes = [found["rows"], found["columns"]]
            if (is_strict_letter(letter) or letter in scene.table.letters) and all(map(_is_size, sizes)):
                rows, length = (size if size.isdigit() else scene.table.letter(size) for size in sizes)
                yield scene.table.letter(letter), (rows, length)


def _of_layers(letter: re.Match[str], sizes: Sequence[str], scene: Scene) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the shapes of a letter for each layer, of which a text states that for any layer."""
    for number in range(1, scene.depth + 1):
        own = [_LAYER.sub(lambda found: str(number + int(found[1] or 0)), size) for size in sizes]  # noqa: B023
        rows, columns = (each if each == "1" else scene.table.letter(_plain(each)) for each in own)
        yield scene.table.letter(f"{letter[1]}{number}{letter[2]}"), (rows, columns)


def _sizes_in(space: re.Match[str]) -> list[str]:
    r"""Return the sizes of ``\mathbb{R}^{n \times d}``."""
    return [part.strip() for part in re.split(r"\\times|×|,", space["many"] or space["one"])]


def _row_lengths(members: Sequence[Member], scene: Scene) -> Iterator[tuple[str, str]]:
    r"""Yield the letters of which a text states how long each vector is, by ``x_i \in \mathbb{R}^d``, with that."""
    for member in members:
        space, left = _SPACE.search(member.whole), _plain(member.left.strip())
        below, above = _WITH_LETTER.fullmatch(left), _OF_SAMPLE.fullmatch(left)
        index = below or above
        sizes = [size for size in _sizes_in(space) if size != "1"] if space else []
        if index and index[1] in INDEX_LETTERS | scene.facts.bound and len(sizes) == 1 and _is_size(sizes[0]):
            name = re.split("[_^]", left)[0] if below else re.sub(r"\(.\)|\[.\]", r"(\\cdot)", left)
            yield scene.table.letter(name), scene.table.letter(sizes[0])


def _numbers(read: "_Read", speaks_of_matrices: bool) -> Iterator[str]:
    r"""Yield the letters that are numbers since they are compared with one, ``C > 0``, or by ``b \in \mathbb{R}``.

    Where a text speaks of matrices that are positive, or have no negative entries, a capital may be one of these.
    """
    for member in read.members:
        if _IS_REAL.fullmatch(member.whole):
            yield from (read.scene.table.letter(_plain(each.strip())) for each in member.left.split(","))
    statements = (each for own in (*read.displays, *read.inline) for formula in own for each in formula.statements)
    for chain in statements:
        match chain:
            case t.Chain(t.Letter(name), links) if links and not any(map(_says_equal, links)):
                if not read.scene.table.written(name)[:1].isupper() or not speaks_of_matrices:
                    yield name


def _says_equal(link: t.Link) -> bool:
    """Return whether a link is no inequality with a number on its right."""
    right = link.right.body if isinstance(link.right, t.Minus) else link.right
    return link.relation not in _INEQUALITIES or not isinstance(right, t.Number)


def _plain(letter: str) -> str:
    """Return a letter without braces around one sign below it."""
    return re.sub(r"_\{([A-Za-z\d])\}$", r"_\1", letter)


def _is_size(text: str) -> bool:
    return text == "1" or is_strict_letter(text) or bool(_SIZE.fullmatch(text))


_BOLD = re.compile(r"\\(?:bm|boldsymbol|pmb)(?![A-Za-z])")
_UNBRACED = re.compile(r"\\(mathbf|boldsymbol|hat|tilde|bar|vec) +([A-Za-z])(?![A-Za-z])")


def _property(text: str, letter: str, words: str) -> bool:
    """Return whether a sentence says something of a letter: behind it with a verb, or else right before it."""
    for sentence in re.split(r"(?<=[.;:])\s+|\n\s*\n", _UNBRACED.sub(r"\\\1{\2}", _BOLD.sub(r"\\mathbf", text))):
        if DENIED.search(re.sub(r"\$[^$]*\$", "", sentence)):
            continue
        for found in re.finditer(words, sentence, re.IGNORECASE):
            before = re.search(r"\$([^$]{1,60})\$([^$]*)$", sentence[: found.start()])
            after = re.match(r"([^$]{0,40})\$([^$]{1,60})\$", sentence[found.end() :])
            joined = before and re.fullmatch(r"\W*|(?:(?!\b(?:and|while|but)\b)[^,])*\b(?:is|are|be|as)\b.*", before[2])
            owner = before[1] if before and joined else after[2] if after else ""
            if re.match(rf"{re.escape(letter)}(?![A-Za-z])", owner.strip()):
                return True
    return False


# The block ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Writer:
    """Writes what was inferred as declarations."""

    inference: Inference
    scene: Scene
    notation: Notation
    text: str
    names: set[str] = field(default_factory=set)  # of sizes, in their order
    invented: dict[str, str] = field(default_factory=dict)

    def all(self) -> tuple[list[Line], list[str]]:
        """Return the declarations with the definitions that are missing, and questions."""
        inf = self.inference
        self._name_columns()
        for name in self.scene.members:
            inf.entries.pop(name, None)
        entries = {name: array for name in inf.entries if (array := inf.array_of(name)) in self._arrays()}
        printed = sorted(entries.items(), key=lambda each: each[0] != each[1])  # u_k rather than \mathbf{u}_k
        shown = {array: name for name, array in printed if array not in inf.defined or array not in inf.rows}
        named = {name for name in inf.defined if _OWN.fullmatch(self.written(name)) and name in inf.used}
        arrays = [name for name in self._arrays() if name not in inf.defined or name in shown or name in named]
        arrays = [name for name in arrays if self.written(name) not in DOTS]
        arrays = [name for name in arrays if not self.scene.is_identity(name) and not self.scene.ones_of(name)]
        indices = list(dict.fromkeys([
            *(letter for known in inf.entries.values() for letters in known for letter in letters), *inf.ends,
        ]))  # fmt: skip
        self._name_samples()
        found: list[Line] = []
        for array in arrays:
            found += self._array(array, shown.get(array))
        shape = inf.arrays.get(ONES) if ONES in self.scene.facts.names else None
        if shape and [dim.name for dim in shape].count("1") == 1 and shape[1].name == "1":
            size = self._written_shape((self.size(shape[0]), "1"))
            found.append(Line("arrays", f"{{letter: {_quoted(ONES)}, shape: {size}, meaning: a column of ones}}"))
        alone = [name for name in inf.entries if name not in {*entries, *inf.sizes}]
        for name in alone:
            found.append(self._entries_alone(name))
        found += [line for letter in indices if self._is_free(letter) for line in self._index(letter)]
        taken = {*arrays, *inf.entries, *inf.sizes, *indices, *inf.defined, *CONSTANTS, INFINITY, DELTA, ONES}
        taken |= (self.scene.table.functions.keys() & STANDARD.keys()) | (inf.equated & inf.heads)
        taken -= {name for name in named if inf.defined[name] is None}
        for name in inf.used:
            of_event = "(" in self.written(name)  # a probability, of which it is known that it is no free number
            of_event = of_event or self.scene.is_identity(name) or bool(self.scene.ones_of(name))
            taken_for = name in taken or of_event or name in self._arrays() or self._is_size_like(name)
            if not taken_for and not self._is_called_array(name):
                found.append(Line("scalars", self._declaration(name, meaning="a number"), self._guess(name)))
        formulas, more = self._functions()
        definitions = [Line(DEFINITIONS, formula) for formula in formulas]
        found += more
        sizes = [
            Line("sizes", self._declaration(name, self._meaning_of_size(name)), self.invented.get(name, ""))
            for name in dict.fromkeys([*inf.sizes, *sorted(self.names)])
        ]
        declared = [line.text for line in found if line.part in ("arrays", "scalars")]
        letters = {letter: f"{{letter: {_quoted(self.written(letter))}," for letter in inf.changed}
        changed = [letter for letter in inf.changed if any(text.startswith(letters[letter]) for text in declared)]
        lines = [*sizes, *found, *(Line("state", _quoted(self.written(letter))) for letter in changed)]
        return [*self._shadows(lines), *lines, *definitions], list(self._questions())

    def _name_columns(self) -> None:
        """Give entries an index for the columns of a matrix of which the file writes rows alone, as ``x_i`` of X.

        Arrays of a shape that the text states, and that the file defines, have entries, too: so they can be defined.
        And so have arrays by whose entries the chain rule takes derivatives, and those that may sum to 1.
        """
        inf = self.inference
        summing = {name for name in inf.arrays if self._rows(self.written(name), name, ("", ""))}
        summing |= {name for name in inf.arrays if self.written(name) in TARGETS}
        with_entries = (inf.heads & inf.said.keys()) | (inf.by & inf.arrays.keys()) | summing
        for name in sorted(with_entries - inf.entries.keys() - set(map(inf.array_of, inf.entries))):
            letters = tuple(self._index_to(dim) for dim in inf.arrays[name] if dim.name != "1")
            if letters and "_" not in self.written(name) and all(letters) and len({*letters}) == len(letters):
                inf.entries[name] = [letters]
        for name in sorted(inf.rows):
            shape = inf.arrays.get(array := inf.array_of(name)) or inf.defined.get(array)
            if array == name or not isinstance(shape, tuple) or any(len(each) > 1 for each in inf.entries[name]):
                continue
            ((row,), *_) = inf.entries[name]
            is_column = inf.is_column(name)
            if letter := self._index_to(shape[0 if is_column else 1], row):
                inf.entries[name].append((letter, row) if is_column else (row, letter))

    def _index_to(self, dim: Dim, other: str = "") -> str:
        """Return an index that runs to a dimension, a new one if there is none; empty if all letters are used."""
        ends, names = self.inference.ends, self.scene.facts.names
        known = [letter for letter, end in ends.items() if end.root is dim.root and letter != other]
        letter = next(iter((*known, *(each for each in _INDICES if each not in names and each not in ends))), "")
        if letter:
            ends.setdefault(letter, Dim()).join(dim)
        return letter

    def _arrays(self) -> list[str]:
        inf = self.inference
        derived = [name for name, shape in inf.defined.items() if isinstance(shape, tuple)]
        known = [name for name in dict.fromkeys([*inf.arrays, *derived]) if name not in {ONES, *self.scene.members}]
        return [name for name in known if inf.array_of(name) not in known or inf.array_of(name) == name]

    def _is_free(self, letter: str) -> bool:
        return letter not in self.inference.sizes

    def _is_size_like(self, name: str) -> bool:
        return name in self.inference.sizes or name in self.names or self.written(name).startswith("n_{")

    def written(self, name: str) -> str:
        """Return a letter as the author writes it."""
        return self.inference.written(name)

    def _written_shape(self, sizes: Sequence[str]) -> str:
        return f"[{', '.join(size if size.isdigit() else _quoted(self.written(size)) for size in sizes)}]"

    def _shape(self, array: str) -> tuple[Dim, Dim]:
        shape = self.inference.arrays.get(array) or self.inference.defined[array]
        assert isinstance(shape, tuple)
        return shape

    def size(self, dim: Dim, wanted: Sequence[str] = (), why: str = "") -> str:
        """Return the name of a dimension, a new one if it has none."""
        if not dim.name or dim.name.startswith(OPEN):
            used = {name.split("_")[0].split("^")[0] for name in map(self.written, self.scene.facts.names)}
            used |= self.scene.facts.names | self.names | set(self.inference.sizes)
            name = next(
                each for each in (*wanted, *_SIZES, *(rf"\tilde{{{each}}}" for each in _SIZES)) if each not in used
            )
            dim.call(name)
            self.invented[name] = f"guessed: {why or 'no size is named in the text'}"
        if dim.name != "1":
            self.names.add(dim.name)
        return dim.name

    def _name_samples(self) -> None:
        """Give the dimension that inputs and targets share the name of the number in denominators."""
        shapes = {self.written(name).lower()[-1:]: self._shape(name) for name in reversed(self._arrays())
                  if len(self.written(name)) == 1}  # fmt: skip
        if not {"x", "y"} <= shapes.keys():
            return
        shared = [
            one
            for one in shapes["x"]
            for other in shapes["y"]
            if one.root is other.root and (not one.name or one.name.startswith(OPEN))
        ]
        named = [name for name in ("m", "n", "N", "B", "M") if name in self.inference.used and self._is_free(name)
                 and name not in self.inference.ends and name not in self.scene.facts.equated]  # fmt: skip
        if shared and named:
            shared[0].call(named[0])
            self.names.add(named[0])
            self.invented[named[0]] = "guessed: the number by which sums are divided is that of the samples"

    def _length(self, name: str) -> str:
        """Return the size of a vector as the author writes it; empty if a letter is none."""
        shape = self._shape(name) if name in self._arrays() else ()
        long = [dim for dim in shape if dim.name != "1"]
        return self.written(self.size(long[0])) if len(long) == 1 else ""

    def _array(self, name: str, entry: str | None) -> Iterator[Line]:
        written = self.written(name)
        rows, columns = self._shape(name)
        role = written.lower().replace(r"\mathbf{", "").replace(r"\hat{", "")[:1]
        why = rows.root.why or columns.root.why
        sizes = (
            self.size(rows, ["n", "N"] if role in "xy" else [], why),
            self.size(columns, {"x": ["D"], "y": ["M", "K"]}.get(role, ["H"]), why),
        )
        if sizes == ("1", "1") and self._is_called_array(name):
            return
        others = any(self.written(other).startswith(f"{written}^") for other in self.inference.entries)
        if sizes == ("1", "1") and not entry and (others or rf"{written}^" not in self.text):
            yield Line("scalars", self._declaration(name, meaning=_MEANINGS.get(role, "a number")), self._guess(name))
            return
        more: dict[str, str] = {"shape": self._written_shape(sizes)}
        shown = self._entry_text(entry, sizes) if entry else ""
        if shown:
            more = {"entry": _quoted(shown), **more}
        remark = self._guess(name)
        if name in self.inference.said:
            remark = ""
        elif not remark and why:
            remark = f"guessed: {why}"
        if shown and _NUMBERED.fullmatch(written) and (entry or "") not in written:
            remark = remark or f"guessed: {shown} as its entries"
        if shown and (known := self._rows(written, entry or name, sizes)):
            more |= {"rows": known} if sizes[1] != "1" else {"columns": "sum to 1"}
        yield Line("arrays", self._declaration(name, meaning=_MEANINGS.get(role, "array"), **more), remark)

    def _is_called_array(self, name: str) -> bool:
        """Return whether words call a letter a vector or a matrix, so that it is no number."""
        letter = re.escape(self.written(name))
        near = rf"\$\s*{letter}\s*\$[^.$]*(?:\$[^$]*\$[^.$]*){{0,3}}\b(?:matrix|matrices|vectors?)\b"
        before = rf"\b(?:matrix|matrices|vectors?)\b[^.$]*(?:\$[^$]*\$[^.$]*){{0,3}}\$\s*{letter}\s*\$"
        return bool(re.search(f"{near}|{before}", self.text))

    def _rows(self, written: str, entry: str, sizes: tuple[str, str]) -> str:
        letters = (written, self.written(entry))
        if any(_property(self.text, each, r"one[- ]hot") for each in letters):
            return "one-hot" if sizes[0] != "1" else "sum to 1"
        said = r"sums? to (?:1|one)\b|probability distribution|are probabilities"
        return "sum to 1" if any(_property(self.text, each, said) for each in letters) else ""

    def _entry_text(self, entry: str, sizes: tuple[str, str]) -> str:
        if "_" in self.written(entry) and not _NUMBERED.fullmatch(self.written(entry)):
            return ""  # two subscripts; it has entries in parentheses, too
        wanted = [size for size in sizes if size != "1"]
        for letters in self.inference.entries[entry]:
            if any(not any(self._index(each)) for each in letters):
                continue
            if [self.size(self.inference.ends[each]) for each in letters] == wanted:
                return _with_indices(self.written(entry), letters)
        return ""

    def _lengths(self, name: str, letter: str) -> Iterator[Dim]:
        """Yield the dimensions of an array along which an index runs."""
        array = self.inference.array_of(name)
        dims = [dim.root for dim in self._shape(array) if dim.name != "1"] if array in self._arrays() else []
        for letters in self.inference.entries[name]:
            if len(letters) == len(dims):
                yield from (dim for dim, each in zip(dims, letters, strict=True) if each == letter)

    def _entries_alone(self, name: str) -> Line:
        """Return the declaration of a letter that stands with indices alone: an array, if all of them are letters."""
        inf = self.inference
        letters = max(inf.entries[name], key=len)
        meaning = _MEANINGS.get(self.written(name).lower()[:1], "numbers")
        if len(letters) == 1 and (last := inf.last_class(name)):
            to = _quoted(self.written(self.size(last, (), f"how far {self.written(name)} runs is not said")))
            shown = _quoted(_with_indices(self.written(name), letters))
            return Line("scalars", f"{{letter: {shown}, to: {to}, meaning: class number}}")
        if len(letters) in (1, 2) and all(len(each) == len(letters) for each in inf.entries[name]):
            dims = [inf.alone.setdefault((name, at), Dim()) for at in range(len(letters))]
            sizes = [self.size(dim, (), f"how far {self.written(letter)} runs is not said")
                     for dim, letter in zip(dims, letters, strict=True)]  # fmt: skip
            shape = (sizes[0], sizes[1] if len(sizes) == 2 else "1")
            turned = shape if len(sizes) == 2 else ("1", sizes[0])
            rows = self._rows(self.written(name), name, turned)
            if rows and all(any(self._index(letter)) for letter in letters):
                entry = _quoted(_with_indices(self.written(name), letters))
                more = {"entry": entry, "shape": self._written_shape(turned), "rows": rows}
            else:
                more = {"shape": self._written_shape(shape)}
            return Line("arrays", self._declaration(name, meaning=meaning, **more))
        text = _with_indices(self.written(name), letters)
        return Line("scalars", f"{{letter: {_quoted(text)}, meaning: {meaning}}}")

    def _index(self, letter: str) -> Iterator[Line]:
        """Yield the declaration of an index; one that stands at arrays of other sizes runs over what it stands at."""
        lengths = {size for name in self.inference.entries for size in self._lengths(name, letter)}
        if len(lengths) > 1 or not lengths <= {self.inference.ends.setdefault(letter, Dim()).root}:
            return
        end = self.size(self.inference.ends.setdefault(letter, Dim()), (), f"how far {letter} runs is not said")
        if end != "1":
            to = _quoted(self.written(end))
            yield Line("indices", f"{{letter: {_quoted(self.written(letter))}, to: {to}, meaning: index}}")

    def _functions(self) -> tuple[list[str], list[Line]]:
        definitions: list[str] = []
        found: list[Line] = []
        names = self.scene.facts.names | {self.written(each) for each in self.inference.used}
        free = next(each for each in _ARGUMENTS if each not in names | self.names)
        positive = {_RELU: _RELU} if self.inference.takes_positive_parts else {}
        for name, code in (positive | self.scene.table.functions).items():
            if {name, code} & FIXED_KINDS.keys() or code in self.inference.functions or code in self.inference.stated:
                continue
            word = code.removeprefix(r"\operatorname{").rstrip("}")
            known = next((each for each in (name, code) if each in self.notation.function_names), "")
            if known and self.notation.kind_of_function(known) != "smooth":
                if formula := STANDARD.get(name) or STANDARD.get(word.lower()):
                    definitions.append(f"{known}({free}) := {formula.replace('@', free)}")
                continue
            if word.lower() == "softmax":
                found.append(Line("functions", f"{{name: '{code}', kind: row, meaning: softmax}}"))
                continue
            if word.lower().replace("-", "") in CROSS_ENTROPIES and code in self.inference.made_of:
                one, other = (self.written(each) for each in self.inference.made_of[code])
                if size := self._length(self.inference.made_of[code][0]):
                    whole = rf"-\sum_{{k=1}}^{{{size}}} {one}_k \ln {other}_k"
                    definitions.append(rf"\operatorname{{{word}}}({one}, {other}) := {whole}")
                continue
            formula = STANDARD.get(name) or STANDARD.get(word.lower())
            own = name if is_strict_letter(name) else code
            if code in self.inference.unknown and is_strict_letter(name):
                kind = "cost" if self.inference.unknown[code] else "smooth"
                found.append(
                    Line("functions", f"{{name: {_quoted(name)}, kind: {kind}, meaning: any function}}", "guessed")
                )
            elif formula:
                found.append(
                    Line(
                        "functions",
                        f"{{name: {_quoted(own)}, kind: number, meaning: function}}",
                        "guessed: it is defined below",
                    )
                )
                definitions.append(f"{own}({free}) := {formula.replace('@', free)}")
        if any(f"({free})" in each for each in definitions):
            found.append(Line("scalars", f"{{letter: {_quoted(free)}, meaning: argument}}"))
        for arguments in self.inference.functions.values():
            for each in arguments:
                if each not in self.inference.used:
                    found.append(Line("scalars", self._declaration(each, meaning="argument")))
        return definitions, found

    def _shadows(self, lines: Sequence[Line]) -> Iterator[Line]:
        names = {name for each in self.scene.facts.names for name in (each, self.written(each))} | self.names
        names |= {found for line in lines for found in re.findall(r"letter: '?([A-Za-z]|\\[a-z]+)", line.text)}
        names |= {found for line in lines for found in re.findall(r"name: '?([^',]+)'?,", line.text)}
        kept = FIXED_KINDS.keys() - {"O"} | {*CONSTANTS, INFINITY, DELTA}
        known = self.notation.all_letters
        arrays = {array.letter: array for array in self.notation.arrays}
        both = {array.entry.letter: array.letter for array in arrays.values() if array.entry}
        hidden = {each for each in names if each in known} | {ONES} & known
        declared = {
            found
            for line in lines
            if line.part == "functions"
            for found in re.findall(r"name: '?([^',]+)'?,", line.text)
        }
        hidden = {both.get(each, each) for each in hidden} - kept
        applied = self.scene.facts.applied.keys() | self.scene.facts.bare.keys()
        numbered = {re.split("[_^]", found)[0] for line in lines for found in _SCRIPTED.findall(line.text)} - applied
        kinds = {name: self.notation.kind_of_function(name) for name in self.notation.function_names}
        stated = {name for name, code in self.scene.table.functions.items() if code in self.inference.stated}
        own = {name for name in stated if kinds.get(name) in ("smooth", "cost")}  # f, of which the file says what it is
        hidden |= own
        hidden -= kinds.keys() - own - declared - numbered - set(map(self.written, self.inference.used))
        yield from (Line("shadows", _quoted(each)) for each in sorted(hidden))

    def _declaration(self, name: str, meaning: str, **more: str) -> str:
        others = "".join(f"{key}: {value}, " for key, value in more.items())
        return f"{{letter: {_quoted(self.written(name))}, {others}meaning: {meaning}}}"

    def _guess(self, name: str) -> str:
        kinds = self.inference.guesses.get(name)
        if not kinds or name in self.inference.said:
            return ""
        taken = self.inference.chosen.get(name, kinds[0])
        return f"guessed: a {taken}; it could be {' or '.join(f'a {each}' for each in kinds if each != taken)}"

    def _meaning_of_size(self, name: str) -> str:
        return "a size" if name in self.invented else _MEANINGS_OF_SIZES.get(name.lower(), "a size")

    def _questions(self) -> Iterator[str]:
        for name in self.scene.facts.ends:
            if len(self.scene.facts.ends[name]) > 1:
                ends = " and ".join(sorted(self.scene.facts.ends[name]))
                yield f"question: sums over {name} end at {ends}; how far does it run where no sum says it?"
        for code in self.scene.table.functions.values():
            if code in self.inference.unknown and code not in self.inference.made_of:
                yield f"question: what is {self.scene.table.as_written(code)}(…)? If it is given, define it with :="


def _with_indices(name: str, letters: Sequence[str]) -> str:
    """Return a letter with its indices, as the author writes it."""
    if r"\cdot" in name:
        name, letters = name.replace(r"\cdot", letters[0], 1), letters[1:]
    below = "".join(letters)
    if below and (numbered := _NUMBERED.fullmatch(name)):
        return f"{numbered[1]}_{{{numbered[2]}{below}}}"
    return f"{name}_{below}" if len(below) == 1 else f"{name}_{{{below}}}" if below else name


def _quoted(text: str) -> str:
    """Return a text as YAML takes it, in quotes where that needs them."""
    doubled = text.replace("'", "''")
    return text if re.fullmatch(r"\\?[A-Za-z][A-Za-z0-9_]*", text) else f"'{doubled}'"
