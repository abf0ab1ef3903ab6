"""`show` prints the source that runs, and its links lead to what exists."""

import inspect
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import dlvc
from dlvc import losses, models

CODE = Path(__file__).parents[2]


@pytest.mark.parametrize("thing", [losses.softmax, losses.cross_entropy, models.MLP, dlvc.show])
def test_text_is_the_source_at_the_place_that_is_named(thing):
    source = dlvc.show(thing)
    lines = (CODE / source.path).read_text().splitlines(keepends=True)
    assert "".join(lines[source.first - 1 : source.last]) == source.text
    assert source.text in str(source)
    assert inspect.unwrap(thing).__name__ in source.text


def test_links_lead_to_the_file_the_equations_and_their_tests():
    html = BeautifulSoup(dlvc.show(losses.softmax)._repr_html_(), "html.parser")
    links = [a["href"] for a in html.find_all("a")]
    assert "#equation-eq-softmax" in links
    assert "#equation-eq-temperature" in links
    for address in links:
        if found := re.search(r"/blob/main/code/(.+?)#L(\d+)", address):
            line = (CODE / found[1]).read_text().splitlines()[int(found[2]) - 1]
            assert line.startswith(("def ", "class "))
    assert sum("tests/equations" in address for address in links) == 2


def test_source_is_escaped():
    html = dlvc.show(losses.cross_entropy)._repr_html_()
    assert "&lt;=" in html
    assert "<=" not in html


@pytest.mark.usefixtures("untyped")
@pytest.mark.parametrize("thing", [len, 3, Path])
def test_what_is_not_ours_is_refused(thing):
    with pytest.raises(TypeError, match="takes a function or class of dlvc"):
        dlvc.show(thing)
