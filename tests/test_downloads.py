"""A page that is downloaded says in its first cell how to get what the others import; kernels of the build know it."""

import os
import subprocess
import sys
from pathlib import Path

import downloads
import pytest
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from tests.fixture_book.build import copy_to, plant
from tests.pages_of_book import ROOT

PAGE = ROOT / "book" / "layers" / "relu.md"
IMPORTS = ("import ", "from ")
# What finds the packages of a folder that was installed with `pip install -e`, which may be of older sources.
WITHOUT_EDITABLE = "import sys; sys.meta_path[:] = [f for f in sys.meta_path if '__editable__' not in repr(f)]\n"


def cells(text: str) -> list[str]:
    notebook = read_myst_markdown_notebook(text, MdParserConfig())
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def run(code: str, folder: Path) -> subprocess.CompletedProcess:
    """Run code far from the sources, where nncore is installed and the figures are not."""
    if not (folder / "nncore").exists():
        (folder / "nncore").symlink_to(ROOT / "nncore")
    alone = {**{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, "MPLBACKEND": "agg"}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_EDITABLE + code], cwd=folder, env=alone, capture_output=True, text=True
    )


def test_the_first_cell_of_a_downloaded_page_finds_what_all_others_import(tmp_path):
    page = PAGE.read_text(encoding="utf-8")
    downloaded = downloads.with_way(page, "A Title", "")
    first, *others = cells(downloaded)
    assert others == cells(page) and "A Title." in first and "pip install -r requirements.txt" in first
    imports = [line for cell in others for line in cell.splitlines() if line.startswith(IMPORTS)]
    assert "from book.figures import activation as figures" in imports
    code = "\n".join([first.replace("folder/of/the/sources", str(ROOT)), *imports])
    done = run(code, tmp_path)
    assert done.returncode == 0, done.stderr
    lost = run("\n".join([first, *imports]), tmp_path)  # the folder is not yet named
    assert lost.returncode == 1 and "No module named 'book" in lost.stderr


def test_the_cell_is_put_in_once_with_the_address_of_the_sources_if_it_is_known():
    note, one, other = (
        "````{note}\n```{code}\n```\n````",
        "```{code-cell}\nimport nncore\n```",
        "```{code-cell}\n1\n```",
    )
    page = f"# Title\n\n{note}\n\n{one}\n\n{other}\n"
    once = downloads.with_way(page, "A Title", "https://example.org/book")
    assert downloads.with_way(once, "A Title", "https://example.org/book") == once
    assert once.count("sys.path.append") == 1 and "# A Title, https://example.org/book.\n" in once
    assert cells(once)[1:] == ["import nncore", "1"]
    assert downloads.with_way("# No cells\n", "A Title", "") == "# No cells\n"


@pytest.mark.parametrize("docname", ["layers/relu", "network/training"])
def test_what_the_built_book_offers_for_download_has_the_cell_and_its_page_has_not(docname, html):
    copied = html / "_sources" / "book" / f"{docname}.md"
    assert copied.read_text(encoding="utf-8").count("folder/of/the/sources") == 1
    assert "folder/of/the/sources" not in (html / "book" / f"{docname}.html").read_text(encoding="utf-8")


def test_the_start_up_file_lets_a_kernel_find_the_figures_last(tmp_path):
    startup = ROOT / "book" / "_ext" / "kernel_startup.py"
    program = (
        "import runpy, sys, types\n"
        "class Formatter:\n    def for_type_by_name(self, *given): pass\n"
        "display = types.SimpleNamespace(formatters={'image/svg+xml': Formatter()})\n"
        "shell = types.SimpleNamespace(display_formatter=display)\n"
        "sys.modules['IPython'] = types.SimpleNamespace(get_ipython=lambda: shell)\n"
        f"runpy.run_path({str(startup)!r})\n"
        "import book.figures.drawing\n"
        f"print(sys.path[-1] == {str(ROOT)!r}, book.__file__)"
    )
    done = run(program, tmp_path)
    assert done.stdout.split() == ["True", str(ROOT / "book" / "__init__.py")], done.stderr


@pytest.mark.parametrize("kernels", ["forked", "of Jupyter"])
def test_the_cells_of_a_build_find_the_figures_that_are_installed_nowhere(kernels, tmp_path):
    folder = copy_to(tmp_path / "book")
    plant(
        folder,
        "book/page.md",
        "{code-cell} ipython3\n",
        "{code-cell} ipython3\nimport book.figures.drawing as d\nprint(d.__file__)\n",
    )
    if kernels == "of Jupyter":
        plant(folder, "_config.yml", "    forked_kernels: book/_ext\n", "")
    (tmp_path / "installed").mkdir()
    (tmp_path / "installed" / "nncore").symlink_to(ROOT / "nncore")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "."]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    built = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    assert built.returncode == 0, built.stdout + built.stderr
    # The fixture has the extensions of the book, beside which its figures are.
    assert f"{ROOT}/book/figures/drawing.py" in (folder / "_build/html/book/page.html").read_text(encoding="utf-8")
