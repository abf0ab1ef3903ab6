"""The built notebooks: whole, readable without Sphinx, and run from the installed wheel.

What is fresh: the virtual environment, in which `dlvc` is installed from a wheel that is built here; the folder in
which the notebook runs, which is empty; the home folder; and the environment variables. What is not: all other
packages. They are the book's own, seen through symbolic links, for PyTorch alone would take minutes and 5 GB. That
Colab's and Binder's packages serve as well is not proven here.
"""

import os
import re
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from jupyter_cache import get_cache
from myst_nb.core.read import myst_nb_reader_plugin
from nbformat import NotebookNode

from execute import cache_folder, chapters

ROOT = Path(__file__).parents[3]
CHAPTERS = sorted(chapters(ROOT))
TIMEOUT = 2400  # seconds for a chapter, on a machine that has other work too

# In prose: roles, directives, their fences and options, comments, macros and substitutions.
RAW = re.compile(
    r"\{[\w:-]+\}`|^\s*(`{3,}|~{3,}|:{3,})\s*\{|^:::|^\s*:[\w-]+:\s|\{\{|^\(\S+\)=$|^%\s|\\(softmax|LSE|KL|vec|R|E)\b",
    re.M,
)
CODE = re.compile(r"^(?P<fence>`{3,})[^\n]*\n.*?^(?P=fence)$|(?P<tick>`+)[^\n]+?(?P=tick)", re.DOTALL | re.MULTILINE)

RUN = """
import sys
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[2])
"""
PROBE = "import sys, dlvc; print(dlvc.__file__, *sys.path, sep='\\n')"


class Ran(NamedTuple):
    """A chapter's notebook with its outputs."""

    chapter: str
    notebook: NotebookNode


@cache
def read(site: Path, chapter: str) -> NotebookNode:
    return nbformat.read(site / "_notebooks" / f"{chapter}.ipynb", as_version=4)


def prose(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nothing_of_sphinx_is_left(site: Path, chapter: str) -> None:
    text = CODE.sub("`", prose(read(site, chapter)))  # a mark of what stood there, by which a role is known
    assert len(text) > 1000
    assert not [text[found.start() : found.start() + 60] for found in RAW.finditer(text)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_it_is_valid_and_has_no_outputs(site: Path, chapter: str) -> None:
    notebook = read(site, chapter)
    nbformat.validate(notebook)
    assert "jupytext" not in notebook.metadata
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert cell.source.strip()
        assert set(cell.metadata) <= {"jupyter", "cellView", "tags"}
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_links_within_it_lead_somewhere(site: Path, chapter: str) -> None:
    text = prose(read(site, chapter))
    anchors = re.findall(r'<a id="([^"]+)">', text)
    assert len(anchors) == len(set(anchors))
    targets = re.findall(r"\]\(([^)]*)\)", CODE.sub("", text))
    assert {target.removeprefix("#") for target in targets if target.startswith("#")} == set(anchors)
    assert all(target.startswith(("#", "https://", "http://", "data:")) for target in targets)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_it_has_every_cell_of_the_page(site: Path, chapter: str) -> None:
    """In order, and once: the code of solutions as text, all other as cells."""
    executed = nbformat.read(site.parent / "jupyter_execute" / f"{chapter}.ipynb", as_version=4)
    wanted = [cell.source.strip() for cell in executed.cells if cell.cell_type == "code"]
    notebook = read(site, chapter)
    whole = "\n".join(cell.source for cell in notebook.cells)
    after = 0
    for source in wanted:  # a short one may stand in the text before too
        place = whole.find(source, after)
        assert place != -1, source
        after = place + len(source)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of a fresh environment, in which dlvc is installed from the wheel."""
    folder = tmp_path_factory.mktemp("fresh")
    build = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT / "code", check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        # Not our own package, nor the files by which an editable one is found.
        if "dlvc" not in package.name and package.suffix != ".pth":
            (packages / package.name).symlink_to(package)
    made = environment / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(made),
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
        str(wheel),
    ]
    subprocess.run(pip, check=True, cwd=folder)
    return made


def fresh_variables(python: Path, home: Path) -> dict[str, str]:
    """What a reader's shell would hold, and one thread a chapter."""
    return {
        "PATH": f"{python.parent}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "HOME": str(home),
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
    }


def run(python: Path, source: Path, folder: Path) -> NotebookNode:
    """Run a notebook in a new folder, and return it with its outputs."""
    work, home = folder / "work", folder / "home"
    work.mkdir(parents=True)
    home.mkdir()
    notebook = nbformat.read(source, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE))
    given, done = folder / "given.ipynb", folder / "done.ipynb"
    nbformat.write(notebook, given)
    command = [str(python), "-P", "-c", RUN, str(given), str(done)]
    ended = subprocess.run(command, cwd=work, env=fresh_variables(python, home), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return nbformat.read(done, as_version=4)


@pytest.fixture(
    scope="module",
    params=[pytest.param(chapter, marks=pytest.mark.xdist_group(f"notebook {chapter}")) for chapter in CHAPTERS],
)
def ran(request: pytest.FixtureRequest, site: Path, python: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A chapter, run once for all tests."""
    notebook = site / "_notebooks" / f"{request.param}.ipynb"
    return Ran(request.param, run(python, notebook, tmp_path_factory.mktemp("run")))


def printed(cell: NotebookNode) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def glued(notebook: NotebookNode) -> dict[str, str]:
    """What the cells hand to the text, by name."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "scrapbook" in output.get("metadata", {}):
                found[output.metadata.scrapbook.name] = "".join(output.data.values())
    return found


@pytest.mark.slow
@pytest.mark.timeout(TIMEOUT)
def test_it_runs_from_the_wheel(ran: Ran, python: Path) -> None:
    install = next(cell for cell in ran.notebook.cells if cell.cell_type == "code")
    assert "%pip install" in install.source
    assert not install.outputs, "it was there, so nothing is installed"
    package, *path = printed(ran.notebook.cells[-1]).split("\n")[:-1]
    environment = python.parents[1]
    assert Path(package).is_relative_to(environment)
    assert not [entry for entry in path if Path(entry).is_relative_to(ROOT)]
    assert any(Path(entry) == Path(package).parents[1] for entry in path)


@pytest.mark.slow
@pytest.mark.timeout(TIMEOUT)
def test_its_numbers_are_those_of_the_page(ran: Ran) -> None:
    outputs = cache_folder(ROOT, "quick")
    if not outputs.is_dir():
        pytest.skip("the pages were made with another profile than quick, with which the notebooks run")
    book = get_cache(outputs)
    record = book.match_cache_notebook(myst_nb_reader_plugin(str(chapters(ROOT)[ran.chapter])))
    expected = glued(book.get_cache_bundle(record.pk).nb)
    here = glued(ran.notebook)
    assert here
    # What a solution measures stays on the page: the notebook only shows its code.
    assert here == {name: expected[name] for name in here}
