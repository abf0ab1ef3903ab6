"""What every test gets: shape and type checks on dlvc, and one torch thread."""

from collections.abc import Iterator

import pytest
import torch
from jaxtyping import config, install_import_hook

install_import_hook("dlvc", "beartype.beartype")
torch.set_num_threads(1)


@pytest.fixture
def untyped() -> Iterator[None]:
    """Call dlvc as a reader does: without jaxtyping's checks, so that our own errors must catch bad input."""
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)
