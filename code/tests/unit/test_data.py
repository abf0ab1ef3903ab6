"""Embedded data: what is in it, and what is said when it is not as it should be."""

import gzip
import pickle
import shutil

import numpy as np
import pytest
import torch

from dlvc import data
from dlvc.data.build.digits_and_garments import NumbersOnly, embed, fashion_mnist, read_idx
from dlvc.data.cards import SPLITS
from dlvc.data.files import FOLDER, read_npz, write_npz


@pytest.mark.parametrize("name", data.names())
def test_every_split_is_what_its_card_says(name):
    card = data.card(name)
    seen = set()
    for split in SPLITS:
        images, labels = data.load(name, split).tensors
        assert images.shape == (card.sizes[split], 1, 28, 28)
        assert images.dtype == torch.float32
        assert images.min() == 0
        assert images.max() == 1
        assert torch.bincount(labels).tolist() == [card.sizes[split] // 10] * 10, "stratified"
        pictures = {image.numpy().tobytes() for image in images}
        assert not pictures & seen, "no picture stands in two splits"
        seen |= pictures
    assert len(card.classes) == 10


def test_unknown_names_are_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"no dataset is called 'fashion_mnist'.*Did you mean 'fashion-mnist'"):
        data.card("fashion_mnist")


@pytest.mark.usefixtures("untyped")
@pytest.mark.parametrize(
    ("split", "profile", "message"),
    [("valid", "quick", "split is 'valid'"), ("train", "fast", "profile is 'fast'")],
)
def test_unknown_splits_and_profiles_are_named(split, profile, message):
    with pytest.raises(ValueError, match=message):
        data.load("mnist", split, profile=profile)


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:100] + b"?" + b[101:], lambda _: b""])
def test_a_damaged_file_is_refused_with_both_hashes(tmp_path, damage):
    card = data.card("mnist")
    copy = tmp_path / card.file
    copy.write_bytes(damage((FOLDER / card.file).read_bytes()))
    with pytest.raises(ValueError, match=rf"{card.file} is damaged.*sha256 is [0-9a-f]{{64}}, expected {card.sha256}"):
        read_npz(copy, card.sha256)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.npz is missing.*reinstall dlvc"):
        read_npz(tmp_path / "gone.npz", "0" * 64)


def test_writing_leaves_the_old_file_whole_when_it_fails(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    checksum = write_npz(path, {"x": np.arange(3)})
    monkeypatch.setattr("os.fdopen", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_npz(path, {"x": np.arange(4)})
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]
    assert read_npz(path, checksum)["x"].tolist() == [0, 1, 2]


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    arrays = {"x": np.arange(1000, dtype=np.uint8)}
    assert write_npz(tmp_path / "a.npz", arrays) == write_npz(tmp_path / "b.npz", arrays)


def write_idx(path, array):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    path.write_bytes(gzip.compress(header + array.tobytes()))


@pytest.fixture
def idx_folder(tmp_path):
    """A set in the true format: 1,300 training and 400 test pictures a class; some test pictures are training ones."""
    generator = np.random.Generator(np.random.PCG64(0))
    for stem, each in (("train", 1300), ("t10k", 400)):
        labels = np.repeat(np.arange(10, dtype=np.uint8), each)
        images = generator.integers(0, 256, (len(labels), 2, 2), dtype=np.uint8)
        images[:, 0, 0] = labels
        write_idx(tmp_path / f"{stem}-images-idx3-ubyte.gz", images)
        write_idx(tmp_path / f"{stem}-labels-idx1-ubyte.gz", labels)
    return tmp_path


def test_the_build_script_splits_without_overlap_and_repeats_itself(idx_folder):
    source = fashion_mnist(idx_folder)
    assert source["train"][0].shape == (13_000, 2, 2)
    for name in ("a", "b"):
        embed(source, idx_folder / f"{name}.npz")
    assert (idx_folder / "a.npz").read_bytes() == (idx_folder / "b.npz").read_bytes()
    with np.load(idx_folder / "a.npz") as arrays:
        for split, count in (("train", 10_000), ("validation", 2_000), ("test", 2_000)):
            assert np.bincount(arrays[f"{split}_labels"]).tolist() == [count // 10] * 10
            assert (arrays[f"{split}_images"][:, 0, 0] == arrays[f"{split}_labels"]).all()


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"\x00\x00\x0d\x01\x00\x00\x00\x00"))
    with pytest.raises(ValueError, match="not an idx file of unsigned bytes"):
        read_idx(tmp_path / "x.gz")


def test_the_pickle_reader_builds_arrays_and_nothing_else(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(pickle.dumps(np.arange(3)))
    with path.open("rb") as file:
        assert NumbersOnly(file).load().tolist() == [0, 1, 2]
    path.write_bytes(pickle.dumps(shutil.rmtree))
    with path.open("rb") as file, pytest.raises(pickle.UnpicklingError, match="rmtree is not part of an array"):
        NumbersOnly(file).load()


class TinySet:
    """torchvision's interface, without its download."""

    def __init__(self, _root, *, train, download):
        assert download
        self.data = torch.arange(60 if train else 10, dtype=torch.uint8).view(-1, 1, 1).expand(-1, 28, 28)
        self.targets = torch.arange(60 if train else 10) % 10


def test_the_full_set_keeps_validation_apart_from_training(monkeypatch):
    monkeypatch.setattr("torchvision.datasets.MNIST", TinySet)
    card = data.card("mnist")
    monkeypatch.setitem(card.full_sizes, "validation", 5)
    sets = {split: data.load("mnist", split, profile="full").tensors for split in SPLITS}
    assert [len(sets[split][0]) for split in SPLITS] == [55, 5, 10]
    both = torch.cat([sets["train"][0], sets["validation"][0]])[:, 0, 0, 0]
    assert torch.equal(both.mul(255).round().sort().values, torch.arange(60.0))


def test_no_network_for_the_full_set_is_one_clear_sentence(monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise OSError("no route to host")

    monkeypatch.setenv("DLVC_DATA", str(tmp_path))
    monkeypatch.setattr("torchvision.datasets.MNIST", refuse)
    with pytest.raises(RuntimeError, match=rf"full mnist is not in {tmp_path}.*use the quick profile"):
        data.load("mnist", "train", profile="full")


def test_the_cache_folder_follows_its_variables(monkeypatch, tmp_path):
    monkeypatch.setenv("DLVC_DATA", str(tmp_path / "mine"))
    assert data.cache_folder() == tmp_path / "mine"
    monkeypatch.delenv("DLVC_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data.cache_folder() == tmp_path / "dlvc"
