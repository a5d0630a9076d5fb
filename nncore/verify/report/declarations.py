"""The declarations that a proposal consists of: what was inferred of a file, written as lines of a block."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nncore.verify.notation import ANY_COST, CONSTANTS, DELTA, FIXED_KINDS, INFINITY, ONES, Notation
from nncore.verify.report.undeclared import (
    has_property,
    marks_a_class,
)
from nncore.verify.spelling.declared import TARGETS
from nncore.verify.spelling.dots import DOTS
from nncore.verify.spelling.inference import CROSS_ENTROPIES, OPEN, STANDARD, Dim, Inference
from nncore.verify.spelling.letters import is_strict_letter
from nncore.verify.spelling.scene import Scene

DEFINITIONS = "definitions"  # the part of what stands below the block
_MEANINGS = {"x": "inputs", "y": "targets", "w": "weights", "b": "biases", "t": "targets"}
_MEANINGS_OF_SIZES = {
    "n": "number of samples", "m": "number of samples", "d": "number of inputs", "h": "number of hidden units",
    "k": "number of classes",
}  # fmt: skip
_SIZES = "D H M K N P Q R S U V A B C E F G J L T W X Y Z".split()
_LETTER = re.compile(r"(?:letter|name): '?(\\?[A-Za-z]+(?:\{[^}]*\})?)")
_SCRIPTED = re.compile(r"letter: '?(\\?[A-Za-z]+[_^])")  # letters with anything below or above
_NUMBERED = re.compile(r"(.+)_(\d)", re.DOTALL)  # a letter with a number, of which z_{2j} is an entry
_BOLD = re.compile(r"\\mathbf\{([A-Za-z])\}")
_OWN = re.compile(r".+_(?:[A-Za-z]|\{[A-Za-z][+-]\d+\})", re.DOTALL)  # letters that are declared to be read as ones
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


@dataclass(slots=True)
class Writer:
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
        shown = {
            array: name for name, array in printed
            if array not in inf.defined or array not in inf.rows or self._has_two_indices(name, array)
        }  # fmt: skip
        rows = [
            (name, array) for name, array in printed
            if name != array and self._is_given_by_entries(array) and self.written(name) not in self.scene.facts.equated
        ]  # fmt: skip
        shown |= {array: array for _, array in rows}
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
        formulas += [self._as_entry(name, array) for name, array in rows]
        formulas += [
            self._as_entry(name, shown[array]) for name, array in printed if self._is_bold_row(name, array, shown)
        ]
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
        return [*self._shadows(lines), *lines, *definitions], list(self._questions(lines))

    def _has_two_indices(self, name: str, array: str) -> bool:
        """Return whether entries of an array are printed by its own letter, with an index for its rows and columns."""
        return name == array and any(len(letters) == 2 for letters in self.inference.entries[name])

    def _is_given_by_entries(self, array: str) -> bool:
        """Return whether equations say what the entries of a matrix are, P_{nk} = ..., by its own letter."""
        printed = max(self.inference.entries.get(array, ()), key=len, default=())
        return len(printed) == 2 and self.written(array) in self.scene.facts.equated

    def _is_bold_row(self, name: str, array: str, shown: Mapping[str, str]) -> bool:
        r"""Return whether a letter is the bold one of that by which entries of a matrix are printed: beside x_{ij}."""
        other = shown.get(array, name)
        bold = _BOLD.sub(r"\1", self.written(name)) == self.written(other) != self.written(name)
        return bold and any(len(letters) == 2 for letters in self.inference.entries.get(other, ()))

    def _as_entry(self, name: str, array: str) -> str:
        """Return the definition of entries with a letter by those of their array with its own, p_{nk} := P_{nk}."""
        letters = max(self.inference.entries[array], key=len)
        return f"{_with_indices(self.written(name), letters)} := {_with_indices(self.written(array), letters)}"

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
        own = bool(_NUMBERED.fullmatch(written)) and written not in self.scene.facts.enclosed
        if shown and own and (entry or "") not in written:
            remark = remark or f"guessed: {shown} as its entries"
        printed = shown or (entry == name and "1" not in sizes)  # else with indices that fit no range
        if printed and (known := self._rows(written, entry or name, sizes)):
            by_columns = sizes[1] == "1" or self.scene.softmax_is_of_columns(sizes)
            more |= {"columns": "sum to 1"} if by_columns else {"rows": known}
        yield Line("arrays", self._declaration(name, meaning=_MEANINGS.get(role, "array"), **more), remark)

    def _is_called_array(self, name: str) -> bool:
        """Return whether words call a letter a vector or a matrix, so that it is no number."""
        letter = re.escape(self.written(name))
        others = r"(?:\$[^$]*\$\s*(?:,|and|or|,\s*and)\s*){0,3}"
        near = rf"\$\s*{letter}\s*\$\s*(?:,|and|or|,\s*and)?\s*{others}[^.$,]{{0,40}}\b(?:matrix|matrices|vectors?)\b"
        before = rf"\b(?:matrix|matrices|vectors?)\b[^.$]{{0,25}}{others}\$\s*{letter}\s*\$"
        return bool(re.search(f"{near}|{before}", self.text))

    def _rows(self, written: str, entry: str, sizes: tuple[str, str]) -> str:
        if any(self.inference.is_class(name) for name in {written.lower(), entry.lower()} - {written}):
            return ""  # which row is one-hot where is a question of the class numbers y_i beside Y
        letters: tuple[str, ...] = (written, self.written(entry))
        plain = re.compile(rf"\$\s*{re.escape(written)}(?:_\{{?[a-z]\}}?)?\s*(?:\$|\\in)")
        if (bold := rf"\mathbf{{{written}}}") not in map(self.written, self._arrays()) and not plain.search(self.text):
            letters = (*letters, bold)  # which is the vector itself, where nothing else is said of its entries
        if any(has_property(self.text, each, r"one[- ]hot") or marks_a_class(self.text, each) for each in letters):
            return "one-hot" if sizes[0] != "1" else "sum to 1"
        said = r"sums? to (?:1|one)\b|probability distribution|are probabilities"
        return "sum to 1" if any(has_property(self.text, each, said) for each in letters) else ""

    def _entry_text(self, entry: str, sizes: tuple[str, str]) -> str:
        if "_" in self.written(entry) and not _NUMBERED.fullmatch(self.written(entry)):
            return ""  # two subscripts; it has entries in parentheses, too
        wanted = [size for size in sizes if size != "1"]
        printed = self.inference.entries[entry]
        for letters in printed:
            if any(not any(self._index(each)) for each in letters):
                continue
            if [self.size(self.inference.ends[each]) for each in letters] == wanted:
                written = self.written(entry)
                enclosed = written in self.scene.facts.enclosed and _NUMBERED.fullmatch(written)
                return f"({written})_{{{''.join(letters)}}}" if enclosed else _with_indices(written, letters)
        if self.inference.array_of(entry) == entry:
            return ""  # its entries have its own letter, with any indices
        return next((_with_indices(self.written(entry), each) for each in printed if len(each) == len(wanted)), "")

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
        more = {_RELU: _RELU} if self.inference.takes_positive_parts else {}
        more |= {ANY_COST: ANY_COST} if ANY_COST in self.inference.entrywise else {}  # no cost there
        for name, code in (more | self.scene.table.functions).items():
            if {name, code} & FIXED_KINDS.keys() or code in self.inference.functions or code in self.inference.stated:
                continue
            word = code.removeprefix(r"\operatorname{").rstrip("}")
            known = next((each for each in (name, code) if each in self.notation.function_names), "")
            kind = self.notation.kind_of_function(known) if known else ""
            any_sigma = name == r"\sigma" and self.scene.words.sigma == "any"
            if (
                known
                and kind != "smooth"
                and not any_sigma
                and not (kind == "cost" and code in self.inference.entrywise)
            ):
                if formula := self._standard(name, word):
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
            formula = self._standard(name, word)
            own = name if is_strict_letter(name) else code
            if name in self.inference.used or name in self.inference.defined:
                continue  # a letter, which has arguments somewhere
            if (code in self.inference.unknown or any_sigma) and is_strict_letter(name):
                kind = "cost" if self.inference.unknown.get(code) else "smooth"
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

    def _standard(self, name: str, word: str) -> str:
        """Return the formula of a function that everybody knows; of σ only where no words say something else."""
        if name == r"\sigma" and self.scene.words.sigma:
            return ""
        return STANDARD.get(name) or STANDARD.get(word.lower()) or ""

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

    def _questions(self, lines: Sequence[Line]) -> Iterator[str]:
        declared = {line.letter for line in lines if line.part in ("arrays", "scalars")}
        for name in self.scene.facts.ends:
            if len(self.scene.facts.ends[name]) > 1:
                ends = " and ".join(sorted(self.scene.facts.ends[name]))
                yield f"question: sums over {name} end at {ends}; how far does it run where no sum says it?"
        for code in self.scene.table.functions.values():
            name = self.scene.table.as_written(code)
            if code in self.inference.unknown and code not in self.inference.made_of and name not in declared:
                yield f"question: what is {name}(…)? If it is given, define it with :="


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
