"""The page of the data has a card for every set, with what is counted in its file and everybody who is owed a name."""

from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from dlvc import data
from visiting import soup


@pytest.fixture(scope="module")
def page(site: Path) -> BeautifulSoup:
    return soup(site / "data.html")


def section(page: BeautifulSoup, name: str) -> Tag:
    card = page.select_one(f"#data-{name}")
    assert card is not None
    return card if card.name == "section" else card.find_parent("section")


@pytest.mark.parametrize("name", data.names())
def test_every_set_has_its_card(page: BeautifulSoup, name: str) -> None:
    card = data.card(name)
    text = " ".join(section(page, name).get_text().replace("’", "'").split())
    assert card.title in text
    for wanted in (*card.credits, *card.classes, name):
        assert wanted.replace("’", "'") in text
    terms = [term.get_text() for term in section(page, name).select("dt")]
    assert {"Home", "Licence", "Credits", "Known flaws", "Who it may fail"} <= set(terms)
    assert ("Embedded" in terms) == bool(card.embedded)
    assert ("Whole set" in terms) == bool(card.full)
    assert bool(section(page, name).select("figure img[alt]")) == bool(card.embedded)
    downloads = {link.get_text() for link in section(page, name).select("a.download")}
    assert downloads == set(card.embedded.notices if card.embedded else ())


def test_counts_are_those_of_the_files(page: BeautifulSoup) -> None:
    tables = 0
    for name in data.names():
        card = data.card(name)
        table = section(page, name).find("table")
        if table is None or not card.embedded:
            continue
        tables += 1
        labels = {split: Counter(data.load(name, split).tensors[1].tolist()) for split in card.embedded.sizes}
        for index, (label, row) in enumerate(zip(card.classes, table.select("tbody tr"), strict=True)):
            cells = [cell.get_text() for cell in row.find_all(["td", "th"])]
            assert cells == [label, *(str(count[index]) for count in labels.values())]
    assert tables
