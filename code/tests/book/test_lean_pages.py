"""What makes pages lean: the purge of styles, the icons, the fonts, the files that a page may load."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lean_pages
import pytest
from fontTools.ttLib import TTFont
from lean_fonts import OWN_CLASSES, characters_of, cut, letters_for
from lean_pages import icon_rules, names_in_use, purge, split_selectors

KATEX = Path(__file__).parents[3] / "node_modules" / "katex" / "dist" / "fonts"


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        (".used { color: red } .unused { color: blue }", ".used{color: red}"),
        (".used, .unused, p { margin: 0 }", ".used,p{margin: 0}"),
        ("#used > a .unused { margin: 0 }", ""),
        ("@media print { .unused { margin: 0 } }", ""),
        ("@media print { .used { margin: 0 } }", "@media print{.used{margin: 0}}"),
        ("@keyframes turn { from { top: 0 } 50% { top: 1px } }", "@keyframes turn{from{top: 0}50%{top: 1px}}"),
        ('.used::after { content: "} .unused {" }', '.used::after{content: "} .unused {"}'),
        (".used:not(.unused) { margin: 0 }", ".used:not(.unused){margin: 0}"),
        (":is(.unused, .used) a { margin: 0 }", ":is(.unused, .used) a{margin: 0}"),
        ('a[href$=".unused"] { margin: 0 }', 'a[href$=".unused"]{margin: 0}'),
        ("/* .used { } */ p { margin: 0 }", "p{margin: 0}"),
        ('@charset "utf-8"; p { margin: 0 }', "p{margin: 0}"),
        ("p { --unread: 1px; color: red }", "p{color: red}"),
        ("p { --read: 1px; margin: var(--read) }", "p{--read: 1px; margin: var(--read)}"),
        ("p { --a: var(--b); --b: 1px; margin: 0 }", "p{margin: 0}"),
        ("p { --script: 1px; margin: 0 }", "p{--script: 1px; margin: 0}"),
    ],
)
def test_purge_keeps_what_is_used_and_nothing_else(sheet: str, left: str) -> None:
    assert re.sub(r"\s+", " ", purge(sheet, {"used", "--script"})).replace("{ ", "{") == left


def test_an_import_is_not_lost_silently() -> None:
    with pytest.raises(ValueError, match=r"other\.css"):
        purge('@import "other.css"; p { margin: 0 }', set())


@pytest.mark.parametrize("sheet", ["p { margin: 0", "p { margin: 0 } }", "@media print { p { margin: 0 }"])
def test_a_brace_without_a_partner_is_named(sheet: str) -> None:
    with pytest.raises(ValueError, match="brace"):
        purge(sheet, set())


def test_selectors_are_split_outside_brackets_only() -> None:
    assert split_selectors("a, :is(b, :not(c), d), e") == ["a", ":is(b, :not(c), d)", "e"]


def test_names_come_from_pages_and_from_scripts(tmp_path: Path) -> None:
    (tmp_path / "_static").mkdir()
    (tmp_path / "page.html").write_text('<p id="here" class="one two" style="color: var(--ink)">three</p>')
    (tmp_path / "_static" / "page.js").write_text('each.classList.add("four")')
    (tmp_path / "_static" / "clipboard.min.js").write_text('"five"')
    names = names_in_use(tmp_path)
    assert names >= {"here", "one", "two", "four", "--ink"}
    assert not names & {"three", "five"}


def test_pages_ask_for_the_stylesheet_as_it_is_now(tmp_path: Path) -> None:
    pages = [tmp_path / "page.html", tmp_path / "part" / "page.html"]
    pages[1].parent.mkdir()
    for page in pages:
        page.write_text('<link rel="stylesheet" href="../_static/pages.css" /><a href="_static/pages.css">it</a>')
    for version in ("0a", "1b"):
        lean_pages.name_version(tmp_path, version)
        for page in pages:
            assert re.findall(r"pages\.css[^\"]*", page.read_text()) == [f"pages.css?v={version}", "pages.css"]


def test_icons_have_the_shape_of_the_solid_family_also_by_another_name() -> None:
    script = (
        '{pen:[1,2,[9,"pencil"],"f1","M0"],"sun-bright":[3,4,[],"f2","M1"],sun:[5,6,[],"f3","M2"]};'
        '{sun:[7,8,[],"f3","M3"]}'
    )
    rules = icon_rules(script, {"fa-sun", "fa-pencil", "fa-lg", "sun-bright"})
    assert re.findall(r"\.fa-(\w+)\{.*?viewBox=%220 0 (\d) (\d)%22.*?d=%22(M\d)%22", rules) == [
        ("pencil", "1", "2", "M0"),
        ("sun", "7", "8", "M3"),
    ]


def test_a_cut_font_has_the_characters_that_are_asked_for_and_no_others(tmp_path: Path) -> None:
    cut(KATEX / "KaTeX_Main-Regular.woff2", tmp_path / "cut.woff2", "xyz")
    with TTFont(tmp_path / "cut.woff2") as font:
        assert set(font.getBestCmap()) == set(map(ord, "xyz"))
    assert (tmp_path / "cut.woff2").stat().st_size < 3000


def test_fonts_that_classes_ask_for_have_only_those_letters() -> None:
    pages = [
        '<p>Xy <span class="mord mathbb">E</span><span class="mord mathcal" style="margin: 0">N</span></p>',
        '<span class="mord amsrm">&gt;</span><span class="mathbbb">Q</span>',
    ]
    assert characters_of(letters_for("KaTeX_AMS-Regular", pages) or ()) == ">E"
    assert characters_of(letters_for("KaTeX_Caligraphic-Bold", pages) or ()) == "N"
    assert letters_for("KaTeX_Main-Regular", pages) is None
    assert set("XyENQ>") <= set(characters_of(pages))


def test_no_other_class_of_katex_asks_for_these_fonts() -> None:
    sheet = (KATEX.parent / "katex.min.css").read_text("utf-8")
    for font, classes in OWN_CLASSES.items():
        rules = re.findall(rf"([^{{}}]+){{[^{{}}]*font-family:{font}\b", sheet.replace("@font-face", ""))
        asking = {name for rule in rules for name in re.findall(r"\.(\w+)", rule)}
        assert asking == {"katex", *classes}


@pytest.mark.parametrize("kind", ["css_files", "script_files"])
def test_a_file_that_nobody_has_decided_on_is_a_warning(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    def file(name: str, **attributes: str) -> Any:
        return SimpleNamespace(filename=f"_static/{name}?v=1", attributes=attributes)

    def choose(*more: Any) -> dict[str, Any]:
        context: dict[str, Any] = {
            "css_files": [file("pygments.css"), file("mystnb.0a1b.css"), file("copybutton.css")],
            "script_files": [file("clipboard.min.js"), file("page.js", type="module")],
        }
        context[kind] += more
        lean_pages.choose_files(None, "page", "page.html", context, None)  # type: ignore[arg-type]
        return context

    warnings: list[Any] = []
    monkeypatch.setattr(lean_pages.logger, "warning", lambda *arguments, **_: warnings.append(arguments[1]))
    context = choose()
    assert not warnings
    assert context["css_files"] == ["_static/pages.css"]
    assert [script.filename for script in context["script_files"]] == ["_static/page.js?v=1"]
    choose(file("novel.x"))
    assert warnings == ["novel.x"]
