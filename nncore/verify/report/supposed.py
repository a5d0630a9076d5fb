r"""What the words beside a formula suppose, without which it is false: it holds then if that is so.

Words say that two indices are the same ("When $i = j$"), or which class is the right one ("where $k$ is the correct
class", "one-hot with a 1 at $o$"); and cases of y = 0 and of y = 1 say that y has no other values.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from nncore.verify.judgement import Judgement, Proviso, Status
from nncore.verify.notation import DELTA, Scalar, Written
from nncore.verify.report.evidence import Evidence, Part
from nncore.verify.report.notebook import are_in_one_file, lines_between
from nncore.verify.report.page import problem_of
from nncore.verify.semantics.properties import generic_entry, is_given, moved
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import Binding, letters, resolved
from nncore.verify.source.markdown import DisplayedFormula, InlineFormula
from nncore.verify.spelling.substitution import with_letters
from nncore.verify.symbol import SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Relation
from nncore.verify.verdict.judge import judge, judge_where

_SAYS = re.compile(r"\s*(?P<left>[^=<>]+?)\s*:?=\s*(?P<right>[^=<>]+)", re.DOTALL)
_TWO_LETTERS = re.compile(r"\s*(\\?[A-Za-z]+)\s*(=|\\neq?(?![A-Za-z])|≠|\\not\s*=)\s*(\\?[A-Za-z]+)[\s.,:;]*")
_SUPPOSED = re.compile(
    r"\b(?:if|when|where|whenever|for|case|cases|consider|suppose|assume|with)(?: that)?$", re.IGNORECASE
)
_SIGN = re.compile(r"\s*(\\?[A-Za-z]+)\s*(>|\\gt(?![A-Za-z])|\\geq?(?![A-Za-z])|≥)\s*0\s*")
_NOT_SUPPOSED = re.compile(r"\b(?:otherwise|else|impossible|cannot|done|excluded|never)\b", re.IGNORECASE)
_RIGHT = r"(?:correct|right|true|actual|target|gold|ground[- ]truth)"
_ANSWER = r"(?:class|label|word|category|answer|index|output)"
_CLASS_BEHIND = re.compile(
    rf"\s*(?:is|be|as|being|denotes?|represents?|indicates?|stands\s+for)?\s*(?:the\s+)?(?:(?:index|number|label)\s+of\s+"
    rf"(?:the\s+)?)?{_RIGHT}\s+(?:\w+\s+)?{_ANSWER}\b",
    re.IGNORECASE,
)
_CLASS_BEFORE = re.compile(
    rf"(?:\b{_RIGHT}\s+(?:\w+\s+)?{_ANSWER}(?:\s+(?:is|be|index|number|being))?"
    r"|\bone[- ]hot\b[^.]*\b(?:at|for|in|on)\b[^.]*)\s*\(?\s*$",
    re.IGNORECASE,
)
_IF = re.compile(r"(?<![^\s,])(?:if|when|suppose|assume)\s*$", re.IGNORECASE)
_ONE_HOT = re.compile(r"\bone[- ]hot\b", re.IGNORECASE)
_DEFINES = re.compile(  # two spaces are where a display of LaTeX stands
    r"(?:^|[,.;:(]|\s\s|\band\b)\s*(?:(?:where|with|let|here|we|i|us|they|and|then|so|that\s+is|now|recall|define|denote|set|write|call"
    r"|put|say|given|have|has|use|using|introduce|abbreviate|abbreviating|as|from\s+now\s+on|henceforth|throughout)\b\s*)*"
    r"(?:(?:the|a|an|its|their)\s+(?:\w+\s+){1,4})?$"
    r"|\b(?:let|define|denote)\s*$|\ufffc,?\s*(?:with|where)\s*$"
    r"|\b(?:we|i|us|let)\s+(?:\w+ly\s+)?(?:write|set|put|define|denote|abbreviate|introduce|(?:re)?-?parametri[sz]e)\s*$"
    r"|(?:^|[,;(])\s*(?:writing|setting|putting|defining|denoting|introducing)\s*$"
    r"|\b(?:loss|cost|error|objective|risk|energy|penalty|model|predictions?|outputs?|activations?|residuals?|margins?|scores?"
    r"|logits?|encoder|decoder|softmax|rates?|probabilit(?:y|ies)|states?|means?|variances?|features?|embeddings?"
    r"|pre-?activations?|covariance|matrix|vector|quantity|abbreviation|shorthand|normalizer|code|average|difference|distance"
    r"|weights?|coefficients?|kernel|density|samples?|targets?|labels?|inputs?|gates?|noise|criterion|likelihood|odds"
    r"|log-odds|queries|keys|values|hypothesis|classifier|predictor|regressor|neuron|network)\s+(?:function\s+)?(?:(?:is|are|be)\s*)?$",
    re.IGNORECASE,
)
_NAMES_SLOPE = re.compile(  # g = \partial L / \partial y, a derivative by a name
    r"[^=]{1,30}=\s*(?:\\[dt]?frac\s*\{\s*(?:\\partial|d|∂)[^+=]*|(?:\\partial|∂|d)\s*[^+=/]+/\s*(?:\\partial|∂|d)[^+=/]+|\\nabla[^+=]*)"
)
_NAMES_FUNCTION = re.compile(  # s(z) = z \sigma(z), a function of what stands in parentheses
    r"\s*(?:\\?[A-Za-z]+)(?:_(?:\w|\\[A-Za-z]+|\{[^{}]*\}))?\s*\(\s*(?P<of>[a-z])\s*\)\s*=(?=[^=]*(?<![A-Za-z\\])(?P=of)(?![A-Za-z]))[^=]+"
)
_EXAMPLE = re.compile(r"\b(?:examples?|reminder|recall|warm-?up|e\.g|such as|in general|any)\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(?:write|writing|use|abbreviate)\s*$", re.IGNORECASE)
_INSTEAD = re.compile(r"\s*(?:instead of|in place of|for|to mean|to denote)\s*", re.IGNORECASE)
_DIFFERENTIAL = re.compile(r"\s*(?:d|\\mathrm\s*\{\s*d\s*\})\s*[A-Z]\s*")
_ENTRIES_OF = re.compile(
    r"\s*(?:(?:be|is|are|denotes?|denoting|for|as|being)\s+)?(?:(?:all|the|an?|its)\s+)*(?:\ufffc(?:-?th)?\s+)?"
    r"(?:entry|entries|elements?|components?|coefficients?)\s+of\s+(?:the\s+)?(?:matrix|array|vector)?\s*",
    re.IGNORECASE,
)
_LEADS = re.compile(r"(?:^|[,;:(]|\b(?:with|where|let|and|here|writing|write|denote|denote by))\s*$", re.IGNORECASE)
_ENDS = re.compile(r"\s*(?:[.;:)]|,?\s*$|,\s*(?:and|so|we|the|this|it|one|where)\b)")  # nothing is said of it but that
_ENTRY = re.compile(r"\s*(?P<letter>.*\S)\s*_\s*\{?\s*(?P<indices>[a-z]{1,2})\s*\}?\s*", re.DOTALL)
_FRACTION = re.compile(  # of products, by a number, a letter or a root
    r"\\[dt]?frac\s*\{((?:[^{}+-]|\{[^{}+-]*\})+)\}\s*\{\s*(\d+|\\?[A-Za-z]+|[A-Za-z]_\w|\\sqrt\s*\{[^{}]*\})\s*\}"
)
_CALLS_THIS = re.compile(
    r"\s*(?:(?:we|i|let us|let's|and|now|then)\s+)*(?:call|denote|abbreviate)\s+(?:this|that|it)(?:\s+"
    r"(?:vector|matrix|row|column|quantity|derivative|gradient|number|array))?(?:\s+(?:by|as))?\s*",
    re.IGNORECASE,
)
_BELOW = 5  # lines below the first one of a display, in which words give it a name
_LETTER_ALONE = re.compile(
    r"\s*(?:\\(?:mathbf|boldsymbol|bm|mathrm|mathsf|hat|bar|tilde)\s*\{?\s*)?\\?[A-Za-z]+\s*\}?(?:[_^][^_^$]*)?\s*"
)
_FONT = re.compile(r"\\(?:mathbf|boldsymbol|bm|mathrm|mathsf|mathit)(?![A-Za-z])")
_SUBJECT = re.compile(
    r"\s*(?:is|was|would|seems|looks|may|might|can|could)\s+(?:an?\s+)?(?:tempting|wrong|bad|not|easier)\b"
)
_COMPARED = re.compile(r"\b(?:compar\w+|replac\w+|contrast\w*|agrees?|unlike)\b[^.]*$", re.IGNORECASE)
_LABEL = re.compile(r"\b(?:wrong|incorrect|false|mistakes?|errors?|not|old|before|previously|instead)\s*:\s*$", re.I)
_NOT = r"not|never|nobody|nothing|none|no|nor|neither|isn|aren|don|doesn|cannot|hardly|rarely|seldom|unless|if"
DENIED = re.compile(rf"\b(?:{_NOT})\b|≠", re.IGNORECASE)
_DOUBTED = re.compile(
    rf"\b(?:{_NOT}|can|unlike|without|except|instead|rather|while|whereas|confused|differs?|wrong|incorrect|incorrectly|"
    r"false|falsely|mistake|fails?|failed|attempt|claims?|claimed|believe|asks?|whether|question|suppose|assume|only(?!\s+(?:via|through|on|have|need|add))|when|"
    r"cases?|special|would|could|might|non|once(?=\s+\w)|previous|previously|old|older|others|another|naive|naively|earlier|former|formerly|version|"
    r"optimum|optimal|minimum|maximum|converges?|convergence|ends?|wants?\s+to|steady|equilibrium|initially|exercise|decide|goes|tends)"
    r"\b|\?|≠",
    re.IGNORECASE,
)
_ASKED = re.compile(  # a question, or a sentence behind that takes back what was said
    r"[^.;:!?]*(?:\?|[.;:!][^.;:!?]{0,30}\b(?:this|that|it|which)\s+(?:is|was|holds|does)\s+(?:not|wrong|false|incorrect)\b)",
    re.IGNORECASE,
)
_ALL = re.compile(r"\b(?:every|each|any|all|others?)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.;:!?](?:\s|$)|\n\s*\n")
_FORMULA = "\ufffc"  # in the place of each formula within words
_FAR = 60  # lines, beyond which words say nothing of a formula
_CLASS_NUMBERS = (r"\mathsf{c}", r"\hat{c}", r"\tilde{c}", r"\bar{c}", "c", r"\mathsf{k}", r"\hat{k}")


def judged(evidence: Evidence, part: Part, found: Judgement, formula: DisplayedFormula) -> Evidence:
    """Return the evidence for a formula of whose one claim something else is found."""
    parts = tuple(replace(each, judgement=found) if each is part else each for each in evidence.parts)
    return replace(evidence, status=found.status, parts=parts, problems=(problem_of(part, found, formula),))


def _under(refuted: Judgement, found: Judgement, proviso: Proviso) -> Judgement:
    """Return the judgement of a refuted claim that is proved under a proviso."""
    reason, example = refuted.reason, refuted.counterexample
    return replace(found, status=Status.HOLDS_IF, reason=reason, counterexample=example, provided=(proviso,))


# Two indices ----------------------------------------------------------------------------------------------------------


def said_equal(formula: DisplayedFormula, inline: Iterable[InlineFormula]) -> tuple[str, str] | None:
    """Return the two letters of which the words above a formula say last that they are the same, as written."""
    above = (each for each in inline if are_in_one_file(each, formula) and 0 <= lines_between(each, formula) <= _FAR)
    told = [(found, each) for each in above if (found := _TWO_LETTERS.fullmatch(each.text))]
    if not told or told[-1][0][2] != "=":
        return None
    found, last = told[-1]
    supposed = _SUPPOSED.search(last.before.rstrip()) and not _NOT_SUPPOSED.search(last.after)
    return (found[1], found[3]) if supposed else None


def where_equal(evidence: Evidence, claim: Claim, one: str, other: str, formula: DisplayedFormula) -> Evidence:
    """Return the evidence for a refuted claim, or for one that holds where two of its indices are the same."""
    says = t.Chain(t.Letter(one), (t.Link(Relation.EQUAL, t.Letter(other)),))
    free = dict(claim.free)
    (part,) = (part for part in evidence.parts if part.judgement)
    if not {one, other} <= free.keys() or free[one] != free[other] or not part.judgement:
        return evidence
    found = judge_where(claim, part.judgement, says)
    return judged(evidence, part, found, formula) if found else evidence


# The right class ------------------------------------------------------------------------------------------------------


def classes_said(inline: Iterable[InlineFormula], formula: DisplayedFormula | None = None) -> frozenset[str]:
    """Return the letters of which words, those beside a formula, say that they number the right class, as written."""
    near = (each for each in inline if formula is None or is_near(each, formula))
    return frozenset(each.text.strip() for each in near if _is_class(each))


def is_near(each: InlineFormula, formula: DisplayedFormula) -> bool:
    """Return whether a formula within words stands so near to a display that its words may speak of that."""
    return are_in_one_file(each, formula) and abs(lines_between(each, formula)) <= _FAR


def _is_class(each: InlineFormula) -> bool:
    before, after = sentence_around(each)
    before, after = _IF.sub("", before), after.split(",")[0]  # "if ￼ is the correct class, ..." names it
    named = _CLASS_BEHIND.match(after) or _CLASS_BEFORE.search(before)
    return bool(named) and not any(each.search(words) for each in (_DOUBTED, _ALL) for words in (before, after))


def sentence_around(each: InlineFormula) -> tuple[str, str]:
    """Return the words before and behind a formula in its sentence."""
    return _SENTENCE.split(each.before)[-1], _SENTENCE.split(each.after.removeprefix(_FORMULA))[0]


def bare(text: str) -> str:
    """Return a formula without spaces and braces."""
    return re.sub(r"[\s{}]|\\[,;:!]|\\quad(?![A-Za-z])", "", text)


def in_one_line(text: str) -> str:
    """Return a side of an equation without layout, with fractions as in a line where these need no parentheses."""
    text = re.sub(r"\\left(?![A-Za-z])|\\right(?![A-Za-z])|&|\\[,;:!]|\\q?quad(?![A-Za-z])", "", text)

    def written(found: re.Match[str]) -> str:
        inside = text.count("{", 0, found.start()) - text.count("}", 0, found.start())
        apart = re.match(r"\s*(?:[-+=.,;)]|\\(?:top|cdot|odot)(?![A-Za-z])|$)", text[found.end() :])
        return rf"{found[1]}/{found[2]}" if apart and not inside else found[0]

    text = re.sub(r"\\[dt]frac(?![A-Za-z])", r"\\frac", text)
    text = re.sub(r"\s", "", _FRACTION.sub(written, text))
    return re.sub(r"\{(\\[A-Za-z]+|\w)\}", r"\1", text).rstrip(".,;")


def sides_said(texts: Iterable[str]) -> dict[str, set[str]]:
    """Return the sides of all equations of some displays, by `in_one_line`, by their left sides, bare."""
    found: dict[str, set[str]] = {}
    for text in texts:
        text, left = re.sub(r"(?<!\\)%[^\n]*", "", text), ""
        for row in re.split(
            r"\\\\(?:\[[^\]]*\])?|\\q?quad(?![A-Za-z])", re.sub(r"\\(?:begin|end)\{[a-z*]+\}", "", text)
        ):
            first, *others = re.split(r":?=", row.replace("&", ""))
            left = bare(first).strip(",;") or left
            found.setdefault(left, set()).update(map(in_one_line, others))
    return found


def said_of(each: InlineFormula) -> tuple[str, str] | None:
    """Return both sides of an equation within words, the left one bare; None if it is none."""
    found = _SAYS.fullmatch(each.text)
    return (bare(found["left"]), found["right"]) if found else None


def doubts(words: str) -> bool:
    """Return whether words deny, ask, or suppose something."""
    return bool(_DOUBTED.search(words))


def is_doubted(each: InlineFormula) -> bool:
    """Return whether the words around a formula deny it, ask for it, or suppose it."""
    asked = _ASKED.match(each.after.removeprefix(_FORMULA))
    return bool(asked) or any(map(_DOUBTED.search, sentence_around(each)))


def defines_in_words(each: InlineFormula) -> bool:
    """Return whether words, "where ￼" or "let ￼", or ``:=`` give a formula as what a letter is, and deny nothing."""
    before = sentence_around(each)[0]
    names = bool(_DEFINES.search(before) or _NAMES_SLOPE.fullmatch(each.text) or _is_named_function(each))
    names &= not _SUBJECT.match(each.after.removeprefix(_FORMULA)) and not _COMPARED.search(before)
    defines = (":=" in each.text or names) and not _LABEL.search(each.before)
    return defines and not is_doubted(each)


def _is_named_function(each: InlineFormula) -> bool:
    """Return whether a formula says what a function is, "Swish ￼", and is no example."""
    before, after = sentence_around(each)
    example = _EXAMPLE.search(f"{before} {after}") or re.search(r"\b(?:for|of|when|by|like|as)\s*$", before)
    return bool(_NAMES_FUNCTION.fullmatch(each.text)) and not example


def with_words_behind(inline: Sequence[InlineFormula]) -> tuple[InlineFormula, ...]:
    """Return formulas within words with the words behind each as far as those before the next ones tell them."""
    found: list[InlineFormula] = []
    last: InlineFormula | None = None
    for each in reversed(inline):
        begins = f"{each.before}{_FORMULA}"
        if each.after:
            found.append(each)
            continue
        if last is None or each.path != last.path or not last.before.startswith(begins):
            last = each
        found.append(replace(each, after=last.before[len(each.before) :]) if last is not each else each)
    return tuple(reversed(found))


def abbreviations(inline: Sequence[InlineFormula]) -> list[InlineFormula]:
    """Return the definitions that words give by two formulas, and deny nothing.

    They are "we write ￼ instead of ￼" and "￼ are the entries of ￼", where the entries have another letter. That dM
    stands for a derivative by M is said of all letters (`Words.gradients_of`), and defines none.
    """
    found: list[InlineFormula] = []
    for one, other in pairwise(inline):
        before, between = sentence_around(one)[0], one.after.removeprefix(_FORMULA)
        behind = other.before.rpartition(_FORMULA)[2]
        if one.path != other.path or not between.startswith(behind):
            continue
        if any(map(_DOUBTED.search, (before, sentence_around(other)[1]))):
            continue
        if _INSTEAD.fullmatch(behind) and _WRITES.search(before) and not _DIFFERENTIAL.fullmatch(one.text):
            found.append(replace(one, text=f"{one.text} := {other.text}"))
        elif (
            _ENTRIES_OF.fullmatch(behind)
            and _LEADS.search(before)
            and _ENDS.match(other.after.removeprefix(_FORMULA))
            and (entry := _entry_of(one.text, other.text))
        ):
            found.append(replace(one, text=f"{one.text} := {entry}"))
    return found


def named_displays(formulas: Sequence[DisplayedFormula], inline: Iterable[InlineFormula]) -> Iterator[InlineFormula]:
    """Yield the definitions that words give by naming what the display right above them speaks of: "Call this ￼".

    They define no letter of which a display says what it is.
    """
    shown = sides_said(formula.text for formula in formulas)
    for each in inline:
        after = sentence_around(each)[1]
        before = re.split(r"\s\s", each.before.rstrip())[-1]  # behind the display, nothing else stands between
        above = [one for one in formulas if are_in_one_file(one, each) and 0 < lines_between(one, each) <= _BELOW]
        sides = above[-1].text.replace("&", "").split("=") if above else []
        names = _CALLS_THIS.fullmatch(before) and not is_doubted(each) and not after.strip(" .,:;")
        if names and len(sides) > 1 and not re.search(r"[<>]|\\\\|\\begin", above[-1].text):
            named_only = bare(each.text) not in shown and bare(each.text) not in bare(above[-1].text)
            if _LETTER_ALONE.fullmatch(each.text) and named_only:
                yield replace(each, text=f"{each.text} := {sides[0].strip()}")


def _entry_of(text: str, array: str) -> str:
    """Return an entry of an array with the indices of another letter; empty if they are the same, but for a font."""
    entry = _ENTRY.fullmatch(text)
    if not entry or not _LETTER_ALONE.fullmatch(array):
        return ""
    one, other = (bare(_FONT.sub("", each)).casefold() for each in (entry["letter"], array))
    return f"({array.strip()})_{{{entry['indices']}}}" if one != other else ""


def vectors_said(inline: Iterable[InlineFormula], formula: DisplayedFormula) -> frozenset[str]:
    """Return the letters that words beside a formula call one-hot, as written."""
    near = (each for each in inline if is_near(each, formula) and _ONE_HOT.search(" ".join(sentence_around(each))))
    sure = (each for each in near if not is_doubted(each))
    return frozenset(re.split(r"\\in\b|=", each.text)[0].strip() for each in sure)


def where_one_hot(
    evidence: Evidence, claim: Claim, classes: Set[str], targets: Set[str], formula: DisplayedFormula
) -> Evidence:
    """Return the evidence for a refuted claim, or for one that holds where a vector is one-hot at a class in it.

    ``classes`` are the letters that number the right class by the words, ``targets`` those of the vectors.
    """
    (part,) = (part for part in evidence.parts if part.judgement)
    for vector, letter in _vectors(claim) if part.judgement else ():
        if letter not in classes or vector.letter not in targets or part.judgement is None:
            continue
        changed = _one_hot(claim, vector, letter)
        if changed is None:
            continue
        found = judge(changed, is_saved=False)
        if found.status is Status.ALL_SHAPES and _has_opposite(changed):
            others = [each for each, to in claim.scope.notation.runs_to.items() if to == vector.size and each != letter]
            index = next(iter((*others, *(each for each in "jk" if each != letter))))
            written = f"{latex(vector.base)}_{index} = {DELTA}_{{{index} {letter}}}"
            how = f"define ${written.replace('=', ':=')}$"
            proviso = Proviso(f"${vector.letter}$ is one-hot at ${letter}$", written, how)
            return judged(evidence, part, _under(part.judgement, found, proviso), formula)
    return evidence


def _has_opposite(claim: Claim) -> bool:
    """Return whether a claim with the other sign is false, so that not anything would be true."""
    return judge(replace(claim, right=t.Minus(claim.right)), is_saved=False).status is Status.REFUTED


@dataclass(frozen=True, slots=True)
class _Vector:
    """An array of one column or one row that may have any entries, its entry without and with an index, its size."""

    letter: str
    base: t.Node
    index: str
    size: str


def _vectors(claim: Claim) -> Iterator[tuple[_Vector, str]]:
    """Yield the vectors of a claim, each with a free index over the same size.

    One that is a side of the claim is what it speaks of, and of no side one would say that it is one-hot.
    """
    notation, moved_letters = claim.scope.notation, moved(claim)
    for array in notation.arrays:
        entry = generic_entry(array)
        if not isinstance(entry, t.Indexed) or len(entry.indices) != 1 or not is_given(array, claim, moved_letters):
            continue
        if any(_stands_for(side, array.letter, entry.base) for side in (claim.left, claim.right)):
            continue
        index = latex(entry.indices[0])
        size = notation.runs_to[index]
        for letter, to in claim.free:
            if to == size is not None:
                yield _Vector(array.letter, entry.base, index, size), letter


def _stands_for(side: t.Node, letter: str, base: t.Node) -> bool:
    """Return whether a side is an array, or one of its entries, and nothing else."""
    body = side.body if isinstance(side, t.Minus) else side
    return body == t.Letter(letter) or (isinstance(body, t.Indexed) and body.base == base)


def _one_hot(claim: Claim, vector: _Vector, letter: str) -> Claim | None:
    """Return a claim in which an index is one class number, and a vector 1 there and 0 elsewhere.

    There is none if no letter is left for that number.
    """
    scope = claim.scope
    taken = scope.notation.all_letters | scope.definitions.keys()
    name = next((each for each in _CLASS_NUMBERS if each not in taken), "")
    if not name:
        return None
    number = Scalar(Written(name, (vector.index,)), None, vector.size, "class number")
    scope = replace(scope, notation=replace(scope.notation, scalars=(*scope.notation.scalars, number)))
    place = t.Indexed(t.Letter(name), (t.Number("1"),))
    entry = t.Indexed(t.Letter(DELTA), (t.Letter(vector.index), place))
    indices = ((vector.index, vector.size),)
    body = resolved(entry, scope, dict(indices))
    binding = Binding(SymbolName.of(vector.letter), indices, (), body, (), None, None)
    scope = replace(scope, definitions={**scope.definitions, binding.name: binding})
    left, right = (resolved(with_letters(side, {letter: place}), scope) for side in (claim.left, claim.right))
    free = tuple(each for each in claim.free if each[0] != letter)
    inside = letters(left, scope) | letters(right, scope)
    return replace(claim, scope=scope, left=left, right=right, free=free, letters=inside)


# Signs ----------------------------------------------------------------------------------------------------------------


def signs_said(inline: Iterable[InlineFormula]) -> dict[str, Relation]:
    """Return the letters of which words say, and do not suppose, that they are positive or not negative, as written."""
    found: dict[str, Relation] = {}
    for each in inline:
        said = _SIGN.fullmatch(each.text)
        if said and not is_doubted(each):
            found.setdefault(said[1], Relation.GREATER if said[2] in (">", r"\gt") else Relation.AT_LEAST)
    return found


def where_signs_hold(
    evidence: Evidence, claim: Claim, signs: Mapping[str, Relation], formula: DisplayedFormula
) -> Evidence:
    """Return the evidence for a refuted claim where its numbers have the signs that words give them.

    ``signs`` are those of letters in their inner names. It holds if they have them, or is refuted at other values, or
    it is undecided if nothing proves it.
    """
    (part,) = (part for part in evidence.parts if part.judgement)
    notation, known = claim.scope.notation, claim.scope.definitions.keys()
    own = [name for name in signs if name in claim.letters - known and notation.scalars_named(name)]
    if not own or part.judgement is None:
        return evidence
    zero = t.Number("0")
    said = tuple(t.Chain(resolved(t.Letter(name), claim.scope), (t.Link(signs[name], zero),)) for name in own)
    under = replace(claim, conditions=(*claim.conditions, *said))
    found = judge(under, is_saved=False)
    if found.status is Status.REFUTED:
        return judged(evidence, part, found, formula)
    shown = ", ".join(map(latex, said))
    if found.status not in (Status.ALL_SHAPES, Status.RESTATES) or not _has_opposite(under):
        lost = Judgement(
            Status.UNDECIDED, reason=f"false without ${shown}$, which words say: write it behind the formula"
        )
        return judged(evidence, part, lost, formula)
    proviso = Proviso(f"${shown}$, as words say", shown, f"write $({shown})$ behind the formula")
    return judged(evidence, part, _under(part.judgement, found, proviso), formula)


# Cases ----------------------------------------------------------------------------------------------------------------


def where_cases_hold(evidence: Evidence, claim: Claim, formula: DisplayedFormula) -> Evidence:
    """Return the evidence for a refuted claim, or for one that is judged for the values that its cases name.

    ``y = 0`` and ``y = 1`` as conditions of all cases say that y has no other values: it holds for each of them, or is
    refuted for one.
    """
    (part,) = (part for part in evidence.parts if part.judgement)
    cases = [each for side in (claim.left, claim.right) for each, _ in t.walk(side) if isinstance(each, t.Cases)]
    named = [_value_of(case.condition) for each in cases for case in each.cases]
    letters_ = {latex(letter): letter for letter, _ in filter(None, named)}
    if part.judgement is None or None in named or len(letters_) != 1:
        return evidence
    ((shown, letter),) = letters_.items()
    values = dict.fromkeys(value for _, value in filter(None, named))
    found = part.judgement
    for value in values:
        left, right = (_at(side, letter, value) for side in (claim.left, claim.right))
        found = judge(replace(claim, left=left, right=right))
        if found.status is Status.REFUTED:
            found = replace(found, reason=f"where {shown} = {latex(value)}, {found.reason}")
            return judged(evidence, part, found, formula)
        if found.status not in (Status.ALL_SHAPES, Status.RESTATES):
            return evidence
    words = " or ".join(f"${shown} = {latex(value)}$" for value in values)
    provided = Proviso(words, words.replace("$", ""), "say in words which values there are")
    under = replace(part.judgement, status=Status.HOLDS_IF, method=found.method, provided=(provided,))
    return judged(evidence, part, under, formula)


def _value_of(condition: t.Chain) -> tuple[t.Node, t.Number] | None:
    """Return what a condition of a case says is equal to which number; None if it says something else."""
    match condition:
        case t.Chain(t.Letter() | t.Indexed() as letter, (t.Link(Relation.EQUAL, t.Number() as value),)):
            return letter, value
    return None


def _at(node: t.Node, letter: t.Node, value: t.Number) -> t.Node:
    """Return an expression in which a letter has a value, and cases are the one for it."""
    if node == letter:
        return value
    if isinstance(node, t.Cases):
        chosen = (case.value for case in node.cases if (found := _value_of(case.condition)) and found[1] == value)
        node = next(chosen, node)
        return _at(node, letter, value) if not isinstance(node, t.Cases) else node
    return t.with_children(node, lambda child: _at(child, letter, value))
