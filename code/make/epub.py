"""Bind the built book as an ePub 3, ``_build/release/dlvc-book-<version>.epub``: MathML, SVG figures, no scripts."""

import mimetypes
import re
import textwrap
import unicodedata
import uuid
from html import escape
from io import BytesIO
from pathlib import Path

import numpy as np
from bs4 import Tag
from matplotlib.figure import Figure

from archive import write_zip
from forms.manuscript import FORMS, Book, Leaf, element, read

MIMETYPE = "application/epub+zip"
CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en-GB">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">{identifier}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:creator>{author}</dc:creator>
<dc:language>en-GB</dc:language>
<dc:rights>{licence}</dc:rights>
<dc:description>{words}</dc:description>
<dc:source>{address}</dc:source>
<dc:date>{executed}</dc:date>
<meta property="dcterms:modified">{executed}T00:00:00Z</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">MathML</meta>
<meta property="schema:accessibilityFeature">structuralNavigation</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta name="cover" content="cover-image"/>
</metadata>
<manifest>
{manifest}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
XHTML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en-GB" xml:lang="en-GB">
<head><meta charset="utf-8"/><title>{title}</title><link rel="stylesheet" href="style.css"/></head>
<body id="{id}">
{body}
</body>
</html>
"""
# Matplotlib names a document type on the web, and the same picture twice by the same id, which nothing refers to.
UNFIT = re.compile(r'<!DOCTYPE svg [^>]*>| id="image[0-9a-f]+"')
LONG = 28  # characters of a formula that a phone's line holds
RELATIONS, SIGNS = frozenset("=≤≥"), frozenset("+−")
OPENING, CLOSING = frozenset("([{⟨"), frozenset(")]}⟩")
SCRIPTS = ("msub", "msup", "msubsup")  # a closing bracket may have one
# What `dlvc.figures.theme.to_svg` writes into a figure: its colours on a light and on a dark page.
COLOURS = re.compile(r"<style>:root\{([^}]*)\}@media \(prefers-color-scheme:dark\)\{:root\{[^}]*\}\}</style>")
# Browsers know `mathvariant` no more. Of what KaTeX writes, bold is left to the style sheet: more fonts have that.
ALPHABETS = {"double-struck": "DOUBLE-STRUCK", "script": "SCRIPT", "fraktur": "FRAKTUR"}
ANNOTATION = re.compile(r"<annotation [^>]*>.*?</annotation>", re.DOTALL)


def xhtml(title: str, body: str, id_: str) -> bytes:
    """Return a page of the ePub."""
    return XHTML.format(title=escape(title), body=body, id=id_).encode()


def chapters(book: Book) -> dict[str, bytes]:
    """Return the pages of the book, by the names of their files."""
    for leaf in book.leaves:
        prepare(leaf)
    homes = {leaf.id: leaf.id for leaf in book.leaves}
    homes |= {each["id"]: leaf.id for leaf in book.leaves for each in leaf.body.select("[id]")}
    for leaf in book.leaves:
        for link in leaf.body.select('a[href^="#"]'):
            home = homes[link["href"][1:]]
            link["href"] = (f"{home}.xhtml" if home != leaf.id else "") + link["href"].removesuffix(f"#{home}")
    # A formula's TeX is for copying on the page; here it would be read out.
    return {f"{leaf.id}.xhtml": xhtml(leaf.title, ANNOTATION.sub("", str(leaf.body)), leaf.id) for leaf in book.leaves}


def prepare(leaf: Leaf) -> None:
    """Leave of each formula the MathML, and put an equation's number before it, where it can float."""
    for formula in leaf.body.select(".katex-html"):
        formula.decompose()
    for formula in leaf.body.select(".katex"):
        if not formula.find_parent(class_="formula") and is_long(formula):
            for piece in break_up(formula.math, RELATIONS):
                if is_long(piece):
                    break_up(piece, SIGNS)
    for letter in leaf.body.select("[mathvariant]"):
        if alphabet := ALPHABETS.get(letter["mathvariant"]):
            letter.string = "".join(character_of(alphabet, each) for each in letter.get_text())
            letter["mathvariant"] = "normal"
    for number in leaf.body.select(".math > .eqno"):
        number.parent.insert(0, number.extract())
    for image in leaf.body.select("img"):
        image["src"] = f"images/{Path(image['src']).name}"


def is_long(formula: Tag) -> bool:
    """Return whether a formula may be wider than a phone."""
    return len("".join(formula.get_text().split())) > LONG


def break_up(formula: Tag, operators: frozenset[str]) -> list[Tag]:
    """Begin a formula anew before each of some operators, for only between formulas can a line end; return them all.

    A sum in brackets stays whole, and so does a sign with its number.
    """
    pieces, depth = [formula], 0
    for operator in formula.select("semantics > mrow > *"):
        text, before = operator.get_text(), operator.previous_sibling
        bracket = operator.find("mo").get_text() if operator.name in SCRIPTS and operator.find("mo") else text
        depth += (bracket in OPENING) - (bracket in CLOSING)
        binary = before and (before.name != "mo" or before.get_text() in CLOSING)
        if operator.name == "mo" and text in operators and (text in RELATIONS or (depth == 0 and binary)) and before:
            rest = element("<math><semantics><mrow></mrow></semantics></math>")
            rest.attrs |= formula.attrs
            operator["form"] = "infix"  # at the beginning it would be taken for a sign, with no space after it
            rest.mrow.extend([operator, *operator.next_siblings])
            pieces[-1].insert_after(rest)
            pieces.append(rest)
    return pieces


def character_of(alphabet: str, letter: str) -> str:
    """Return a letter of a mathematical alphabet; some came into Unicode before the others and have shorter names."""
    name = f"{alphabet} {unicodedata.name(letter).removeprefix('LATIN ').replace(' LETTER', '')}"
    try:
        return unicodedata.lookup(f"MATHEMATICAL {name}")
    except KeyError:
        return unicodedata.lookup(name)


def pictures(book: Book) -> dict[str, bytes]:
    """Return the book's pictures, by the names of their files in the ePub."""
    files = {book.site / image["src"] for leaf in book.leaves for image in leaf.body.select("img")}
    return {
        f"images/{file.name}": on_paper(file.read_text("utf-8")) if file.suffix == ".svg" else file.read_bytes()
        for file in files
    }


def on_paper(svg: str) -> bytes:
    """Return a figure with its light colours on a white ground of its own.

    E-readers lay any ground behind a picture, and few know variables.
    """
    svg = re.sub(r"<svg [^>]*>", r'\g<0><rect width="100%" height="100%" fill="#fff"/>', UNFIT.sub("", svg), count=1)
    if found := COLOURS.search(svg):
        svg = svg.replace(found[0], "")
        for colour in found[1].split(";"):
            name, value = colour.split(":")
            svg = svg.replace(f"var({name})", value)
    return svg.encode()


def navigation(book: Book) -> bytes:
    """Return the table of contents."""
    parts = []
    for part, leaves in book.parts():
        items = "".join(f"<li>{link(leaf.id, '', leaf.title)}{sections(leaf)}</li>" for leaf in leaves)
        parts.append(f"<li><span>{escape(part)}</span><ol>{items}</ol></li>" if part else items)
    body = f'<nav epub:type="toc"><h1>Contents</h1><ol>{"".join(parts)}</ol></nav>'
    return xhtml("Contents", body, "contents")


def sections(leaf: Leaf) -> str:
    """Return a chapter's part of the contents."""
    items = "".join(f"<li>{link(leaf.id, f'#{target}', title)}</li>" for target, title in leaf.sections())
    return f"<ol>{items}</ol>" if items else ""


def link(page: str, fragment: str, title: str) -> str:
    """Return a link to a page."""
    return f'<a href="{page}.xhtml{fragment}">{escape(title)}</a>'


def title_page(book: Book) -> bytes:
    """Return the page after the cover."""
    body = f"""<section epub:type="titlepage">
<h1>{escape(book.title)}</h1>
<p>{escape(book.author)}</p>
<p>{book.words}. <a href="{book.address}">{book.address}</a></p>
<p>{escape(book.licence)}</p>
</section>"""
    return xhtml(book.title, body, "title-page")


def cover(book: Book) -> bytes:
    """Draw the cover: the title, and a shaded ball as what a program sees of it, a table of numbers."""
    figure = Figure(figsize=(8, 12), facecolor="#0b5cad")
    for number, line in enumerate(textwrap.wrap(book.title, 14)):
        figure.text(0.1, 0.84 - 0.065 * number, line, color="white", size=44, weight="bold")
    figure.text(0.1, 0.07, book.author, color="white", size=15)
    x, y = np.meshgrid(np.linspace(-1.1, 1.1, 24), np.linspace(1.1, -1.1, 24))
    height = np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))
    light = np.where(height > 0, np.clip(0.15 + 0.85 * (0.6 * height + 0.45 * y - 0.45 * x), 0.1, 1), 0)
    for (row, column), value in np.ndenumerate(light):
        place = 0.1 + 0.8 * column / 23, 0.6 - 0.45 * row / 23
        figure.text(*place, f"{255 * value:.0f}", color="white", alpha=0.2 + 0.8 * value, size=7.5, ha="center")
    file = BytesIO()
    figure.savefig(file, format="png", dpi=200, metadata={"Software": None})
    return file.getvalue()


def manifest(files: dict[str, bytes]) -> str:
    """Return the list of all files of the ePub, whose names are those from the package's folder."""
    properties = {"nav.xhtml": "nav", "cover.png": "cover-image"}
    rows = []
    for name, content in files.items():
        kind = "application/xhtml+xml" if name.endswith(".xhtml") else mimetypes.guess_type(name)[0]
        value = properties.get(name, "mathml" if b"<math" in content else "")
        said = f' properties="{value}"' if value else ""
        rows.append(f'<item id="{item(name)}" href="{name}" media-type="{kind}"{said}/>')
    return "\n".join(rows)


def item(name: str) -> str:
    """Return the id of a file in the package."""
    return "cover-image" if name == "cover.png" else "file-" + re.sub(r"[^\w-]", "-", name)


def make_epub(root: Path, folder: Path) -> Path:
    """Bind the built book and return the ePub's path.

    Args:
        root: the clone's folder.
        folder: where it goes; made if need be.

    Raises:
        MakeError: if there is no book.
    """
    book = read(root)
    images = pictures(book)
    pages = chapters(book)
    front = {"title-page.xhtml": title_page(book), "nav.xhtml": navigation(book)}
    style = "".join((FORMS / name).read_text("utf-8") for name in ("forms.css", "epub.css"))
    files: dict[str, bytes] = {**front, **pages, **images, "style.css": style.encode(), "cover.png": cover(book)}
    package = PACKAGE.format(
        # The same for the same edition, as the standard wants it.
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, f"{book.address}v{book.version}").urn,
        title=escape(book.title),
        author=escape(book.author),
        licence=escape(book.licence),
        words=book.words,
        address=book.address,
        executed=book.executed,
        manifest=manifest(files),
        spine="\n".join(f'<itemref idref="{item(name)}"/>' for name in [*front, *pages]),
    )
    packed = {f"book/{name}": content for name, content in files.items()}
    packed |= {
        "mimetype": MIMETYPE.encode(),
        "META-INF/container.xml": CONTAINER.encode(),
        "book/package.opf": package.encode(),
    }
    target = folder / book.file("epub")
    write_zip(target, packed, stored="mimetype")
    return target
