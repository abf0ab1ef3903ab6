"""Print the built book as one PDF, ``_build/release/dlvc-book-<version>.pdf``, with the Chromium that the tests need.

It is printed twice, for only the first print tells on which page everything begins.
"""

import json
import logging
import shutil
import tempfile
from html import escape
from pathlib import Path

import matplotlib as mpl
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter

from forms.manuscript import FORMS, Book, Leaf, element, read
from lighthouse import chromium
from processes import MakeError

KATEX = Path(__file__).resolve().parents[2] / "node_modules" / "katex" / "dist" / "katex.min.css"
# Matplotlib brings them, so that the book looks the same wherever it is printed.
FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
FILL_IN = """pages => {
    for (const place of document.querySelectorAll("[data-page-of]")) place.textContent = pages[place.dataset.pageOf];
}"""
logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns that a copy has more objects than it counted before
PRINTS = 3  # the numbers themselves can push a line to the next page, but hardly twice


def document(book: Book) -> str:
    """Return the whole book as one HTML document."""
    head = f'<meta charset="utf-8"><title>{escape(book.title)}</title><link rel="stylesheet" href="{KATEX.as_uri()}">'
    front = title_page(book) + contents(book)
    pages = "".join(
        page(book, leaf, part if leaf is leaves[0] else "") for part, leaves in book.parts() for leaf in leaves
    )
    return f"""<!DOCTYPE html>
<html lang="en-GB"><head>{head}<style>{styles(book)}</style></head><body>{front}{pages}</body></html>"""


def title_page(book: Book) -> str:
    """Return the first page."""
    return f"""<section class="title-page">
<h1>{escape(book.title)}</h1>
<p class="author">{escape(book.author)}</p>
<p class="edition">{book.words}.<br><a href="{book.address}">{book.address}</a></p>
<p class="licence">{escape(book.licence)}</p>
</section>"""


def contents(book: Book) -> str:
    """Return the table of contents, whose page numbers the second print has."""
    entries = []
    for part, leaves in book.parts():
        entries.append(f'<p class="part">{escape(part)}</p>')
        for leaf in leaves:
            entries.append(entry("chapter", leaf.id, leaf.title))
            entries += [entry("section", *section) for section in leaf.sections()]
    return f'<section class="contents"><h1>Contents</h1>{"".join(entries)}</section>'


def entry(kind: str, target: str, title: str) -> str:
    """Return one line of the contents."""
    return f'<p class="{kind}"><a href="#{target}"><span>{escape(title)}</span>{number_of(target)}</a></p>'


def number_of(target: str) -> str:
    """Return the place of a page number, as wide as that will be."""
    return f'<span class="number" data-page-of="{target}">000</span>'


def page(book: Book, leaf: Leaf, part: str) -> str:
    """Return a page of the site, below the name of the part that it opens."""
    for image in leaf.body.select("img"):
        image["src"] = (book.site / image["src"]).as_uri()
    for double in leaf.body.select(".katex-mathml"):  # the same formula once more, for screen readers
        double.decompose()
    for link in leaf.body.select(".turn-to > a, .genindextable a"):
        link.insert_after(", page " if link.parent.name == "p" else ", ", element(number_of(link["href"][1:])))
    opening = f'<p class="part">{escape(part)}</p>' if part else ""
    return f'<section class="leaf" id="{leaf.id}" style="page: {leaf.id}">{opening}{leaf.body}</section>'


def styles(book: Book) -> str:
    """Return the style sheet; the head of a page names its chapter."""
    css = "".join((FORMS / name).read_text("utf-8") for name in ("forms.css", "print.css"))
    heads = (f"@page {leaf.id} {{ @top-center {{ content: {json.dumps(leaf.title)} }} }}" for leaf in book.leaves)
    return css.replace("FONTS", FONTS.as_uri()) + "\n".join(heads)


def print_pdf(html: Path, target: Path) -> None:
    """Print a document until the page numbers in it are those of its pages.

    Args:
        html: the document.
        target: the PDF.

    Raises:
        MakeError: if a print moves what the one before has numbered, again and again.
    """
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium(), args=options)
        tab = browser.new_page(color_scheme="light")
        tab.goto(html.as_uri())
        numbers: dict[str, int] = {}
        for _ in range(PRINTS):
            tab.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True)
            before, numbers = numbers, page_numbers(target)
            if numbers == before:
                break
            tab.evaluate(FILL_IN, numbers)
        else:
            raise MakeError("the numbers of pages in the PDF don't settle")
        browser.close()


def page_numbers(file: Path) -> dict[str, int]:
    """Return on which page of a PDF each target of a link is; the first page is 1."""
    reader = PdfReader(file)
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages, 1)}
    places = reader.named_destinations.items()  # Chromium writes a slash before each name
    return {name.removeprefix("/"): numbers[place.raw_get("/Page").idnum] for name, place in places}


def finish(file: Path, book: Book) -> None:
    """Add the outline, and name author and edition.

    Chromium's own outline doubles the words of titles at the top of a page.
    """
    numbers = page_numbers(file)
    writer = PdfWriter(clone_from=file)
    add = writer.add_outline_item
    for part, leaves in book.parts():
        above = add(title=part, page_number=numbers[leaves[0].id] - 1) if part else None
        for leaf in leaves:
            chapter = add(title=leaf.title, page_number=numbers[leaf.id] - 1, parent=above)
            for target, title in leaf.sections():
                add(title=title, page_number=numbers[target] - 1, parent=chapter)
    writer.add_metadata({"/Author": book.author, "/Subject": book.words, "/Creator": "Chromium"})
    writer.pdf_header = "%PDF-1.7"
    writer.write(file)


def make_pdf(root: Path, folder: Path) -> Path:
    """Print the built book and return the PDF's path.

    Args:
        root: the clone's folder.
        folder: where it goes; made if need be.

    Raises:
        MakeError: if there is no book, or no Chromium.
    """
    book = read(root)
    target = folder / book.file("pdf")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        html = Path(scratch) / "book.html"
        html.write_text(document(book), "utf-8")
        printed = Path(scratch) / "book.pdf"
        print_pdf(html, printed)
        finish(printed, book)
        shutil.move(printed, target)
    return target
