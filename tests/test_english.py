"""The sentences of the pages and docstrings avoid phrases that nobody would say aloud in English."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(path for path in (ROOT / "book").rglob("*.md") if "_build" not in path.parts)
MODULES = sorted((ROOT / "nncore").glob("*.py"))

NOUN = r"(?:the |an? |one |that )?[^\s.,;:]+(?: [^\s.,;:]+)?"  # one or two words

# What is not said: the pattern, and a sentence that has it.
PHRASES = {
    rf"\b(?:gradient|derivative)s?(?: of {NOUN})? by (?!hand\b|trying\b|following\b)":
        "The gradient of the squared error by the logits.",
    r"\bdifferentiat(?:e|es|ed|ing) by (?!hand\b|sympy\b|rules\b)": "A number is differentiated by each of its inputs.",
    r"\b(?:one|an?) (?!step\b|has\b)\w+ a (?:row|column|sample|unit|output|batch|layer|page|step)\b":
        "Inputs, one sample a row.",
    r"\bin the place of\b": "With $M$ in the place of $D$.",
    r"\bNeeded first\b": "Needed first: sums and deltas.",
    r"(?<![\w-])addends?\b": "Only one addend remains.",
    r"(?<!\*)\bbound ind(?:ex|ices)\b": "The bound index is renamed.",
    r"\bdeltas? ends?\b": "The delta ends the sum.",
    r"\bis left open\b": "What comes after the layer is left open.",
    r"\bto and fro\b": "Each entry is stepped to and fro.",
    r"\bbecame of\b": "What became of a formula.",
    r"\banew\b": "The page is made anew.",
    r"\bas (?:it|they) stands? in nncore\b": "The function, as it stands in nncore.",
    r"\bone and the same\b": "At one and the same rate.",
    r"\bsomebody\b": "Somebody forgets the sum.",
    r"\bthe (?:page|exercise|chapter) before\b": "The page before has the numbers.",
    r"\bbetween each two\b": "An activation between each two.",
    r"\bfactor \S+ too much\b": "A factor $1/n$ too much.",
}  # fmt: skip
RIGHT = [
    "Each sigmoid multiplies the gradient by its slope.",
    "The mean square of the gradient is multiplied by a factor.",
    "He's scale multiplies the mean square of the gradient by $M / D$.",
    "A gradient that was derived by hand.",
    "The gradient of the cost with respect to every weight, one row per sample.",
    "The sum is differentiated by sympy with respect to each input.",
    "A row of ones takes the place of $X^\\top$.",
    "Multiply each gradient by its parameter.",
    "A summation index, also called *bound index*, runs over the terms of {eq}`eq-one-addend`.",
    "One has a sample in each row, the other a column for each output.",
]
FREQUENT = {"stands": 10}  # what may be said now and then


def prose(text: str) -> str:
    """Return a page without its code, of figures the caption and the alternative text, with single spaces."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    code = r"^(`{3,})\{(?:code-cell|literalinclude)\}[^\n]*\n(---\n.*?\n---\n)?.*?^\1$"
    text = re.sub(code, lambda found: found[2] or "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"\s+", " ", text)


def faults(text: str) -> list[str]:
    """Return each phrase that is not said, with what is around it."""
    found = (match for phrase in PHRASES for match in re.finditer(phrase, text, re.IGNORECASE))
    return [
        text[max(0, match.start() - 40) : match.end() + 20]
        for match in found
        if not re.search(r"\b(?:multipl|divid)\w+ (?:[^\s.]+ ){0,6}$", text[: match.start()], re.IGNORECASE)
    ]


def too_frequent(texts: list[str]) -> dict[str, int]:
    """Return how often each word that is said too often is said."""
    counts = {word: sum(len(re.findall(rf"\b{word}\b", text, re.IGNORECASE)) for text in texts) for word in FREQUENT}
    return {word: count for word, count in counts.items() if count > FREQUENT[word]}


@pytest.mark.parametrize("path", PAGES + MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_sentence_has_a_phrase_that_nobody_would_say(path):
    text = path.read_text(encoding="utf-8")
    assert faults(prose(text) if path.suffix == ".md" else re.sub(r"\s+", " ", text)) == []


def test_no_word_is_said_too_often():
    assert len(PAGES) >= 30
    assert too_frequent([prose(page.read_text(encoding="utf-8")) for page in PAGES]) == {}


@pytest.mark.parametrize("phrase", PHRASES)
def test_every_phrase_is_found_also_across_lines(phrase):
    (found, *_) = faults(prose("Before it. " + PHRASES[phrase].replace(" ", "\n")))
    assert re.search(phrase, found, re.IGNORECASE)


@pytest.mark.parametrize("sentence", RIGHT)
def test_what_is_right_is_not_found(sentence):
    assert faults(prose(sentence)) == []


def test_captions_are_read_and_code_is_not():
    page = "---\na: b\n---\n\n```{code-cell} ipython3\n---\nalt: the gradient by Z\n---\naddend = 1\n```\n"
    assert [fault.split("alt: ")[1].split(" ---")[0] for fault in faults(prose(page))] == ["the gradient by Z"]


def test_a_word_that_is_said_too_often_is_noticed():
    assert too_frequent(["It stands here. "] * 10) == {}
    assert too_frequent(["It stands here. "] * 11) == {"stands": 11}
