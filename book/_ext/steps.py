r"""The steps of a derivation, line by line: ``\begin{aligned} … & = … && \text{(why)} \end{aligned}``, taken apart.

KaTeX sets such a formula column by column, so that a reason can neither wrap nor leave its column; where the page is
narrow it is cut off. Here each line is a row of its own, with its reason as text.
"""

import re
from dataclasses import dataclass

BEGIN, END = r"\begin{aligned}", r"\end{aligned}"
TOKEN = re.compile(r"\\begin\{\w+\*?\}|\\end\{\w+\*?\}|\\\\(?:\[[^\]]*\])?|\\.|[{}&]|[^\\{}&]+", re.DOTALL)
TEXT = re.compile(r"\\text\{(.*)\}", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A line of a derivation: LaTeX of its left side, which may be empty, of the rest, and of the reason."""

    left: str
    right: str
    reason: str = ""
    is_condition: bool = False


def steps_of(tex: str) -> list[Step] | None:
    """Return the lines of a derivation, and as a last one the condition behind it; of another formula nothing."""
    body, ended, condition = tex.removeprefix(BEGIN).partition(END)
    condition = condition.strip().removeprefix(r"\quad")
    if not tex.startswith(BEGIN) or not ended or BEGIN in body or re.search(r"\\begin|\\end|\\\\|&", condition):
        return None
    rows = _rows(body)
    if rows is None or not all(len(row) == 2 or (len(row) == 4 and not row[2]) for row in rows):
        return None
    last = [Step("", condition.strip(), is_condition=True)] if condition else []
    return [*(Step(row[0], row[1], row[3] if len(row) == 4 else "") for row in rows), *last]


def _rows(body: str) -> list[list[str]] | None:
    r"""Return the cells of every row, by the ``\\`` and ``&`` that stand in no group; none if the groups do not end."""
    rows, depth = [[""]], 0
    for token in TOKEN.findall(body):
        depth += token == "{" or token.startswith(r"\begin{")
        depth -= token == "}" or token.startswith(r"\end{")
        if depth < 0:
            return None
        if depth == 0 and token.startswith(r"\\"):
            rows.append([""])
        elif depth == 0 and token == "&":
            rows[-1].append("")
        else:
            rows[-1][-1] += token
    if depth:
        return None
    stripped = [[cell.strip() for cell in row] for row in rows]
    return stripped if stripped[-1] != [""] else stripped[:-1]


def words_of(reason: str) -> list[tuple[str, bool]] | None:
    r"""Return the parts of ``\text{(words and $m$)}``, each with whether it is mathematics; none if it is not text."""
    found = TEXT.fullmatch(reason)
    # A brace within would be a command within the text, or the end of it and a second text.
    if not found or re.search(r"[{}\\]", re.sub(r"\$[^$]*\$", "", found[1])) or found[1].count("$") % 2:
        return None
    return [(part, bool(place % 2)) for place, part in enumerate(found[1].split("$")) if part]
