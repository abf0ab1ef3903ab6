"""From a name and a split to pictures and labels."""

import os
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import TensorDataset

from dlvc.data.cards import SPLITS, Split, card
from dlvc.data.files import FOLDER, read_npz

Profile = Literal["quick", "full"]
Bytes = NDArray[np.uint8]

_VALIDATION_SEED = 0


def cache_folder() -> Path:
    """Return the folder for downloads: ``$DLVC_DATA``, else ``dlvc`` in the user's cache folder."""
    if "DLVC_DATA" in os.environ:
        return Path(os.environ["DLVC_DATA"]).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "dlvc"


def load(name: str, split: Split, *, profile: Profile = "quick") -> TensorDataset:
    """Load one split of a dataset as pictures and labels.

    Args:
        name: a name from ``dlvc.data.names()``.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        profile: ``"quick"`` reads the embedded subset and needs no network; ``"full"`` reads the whole set,
            which torchvision downloads once into `cache_folder`.

    Returns:
        A dataset of two tensors: pictures ``(N, 1, 28, 28)``, float32 in [0, 1], and labels ``(N,)``, int64.

    Raises:
        ValueError: if the name, split or profile is unknown, or the embedded file is damaged.
        FileNotFoundError: if the embedded file is missing.
        RuntimeError: if the full set is neither in the cache nor to be downloaded.
    """
    record = card(name)
    if split not in SPLITS:
        raise ValueError(f"split is {split!r}; it must be one of {', '.join(map(repr, SPLITS))}")
    if profile == "quick":
        arrays = read_npz(FOLDER / record.file, record.sha256)
        images, labels = (arrays[f"{split}_{part}"].astype(np.uint8, copy=False) for part in ("images", "labels"))
    elif profile == "full":
        images, labels = _full(name, split)
    else:
        raise ValueError(f"profile is {profile!r}; it must be 'quick' or 'full'")
    pictures = torch.from_numpy(images).unsqueeze(1).float().div_(255)  # (N, 28, 28) -> (N, 1, 28, 28)
    return TensorDataset(pictures, torch.from_numpy(labels.astype(np.int64)))


def _full(name: str, split: Split) -> tuple[Bytes, Bytes]:
    """Return all pictures and labels of a split of the full set; validation is cut from training."""
    from torchvision import datasets  # takes half a second, and only the full profile needs it

    kind = {"mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST}[name]
    folder = cache_folder()
    try:
        source = kind(folder, train=split != "test", download=True)
    except (OSError, RuntimeError) as error:
        raise RuntimeError(
            f"the full {name} is not in {folder} and could not be downloaded ({error}). "
            "Check the network and the folder's permissions, or use the quick profile, which needs neither."
        ) from error
    images, labels = source.data.numpy(), source.targets.numpy().astype(np.uint8)
    if split == "test":
        return images, labels
    order = np.random.Generator(np.random.PCG64(_VALIDATION_SEED)).permutation(len(images))
    held_out = card(name).full_sizes["validation"]
    chosen = order[:held_out] if split == "validation" else order[held_out:]
    return images[chosen], labels[chosen]
