"""A file as it reads without a notation, and what its words state of its letters: shapes, lengths, signs, classes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from nncore.verify.notation import Notation, with_known
from nncore.verify.report.supposed import DENIED, bare, classes_said, defines_in_words, is_doubted
from nncore.verify.source.markdown import InlineFormula, Reading
from nncore.verify.spelling.defining import Equation, equations, made_by
from nncore.verify.spelling.document import Spelled, scene_of, spelled, spelled_to_the_end
from nncore.verify.spelling.findings import Member
from nncore.verify.spelling.first_use import names
from nncore.verify.spelling.inference import Dim, Inference, own_letters
from nncore.verify.spelling.letters import is_strict_letter
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.styles import INDEX_LETTERS
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

_SIZE = re.compile(r"[A-Za-z]_(?:[A-Za-z\d]|\{[A-Za-z\d]+\})|\|(?:\\?[A-Za-z]+|\\[a-z]+\{[A-Za-z]+\})\|")
_BASE = r"(?:\\?[A-Za-z]+|\\[a-z]+\{\\?[A-Za-z]+\})"
_NUMBERED = re.compile(r"^([A-Za-z])(\d)$")  # W1, as code has it
_WITH_LETTER = re.compile(rf"{_BASE}_\{{?([a-z])\}}?")  # one of its own, of which the text states a shape
_OF_LAYER = re.compile(rf"({_BASE}\^\{{?[(\[]?)l([)\]]?\}}?)")
_LAYER = re.compile(r"(?<=[_{])\{?l([+-]\d)?\}?")
_OF_SAMPLE = re.compile(rf"{_BASE}\^\{{?[(\[]([a-z])[)\]]\}}?")
_SQUARE = re.compile(r"\s*\^\s*(?:2|\{2\})$")  # of a standard deviation
_SPACE = re.compile(  # of numbers, of some of them, {0, 1}, or of an interval
    r"(?:\\mathbb\{?R\}?|\\R|ℝ|\\in ?\\\{[^{}]*\\\}|\\in ?[\[(][^()\[\]]*[\])])\s*\^\s*"
    r"(?:\{(?P<many>(?:[^{}]|\{[^{}]*\})*)\}|(?P<one>[A-Za-z0-9]))"
)
_OF_MATRICES = re.compile(
    r"\b(?:matri|definite|covarianc|kernel|gram|hessian|precondition|entry-?wise|element-?wise|factori[sz])|\\succ|≻|\\ge|≥",
    re.IGNORECASE,
)
_IS_REAL = re.compile(r"\\in ?(?:\\mathbb\{R\}|\\R|ℝ)(?:[_^]\{?[+*>0]+\}?)?")
_INEQUALITIES = (Relation.LESS, Relation.AT_MOST, Relation.GREATER, Relation.AT_LEAST)
_ONE_SIZE = r"[A-Za-z](?:_(?:[A-Za-z\d]|\{[A-Za-z\d]+\}))?|\d+"
_ROWS, _COLUMNS = rf"(?P<rows>{_ONE_SIZE})(?![A-Za-z])", rf"(?P<columns>{_ONE_SIZE})(?![A-Za-z])"
_LETTERS = r"[$`][^$`=]{1,30}[$`](?:(?:\s*,\s*|\s+and\s+)[$`][^$`=]{1,30}[$`])*"  # one, or several
_TIMES = r"\s*(?:\\times(?![A-Za-z])|×|-by-|\bby\b|\bx\b)\s*"
_MATRIX_OF_WORDS = re.compile(
    rf"\$?(?<![_{{A-Za-z\d]){_ROWS}\$?{_TIMES}\$?{_COLUMNS}\$?\s+(?:\w+\s+)?matrix\s+"
    r"\$(?P<letter>[^$]{1,30})\$"
)
_LETTER_THEN_MATRIX = re.compile(
    rf"(?P<letter>{_LETTERS})\s+(?:is|be|denotes?|of|are)\s+(?:both\s+)?(?:an?|the)?\s*\$?{_ROWS}\$?{_TIMES}\$?{_COLUMNS}"
)
_LINES_OF_LETTER = re.compile(
    rf"(?P<letter>{_LETTERS})\s+(?:has|have|with)\s+\$?{_ROWS}\$?\s+rows[^.$]{{0,30}}\band\s+\$?{_COLUMNS}\$?\s+columns"
)
_LINE_OF_WORDS = re.compile(
    rf"\$(?P<letter>[^$=]{{1,30}})\$\s+(?:is|be|denotes?|as)\s+(?:an?|the)\s+(?P<line>row|column)(?:\s+vector)?\s+"
    rf"(?:with|of)\s+(?:(?:length|size|dimension)\s+)?\$?(?P<size>{_ONE_SIZE})\$?(?=\W)"
)
_SHAPE_OF_LETTER = re.compile(
    r"[$`](?P<letter>[^$`=]{1,30})[$`],?\s+(?:with|of|has|is of|and has)\s+(?:the\s+)?(?:shape|size|dimensions?)\s+"
    rf"[$`(\[{{]*{_ROWS}\$?(?:\s*,\s*|{_TIMES})\$?{_COLUMNS}"
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
    spaces = (_SPACE.search(member.whole) for member in members)
    apart = any(len(sizes := _sizes_in(space)) == 2 and "1" in sizes for space in spaces if space)
    columns = apart or not re.search(r"row vectors?|vectors? (?:is|are)(?: all)? rows?", text)
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
    for found in _LINE_OF_WORDS.finditer(text):
        letter, size = _plain(found["letter"].strip()), found["size"]
        if is_strict_letter(letter) or letter in scene.table.letters:
            length = size if size.isdigit() else scene.table.letter(size)
            yield scene.table.letter(letter), ("1", length) if found["line"] == "row" else (length, "1")
    for letter, both in _shapes_in_words(text):
        if (is_strict_letter(letter) or letter in scene.table.letters) and all(map(_is_size, both)):
            rows, length = (size if size.isdigit() else scene.table.letter(size) for size in both)
            yield scene.table.letter(letter), (rows, length)


def _shapes_in_words(text: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the letters of which words say a shape, "an n × d matrix X", with the two sizes."""
    for pattern in (_MATRIX_OF_WORDS, _LETTER_THEN_MATRIX, _SHAPE_OF_LETTER, _LINES_OF_LETTER):
        for found in pattern.finditer(text):
            for letter in re.split(r"[$`,]|\band\b", found["letter"]):
                if letter.strip():
                    written = _NUMBERED.sub(r"\1_\2", letter.strip())
                    yield _plain(written), (found["rows"], found["columns"])


def sizes_with_letters(members: Sequence[Member], text: str) -> set[str]:
    r"""Return the sizes with a letter below that a text names, as in ``\mathbb{R}^{d \times d_k}``."""
    spaces = (_SPACE.search(member.whole) for member in members)
    said = [*(_sizes_in(space) for space in spaces if space), *(sizes for _, sizes in _shapes_in_words(text))]
    return {_plain(size) for sizes in said for size in sizes if _WITH_LETTER.fullmatch(size)}


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


def _numbers(read: "Undeclared", speaks_of_matrices: bool) -> Iterator[str]:
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


_OTHERWISE = re.compile(
    r"\?|\b(?:plus|minus|times|before|was|were|except|almost|nearly|smoothed|noisy|relaxation)\b", re.IGNORECASE
)
_SIZES = re.compile(r"\$\s*[\w{}]+\s*(?:\\times|×)\s*[\w{}]+\s*\$")  # $n \times K$ one-hot
_ZERO = re.compile(r"(?<![\w.])0(?![\w.])|\bzeros?\b")
_SEVERAL = re.compile(
    r"\b(?:several|multiple|many|two|more than one) (?:labels?|class(?:es)?)\b|\b(?:multi|two|k)-?(?:label|hot)\b",
    re.IGNORECASE,
)


_OF_CLASS = re.compile(  # "Let c_n be the class of example n, i.e."
    r"\s*(?:Let|Here|where|With|The)\b[^.]*\b(?:class|label)\b[^.]*?(?:i\.e\.|that is|so|so that|hence|thus|,)[\s,\\]*",
    re.IGNORECASE,
)
_ONE_HOT_COLUMNS = re.compile(r"\bone-hot\b[^.]*\bcolumns?\b|\bcolumns?\b[^.]*\bone-hot\b", re.IGNORECASE)
_OF_ANOTHER = re.compile(r"\b(?:from|of|to|by|into|than|on|in)\s*$")  # what stands behind is said of something else
_AT_CLASS = re.compile(
    r"(?P<letter>[^_=]+)_\{\s*(?P<row>[a-z])\s*,?\s*(?P<number>[a-z])_\{?(?P=row)\}?\s*\}\s*=\s*1\s*"
)


@lru_cache(maxsize=64)
def _affirmed(text: str, but: str = "") -> tuple[str, ...]:
    """Return the sentences of a text that deny nothing by other words than one.

    They are kept, since a text is asked for each of its letters.
    """
    sentences = re.split(r"(?<=[.;:?!])\s+|\n\s*\n", _UNBRACED.sub(r"\\\1{\2}", _BOLD.sub(r"\\mathbf", text)))
    left_out = rf"\$[^$]*\$|\b{but}\b" if but else r"\$[^$]*\$"
    plain = [(each, re.sub(left_out, "", each)) for each in sentences]
    return tuple(each for each, words in plain if not (DENIED.search(words) or _OTHERWISE.search(words)))


def marks_a_class(text: str, letter: str) -> bool:
    r"""Return whether a sentence says that an entry is 1 for the class of a sample, and 0 otherwise.

    So do ``$Y_{nk} = 1$ if sample n is of class k, else 0`` and ``$Y_{n c_n} = 1$, all others are 0``.
    """
    entry = rf"\$\s*{re.escape(letter)}_\{{?\s*[a-z]{{0,2}}(?P<class>\s*[a-z]_\{{?[a-z]\}}?)?\s*\}}?\s*=\s*1\s*\$"
    for sentence in _affirmed(text, but="if"):
        for found in re.finditer(entry, sentence):
            behind = sentence[found.end() :]
            other = re.search(r"\b(?:otherwise|else|elsewhere|others?|rest)\b", behind) and _ZERO.search(behind)
            of_class = re.match(
                r"\s*(?:exactly |precisely |only )?(?:if|iff|when|where|for)\b.*\b(?:class|label)\b", behind
            )
            if other and (of_class or found["class"]) and not _SEVERAL.search(text):
                return True
    return False


def classes_as_entries(inline: Iterable[InlineFormula], text: str) -> Iterator[InlineFormula]:
    r"""Yield what a one-hot matrix is by words that give the place of its 1, ``$Y_{n c_n} = 1$``, as definitions."""
    for each in () if _SEVERAL.search(text) or _ONE_HOT_COLUMNS.search(text) else inline:
        found = _AT_CLASS.fullmatch(each.text)
        of_class = _OF_CLASS.fullmatch(each.before.rpartition(". ")[2])
        if found and of_class and not is_doubted(each) and has_property(text, found["letter"].strip(), r"one[- ]hot"):
            row, number = found["row"], found["number"]
            index = next(letter for letter in "kjl" if letter not in (row, number))
            at_class = rf"{number}_{row}"
            yield replace(each, text=rf"{found['letter']}_{{{row}{index}}} := \mathbb{{1}}({index} = {at_class})")


_SAYS_OF_IT = re.compile(  # what stands between a letter and what is said of it, and not of another subject
    r"\W*|(?:(?!\b(?:and|while|but)\b)[^,])*\b(?:is|are|be|as|contains?|holds?|collects?)\b[^,]*"
    r"(?:,(?!\s*(?:and |while |but )*(?:the |our |all )?(?:labels?|targets?|classes|samples?)\b)"
    r"(?:\s*(?:and )?(?:each|every|its|all|whose|the)(?: of its)? (?:rows?|columns?)\b[^,]*"
    r"|(?![^,]*\b(?:is|are)\b)[^,]*))*"
)


def _leads_away(between: str, behind: str) -> bool:
    """Return whether words behind a letter lead to something else of which a property is said."""
    other = re.search(r"\b(?:for|to|against|from|by|than|compar\w*|training)\b[^,]*$", between)
    targets = re.match(r"\s*(?:targets?|labels?|codes?|classes)\b", behind)
    return bool(other or (targets and re.search(r"\bwith\s*$", between)))


def has_property(text: str, letter: str, words: str) -> bool:
    """Return whether a sentence says something of a letter: behind it with a verb, or else right before it."""
    for sentence in _affirmed(text):
        for found in re.finditer(words, sentence, re.IGNORECASE):
            before = re.search(r"\$([^$]{1,60})\$([^$]*)$", _SIZES.sub("", sentence[: found.start()]))
            after = re.match(r"([^$]{0,40})\$([^$]{1,60})\$", sentence[found.end() :])
            behind = sentence[found.end() :]
            joined = before and _SAYS_OF_IT.fullmatch(before[2]) and not _leads_away(before[2], behind)
            apart = after is None or re.search(r"[.,;]", after[1])  # "$Y$ the one-hot labels, $Z$ ..."
            declares = False
            if before and apart and r"\in" in before[1]:
                leads = before.string[: before.start()]
                declares = bool(re.fullmatch(r",?\s*(?:the|our)\s*", before[2])) and not _OF_ANOTHER.search(leads)
            of_rows = after and re.fullmatch(r"\s*(?:in|as)\s+(?:the\s+)?(?:rows|columns)\s+of\s*", after[1])
            joined = joined and not of_rows
            owner = before[1] if before and (joined or declares) else after[2] if after else ""
            if re.match(rf"{re.escape(letter)}(?![A-Za-z])", owner.strip()):
                return True
    return False


# A file --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Undeclared:
    """A file that was read without a notation: its displays, and the formulas within words."""

    scene: Scene
    own: frozenset[str]  # letters with a letter below that is no index
    members: Sequence[Member]
    texts: Sequence[str]
    displays: Sequence[Sequence[t.Formula]]
    inline: Sequence[Sequence[t.Formula]]
    said: Sequence[bool]  # whether the words around each of these give it as what a letter is
    functions: Sequence[Equation] = ()  # of vectors, within words

    @cached_property
    def told(self) -> Sequence[Sequence[t.Formula]]:
        """Return the formulas of the displays, and those that words give as what a letter is."""
        return (*self.displays, *(own if says else [] for own, says in zip(self.inline, self.said, strict=True)))

    @cached_property
    def equations(self) -> list[Equation]:
        """Return the equations that may define, those of the displays first."""
        return [*equations(self.told, self.texts, self.scene), *self.functions]

    @cached_property
    def made(self) -> Mapping[str, frozenset[str]]:
        """Return of which letters others are made."""
        return made_by(self.equations)


def read_twice(reading: Reading, text: str) -> Undeclared:
    """Read a file without a notation: once for the letters with a letter below that is no index, and once with them."""
    read = read_as(reading, text, frozenset())
    own = own_letters([tree for trees in read.displays for tree in trees], read.scene)
    said = (found for member in read.members if (found := _WITH_LETTER.fullmatch(member.left.strip())))
    own |= {found[0] for found in said if found[1] not in INDEX_LETTERS | read.scene.facts.bound}
    own |= sizes_with_letters(read.members, text)
    return read_as(reading, text, own) if own else read


def read_as(reading: Reading, text: str, own: frozenset[str]) -> Undeclared:
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
    said = list(map(defines_in_words, reading.inline))
    functions = list(_functions_of_vectors(inline, said, scene, len(sources)))
    scene.begin_again()
    displays = _trees(spelled_to_the_end(sources, scene, [True] * len(sources)), members)
    return Undeclared(scene, own, members, [*sources, *inline], displays, within, said, functions)


def _functions_of_vectors(inline: Sequence[str], said: Sequence[bool], scene: Scene, first: int) -> Iterator[Equation]:
    r"""Yield the equations by which words say what a function of vectors is, ``h_\theta(x) = g(\theta^\top x)``.

    ``first`` is the number of the first formula within words.
    """
    for number, (text, says) in enumerate(zip(inline, said, strict=True), first):
        left, sign, right = text.partition("=")
        left = left.rstrip(" :")
        for name, short in scene.shorthand.items() if says and sign and "=" not in right else ():
            base = re.split(r"[_(]", scene.table.written_function(name))[0]
            if bare(re.split(r"[_(]", left)[0]) == bare(base):
                yield Equation(name, frozenset(names(short.body, scene)) - {name}, left, right.strip(), number, 0)


def _trees(found: Iterable[Spelled], members: list[Member]) -> list[list[t.Formula]]:
    """Return what was read of each formula, in its first reading; what it declares is added to the members."""
    readings = [each.spelling.readings[0] if each.spelling else None for each in found]
    members += (member for each in readings if each for member in each.members)
    return [[strict.tree for strict in each.formulas] if each else [] for each in readings]


def inferred(
    read: "Undeclared", reading: Reading, text: str, chosen: Mapping[str, str], base: Notation | None = None
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
