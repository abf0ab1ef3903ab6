"""Cuts KaTeX's fonts to the characters that the book has.

Blackboard and script letters say in their class which font they are of. Another glyph's place in KaTeX's HTML does not
tell that simply, so that every other font keeps what it has of all characters on all pages. That is wasteful by a few
kilobytes, and cannot lose one that is needed.
"""

import hashlib
import logging
import re
import shutil
from collections.abc import Iterable
from html import unescape
from importlib.metadata import version
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font
from sphinx.application import Sphinx

logging.getLogger("fontTools").setLevel(logging.WARNING)  # or each table of each font is a line of the build

FONTS = "_static/katex/fonts/*.woff2"
# Beginnings of fonts' names, and the classes of KaTeX's style sheet that alone ask for them.
OWN_CLASSES = {"KaTeX_AMS": ("amsrm", "mathbb", "textbb"), "KaTeX_Caligraphic": ("mathcal",)}


def cut_fonts(app: Sphinx, error: Exception | None) -> None:
    """Cut the fonts in the finished site; cut ones are kept for the next build."""
    if error or app.builder.format != "html":
        return
    site, cache = Path(app.outdir), Path(app.doctreedir) / "fonts"
    cache.mkdir(exist_ok=True)
    pages = [page.read_text(encoding="utf-8") for page in site.rglob("*.html")]
    everything = characters_of(pages)
    for font in site.glob(FONTS):
        own = letters_for(font.stem, pages)
        characters = everything if own is None else characters_of(own)
        recipe = font.read_bytes() + characters.encode() + version("fonttools").encode()
        kept = cache / f"{hashlib.sha256(recipe).hexdigest()[:16]}.woff2"
        if not kept.exists():
            cut(font, kept, characters)
        shutil.copyfile(kept, font)


def characters_of(texts: Iterable[str]) -> str:
    """Return the characters of some HTML, each once and in order."""
    return "".join(sorted(set().union(*map(unescape, texts))))


def letters_for(font: str, pages: Iterable[str]) -> list[str] | None:
    """Return what is set in a font that classes ask for, or None if classes don't tell."""
    own = next((classes for name, classes in OWN_CLASSES.items() if font.startswith(name)), None)
    if own is None:
        return None
    leaf = re.compile(rf'class="[^"]*\b(?:{"|".join(own)})\b[^"]*"[^>]*>([^<]+)')
    return [text for page in pages for text in leaf.findall(page)]


def cut(font: Path, to: Path, characters: str) -> None:
    """Write a font that has no other characters than these."""
    options = Options(flavor="woff2", layout_features=["*"], hinting=False)
    subsetter = Subsetter(options)
    subsetter.populate(text=characters)
    with load_font(str(font), options) as loaded:
        subsetter.subset(loaded)
        save_font(loaded, str(to), options)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run after katex_math has copied the fonts."""
    app.connect("build-finished", cut_fonts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
