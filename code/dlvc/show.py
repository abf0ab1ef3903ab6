"""`show`: the real source of a function or class, with links to its file and its equations."""

import html
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
# As in _config.yml, which a wheel does not contain.
REPOSITORY = "https://github.com/dl-visual-computing/book"
BOOK = "https://dl-visual-computing.github.io/book/"


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

        marked = highlight(self.text, PythonLexer(), HtmlFormatter(nowrap=True)).splitlines()
        # Each line knows its indentation, so that the book can break a long one without losing the order of blocks.
        lines = "".join(
            f'<span class="dlvc-line" style="--indent: {len(plain) - len(plain.lstrip())}ch">{line}\n</span>'
            for line, plain in zip(marked, self.text.splitlines(), strict=True)
        )
        code = f'<div class="highlight"><pre>{lines}</pre></div>'
        place = f"{self.path}#L{self.first}-L{self.last}"
        # Outside the book these links lead to the published one; inside, its extension takes the marked ones and
        # leads to the commit that was built, to the equation's page, and to its test.
        where = f'data-dlvc-code="{place}" href="{REPOSITORY}/blob/main/code/{place}"'
        links = [f"<a {where}>{html.escape(self.path)}, lines {self.first}–{self.last}</a>"]
        for label in map(html.escape, self.equations):
            links.append(f'equation <a data-dlvc-equation="{label}" href="{BOOK}equations.html#{label}">{label}</a>')
        return f'<div class="dlvc-source"><p>{" · ".join(links)}</p>{code}</div>'
