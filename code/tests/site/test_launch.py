"""Every link that launches, downloads, edits or reports a page leads to what this build or this checkout has."""

import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup, Tag

from book import derive_config
from execute import chapters
from notebooks import gather
from visiting import soup

ROOT = Path(__file__).parents[3]
CHAPTERS = sorted(chapters(ROOT))
COLAB = re.compile(
    r"https://colab\.research\.google\.com/github/(?P<name>[^/]+/[^/]+)/blob/(?P<ref>[^/]+)/(?P<path>.+)"
)
BINDER = re.compile(r"https://mybinder\.org/v2/gh/(?P<name>[^/]+/[^/]+)/(?P<ref>[^/?]+)\?urlpath=lab/tree/(?P<path>.+)")


@pytest.fixture(scope="module")
def published(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the branch of the notebooks would hold."""
    folder = tmp_path_factory.mktemp("branch") / "notebooks"
    gather(site, ROOT / ".binder", folder)
    return folder


@pytest.fixture(scope="module")
def configuration() -> dict:
    return yaml.safe_load(derive_config(ROOT / "_config.yml", Path("cache")))


@pytest.fixture(scope="module")
def repository(configuration: dict) -> str:
    return configuration["repository"]["url"]


def branch() -> str:
    """Where the links of this checkout's pages must lead."""
    command = ["git", "describe", "--tags", "--exact-match", "--match=v*", "--dirty"]
    tag = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return f"notebooks-{tag}" if tag and not tag.endswith("-dirty") else "notebooks"


def links(place: Tag | None) -> dict[str, str]:
    """The addresses of a menu or of a line of the card, by what is to be read."""
    assert place is not None
    return {link.get_text(strip=True): str(link["href"]) for link in place.select("a")}


def menu(page: BeautifulSoup, label: str) -> dict[str, str]:
    return links(page.select_one(f".article-header-buttons details.{label}"))


def row(page: BeautifulSoup, term: str) -> dict[str, str]:
    found = next(each for each in page.select(".chapter-card dt") if each.get_text() == term)
    return links(found.find_next_sibling("dd"))


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("place", ["menu", "card"])
def test_a_chapter_launches_its_own_notebook(
    site: Path, published: Path, repository: str, chapter: str, place: str
) -> None:
    page = soup(site / f"{chapter}.html")
    found = menu(page, "launch-buttons") if place == "menu" else row(page, "Launch")
    for service, pattern in (("Colab", COLAB), ("Binder", BINDER)):
        parts = pattern.fullmatch(unquote(found[service]))
        assert parts is not None, found[service]
        assert f"https://github.com/{parts['name']}" == repository
        assert parts["ref"] == branch()
        assert parts["path"] == f"{chapter}.ipynb"
        assert (published / parts["path"]).is_file()


def test_every_launching_link_of_every_page_leads_to_a_file_of_the_build(
    site: Path, pages: list[str], published: Path
) -> None:
    count = 0
    for name in pages:
        for link in soup(site / name).select("a[href]"):
            address = unquote(str(link["href"]))
            if urlsplit(address).netloc in {"colab.research.google.com", "mybinder.org"}:
                parts = COLAB.fullmatch(address) or BINDER.fullmatch(address)
                assert parts is not None, f"{name}: {address}"
                assert (published / parts["path"]).is_file(), f"{name}: {address}"
                count += 1
    assert count == 4 * len(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_downloads_what_it_launches(site: Path, published: Path, chapter: str) -> None:
    page = soup(site / f"{chapter}.html")
    for address in (row(page, "Launch")["download the notebook"], menu(page, "download-buttons")[".ipynb"]):
        file = (site / f"{chapter}.html").parent / address
        assert file.read_bytes() == (published / f"{chapter}.ipynb").read_bytes()


def test_only_chapters_launch(site: Path, pages: list[str]) -> None:
    launching = [name for name in pages if soup(site / name).select(".launch-buttons")]
    assert sorted(launching) == sorted(f"{chapter}.html" for chapter in CHAPTERS)


def test_every_page_can_be_edited_and_reported(
    site: Path, pages: list[str], repository: str, configuration: dict
) -> None:
    for name in pages:
        page = soup(site / name)
        places = [menu(page, "source-buttons")]
        if page.select_one(".chapter-card"):
            places.append({text.capitalize(): address for text, address in row(page, "Contribute").items()})
        for found in places:
            if name not in {"search.html", "genindex.html"}:
                folder = f"{repository}/edit/main/"
                assert found["Edit this page"].startswith(folder)
                source = ROOT / found["Edit this page"].removeprefix(folder)
                assert source == ROOT / "book" / Path(name).with_suffix(".md")
                assert source.is_file()
            reported = urlsplit(found["Report a problem"])
            assert reported._replace(query="").geturl() == f"{repository}/issues/new"
            asked = parse_qs(reported.query)
            assert f"{configuration['html']['baseurl']}{name}\nVersion {version('dlvc')}" in asked["body"][0]
            assert asked["title"][0].endswith(": ")


def test_on_binder_the_package_comes_from_where_the_notebooks_get_it(published: Path, repository: str) -> None:
    recipe = (published / ".binder" / "postBuild").read_text(encoding="utf-8")
    assert "./code" not in recipe
    assert re.search(
        rf'pip install --no-cache-dir --no-deps "dlvc @ git\+{repository}@\S+#subdirectory=code"$', recipe, re.M
    )
    assert (published / ".binder" / "postBuild").stat().st_mode & 0o111, "Binder runs it"
