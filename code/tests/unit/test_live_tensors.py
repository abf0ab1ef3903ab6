"""The figures of the chapter on tensors without a browser: their parser, gradients and shapes against Python's."""

import json
import re
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup
from py_mini_racer import MiniRacer

from dlvc.live import Broadcasting, ExpressionGraph, LiveFigure
from dlvc.live.broadcasting import result
from dlvc.live.expression_graph import lay_out, nodes_of
from dlvc.live.figure import bundle
from expressions import EXPRESSIONS

VALUES = {"a": 1.3, "b": -0.7, "c": 2.4, "w": 0.35, "x": -1.9, "z": 1.1, "t": 0.5}
SHAPES = [
    (),
    (0,),
    (1,),
    (3,),
    (4,),
    (4, 1),
    (1, 3),
    (4, 3),
    (3, 4),
    (2, 1, 3),
    (5, 4, 1),
    (1, 1, 1, 2),
    (64,),
    (64, 1),
]


def script(module: str) -> MiniRacer:
    """A JavaScript engine that has run a figure's module as Jupyter gets it."""
    source = bundle(module)
    assert "import " not in re.sub(r"//.*|/\*.*?\*/", "", source, flags=re.DOTALL)
    assert "eval(" not in source
    assert "Function(" not in source
    engine = MiniRacer()
    engine.eval(re.sub(r"^export (default .*)?", "", source, flags=re.MULTILINE))
    return engine


def in_the_page(engine: MiniRacer, call: str) -> object:
    return json.loads(engine.eval(f"JSON.stringify({call})"))


@pytest.fixture(scope="module")
def expressions() -> MiniRacer:
    return script("expression_graph")


@pytest.fixture(scope="module")
def shapes() -> MiniRacer:
    return script("broadcasting")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_graph_in_the_page_is_that_of_python(expressions: MiniRacer, expression: str) -> None:
    theirs = nodes_of(expression, VALUES)
    nodes = in_the_page(expressions, f"parse({expression!r})")
    assert isinstance(nodes, list)
    assert [node["kind"] for node in nodes] == [node.kind for node in theirs]
    assert [tuple(node["parents"]) for node in nodes] == [node.parents for node in theirs]
    assert [node["label"] for node in nodes] == [node.label for node in theirs]
    numbers = in_the_page(expressions, f"differentiate(parse({expression!r}), {json.dumps(VALUES)})")
    assert isinstance(numbers, list)
    for ours, node in zip(numbers, theirs, strict=True):
        assert ours["value"] == pytest.approx(float(node.variable.value), rel=1e-12, abs=1e-12)
        assert ours["gradient"] == pytest.approx(float(node.variable.gradient), rel=1e-12, abs=1e-12)
    places = in_the_page(expressions, f"layOut(parse({expression!r}))")
    assert isinstance(places, list)
    assert [(place["x"], place["row"]) for place in places] == [pytest.approx(each) for each in lay_out(theirs)]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_python_gives_pytorchs_gradients(expression: str) -> None:
    names = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in VALUES.items()}
    functions = {name: getattr(torch, name) for name in ("exp", "log", "tanh", "sigmoid", "relu")}
    value = eval(expression.replace("^", "**"), {"__builtins__": {}}, {**names, **functions})  # noqa: S307
    nodes = nodes_of(expression, VALUES)
    if isinstance(value, torch.Tensor):
        value.backward()
    assert float(nodes[-1].variable.value) == pytest.approx(float(torch.as_tensor(value).detach()), rel=1e-12)
    for node in nodes:
        if node.kind == "variable":
            wanted = names[node.label].grad
            assert wanted is not None
            assert float(node.variable.gradient) == pytest.approx(wanted.item(), rel=1e-12, abs=1e-12)


def test_nothing_overlaps() -> None:
    for expression in EXPRESSIONS:
        places = lay_out(nodes_of(expression, VALUES))
        for one, (x, row) in enumerate(places):
            assert x >= 0
            assert all(abs(x - other) >= 1 for other, same in places[one + 1 :] if same == row)


def test_gradients_come_step_by_step(expressions: MiniRacer) -> None:
    """After one move back, only the operands of the last operation have a gradient."""
    steps = [
        [each["gradient"] for each in in_the_page(expressions, f"differentiate(parse('x * x + x'), {{x: 3}}, {moves})")]
        for moves in (0, 1, 2)
    ]
    assert steps == [[0, 0, 1], [1, 1, 1], [7, 1, 1]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Found the end; wanted a number, a name or “(”."),
        ("a +", "Found the end; wanted a number"),
        ("a b", "Found “b” at position 3; wanted an operator or the end."),
        ("(a", "Found the end; wanted “)”."),
        ("a)", "Found “)” at position 2; wanted an operator"),
        ("a ^ b", "a number, for a power must be constant"),
        ("a^2^3", "no second power"),
        ("exp a", "Found “a” at position 5; wanted “(”."),
        ("sin(a)", "“sin” is no function here; there are exp, log"),
        ("alert`1`", "Found “`” at position 6"),
        ("a.b", "Found “.” at position 2"),
        ("+".join(["a * b"] * 20), "more than 24 nodes"),
    ],
)
def test_a_fault_is_told_in_words(expressions: MiniRacer, text: str, message: str) -> None:
    call = f"(() => {{ try {{ return parse({text!r}); }} catch (error) {{ return error.message; }} }})()"
    assert message in str(in_the_page(expressions, call))


@pytest.mark.parametrize("text", ["a +", "a ** b", "sin(a)", "a.b", "exp(a, b)", "a if b else c", "exp", "a == b"])
def test_python_refuses_too(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be drawn|is no expression|isn't a number"):
        nodes_of(text, {})


def test_a_logarithm_of_a_negative_number_is_no_number(expressions: MiniRacer) -> None:
    assert np.isnan(nodes_of("log(a)", {"a": -1.0})[-1].variable.value)
    assert in_the_page(expressions, "Number.isNaN(differentiate(parse('log(a)'), {a: -1}).at(-1).value)") is True


@pytest.mark.parametrize(("a", "b"), list(product(SHAPES, SHAPES)))
def test_shape_in_the_page_is_pytorchs_and_so_is_the_error(
    shapes: MiniRacer, a: Sequence[int], b: Sequence[int]
) -> None:
    found = in_the_page(shapes, f"broadcast({list(a)}, {list(b)})")
    assert isinstance(found, dict)
    try:
        wanted: list[int] | str = list((torch.zeros(a) + torch.zeros(b)).shape)
    except RuntimeError as error:
        wanted = str(error)
    assert found.get("shape", found.get("error")) == wanted
    assert result(a, b) == wanted


def test_words_count_numbers_and_bytes(shapes: MiniRacer) -> None:
    words = str(in_the_page(shapes, "describe([64], [64, 1])"))
    assert words.startswith(
        "a + b has shape (64, 64): 4,096 numbers, 16.4 kB in float32, from 256 bytes and 256 bytes."
    )
    assert "a: an axis of size 1 is put in front, axis −2 is stretched to 64. b: axis −1 is stretched to 64." in words
    assert words.endswith("Is that meant?")
    assert in_the_page(shapes, "describe([2, 3], [2, 3])") == (
        "a + b has shape (2, 3): 6 numbers, 24 bytes in float32, from 24 bytes and 24 bytes. "
        "a stays as it is. b stays as it is."
    )


@pytest.mark.parametrize(
    ("text", "shape"),
    [("", []), ("()", []), ("3", [3]), ("(3,)", [3]), ("4, 1", [4, 1]), (" [8 3 2] ", [8, 3, 2]), ("2x3", [2, 3])],
)
def test_shapes_are_read(shapes: MiniRacer, text: str, shape: list[int]) -> None:
    assert in_the_page(shapes, f"readShape({text!r})") == shape


@pytest.mark.parametrize(
    ("text", "message"), [("a", "no shape"), ("-1", "no shape"), ("1,1,1,1,1,1", "at most 5"), ("10000", "up to 9999")]
)
def test_what_is_no_shape_is_told(shapes: MiniRacer, text: str, message: str) -> None:
    call = f"(() => {{ try {{ return readShape({text!r}); }} catch (error) {{ return error.message; }} }})()"
    assert message in str(in_the_page(shapes, call))


FIGURES = [
    lambda: ExpressionGraph("sigmoid(w * x + b)", {"w": 2.0}, ["a * a"]),
    lambda: Broadcasting((4, 1), (3,), [((64,), (64, 1))]),
    lambda: Broadcasting((4,), (3,)),
]


@pytest.mark.parametrize("make", FIGURES)
def test_figure_goes_into_a_page_with_its_state_and_picture(make: type[LiveFigure]) -> None:
    figure = make()
    tag = BeautifulSoup(figure.html(), "html.parser").find("dlvc-live")
    assert tag is not None
    assert json.loads(tag.script.string) == figure.state()
    assert tag.img["alt"] == figure.alt
    assert min(int(tag.img["width"]), int(tag.img["height"])) > 60
    asked = set(re.findall(r'model\.get\("(\w+)"\)', bundle(figure.module)))
    assert asked
    assert asked <= set(figure.state())
    one, two = (make().html() for _ in range(2))
    assert one == two


def test_pictures_say_what_they_show() -> None:
    assert ExpressionGraph("a * b", {"a": 2.0, "b": -3.0}).alt == (
        "Graph of a * b: the result is −6, its derivatives are a −3, b 2."
    )
    assert "(4,) and (3,)" in Broadcasting((4,), (3,)).alt
    assert "must match" in Broadcasting((4,), (3,)).alt


def test_figures_refuse() -> None:
    with pytest.raises(ValueError, match="is no expression"):
        ExpressionGraph("a", examples=["a +"])
    with pytest.raises(ValueError, match="at most 5 axes"):
        Broadcasting((1,) * 6, (3,))
    with pytest.raises(ValueError, match="10000"):
        Broadcasting((4,), (3,), [((10_000,), ())])
