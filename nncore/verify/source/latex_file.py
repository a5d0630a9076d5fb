r"""The formulas of a LaTeX file, as TeX would see them: ``equation``, ``align``, ``\[ \]``, ``$$`` and their like.

The file's own commands and environments are expanded, with their arguments, wherever they are used: what they stand for
is what is printed. Files that are read by ``\input``, ``\include``, ``\subfile`` or, if they are in the folder,
``\usepackage`` are followed; text behind ``\end{document}`` or in ``\iffalse … \fi`` is none of the document.

An environment displays a formula if it is one of `_DISPLAYS`. Any other environment is text, in which displays are
read, unless mathematics is in it outside of every formula: then it displays something unknown, which is a fault, as is
a display that is not closed before its paragraph ends. A fault costs no other formula.

A ``\label`` in a formula is its label. A formula belongs to the environments around it, of which ``definition``,
``assumption`` and ``convention`` mean what the directives of that name mean in Markdown; an assumption is in force
where the text of the same environment or paragraph puts ``\ref{its-label}`` in force. Letters of one's own are declared
in comments, in the form of `nncore/verify/notation.yml`::

    % notation:
    % scalars:
    %   - {letter: \tau, meaning: temperature}
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from nncore.verify.judgement import Diagnostic, Status
from nncore.verify.notation import KNOWN_FUNCTIONS
from nncore.verify.source.context import REFERENCE, NotationBlock, Place, Surroundings, in_force
from nncore.verify.source.limits import DEEPEST, Limits, NoText, TooMuch, is_file, text_of
from nncore.verify.source.markdown import DisplayedFormula, InlineFormula, Reading
from nncore.verify.source.myst import TEXT_ENVIRONMENTS
from nncore.verify.syntax.lexer import LatexError, scan

_BARE, _JOINED, _ROWS, _ALIGNED, _EQUALS_ALONE = "bare", "joined", "rows", "aligned", "equals alone"
# How the environments that display something are read: as one formula, as one that is broken into lines, as one in each
# line, as lines that are aligned, and as such lines with & on both sides of the relation. A star changes nothing.
_DISPLAYS = {
    **dict.fromkeys(("equation", "displaymath", "dmath"), _BARE),
    "multline": _JOINED,
    "gather": _ROWS,
    **dict.fromkeys(("align", "flalign", "alignat", "xalignat", "xxalignat", "falign"), _ALIGNED),
    **dict.fromkeys(("eqnarray", "IEEEeqnarray"), _EQUALS_ALONE),
}
_UNREAD = frozenset(
    "darray dseries dsuspend equationarray IEEEeqnarraybox subarray mathpar prooftree tikzcd aligned alignedat array "
    "cases dcases rcases gathered matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix multlined split".split()
)
_ARGUMENTS = {"alignat": 1, "xalignat": 1, "xxalignat": 1, "IEEEeqnarray": 1}
_COLUMNS = {"tabular": 1, "longtable": 1, "tabular*": 2, "tabularx": 2, "tabulary": 2}  # arguments of tables
_QUOTING = frozenset(("quote", "quotation", "displayquote", "verse"))
_WITHOUT_SIGNS = frozenset("tikzpicture axis picture forest algorithm algorithmic".split())  # _ and ^ mean other things
_KINDS = {"definition": "prf:definition", "assumption": "prf:assumption", "convention": "prf:convention"}

_TOKEN = re.compile(
    r"\\[A-Za-z@]+|\\.|%[^\n]*(?:\n[ \t]*(?=[^ \t\r\n]))?|\n|[ \t\r]+|#[0-9#]|[{}$&^_\[\]#~\\]|"
    r"[^\\%\n \t\r{}$&^_\[\]#~]+",
    re.DOTALL,
)
_VERB = re.compile(r"\*?(?:\[[^\]\n]*\])?(?:\{[^}\n]*\}|([^\s{])[^\n]*?\1)")
_VERBATIM = re.compile(r"(?:verbatim|Verbatim|BVerbatim|LVerbatim|lstlisting|minted|comment|filecontents|alltt)\*?")
_MATHEMATICS = re.compile(
    r"[&^_]|\\\\|\\(?:[dt]?frac|partial|sum|prod|int|nabla|cdot|times|leq?|geq?|neq?|approx|top|alpha|beta|gamma|delta|"
    r"epsilon|varepsilon|eta|theta|lambda|mu|pi|sigma|tau|phi|omega|hat|bar|mathbf|mathrm|operatorname|left|right)"
)
_PRINT_NOTHING = frozenset(
    rf"\{name}"
    for name in "nonumber notag displaybreak allowdisplaybreaks IEEEyesnumber IEEEnonumber IEEEyessubnumber "
    "IEEEnosubnumber IEEEeqnarraynumspace".split()
)
_STRAY = frozenset((r"\frac", r"\dfrac", r"\tfrac", r"\partial"))
_REFERS = re.compile(r"\\[A-Za-z]*ref")
_WITHOUT_WORDS = re.compile(
    r"\\(?:[A-Za-z]*cite[A-Za-z]*|url|href|path|includegraphics|bibliography|bibliographystyle|addbibresource|hypersetup|"
    r"graphicspath|[vh]space|setlength|addtolength|pagestyle|thispagestyle|index|tikzset|usetikzlibrary|definecolor|"
    r"color|newlength|newcounter|setcounter|addtocounter|lstset|lstinputlisting|geometry|PassOptionsToPackage)"
)
_INPUTS = {r"\input": ".tex", r"\include": ".tex", r"\subfile": ".tex", r"\subfileinclude": ".tex"}
_PACKAGES = {r"\usepackage": ".sty", r"\RequirePackage": ".sty", r"\documentclass": ".cls"}
_FROM_ELSEWHERE = frozenset((r"\import", r"\subimport", r"\inputfrom", r"\includefrom", r"\InputIfFileExists"))
_COMMANDS = frozenset((r"\newcommand", r"\renewcommand", r"\providecommand", r"\DeclareRobustCommand"))
_ENVIRONMENTS = frozenset((r"\newenvironment", r"\renewenvironment", r"\provideenvironment"))
_OF_DOCUMENTS = re.compile(r"\\(?:New|Renew|Provide|Declare)(?:Expandable)?Document(Command|Environment)")
_OF_PACKAGES = frozenset((r"\NewEnviron", r"\RenewEnviron", r"\newtcolorbox", r"\newmdenv"))
_CONDITIONS = frozenset(
    rf"\if{name}"
    for name in "x num dim cat odd vmode hmode mmode inner true false case defined csname eof void hbox vbox".split()
) | {r"\if"}
_DIMENSION = re.compile(r"\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|in|bp|pc|\\[A-Za-z]+)\s*")
_MOST_EXPANDED = 300_000  # tokens that all expansions of a file put in


class _Token(NamedTuple):
    """A token and its place, counted from 1; what a command puts in has the place at which the command is used."""

    text: str
    path: Path
    line: int
    column: int
    fixed: bool = False  # not to be expanded


class _Command(NamedTuple):
    """A command that the file defines: its body, the tokens before its first argument and after each, and a default.

    ``body`` is None if the command is defined in a way that is not read.
    """

    body: list[_Token] | None
    delimiters: tuple[tuple[str, ...], ...]
    default: list[_Token] | None = None
    ending: tuple[_Token, ...] = ()


@dataclass(slots=True)
class _Source:
    """A file that is being read: how far, and the tokens that come before what is left of it."""

    path: Path
    text: str
    position: int = 0
    line: int = 1
    begin: int = 0  # of the line
    pending: list[_Token] = field(default_factory=list)

    def next(self) -> _Token | None:
        """Take the next token."""
        if self.pending:
            return self.pending.pop()
        while found := _TOKEN.match(self.text, self.position):
            token = _Token(found[0], self.path, self.line, self.position - self.begin + 1)
            self.skip_to(found.end())
            if found[0][0] != "%":
                return token
        return None

    def skip_to(self, position: int) -> None:
        """Go on at a place of the text."""
        breaks = self.text.count("\n", self.position, position)
        if breaks:
            self.line += breaks
            self.begin = self.text.rfind("\n", 0, position) + 1
        self.position = position


@dataclass(slots=True, eq=False)
class _Environment:
    """An environment that is open; ``sign`` is mathematics in it that belongs to no formula."""

    name: str
    start: _Token
    own: bool = False  # defined by the file, so that it displays nothing by itself
    label: str | None = None
    words: list[str] = field(default_factory=list)
    mentions: set[str] = field(default_factory=set)
    sign: str = ""

    def take(self, text: str) -> None:
        """Keep what a paragraph puts in force, unless it is a quotation."""
        if self.name not in _QUOTING:
            self.mentions.update(in_force(text))


def read_tex(path: Path, text: str) -> Reading:
    """Read all displayed formulas of a LaTeX file, and what is around them."""
    reader = _Reader(path, text)
    try:
        reader.read()
    except TooMuch as error:
        reader.faults.append(Diagnostic(error.status, path, 1, 1, str(error)))
    places = tuple(_place(*display[1:]) for display in reader.displays)
    found = (formula for formula, _, _ in reader.displays)
    return Reading.of(found, Surroundings(places, tuple(reader.blocks)), reader.inline, reader.faults)


def _place(around: tuple[_Environment, ...], leading: frozenset[str]) -> Place:
    mentions = leading.union(*(each.mentions for each in around))
    convention = any(each.name == "convention" for each in around)
    return Place(mentions, around[-1].label if around else None, convention)


class _Reader:
    """Goes through a file and those that it reads, and keeps what it finds."""

    def __init__(self, path: Path, text: str):
        self.root = path.parent
        self.limits = Limits()
        self.sources: list[_Source] = []
        self.expanded = self.steps = 0
        self.commands: dict[str, _Command] = {}
        self.scopes: list[list[tuple[str, _Command | None]]] = []  # what is to be restored where groups end
        self.everywhere = False  # whether the next definition outlives its group
        self.conditions = set(_CONDITIONS)
        self.theorems: set[str] = set()
        self.document = _Environment("document", _Token("", path, 1, 1))
        self.around: list[_Environment] = []
        self.leading: frozenset[str] = frozenset()
        self.displays: list[tuple[DisplayedFormula, tuple[_Environment, ...], frozenset[str]]] = []
        self.inline: list[InlineFormula] = []
        self.blocks: list[NotationBlock] = []
        self.faults: list[Diagnostic] = []
        self.in_preamble = r"\begin{document}" in text
        self._open(path, text)

    # Tokens

    def _open(self, path: Path, text: str) -> None:
        text = re.sub(r"\r\n?", "\n", text)
        self.limits.take(text)
        self.sources.append(_Source(path, text))
        self.blocks += _blocks(path, text)

    def _raw(self) -> _Token | None:
        """Take the next token as it is written."""
        while self.sources:
            token = self.sources[-1].next()
            if token:
                return token
            self.sources.pop()
        return None

    def _back(self, *tokens: _Token) -> None:
        if not self.sources:  # at the end of the document
            self.sources.append(_Source(tokens[0].path, ""))
        self.sources[-1].pending.extend(reversed(tokens))

    def _following(self) -> str:
        r"""Take the name that `_next` leaves behind ``\begin`` and ``\end``."""
        token = self._raw()
        return token.text if token else ""

    def _next(self) -> _Token | None:
        """Take the next token that the file's own commands leave."""
        while token := self._raw():
            if self.steps % 256 == 0:  # to look at the clock takes as long as to read some tokens
                self.limits.check_time()
            self.steps += 1
            if token.fixed or token.text[0] != "\\":
                return token
            if token.text in (r"\begin", r"\end"):
                name = self._name()
                command = self.commands.get(f"{{{name}}}")
                own = [token._replace(text=text, fixed=True) for text in (f"{token.text} own", name)]
                if command is None:
                    self._back(own[1])
                    return token._replace(fixed=True)
                if token.text == r"\begin":
                    self._expand(token, command, name)
                    self._back(*own)
                else:
                    self._put(token, [*command.ending, *own])
            elif token.text in self.commands:
                self._expand(token, self.commands[token.text], token.text)
            else:
                return token
        return None

    def _put(self, at: _Token, tokens: list[_Token]) -> None:
        """Put tokens in, as if they were at the place of the one that stands for them."""
        self._insert([at._replace(text=each.text if each.text != "\n" else " ", fixed=each.fixed) for each in tokens])

    def _insert(self, tokens: list[_Token]) -> None:
        self.expanded += len(tokens) + 1
        if self.expanded > _MOST_EXPANDED:
            raise TooMuch("the commands of this file stand for more than can be read")
        if tokens:
            self._back(*tokens)

    def _expand(self, at: _Token, command: _Command, name: str) -> None:
        if command.body is None:
            by = r"\newcommand or \newenvironment"
            self._fault(at, f"{name} is defined in a way that is not read: define it by {by}")
            return
        arguments = self._arguments(command)
        inserted: list[_Token] = []
        for each in command.body:
            if each.text[0] == "#" and each.text[1:].isdigit():
                number = int(each.text[1:])
                inserted += arguments[number - 1] if 0 < number <= len(arguments) else []
            else:
                text = "#" if each.text == "##" else " " if each.text == "\n" else each.text
                inserted.append(at._replace(text=text, fixed=each.fixed))
        self._insert(inserted)

    def _arguments(self, command: _Command) -> list[list[_Token]]:
        """Take the arguments of a command."""
        found: list[list[_Token]] = []
        for number, delimiter in enumerate(command.delimiters):
            if number == 0:  # what stands before the first
                self._up_to(*delimiter)
            elif number == 1 and command.default is not None:
                given = self._option()
                found.append(command.default if given is None else given)
            elif delimiter:
                found.append(self._up_to(*delimiter))
            else:
                found.append(self._argument())
        return found

    def _up_to(self, *closing: str) -> list[_Token]:
        """Take all tokens up to some that follow each other outside of braces, and these, which it leaves out."""
        found: list[_Token] = []
        depth = closing.count("}")  # of what is closed by a brace, that brace is open
        while closing and (token := self._raw()):
            found.append(token)
            depth += (token.text == "{") - (token.text == "}")
            if depth == 0 and tuple(each.text for each in found[-len(closing) :]) == closing:
                return found[: -len(closing)]
        return found

    def _space(self) -> _Token | None:
        """Take the next token that is no space."""
        while (token := self._raw()) and token.text[0] in " \t\r\n":
            pass
        return token

    def _argument(self) -> list[_Token]:
        """Take an argument: a group without its braces, or one token."""
        token = self._one()
        if token is None or token.text == "}":
            if token:
                self._back(token)
            return []
        return self._up_to("}") if token.text == "{" else [token]

    def _one(self) -> _Token | None:
        """Take the next token that is no space, of a word its first character."""
        token = self._space()
        if token and token.text[0] not in "\\#" and len(token.text) > 1:
            self._back(token._replace(text=token.text[1:], column=token.column + 1))
            return token._replace(text=token.text[0])
        return token

    def _option(self) -> list[_Token] | None:
        """Take what is between brackets, if they are next."""
        token = self._space()
        if token is None or token.text != "[":
            if token:
                self._back(token)
            return None
        return self._up_to("]")

    def _name(self) -> str:
        """Take the name of an environment, or what else is one word."""
        return "".join(token.text for token in self._argument()).strip()

    def _star(self) -> None:
        token = self._raw()
        if token and token.text[0] == "*":
            token = token._replace(text=token.text[1:], column=token.column + 1) if len(token.text) > 1 else None
        if token:
            self._back(token)

    # Definitions

    def _define(self, name: str, command: _Command, everywhere: bool = False) -> None:
        if everywhere or self.everywhere:
            self.everywhere = False
            for scope in self.scopes:
                scope[:] = [each for each in scope if each[0] != name]
        elif self.scopes:
            self.scopes[-1].append((name, self.commands.get(name)))
        self.commands[name] = command

    def _close_scope(self) -> None:
        for name, before in reversed(self.scopes.pop() if self.scopes else []):
            if before is None:
                del self.commands[name]
            else:
                self.commands[name] = before

    def _definition(self, token: _Token) -> bool:
        """Take a definition, if that is what a command begins."""
        command = token.text
        of_documents = _OF_DOCUMENTS.fullmatch(command)
        if command in _COMMANDS:
            self._star()
            name = self._name()
            delimiters, default = self._parameters()
            body = self._argument()
            if command != r"\providecommand" or not (name in self.commands or _is_known(name)):
                self._define(name, _Command(body, delimiters, default))
        elif command in (r"\DeclareMathOperator", r"\DeclareMathOperator*"):
            self._star()
            name = self._name()
            body = [token._replace(text=text) for text in (r"\operatorname", "{")]
            self._define(name, _Command([*body, *self._argument(), token._replace(text="}")], ((),)))
        elif command == r"\DeclarePairedDelimiter":
            name, left, right = self._name(), self._argument(), self._argument()
            self._define(name, _Command([*left, token._replace(text="#1"), *right], ((), ())))
        elif command in (r"\def", r"\gdef", r"\edef", r"\xdef"):
            defined = self._space()
            delimiters = self._delimiters()
            if defined:
                self._define(defined.text, _Command(self._up_to("}"), delimiters), command in (r"\gdef", r"\xdef"))
        elif command == r"\let":
            defined, other = self._space(), self._one()
            if other and other.text == "=":
                other = self._one()
            if defined and other:
                alias = _Command([other._replace(fixed=True)], ((),))
                self._define(defined.text, self.commands.get(other.text, alias))
        elif command in _ENVIRONMENTS:
            self._star()
            name = self._name()
            delimiters, default = self._parameters()
            begin, end = self._argument(), self._argument()
            self._define(f"{{{name}}}", _Command(begin, delimiters, default, tuple(end)))
        elif of_documents:
            name, specification = self._name(), self._name()
            body = self._argument()
            end = self._argument() if of_documents[1] == "Environment" else []
            name = f"{{{name}}}" if of_documents[1] == "Environment" else name
            plain = not specification.replace("m", "").strip()
            displays = any(map(_may_display, [*body, *end]))
            delimiters = ((),) * (1 + specification.count("m"))
            if plain or displays:
                self._define(name, _Command(body if plain else None, delimiters, None, tuple(end)))
        elif command in _OF_PACKAGES:
            self._option()
            name = self._name()
            self._option(), self._option()
            if any(map(_may_display, self._argument())):
                self._define(f"{{{name}}}", _Command(None, ((),)))
        elif command in (r"\newtheorem", r"\declaretheorem", r"\newtcbtheorem", r"\spnewtheorem"):
            self._star()
            self._option()
            self.theorems.add(self._name())
        elif command == r"\newif":
            self.conditions.add(self._name())
        elif command == r"\global":
            self.everywhere = True
        else:
            return False
        return True

    def _parameters(self) -> tuple[tuple[tuple[str, ...], ...], list[_Token] | None]:
        """Take how many arguments a command has, and the value of the first if it may be left out."""
        number = "".join(token.text for token in self._option() or ()).strip()
        default = self._option() if number else None
        count = int(number) if re.fullmatch("[0-9]", number) else 0
        return ((),) * (1 + count), default

    def _delimiters(self) -> tuple[tuple[str, ...], ...]:
        r"""Take what a ``\def`` asks for before its body, and the brace that opens that."""
        found: list[list[str]] = [[]]
        while (token := self._raw()) and token.text != "{":
            if token.text[0] == "#":
                found.append([])
            else:
                found[-1].append(token.text)
        return tuple(map(tuple, found))

    # The text

    def read(self) -> None:
        """Read all of the document."""
        breaks = 0
        while token := self._next():
            text = token.text
            breaks = breaks + 1 if text == "\n" else breaks if text[0] in " \t\r" else 0
            if breaks == 2 or text == r"\par":
                self._end_paragraph()
            if text == r"\begin":
                self._begin(token, self._following())
            elif text == r"\end":
                self._end(self._following())
            elif text == r"\begin own":
                self._push(_Environment(self._following(), token, own=True))
            elif text == r"\end own":
                self._pop(self._following())
            elif text == r"\[":
                self._display(token, r"\]", _BARE)
            elif text == "$":
                self._dollars(token)
            elif text in (r"\(", r"\ensuremath"):
                self._inline(token, r"\)" if text == r"\(" else None)
            elif text in ("{", r"\begingroup", r"\bgroup"):
                self.scopes.append([])
            elif text in ("}", r"\endgroup", r"\egroup"):
                self._close_scope()
            elif text[0] == "\\" and text[1:2].isalpha():
                self._command(token)
            else:
                self._word(token)
        for environment in reversed(self.around):
            self._leave(environment)

    def _command(self, token: _Token) -> None:
        text = token.text
        display = text[1:] if text[1:] in _DISPLAYS else text[4:] if text.startswith(r"\end") else ""
        if self._definition(token):
            return
        if text[1:] in _DISPLAYS:
            self._begin(token, text[1:])
        elif display in _DISPLAYS:
            self._end(display)
        elif text in _INPUTS or text in _PACKAGES:
            self._input(token)
        elif text in _FROM_ELSEWHERE:
            self._fault(token, f"{text} is not followed: write \\input")
        elif text == r"\unless":
            negated = self._space()  # an \iffalse that is negated hides nothing
            if negated and negated.text != r"\iffalse":
                self._back(negated)
        elif text in (r"\AtBeginDocument", r"\AtEndPreamble"):
            self._back(*self._argument())
        elif text == r"\endinput":
            self.sources.pop()
        elif text == r"\iffalse":
            self._skip_branch(token)
        elif text in (r"\verb", r"\lstinline"):
            self._skip_verb()
        elif text == r"\label":
            environment = self.around[-1] if self.around else self.document
            environment.label = environment.label or self._name()
        elif _REFERS.fullmatch(text):
            self._star()
            self._option()
            labels = "".join(REFERENCE.format(label.strip()) for label in self._name().split(","))
            self._environment().words.append(labels)
        elif _WITHOUT_WORDS.fullmatch(text):
            self._star()
            self._option()
            self._argument()
            self._environment().words.append("\N{OBJECT REPLACEMENT CHARACTER}")
        else:
            self._word(token)

    def _environment(self) -> _Environment:
        return self.around[-1] if self.around else self.document

    def _word(self, token: _Token) -> None:
        environment = self._environment()
        environment.words.append(" " if token.text in ("\n", "~") else token.text)
        equates = "=" in token.text and not self._is_text(environment) and environment is not self.document
        if not (equates or _MATHEMATICS.fullmatch(token.text)) or environment.name in _WITHOUT_SIGNS:
            return
        if token.text in _STRAY and not self.in_preamble and not environment.sign and self._is_text(environment):
            self._fault(token, f"{token.text} is outside of every formula: what displays it is not known")
        environment.sign = environment.sign or token.text

    def _end_paragraph(self) -> None:
        environment = self._environment()
        text = "".join(environment.words)
        environment.words.clear()
        if self.around:
            environment.take(text)
        elif text.strip():
            self.leading = frozenset(in_force(text))
            environment.sign = ""

    def _push(self, environment: _Environment) -> None:
        if len(self.around) == DEEPEST:
            raise TooMuch(f"more than {DEEPEST} environments are inside of each other")
        self.scopes.append([])
        self.around.append(environment)

    def _pop(self, name: str) -> None:
        """End an environment, and those in it that were not ended."""
        if not any(each.name == name for each in self.around):
            return
        while self.around:
            environment = self.around[-1]
            self._leave(environment)
            self._close_scope()
            self.around.pop()
            if environment.name == name:
                return

    def _leave(self, environment: _Environment) -> None:
        environment.take("".join(environment.words))
        if environment.sign and not self._is_text(environment):
            self._fault(
                environment.start,
                f"{environment.sign} is in the environment {environment.name} outside of every formula: if it displays "
                "a formula, write equation or align",
            )

    def _is_text(self, environment: _Environment) -> bool:
        """Return whether it is known of an environment that it displays nothing by itself."""
        name = environment.name.rstrip("*")
        return environment.own or name in TEXT_ENVIRONMENTS or name in self.theorems

    def _begin(self, token: _Token, name: str) -> None:
        source = self.sources[-1] if self.sources else _Source(token.path, "")
        if _VERBATIM.fullmatch(name) and not source.pending:
            end = source.text.find(f"\\end{{{name}}}", source.position)
            if end < 0:
                self._fault(token, f"the environment {name} is not closed")
            source.skip_to(len(source.text) if end < 0 else end + len(name) + 6)
        elif name == "document":
            self.in_preamble = False
        elif name == "math":
            self._inline(token, "math")
        elif name.rstrip("*") in _DISPLAYS:
            self._display(token, name, _DISPLAYS[name.rstrip("*")])
        elif name == "empheq":
            self._option()
            inner = self._name()
            if inner.rstrip("*") in _DISPLAYS and not inner.startswith(("alignat", "IEEE")):
                self._display(token, name, _DISPLAYS[inner.rstrip("*")])
            else:
                self._fault(token, f"empheq around {inner} is not read: write equation or align")
        else:
            if name.rstrip("*") in _UNREAD:
                self._fault(token, f"the environment {name} is not read: write equation or align")
            self._push(_Environment(name, token, own=name.rstrip("*") in _UNREAD))
            self._skip_keys()
            for _ in range(_COLUMNS.get(name, 0)):
                self._option()
                self._argument()

    def _skip_keys(self) -> None:
        """Pass over the options of an environment, unless they may display something."""
        given = self._option()
        if given and any(each.text[0] in "\\$" for each in given):
            self._back(*given)

    def _end(self, name: str) -> None:
        if name == "document" and self.sources:
            self.sources.pop()
        self._pop(name)

    def _skip_branch(self, token: _Token) -> None:
        r"""Pass over what is between ``\iffalse`` and its ``\else`` or ``\fi``."""
        depth = 1
        while each := self._raw():
            depth += (each.text in self.conditions) - (each.text == r"\fi")
            if depth == 0 or (depth == 1 and each.text == r"\else"):
                return
        self._fault(token, r"this \iffalse has no \fi")

    def _skip_verb(self) -> None:
        source = self.sources[-1] if self.sources else _Source(self.root, "")
        found = _VERB.match(source.text, source.position)
        if found and not source.pending:
            source.skip_to(found.end())

    def _input(self, token: _Token) -> None:
        """Go on in another file of the folder."""
        ending = _PACKAGES.get(token.text)
        if ending:
            self._option()
        names = self._file_name().split(",") if ending else [self._file_name()]
        for name in reversed([each.strip() for each in names]):
            path = _file(name, ending or ".tex", self.root, token.path.parent)
            if path is None and ending:
                continue  # a package of the system
            if path is None:
                self._fault(token, f"there is no file {name} to read")
            elif not path.resolve().is_relative_to(self.root.resolve()):
                self._fault(token, f"{name} is outside of the folder of this file")
            elif any(path.resolve() == each.path.resolve() for each in self.sources):
                self._fault(token, f"{name} reads itself")
            elif len(self.sources) >= DEEPEST:
                self._fault(token, f"more than {DEEPEST} files read each other: divide the document")
            else:
                try:
                    self._open(path, text_of(path))
                except NoText as error:
                    self._fault(token, f"{name} {error}")

    def _file_name(self) -> str:
        """Take the name of a file, in braces or as one word."""
        token = self._space()
        if token and token.text == "{":
            return "".join(each.text for each in self._up_to("}")).strip()
        name = ""
        while token and token.text[0] not in " \t\r\n":
            name += token.text
            token = self._raw()
        if token:
            self._back(token)
        return name

    # Formulas

    def _dollars(self, token: _Token) -> None:
        following = self._next()
        if following and following.text == "$":
            self._display(token, "$$", _BARE)
            return
        if following:
            self._back(following)
        self._inline(token, "$")

    def _inline(self, token: _Token, closing: str | None) -> None:
        r"""Take a formula within words; without a sign that closes it, it is a group."""
        found = self._argument() if closing is None else self._collect(token, closing, "formula")
        if found:
            before = "".join(self._environment().words)
            self.inline.append(InlineFormula(_as_text(found)[0].strip(), token.path, token.line, before))
        self._environment().words.append("\N{OBJECT REPLACEMENT CHARACTER}")

    def _collect(self, start: _Token, closing: str, what: str) -> list[_Token] | None:
        """Take the tokens of a formula up to what closes it; None, and a fault, if its paragraph ends before."""
        self.scopes.append([])
        found = self._formula(closing)
        self._close_scope()
        if found is None:
            self._fault(start, f"this {what} is not closed before its paragraph ends")
        return found

    def _formula(self, closing: str) -> list[_Token] | None:
        found: list[_Token] = []
        inner: list[str] = []  # braces and environments that are open
        breaks = 0
        while token := self._next():
            text = token.text
            breaks = breaks + 1 if text == "\n" else breaks if text[0] in " \t\r" else 0
            if text in (r"\begin own", r"\end own"):
                self._raw()
                continue
            name = self._following() if text in (r"\begin", r"\end") else ""
            for sign in (r"\begin", r"\end"):
                plain = text.removeprefix("\\" if sign == r"\begin" else sign)
                if plain != text and plain in _DISPLAYS:
                    text, name = sign, plain
            if not inner and self._closes(text, name, closing):
                return found
            displays = text == r"\[" or (text == r"\begin" and name.rstrip("*") in {*_DISPLAYS, "document"})
            ends = breaks == 2 or text in (r"\par", r"\]") or (text == r"\end" and (not inner or inner[-1] != name))
            if displays or ends:
                if name:
                    self._back(*(token._replace(text=each, fixed=True) for each in (text, name)))
                elif displays:
                    self._back(token)
                break
            if text == r"\end" or (text == "}" and inner and inner[-1] == "{"):
                inner.pop()
            elif text == r"\begin" or text == "{":
                inner.append(name or "{")
            if name:
                found.append(token._replace(text=f"{text}{{{name}}}"))
            elif not self._in_formula(token, found):
                found.append(token)
        return None

    def _closes(self, text: str, name: str, closing: str) -> bool:
        if closing == "$$":
            if text != "$":
                return False
            following = self._next()
            if following and following.text != "$":
                self._back(following)
                return False
            return True
        return text == closing or (text == r"\end" and name == closing)

    def _in_formula(self, token: _Token, found: list[_Token]) -> bool:
        """Take what is in a formula but no part of it: definitions, other files, and what hides its number."""
        if token.text == r"\input":
            name = self._file_name()
            path = _file(name, ".tex", self.root)
            if path is None or not path.resolve().is_relative_to(self.root.resolve()):
                self._fault(token, f"there is no file {name} to read in the folder")
                return True
            try:
                text = text_of(path)
            except NoText as error:
                self._fault(token, f"{name} {error}")
                return True
            self.limits.take(text, files=0)
            source = _Source(path, text)
            self._put(token, list(iter(source.next, None)))
            return True
        if token.text in _PRINT_NOTHING:
            return True
        if token.text == r"\\":
            found.append(token)
            following = self._raw()
            if following and following.text == "[":
                self._back(following)
                given = self._option()
                if not _DIMENSION.fullmatch("".join(each.text for each in given or ())):
                    self._back(following, *(given or ()), following._replace(text="]"))
            elif following:
                self._back(following)
            return True
        return self._definition(token)

    def _display(self, start: _Token, closing: str, how: str) -> None:
        """Take a display, from the token that opens it on."""
        name = closing.rstrip("*")
        if name == "dmath":
            self._option()
        for _ in range(_ARGUMENTS.get(name, 0)):
            self._option()
            self._argument()
        body = self._collect(start, closing, "display")
        if body is None:
            return
        body, label = _without_label(body)
        if how in (_ALIGNED, _EQUALS_ALONE) and (0, "&") not in ((depth, each.text) for depth, each in _nested(body)):
            how = _ROWS
        if how == _BARE:
            texts = [body]
        elif how == _JOINED:
            texts = [[each for depth, each in _nested(body) if depth or each.text != r"\\"]]
        elif how == _ROWS:
            texts = [row for row in _rows(body) if any(each.text.strip() for each in row)] or [body]
        else:
            written = closing if name == "align" else "align"
            lines = _with_one_sign(body) if how == _EQUALS_ALONE else body
            begin, end = start._replace(text=rf"\begin{{{written}}}"), body[-1]._replace(text=rf"\end{{{written}}}")
            texts = [[begin, *lines, end]]
        words = "".join(self._environment().words)
        leading = frozenset() if self.around else frozenset(in_force(words)) if words.strip() else self.leading
        within = tuple(_KINDS.get(each.name, each.name) for each in self.around)
        for number, tokens in enumerate(texts):
            text, line, columns = _as_text(tokens or [start])
            label = None if number else label
            formula = DisplayedFormula(text if tokens else "", label, start.path, line, columns, within)
            self.displays.append((formula, tuple(self.around), leading))

    def _fault(self, token: _Token, reason: str) -> None:
        self.faults.append(Diagnostic(Status.UNREADABLE, token.path, token.line, token.column, reason))


def _file(name: str, ending: str, *folders: Path) -> Path | None:
    """Return the file of this name, with or without its ending, in the first of some folders that has it."""
    paths = (folder / each for folder in folders for each in (name, f"{name}{ending}"))
    return next(filter(is_file, paths), None)


def _may_display(token: _Token) -> bool:
    return token.text in (r"\[", "$", r"\begin", r"\BODY") or token.text[1:] in _DISPLAYS


def _is_known(name: str) -> bool:
    """Return whether a command means something without a definition."""
    try:
        list(scan(name, ()))
    except LatexError:
        return name in KNOWN_FUNCTIONS
    return True


def _without_label(tokens: list[_Token]) -> tuple[list[_Token], str | None]:
    """Return a formula without its labels, and the first of these."""
    labels: list[str] = []
    left: list[_Token] = []
    rest = iter(tokens)
    for token in rest:
        if token.text != r"\label":
            left.append(token)
            continue
        name = ""
        for each in rest:
            if each.text == "}":
                break
            name += "" if each.text == "{" else each.text
        labels.append(name.strip())
    return left, labels[0] if labels else None


def _nested(tokens: list[_Token]) -> Iterator[tuple[int, _Token]]:
    """Yield each token with the number of braces and environments that are open around it."""
    depth = 0
    for token in tokens:
        depth -= token.text == "}" or token.text.startswith(r"\end{")
        yield depth, token
        depth += token.text == "{" or token.text.startswith(r"\begin{")


def _rows(tokens: list[_Token]) -> list[list[_Token]]:
    """Return the lines of an aligned display."""
    rows: list[list[_Token]] = [[]]
    for depth, token in _nested(tokens):
        if depth == 0 and token.text == r"\\":
            rows.append([])
        else:
            rows[-1].append(token)
    return rows


def _with_one_sign(tokens: list[_Token]) -> list[_Token]:
    """Return lines of three columns, left side, relation and right side, without the second & of each."""
    found, signs = [], 0
    for depth, token in _nested(tokens):
        signs = 0 if token.text == r"\\" else signs + (depth == 0 and token.text == "&")
        if (depth, token.text, signs) != (0, "&", 2):
            found.append(token)
    return found


def _as_text(tokens: list[_Token]) -> tuple[str, int, tuple[int, ...]]:
    """Return tokens as text, with the line in which it begins and the columns in which its lines begin.

    Each token stands where the file has it, as far as that is possible: what was taken out leaves spaces.
    """
    first = tokens[0]
    lines, columns, line = [""], [first.column], first.line
    for token in tokens:
        while token.path == first.path and line < token.line:
            lines.append("")
            columns.append(1)
            line += 1
        if token.text == "\n":
            if token.path == first.path and token.line == line:
                lines.append("")
                columns.append(1)
                line += 1
            else:
                lines[-1] += " "
            continue
        if token.path == first.path and token.line == line:
            lines[-1] = lines[-1].ljust(token.column - columns[-1])
        if re.search(r"\\[A-Za-z]+$", lines[-1]) and token.text[0].isalpha():
            lines[-1] += " "
        lines[-1] += token.text
    return "\n".join(lines), first.line, tuple(columns)


def _blocks(path: Path, text: str) -> Iterator[NotationBlock]:
    """Yield the comments that declare letters, each with the line in which its declarations begin."""
    declared: list[str] | None = None
    start = 0
    for number, line in enumerate([*text.split("\n"), ""], 1):
        comment = re.match(r"\s*% ?(.*)$", line)
        if declared is not None and comment:
            declared.append(comment[1])
        elif declared is not None:
            yield NotationBlock("\n".join(declared), start, path)
            declared = None
        elif comment and comment[1].strip() == "notation:":
            declared, start = [], number + 1
