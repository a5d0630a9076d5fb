"""What the tests of meanings and of judges share: the notation of the book, its pages, and its first formulas."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from nncore.verify.notation import load
from nncore.verify.numeric import Budget, Finding, NumericResult, judge
from nncore.verify.report.book import NOTATION as LETTERS
from nncore.verify.report.evidence import PageReport
from nncore.verify.semantics.elaborate import meaning
from nncore.verify.semantics.statements import Claim, Convention, Page
from nncore.verify.semantics.symbols import Binding

ROOT = Path(__file__).resolve().parents[2]
NOTATION = load(LETTERS)
AGREES, REFUTED, UNDECIDED = Finding.AGREES, Finding.REFUTED, Finding.UNDECIDED

DENSE = r"z_{im} := \sum_{j=1}^{D} x_{ij} w_{jm} + b_m"
SIGMOID = r"\sigma(z) := \frac{1}{1 + e^{-z}}"
RELU = r"\operatorname{ReLU}(z) := \max(z, 0)"
AGREED = "```{prf:convention} At 0\n\n$$ \\operatorname{ReLU}'(0) := 0 $$\n```\n"
SOFTMAX = r"p_{im} := \frac{e^{z_{im}}}{\sum_{l=1}^{M} e^{z_{il}}}"
JACOBIAN = r"\frac{\partial p_{ik}}{\partial z_{im}} = p_{ik} (\delta_{km} - p_{im})"
LOSS = r"L_i := \ln \left( \sum_{l=1}^{M} e^{z_{il}} \right) - \sum_{m=1}^{M} y_{im} z_{im}"
ONE_HOT = r"y_{im} := \delta_{m c_i}"


def page(name: str) -> Path:
    """A page of the book: ``page("layers/relu.md")``."""
    return ROOT / "book" / name


def write(path: Path, *parts: str) -> Path:
    """A page with these parts: a formula is displayed, what has several lines stands as it is."""
    shown = (part if "\n" in part else f"$$ {part} $$\n" for part in parts)
    path.write_text("\n".join(shown), encoding="utf-8")
    return path


def say(folder: Path, *parts: str) -> Page:
    """The meaning of a page with these parts."""
    return meaning(write(folder / "page.md", *parts), NOTATION)


def claims_of(folder: Path, *parts: str) -> list[Claim | Convention]:
    """The claims and conventions of such a page, all of which has a meaning."""
    said = say(folder, *parts)
    assert not said.faults, "\n".join(map(str, said.faults))
    return [item for item in said.items if isinstance(item, Claim | Convention)]


def last_verdict(folder: Path, *parts: str) -> NumericResult:
    """What the numbers say of the last claim of such a page."""
    return judge(claims_of(folder, *parts)[-1])


def claim_of(*parts: str) -> Claim | Convention:
    """The last claim of such a page."""
    with TemporaryDirectory() as folder:
        return claims_of(Path(folder), *parts)[-1]


def with_slip(
    folder: Path, name: str, label: str, printed: str, slip: str, functions: Mapping[str, Binding] | None = None
) -> tuple[bool, list[Claim | Convention]]:
    """Whether a formula of a page of the book has no meaning with a slip in it, and else what it claims."""
    text = page(name).read_text(encoding="utf-8")
    end = text.index(f"({label})")
    start = text.rindex("$$", 0, text.rindex("$$", 0, end))
    formula = text[start:end]
    assert printed in formula
    path = folder / "page.md"
    path.write_text(text[:start] + formula.replace(printed, slip) + text[end:], encoding="utf-8")
    said = meaning(path, NOTATION, functions or {})
    first, last = text[:start].count("\n") + 1, text[:end].count("\n") + 1
    rejected = any(first <= fault.line <= last for fault in said.faults)
    return rejected, [item for item in said.items if isinstance(item, Claim) and item.formula.label == label]


def patient() -> Budget:
    """A budget with the usual steps, and time for them on a busy machine: for tests of what is true, not when."""
    return Budget(seconds=120)


def block(text: str) -> str:
    """Letters of a page."""
    return f"```{{notation}}\n{text}\n```\n"


def assumption(*formulas: str, label: str = "asm-a") -> str:
    """An assumption of these formulas."""
    shown = "\n".join(f"$$ {formula} $$\n" for formula in formulas)
    return f"```{{prf:assumption}} Title\n:label: {label}\n\n{shown}```\n"


def under(formula: str, *labels: str) -> str:
    """A formula that rests on assumptions."""
    return f"{by(*labels)}\n$$ {formula} $$\n"


def by(*labels: str) -> str:
    """Words that put assumptions in force for the formula that follows."""
    return f"By {' and '.join(f'{{prf:ref}}`{label}`' for label in labels or ('asm-a',))}:\n"


def assuming(formula: str) -> str:
    """An assumption that is in force for the formula that follows."""
    return f"{assumption(formula)}\n{by()}"


def apart(text: str, slips: Iterable[tuple[str, str]]) -> list[dict[int, tuple[str, str]]]:
    """Return slips in few groups, of which each has one in a display: by its number, what is put for what."""
    groups: list[dict[int, tuple[str, str]]] = []
    for right, wrong in slips:
        assert text.count(right) == 1, right
        at = (text[: text.index(right)].count("$$") - 1) // 2
        group = next((each for each in groups if at not in each), None)
        if group is None:
            groups.append(group := {})
        group[at] = right, wrong
    return groups


def told(page: PageReport) -> list[tuple[str, object, list[str]]]:
    """What became of each formula of a report, and why: for the message of a test that fails."""
    return [(each.latex, each.status, [problem.reason for problem in each.problems]) for each in page.formulas]


def right_but_for_slips(
    judged: Callable[[str], PageReport], text: str, slips: Mapping[str, str], right: Iterable[object]
) -> None:
    """Ask that every formula of a text has one of some statuses, and that with each slip one of them has another."""
    statuses = tuple(right)
    page = judged(text)
    assert all(each.status in statuses for each in page.formulas), told(page)
    for part, wrong in slips.items():
        assert text.count(part) == 1, part
        slip = judged(text.replace(part, wrong))
        assert any(each.status not in statuses for each in slip.formulas), told(slip)
