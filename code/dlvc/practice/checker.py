"""What a checker is: a declaration, which `dlvc.practice.examiner` carries out."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Arguments = tuple[Tensor | int | float | tuple[int, ...] | Callable[[Tensor], Tensor] | torch.Generator, ...]


@dataclass(frozen=True)
class Trial:
    """One call of the reader's function.

    Attributes:
        arguments: makes the arguments, when the check runs and not when this module is imported.
        advice: what to think of if this call goes wrong; empty if nothing special is tried.
    """

    arguments: Callable[[], Arguments]
    advice: str = ""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that readers give, recognised by what it returns.

    Attributes:
        message: goes on after the function's name: "sums over the batch: …".
        functions: wrong answers that deserve this message.
    """

    message: str
    functions: tuple[Callable[..., Tensor], ...]


@dataclass(frozen=True)
class Checker:
    """An exercise with a function for an answer.

    Results always have the reference's shape, dtype and values, leave the arguments as they were, and,
    where the first tensor among the arguments is of floating point, have the reference's gradient with respect to it.

    Attributes:
        name: the function's name, and the exercise's.
        parameters: names of its parameters, in order.
        returns: name of what it returns.
        summary: what it computes, in one sentence.
        reference: a right answer.
        cases: ordinary calls, the plainest first.
        mistakes: known wrong answers, the most likely first.
        extremes: calls at which only a numerically stable function has the right value and gradient.
        crowd: a batch whose rows must not influence each other, in which one that leaks is found out.
        refusals: calls that must raise an error.
        differentiable: whether gradients are compared too.
        all_gradients: whether they are compared with respect to every tensor among the arguments, not the first alone.
        weights: finds in the arguments what gradients are compared with respect to, and its name, where that isn't the
            first tensor: weights inside a function, say.
    """

    name: str
    parameters: tuple[str, ...]
    returns: str
    summary: str
    reference: Callable[..., Tensor]
    cases: tuple[Trial, ...]
    mistakes: tuple[Mistake, ...] = ()
    extremes: tuple[Trial, ...] = ()
    crowd: Trial | None = None
    refusals: tuple[Trial, ...] = ()
    differentiable: bool = True
    all_gradients: bool = False
    weights: Callable[[Arguments], tuple[str, Tensor]] | None = None

    @property
    def task(self) -> str:
        """Signature and summary in one line."""
        return f"{self.name}({', '.join(self.parameters)}) -> {self.returns}: {self.summary}"


def normal(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    """Draw standard normal numbers that are the same every time, and leave the reader's generators alone."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
