"""What every test gets: shape and type checks on dlvc, one torch thread, and its place where tests run side by side."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from jaxtyping import config, install_import_hook

install_import_hook("dlvc", "beartype.beartype")
torch.set_num_threads(1)


def pytest_xdist_auto_num_workers() -> int:
    """Run as many tests at a time (`-n auto`) as `make book` runs chapters."""
    from execute import default_jobs  # needs what builds the book, which tests of the package alone do without

    return default_jobs("quick")


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks after this
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file on one worker, for they share what it has made; what has a group of its own goes first.

    Those are the longest: so no worker is left with one of them at the end.
    """
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.fixture(scope="session")
def build_source() -> Callable[[str], Path]:
    """Finds what embedded data were made from, by its name's pattern: `build_source("stardist-0.9.2-*.whl")`."""

    def find(pattern: str) -> Path:
        folder = os.environ.get("DLVC_BUILD_SOURCES")
        if folder is None:
            pytest.skip(f"DLVC_BUILD_SOURCES is unset: it must name a folder with {pattern}")
        (found,) = Path(folder).glob(pattern)
        return found

    return find


@pytest.fixture
def unpacked(build_source: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Unpacks a Debian package that embedded data were made from, and returns the folder."""

    def unpack(pattern: str) -> Path:
        package = build_source(pattern)
        if not shutil.which("dpkg-deb"):
            pytest.skip("dpkg-deb, which unpacks the package, isn't installed")
        subprocess.run(["dpkg-deb", "-x", package, tmp_path / package.stem], check=True)
        return tmp_path / package.stem

    return unpack


@pytest.fixture
def untyped() -> Iterator[None]:
    """Call dlvc as a reader does: without jaxtyping's checks, so that our own errors must catch bad input."""
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)
