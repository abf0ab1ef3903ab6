"""What measures a network, `evaluate` and `predict`, and the walk over batches that training shares."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from typing import Any

import torch
from lightning_fabric.utilities import move_data_to_device
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset
from torchmetrics import Metric

Loss = Callable[[Any, Any], Tensor]


def evaluate(
    model: nn.Module,
    dataset: Dataset[Any],
    metrics: Mapping[str, Metric] | None = None,
    *,
    loss: Loss | None = None,
    batch_size: int = 1024,
) -> dict[str, float]:
    """Measure ``model`` on all samples of ``dataset``, in evaluation mode, on the model's device.

    Every sample has the same weight, however the samples fall into batches and processes.

    Args:
        model: the network; called as ``model(inputs)``.
        dataset: samples ``(inputs, targets)``.
        metrics: by name; each is reset, updated with ``(outputs, targets)``, and yields one number.
        loss: ``loss(outputs, targets)``, a mean; its mean over all samples is named ``"loss"``.
        batch_size: samples that are computed at a time, over all processes together.

    Returns:
        One number for each name.
    """
    check_positive({"batch_size": batch_size})
    metrics, length, device = metrics or {}, length_of("dataset", dataset), device_of(model)
    rank, world = _rank_and_world()
    if length < world:
        raise ValueError(f"dataset must have a sample for each of the {world} processes, got {length}")
    # Each process takes its share of each joint batch: all make equally many steps, no sample counts twice.
    joint = torch.arange(length).tensor_split(min(math.ceil(length / batch_size), length // world))
    batches = [indices[rank::world].tolist() for indices in joint]
    for metric in metrics.values():
        metric.to(device).reset()
    total, count = 0.0, 0
    with in_mode(model, training=False), torch.no_grad():
        for size, inputs, targets in load_batches(dataset, batches, device):
            outputs = model(inputs)
            for metric in metrics.values():
                metric.update(outputs, targets)
            if loss is not None:
                total += size * scalar(loss(outputs, targets))
                count += size
    measured = {name: float(metric.compute()) for name, metric in metrics.items()}
    return measured if loss is None else {"loss": joint_mean(total, count, device), **measured}


def predict(model: nn.Module, inputs: Tensor, *, batch_size: int = 1024) -> Tensor:
    """Return ``model(inputs)``, computed in evaluation mode, without gradients, a batch at a time.

    Args:
        model: the network.
        inputs: (samples, ...), on any device.
        batch_size: samples that are computed at a time.

    Returns:
        (samples, ...), on the device of ``inputs``.
    """
    check_positive({"batch_size": batch_size})
    device = device_of(model)
    with in_mode(model, training=False), torch.no_grad():
        batches = torch.split(inputs, batch_size)
        return torch.cat([model(batch.to(device)).to(inputs.device) for batch in batches])


def load_batches(
    dataset: Dataset[Any], batches: Iterable[list[int]], device: torch.device
) -> Iterator[tuple[int, Any, Any]]:
    """Yield (size, inputs, targets) of each of the ``batches``, which are lists of the samples' indices."""
    batches = list(batches)
    own = torch.Generator()  # or the loader would draw a number from the global one
    if isinstance(dataset, TensorDataset):  # takes a whole list at once; no sample is touched alone
        loader = DataLoader(dataset, sampler=batches, batch_size=None, generator=own)
    else:
        loader = DataLoader(dataset, batch_sampler=batches, generator=own)
    for indices, batch in zip(batches, loader, strict=True):
        inputs, targets = move_data_to_device(batch, device)
        yield len(indices), inputs, targets


@contextmanager
def in_mode(model: nn.Module, *, training: bool) -> Iterator[None]:
    """Set training or evaluation mode, and give every module its own mode back."""
    before = {module: module.training for module in model.modules()}
    model.train(training)
    try:
        yield
    finally:
        for module, mode in before.items():
            module.training = mode


def _rank_and_world() -> tuple[int, int]:
    """Return the number of this process, and how many there are."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    return 0, 1


def joint_mean(total: float, count: int, device: torch.device) -> float:
    """Return total / count, each summed over the processes."""
    if _rank_and_world() != (0, 1):
        sums = torch.tensor([total, count], dtype=torch.float64, device=device)
        torch.distributed.all_reduce(sums)
        total, count = sums.tolist()
    return total / count


def device_of(model: nn.Module) -> torch.device:
    """Return where the model's weights are."""
    return next((parameter.device for parameter in model.parameters()), torch.device("cpu"))


def length_of(name: str, dataset: Dataset[Any]) -> int:
    """Return the number of samples of the argument ``name``, or say why it can't be walked over."""
    if not isinstance(dataset, Dataset) or not isinstance(dataset, Sized):
        wanted = "a torch Dataset with a length, such as TensorDataset(inputs, targets)"
        raise TypeError(f"{name} must be {wanted}, got {type(dataset).__name__}")
    if len(dataset) == 0:
        raise ValueError(f"{name} must have at least one sample, got an empty {type(dataset).__name__}")
    return len(dataset)


def check_positive(arguments: Mapping[str, int | float | None]) -> None:
    """Say which of the arguments isn't positive; None passes."""
    for name, value in arguments.items():
        if value is not None and not value > 0:
            raise ValueError(f"{name} must be more than 0, got {value}")


def scalar(loss: Tensor) -> float:
    """Return the number in ``loss``, or say that it isn't one."""
    if loss.ndim:
        raise ValueError(f"loss must return a scalar, the mean over the batch, got shape {tuple(loss.shape)}")
    return loss.item()
