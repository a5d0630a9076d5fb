r"""A ``{notation}`` block for a file that has none: what its formulas and its words seem to declare.

The file is read as if no letter were known (`spelling.inference`), and its letters are declared so that its formulas
have a meaning. Of several ways that is the one in which most statements have one; the choices that nothing in the file
decides are marked as guessed, for the author to look over. What is printed was tried: the command accepts it.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from nncore.verify.notation import ANY_COST, Notation
from nncore.verify.report.book import Settings
from nncore.verify.report.declarations import AFRESH, DEFINITIONS, Line, Writer
from nncore.verify.report.free import Told, meanings, told_by_numbers
from nncore.verify.report.notebook import are_in_one_file, position, words_above
from nncore.verify.report.supposed import abbreviations, bare, doubts, named_displays, said_of
from nncore.verify.report.undeclared import (
    Undeclared,
    classes_as_entries,
    inferred,
    read_as,
    read_twice,
)
from nncore.verify.source.context import NotationBlock, Place
from nncore.verify.source.markdown import DisplayedFormula, InlineFormula, Reading
from nncore.verify.spelling.declared import faults_in
from nncore.verify.spelling.defining import Equation, below_of, made_by, open_costs
from nncore.verify.spelling.document import scene_of
from nncore.verify.spelling.first_use import names, related
from nncore.verify.spelling.inference import ROW, Inference
from nncore.verify.spelling.macros import defined_in, in_words
from nncore.verify.spelling.scene import Scene

SECONDS = 6.0  # of trying other choices of one sort, for a text of few displays
_FEW = 15
_PENALTY = re.compile(r"\\mapsto|\bpenal|\bregulari[sz]|\bweight decay\b|\bprior\b", re.IGNORECASE)
_MADE_OF = re.compile(r"\buses?\b|\bdepends?\b|\bcontains?\b|\bsum of\b|\\mapsto|\balso has\b", re.IGNORECASE)
_WRONG = re.compile(r"\b(?:wrong|mistakes?|incorrect(?:ly)?|false|errors?|not)\b", re.IGNORECASE)
_ANY_COST = (ANY_COST, r"\psi", r"\varphi", r"\Phi", r"\Psi", r"\chi", r"\xi", "G", "F")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Declarations and definitions for a file, and how many of its statements have a meaning without and with them."""

    lines: tuple[Line, ...]
    questions: tuple[str, ...]
    before: int  # those that have a meaning, but for what probably defines and claims all the same
    after: int
    understood: int  # those that have a meaning with them, without those that they add
    statements: int
    concerned: Counter[str] = field(default_factory=Counter)  # the letters of those without a meaning, as written

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
    borrowed: frozenset[InlineFormula] = frozenset()  # of a part of a file, those that stand above it
    until: float = 0.0
    seconds: float = 0.0
    tried: set[tuple[object, ...]] = field(default_factory=set)
    hopeless: set[str] = field(default_factory=set)  # formulas that have no meaning at the top
    lost: frozenset[str] = frozenset()  # the letters of those that were tried last and have none
    read: "dict[tuple[str, ...], Undeclared]" = field(default_factory=dict)  # with the formulas above it

    def __post_init__(self) -> None:
        inline = self.reading.inline
        more = [
            *abbreviations(inline),
            *classes_as_entries(inline, self.words),
            *named_displays(self.reading.formulas, inline),
        ]
        self.reading = replace(self.reading, inline=(*self.reading.inline, *more)) if more else self.reading

    def best(self) -> Proposal:
        """Return the proposal under which most statements have a meaning."""
        own = meanings(self.path, self.reading, self.by)
        before = own.understood - own.claimed
        nothing = Proposal((), (), before, before, own.understood, own.count)
        said = bool(self.said_above) or any(map(self.stands_within_words, self.candidates))
        if own.count == before and not said:
            return nothing
        if not self.uses_indices_as_numbers and (one := self.of({}, beside=True)).after == own.count and not said:
            return replace(one, before=before)
        choices, best = self.with_said(*self.with_borrowed(self.of({})))
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

    def with_borrowed(self, plain: Proposal) -> tuple[_Choices, Proposal]:
        """Return choices, and the proposal, with what is said above a part of a file of its letters.

        They are none where fewer statements have a meaning with these, or more are refuted.
        """
        scene = self.file.scene
        shown = {name for trees in self.file.displays for tree in trees for name in names(tree, scene)}
        needed = shown.union(*(below_of(name, self.file.made) for name in shown))
        given = [
            self.as_given(each) for each in self.candidates
            if self.within_words(each) in self.borrowed and each.letter in needed
        ]  # fmt: skip
        while given:
            choices = _Choices().with_others(_Choices(given=tuple(given)))
            found = self.of({}, choices.given)
            kept = [each for each in given if each.line in found.lines]
            if len(kept) == len(given):
                letters = {each.letter for each in given}
                worse = found.gain < plain.gain or self.newly_refuted(plain, found, letters)
                return (_Choices(), plain) if worse else (choices, found)
            given = kept
        return _Choices(), plain

    def with_said(self, now: _Choices, best: Proposal) -> tuple[_Choices, Proposal]:
        """Return choices, and the proposal, with what words define by ``:=``, if that costs nothing."""
        said = {each.letter: self.as_given(each) for each in reversed(self.candidates) if self.is_said_to_define(each)}
        given = tuple(each for letter, each in reversed(said.items()) if letter not in now.letters)
        if not given:
            return now, best
        both = now.with_others(_Choices(given=given))
        found = self.of(both.kinds, both.given)
        if any(each.line not in found.lines for each in given):  # it is made of what displays define
            below = dict.fromkeys(other for each in given for other in self.below(each))
            both = now.with_others(_Choices(given=(*below, *given)))
            found = self.of(both.kinds, both.given)
        return (both, found) if found.gain >= best.gain else (now, best)

    def is_said_to_define(self, equation: Equation) -> bool:
        """Return whether words give an equation with ``:=``, or above all displays that say what its letter is.

        What such a display says of the letter is a claim then.
        """
        inline = self.within_words(equation)
        if not inline or not self.file.said[equation.display - len(self.reading.formulas)]:
            return False
        shown = [self.reading.formulas[each.display] for each in self.file.equations
                 if each.letter == equation.letter and each.display < len(self.reading.formulas)]  # fmt: skip
        above = [are_in_one_file(each, inline) and position(inline) <= position(each) for each in shown]
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
        said = {each.letter for each in self.candidates if self.is_said_to_define(each)}
        for each in now.given:
            if each.letter in said:
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
    def uses_indices_as_numbers(self) -> bool:
        """Return whether an index in force is the argument of a function in the file, and so another letter there."""
        heads = self.file.scene.facts.heads.values()
        arguments = {name for uses in heads for each in uses for name in each}
        return not arguments.isdisjoint(self.by.notation.index_letters)

    @cached_property
    def file(self) -> Undeclared:
        """Return the file, read without a notation."""
        return read_twice(self.reading, self.text)

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
        others = [each for each in self.nearest(others) if not each.is_put or self.is_unknown_otherwise(each)]
        told = Counter(letter for letter, _ in {(each.letter, each.right) for each in others})
        says = Counter(left for left, right in self.own_sayings if re.search("[A-Za-z]", right))  # more than a value
        twice = {left for left, count in says.items() if count > 1}
        others = [each for each in others if each.letter in shown or bare(each.left) not in twice]
        others = [each for each in others if each.letter in shown or told[each.letter] == 1]  # else it is either
        return [each for each in others if not self.by.proposing or each.letter not in self.above(each)]

    @cached_property
    def own_sayings(self) -> set[tuple[str, str]]:
        """Return both sides of the equations within the words of a part of a file, bare, whether they define or not."""
        own = (said_of(each) for each in self.reading.inline if each not in self.borrowed)
        return {(sides[0], bare(sides[1])) for sides in own if sides}

    @cached_property
    def own_equations(self) -> list[Equation]:
        """Return the equations of a part of a file that may define, without those above it."""
        return [
            each for each in self.file.equations if self.within_words(each) not in self.borrowed and not each.is_put
        ]

    def nearest(self, found: Sequence[Equation]) -> Iterator[Equation]:
        """Yield equations without those above a part of a file for letters of which more is said: there, or later."""
        within = {each: self.within_words(each) for each in found}
        here = {left for left, _ in self.own_sayings}
        own = {each.letter for each, words in within.items() if words not in self.borrowed or bare(each.left) in here}
        places = {each: position(words) for each, words in within.items() if words in self.borrowed}
        last = {each.letter: each for each in sorted(places, key=places.__getitem__)}
        yield from (
            each for each in found if each not in places or (each.letter not in own and each is last[each.letter])
        )

    def is_unknown_otherwise(self, equation: Equation) -> bool:
        """Return whether nothing in the file says anything of a letter for which a link puts something.

        Words do not name it, no formula that is not read holds it, and the words above the display doubt nothing.
        """
        letter = bare(self.file.scene.table.as_written(equation.letter))
        holds = re.compile(rf"(?<![A-Za-z\\]){re.escape(letter)}(?![A-Za-z])")
        unread = (
            formula.text for formula, trees in zip(self.reading.formulas, self.file.displays, strict=True) if not trees
        )
        said = any(holds.search(bare(text)) for text in (*(each.text for each in self.reading.inline), *unread))
        return not said and not doubts(self.words_above(equation))

    def words_above(self, equation: Equation) -> str:
        """Return the words of the sentence that leads to a display; those of one that has ended only if they deny."""
        if equation.display >= len(self.reading.formulas):
            return ""
        words = words_above(self.path, self.text, self.reading.formulas[equation.display])
        return words if not words.rstrip().endswith((".", "#")) else " ".join(_WRONG.findall(words))

    def within_words(self, equation: Equation) -> InlineFormula | None:
        """Return the formula within words in which an equation stands; None if it is displayed."""
        at = equation.display - len(self.reading.formulas)
        return self.reading.inline[at] if at >= 0 else None

    @cached_property
    def said_above(self) -> frozenset[str]:
        """Return the letters of which words say what they are above all displays that do so."""
        shown = {each.letter for each in self.file.equations if each.display < len(self.reading.formulas)}
        return frozenset(
            each.letter for each in self.candidates if each.letter in shown and self.is_said_to_define(each)
        )

    def above(self, equation: Equation) -> set[str]:
        """Return the letters that are related to others in the displays above an equation."""
        place = self.place(equation)
        made = made_by([each for each in self.file.equations if self.place(each) < place])
        shown = zip(self.reading.formulas, self.file.displays, strict=True)
        trees = (tree for formula, display in shown if position(formula) < place for tree in display)
        return set[str]().union(*(related(tree, made, self.file.scene) for tree in trees))

    def place(self, equation: Equation) -> tuple[str, int, int]:
        """Return where an equation stands in the file."""
        return position(self.within_words(equation) or self.reading.formulas[equation.display])

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

        The first ones are those of the letters that stand in most statements without a meaning. What none of these is
        made of needs no definition, unless words say what it is.
        """
        lacking = {each: self.lacks(each, best) for each in self.candidates}
        said = [
            each for each, lacks in lacking.items()
            if self.stands_within_words(each) and each.letter not in now.letters
            and (lacks or self.within_words(each) not in self.borrowed)
        ]  # fmt: skip
        together = said
        while together:
            yield _Choices(given=tuple(replace(self.as_given(each), within_words=True) for each in together))
            fewer = [each for each in together if each.letter not in self.lost]  # without those that have no meaning
            together = fewer if len(fewer) < len(together) else []
        written = self.file.scene.table.as_written
        for each in sorted(self.candidates, key=lambda each: -best.concerned[written(each.letter)]):
            if each in said:
                yield _Choices(given=(replace(self.as_given(each), within_words=True),))
            if lacking[each]:
                yield from self.alone_and_with_others(self.as_given(each))

    def lacks(self, equation: Equation, best: Proposal) -> bool:
        """Return whether a statement without a meaning speaks of what an equation defines, or of what is made of it."""
        about = {equation.letter, *(one for one in self.file.made if equation.letter in below_of(one, self.file.made))}
        return any(best.concerned[self.file.scene.table.as_written(each)] for each in about)

    def stands_within_words(self, equation: Equation) -> bool:
        """Return whether an equation is the only one that says what its letter is, and stands within words."""
        known = {*self.own_equations, *self.candidates}
        again = sum(each.letter == equation.letter and each in known for each in self.file.equations)
        return again == 1 and equation.display >= len(self.reading.formulas)

    def alone_and_with_others(self, given: _Given) -> Iterator[_Choices]:
        """Yield a definition alone, and with the first equations of all letters of which it is made."""
        if given.line.text in self.hopeless:
            return
        yield _Choices(given=(given,))
        lost = bool(self.lost)
        below = self.below(given)
        if below and self.hopeless.isdisjoint(each.line.text for each in below):
            yield _Choices(given=(*below, given))
            lost = lost and bool(self.lost)
        if lost:
            self.hopeless.add(given.line.text)

    def below(self, given: _Given) -> list[_Given]:
        """Return the first equations of all letters of which one is made, in the order of the file."""
        first = {each.letter: each for each in reversed(self.candidates)}
        made = {**self.file.made, given.letter: given.of}
        found = [first[letter] for letter in below_of(given.letter, made) & first.keys() - {given.letter}]
        return [self.as_given(each) for each in sorted(found, key=self.candidates.index)]

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
        display = None
        if inline := self.within_words(equation):
            path, line = inline.path, inline.line
        else:
            display = equation.display
            path, line = self.reading.formulas[display].path, self.reading.formulas[display].place_at(equation.at)[0]
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
        refuted = self.newly_refuted(best, found, letters)
        if not refuted:
            return True
        known = {at for at, _ in self.told(best, letters)}
        places = (
            len(self.reading.formulas) - each.line.display for each in other.given if each.line.display is not None
        )
        restated = sum(at not in known for at in places)  # that it gains a meaning by defining itself is worth nothing
        return found.gain - best.gain - restated > refuted  # each costs as much as one that gains a meaning

    def refutes_fewer(self, best: Proposal, found: Proposal, letters: Set[str], or_as_many: bool = False) -> bool:
        """Return whether numbers refute fewer statements about letters with one proposal than with another."""
        fewer, more = (sum(each.refuted for each in self.told(one, letters).values()) for one in (found, best))
        return fewer < more or (fewer == more and or_as_many)

    def newly_refuted(self, before: Proposal, after: Proposal, letters: Set[str]) -> int:
        """Return how many statements numbers refute with one proposal and not with another, or that define letters.

        One of these that has no meaning with the other one counts twice: that it gains one is worth nothing.
        """
        new = set(map(self.file.scene.table.as_written, letters))
        told = self.told(before, letters)
        wrong = ((told.get(at), each.head) for at, each in self.told(after, letters).items() if each.refuted)
        return sum(not known.refuted if known else 2 * (head in new) for known, head in wrong)

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
                self.read[texts] = read_as(reading, self.text, self.file.own)
        return inferred(self.read[texts], reading, self.words, kinds, base)

    def of(self, kinds: Mapping[str, str], given: Sequence[_Given] = (), beside: bool = False) -> Proposal:
        """Return the proposal with certain choices; ``beside`` the letters in force it declares only other ones."""
        defining = [each.line for each in given]
        inference, scene = self.inferred(kinds, given, self.by.notation if beside else None)
        lines, questions = Writer(inference, scene, self.by.notation, self.words).all()
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


def seconds_for(reading: Reading) -> float:
    """Return how many seconds of computing it may take to try other choices of one sort for a text."""
    return SECONDS * max(1.0, len(reading.formulas) / _FEW)


def with_block(reading: Reading, path: Path, block: str, definitions: Sequence[str] = ()) -> Reading:
    """Return what was read of a file as if a block, in place of its own ones, and definitions stood at its top."""
    first = DisplayedFormula("", None, path, 1, (1,), ())
    given = tuple(replace(first, text=text, line=-number) for number, text in enumerate(definitions, 1))
    around = reading.around
    places = (*(Place(frozenset(), None, False) for _ in given), *around.places)
    reading = replace(reading, formulas=(*given, *reading.formulas), around=replace(around, places=places))
    around = reading.around
    return replace(reading, around=replace(around, blocks=(NotationBlock(block, 1, path),))) if block else reading
