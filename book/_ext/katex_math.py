r"""Mathematics set by KaTeX while the book is built: HTML and MathML, no script and no other host in the page.

KaTeX runs inside the build process (mini-racer holds a JavaScript engine). Its strict mode is on, and what it cannot
read becomes a Sphinx warning with file and line, so that broken LaTeX fails a strict build.
"""

import html
import json
import re
from functools import cache
from pathlib import Path

from docutils import nodes
from lean_katex import lean
from py_mini_racer import MiniRacer
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from steps import steps_of, words_of

logger = logging.getLogger(__name__)

KATEX = Path(__file__).resolve().parents[1] / "_vendor" / "katex" / "katex.min.js"

# The engine returns [ok, html or message] as JSON, so that no JavaScript exception has to cross into Python.
RENDER = """
function render(tex, displayMode) {
  try {
    return JSON.stringify([true, katex.renderToString(tex,
      {displayMode, throwOnError: true, strict: "error", output: "htmlAndMathml"})]);
  } catch (error) {
    return JSON.stringify([false, error.message]);
  }
}
"""


class Engine:
    """One JavaScript engine a build, started at the first formula."""

    racer: MiniRacer | None = None

    @classmethod
    def start(cls) -> MiniRacer:
        if cls.racer is None:
            if not KATEX.is_file():
                raise ExtensionError(f"KaTeX is missing: {KATEX}")
            cls.racer = MiniRacer()
            cls.racer.eval(KATEX.read_text(encoding="utf-8"))
            cls.racer.eval(RENDER)
        return cls.racer

    @classmethod
    def stop(cls, *_) -> None:
        # An engine that is still open keeps the interpreter from exiting.
        if cls.racer is not None:
            cls.racer.close()
            cls.racer = None


@cache
def katex(tex: str, display: bool) -> tuple[bool, str]:
    """Render a formula: (True, HTML) or (False, what KaTeX says is wrong)."""
    given = with_whole_conditions(tex if display else with_whole_parentheses(tex))
    ok, answer = json.loads(Engine.start().call("render", given, display))
    return ok, lean(answer).replace(
        f'data-tex="{html.escape(given)}"', f'data-tex="{html.escape(tex)}"'
    ) if ok else answer


CONDITION = re.compile(r"(?<=\\quad)(?![A-Za-z])(?:(?!\\\\|\\quad|&|\\end\{).)+", re.DOTALL)
COMMA = re.compile(r",(?![^()]*\))")  # outside of parentheses


def with_whole_conditions(tex: str) -> str:
    r"""Return a formula whose conditions, behind a ``\quad``, are groups, between which alone a line can break."""
    return CONDITION.sub(lambda condition: whole(condition[0]), tex)


PARENTHESES = re.compile(r"(?<!\\left)(?<![Bb]ig)(?<![Bb]ig[lg])\(([^()]*)\)")
BREAKS = re.compile(r".[-+=<>]|\\(?:le|ge|ne|leq|geq|neq|odot|cdot|times)\b")


def with_whole_parentheses(tex: str) -> str:
    """Return a formula within a line whose parentheses, the innermost ones, are groups, in which no line breaks."""

    def group(found: re.Match[str]) -> str:
        inner = found[1]
        is_group = BREAKS.search(inner) and inner.count("{") == inner.count("}") and not re.search(r"&|\\\\", inner)
        return f"({{{inner}}})" if is_group else found[0]

    return PARENTHESES.sub(group, tex)


def whole(condition: str) -> str:
    """Return a condition as a group, several of them as one each; what is no whole group stays as it is."""
    if condition.count("{") != condition.count("}"):
        return condition
    return ",".join(
        re.sub(r"^((?: |\\[ ,;])*)(.*?)((?: [.,;])?\s*)$", r"\1{\2}\3", part, flags=re.DOTALL)
        for part in COMMA.split(condition)
    )


def location(node):
    """The nearest place in a source file: inline formulas do not know their own line."""
    while node is not None:
        if node.source and node.line:
            return f"{node.source}:{node.line}"
        node = node.parent
    return None


def render(node, tex: str, display: bool) -> str:
    ok, answer = katex(tex, display)
    if ok:
        return answer
    logger.warning("%s in the formula %r", answer, tex, location=location(node), type="katex")
    return f'<code class="math-error">{html.escape(tex)}</code>'


def formula(tex: str) -> str:
    """What a display hands to KaTeX: sympy's own output asks for display style, which a display has already."""
    return tex.strip().removeprefix(r"\displaystyle").strip()


def derivation(node, steps) -> str:
    """Return a derivation as HTML: a row for each step, with its reason as text."""
    rows = []
    for step in steps:
        left = render(node, rf"\displaystyle {step.left}", False) if step.left else ""
        right = render(node, rf"\displaystyle {{}}{whole(step.right) if step.is_condition else step.right}", False)
        why = f'<span class="step-why">{because(node, step.reason)}</span>' if step.reason else ""
        sides = f'<span class="step-left">{left}</span> <span class="step-right">{right}</span>'
        rows.append(f'<div class="step">{sides} {why}</div>')
    return f'<div class="math-box math-steps">{"".join(rows)}</div>'


def because(node, reason: str) -> str:
    """Return the reason of a step: its words as text, which can wrap, and the mathematics within them."""
    words = words_of(reason)
    if words is None:
        return render(node, reason, False)
    return "".join(render(node, part, False) if is_math else html.escape(part) for part, is_math in words)


def visit_inline(self, node):
    self.body.append(self.starttag(node, "span", "", CLASS="math"))
    self.body.append(render(node, node.astext().strip(), False) + "</span>")
    raise nodes.SkipNode


def visit_display(self, node):
    tex = formula(node.astext())
    if re.match(r"\\begin\{(align|gather|equation|alignat|CD)\}", tex):
        # KaTeX would count these lines by itself, past the numbers of the book.
        logger.warning(
            r"%s counts by itself: write $$ … $$ (label) around \begin{aligned}",
            tex.split("}")[0] + "}",
            location=location(node),
            type="katex",
        )
    self.body.append(self.starttag(node, "div", "", CLASS="math"))
    steps = steps_of(tex)
    box = derivation(node, steps) if steps else f'<div class="math-box">{render(node, tex, True)}</div>'
    self.body.append(box)
    if node.get("number"):
        number = f"({get_node_equation_number(self, node)})"
        self.body.append(f'<span class="eqno">{number}')
        self.add_permalink_ref(node, f"Link to {number}")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("katex", inline_renderers=(visit_inline, None), block_renderers=(visit_display, None))
    app.add_css_file("katex/katex.min.css")
    app.connect("build-finished", Engine.stop, priority=999)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
