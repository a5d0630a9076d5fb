r"""The first use of a letter: ``h = \tanh(z)`` says what h is, where nothing above does.

People define with a plain equals sign. So where a letter, an entry or a function stands alone on the left of ``=``, in
letters that occur nowhere above and nowhere on the right, and nothing in the file defines it with ``:=``, the first
link is read as a definition, with a remark. It claims nothing then. Anything else stays a claim, and so does what is
said of a letter that is declared without the file, in the notation of the book or in one that is named.

A forward pass may also stand below what is made of it: a letter of which the whole file says in one equation what it
is, by other letters, is defined by that one, though it occurs above (`late`).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import pairwise

from nncore.verify.notation import CONSTANTS, DELTA, FIXED_KINDS, INFINITY, ONES
from nncore.verify.spelling.findings import Findings, FreeError
from nncore.verify.spelling.ranges import asked
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.sums import free
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Relation, Span

_GREEK = re.compile(r"\\[a-z]+")
FIXED = frozenset((*CONSTANTS, *FIXED_KINDS, DELTA, ONES, INFINITY))


def with_definition(formula: t.Formula, scene: Scene, findings: Findings) -> t.Formula:
    """Return a formula whose first link defines if it is the first use of what stands on its left."""
    (statement,) = formula.statements
    if isinstance(statement, t.Implication) or not statement.links:
        return formula
    statement = _of_square(statement, scene, findings)
    formula = replace(formula, statements=(statement,))
    first, *others = statement.links
    name = head(statement.first, scene)
    if not others and first.relation is Relation.EQUAL and _is_step(statement.first, first.right):
        shown = scene.table.as_written(latex(statement.first))
        findings.say("step", rf"{shown} = {shown} - … as a step, {shown} \leftarrow {shown} - …", first.span)
        step = replace(statement, links=(replace(first, relation=Relation.ASSIGNS),))
        return replace(formula, statements=(step,))
    conditions = (*formula.conditions, *first.conditions)
    if (
        first.relation is not Relation.EQUAL
        or not name
        or not all(is_no_case(each, statement, scene) for each in conditions)
    ):
        return formula
    right = {each for link in statement.links for each in names(link.right, scene)}
    known = (scene.here - scene.late) | scene.facts.defined | right
    if name in known or scene.table.as_written(name) in scene.facts.defined:
        return formula
    authors = {code: own for own, code in scene.table.functions.items()}
    if isinstance(statement.first, t.Apply) and authors.get(name, name) in scene.facts.defined:
        return formula  # a letter that is defined is no function, too
    if len(scene.facts.values.get(scene.table.as_written(name), ())) > 1:
        return formula  # some of its values
    if scene.may_be_lost(name) and not is_given(name, scene):
        if scene.is_undeclared(name):
            return formula  # without a meaning, so nothing is claimed of it
        written = scene.table.as_written(name)
        words = f"whether this defines {written} is not clear, since above it stands in what cannot be read"
        raise FreeError(words, first.span, "defined in what is not read")
    if any(remark.kind == "all values" for remark in findings.remarks.values()):
        return formula  # of some values of an index
    shown = scene.table.as_written(latex(statement.first))
    if is_given(name, scene):
        scene.claimed += 1
        letter = scene.table.as_written(name)
        words = (
            f"{shown} = … as a claim, since the notation declares {letter}: if it defines, write := or shadow {letter}"
        )
        findings.say("first use", words, first.span)
        return formula
    why = "the only one of the file" if name in scene.here else "since nothing above says what it is"
    findings.say("first use", f"{shown} = … as its definition, {why}", first.span)
    links = (replace(first, relation=Relation.DEFINES, conditions=()), *others)
    return replace(formula, statements=(replace(statement, links=links),), conditions=())


def _is_never_negative(node: t.Node) -> bool:
    """Return whether an expression is a mean of squares, or another one that has no sign."""
    match node:
        case t.Number() | t.Norm() | t.Absolute() | t.Power(exponent=t.Number("2", 0)):
            return True
        case t.Letter(name):
            return name.lower() in ("n", "m", "d", "b", "k") or name.startswith(r"\mathsf{n")  # how many there are
        case t.Sum(body=body) | t.Product(body=body) | t.Root(body):
            return isinstance(node, t.Root) or _is_never_negative(body)
        case t.Times(factors) | t.EntryTimes(factors) | t.Plus(factors):
            return all(map(_is_never_negative, factors))
        case t.Fraction(above, below):
            return _is_never_negative(above) and _is_never_negative(below)
        case t.Apply(t.Function(name)):
            return name in (r"\exp", r"\operatorname{Var}", r"\operatorname{V}")
    return False


def with_members(formula: t.Formula, scene: Scene, findings: Findings) -> t.Formula:
    r"""Return a formula in which letters have the indices on which they depend.

    ``L = -\log p_y`` says what L is for each y, and so does all that is said of L.
    """
    for chain in (each for each in formula.statements if isinstance(each, t.Chain)):
        match chain:
            case t.Chain(t.Letter(name), (t.Link(Relation.DEFINES, right), *_)) if name not in scene.members:
                sums = (node for node, _ in t.walk(right) if isinstance(node, t.Sum | t.Product))
                if any(node.index.name not in free(node.body) for node in sums):
                    continue  # an index is likely the wrong one
                loose = free(right)
                indices = (
                    index for node, _ in t.walk(right) if isinstance(node, t.Indexed) for index in node.indices
                    if isinstance(index, t.Letter) and index.name in loose and _may_vary(index.name, scene)
                )  # fmt: skip
                if found := tuple({index.name: index for index in indices}.values()):
                    _has_members(name, (), found, chain.first.span, scene, findings)
            case t.Chain(t.Indexed(t.Letter(name), own), (t.Link(Relation.DEFINES, right), *_)) if (
                name not in scene.members
                and not {each.name for each in own if isinstance(each, t.Letter)} - free(right)
            ):
                if found := tuple(_of_samples(right, {each.name for each in own if isinstance(each, t.Letter)}, scene)):
                    _has_members(name, own, found, chain.first.span, scene, findings)
    captured = (
        next(filter(None, (_captured(node, scene) for node, _ in t.walk(formula))), None) if scene.members else None
    )
    if captured:
        name, index = map(scene.table.as_written, captured)
        words = f"{name} depends on {index}, which is bound here: give one of them another letter"
        raise FreeError(words, formula.span, "captured index")
    return t.with_children(formula, lambda each: _with_members(each, scene.members)) if scene.members else formula


def _has_members(
    name: str, own: Sequence[t.Node], more: tuple[t.Letter, ...], span: Span, scene: Scene, findings: Findings
) -> None:
    """Let a letter depend on indices with which it does not stand."""
    scene.members[name] = more
    shown, below, each = scene.table.as_written(name), *("".join(map(latex, ones)) for ones in (own, more))
    short = rf"{shown}_{{{below}}}" if below else shown
    words = rf"{short} as {shown}_{{{below}{each}}}, one for each {', '.join(map(latex, more))}"
    findings.say("members", scene.table.as_written(words), span)


def _of_samples(right: t.Node, own: Set[str], scene: Scene) -> Iterator[t.Letter]:
    r"""Yield the free indices, beside own ones, that only tell which sample: i of ``w_j^\top x_i``, where j is an own.

    An index that stands at entries is none: it may be a slip.
    """
    vectors = list(_vectors(right, scene))
    loose = free(right) - own
    found = {
        index.name: index for node, _ in t.walk(right) if isinstance(node, t.Indexed)
        for index in node.indices if isinstance(index, t.Letter) and index.name in loose
    }  # fmt: skip
    for name, index in found.items():
        at = [node for node, _ in t.walk(right) if isinstance(node, t.Indexed) and index in node.indices]
        if _may_vary(name, scene) and all(any(node is each for each in vectors) for node in at):
            yield index


def _vectors(right: t.Node, scene: Scene) -> Iterator[t.Indexed]:
    """Yield the letters with one index that are surely vectors."""
    for node, _ in t.walk(right):
        match node:
            case t.Transpose(t.Indexed(_, (_,)) as vector):
                yield vector
            case t.Times(factors):
                for before, after in pairwise(factors):
                    if isinstance(before, t.Transpose) and isinstance(after, t.Indexed) and len(after.indices) == 1:
                        yield after
            case t.Indexed(t.Letter(name), (_,)) if scene.table.written(name) in scene.words.rows:
                yield node
            case t.Indexed(t.Letter(name), (_,)) if (array := scene.notation.array_named(name)) and not array.layers:
                if not any(size.letter == "1" for size in array.shape):
                    yield node


def _captured(node: t.Node, scene: Scene) -> tuple[str, str] | None:
    r"""Return a letter that depends on an index, and that index, if a sum binds it around the letter and another use.

    ``\sum_i L`` is the sum of all L; in ``\sum_k \partial L / \partial z_k`` L may be that of another k.
    """
    if not isinstance(node, t.Sum | t.Product):
        return None
    inside = {each.name for each, _ in t.walk(node.body) if isinstance(each, t.Letter)}
    if node.index.name not in inside:
        return None
    found = (name for name, indices in scene.members.items() if any(each.name == node.index.name for each in indices))
    return next(((name, node.index.name) for name in found if name in inside), None)


def _may_vary(name: str, scene: Scene) -> bool:
    """Return whether a letter that stands as an index has several values: it is no size, and nothing else, either."""
    is_index = name in scene.notation.index_letters or scene.is_undeclared(name)
    return is_index and not scene.is_size(name) and name not in scene.facts.defined


def _with_members(node: t.Node, members: Mapping[str, tuple[t.Letter, ...]]) -> t.Node:
    match node:
        case t.Indexed(t.Letter(name), indices):
            own = tuple(_with_members(each, members) for each in indices)
            return replace(node, indices=(*own, *members.get(name, ())))
        case t.Letter(name) if name in members:
            return t.Indexed(node, members[name], span=node.span)
        case t.Sum(index) | t.Product(index) | t.Extremum(_, index) | t.Limit(index) if index.name in members:
            members = {name: indices for name, indices in members.items() if name != index.name}
    return t.with_children(node, lambda each: _with_members(each, members))


def _is_step(left: t.Node, right: t.Node) -> bool:
    """Return whether a side is a letter, and the other one that letter and a multiple of a derivative by it."""
    match right:
        case t.Plus((first, second)) if isinstance(left, t.Letter) and left in (first, second):
            rest = t.walk(second if first == left else first)
            return any(isinstance(node, t.Derivative) and left in node.variables for node, _ in rest)
    return False


def _of_square(chain: t.Chain, scene: Scene, findings: Findings) -> t.Chain:
    r"""Return ``\sigma^2 = v``, where nothing above says what σ is, or with ``:=``, as ``\sigma = \sqrt{v}``."""
    match chain:
        case t.Chain(
            t.Power(t.Letter(name) as letter, t.Number("2", 0)),
            (t.Link(Relation.EQUAL | Relation.DEFINES as relation) as link,),
        ):
            known = (scene.here - scene.late) | scene.facts.defined if relation is Relation.EQUAL else set[str]()
            known |= set(names(link.right, scene))
            fresh = head(letter, scene) and not known & {name, scene.table.as_written(name)}
            if fresh and not is_given(name, scene) and _is_never_negative(link.right):
                shown = scene.table.as_written(latex(letter))
                findings.say("root", rf"{shown}^2 = … as {shown} = \sqrt{{…}}", chain.first.span)
                right = t.Root(link.right, span=link.right.span)
                return replace(chain, first=letter, links=(replace(link, right=right),))
    return chain


def apart(formula: t.Formula, scene: Scene) -> list[t.Formula]:
    r"""Return ``a = \hat{y} = f(z)`` as what it says of two letters, ``\hat{y} = f(z)`` and ``a = \hat{y}``.

    So both are defined where the second letter has no meaning above; otherwise the chain stays as it is.
    """
    match formula.statements:
        case (
            t.Chain(
                first,
                (
                    t.Link(Relation.EQUAL, t.Letter() | t.Indexed(t.Letter()) as second, ()) as begin,
                    t.Link(Relation.EQUAL) as link,
                    *more,
                ),
            ),
        ):
            inner, outer = head(second, scene), head(first, scene)
            fresh = inner and outer and inner != outer and inner not in scene.here - scene.late
            fresh = fresh and not isinstance(first, t.Apply)
            fresh = fresh and (isinstance(second, t.Letter) or scene.is_undeclared(inner))
            if fresh and not head(link.right, scene):
                below = t.Chain(second, (link, *more), span=(second.span[0], formula.span[1]))
                above = t.Chain(first, (begin,), span=(formula.span[0], second.span[1]))
                return [replace(formula, statements=(part,), span=part.span) for part in (below, above)]
    return [formula]


def late(formulas: Sequence[tuple[t.Formula, bool]], scene: Scene) -> frozenset[str]:
    """Return the letters that occur above the one equation of a file that says what they are by other letters.

    Above it they only make other letters, or are what a derivative is taken by: a relation between letters, such as
    ``a + b = 1``, is none that ``b = 1 - a`` may define. Each formula comes with whether it may define something.
    """
    heads, found, above, beside = Counter[str](), set[str](), set[str](), set[str]()
    made: dict[str, set[str]] = {}  # of which letters a letter is made
    direct: dict[str, set[str]] = {}  # those that stand in its equation
    for formula, may_define in formulas:
        for chain in (each for each in formula.statements if isinstance(each, t.Chain) and may_define):
            name = _makes(chain, scene)
            right = set(names(chain.links[0].right, scene)) if name else set()
            made_of = right.union(*(made.get(each, set()) for each in right))
            if name:
                heads[name] += 1
                others = {each for each in right if not (scene.is_index(each) or scene.is_size(each) or each in FIXED)}
                whole = all(is_no_case(each, chain, scene) for each in formula.conditions)
                may = name in above - beside - made_of and others and whole
                if may and not is_given(name, scene):
                    found.add(name)
                made.setdefault(name, made_of)
                direct.setdefault(name, right)
        above.update(names(formula, scene))
        beside |= related(formula, direct, scene) if may_define else set(names(formula, scene))
    return frozenset(name for name in found if heads[name] == 1)


def _makes(chain: t.Chain, scene: Scene) -> str:
    """Return the letter of which a chain says what it is, by others; empty if it says that of none."""
    link = chain.links[0] if chain.links else None
    if link is None or link.relation not in (Relation.EQUAL, Relation.DEFINES):
        return ""
    first = chain.first
    if isinstance(first, t.Power) and first.exponent == t.Number("2"):
        first = first.base  # of a standard deviation, see `_of_square`
    name = head(first, scene)
    return "" if name in names(link.right, scene) else name


def related(formula: t.Formula, made: Mapping[str, Collection[str]], scene: Scene) -> set[str]:
    r"""Return the letters of a formula, but those that make another letter, and those a derivative is taken by.

    ``made`` says of which letters others are made. They are related, too, but for what a variable of a derivative is
    made of: ``\partial g / \partial w = 0`` is a relation between w and all else of which g is made.
    """
    found: set[str] = set()
    by = {
        name for node, _ in t.walk(formula) if isinstance(node, t.Derivative)
        for variable in node.variables for name in names(variable, scene)
    }  # fmt: skip
    for statement in formula.statements:
        if isinstance(statement, t.Chain):
            steps = bool(statement.links) and statement.links[0].relation is Relation.ASSIGNS
            makes = steps or (_makes(statement, scene) and not isinstance(statement.first, t.Apply))
            sides = statement.sides[2 if makes else 0 :] if statement.links else ()
            found |= {name for side in sides for name in names(side, scene)}
        else:
            found |= set(names(statement, scene))
    reached, waiting = set[str](), list(found)
    while waiting:
        if (each := waiting.pop()) not in reached | by:
            reached.add(each)
            waiting += made.get(each, ())
    return reached


def is_no_case(condition: t.Chain | t.Given | t.ForAll, statement: t.Chain, scene: Scene) -> bool:
    r"""Return whether under a condition a definition is no case of several: the range of an index, or ``\lambda > 0``.

    So a text says which values a Greek letter may have; another one, as x, may tell cases.
    """
    chain = condition if isinstance(condition, t.Chain) else condition.chain
    match chain:
        case t.Chain(t.Letter(name), (t.Link(Relation.GREATER | Relation.AT_LEAST, t.Number(digits="0")),)):
            arguments = {each.name for each, _ in t.walk(statement.first) if isinstance(each, t.Letter)}
            return bool(_GREEK.fullmatch(scene.table.written(name))) and name not in arguments
    return is_range(condition, statement, scene)


def is_range(condition: t.Chain | t.Given | t.ForAll, statement: t.Chain, scene: Scene) -> bool:
    r"""Return whether a condition lets an index of a left side have all its values: ``1 \le k \le K``."""
    chain = condition if isinstance(condition, t.Chain) else condition.chain
    indices = statement.first.indices if isinstance(statement.first, t.Indexed) else ()
    match chain:
        case t.Chain(
            t.Number("1"), (t.Link(Relation.AT_MOST, t.Letter(name) as index), t.Link(Relation.AT_MOST, t.Letter(last)))
        ):
            declared = scene.notation.runs_to.get(name)
            ends = {declared} if name in scene.notation.index_letters else asked(statement, scene).get(name, set())
            return index in indices and ends <= {None, last}
        case t.Chain(index, ()):
            return isinstance(condition, t.ForAll) and index in indices
    return False


def is_given(name: str, scene: Scene) -> bool:
    """Return whether a letter is declared, and not by the file."""
    array = scene.notation.array_named(name)
    given = bool(array) and array in scene.given.arrays
    return given or any(each in scene.given.scalars for each in scene.notation.scalars_named(name))


def head(left: t.Node, scene: Scene) -> str:
    """Return the name of the letter, entry or function that a left side may define; empty if it defines none."""
    notation = scene.notation
    fixed = notation.index_letters | notation.plain_sizes | notation.constant_letters
    match left:
        case t.Letter(name) if not (name in fixed or scene.is_size(name) or name in (ONES, DELTA)):
            return _canonical(name, scene)
        case t.Indexed(t.Letter(name), indices) if name not in (ONES, DELTA):
            letters = [index.name for index in indices if isinstance(index, t.Letter) and scene.is_index(index.name)]
            if len(letters) == len(indices) and len(set(letters)) == len(letters):
                return _canonical(name, scene)
        case t.Apply(t.Function(name, 0, None), arguments) if name not in FIXED_KINDS:
            letters = [each.name for each in arguments if isinstance(each, t.Letter)]
            kinds = {function.name: function.kind for function in scene.table.in_force.functions}
            if len(set(letters)) == len(arguments) and kinds.get(name) in ("number", "smooth"):
                return name
    return ""


def definitions_in(formula: t.Formula, scene: Scene) -> dict[str, frozenset[str]]:
    """Return the letters that a formula defines, each with those of which it is made."""
    return {
        head(chain.first, scene): frozenset(names(link.right, scene))
        for chain in formula.statements if isinstance(chain, t.Chain)
        for link in chain.links if link.relation is Relation.DEFINES
    }  # fmt: skip


def names(node: t.Node, scene: Scene) -> Iterator[str]:
    """Yield the names of all letters and functions in a node; an entry has that of its array."""
    for each, _ in t.walk(node):
        match each:
            case t.Letter(name):
                yield _canonical(name, scene)
            case t.Function(name):
                yield name


def _canonical(name: str, scene: Scene) -> str:
    array = scene.notation.array_of_entry(name)
    return array.letter if array else name
