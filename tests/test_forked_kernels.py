"""A page runs in a kernel of its own that is forked from a warm process: alone, in its folder, and never for ever."""

import os
import time

import forked_kernels
import nbformat
import pytest
from jupyter_cache import get_cache


def notebook(*cells: str):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


@pytest.fixture(scope="module", autouse=True)
def preloaded():
    forked_kernels.forkserver.set_forkserver_preload([name for name in forked_kernels.PRELOADED if name != "__main__"])


@pytest.fixture
def run(tmp_path):
    """Runs some pages side by side; the outputs of each that are kept, as text, or nothing."""

    def outputs(*pages, timeout=60):
        runs = forked_kernels.Runs()
        for number, page in enumerate(pages):
            (tmp_path / str(number)).mkdir()
            path = tmp_path / str(number) / "page.md"
            runs.start(str(number), path, page, str(tmp_path / "cache" / str(number)), timeout)
        for number in range(len(pages)):
            runs.wait(str(number))
        return [kept(tmp_path / "cache" / str(number), page) for number, page in enumerate(pages)]

    def kept(folder, page):
        try:
            _, found = get_cache(folder).merge_match_into_notebook(page)
        except KeyError:
            return None
        cells = [cell for cell in found.cells if cell.cell_type == "code"]
        return [output.get("text", output.get("data", {}).get("text/plain")) for c in cells for output in c.outputs]

    return outputs


def test_a_page_sees_nothing_of_another_one_and_works_in_its_own_folder(run, tmp_path):
    leave = (
        "import numpy, os\nnumpy.left = 1\nos.environ['LEFT'] = '1'\nnumpy.random.seed(0)\nopen('file', 'w').close()"
    )
    look = "import numpy, os\nprint(hasattr(numpy, 'left'), 'LEFT' in os.environ, os.listdir())"
    wait = "import os, time\nwhile not os.path.exists('../2/file'):\n    time.sleep(0.1)"
    before, (*after,), _ = run(notebook(look), notebook(wait, look), notebook(leave))
    assert before == after == ["False False []\n"]
    assert os.path.exists(tmp_path / "2" / "file")


def test_kernels_are_copies_of_one_process_in_groups_of_their_own(run):
    code = "import os, sys\nprint(os.getppid(), os.getpgrp() == os.getpid(), 'sympy' in sys.modules, __name__)"
    (one,), (two,) = run(notebook(code), notebook(code))
    assert one == two
    assert one.split()[1:] == ["True", "True", "__main__"] and int(one.split()[0]) not in (1, os.getpid())


def test_pages_run_side_by_side(run):
    """Each of the two waits until the other one has begun."""
    code = (
        "import os, time\nopen('begun', 'w').close()\n"
        "while not (os.path.exists('../0/begun') and os.path.exists('../1/begun')):\n    time.sleep(0.1)\n"
        "print('both')"
    )
    assert run(notebook(code), notebook(code)) == [["both\n"], ["both\n"]]


def test_what_a_cell_prints_in_pieces_is_kept_as_one_text(run):
    code = "import time\nprint('relu_vjp', end='', flush=True)\ntime.sleep(0.5)\nprint(' fails')"
    assert run(notebook(code)) == [["relu_vjp fails\n"]]


@pytest.mark.parametrize(
    "cell",
    [
        "1 / 0",
        "while True:\n    pass",
        "import os\nos._exit(3)",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    ],
    ids=["fails", "is endless", "ends its kernel", "kills its kernel"],
)
def test_a_page_that_does_not_come_to_its_end_is_not_kept_and_holds_up_no_other(run, cell):
    begin = time.monotonic()
    bad, good = run(notebook("print('begun')", cell), notebook("print('good')"), timeout=5)
    assert bad is None and good == ["good\n"]
    assert time.monotonic() - begin < 60  # the limit of a test
    end = time.monotonic() + 60
    while forked_kernels.multiprocessing.active_children() and time.monotonic() < end:
        time.sleep(0.1)
    assert not forked_kernels.multiprocessing.active_children()


def test_a_kernel_that_does_not_start_leaves_its_page_to_jupyter(run, monkeypatch):
    monkeypatch.setattr(forked_kernels, "be_kernel", print)  # a process that ends at once
    assert run(notebook("1 + 1")) == [None]


def test_where_no_process_can_be_forked_nothing_is_started(monkeypatch):
    """The pages then run as they are read, as myst-nb does it."""

    class App:
        def connect(self, *_, **__):
            raise AssertionError("nothing is to be done in this build")

    monkeypatch.setattr(forked_kernels, "CAN_FORK", False)
    forked_kernels.setup(App())
