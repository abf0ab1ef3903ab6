"""Figures: each says in words what is to be seen; in a chapter it has a caption and a name too."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from lints.cells import tree
from lints.markdown import Directive, Finding, Page

SHORTEST_ALT = 15
FILE = re.compile(r"[\w./-]+\.(?:png|jpe?g|svg|gif|webp|pdf)", re.IGNORECASE)
FILLER = re.compile(r"(?:an?\s+|the\s+)?(?:image|picture|photo|figure|plot|graphic)\s+of\b", re.IGNORECASE)
SHOWS_NOTHING = {"remove-cell", "remove-output"}


def check(page: Page) -> Iterator[Finding]:
    """Check the figures of a page."""
    imported = _imported_figures(page)
    for cell in page.cells:
        if _makes_figure(cell, imported):
            yield from _alt(page, cell.line, cell.image.get("alt") or _alt_argument(cell))
            if page.is_chapter and not (cell.figure.get("caption") and cell.figure.get("name")):
                yield Finding(page.path, cell.line, "figure without caption and name (mystnb: figure: of the cell)")
    for directive in page.named("figure", "image", "glue:figure"):
        source = "" if directive.name == "glue:figure" else directive.argument
        yield from _alt(page, directive.line, directive.options.get("alt"), source)
        complete = directive.body.strip() and directive.options.get("name")
        if page.is_chapter and directive.name != "image" and not complete:
            yield Finding(page.path, directive.line, "figure without caption and name")
    for text in page.texts:
        for line, token in text.inline("image"):
            yield from _alt(page, line, token.content, str(token.attrs.get("src", "")))


def _alt(page: Page, line: int, alt: object, source: str = "") -> Iterator[Finding]:
    """Judge an alternative text by what can be judged without seeing the figure."""
    words = " ".join(str(alt or "").split())
    if not words:
        came = "without alternative text"
    elif FILE.fullmatch(words) or words == PurePosixPath(source).stem:
        came = f"whose alternative text is the file name {words!r}"
    elif FILLER.match(words):
        came = f"whose alternative text begins with {words[:20]!r}"
    elif len(words) < SHORTEST_ALT:
        came = f"whose alternative text is only {words!r}"
    else:
        return
    yield Finding(page.path, line, f"figure {came}; say what is to be seen")


def _alt_argument(cell: Directive) -> str:
    """Return what the cell's last call is given as ``alt=…``: live figures take it there."""
    call = _last_call(cell)
    for keyword in call.keywords if call else ():
        if keyword.arg == "alt" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return ""


def _makes_figure(cell: Directive, imported: set[str]) -> bool:
    tags = cell.options.get("tags")
    if isinstance(tags, list) and SHOWS_NOTHING & set(tags):
        return False
    if cell.figure or cell.image:
        return True
    call = _last_call(cell)
    if call is None:
        return False
    name = ast.unparse(call.func)
    return name.startswith(("figures.", "dlvc.figures.")) or name in imported or name == "plt.show"


def _last_call(cell: Directive) -> ast.Call | None:
    """Return the call whose value the cell shows, if it ends in one."""
    body = tree(cell).body
    last = body[-1] if body else None
    return last.value if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else None


def _imported_figures(page: Page) -> set[str]:
    """Return the names that cells import from `dlvc.figures`."""
    return {
        name.asname or name.name
        for cell in page.cells
        for node in ast.walk(tree(cell))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dlvc.figures")
        for name in node.names
    }
