"""`start`: seeds, profile, version, measurement."""

import json
import random
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import dlvc
from dlvc.run import _Measurement
from dlvc.show import REPOSITORY


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    """Start from no setting, and give torch its freedom back."""
    for name in ("DLVC_PROFILE", "DLVC_BOOK_VERSION", "DLVC_MEASUREMENTS"):
        monkeypatch.delenv(name, raising=False)
    yield
    torch.use_deterministic_algorithms(False)


def draws():
    return random.random(), np.random.rand(), torch.rand(()).item()  # noqa: NPY002, S311


def test_the_same_seed_gives_the_same_numbers_in_all_three_generators():
    dlvc.start("test")
    first = draws()
    dlvc.start("test")
    assert draws() == first
    dlvc.start("test", seed=1)
    assert all(a != b for a, b in zip(draws(), first, strict=True))


def test_algorithms_are_deterministic():
    dlvc.start("test")
    assert torch.are_deterministic_algorithms_enabled()


def test_quick_is_the_default_and_full_is_chosen_by_the_environment(monkeypatch, capsys):
    run = dlvc.start("test")
    assert (run.profile, run.device, run.pick(quick=1, full=2)) == ("quick", torch.device("cpu"), 1)
    assert capsys.readouterr().out == f"test: profile quick, device cpu, seed 0, dlvc {dlvc.__version__}\n"
    monkeypatch.setenv("DLVC_PROFILE", "full")
    run = dlvc.start("test")
    assert (run.profile, run.pick(quick=1, full=2)) == ("full", 2)


def test_an_unknown_profile_is_named(monkeypatch):
    monkeypatch.setenv("DLVC_PROFILE", "fast")
    with pytest.raises(ValueError, match="DLVC_PROFILE is 'fast'; it must be 'quick' or 'full'"):
        dlvc.start("test")


def test_a_chapter_of_another_version_is_refused(monkeypatch):
    monkeypatch.setenv("DLVC_BOOK_VERSION", dlvc.__version__)
    dlvc.start("test")
    monkeypatch.setenv("DLVC_BOOK_VERSION", "99.0")
    asked = rf"version 99\.0 of the book, but dlvc .* is installed.*git\+{REPOSITORY}@v99\.0#subdirectory=code"
    with pytest.raises(RuntimeError, match=asked):
        dlvc.start("test")


def test_generators_with_different_offsets_differ():
    run = dlvc.start("test")
    a, b, c = (torch.rand(3, generator=run.generator(offset)) for offset in (0, 0, 1))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_a_measurement_is_written_whole(tmp_path):
    run = dlvc.Run("test", "quick", torch.device("cpu"), 0)
    _Measurement(run, tmp_path / "new")(SimpleNamespace())
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["test.json"]
    record = json.loads((tmp_path / "new" / "test.json").read_text())
    assert record["chapter"] == "test"
    assert record["torch"].startswith(torch.__version__.split("+")[0])
    assert 50 < record["peak_memory_mb"] < 24_000
