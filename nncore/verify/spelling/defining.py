r"""What the formulas of a file may define: equations that say what a letter is, and costs of which none says it.

The first use of a letter defines it (`first_use`), unless something above cannot be read, or the letter stands above
already and several equations say what it is. `equations` finds all that may be meant. A backward pass takes
derivatives of a cost that it leaves open, as in ``\frac{\partial J}{\partial X} = \frac{\partial J}{\partial Y} W^T``:
what it says of that holds for any function of Y (`open_costs`).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from nncore.verify.spelling.first_use import FIXED, head, is_no_case, names
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.sums import free
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

_SIDES = (Relation.EQUAL, Relation.DEFINES)
_ENVIRONMENT = re.compile(r"\\begin\{.*\\end\{", re.DOTALL)
_LAYOUT = re.compile(
    r"\\label\{[^{}]*\}|\\(?:nonumber|notag|displaystyle)(?![A-Za-z])|\\\\(?:\[[^\]]*\])?|(?<!\\)&|\s+"
)
_COMMENT = re.compile(r"(?<!\\)%[^\n]*\n?")


@dataclass(frozen=True, slots=True)
class Equation:
    """An equation that may say what a letter is, by the letters of which it makes it, and where it stands."""

    letter: str
    of: frozenset[str]
    left: str
    right: str
    display: int
    at: int
    is_put: bool = False  # a link puts the right side in the place of the letter

    @property
    def text(self) -> str:
        """Return it as a definition, in the author's letters."""
        return f"{self.left} := {self.right}"


@dataclass(frozen=True, slots=True)
class OpenCost:
    """A letter of which derivatives are taken, and those on which it depends, as far as a file says."""

    letter: str
    of: tuple[str, ...]


def equations(trees: Sequence[Sequence[t.Formula]], sources: Sequence[str], scene: Scene) -> list[Equation]:
    r"""Return the equations of the displays of a file with one letter, entry or function alone on the left.

    Where none says what a letter is, a link may put something in its place: ``(\hat{y} - y)^2 = (w^\top x - y)^2``.
    """
    found: list[Equation] = []
    put: list[Equation] = []
    for number, (formulas, source) in enumerate(zip(trees, sources, strict=True)):
        for formula in formulas:
            for chain in formula.statements:
                if one := _equation(chain, formula, number, source, scene):
                    found.append(one)
                if isinstance(chain, t.Chain) and not formula.conditions:
                    put += _put_in_place(chain, number, source, scene)
    known = {each.letter for each in found} | scene.facts.defined
    return found + [each for each in put if each.letter not in known]


def _put_in_place(chain: t.Chain, number: int, source: str, scene: Scene) -> Iterator[Equation]:
    """Yield an equation for each link whose sides differ in nothing but a letter, or an entry, and an expression."""
    for before, link in zip(chain.sides, chain.links, strict=False):
        pairs = dict.fromkeys(_differing(before, link.right)) if link.relation is Relation.EQUAL else {}
        if len(pairs) != 1:
            continue
        ((first, second),) = pairs
        for one, other in ((first, second), (second, first)):
            letter, right = head(one, scene), {*names(other, scene)}
            others = {each for each in right if not (scene.is_index(each) or scene.is_size(each) or each in FIXED)}
            whole = other.base if isinstance(other, t.Indexed) else other
            loose = {each.name for each in getattr(one, "indices", ()) if isinstance(each, t.Letter)}
            is_part = first is not before and not isinstance(whole, t.Letter | t.Number)
            if letter and is_part and others and letter not in right and loose <= free(other):
                left, whole_ = (_in_one_line(_with_braces(source, *each.span)) for each in (one, other))
                yield Equation(letter, frozenset(others), left, whole_, number, one.span[0], is_put=True)


def _differing(one: t.Node, other: t.Node) -> Iterator[tuple[t.Node, t.Node]]:
    """Yield the smallest parts in which two expressions differ."""
    if one == other:
        return
    inner, outer = [*t.children(one)], [*t.children(other)]
    alike = type(one) is type(other) and not isinstance(one, t.Letter | t.Number | t.Indexed)
    if not alike or not inner or len(inner) != len(outer):
        yield one, other
    else:
        for each, its in zip(inner, outer, strict=True):
            yield from _differing(each, its)


def _equation(statement: t.Node, formula: t.Formula, number: int, source: str, scene: Scene) -> Equation | None:
    if not isinstance(statement, t.Chain) or not statement.links or statement.links[0].relation not in _SIDES:
        return None
    link = statement.links[0]
    letter, right = head(statement.first, scene), {*names(link.right, scene)}
    others = {each for each in right if not (scene.is_index(each) or scene.is_size(each) or each in FIXED)}
    ranges = all(is_no_case(each, statement, scene) for each in (*formula.conditions, *link.conditions))
    plain = isinstance(link.right, t.Letter)  # as where it is said when two letters are the same
    if not letter or letter in right or not others or plain or not ranges:
        return None
    start, sign = statement.first.span[0], link.span[0]
    left = _in_one_line(source[start:sign]) if start < sign else ""  # else it goes on from another display
    if (layer := re.search(r"\d+", scene.table.written(letter))) and layer[0] not in left:
        return None  # of one layer, by a formula for all
    whole = _in_one_line(_with_braces(source, *link.right.span))
    return Equation(letter, frozenset(others), left, whole, number, start) if left and whole else None


def _with_braces(source: str, start: int, end: int) -> str:
    """Return the text of a node with the braces behind it that it opens, and the command before it that enlarges."""
    start -= len(enlarging[0]) if (enlarging := re.search(r"\\(?:left|[bB]igg?l?)\s*$", source[:start])) else 0
    while source[start:end].count("{") > source[start:end].count("}") and end < len(source):
        end += 1
    return source[start:end]


def _in_one_line(text: str) -> str:
    """Return a text without what only lays it out, unless an environment within it needs that."""
    text = _COMMENT.sub("", text)
    return " ".join(text.split()) if _ENVIRONMENT.search(text) else " ".join(_LAYOUT.sub(" ", text).split())


def open_costs(
    trees: Sequence[Sequence[t.Formula]],
    texts: Sequence[str],
    known: Sequence[Equation],
    scene: Scene,
    array_of: Callable[[str], str],
) -> list[OpenCost]:
    r"""Return the letters of which derivatives are taken, and of which nothing says what they are.

    They depend on the last letters by which they are differentiated: those of which no other one is made. A letter is
    left out if one formula says what a derivative of it is without another one, since then it is not any function; and
    so it is if a derivative comes from another one in a way of which no equation tells.

    Parameters
    ----------
    trees : sequence of sequence of Formula
        What was read of each display.
    texts : sequence of str
        All formulas of the file, also those that cannot be read: one may say what a letter is.
    known : sequence of Equation
        What says of which letters others are made.
    scene : Scene
        In which the file was read.
    array_of : callable
        Returns the array to which entries belong, by their letters.
    """
    made = made_by(known, array_of)
    chains = [chain for own in trees for formula in own for chain in formula.statements if isinstance(chain, t.Chain)]
    slopes = [list(_slopes(chain, array_of)) for chain in chains]
    said = made.keys() | {by for own in slopes for _, by in own}
    said |= {head(chain.first, scene) for chain in chains if chain.links}
    said |= {side.name for chain in chains if chain.links for side in chain.sides if isinstance(side, t.Letter)}
    found: list[OpenCost] = []
    for letter in dict.fromkeys(body for own in slopes for body, _ in own):
        written = scene.table.as_written(letter)
        if letter in said or scene.is_size(letter) or any(_says_what(text, written) for text in texts):
            continue
        by = dict.fromkeys(variable for own in slopes for body, variable in own if body == letter)
        last = tuple(each for each in by if not any(each in below_of(other, made) for other in by))
        joined = tuple(each for each in last if not below_of(each, made).isdisjoint(by))
        sources = {
            by_
            for chain in chains
            for link in chain.links
            for body, by_ in _slopes(link.right, array_of)
            if body == letter
        }
        if joined and not sources.isdisjoint(set(last) - set(joined)):
            continue  # others come from it in a way of which no equation tells
        last = joined or last  # without what no other one of them is made of, and which is made of none
        of_it = {letter} | {each for each in made if letter in below_of(each, made)}
        both = zip(chains, slopes, strict=True)
        claims = [(chain, [one for body, one in each if body == letter]) for chain, each in both]
        told = [_tells(chain, own, of_it, scene) for chain, own in claims]
        related = [_comes_from_others(own, (*by,), made) for _, own in claims if own]
        if len(last) < len(by) and not any(told) and related.count(True) > related.count(False):
            found.append(OpenCost(letter, last))
    return found


def _slopes(node: t.Node, array_of: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield the letters of which derivatives are taken, each with one by which that is done."""
    for each, _ in t.walk(node):
        match each:
            case t.Derivative(t.Letter(body), variables):
                bases = (each.base if isinstance(each, t.Indexed) else each for each in variables)
                yield from ((body, array_of(base.name)) for base in bases if isinstance(base, t.Letter))


def made_by(known: Sequence[Equation], array_of: Callable[[str], str] = str) -> dict[str, frozenset[str]]:
    """Return of which letters equations make others; of entries, the arrays to which they belong."""
    made: dict[str, frozenset[str]] = {}
    for each in known:
        letter = array_of(each.letter)
        made[letter] = made.get(letter, frozenset()).union(map(array_of, each.of))
    return made


def below_of(letter: str, made: Mapping[str, frozenset[str]]) -> set[str]:
    """Return the letters of which one is made, at whatever depth."""
    seen, waiting = set[str](), [letter]
    while waiting:
        more = made.get(waiting.pop(), frozenset()) - seen
        seen |= more
        waiting += more
    return seen


def _tells(chain: t.Chain, by: Sequence[str], own: Set[str], scene: Scene) -> bool:
    """Return whether a chain with derivatives of a letter says more of them than how one comes from others.

    ``by`` are the letters by which they are taken, and ``own`` is the letter with those that are made of it. That a sum
    or a product with derivatives is 0 may come from others; that one derivative is 0 is an optimum.
    """
    if not by or all(link.relation is not Relation.EQUAL for link in chain.links):
        return False
    sides = [side for side in chain.sides if side != t.Number("0")]
    optimum = len(sides) < len(chain.sides) and all(isinstance(side, t.Derivative) for side in sides)
    return optimum or any(own.isdisjoint(names(side, scene)) for side in sides)


def _comes_from_others(by: Sequence[str], all_by: Sequence[str], made: Mapping[str, frozenset[str]]) -> bool:
    """Return whether derivatives by some letters come from each other, or from others in the file."""
    first = any(all(other == one or one in below_of(other, made) for other in by) for one in by)
    return first or any(all(other == one or other in below_of(one, made) for other in by) for one in all_by)


def _says_what(text: str, letter: str) -> bool:
    """Return whether a text that was not read seems to say what a letter is: it stands alone before a relation."""
    sign = r"(?:=|:=|\\(?:coloneqq|equiv|triangleq|doteq|propto|approx)(?![A-Za-z]))"
    argument = r"(?:\([^()=]*\)|\\left\([^()=]*\\right\))?"
    for found in re.finditer(rf"(?<![A-Za-z\\]){re.escape(letter)}(?![A-Za-z])\s*{argument}\s*&?\s*{sign}", text):
        if not re.search(r"(?:\\nabla|\\partial|(?<![A-Za-z])d)\S*\s*$", text[: found.start()]):
            return True
    return False
