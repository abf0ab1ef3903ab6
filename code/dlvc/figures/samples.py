"""What a dataset looks like: a few samples of each embedded set, for its card, and of the synthetic scenes."""

import textwrap
from collections.abc import Callable

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from dlvc.data import card, read
from dlvc.data.pretrained import DCGAN_DIGITS, STYLE_DIGITS, dcgan_generator, style_generator
from dlvc.figures.plots import curves
from dlvc.figures.theme import BLUE, INK, MIDDLE_BLUE, style

Array = NDArray[np.generic]
Described = tuple[Figure, str, str]

WIDTH = 6.4  # inches


def samples(name: str) -> Described:
    """Draw samples of the training split of an embedded dataset, the whole of a small one, or synthetic scenes.

    Args:
        name: a name from ``dlvc.data.names()`` whose card has an embedded file; or ``"object-scenes"``,
            ``"digit-scenes"`` or ``"moving-digits"``.

    Returns:
        The figure, a text for those who can't see it, and a caption.
    """
    return _DRAWN[name](name)


def _panels(count: int, columns: int, *, room: float) -> tuple[Figure, list[Axes]]:
    """Return a figure with squares in rows, ``room`` inches below each for its caption, and its axes without frames."""
    rows = -(-count // columns)
    side = WIDTH / columns
    figure = Figure(figsize=(WIDTH, rows * (side + room)))
    grid = figure.subplots(rows, columns, squeeze=False, gridspec_kw={"wspace": 0.06, "hspace": room / side + 0.06})
    for axes in grid.flat:
        axes.set_axis_off()
    return figure, list(grid.flat[:count])


def _small(image: Array, longest: int) -> Array:
    """Return about as much of a picture as a reader sees of it."""
    small = Image.fromarray(image)
    small.thumbnail((longest, longest))
    return np.asarray(small)


def _first_of_each(labels: Array, count: int) -> NDArray[np.intp]:
    """Return the indices of the first ``count`` samples of each class, class by class."""
    return np.concatenate([np.flatnonzero(labels == label)[:count] for label in np.unique(labels)])


def _pictures(name: str) -> Described:
    arrays, classes = read(name), card(name).classes
    images, labels = arrays["train_images"], arrays["train_labels"]
    with style():
        each = 3 if images.shape[1] < 64 else 2
        figure, panels = _panels(each * len(classes), len(classes), room=0)
        by_row = _first_of_each(labels, each).reshape(-1, each).T.ravel()  # one class a column
        for axes, index in zip(panels, by_row, strict=True):
            axes.imshow(_small(images[index], 40), interpolation="none")
        long = max(map(len, classes)) > 9  # then the titles of neighbours stand at two heights
        for column, (axes, title) in enumerate(zip(panels, classes, strict=False)):
            axes.set_title(title + "\n" * (column % 2) if long else title.replace(" ", "\n"), fontsize=7, pad=3)
    listed = ", ".join(classes)
    return figure, f"{each} pictures of each class, a column a class: {listed}.", f"The first {each} of each class."


def _clouds(name: str) -> Described:
    arrays, classes = read(name), card(name).classes
    points, labels = arrays["train_points"], arrays["train_labels"]
    turn, tilt = np.radians(35), np.radians(20)
    with style():
        figure, panels = _panels(len(classes), 5, room=0.2)
        for axes, title, index in zip(panels, classes, _first_of_each(labels, 1), strict=True):
            x, y, z = points[index].astype(float).T
            depth = z * np.cos(turn) - x * np.sin(turn)
            across, up = x * np.cos(turn) + z * np.sin(turn), y * np.cos(tilt) - depth * np.sin(tilt)
            axes.scatter(across, up, s=0.6, color=MIDDLE_BLUE, linewidths=0, rasterized=True)
            axes.set_aspect("equal")
            axes.set(xlim=(-1, 1), ylim=(-1, 1))
            axes.set_title(title, fontsize=8, pad=0)
    return figure, f"A cloud of points for each class: {', '.join(classes)}.", "The first shape of each class."


def _named_pictures(name: str) -> Described:
    arrays = read(name)
    images, names = arrays["train_images"], arrays["train_names"]
    chosen = np.linspace(0, len(images) - 1, 10).astype(int)
    with style():
        figure, panels = _panels(len(chosen), 5, room=0.2)
        for axes, index in zip(panels, chosen, strict=True):
            axes.imshow(images[index], interpolation="none")
            axes.set_title(str(names[index]), fontsize=7.5, pad=2)
    listed = ", ".join(str(names[index]) for index in chosen)
    return (
        figure,
        f"Ten small pictures with names: {listed}.",
        "Ten pictures of the training split and their names.",
    )


def _photographs(name: str) -> Described:
    arrays = read(name)
    with style():
        figure, panels = _panels(len(arrays), 5, room=0.2)
        for axes, (title, image) in zip(panels, arrays.items(), strict=True):
            axes.imshow(_small(image, 80), interpolation="none")
            axes.set_title(title, fontsize=8, pad=2)
    return figure, f"Photographs: {', '.join(arrays)}.", "All of them, by the names of their arrays."


def _instances(name: str) -> Described:
    arrays = read(name)
    instances = arrays["instances"].astype(int)
    small = _small(arrays["image"], len(instances[1::3]))
    count = len(np.unique(instances)) - 1
    with style():
        figure = Figure(figsize=(WIDTH, WIDTH / 2))
        left, right = figure.subplots(1, 2, gridspec_kw={"wspace": 0.04})
        for axes in (left, right):
            axes.imshow(small, vmax=float(np.percentile(small.astype(float), 99.8)), interpolation="none")
            axes.set_axis_off()
        third = instances[1::3, 1::3]
        shown = np.ma.masked_equal(third % 9 + (third > 0), 0)
        right.imshow(shown, cmap="tab10", alpha=0.75, interpolation="none")
    alt = (
        "Bright spots on a dark ground, and the same picture with each spot in a colour of its own or of a few others."
    )
    return figure, alt, f"The picture, and the masks of its {count} nuclei (nine colours, used in turn)."


def _features(name: str) -> Described:
    arrays = read(name)
    targets = arrays["train_targets"]
    with style():
        figure = Figure(figsize=(WIDTH, 3.2))
        all_axes = figure.subplots(2, 5, sharey=True).flat
        for axes, feature, values in zip(all_axes, arrays["feature_names"], arrays["train_features"].T, strict=True):
            axes.plot(values, targets, ".", color=BLUE, markersize=1.5)
            axes.set_title(str(feature), fontsize=8, pad=2, color=INK)
            axes.tick_params(labelsize=6.5)
        figure.supylabel("target", fontsize=9, color=INK)
        figure.tight_layout(pad=0.4)
    listed = ", ".join(str(feature) for feature in arrays["feature_names"])
    return (
        figure,
        f"Ten clouds of dots: the target against {listed}.",
        "The target against each feature, training split.",
    )


def _filters(name: str) -> Described:
    filters = read(name)["features.0.0.weight"].astype(float)  # (32, 3, 3, 3)
    limit = np.abs(filters).max(axis=(1, 2, 3), keepdims=True)
    with style():
        figure, panels = _panels(len(filters), 16, room=0)
        for axes, image in zip(panels, filters / limit / 2 + 0.5, strict=True):
            axes.imshow(np.moveaxis(image, 0, -1), interpolation="none")
    alt = f"{len(filters)} squares of three by three coloured pixels; some are edges, some are blobs of one colour."
    return figure, alt, "The filters of the first convolution, each scaled to its own largest weight."


def _scenes(_: str) -> Described:
    from dlvc.data.scenes import ObjectScenes

    scenes = ObjectScenes("train", 5, size=64)
    drawn = [scenes[index] for index in range(5)]
    with style():
        figure, panels = _panels(10, 5, room=0.2)
        for above, below, (image, target) in zip(panels[:5], panels[5:], drawn, strict=True):
            above.imshow(np.moveaxis(image.numpy(), 0, -1), interpolation="none")
            _boxes(above, target["boxes"], [scenes.classes[label] for label in target["labels"]])
            shown = np.ma.masked_equal(target["semantic"].numpy(), 0)
            below.imshow(shown, cmap="tab10", vmin=1, vmax=10, interpolation="none")
    alt = "Five pictures of objects on photographs, each in a box, with its name above; below, their shapes in colours."
    return figure, alt, "Five synthetic scenes, 64 × 64 pixels, with their boxes and their masks."


def _scattered_digits(_: str) -> Described:
    from dlvc.data.scenes import DigitScenes

    scenes = DigitScenes("train", 5)
    with style():
        figure, panels = _panels(5, 5, room=0)
        for axes, (image, target) in zip(panels, [scenes[index] for index in range(5)], strict=True):
            axes.imshow(image[0].numpy(), interpolation="none")
            _boxes(axes, target["boxes"], [str(label.item()) for label in target["labels"]])
    alt = "Five black pictures with one to four white digits, each in a box, among bits of strokes."
    return figure, alt, "Five synthetic scenes with digits and clutter, 96 × 96 pixels."


def _moving_digits(_: str) -> Described:
    from dlvc.data.scenes import MovingDigits

    clips = MovingDigits("train", 20)
    drawn = [clips[index] for index in range(len(clips))]
    chosen = [next(clip for clip, label in drawn if label == direction) for direction in (0, 1)]
    with style():
        figure, panels = _panels(16, 8, room=0)
        for axes, frame in zip(panels, [frame for clip in chosen for frame in clip], strict=True):
            axes.imshow(frame[0].numpy(), interpolation="none")
    alt = "Two rows of eight frames: a digit wanders across, leaves on one side and comes in again on the other."
    return figure, alt, "A synthetic clip of each class, from its first frame to its last."


def _boxes(axes: Axes, boxes: Tensor, labels: list[str]) -> None:
    """Draw boxes, and above the picture what they hold."""
    for left, top, right, bottom in boxes.tolist():
        axes.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor="white", linewidth=1))
    axes.set_title(textwrap.fill(", ".join(labels), 20), fontsize=7, pad=3)


def _generated(name: str) -> Described:
    generator, latent_size = (
        (dcgan_generator(), DCGAN_DIGITS["latent_size"])
        if name == "dcgan-digits"
        else (style_generator(), STYLE_DIGITS["latent_size"])
    )
    with torch.no_grad():
        pictures = generator(torch.randn(10, latent_size, generator=torch.Generator().manual_seed(0)))
    with style():
        figure, panels = _panels(len(pictures), 10, room=0)
        for axes, picture in zip(panels, pictures, strict=True):
            axes.imshow(picture[0], vmin=-1, vmax=1, interpolation="none")
    text = f"Ten handwritten digits, white on black; {_READABLE[name]} of them can be read."
    return figure, text, "The first ten pictures that this generator draws with seed 0; none is chosen."


def _measured(name: str) -> Described:
    table = read(name)
    figure = curves(
        dict(zip(map(str, table["rules"]), table["distance"].tolist(), strict=True)),
        x=(table["operations"].astype(float) / 1e9).tolist(),
        xlabel="billions of operations",
        ylabel="Fréchet distance",
        log_y=True,
        legend_above=True,
    )
    text = "Five falling curves with bands, one a rule of training, on a logarithmic axis."
    return figure, text, "Fréchet distance over the operations of training: mean and range of the seeds."


_READABLE = {"dcgan-digits": "about half", "style-digits": "nearly all"}
_DRAWN: dict[str, Callable[[str], Described]] = {
    "fashion-mnist": _pictures,
    "mnist": _pictures,
    "cut-outs": _pictures,
    "shapes": _clouds,
    "furniture-icons": _named_pictures,
    "photographs": _photographs,
    "nuclei": _instances,
    "diabetes": _features,
    "mobilenet-v2": _filters,
    "dcgan-digits": _generated,
    "style-digits": _generated,
    "gan-rules": _measured,
    "object-scenes": _scenes,
    "digit-scenes": _scattered_digits,
    "moving-digits": _moving_digits,
}
