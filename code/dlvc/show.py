"""`show`: the real source of a function or class, with links to its file, its equations and their tests."""

import ast
import html
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
REPOSITORY = "https://github.com/dl-visual-computing/book"


def show(obj: Callable[..., Any] | type) -> "Source":
    """Show the source of a function or class of dlvc.

    Args:
        obj: a function or class that is defined in dlvc.

    Returns:
        An object that is highlighted HTML in a notebook and plain text in a terminal.

    Raises:
        TypeError: if ``obj`` is not a function or class of dlvc.
    """
    bare = inspect.unwrap(obj)
    if not str(getattr(bare, "__module__", "")).startswith("dlvc"):
        raise TypeError(f"show takes a function or class of dlvc; got {obj!r}")
    lines, first = inspect.getsourcelines(bare)
    path = Path(inspect.getfile(bare)).relative_to(PACKAGE.parent)
    found = re.search(r"^\s*Equation: (.+)$", bare.__doc__ or "", re.MULTILINE)
    return Source(
        name=f"{bare.__module__}.{bare.__qualname__}",
        text="".join(lines),
        path=path.as_posix(),
        first=first,
        last=first + len(lines) - 1,
        equations=tuple(found[1].split(", ")) if found else (),
    )


@dataclass(frozen=True)
class Source:
    """A piece of the package's source and where it stands."""

    name: str
    text: str
    path: str
    first: int
    last: int
    equations: tuple[str, ...]

    def __str__(self) -> str:
        """Return the source under a line that says where it stands."""
        return f"# {self.path}, lines {self.first} to {self.last}\n{self.text}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer

        code = highlight(self.text, PythonLexer(), HtmlFormatter(cssclass="highlight"))
        where = f"{REPOSITORY}/blob/main/code/{self.path}#L{self.first}-L{self.last}"
        links = [f'<a href="{where}">{html.escape(self.path)}, lines {self.first}–{self.last}</a>']
        tests = _equation_tests()
        for label in self.equations:
            # Marked for the book's extension, which knows on which page the equation stands.
            links.append(f'equation <a class="dlvc-equation" href="#equation-{label}">{html.escape(label)}</a>')
            if label in tests:
                file, line = tests[label]
                links.append(f'<a href="{REPOSITORY}/blob/main/code/{file}#L{line}">its test</a>')
        return f'<div class="dlvc-source"><p>{" · ".join(links)}</p>{code}</div>'


@cache
def _equation_tests() -> dict[str, tuple[str, int]]:
    """Return file and line of each equation's test; nothing where the package came without its tests."""
    found = {}
    for path in sorted((PACKAGE.parent / "tests" / "equations").glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.equation":
                    label = ast.literal_eval(mark.args[0])
                    found[label] = (path.relative_to(PACKAGE.parent).as_posix(), node.lineno)
    return found
