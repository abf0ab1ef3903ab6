"""What becomes of a page of the site when the book is bound, on a small site of three pages."""

from pathlib import Path

import pytest

from archive import unpack, write_zip
from epub import character_of
from forms.manuscript import Book, read
from processes import MakeError

TOC = """\
format: jb-book
root: index
parts:
  - caption: First steps
    chapters: [{file: part/one}]
  - caption: Reference
    chapters: [{file: equations}]
"""
CONFIG = """\
title: Small
author: A. Author
html: {baseurl: https://example.org/book, extra_footer: Free.}
"""
ONE = """\
<section id="one">
<h1><span class="section-number">1. </span>One<a class="headerlink" href="#one">#</a></h1>
<p>See <a href="../index.html#aim">the aim</a>, <a href="#sums">sums</a>, <a href="../equations.html">all</a>,
<a href="../_downloads/notice.txt">a notice</a> and <a href="https://doi.org/10.1/a<b>">a paper</a>.</p>
<section id="sums"><h2><span class="section-number">1.1. </span>Sums</h2>
<div class="equation"><div class="math" id="equation-eq-sum"><div class="formula" tabindex="0">S</div>
<span class="eqno">(1.1)<a class="headerlink" href="#equation-eq-sum">#</a></span></div>
<details class="equation-mark"><summary>code</summary>the test</details></div>
<pre>for each in many:
    <span class="k">yield</span> each
</pre>
<figure id="fig-play"><dlvc-live module="play"><script>{}</script><img alt="A curve." src="../_images/a.svg"/>
<dlvc-file src="../_static/x"></dlvc-file></dlvc-live><figcaption><p>Play.</p></figcaption></figure>
<details class="solution dropdown" id="part/one-solution-1"><summary>Solution to Exercise 1</summary>
<p>Two.</p></details>
<div class="quiz"><form class="quiz-question" data-key="k"><fieldset><legend>Which?</legend>
<label><input type="radio"/><span>This.</span></label><label><input type="radio"/><span>That.</span></label>
<button hidden="">Check</button><details><summary>Answers and reasons</summary>
<ul><li><p>Right: This.</p></li><li><p>Wrong: That.</p></li></ul></details></fieldset></form></div>
<details><summary>Cite</summary><p>A. Author.</p></details>
<details class="hide above-input"><summary>Show code cell source</summary><p>hidden</p></details>
</section></section>
"""
PAGES = {
    "index": '<section id="small"><h1>Small</h1><div class="toctree-wrapper">One</div><p id="aim">Aim.</p></section>',
    "part/one": ONE,
    "equations": '<section id="equations"><h1>Equations</h1><div class="listed-equation" id="eq-sum">S</div></section>',
}


@pytest.fixture
def book(tmp_path: Path) -> Book:
    files = {
        "_toc.yml": TOC,
        "_build/config.yml": CONFIG,
        "_build/measurements/one.json": '{"executed": "2026-03-09"}',
        "_build/html/edition.json": '{"version": "1.2.3", "commit": "abc with changes"}',
        **{f"_build/html/{name}.html": f"<nav>menu</nav><article>{text}</article>" for name, text in PAGES.items()},
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return read(tmp_path)


def test_pages_come_in_order_with_the_solutions_before_the_reference(book: Book) -> None:
    assert [(part, [leaf.title for leaf in leaves]) for part, leaves in book.parts()] == [
        ("", ["About this book"]),
        ("First steps", ["1. One"]),
        ("Reference", ["Solutions and answers", "Equations"]),
    ]
    assert list(book.leaves[1].sections()) == [("part-one--sums", "1.1. Sums")]
    assert (book.version, book.address) == ("1.2.3", "https://example.org/book/")
    assert book.words == "Version 1.2.3, commit abc with changes, executed on 9 March 2026"


def test_links_stay_inside_the_book_where_they_can(book: Book) -> None:
    links = {link.get_text(): link["href"] for link in book.leaves[1].body.select("a")}
    assert links["the aim"] == "#index--aim"
    assert links["sums"] == "#part-one--sums"
    assert links["all"] == "#equations"
    assert links["a notice"] == "https://example.org/book/_downloads/notice.txt"
    assert links["a paper"] == "https://doi.org/10.1/a%3Cb%3E"
    assert links["(1.1)"] == "#equations--eq-sum", "an equation's number leads to its code and test"


def test_what_needs_a_screen_is_gone(book: Book) -> None:
    for leaf in book.leaves:
        assert (
            leaf.body.select("details, summary, script, button, input, form, dlvc-live, .headerlink, [tabindex]") == []
        )
    text = book.leaves[1].body.get_text()
    assert "code" not in text
    assert "A. Author." in text
    assert "hidden" in text
    assert "menu" not in text
    assert "One" not in book.leaves[0].body.get_text()


def test_a_live_figure_is_its_picture_and_says_where_it_lives(book: Book) -> None:
    figure = book.leaves[1].body.find("figure")
    assert figure.img["src"] == "_images/a.svg"
    assert figure.select_one("figcaption a")["href"] == "https://example.org/book/part/one.html#fig-play"
    assert "Live on the page" in figure.figcaption.get_text()


def test_solutions_and_answers_stand_on_their_own_page(book: Book) -> None:
    chapter, solutions = book.leaves[1].body, book.leaves[2].body
    assert "Two." not in chapter.get_text()
    assert "Wrong" not in chapter.get_text()
    places = [link["href"][1:] for link in chapter.select(".turn-to > a")]
    assert len(places) == 2
    first, second = (solutions.find(id=place).parent for place in places)  # an id is its title's
    assert [each.get_text() for each in first.find_all(["h3", "p"])] == ["Solution to Exercise 1", "Two."]
    assert [item.get_text() for item in second.select("ol[type=a] > li")] == ["Right: This.", "Wrong: That."]
    assert [item.get_text() for item in chapter.select(".quiz ol[type=a] > li")] == ["This.", "That."]


def test_a_long_line_of_code_goes_on_further_in(book: Book) -> None:
    lines = book.leaves[1].body.select("pre .line")
    assert [line.get_text() for line in lines] == ["for each in many:\n", "    yield each\n"]
    assert [line["style"] for line in lines] == [
        "padding-left: 4ch; text-indent: -4ch",
        "padding-left: 8ch; text-indent: -8ch",
    ]


def test_without_a_site_nothing_is_bound(tmp_path: Path) -> None:
    with pytest.raises(MakeError, match="run `make book` first"):
        read(tmp_path)


def test_letters_of_mathematical_alphabets() -> None:
    assert [character_of("DOUBLE-STRUCK", letter) for letter in "RE1"] == ["ℝ", "𝔼", "𝟙"]
    assert [character_of("SCRIPT", letter) for letter in "LN"] == ["ℒ", "𝒩"]


def test_released_sites_are_unpacked_beside_each_other(tmp_path: Path) -> None:
    for version in ("0.1.0", "0.2.0"):
        name = f"dlvc-book-{version}"
        write_zip(tmp_path / "zips" / f"{name}.zip", {f"{name}/part/one.html": version.encode()})
    (tmp_path / "zips" / "dlvc-book-0.1.0.pdf").touch()
    assert unpack(tmp_path / "zips", tmp_path / "site") == ["v0.1.0", "v0.2.0"]
    assert (tmp_path / "site/v0.1.0/part/one.html").read_text() == "0.1.0"


@pytest.mark.parametrize("name", ["dlvc-book-0.1.0/../../evil", "elsewhere/evil", "/evil"])
def test_a_zip_cannot_write_elsewhere(tmp_path: Path, name: str) -> None:
    write_zip(tmp_path / "zips/dlvc-book-0.1.0.zip", {name: b"evil"})
    with pytest.raises(MakeError, match="land outside"):
        unpack(tmp_path / "zips", tmp_path / "site")
