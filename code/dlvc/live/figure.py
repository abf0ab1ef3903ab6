"""The base of all live figures: one JavaScript module, its state, and a picture for where no script runs."""

import base64
import io
import json
import re
from html import escape
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import anywidget
from matplotlib.figure import Figure

from dlvc.figures.theme import style, to_svg

FOLDER = Path(__file__).parent
_SAFE = " =:/;,.()-"  # needs no escape within a quoted data URL


def bundle(module: str) -> str:
    """Return the source of a figure's module with its own imports written into it.

    Jupyter runs a module from memory, where a relative import leads nowhere.

    Args:
        module: name of a file in this folder, without ``.js``.
    """
    written: set[str] = set()  # what two modules import is written once

    def source(name: str) -> str:
        text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
        return re.sub(r'^import .* from "\./(\w+)\.js";$', imported, text, flags=re.MULTILINE)

    def imported(line: re.Match[str]) -> str:
        if line[1] in written:
            return ""
        written.add(line[1])
        return re.sub(r"^export ", "", source(line[1]), flags=re.MULTILINE)

    return source(module)


def check_range(low: float | int, high: float | int, **arguments: float | int) -> None:
    """Refuse numbers that the controls of a figure can't show.

    Args:
        low: the least that can be shown.
        high: the largest.
        arguments: name to number.

    Raises:
        ValueError: if a number lies outside.
    """
    for name, number in arguments.items():
        if not low <= number <= high:
            raise ValueError(f"{name} is {number}; wanted {low:g} to {high:g}")


class LiveFigure(anywidget.AnyWidget):
    """A figure that answers: a widget in Jupyter, a custom element on the page, a picture without JavaScript.

    A subclass names its ``module`` (a file ``<module>.js`` beside this one, in anywidget's format),
    declares its state as synced traits, and draws its first state in `picture`.

    Args:
        alt: what is to be seen, for those who don't see it.
        state: values of the traits.

    Raises:
        ValueError: if ``alt`` is empty.
    """

    module: ClassVar[str]
    _css = FOLDER / "live.css"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # traitlets derives a class for each instance; those have no `module` of their own.
        if "module" in cls.__dict__:
            cls._esm = bundle(cls.module)
        super().__init_subclass__(**kwargs)

    def __init__(self, *, alt: str, **state: Any) -> None:
        if not alt.strip():
            raise ValueError("alt is empty; it must say what is to be seen in the figure")
        self.alt = alt
        super().__init__(**state)

    def picture(self) -> Figure:
        """Draw the first state, within the book's `style`."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Return the traits that the figure itself declares: all that its module may ask for."""
        own = set(self.trait_names(sync=True)) - set(anywidget.AnyWidget.class_trait_names())
        return {name: getattr(self, name) for name in sorted(own) if not name.startswith("_")}

    def files(self) -> dict[str, bytes]:
        """Return by name the larger files that the module asks for when it first needs them."""
        return {}

    def room(self) -> tuple[str, str]:
        """Return the CSS heights of the started figure on a page, in a wide column and in one below ``34rem``.

        A page keeps this room for it from the beginning, so that nothing moves when it starts. A unit ``cqi`` is a
        hundredth of the column's width. Without room of its own a figure has that of its picture.
        """
        return "0px", "0px"

    def html(self) -> str:
        """Return the custom element for the page: the state, and the picture that stands until it starts.

        The figure's files are in it as data URLs, so that they stay with the output wherever that is stored;
        the page build moves them to files.
        """
        svg = to_svg(self.picture())
        svg = svg[svg.index("<svg") :]  # without the XML declaration
        # The sizes come in points; a page reserves the picture's room by pixels.
        points = re.findall(r'(?:width|height)="([\d.]+)pt"', svg)
        width, height = (round(float(size) * 4 / 3) for size in points)
        # "<" would end the script element in "</script>".
        state = json.dumps(self.state(), allow_nan=False).replace("<", "\\u003c")
        files = "".join(
            f'<dlvc-file name="{name}" src="data:application/octet-stream;base64,{base64.b64encode(content).decode()}">'
            "</dlvc-file>"
            for name, content in self.files().items()
        )
        wide, narrow = self.room()
        return (
            f'<dlvc-live module="{self.module}" style="--wide:{wide};--narrow:{narrow}">'
            f'<script type="application/json">{state}</script>'
            f'<img src="data:image/svg+xml,{quote(svg, safe=_SAFE)}" alt="{escape(self.alt)}" '
            f'width="{width}" height="{height}">{files}</dlvc-live>'
        )

    def png(self) -> bytes:
        """Return the picture for print."""
        file = io.BytesIO()
        with style():
            self.picture().savefig(file, dpi=200, bbox_inches="tight", metadata={"Software": None})
        return file.getvalue()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.alt!r})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {
            **data,
            "text/plain": repr(self),
            "text/html": self.html(),
            "image/png": base64.b64encode(self.png()).decode(),
        }, metadata
