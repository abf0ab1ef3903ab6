"""The book's extensions, seen in the pages of a small book."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from dlvc.data import card

ROOT = Path(__file__).parents[3]

CONFIG = f"""\
import sys
sys.path.insert(0, {str(ROOT / "book/extensions")!r})
html_title = "A Small & Good Book"
author = "The authors of the book"
extensions = ["myst_nb", "number_marks", "chapter_card"]
nb_execution_mode = "off"
myst_enable_extensions = ["attrs_inline"]
suppress_warnings = ["myst-nb.lexer"]  # it is known only of executed cells
html_baseurl = "https://example.org/book/"
html_static_path = [{str(ROOT / "book/assets")!r}]
"""

# Data cards import torch, which takes longer than the rest: only the tests that look at data ask for them.
DATA = ":data: fashion-mnist, mnist"
PAGE = f"""\
---
jupytext:
  text_representation:
    format_name: myst
kernelspec:
  name: python3
---

# From counts to odds

```{{chapter-card}} toy
{DATA}
:prerequisites: "[Vectors](https://example.org/vectors), *some* patience"
```

A paper reports {{fact}}`15.3 %`, we keep {{given}}`90 %`. Glued: [-1.5]{{.pasted-text}}; typed: -3. WORDS

```{{code-cell}} ipython3
one = 1
```
"""

MEASUREMENT = {
    "chapter": "toy",
    "profile": "quick",
    "device": "cpu",
    "seconds": 95.4,
    "peak_memory_mb": 1234,
    "executed": "2026-03-09",
    "python": "3.11.9",
    "torch": "2.14.1",
    "torchvision": "0.29.1",
    "dlvc": "0.1.0",
}


class Book:
    """A Sphinx project of one page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "source"
        self.source.mkdir()
        (self.source / "conf.py").write_text(CONFIG, encoding="utf-8")
        self.write(PAGE.replace(f"{DATA}\n", ""))
        self.measure(MEASUREMENT)

    def write(self, page: str) -> None:
        (self.source / "index.md").write_text(page, encoding="utf-8")

    def measure(self, measurement: dict[str, object]) -> None:
        path = self.folder / "measurements/toy.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(measurement), encoding="utf-8")

    def build(self, builder: str = "html") -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "DLVC_MEASUREMENTS": str(self.folder / "measurements"),
            "DLVC_BOOK_VERSION": "1.2.3",
        }
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", builder]
        paths = [str(self.source), str(self.folder / "out"), "-d", str(self.folder / "doctrees")]
        return subprocess.run([*command, *paths], cwd=self.folder, env=environment, capture_output=True, text=True)

    def page(self) -> BeautifulSoup:
        return BeautifulSoup((self.folder / "out/index.html").read_text(encoding="utf-8"), "html.parser")

    def rows(self) -> dict[str, str]:
        """The card's lines, by term."""
        return {
            term.get_text(): " ".join(term.find_next_sibling("dd").get_text().split())
            for term in self.page().select(".chapter-card dl > dt")
        }


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book that was built without a fault, to look at only."""
    book = Book(tmp_path_factory.mktemp("book"))
    book.write(PAGE)
    result = book.build()
    assert (result.returncode, result.stderr) == (0, "")
    return book


def test_marked_numbers_are_plain_text(built: Book) -> None:
    page = built.page()
    assert page.find("span", class_="fact").get_text() == "15.3\u202f%"
    assert page.find("span", class_="given").get_text() == "90\u202f%"
    assert "A paper reports 15.3\u202f%, we keep 90\u202f%." in page.get_text()


def test_glued_numbers_have_a_minus_sign(built: Book) -> None:
    assert "Glued: \u22121.5; typed: -3." in built.page().get_text()


def test_card_shows_what_was_measured(built: Book) -> None:
    assert built.rows() == {
        "Reading": "about 1 minute",
        "Run": "1 min 35 s, 1,234 MB of memory",
        "Profile": "quick, on CPU",
        "Last executed": "9 March 2026",
        "Versions": "Python 3.11.9, PyTorch 2.14.1, torchvision 0.29.1, dlvc 0.1.0",
        "Data": f"Fashion-MNIST ({card('fashion-mnist').licence}), MNIST ({card('mnist').licence})",
        "Know before": "Vectors, some patience",
        "Launch": "Colab, Binder, download the notebook",
        "Contribute": "edit this page, report a problem",
    }


def test_card_links_to_data_and_prerequisites(built: Book) -> None:
    links = {link.get_text(): link["href"] for link in built.page().select(".chapter-card dd a")}
    assert links["Fashion-MNIST"] == card("fashion-mnist").url
    assert links["Vectors"] == "https://example.org/vectors"


def test_page_has_the_card_style(built: Book) -> None:
    (style,) = built.page().select('link[href*="card.css"]')
    assert (built.folder / "out" / style["href"].split("?")[0]).is_file()


def test_chapter_can_be_cited(built: Book) -> None:
    (details,) = built.page().select(".chapter-card > details")
    assert details.find("summary").get_text() == "Cite this chapter"
    bibtex, text = (pre.get_text() for pre in details.select("pre"))
    assert bibtex.startswith("@incollection{dlvc-toy,\n")
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},?$", bibtex, re.MULTILINE))
    assert fields == {
        "author": "{The authors of the book}",
        "title": "{From counts to odds}",
        "booktitle": r"A Small \& Good Book",
        "version": "1.2.3",
        "year": "2026",
        "date": "2026-03-09",
        "url": "https://example.org/book/index.html",
        "note": "Version 1.2.3",
    }
    assert text == (
        "The authors of the book. “From counts to odds.” In A Small & Good Book, version 1.2.3, 9 March 2026. "
        "https://example.org/book/index.html"
    )


def test_each_citation_has_a_button_that_only_a_script_can_show(built: Book) -> None:
    buttons = built.page().select(".chapter-card button[type=button]")
    assert [button.get_text() for button in buttons] == ["Copy BibTeX", "Copy plain text"]
    assert all(button.has_attr("hidden") for button in buttons)
    (script,) = built.page().select("script[src*='copy.js']")
    assert script["type"] == "module"  # such a script is deferred


def test_citation_names_the_commit_and_leads_to_the_release(book: Book) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments]
        return subprocess.run(command, cwd=book.folder, check=True, capture_output=True, text=True).stdout

    def built() -> str:
        assert book.build().returncode == 0
        return book.page().get_text()

    (book.folder / ".gitignore").write_text("out\ndoctrees\njupyter_execute\nmeasurements\n", encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    head = git("rev-parse", "HEAD")[:12]
    page = built()
    assert f"note = {{Version 1.2.3, commit {head}}}" in page
    assert f"version 1.2.3, commit {head}, 9 March 2026. https://example.org/book/index.html" in page
    # The page has not changed, but its citation would no longer be the best, and then no longer true.
    git("tag", "v1.2.3")
    page = built()
    assert "url = {https://example.org/book/v1.2.3/index.html}" in page
    assert f"commit {head}, 9 March 2026. https://example.org/book/v1.2.3/index.html" in page
    (book.source / "conf.py").write_text(CONFIG + "# changed\n", encoding="utf-8")
    page = built()
    assert f"commit {head}-dirty" in page
    assert "https://example.org/book/index.html" in page


def test_reading_time_counts_words(book: Book) -> None:
    book.write(PAGE.replace("WORDS", "word " * 1000))
    assert book.build().returncode == 0
    assert book.rows()["Reading"] == "about 5 minutes"


def test_new_measurement_makes_a_new_page(book: Book) -> None:
    assert book.build().returncode == 0
    book.measure({**MEASUREMENT, "seconds": 7.6})
    later = (book.folder / "doctrees/index.doctree").stat().st_mtime + 5
    os.utime(book.folder / "measurements/toy.json", (later, later))
    assert book.build().returncode == 0
    assert book.rows()["Run"] == "8 s, 1,234 MB of memory"


def test_chapter_without_measurement_fails_the_build(book: Book) -> None:
    (book.folder / "measurements/toy.json").unlink()
    result = book.build()
    assert result.returncode != 0
    assert "index.md:11: WARNING: chapter not yet executed" in result.stderr
    assert book.rows()["Run"] == "not yet executed"


def test_unknown_data_fails_the_build(book: Book) -> None:
    book.write(PAGE.replace("fashion-mnist", "fashion-mist"))
    result = book.build()
    assert result.returncode != 0
    assert "no dataset is called 'fashion-mist'" in result.stderr


@pytest.mark.parametrize(("builder", "suffix"), [("latex", "tex"), ("text", "txt")])
def test_other_formats_show_the_citation_too(book: Book, builder: str, suffix: str) -> None:
    result = book.build(builder)
    assert (result.returncode, result.stderr) == (0, "")
    (page,) = (book.folder / "out").glob(f"*.{suffix}")
    printed = page.read_text(encoding="utf-8")
    assert "dlvc-toy" in printed.replace(r"\PYGZhy{}", "-")
    assert "From counts to odds.”" in printed
