"""Each chapter as a notebook without outputs, written into the site when its page is.

A key of the chapter's front matter says what the notebook needs beyond the usual::

    notebook:
      gpu: true           # Colab offers a GPU; only where the full profile profits
      extras: [fastai]    # of dlvc, to be installed

Cells that the page hides come folded, for they hold the assertions behind the text. The code of solutions is text,
folded too: nothing after an exercise may need it.
"""

from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from launch import FOLDER, is_chapter
from myst_nb.core.read import myst_nb_reader_plugin
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from notebook_markdown import Code, UnknownNodeError, Writer
from repository import page_address, revision
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

HIDDEN = {"remove-cell", "remove-input", "hide-cell", "hide-input"}
CHECKS = "#@title Checks: assertions of what the text claims, and the numbers that it quotes"
INSTALL = """\
# Installs the book's package in the version of this notebook, unless it is there. PyTorch stays as it is.
from importlib.metadata import distributions

if "{version}" not in [found.version for found in distributions(name="dlvc")]:
    %pip install -q "{package}"
"""
logger = logging.getLogger(__name__)


def notebook(app: Sphinx, page: str, doctree: nodes.document) -> NotebookNode:
    """Return a chapter as a notebook.

    Args:
        app: the book.
        page: name of the chapter's page.
        doctree: the page, with all references resolved.

    Raises:
        UnknownNodeError: if the page has something that a notebook can't show yet.
    """
    chapter = myst_nb_reader_plugin(app.env.doc2path(page))
    asked = chapter.metadata.get("notebook", {})
    writer = Writer(app.builder, page, page_address(app.config, page), doctree)
    title, *parts = (part for part in writer.parts(doctree) if part != "")
    cells = [
        new_markdown_cell(f"{title}\n\n{opening(app, page, doctree)}"),
        new_code_cell(INSTALL.format(version=app.config.book_version, package=package(app.config, asked)).strip()),
    ]
    for part in parts:
        if isinstance(part, Code):
            cells += [code(chapter.cells[index]) for index in missed(chapter, writer.used, part)]
            cells.append(code(chapter.cells[part]))
        elif part.startswith("#") or cells[-1].cell_type == "code":
            cells.append(new_markdown_cell(part))
        else:
            cells[-1].source += f"\n\n{part}"
    cells += [code(chapter.cells[index]) for index in missed(chapter, writer.used, len(chapter.cells))]
    if writer.cited:
        cells.append(new_markdown_cell(writer.references()))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # nbformat's are random, and would differ from build to build
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        **({"accelerator": "GPU", "colab": {"gpuType": "T4"}} if asked.get("gpu") else {}),
    }
    return new_notebook(cells=cells, metadata=metadata)


def missed(chapter: NotebookNode, used: set[int], before: int) -> list[int]:
    """Return, and note as used, the code cells before one that are nowhere on the page: those it leaves out."""
    found = [i for i in range(before) if chapter.cells[i].cell_type == "code" and i not in used]
    used.update(found)
    return found


def code(cell: NotebookNode) -> NotebookNode:
    """Return a cell without what only the book's pages understand."""
    tags = cell.metadata.get("tags", [])
    metadata: dict[str, Any] = {"tags": ["raises-exception"]} if "raises-exception" in tags else {}
    source = cell.source
    if HIDDEN & set(tags):
        metadata |= {"jupyter": {"source_hidden": True}, "cellView": "form"}
        if not source.startswith("%"):
            source = f"{CHECKS}\n{source}"
    return new_code_cell(source, metadata=metadata)


def package(config: Config, asked: dict[str, Any]) -> str:
    """Return what pip is asked for: the package, from the book's repository, as it was when the page was built."""
    extras = ",".join(["onnx", *asked.get("extras", [])])
    return f"dlvc[{extras}] @ git+{config.repository_url}@{revision(config)}#subdirectory=code"


def opening(app: Sphinx, page: str, doctree: nodes.document) -> str:
    """Return what stands below the title: where this comes from, and how to read it."""
    config = app.config
    card = next(doctree.findall(lambda node: isinstance(node, nodes.container) and "chapter-card" in node["classes"]))
    facts = {
        item.children[0].astext(): Writer(app.builder, page, page_address(config, page), doctree).blocks(
            item.children[1].children
        )
        for item in card.findall(nodes.definition_list_item)
    }
    known = [f"{term}: {facts[term]}" for term in ("Know before", "Data") if term in facts]
    about = (
        f"This is a chapter of [{config.html_title}]({config.html_baseurl}), version {config.book_version}, "
        f"as a notebook. [Its page]({page_address(config, page)}) shows the same with all results, and figures and "
        "quizzes that answer. The text is under CC BY 4.0, the code under BSD-3-Clause."
    )
    run = f"{facts.get('Last executed')}, profile {facts.get('Profile')}" if "Profile" in facts else "an earlier run"
    reading = (
        f"What stands *in italics* among the numbers of the text was measured when the book was built ({run}); "
        "what you measure may differ in the last digits. Folded cells named *Checks* assert what the text claims. "
        "Run the cells in order, beginning with the next one."
    )
    return "\n\n".join([about, *known, reading])


def write_notebook(
    app: Sphinx, page: str, _template: str, _context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the notebook of a chapter whose page is being written."""
    if doctree is None or app.builder.name != "html" or not is_chapter(app.env, page):
        return
    try:
        made = notebook(app, page, doctree)
    except UnknownNodeError as error:
        logger.warning("%s", error, location=error.node, type="notebooks")
        return
    path = Path(app.outdir) / FOLDER / f"{page}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, path)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.setup_extension("launch")
    app.connect("html-page-context", write_notebook)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
