"""What the scripts share that train a generator of digits: from the command line to the file."""

import argparse
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from dlvc.data.files import FOLDER, write_safetensors


def build(file: str, train: Callable[[], nn.Module]) -> None:
    """Train a generator on one processor core and write its weights as float16, without the counters of steps.

    Args:
        file: name in the folder that the command line may give.
        train: returns the generator.
    """
    parser = argparse.ArgumentParser(description=f"Rebuild {file}.")
    parser.add_argument("--out", type=Path, default=FOLDER)
    path = parser.parse_args().out / file
    torch.set_num_threads(1)
    weights = train().state_dict()
    halves = {name: weight.half().numpy() for name, weight in weights.items() if weight.is_floating_point()}
    print(write_safetensors(path, halves), path)
