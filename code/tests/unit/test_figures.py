"""Figures: the same bytes twice, colours that follow the page, and clear errors."""

import base64
import io
import re

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from dlvc import figures
from dlvc.figures.theme import PALETTE, to_svg

generator = torch.Generator().manual_seed(0)
PROBABILITIES = torch.rand(200, 3, generator=generator).softmax(1)
LABELS = torch.randint(3, (200,), generator=generator)

MAKERS = {
    "curves": lambda: figures.curves(
        {"a": [1.0, 2.0, 3.0], "b": [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]}, xlabel="epoch", ylabel="loss"
    ),
    "log curves": lambda: figures.curves(
        {"a": [1.0, 10.0]}, x=[1.0, 10.0], xlabel="epoch", ylabel="loss", log_x=True, log_y=True
    ),
    "strips": lambda: figures.strips({"a": [0.0, 1.0], "b": [1.0, 2.0]}, xlabel="answer", truth=[0.0, 1.0]),
    "clouds": lambda: figures.clouds({"a": {"0": torch.zeros(3, 2), "1": torch.ones(3, 2)}}, reach=2.0),
    "bars": lambda: figures.bars({"x": [1.0, 2.0], "y": [2.0, 1.0]}, names=["a", "b"], ylabel="accuracy"),
    "images": lambda: figures.image_grid(torch.rand(3, 1, 4, 4, generator=generator), ["a", "b", "c"], columns=2),
    "colour images": lambda: figures.image_grid(torch.rand(2, 3, 4, 4, generator=generator)),
    "weights": lambda: figures.image_grid(torch.randn(2, 1, 4, 4, generator=generator), symmetric=True),
    "confusion": lambda: figures.confusion_matrix(torch.tensor([[9, 1], [0, 5]]), ["cat", "dog"]),
    "GRU": figures.gru_cell,
    "LSTM": figures.lstm_cell,
    "variational autoencoder": figures.variational_autoencoder,
    "adversarial game": figures.adversarial_game,
    "cycle": figures.cycle,
    "reliability": lambda: figures.reliability_diagram({"model": (PROBABILITIES, LABELS)}),
}


@pytest.mark.parametrize("name", [n for n in MAKERS if "images" not in n and n != "weights"])
def test_the_same_figure_gives_the_same_bytes(name):
    assert to_svg(MAKERS[name]()) == to_svg(MAKERS[name]())


@pytest.mark.parametrize("name", MAKERS)
def test_ink_follows_the_page_and_the_ground_is_the_page(name):
    figure = MAKERS[name]()
    assert isinstance(figure, Figure)
    svg = to_svg(figure)
    light, dark = (css for css in re.findall(r":root\{(.*?)\}", svg))
    assert light != dark
    assert f"--ink:{PALETTE['ink'][1]}" in dark
    drawing = svg.split("</style>", 1)[1]
    for name, (colour, _) in PALETTE.items():
        assert colour not in drawing, f"{name} is drawn in its light colour on a dark page too"
    assert "fill: #ffffff" not in re.sub(r"<clipPath.*?</clipPath>", "", drawing.split("axes_1")[0], flags=re.DOTALL)


def test_curves_refuse_a_series_that_would_not_be_drawn():
    series = {name: [1.0, 2.0] for name in "abcdef"}
    assert len(figures.curves(series, xlabel="x", ylabel="y").axes[0].lines) == 6
    with pytest.raises(ValueError, match=r"series has 7 curves; wanted at most 6: draw the others in a second figure"):
        figures.curves(series | {"g": [1.0, 2.0]}, xlabel="x", ylabel="y")


def test_each_panel_has_its_own_curves_and_range():
    panels = [{"a": [[1e-9, 1.0]], "b": [[1e-8, 1.0], [1e-6, 1.0]]}, {"c": [[0.5, 1.0]]}]
    left, right = figures.curves_in_panels(panels, x=[0.0, 1.0], xlabel="x", ylabel="y").axes
    assert [line.get_label() for line in left.lines] == ["a", "b"]
    np.testing.assert_allclose(left.lines[1].get_ydata(), [5.05e-7, 1])
    assert left.get_ylim()[0] < 1e-8 < 0.1 < right.get_ylim()[0]
    assert len(left.collections) == 1  # the range of b's seeds


def test_bars_refuse_a_series_that_would_not_be_drawn():
    series = {name: [1.0, 2.0] for name in "abcde"}
    with pytest.raises(ValueError, match="5 series"):
        figures.bars(series, names=["x", "y"], ylabel="accuracy")


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("half", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", [n for n in PALETTE if n != "grid"])
def test_contrast_with_the_page(name, half):
    page = luminance(("#ffffff", "#121212")[half])
    ink = luminance(PALETTE[name][half])
    contrast = (max(page, ink) + 0.05) / (min(page, ink) + 0.05)
    assert contrast >= (4.5 if name in {"ink", "quiet"} else 3)


@pytest.mark.parametrize("columns", [1, 3, 6, 7, 15])
def test_a_grid_is_no_wider_than_a_page_and_its_lettering_is_legible_on_a_phone(columns):
    figure = figures.image_grid(torch.rand(columns, 1, 4, 4), ["a"] * columns, columns=columns)
    width = float(re.search(r'<svg .*? width="([\d.]+)pt"', to_svg(figure), flags=re.DOTALL)[1]) * 96 / 72
    assert width <= 836
    assert width > 800 or width / columns > 100, "pictures are small where there is room"
    (size,) = {axes.title.get_fontsize() * 96 / 72 for axes in figure.axes}
    assert size * min(1, 328 / width) >= 9


@pytest.mark.parametrize("name", ["GRU", "LSTM", "variational autoencoder", "adversarial game", "cycle"])
def test_lettering_of_a_diagram_is_legible_on_a_phone_and_within_it(name):
    figure = MAKERS[name]()
    svg = to_svg(figure)
    width = float(re.search(r'<svg .*? width="([\d.]+)pt"', svg, flags=re.DOTALL)[1]) * 96 / 72
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    assert min(text.get_fontsize() for text in texts) * 96 / 72 * 328 / width >= 9
    places = [text.get_window_extent() for text in texts]
    overlaps = [a.overlaps(b) for i, a in enumerate(places) for b in places[:i]]
    assert len(overlaps) > 10
    assert not any(overlaps)


def test_images_and_captions_must_fit():
    with pytest.raises(ValueError, match="got 2 images and 1 captions"):
        figures.image_grid(torch.rand(2, 1, 4, 4), ["only one"])


def test_one_group_a_row():
    axes = MAKERS["strips"]().axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]


def test_the_confusion_matrix_writes_its_counts():
    texts = [t.get_text() for t in MAKERS["confusion"]().axes[0].texts]
    assert texts == ["9", "1", "5"]


@pytest.mark.parametrize("above", [True, False])
def test_names_stand_above_the_plot_where_that_is_asked_for(above):
    figure = figures.curves({"a": [1.0, 2.0], "b": [2.0, 1.0]}, xlabel="step", ylabel="rate", legend_above=above)
    figure.canvas.draw()
    (axes,) = figure.axes
    assert (axes.get_legend().get_window_extent().y0 >= axes.get_window_extent().y1) == above


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        (np.arange(48, dtype=np.uint8).reshape(4, 4, 3), "RGB"),
        (np.arange(16, dtype=np.uint8).repeat(3).reshape(4, 4, 3), "L"),
        (np.arange(64, dtype=np.uint8).reshape(4, 4, 4), "RGBA"),
    ],
    ids=["colour", "grey", "transparent"],
)
def test_a_picture_keeps_its_pixels_and_has_no_channel_without_use(values, mode):
    figure = Figure()
    figure.subplots().imshow(values, interpolation="none")
    written = re.findall(r"data:image/png;base64,([^\"]+)", to_svg(figure))
    assert len(written) == 1
    picture = Image.open(io.BytesIO(base64.b64decode(written[0])))
    assert picture.mode == mode
    shown = np.asarray(picture.convert("RGBA" if mode == "RGBA" else "RGB"))
    assert np.array_equal(shown, values)
