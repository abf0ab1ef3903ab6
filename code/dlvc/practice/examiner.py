"""Carries out a checker: calls the reader's function and puts what is wrong into words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from dlvc.practice.checker import Arguments, Checker, Trial, normal
from dlvc.practice.report import Report
from dlvc.practice.sandbox import RaisedError, Sandbox, TimeUpError, WrongAnswerError

# Loose enough for another order of summation in float32; the mistakes we look for are far larger.
_RELATIVE, _ABSOLUTE = 1e-4, 1e-5
# Tensors up to this size are printed whole.
_PRINTED = 6

_Step = tuple[str, Callable[[], None]]


@dataclass(frozen=True)
class _Call:
    """An ordinary call that has been made."""

    trial: Trial
    given: Arguments
    after: Arguments
    output: Tensor
    wanted: Tensor


class Examiner:
    """Examines one function once."""

    def __init__(self, checker: Checker, fn: object, seconds: float) -> None:
        self.checker = checker
        self.name = checker.name
        self.fn = fn
        self.sandbox = Sandbox(checker.name, seconds)
        self.calls: list[_Call] = []
        self.gradient_is_right = False

    def report(self) -> Report:
        """Carry out all checks and tell what came out.

        Without a tensor of the right shape and values, made without damage, nothing else can be judged, so
        the first failure there ends the examination. The others don't depend on each other; all are made.
        """
        basic: list[_Step] = [
            ("runs", self._runs),
            ("shape", self._shape),
            ("values", self._values),
            ("inputs untouched", self._inputs),
        ]
        waiting = [*basic, *self._further_steps()]
        fine: list[str] = []
        messages: list[str] = []
        # The reader's defaults must not change what we compare with.
        with torch.device("cpu"), torch.enable_grad():
            while waiting:
                label, step = waiting.pop(0)
                try:
                    step()
                except WrongAnswerError as error:
                    messages.append(str(error))
                    if (label, step) in basic or isinstance(error, TimeUpError):
                        break
                else:
                    fine.append(label)
        unreached = tuple(label for label, _ in waiting)
        return Report(self.name, self.checker.task, tuple(messages), tuple(fine), unreached)

    def _further_steps(self) -> list[_Step]:
        steps: list[_Step] = [("dtype", self._dtype)]
        if self.checker.differentiable and _first(self.checker.cases[0].arguments()).is_floating_point():
            steps.append(("gradient", self._gradient))
        if self.checker.extremes:
            steps.append(("extreme inputs", self._extremes))
        if self.checker.crowd:
            steps.append(("rows kept apart", partial(self._crowd, self.checker.crowd)))
        if self.checker.refusals:
            steps.append(("bad input refused", self._refusals))
        return steps

    def _runs(self) -> None:
        for trial in self.checker.cases:
            given, after = trial.arguments(), trial.arguments()
            output = self._call(after, trial.advice)
            self.calls.append(_Call(trial, given, after, output, self.checker.reference(*_unused(given))))

    def _shape(self) -> None:
        for call in self.calls:
            if call.output.shape != call.wanted.shape:
                self._recognise(call)
                raise self._wrong_shape(call.given, call.output, call.wanted, call.trial.advice)

    def _values(self) -> None:
        for call in self.calls:
            if not _agree(call.output, call.wanted):
                self._recognise(call)
                difference = _difference(call.output, call.wanted)
                raise _wrong(
                    f"{self.name} is wrong {self._for(call.given)}: it returned {difference}.",
                    call.trial.advice,
                )

    def _recognise(self, call: _Call) -> None:
        """Raise the message of the known mistake that gives this output, if there is one."""
        for mistake in self.checker.mistakes:
            for function in mistake.functions:
                try:
                    output = function(*_unused(call.given))
                except (IndexError, RuntimeError):  # this mistake isn't possible with these arguments
                    continue
                if _agree(call.output, output):
                    raise _wrong(f"{self.name} {mistake.message}", f"(Seen {self._for(call.given)}.)")

    def _inputs(self) -> None:
        for call in self.calls:
            for name, before, after in zip(self.checker.parameters, call.given, call.after, strict=True):
                if isinstance(before, Tensor) and isinstance(after, Tensor) and not before.equal(after):
                    raise _wrong(
                        f"{self.name} changed its argument {name} in place, and so the caller's data.",
                        "Make a new tensor: no `-=` or `/=` on it, no method whose name ends in an "
                        "underscore, no assignment to its elements.",
                    )

    def _dtype(self) -> None:
        for call in self.calls:
            got, wanted = call.output.dtype, call.wanted.dtype
            if got != wanted:
                hint = (
                    "Give new tensors that dtype: `torch.zeros(…, dtype=…)`."
                    if got.is_floating_point
                    else "Integers and booleans carry no gradient: end with `.float()`."
                )
                given = f"{self.checker.parameters[0]} of {_first(call.given).dtype}"
                raise _wrong(f"{self.name} returned {got} for {given}; wanted {wanted}.", hint)

    def _gradient(self) -> None:
        for trial in self.checker.cases:
            advice = trial.advice or "Every step must be a torch function that autograd can follow."
            self._compare_gradient(trial, advice)
        self.gradient_is_right = True

    def _extremes(self) -> None:
        for trial in self.checker.extremes:
            given = trial.arguments()
            output, wanted = self._call_again(trial.arguments())
            if not _agree(output, wanted):
                raise _wrong(
                    f"{self.name} is numerically unstable: {self._for(given)} it returned "
                    f"{_difference(output, wanted)}.",
                    trial.advice,
                )
            if self.gradient_is_right:
                self._compare_gradient(
                    trial,
                    "The value is right there, but not the gradient: `torch.where` differentiates both "
                    "branches, also the one that overflows, and 0 times infinity is nan.",
                )

    def _crowd(self, trial: Trial) -> None:
        batch = trial.arguments()
        alone = [self._call_again(_row(batch, number))[0] for number in range(len(_first(batch)))]
        together, _ = self._call_again(trial.arguments())
        mixes = f"{self.name} mixes the rows of a batch: {self._for(batch)}"
        if together.ndim == 0:
            mean = torch.stack(alone).mean()
            if not _agree(together, mean):
                raise _wrong(
                    f"{mixes} it returned {_show(together)}, but one by one the examples have the mean {_show(mean)}.",
                    trial.advice,
                )
            return
        for number, row in enumerate(alone):
            if not _agree(together[number], row[0]):
                here, there = _show(together[number]), _show(row[0])
                raise _wrong(f"{mixes} row {number} becomes {here}, but alone it becomes {there}.", trial.advice)

    def _refusals(self) -> None:
        for trial in self.checker.refusals:
            try:
                output = self._call(trial.arguments())
            except RaisedError:
                continue
            situation = self._for(trial.arguments())
            raise _wrong(f"{self.name} must raise an error {situation}, but returned {_show(output)}.", trial.advice)

    def _call_again(self, arguments: Arguments) -> tuple[Tensor, Tensor]:
        """Call the reader's function and insist on the shape; return its output and the right one."""
        wanted = self.checker.reference(*arguments)
        output = self._call(arguments)
        if output.shape != wanted.shape:
            raise self._wrong_shape(arguments, output, wanted, "With other shapes or values it was right.")
        return output, wanted

    def _wrong_shape(self, given: Arguments, output: Tensor, wanted: Tensor, advice: str) -> WrongAnswerError:
        shape = tuple(wanted.shape) or "a scalar, shape ()"
        return _wrong(f"{self.name} returned shape {tuple(output.shape)} {self._for(given)}; wanted {shape}.", advice)

    def _call(self, arguments: Arguments, advice: str = "") -> Tensor:
        """Call the reader's function in the sandbox and insist on a tensor with plain elements."""
        fn, situation = self.fn, self._for(arguments)
        if not callable(fn):
            raise _wrong(
                f"check() wants the function itself, but got a value of {_kind(fn)}.",
                f'Write `dlvc.check("{self.name}", {self.name})`, without parentheses after its name.',
            )
        output = self.sandbox.run(lambda: fn(*arguments), situation, advice)
        if isinstance(output, Tensor):
            if output.layout != torch.strided or output.is_nested or output.is_quantized or output.is_meta:
                fault = f"{self.name} returned a tensor that doesn't simply hold its elements {situation}."
                raise _wrong(fault, "Return an ordinary one: not sparse, nested, quantised or on `meta`.")
            return output
        if output is None:
            hint = "Is the `return` missing?"
        elif isinstance(output, np.ndarray | np.generic):
            hint = "NumPy carries no gradient: stay with torch functions."
        elif isinstance(output, int | float):
            hint = "A plain number carries no gradient: return the tensor itself, without `.item()`."
        else:
            hint = "Return a single `torch.Tensor`."
        raise _wrong(f"{self.name} returned {_kind(output)} {situation}; wanted a tensor.", hint)

    def _compare_gradient(self, trial: Trial, advice: str) -> None:
        """Compare gradients of the loss, or of a random weighting of the result, by what `_tracked` names."""
        given = trial.arguments()
        situation = self._for(given)
        tracked, variables = self._tracked(given)
        output = self._call(tracked)
        weights = normal(*output.shape).to(output.dtype) if output.ndim else torch.tensor(1.0)
        gradients: Sequence[Tensor | None] = [None] * len(variables)
        if output.requires_grad:
            gradients = self.sandbox.run(
                lambda: torch.autograd.grad((output * weights).sum(), list(variables.values()), allow_unused=True),
                f"in the backward pass {situation}",
            )
        reference, copies = self._tracked(given)
        weighted = (self.checker.reference(*reference) * weights).sum()
        right = torch.autograd.grad(weighted, list(copies.values()))
        for name, gradient, wanted in zip(variables, gradients, right, strict=True):
            if gradient is None:
                raise _wrong(
                    f"{self.name} lets no gradient through to {name}: training with it would learn nothing.",
                    trial.advice
                    or "Look for `.detach()`, `.item()`, `.numpy()`, `torch.tensor(…)` or `torch.no_grad()`.",
                )
            if not _agree(gradient, wanted):
                difference = _difference(gradient, wanted)
                raise _wrong(
                    f"{self.name} has a wrong gradient with respect to {name} {situation}: it is {difference}.",
                    advice,
                )

    def _tracked(self, arguments: Arguments) -> tuple[Arguments, dict[str, Tensor]]:
        """Return arguments to call with, and of which of their tensors gradients are compared, by name."""
        if self.checker.weights:
            return _unused(arguments), dict([self.checker.weights(arguments)])
        tracked, variables = list(_unused(arguments)), {}
        names = self.checker.parameters if self.checker.all_gradients else self.checker.parameters[:1]
        for place, (name, argument) in enumerate(zip(names, arguments, strict=False)):
            if isinstance(argument, Tensor):
                tracked[place] = variables[name] = argument.clone().requires_grad_()  # autograd follows a copy
        return tuple(tracked), variables

    def _for(self, arguments: Arguments) -> str:
        """Say which call is meant: "for logits [1000, 0]"."""
        named = zip(self.checker.parameters, arguments, strict=True)
        return "for " + ", ".join(f"{name} {_show(argument)}" for name, argument in named)


def _wrong(fault: str, advice: str) -> WrongAnswerError:
    return WrongAnswerError(f"{fault} {advice}".rstrip())


def _agree(got: Tensor, wanted: Tensor) -> bool:
    """Whether shapes are equal and values are close, whatever the dtypes."""
    if got.shape != wanted.shape:
        return False
    # nan equals nan here, so that a known mistake that gives nan is recognised.
    return torch.allclose(_plain(got), _plain(wanted), _RELATIVE, _ABSOLUTE, equal_nan=True)


def _difference(got: Tensor, wanted: Tensor) -> str:
    """Say "… instead of …", for the worst element if there are many."""
    if got.numel() <= _PRINTED:
        return f"{_show(got)} instead of {_show(wanted)}"
    distance = (_plain(got) - _plain(wanted)).abs().nan_to_num(torch.inf, torch.inf)
    worst = tuple(map(int, np.unravel_index(int(distance.argmax()), got.shape)))
    return f"{_show(got[worst])} instead of {_show(wanted[worst])} at {list(worst)}, where it is worst"


def _show(value: object) -> str:
    """Print a tensor or a number briefly."""
    if isinstance(value, Tensor):
        return _show(value.tolist()) if value.numel() <= _PRINTED else f"of shape {tuple(value.shape)}"
    if isinstance(value, list):
        return f"[{', '.join(map(_show, value))}]"
    if isinstance(value, torch.Generator):
        return f"with seed {value.initial_seed()}"
    if callable(value):
        return str(getattr(value, "__name__", value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _kind(value: object) -> str:
    """Name the type of a value."""
    if value is None:
        return "None"
    module, name = type(value).__module__, type(value).__qualname__
    return f"type `{name}`" if module == "builtins" else f"type `{module}.{name}`"


def _plain(tensor: Tensor) -> Tensor:
    return tensor.detach().cpu().double()


def _first(arguments: Arguments) -> Tensor:
    return next(argument for argument in arguments if isinstance(argument, Tensor))


def _row(arguments: Arguments, number: int) -> Arguments:
    """Cut a batch of one out of a batch."""
    return tuple(
        argument[number : number + 1].clone() if isinstance(argument, Tensor) else argument for argument in arguments
    )


def _unused(arguments: Arguments) -> Arguments:
    """Copy the generators among the arguments, so that every function that gets them draws the same numbers."""
    return tuple(
        argument.clone_state() if isinstance(argument, torch.Generator) else argument for argument in arguments
    )
