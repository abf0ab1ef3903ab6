"""What the pages' source shows: links lead somewhere, images have words, nothing is left unrendered."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from visiting import soup

# Markup of MyST that should have become something else.
ERRORS = ".katex-error, .problematic, .system-message"
UNRENDERED = re.compile(r"\{(glue|cite|ref|numref|eq|doc|fact|given|code-cell|math)[:\w-]*\}|^:::|\$\$")


@cache
def anchors(file: Path) -> frozenset[str]:
    return frozenset(str(tag.get("id") or tag.get("name")) for tag in soup(file).select("[id], a[name]"))


def test_every_internal_link_and_anchor_resolves(site: Path, pages: list[str]) -> None:
    broken = []
    count = 0
    for name in pages:
        page = site / name
        for tag in soup(page).select("[href], [src]"):
            url = str(tag.get("href") or tag.get("src"))
            parts = urlsplit(url)
            if parts.scheme or parts.netloc or url == "#":
                continue
            count += 1
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if target.is_dir():
                target /= "index.html"
            if site.resolve() not in target.resolve().parents or not target.is_file():
                broken.append(f"{name}: {url} leads to no file")
            elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in anchors(target):
                broken.append(f"{name}: {url} leads to no anchor")
    assert count > 10 * len(pages)
    assert not broken, "\n".join(broken)


def test_ids_are_unique(site: Path, pages: list[str]) -> None:
    doubled = []
    for name in pages:
        ids = [str(tag["id"]) for tag in soup(site / name).select("[id]")]
        doubled += [f"{name}: #{each}" for each in {each for each in ids if ids.count(each) > 1}]
    assert not doubled, "\n".join(sorted(doubled))


def test_every_image_has_alt_text_that_is_no_file_name(site: Path, pages: list[str]) -> None:
    wrong = []
    for name in pages:
        for image in soup(site / name).select("img"):
            alt = image.get("alt")
            if alt is None or re.search(r"\.(png|svg|jpe?g|webp|gif)$|_images/", str(alt)):
                wrong.append(f"{name}: {str(image)[:160]}")
    assert not wrong, "\n".join(wrong)


def test_nothing_is_left_unrendered(site: Path, pages: list[str]) -> None:
    found = []
    for name in pages:
        article = soup(site / name).select_one("article") or soup(site / name)
        found += [f"{name}: {tag.get_text()[:80]}" for tag in article.select(ERRORS)]
        for text in article.find_all(string=UNRENDERED):
            # Code may speak of markup.
            if not text.find_parent(["code", "pre", "script", "annotation"]):
                found.append(f"{name}: {text.strip()[:80]}")
    assert not found, "\n".join(found)


def test_no_widget_state_is_left_in_a_page(site: Path, pages: list[str]) -> None:
    carriers = [name for name in pages if "vnd.jupyter.widget" in (site / name).read_text(encoding="utf-8")]
    assert not carriers


def test_live_figures_script_is_on_those_pages_only_that_need_it(site: Path, pages: list[str]) -> None:
    for name in pages:
        page = soup(site / name)
        assert bool(page.select("script[src*='_static/live/host.js']")) == bool(page.select("dlvc-live")), name


def test_pictures_have_a_size_and_wait_until_they_are_near(site: Path, pages: list[str]) -> None:
    pictures = [(name, image) for name in pages for image in soup(site / name).select("main img")]
    assert pictures
    for name, image in pictures:
        assert image.get("loading") == "lazy", f"{name}: {image}"
        assert min(int(image["width"]), int(image["height"])) > 0, f"{name}: {image}"


def test_sources_are_coloured_but_for_words_that_look_like_plain_text(site: Path) -> None:
    sheet = (site / "_static" / "pygments.css").read_text(encoding="utf-8")
    plain = dict(re.findall(r"(\S+) \.highlight \{[^}]*(color: #\w+) \}", sheet))
    looks = {
        (mode, token): look for mode, token, look in re.findall(r"(\S+) \.highlight \.(\w+) \{ ([^}]*?) \}", sheet)
    }
    assert len(plain) == 2
    for mode in plain:
        assert looks[mode, "k"] != plain[mode]
        for token in ("n", "nn", "nx", "p", "w"):  # lean_pages.py unwraps them
            assert looks.get((mode, token), plain[mode]) == plain[mode]
    source = soup(site / "foundations/classification.html").select_one(".cell_input pre")
    assert source is not None
    assert source.select("span.kn, span.k")
    assert not source.select("span.n, span.p, span.w")
