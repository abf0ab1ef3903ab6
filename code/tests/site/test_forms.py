"""The book as PDF, ePub and zip, made from the built site: all of it is there, and nothing that paper can't have."""

import posixpath
import re
import shutil
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from archive import make_zip, unpack
from epub import make_epub
from forms.manuscript import Book, read
from lighthouse import chromium
from pdf import make_pdf

ROOT = Path(__file__).parents[3]
RAW = re.compile(r"\\(?:vec|frac|sum|operatorname|softmax|boldsymbol)\b|\{(?:cite|eq|glue|numref|doc)[:}]|\$\$|```")
pytestmark = pytest.mark.timeout(600)  # printing takes seconds, but minutes where many others print
OPF = "{http://www.idpf.org/2007/opf}"


@pytest.fixture(scope="module")
def book() -> Book:
    """The site's pages, cleaned and joined."""
    return read(ROOT)


@pytest.fixture(scope="module")
def pages(book: Book) -> dict[str, BeautifulSoup]:
    """The articles of the site's pages, by name."""
    names = (leaf.name for leaf in book.leaves if leaf.name != "solutions")
    texts = ((name, (book.site / f"{name}.html").read_text("utf-8")) for name in names)
    return {name: BeautifulSoup(text, "html.parser").article for name, text in texts}


@pytest.fixture(scope="module")
def pictures(pages: dict[str, BeautifulSoup]) -> int:
    return sum(len(page.select("img")) for page in pages.values())


@pytest.fixture(scope="module")
def equations(pages: dict[str, BeautifulSoup]) -> list[str]:
    """The numbers of all equations, as in ``(1.4)``."""
    found = [each.get_text().strip("#") for page in pages.values() for each in page.select(".eqno")]
    assert len(found) > 10
    return found


# PDF


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    return PdfReader(make_pdf(ROOT, tmp_path_factory.mktemp("pdf")))


@pytest.fixture(scope="module")
def printed(pdf: PdfReader) -> list[str]:
    """The text of each page, in which every space is a single one."""
    return [" ".join(page.extract_text().split()) for page in pdf.pages]


def items(outline: list) -> Iterator:
    for item in outline:
        yield from items(item) if isinstance(item, list) else [item]


def test_the_outline_leads_to_every_page_and_section(book: Book, pdf: PdfReader, printed: list[str]) -> None:
    outline = {item.title: printed[pdf.get_destination_page_number(item)] for item in items(pdf.outline)}
    titles = [title for leaf in book.leaves for title in (leaf.title, *(title for _, title in leaf.sections()))]
    assert len(titles) > len(book.leaves)
    for title in titles:
        assert squeezed(title) in squeezed(outline[title]), title


def squeezed(text: str) -> str:
    # A title may be hyphenated at the end of a line, and have ligatures.
    return re.sub(r"\s|-", "", unicodedata.normalize("NFKC", text))


def test_the_contents_give_the_numbers_of_the_pages(book: Book, pdf: PdfReader, printed: list[str]) -> None:
    contents = squeezed("".join(text for text in printed if "Contents" in text.split()[:2]))
    numbers = {item.title: pdf.get_destination_page_number(item) + 1 for item in items(pdf.outline)}
    for leaf in book.leaves:
        number = numbers[leaf.title]
        assert f"{squeezed(leaf.title)}{number}" in contents
        assert squeezed(printed[number - 1]).startswith(f"{squeezed(leaf.title)}{number}"), "head and foot of the page"


def test_every_equation_is_printed(printed: list[str], equations: list[str]) -> None:
    text = " ".join(printed)
    assert [number for number in equations if number not in text] == []


def test_the_book_is_printed_whole(book: Book, printed: list[str]) -> None:
    chapters = [leaf for leaf in book.leaves if next(leaf.sections(), None)]
    assert len(printed) > 25 * len(chapters) + len(book.leaves)
    assert re.findall(r".{20}" + RAW.pattern, " ".join(printed)) == []


def test_every_picture_is_printed_with_its_description(pdf: PdfReader, pictures: int) -> None:
    described = [kind for kind, alt in structure(pdf.root_object["/StructTreeRoot"]) if kind == "/Figure" and alt]
    assert len(described) == pictures > 10


def structure(element: dict) -> Iterator[tuple[str, str]]:
    """Yield kind and alternative text of all elements of a tagged PDF."""
    if "/S" in element:
        yield element["/S"], element.get("/Alt", "")
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        if isinstance(kid.get_object(), dict):
            yield from structure(kid.get_object())


def test_fonts_are_embedded(pdf: PdfReader) -> None:
    fonts = [font.get_object() for page in pdf.pages for font in page["/Resources"].get("/Font", {}).values()]
    assert fonts
    for font in fonts:
        if font["/Subtype"] != "/Type3":  # whose shapes are in the font itself
            (descendant,) = font["/DescendantFonts"]
            assert {"/FontFile2", "/FontFile3"} & descendant.get_object()["/FontDescriptor"].keys()


def test_links_lead_through_the_whole_pdf(pdf: PdfReader) -> None:
    places = pdf.named_destinations
    links = [each.get_object() for page in pdf.pages for each in page.get("/Annots", [])]
    targets = [link["/Dest"] for link in links if "/Dest" in link]
    assert len(targets) > 100
    assert {target for target in targets if target not in places} == set()
    addresses = [link["/A"]["/URI"] for link in links if "/A" in link]
    assert [address for address in addresses if not address.startswith(("https://", "http://", "mailto:"))] == []


def test_live_figures_say_where_they_live(printed: list[str], pages: dict[str, BeautifulSoup]) -> None:
    live = sum(len(page.select("dlvc-live")) for page in pages.values())
    assert " ".join(printed).count("Live on the page: https://") == live > 0


def test_text_is_as_large_as_it_should_be(pdf: PdfReader) -> None:
    """Chromium shrinks all pages if something on one is too wide."""
    sizes: dict[float, int] = {}

    def count(text: str, matrix: list[float], place: list[float], _font: object, size: float) -> None:
        height = round(abs(size * place[3] * matrix[3]), 1)
        sizes[height] = sizes.get(height, 0) + len(text)

    first = pdf.get_destination_page_number(next(items(pdf.outline)))  # after the contents, which are smaller
    for page in pdf.pages[first : first + 20]:
        page.extract_text(visitor_text=count)
    assert max(sizes, key=sizes.__getitem__) == pytest.approx(10.5, abs=0.1), sizes


# ePub


@pytest.fixture(scope="module")
def epub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_epub(ROOT, tmp_path_factory.mktemp("epub"))


@pytest.fixture(scope="module")
def bound(epub: Path) -> dict[str, bytes]:
    """The files of the ePub, in order."""
    with zipfile.ZipFile(epub) as pack:
        assert pack.testzip() is None
        return {name: pack.read(name) for name in pack.namelist()}


@pytest.fixture(scope="module")
def leaves(bound: dict[str, bytes]) -> dict[str, BeautifulSoup]:
    """Its pages."""
    return {name: BeautifulSoup(text, "html.parser") for name, text in bound.items() if name.endswith(".xhtml")}


def test_readers_recognise_the_epub(epub: Path) -> None:
    with zipfile.ZipFile(epub) as pack:
        first = pack.infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
    assert epub.read_bytes()[30:58] == b"mimetypeapplication/epub+zip"


def test_every_file_of_the_epub_is_well_formed_and_listed(bound: dict[str, bytes]) -> None:
    for name, content in bound.items():
        if name.endswith((".xhtml", ".svg", ".opf", ".xml")):
            ET.fromstring(content)  # noqa: S314 - our own
    package = ET.fromstring(bound["book/package.opf"])  # noqa: S314
    listed = {item.get("id"): item.get("href") for item in package.iter(f"{OPF}item")}
    assert len(set(listed.values())) == len(listed)
    inside = {name.removeprefix("book/") for name in bound if name.startswith("book/")}
    assert set(listed.values()) == inside - {"package.opf"}
    spine = [listed[each.get("idref")] for each in package.iter(f"{OPF}itemref")]
    assert sorted(spine) == sorted(name for name in inside if name.endswith(".xhtml"))


def test_links_and_pictures_of_the_epub_resolve(bound: dict[str, bytes], leaves: dict[str, BeautifulSoup]) -> None:
    ids = {name: [each["id"] for each in page.select("[id]")] for name, page in leaves.items()}
    assert [name for name, found in ids.items() if len(set(found)) < len(found)] == []
    lost = []
    for name, page in leaves.items():
        for each in page.select("[href], [src]"):
            url = urlsplit(each.get("href") or each["src"])
            if url.scheme in ("http", "https", "mailto") and each.name == "a":
                continue
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), url.path)) if url.path else name
            if url.scheme or target not in bound or (url.fragment and url.fragment not in ids[target]):
                lost.append((name, url.geturl()))
    assert lost == []


def test_the_epub_has_the_whole_book(
    book: Book, leaves: dict[str, BeautifulSoup], pictures: int, equations: list[str]
) -> None:
    images = [image for page in leaves.values() for image in page.select("img")]
    assert len(images) == pictures
    assert all(image["alt"] for image in images)
    numbers = [number.get_text() for page in leaves.values() for number in page.select(".eqno")]
    assert sorted(numbers) == sorted(equations)
    contents = leaves["book/nav.xhtml"].get_text()
    assert [leaf.title for leaf in book.leaves if leaf.title not in contents] == []


def test_formulas_of_the_epub_are_mathml(leaves: dict[str, BeautifulSoup], pages: dict[str, BeautifulSoup]) -> None:
    formulas = sum(len(page.select(".katex")) for page in leaves.values())
    dropped = sum(len(page.select(".equation-mark .katex")) for page in pages.values())
    assert formulas == sum(len(page.select(".katex")) for page in pages.values()) - dropped > 100
    for name, page in leaves.items():
        assert page.select("annotation, script, button, input, details, form, .katex-html") == [], name
        for code in page.select("pre, code"):
            code.decompose()
        assert RAW.findall(page.get_text()) == [], name


def test_no_page_of_the_epub_is_wider_than_a_phone(epub: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(epub) as pack:
        pack.extractall(tmp_path)
    widths = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 320, "height": 600})
        for file in tmp_path.glob("book/*.xhtml"):
            page.goto(file.as_uri())
            widths[file.name] = page.evaluate("document.documentElement.scrollWidth")
        browser.close()
    assert {name: width for name, width in widths.items() if width > 320} == {}


def test_figures_of_the_epub_have_colours_and_ground_of_their_own(bound: dict[str, bytes]) -> None:
    figures = {name: content.decode() for name, content in bound.items() if name.endswith(".svg")}
    assert len(figures) > 10
    for name, figure in figures.items():
        assert re.search(r'<svg [^>]*><rect width="100%" height="100%" fill="#fff"/>', figure), name
        assert not re.search(r"var\(|prefers-color-scheme", figure), name


def test_colours_of_the_epub_can_be_read_on_white_and_on_black(bound: dict[str, bytes]) -> None:
    colours = set(re.findall(r"[{; ]color: #(\w{6})", bound["book/style.css"].decode()))
    assert len(colours) == 4
    for colour in colours:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]  # as WCAG defines it
        assert min(1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05) > 4.5, colour


def test_epubcheck_finds_nothing(epub: Path) -> None:
    program, java = shutil.which("epubcheck"), shutil.which("java")
    if program is None or java is None:
        pytest.skip("epubcheck is not installed: `apt-get install epubcheck`")
    command = [java, "-jar", program] if zipfile.is_zipfile(program) else [program]
    done = subprocess.run([*command, "--failonwarnings", str(epub)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


# Zip


def test_the_zip_is_the_site_and_says_how_to_read_it(book: Book, tmp_path: Path) -> None:
    packed = make_zip(ROOT, tmp_path)
    assert unpack(tmp_path, tmp_path / "site") == [f"v{book.version}"]
    unpacked = tmp_path / "site" / f"v{book.version}"
    readme = unpacked / "README.txt"
    assert "python3 -m http.server" in readme.read_text("utf-8")
    assert book.words in readme.read_text("utf-8")
    readme.unlink()
    assert contents(unpacked) == contents(book.site)
    before = packed.read_bytes()
    (book.site / "index.html").touch()
    assert make_zip(ROOT, tmp_path).read_bytes() == before


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
