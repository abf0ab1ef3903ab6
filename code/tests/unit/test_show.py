"""`show` prints the source that runs, and its links lead to what exists."""

import inspect
import re
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

import dlvc
from dlvc import losses, models
from dlvc.show import BOOK, REPOSITORY

CODE = Path(__file__).parents[2]


@pytest.mark.parametrize("thing", [losses.softmax, losses.cross_entropy, models.MLP, dlvc.show])
def test_text_is_the_source_at_the_place_that_is_named(thing):
    source = dlvc.show(thing)
    lines = (CODE / source.path).read_text().splitlines(keepends=True)
    assert "".join(lines[source.first - 1 : source.last]) == source.text
    assert source.text in str(source)
    assert inspect.unwrap(thing).__name__ in source.text


def test_links_lead_to_the_file_and_the_equations():
    html = BeautifulSoup(dlvc.show(losses.softmax)._repr_html_(), "html.parser")
    code, *equations = (a["href"] for a in html.find_all("a"))
    path, first, last = re.fullmatch(rf"{REPOSITORY}/blob/main/code/(.+)#L(\d+)-L(\d+)", code).groups()
    lines = (CODE / path).read_text().splitlines()[int(first) - 1 : int(last)]
    assert lines == inspect.getsource(losses.softmax).splitlines()
    assert equations == [f"{BOOK}equations.html#eq-softmax", f"{BOOK}equations.html#eq-temperature"]


def test_the_addresses_are_those_of_the_book():
    config = yaml.safe_load((CODE.parent / "_config.yml").read_text())
    assert (config["repository"]["url"], config["html"]["baseurl"]) == (REPOSITORY, BOOK)


def test_every_line_knows_how_far_in_it_begins():
    source = dlvc.show(losses.cross_entropy)
    lines = BeautifulSoup(source._repr_html_(), "html.parser").select(".dlvc-line")
    assert "".join(line.get_text() for line in lines) == source.text
    for line in lines:
        text = line.get_text().removesuffix("\n")
        assert line["style"] == f"--indent: {len(text) - len(text.lstrip())}ch"


def test_source_is_escaped():
    html = dlvc.show(losses.cross_entropy)._repr_html_()
    assert "&lt;=" in html
    assert "<=" not in html


@pytest.mark.usefixtures("untyped")
@pytest.mark.parametrize("thing", [len, 3, Path])
def test_what_is_not_ours_is_refused(thing):
    with pytest.raises(TypeError, match="takes a function or class of dlvc"):
        dlvc.show(thing)
