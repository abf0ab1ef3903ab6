"""The figures of the chapter on tensors in a browser: Python's gradients, PyTorch's shapes, keyboard and phone."""

import re

import pytest
import torch
from playwright.sync_api import Locator, expect

from dlvc.live.broadcasting import result
from dlvc.live.expression_graph import nodes_of
from expressions import EXPRESSIONS
from visiting import OpenPage, running

PAGE = "foundations/tensors.html"
GRAPH, SHAPES = "expression_graph", "broadcasting"
PAIRS = [
    ("4, 1", "3"),
    ("(64,)", "64, 1"),
    ("8, 3, 32, 32", "3, 1, 1"),
    ("", "5"),
    ("2x1x3", "4 1"),
    ("0", "1"),
    ("4, 3", "4"),
    ("2, 4, 3", "5, 3, 4"),
    ("3", "4"),
]


def start(visit: OpenPage, module: str, which: int = 0, **options: object) -> Locator:
    """Open the chapter and scroll to such a figure."""
    return running(visit(PAGE, **options).page.locator(f"dlvc-live[module={module}]").nth(which))


def numbers(figure: Locator) -> list[tuple[float, float]]:
    """Value and gradient of each node at the end of the walk, with all digits."""
    figure.get_by_label("Step").press("End")
    return [
        (float(node.get_attribute("data-value") or "nan"), float(node.get_attribute("data-gradient") or "nan"))
        for node in figure.locator(".dlvc-node").all()
    ]


def slider(figure: Locator, name: str) -> Locator:
    """The slider of a variable; its label holds its value too."""
    return figure.locator(f".dlvc-variables label:has(span:text-is('{name}')) input")


def shown_values(figure: Locator) -> dict[str, float]:
    """What the sliders of the variables say."""
    rows = figure.locator(".dlvc-variables label").all()
    return {row.locator("span").first.inner_text(): float(row.locator("input").input_value()) for row in rows}


def agree(figure: Locator, expression: str) -> bool:
    """Whether the figure shows Python's values and gradients for what its sliders say."""
    wanted = [(float(n.variable.value), float(n.variable.gradient)) for n in nodes_of(expression, shown_values(figure))]
    found = numbers(figure)
    return len(found) == len(wanted) and all(
        one == pytest.approx(other, rel=1e-6, abs=1e-6) for one, other in zip(found, wanted, strict=True)
    )


def test_graph_has_pythons_values_and_gradients(visit: OpenPage) -> None:
    figure = start(visit, GRAPH)
    field = figure.get_by_label("Expression")
    for expression in EXPRESSIONS:
        field.fill(expression)
        for each in figure.locator(".dlvc-variables input").all():
            each.press("ArrowRight")
            each.press("ArrowRight")
        assert agree(figure, expression), expression
    assert not agree(figure, f"{expression} * 1.00001"), "a planted fault must be seen"


def test_walk_begins_at_its_start_and_says_where_it_is(visit: OpenPage) -> None:
    figure = start(visit, GRAPH)
    story, row = figure.locator(".dlvc-story"), figure.locator(".dlvc-slider", has_text="Step")
    back, following, end = (figure.get_by_role("button", name=name) for name in ("Back", "Next", "To the end"))
    expect(story).to_contain_text("nothing has been computed")
    expect(row).to_contain_text("0 of 10")
    expect(back).to_have_attribute("aria-disabled", "true")
    expect(following).to_have_attribute("aria-disabled", "false")
    end.press("Enter")
    expect(row).to_contain_text("10 of 10")
    expect(following).to_have_attribute("aria-disabled", "true")
    expect(end).to_be_focused()
    figure.get_by_role("button", name="x * x + x").click()
    expect(row).to_contain_text("0 of 4")


def test_graph_has_pytorchs_gradient(visit: OpenPage) -> None:
    figure = start(visit, GRAPH)
    figure.get_by_role("button", name="exp(a) / (exp(a) + exp(b))").click()
    slider(figure, "a").fill("1.5")
    slider(figure, "b").fill("-0.5")
    a, b = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (1.5, -0.5))
    value = a.exp() / (a.exp() + b.exp())
    value.backward()
    found = numbers(figure)
    assert found[-1] == pytest.approx((value.item(), 1.0), abs=1e-12)
    assert found[0] == pytest.approx((1.5, a.grad.item()), abs=1e-12)
    text = f"Result {value.item():.4g}. Gradient: a {a.grad.item():.4g}, b −{-b.grad.item():.4g}."
    expect(figure.locator(".dlvc-summary")).to_have_text(text)


def test_steps_go_forwards_and_backwards_by_keyboard(visit: OpenPage) -> None:
    figure = start(visit, GRAPH)
    figure.get_by_label("Expression").fill("x * x + x")
    slider(figure, "x").fill("3")
    story, step = figure.locator(".dlvc-story"), figure.get_by_label("Step")
    step.press("Home")
    expect(story).to_contain_text("nothing has been computed")
    expect(figure.locator(".dlvc-node").nth(2)).to_contain_text("…")
    step.press("ArrowRight")
    expect(story).to_have_text("Forward, 1 of 2: × of 3 and 3 is 9.")
    figure.get_by_role("button", name="Next").press("Enter")
    expect(story).to_contain_text("This is the result")
    figure.get_by_role("button", name="Next").click()
    expect(story).to_contain_text("Backward, 1 of 2: a sum hands its gradient to both terms.")
    expect(story).to_contain_text("x now has 1")
    step.press("End")
    expect(story).to_contain_text("x now has 7")
    figure.get_by_role("button", name="Back").click()
    expect(story).to_contain_text("x now has 1")


def test_a_fault_keeps_the_last_graph_and_is_told(visit: OpenPage) -> None:
    figure = start(visit, GRAPH)
    field, fault = figure.get_by_label("Expression"), figure.locator(".dlvc-fault")
    before = numbers(figure)
    field.fill("w * ")
    expect(fault).to_contain_text("Found the end; wanted a number")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert numbers(figure) == before
    field.fill("alert(1)")
    expect(fault).to_contain_text("“alert” is no function here")
    figure.get_by_role("button", name="Reset").click()
    expect(fault).to_be_hidden()
    assert numbers(figure) == before


def test_what_is_no_number_is_said(visit: OpenPage) -> None:
    figure = start(visit, GRAPH)
    figure.get_by_label("Expression").fill("log(a)")
    slider(figure, "a").press("Home")
    expect(figure.locator(".dlvc-summary")).to_contain_text("Result no number.")


def test_shapes_are_pytorchs_and_so_is_the_error(visit: OpenPage) -> None:
    figure = start(visit, SHAPES)
    fields = [figure.get_by_label(f"Shape of {name}") for name in "ab"]
    summary = figure.locator(".dlvc-summary")
    for pair in PAIRS:
        for field, text in zip(fields, pair, strict=True):
            field.fill(text)
        first, second = ([int(size) for size in re.findall(r"\d+", text)] for text in pair)
        wanted = result(first, second)
        if isinstance(wanted, str):
            expect(summary).to_have_text(f"RuntimeError: {wanted}")
            expect(figure.locator(".dlvc-clash").first).to_contain_text("≠")
        else:
            written = str(tuple(wanted))
            expect(summary).to_contain_text(f"a + b has shape {written}: {torch.Size(wanted).numel():,} numbers")


def test_sizes_are_stepped_by_keyboard_and_keep_the_focus(visit: OpenPage) -> None:
    figure = start(visit, SHAPES)
    size = figure.get_by_label("Size of b along axis −1")
    size.focus()
    size.press("ArrowUp")
    expect(figure.locator(".dlvc-summary")).to_contain_text("a + b has shape (4, 4)")
    expect(figure.get_by_label("Shape of b")).to_have_value("4")
    assert figure.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Size of b along axis −1"
    figure.get_by_role("button", name="Add an axis in front of b").press("Enter")
    expect(figure.get_by_label("Shape of b")).to_have_value("1, 4")
    figure.get_by_role("button", name="Drop the first axis of a").press("Enter")
    expect(figure.locator(".dlvc-summary")).to_contain_text("a + b has shape (1, 4)")
    figure.get_by_role("button", name="Reset").press("Enter")
    expect(figure.locator(".dlvc-summary")).to_contain_text("a + b has shape (4, 3)")


def test_what_is_no_shape_is_told(visit: OpenPage) -> None:
    figure = start(visit, SHAPES)
    figure.get_by_label("Shape of a").fill("4, b")
    expect(figure.locator(".dlvc-fault").first).to_contain_text("is no shape")
    expect(figure.locator(".dlvc-summary")).to_contain_text("a + b has shape (4, 3)")


@pytest.mark.parametrize("module", [GRAPH, SHAPES])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_fit_a_phone_and_answer_to_touch(visit: OpenPage, module: str, scheme: str) -> None:
    options = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "color_scheme": scheme}
    figure = start(visit, module, **options)
    before = figure.locator(".dlvc-summary").inner_text()
    figure.locator(".dlvc-controls button").first.tap()
    expect(figure.locator(".dlvc-summary")).not_to_have_text(before)
    assert figure.page.evaluate("document.documentElement.scrollWidth") <= 360
    for part in figure.locator("button:visible, input:visible").all():
        box = part.bounding_box()
        assert box
        assert box["height"] >= 24
