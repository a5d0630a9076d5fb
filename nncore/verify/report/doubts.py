r"""What a false claim in somebody's file may mean instead: a condition, a definition, "not the same".

People write ``\lambda > 0`` and ``C = 2`` of what is given, ``\hat{y} = \operatorname{softmax}(z)`` of a letter that is
an input elsewhere in the file, and ``a \neq b`` of what differs in general. For all values each of them is false, and
none of them is said of all values. Nor is a formula within words read, ``$z = W x + b$``: what is false of any z may
be true of this one. Such a statement is not refuted; what is said of it is what to write.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from itertools import pairwise

from nncore.verify import numeric
from nncore.verify.judgement import Diagnostic, Judgement, Status
from nncore.verify.notation import FIXED_KINDS
from nncore.verify.report.at_values import inputs_of
from nncore.verify.report.evidence import Evidence
from nncore.verify.report.notebook import are_in_one_file, lines_between, position
from nncore.verify.report.supposed import (
    bare,
    defines_in_words,
    in_one_line,
    is_doubted,
    is_near,
    judged,
    said_of,
    sentence_around,
    sides_said,
)
from nncore.verify.semantics.layers import reached
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import letters
from nncore.verify.source.markdown import DisplayedFormula, InlineFormula
from nncore.verify.spelling.inference import STANDARD
from nncore.verify.symbol import SymbolKind
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Relation

_DEPENDS = re.compile(
    r"\W*(?:(?:is|be|as|are|being)\s+(?:an?|some|any|the)?\s*(?:[\w-]+\s+){0,2}functions?\s+of|depends?\s+on|varies\s+with)\s*\ufffc"
)
_LETTERS = re.compile(r"\\(?:hat|bar|tilde|mathbf|boldsymbol|vec)\s*\{?\s*\\?[A-Za-z]+\s*\}?|\\[A-Za-z]+|[A-Za-z]")
_ENTRY = re.compile(r"(\\?[A-Za-z]+)_")
_LISTS = re.compile(r"\\(?:l|c)?dots")  # the columns, the rows or the entries of a letter
_INPUTS = (SymbolKind.ENTRY, SymbolKind.NUMBER, SymbolKind.ARRAY)
# Functions that mean another thing in each example.
_GENERIC = frozenset(("f", "g", "h", "F", "G", r"\mathsf{f}", r"\mathsf{g}", r"\mathsf{h}"))
_VALUE = "this is a value for numbers that are given elsewhere, and no claim about all"
_CONDITION = "this is a condition, and no claim, for letters that may be anything: put it behind what holds under it"
_AT_OPTIMUM = re.compile(  # words that lead to what holds at some point alone
    r"\b(?:at|near) (?:the|a|an|any|every|such an?|this|its?) (?:\w+ )?(?:stationary point|critical point|optimum"
    r"|minimum|minimizer|maximum|fixed point|equilibrium)|\bfirst[- ]order condition"
    r"|\b(?:set(?:ting|s)?|equating)\b[^.]{0,60}\b(?:to|equal to) (?:zero|\ufffc)",
    re.IGNORECASE,
)
FALSE_AS_PROPOSED = "false if its letters are what they are taken for"  # how a reason begins
_CHANGE = re.compile(  # words behind which a letter is probably another one
    r"\b(?:from (?:now|here) on|in what follows|in the rest|hereafter|henceforth|no longer|there (?:is|are) no|without"
    r"|no (?:bias(?:es)?|penalty|targets?|factor|activation)|drop(?:s|ped|ping)?|omit(?:s|ted|ting)?"
    r"|(?:left|leave) out)\b",
    re.IGNORECASE,
)
_LEADS = 4  # lines above a display, from which words lead to it
_BEHIND = 20  # lines below a display, beyond which words say nothing of it
_NO_DERIVATIVE = "a derivative does not exist here"  # how a reason begins


def doubted(evidence: Evidence, claim: Claim, others: Collection[Claim], of_slope: bool) -> Evidence:
    """Return the evidence for a refuted claim, or for what it is instead.

    ``others`` say of the same function what it is; ``of_slope`` says whether a chain that begins with a derivative goes
    on with it.
    """
    if evidence.problems and all(problem.reason.startswith(_NO_DERIVATIVE) for problem in evidence.problems):
        return _open(evidence, f"it may hold away from kinks: {'; '.join(each.reason for each in evidence.problems)}")
    if of_slope and claim.right == t.Number("0") and not isinstance(claim.left, t.Derivative):
        return _open(evidence, _CONDITION)
    reason = _other_meaning(claim, others, [problem.reason for problem in evidence.problems])
    return _open(evidence, reason) if reason else evidence


def _open(evidence: Evidence, reason: str) -> Evidence:
    """Return the evidence for a claim of which it is undecided what it says."""
    lost = Judgement(Status.UNDECIDED, reason=reason)
    return replace(
        evidence,
        status=Status.UNDECIDED,
        parts=tuple(replace(part, judgement=part.judgement and lost) for part in evidence.parts),
        problems=tuple(_instead(problem, reason) for problem in evidence.problems),
    )


def _instead(problem: Diagnostic, reason: str) -> Diagnostic:
    return replace(problem, status=Status.UNDECIDED, reason=reason) if problem.status is Status.REFUTED else problem


def _is_condition(claim: Claim) -> bool:
    """Return whether two inputs are compared, or a letter and a number."""
    sides = (claim.left, claim.right)
    if claim.left == claim.right or any(_is_size(one) and _is_below_1(other) for one, other in (sides, sides[::-1])):
        return False  # of nothing
    for one, other in (sides, sides[::-1]):
        if isinstance(one, t.Letter) and letters(one, claim.scope) and _is_constant(other, claim):
            return _varies(one, claim)  # else it is arithmetic
    return any(_is_free(side, claim, sizes=True) for side in sides) and all(
        _is_free(side, claim, sizes=True) or _is_constant(side, claim) for side in sides
    )


def _is_at_values(claim: Claim) -> bool:
    """Return whether the conditions of a claim give a value to every input of which it is made."""
    given = {
        latex(each.first) for each in claim.conditions
        if isinstance(each, t.Chain) and isinstance(each.first, t.Name) and len(each.links) == 1
        and each.links[0].relation is Relation.EQUAL and _is_constant(each.links[0].right, claim)
    }  # fmt: skip
    return bool(given) and all(latex(node) in given for node in inputs_of(claim))


def _is_size(node: t.Node) -> bool:
    return isinstance(node, t.Letter) and node.symbol is not None and node.symbol.kind is SymbolKind.SIZE


def _is_below_1(node: t.Node) -> bool:
    body = node.body if isinstance(node, t.Minus) else node
    return isinstance(body, t.Number) and (body is not node or body.value < 1)


def _is_constant(node: t.Node, claim: Claim) -> bool:
    """Return whether an expression is one number."""
    kinds = {each.symbol.kind for each, _ in t.walk(node) if isinstance(each, t.Name) and each.symbol}
    return not letters(node, claim.scope) - FIXED_KINDS.keys() and kinds <= {SymbolKind.CONSTANT}


def _varies(node: t.Node, claim: Claim) -> bool:
    """Return whether an expression is made of an input."""
    return bool(letters(node, claim.scope) - claim.scope.definitions.keys() - FIXED_KINDS.keys())


def _is_computed(node: t.Node, claim: Claim) -> bool:
    """Return whether an expression is a number as one computes it: a decimal, or a product or a sum of numbers."""
    parts = [each for each, _ in t.walk(node)]
    decimal = any(isinstance(each, t.Number) and "." in each.digits for each in parts)
    several = any(isinstance(each, t.Times | t.Plus) for each in parts)
    return _is_constant(node, claim) and (decimal or several)


def _is_free(node: t.Node, claim: Claim, sizes: bool = False) -> bool:
    """Return whether an expression is an input, or any entry of one; with ``sizes`` also a size."""
    node = node.body if isinstance(node, t.Transpose) else node
    if isinstance(node, t.Apply):
        kinds = {each.name: each.kind for each in claim.scope.notation.functions}
        name, arguments = node.function.name, node.arguments
        is_any = kinds.get(name) in ("smooth", "cost") and name not in claim.scope.definitions
        return is_any and all(isinstance(each, t.Letter) for each in arguments)
    symbol = node.symbol if isinstance(node, t.Letter | t.Indexed | t.Family) else None
    if symbol is None or (symbol.kind is SymbolKind.SIZE and sizes):
        return symbol is not None
    indices = node.indices if isinstance(node, t.Indexed) else ()
    free = dict(claim.free)
    distinct = {each.name for each in indices if isinstance(each, t.Letter) and each.name in free}
    known = symbol.name in claim.scope.definitions or symbol.name in claim.scope.families
    return symbol.kind in _INPUTS and not known and len(distinct) == len(indices)


def _any_function(claim: Claim) -> str:
    """Return a function that may be any, of which a claim without a derivative says what it is; empty if none is."""
    nodes = [each for side in (claim.left, claim.right) for each, _ in t.walk(side)]
    alone = {side.function.name for side in (claim.left, claim.right) if isinstance(side, t.Apply)}
    if any(isinstance(each, t.Derivative) or (isinstance(each, t.Function) and each.primes) for each in nodes):
        return ""
    known = {each.name for each in claim.scope.notation.functions if each.kind in ("smooth", "cost")}
    names = (each.name for each in nodes if isinstance(each, t.Function))
    return next((name for name in names if name in known & alone and name not in claim.scope.definitions), "")


def _other_meaning(claim: Claim, others: Collection[Claim], reasons: Collection[str]) -> str:
    """Return what a false claim may mean instead of one of all values; empty if it means that, or says at which."""
    if _is_at_values(claim):
        return ""
    if _is_condition(claim):
        return _CONDITION
    sides = (claim.left, claim.right)
    if any(_is_computed(one, claim) and _varies(other, claim) for one, other in (sides, sides[::-1])):
        return _VALUE
    if name := _any_function(claim):
        return f"{name} may be any function, and this is not so for all of them: if it says what {name} is, write :="
    if claim.relation is Relation.UNEQUAL:
        equal = numeric.judge(replace(claim, relation=Relation.EQUAL))
        differ = equal.status == numeric.Finding.REFUTED
        return "both sides are equal at some values, and differ at others" if differ else ""
    if claim.relation not in (Relation.EQUAL, Relation.ROUNDS):
        return ""
    if any(problem.startswith("no case holds") for problem in reasons):
        return "no case holds for some values: say which values there are, as a condition"
    named = claim.left.function.name if isinstance(claim.left, t.Apply) else latex(claim.left)
    says = named in _GENERIC and named not in letters(claim.right, claim.scope)
    if says and others and not any(numeric.judge(each).status == numeric.Finding.AGREES for each in others):
        return f"the file says more than once what {latex(claim.left)} is: give each meaning a letter of its own"
    for one in sides:
        if isinstance(one, t.Letter) and one.symbol and one.symbol.kind in (SymbolKind.INDEX, SymbolKind.SIZE):
            return f"{latex(one)} is an index or a size in the notation: if it is another letter here, shadow it"
    for one, other in (sides, sides[::-1]):
        names = letters(one, claim.scope)
        if _is_free(one, claim) and names.isdisjoint(letters(other, claim.scope)):
            return f"{latex(one)} may be anything, since nothing above says what it is: if this does, write :="
    return ""


def doubted_as_proposed(evidence: Evidence, claim: Claim) -> Evidence:
    """Return the evidence for a refuted claim, or that it is false if its letters are what nobody has looked over."""
    if not claim.letters - FIXED_KINDS.keys():
        return evidence
    refuted = "; ".join(problem.reason for problem in evidence.problems)
    return _open(evidence, f"{FALSE_AS_PROPOSED}: {refuted}")


def doubted_by_words(
    evidence: Evidence,
    claim: Claim,
    formula: DisplayedFormula,
    inline: Iterable[InlineFormula],
    as_written: Callable[[str], str],
) -> Evidence:
    """Return the evidence for a refuted claim, or that words say what a letter is which is any in it."""
    said = _said_in_words({bare(as_written(each)) for each in _any_letters(claim)}, formula, inline)
    if said is None or _is_at_values(claim):
        return evidence
    refuted = "; ".join(problem.reason for problem in evidence.problems)
    why = f"{_quoted(said)} stands within words and is not read: display it with := (without it {refuted})"
    return _open(evidence, why)


def doubted_as_afresh(
    evidence: Evidence, claim: Claim, above: Mapping[str, int], as_written: Callable[[str], str]
) -> Evidence:
    """Return the evidence for a refuted claim, or that a letter which is any in it is defined in a part above.

    ``above`` are the letters that are defined there, as the author writes them, with the lines of their definitions.
    """
    lines = {bare(name): line for name, line in above.items()}
    written = {bare(as_written(each)): as_written(each) for each in _any_letters(claim)}
    known = next((each for each in written if each in lines), None)
    if known is None:
        return evidence
    refuted = "; ".join(problem.reason for problem in evidence.problems)
    where = f"line {lines[known]} defines it" if lines[known] > 0 else "it is defined above"
    why = f"{written[known]} may be anything behind afresh: true, and {where}: define it here, too, with :="
    return _open(evidence, f"{why} (without it {refuted})")


def doubted_as_at_optimum(evidence: Evidence, formula: DisplayedFormula, inline: Iterable[InlineFormula]) -> Evidence:
    """Return the evidence for a refuted claim, or that the words that lead to it speak of an optimum alone."""
    above = [each for each in inline if are_in_one_file(each, formula) and 0 <= lines_between(each, formula) <= _LEADS]
    last = max(above, key=position, default=None)
    if last is None or not _AT_OPTIMUM.search("".join(sentence_around(last))):
        return evidence
    refuted = "; ".join(problem.reason for problem in evidence.problems)
    why = f"the words in line {last.line} say this of one point, and it is read of all: write that as a condition"
    return _open(evidence, f"{why} ({refuted})")


def doubted_as_second(
    evidence: Evidence,
    letter: str,
    strict: DisplayedFormula,
    formula: DisplayedFormula,
    inline: Iterable[InlineFormula],
) -> Evidence:
    """Return the evidence for a definition by a first use, or that words above say what its letter is, too.

    ``strict`` is the formula as which it is judged, here and in what follows.
    """
    for each, left, right in _equations(formula, inline):
        if position(each) <= position(formula) and left == bare(letter) and defines_in_words(each):
            if in_one_line(right) not in sides_said([formula.text]).get(left, set()):
                reason = f"{_quoted(each)} says what {letter} is, and is not read: display it with :="
                return judged(evidence, evidence.parts[0], Judgement(Status.UNDECIDED, reason=reason), strict)
    return evidence


def doubted_as_total(evidence: Evidence, fixed: str, strict: DisplayedFormula) -> Evidence:
    """Return that it is undecided which derivative is meant of a number by another one: what one holds fixed may move.

    ``fixed`` says what that is.
    """
    (part,) = evidence.parts
    reason = f"{fixed}, or else it changes, too, in a total derivative: write \\partial if it is held fixed"
    return judged(evidence, part, Judgement(Status.UNDECIDED, reason=reason), strict)


def doubted_as_changed(
    evidence: Evidence,
    claim: Claim,
    strict: DisplayedFormula,
    changed: Mapping[str, int],
    as_written: Callable[[str], str],
) -> Evidence:
    """Return the evidence for a claim that holds, or that a display above says what a letter of it is, and differs.

    ``changed`` are such letters, by their inner names, with the lines of these displays.
    """
    letter = next((each for each in _reached_letters(claim) if each in changed), None)
    if letter is None:
        return evidence
    (part,) = evidence.parts
    reason = (
        f"line {changed[letter]} says that {as_written(letter)} is something else than above it: "
        "mend it, or give each of them a letter of its own"
    )
    return judged(evidence, part, Judgement(Status.UNDECIDED, reason=reason), strict)


def doubted_as_unread(
    evidence: Evidence,
    claim: Claim,
    strict: DisplayedFormula,
    formula: DisplayedFormula,
    inline: Iterable[InlineFormula],
    as_written: Callable[[str], str],
    displayed: Mapping[str, Set[str]],
) -> Evidence:
    """Return the evidence for a proved claim, or that a formula that is not read may change that.

    Such a formula says that a letter, which is any in the claim, is made of what a derivative is taken by. Without a
    derivative, what holds for any such letter holds for this one. Or it says above it that a letter which the file
    defines is another one by now; ``displayed`` are the sides of all displays, by `sides_said`.
    """
    (part,) = evidence.parts
    defined = {bare(as_written(each)) for each in _reached_letters(claim)}
    for left, (each, right) in _last_said(formula, inline).items():
        base = re.sub(r"(?:_[a-z]{1,2}|\([^()]*\))$", "", left)  # of an entry, or of a function
        restated = base in STANDARD or _is_restated(left, right, displayed)
        if {left, base} & defined and not restated and not _lists_entries(left, right):
            reason = f"{_quoted(each)} says what {left} is, too, and is not read: display it with :="
            return judged(evidence, part, Judgement(Status.UNDECIDED, reason=reason), strict)
    slopes = [each for each in reached([claim.left, claim.right], claim.scope) if isinstance(each, t.Derivative)]
    by = {bare(as_written(_base(each))).split("_")[0] for slope in slopes for each in slope.variables}
    shown = {bare(as_written(each)) for each in _any_letters(claim)} - by
    inline = [each for each in inline if are_in_one_file(each, formula)]
    for one, other in pairwise(inline) if by and shown else ():
        depends = _DEPENDS.match(one.after) and bare(one.text).split("_")[0] in shown
        if depends and bare(other.text).split("_")[0] in by:
            reason = f"the words in line {one.line} say that {one.text.strip()} depends on {other.text.strip()}"
            return judged(evidence, part, Judgement(Status.UNDECIDED, reason=reason), strict)
    for each, left, right in _equations(formula, inline) if by and shown else ():
        if lines_between(formula, each) > formula.text.count("\n") + _BEHIND:
            continue
        made_of = {bare(name[0]) for name in _LETTERS.finditer(right)}
        if left.split("_")[0] in shown and made_of & by and not is_doubted(each):
            reason = f"{_quoted(each)} is not read, and a derivative may change with it: display it with :="
            return judged(evidence, part, Judgement(Status.UNDECIDED, reason=reason), strict)
    return evidence


def _is_restated(left: str, right: str, displayed: Mapping[str, Set[str]]) -> bool:
    """Return whether an equation within words stands in a display, too, of a function also with another argument."""
    name, parenthesis, argument = left.removesuffix(")").partition("(")
    for key, sides in displayed.items():
        other, _, known = key.removesuffix(")").partition("(")
        if key == left or (parenthesis and other == name and known):
            letter = rf"(?<![A-Za-z\\]){re.escape(argument)}(?![A-Za-z])"
            renamed = re.sub(letter, known.replace("\\", r"\\"), right) if argument and known else right
            if in_one_line(renamed) in sides:
                return True
    return False


def _reached_letters(claim: Claim) -> Iterator[str]:
    """Yield the letters with a definition on which a claim rests, and those of their entries."""
    known = claim.scope.definitions.keys() | claim.scope.families.keys()
    nodes = reached([claim.left, claim.right], claim.scope)
    named = {node.name for node in nodes if isinstance(node, t.Letter | t.Function)}
    yield from named & known
    for array in claim.scope.notation.arrays:
        if array.entry and {array.letter, array.entry.letter} & named & known:
            yield from (array.letter, array.entry.letter)


def _base(node: t.Node) -> str:
    return latex(node.base if isinstance(node, t.Indexed) else node)


def _any_letters(claim: Claim) -> Iterator[str]:
    """Yield the numbers, the arrays and their entries in a claim that may be any."""
    notation, known = claim.scope.notation, claim.scope.definitions.keys() | claim.scope.families.keys()
    for array in notation.arrays:
        if array.letter in claim.letters - known:
            yield from (array.letter, *([array.entry.letter] if array.entry else []))
    yield from (each.written.letter for each in notation.scalars if each.written.letter in claim.letters - known)


def _said_in_words(shown: Set[str], formula: DisplayedFormula, inline: Iterable[InlineFormula]) -> InlineFormula | None:
    """Return a formula within words that says what one of some letters is; a value of it counts only nearby."""
    for each, left, right in _equations(formula, inline):
        if left.split("_")[0] in shown and not _LISTS.search(each.text) and defines_in_words(each):
            if is_near(each, formula) or re.search(r"[A-Za-z]", right):
                return each
    return None


def _equations(formula: DisplayedFormula, inline: Iterable[InlineFormula]) -> Iterator[tuple[InlineFormula, str, str]]:
    """Yield the equations within the words of the file of a display, each with its bare left side and its right one."""
    for each in inline:
        if are_in_one_file(each, formula) and (sides := said_of(each)):
            yield each, *sides


def _last_said(formula: DisplayedFormula, inline: Iterable[InlineFormula]) -> dict[str, tuple[InlineFormula, str]]:
    """Return what the words above a display say last of each letter that they define, with the right side."""
    above = [each for each in _equations(formula, inline) if position(each[0]) <= position(formula)]
    above.sort(key=lambda each: position(each[0]))
    return {left: (each, right) for each, left, right in above if defines_in_words(each) or _changes(each)}


def _changes(each: InlineFormula) -> bool:
    """Return whether the words around an equation speak of a change, whatever else they say."""
    return any(map(_CHANGE.search, sentence_around(each)))


def _lists_entries(letter: str, right: str) -> bool:
    """Return whether an equation says how the entries of a letter are called, and nothing else: p = (p_1, ..., p_n)."""
    return bool(_LISTS.search(right)) and {found[1] for found in _ENTRY.finditer(bare(right))} == {letter}


def _quoted(each: InlineFormula) -> str:
    return f"“{' '.join(each.text.split())}” in line {each.line}"
