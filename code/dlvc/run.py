"""One call at the top of a chapter that makes the rest reproducible: `start`."""

import json
import os
import platform
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import torch

from dlvc.show import REPOSITORY

Profile = Literal["quick", "full"]
T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """What a chapter's cells need to know about this execution of it.

    Attributes:
        chapter: id of the chapter, the stem of its file.
        profile: ``"quick"`` (embedded data, CPU, minutes) or ``"full"`` (whole data sets, a GPU if there is one).
        device: where tensors and models go.
        seed: seed of Python's, NumPy's and torch's generators.
    """

    chapter: str
    profile: Profile
    device: torch.device
    seed: int

    def pick(self, *, quick: T, full: T) -> T:
        """Return the value for this profile."""
        return quick if self.profile == "quick" else full

    def glue(self, name: str, value: float | str) -> None:
        """Keep a value under a name, so that the chapter's prose can quote it as ``{glue:text}`name```.

        Outside a notebook nothing happens.
        """
        if "IPython" in sys.modules:
            from IPython.display import display

            prefix = "application/papermill.record/"  # what MyST-NB looks for
            display(  # type: ignore[no-untyped-call]
                {f"{prefix}text/plain": repr(value)},
                raw=True,
                metadata={"scrapbook": {"name": name, "mime_prefix": prefix}},
            )

    def generator(self, offset: int = 0) -> torch.Generator:
        """Return a fresh CPU generator seeded with ``seed + offset``."""
        return torch.Generator().manual_seed(self.seed + offset)


def start(chapter: str, *, seed: int = 0) -> Run:
    """Seed everything, choose profile and device, and print one line that says so.

    The profile is the environment variable ``DLVC_PROFILE`` (``quick`` unless set). When a book is built,
    ``DLVC_BOOK_VERSION`` holds its version and must equal the installed package's, and ``DLVC_MEASUREMENTS``
    names a folder that receives the chapter's time and memory after every cell.

    Args:
        chapter: id of the chapter.
        seed: seed of all generators, at least 0.

    Raises:
        ValueError: if ``DLVC_PROFILE`` is neither ``quick`` nor ``full``.
        RuntimeError: if the book's and the package's versions differ.
    """
    profile = _profile()
    installed = version("dlvc")
    wanted = os.environ.get("DLVC_BOOK_VERSION", installed)
    if wanted != installed:
        raise RuntimeError(
            f"this chapter belongs to version {wanted} of the book, but dlvc {installed} is installed. Run `make book` "
            f'in a clone, or `pip install "dlvc @ git+{REPOSITORY}@v{wanted}#subdirectory=code"` for a release.'
        )
    # cuBLAS reads this when it starts, and is not deterministic without it.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - third-party code draws from the global generator
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    gpu = profile == "full" and torch.cuda.is_available()
    run = Run(chapter, profile, torch.device("cuda" if gpu else "cpu"), seed)
    _prepare_notebook(run)
    print(f"{chapter}: profile {profile}, device {run.device}, seed {seed}, dlvc {installed}")
    return run


def _profile() -> Profile:
    chosen = os.environ.get("DLVC_PROFILE", "quick")
    if chosen == "quick":
        return "quick"
    if chosen == "full":
        return "full"
    raise ValueError(f"DLVC_PROFILE is {chosen!r}; it must be 'quick' or 'full'")


def _prepare_notebook(run: Run) -> None:
    """In a notebook, draw figures in the book's style and measure the chapter where a build asks for it."""
    if "IPython" not in sys.modules:
        return
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None:
        return
    from dlvc.figures.theme import register

    register(shell)
    if folder := os.environ.get("DLVC_MEASUREMENTS"):
        measure = _Measurement(run, Path(folder))
        shell.events.register("post_run_cell", measure)


class _Measurement:
    """Writes what the chapter has cost so far; called after every cell."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run = run
        self.path = folder / f"{run.chapter}.json"
        self.began = time.monotonic()

    def __call__(self, *_: object) -> None:
        import resource  # Windows has none, and builds no book

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes, on macOS bytes
        record = {
            "chapter": self.run.chapter,
            "profile": self.run.profile,
            "device": str(self.run.device),
            "seconds": round(time.monotonic() - self.began, 1),
            "peak_memory_mb": round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)),
            "executed": datetime.now(UTC).date().isoformat(),
            "python": platform.python_version(),
            "torch": version("torch"),
            "torchvision": version("torchvision"),
            "dlvc": version("dlvc"),
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=self.path.parent, suffix=".part", delete=False) as file:
            json.dump(record, file, indent=1)
        Path(file.name).replace(self.path)
