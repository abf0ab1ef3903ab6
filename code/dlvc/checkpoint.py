"""What lets an interrupted training go on: its state in one file, written whole or not at all."""

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer


def describe(model: nn.Module, optimizer: Optimizer, **arguments: object) -> dict[str, str]:
    """Describe a training, to tell whether a checkpoint belongs to it.

    Args:
        model: its weights' names and shapes are described.
        optimizer: its class and the settings of its parameter groups are described.
        arguments: anything else that the training depends on; functions and classes are described by name.
    """
    facts: dict[str, object] = {"optimizer": type(optimizer), **arguments}
    for number, group in enumerate(optimizer.param_groups):
        facts |= {f"{key} of parameter group {number}": group[key] for key in group if key != "params"}
    facts |= {f"shape of {name}": tuple(weight.shape) for name, weight in model.state_dict().items()}
    texts = {name: str(getattr(fact, "__name__", fact)) for name, fact in facts.items()}
    # Addresses, as in "<function f at 0x7f…>", differ between two processes that mean the same.
    return {name: re.sub(" at 0x[0-9a-fA-F]+", "", text) for name, text in texts.items()}


def read(path: Path, description: Mapping[str, str]) -> dict[str, Any]:
    """Return the state that `write` put into ``path``.

    Raises:
        ValueError: if ``path`` is no checkpoint, or belongs to a training with another description.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        found = state["description"]
    except (pickle.UnpicklingError, EOFError, KeyError, RuntimeError, TypeError) as error:
        raise ValueError(f"checkpoint={path} is no file that fit wrote; name another or remove it") from error
    for name in [*description, *found]:
        if found.get(name) != description.get(name):
            raise ValueError(
                f"checkpoint={path} belongs to another call: there {name} was {found.get(name)}, here it is "
                f"{description.get(name)}. Repeat the call that wrote it, or name another file."
            )
    return state


def write(path: Path, description: Mapping[str, str], **state: object) -> None:
    """Replace the file in one go: a process that is killed here leaves the previous file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    torch.save({"description": description, **state}, part)
    part.replace(path)
