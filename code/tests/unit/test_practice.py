"""Exercises: right answers pass however they are written, and each planted wrong one gets its message."""

import _thread
import sys
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from dlvc import losses
from dlvc.practice import check, classification
from dlvc.practice.checker import Checker, normal

# --- Right answers -----------------------------------------------------------------------------------


def softmax_by_rows(logits: Tensor) -> Tensor:
    rows = []
    for row in logits.reshape(-1, logits.shape[-1]):
        exponentials = [torch.exp(value - max(row)) for value in row]
        rows.append(torch.stack([e / sum(exponentials) for e in exponentials]))
    return torch.stack(rows).reshape(logits.shape)


def softmax_by_log(logits: Tensor) -> Tensor:
    return (logits - logits.logsumexp(-1, keepdim=True)).exp()


def cross_entropy_by_loop(logits: Tensor, labels: Tensor) -> Tensor:
    total = 0
    for row, label in zip(logits, labels, strict=True):
        largest = row.max()
        total = total + (row - largest).exp().sum().log() + largest - row[label]
    return total / len(labels)


def cross_entropy_by_gather(logits: Tensor, labels: Tensor) -> Tensor:
    return -logits.log_softmax(-1).gather(1, labels[:, None]).mean()


def one_hot_by_scatter(labels: Tensor, num_classes: int) -> Tensor:
    return torch.zeros(len(labels), num_classes).scatter_(1, labels[:, None], 1.0)


def one_hot_by_loop(labels: Tensor, num_classes: int) -> Tensor:
    return torch.tensor([[float(label == column) for column in range(num_classes)] for label in labels])


def bce_by_softplus(logits: Tensor, targets: Tensor) -> Tensor:
    assert logits.shape == targets.shape
    return (F.softplus(logits) - logits * targets).mean()


def bce_by_absolute_value(z: Tensor, t: Tensor) -> Tensor:
    if z.shape != t.shape:
        raise ValueError("shapes differ")
    return (torch.maximum(z, torch.zeros_like(z)) - z * t + torch.log1p(torch.exp(-z.abs()))).mean()


def bce_with_kinks(z: Tensor, t: Tensor) -> Tensor:
    if z.shape != t.shape:
        raise ValueError("shapes differ")
    return (z.clamp(min=0) - z * t + torch.log1p(torch.exp(-z.abs()))).mean()


def bce_by_logaddexp(z: Tensor, t: Tensor) -> Tensor:
    if z.shape != t.shape:
        raise ValueError("shapes differ")
    zero = torch.zeros_like(z)
    return (t * torch.logaddexp(zero, -z) + (1 - t) * torch.logaddexp(zero, z)).sum() / z.numel()


RIGHT = [
    ("softmax", softmax_by_rows),
    ("softmax", softmax_by_log),
    ("softmax", torch.nn.Softmax(dim=-1)),
    ("softmax", losses.softmax),
    ("cross_entropy", cross_entropy_by_loop),
    ("cross_entropy", cross_entropy_by_gather),
    ("cross_entropy", losses.cross_entropy),
    ("one_hot", one_hot_by_scatter),
    ("one_hot", one_hot_by_loop),
    ("one_hot", lambda labels, num_classes: torch.eye(num_classes)[labels]),
    ("one_hot", losses.one_hot),
    ("bce_with_logits", bce_by_softplus),
    ("bce_with_logits", bce_by_absolute_value),
    ("bce_with_logits", bce_by_logaddexp),
    ("bce_with_logits", losses.binary_cross_entropy_with_logits),
]


@pytest.mark.parametrize(("name", "fn"), RIGHT)
def test_right_answers_pass(name: str, fn: Callable[..., Tensor]) -> None:
    report = check(name, fn)
    assert report.passed, str(report)
    assert report.messages == ()
    assert str(report).startswith(f"{name}: right.")


# --- Wrong answers -----------------------------------------------------------------------------------


def softmax_naive(logits: Tensor) -> Tensor:
    return logits.exp() / logits.exp().sum(-1, keepdim=True)


def softmax_clamped(logits: Tensor) -> Tensor:
    return logits.clamp(-80, 80).softmax(-1)


def softmax_with_the_batch_maximum(logits: Tensor) -> Tensor:
    return softmax_naive(logits - logits.max())


def softmax_in_place(logits: Tensor) -> Tensor:
    logits -= logits.amax(-1, keepdim=True)
    return softmax_naive(logits)


def softmax_in_numpy(logits: Tensor) -> np.ndarray:
    exponentials = np.exp(logits.numpy() - logits.numpy().max(-1, keepdims=True))
    return exponentials / exponentials.sum(-1, keepdims=True)


def softmax_in_float32(logits: Tensor) -> Tensor:
    return logits.float().softmax(-1)


def softmax_squeezed(logits: Tensor) -> Tensor:
    return logits.softmax(-1).squeeze()


def softmax_for_matrices(logits: Tensor) -> Tensor:
    return logits.softmax(dim=1)


def softmax_without_return(logits: Tensor) -> None:
    logits.softmax(-1)


def softmax_misspelt(logits: Tensor) -> Tensor:
    return logits.sofmax(-1)


def softmax_half_detached(logits: Tensor) -> Tensor:
    exponentials = (logits - logits.amax(-1, keepdim=True)).exp()
    return exponentials / exponentials.sum(-1, keepdim=True).detach()


def cross_entropy_naive(logits: Tensor, labels: Tensor) -> Tensor:
    return -logits.softmax(-1)[torch.arange(len(labels)), labels].log().mean()


def cross_entropy_with_epsilon(logits: Tensor, labels: Tensor) -> Tensor:
    return -(logits.softmax(-1)[torch.arange(len(labels)), labels] + 1e-9).log().mean()


def cross_entropy_with_the_batch_maximum(logits: Tensor, labels: Tensor) -> Tensor:
    shifted = logits - logits.max()
    return (shifted.exp().sum(-1).log() - shifted[torch.arange(len(labels)), labels]).mean()


def cross_entropy_broadcast(logits: Tensor, labels: Tensor) -> Tensor:
    picked = logits[torch.arange(len(labels)), labels]
    return (logits.logsumexp(-1, keepdim=True) - picked).sum() / len(labels)  # (B, 1) - (B,) -> (B, B)


def cross_entropy_as_number(logits: Tensor, labels: Tensor) -> float:
    return F.cross_entropy(logits, labels).item()


def bce_naive(logits: Tensor, targets: Tensor) -> Tensor:
    p = logits.sigmoid()
    return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()


def bce_with_where(z: Tensor, t: Tensor) -> Tensor:
    softplus = torch.where(z > 0, z + torch.log1p(torch.exp(-z)), torch.log1p(torch.exp(z)))
    return (softplus - z * t).mean()


def bce_with_the_batch_maximum(z: Tensor, t: Tensor) -> Tensor:
    if z.shape != t.shape:
        raise ValueError("shapes differ")
    largest = z.max().clamp(min=0).detach()
    return ((torch.exp(-largest) + torch.exp(z - largest)).log() + largest - z * t).mean()


def one_hot_that_changes_labels(labels: Tensor, num_classes: int) -> Tensor:
    labels += 1
    return torch.eye(num_classes)[labels - 1]


def cross_entropy_that_changes_labels(logits: Tensor, labels: Tensor) -> Tensor:
    loss = F.cross_entropy(logits, labels.clone())
    labels.zero_()
    return loss


def bce_that_changes_targets(z: Tensor, t: Tensor) -> Tensor:
    loss = F.binary_cross_entropy_with_logits(z, t.clone())
    t.clamp_(0.1, 0.9)
    return loss


def softmax_that_drops_a_row(logits: Tensor) -> Tensor:
    probs = logits.softmax(-1)
    return probs[:1] if len(probs) == 2 and probs.ndim == 2 else probs


WRONG = [
    # How the function behaves.
    (
        "softmax",
        softmax_without_return,
        "softmax returned None for logits of shape (4, 3); wanted a tensor. Is the",
    ),
    ("softmax", softmax_in_numpy, "softmax returned type `numpy.ndarray`"),
    ("softmax", lambda logits: logits.softmax(-1).tolist(), "softmax returned type `list`"),
    ("softmax", softmax_misspelt, "softmax raised AttributeError: 'Tensor' object has no attribute 'sofmax'"),
    ("softmax", softmax_misspelt, "of your code: `return logits.sofmax(-1)`)."),
    ("softmax", softmax_in_place, "softmax changed its argument logits in place"),
    ("cross_entropy", cross_entropy_that_changes_labels, "cross_entropy changed its argument labels in place"),
    ("one_hot", one_hot_that_changes_labels, "one_hot changed its argument labels in place"),
    ("bce_with_logits", bce_that_changes_targets, "bce_with_logits changed its argument targets in place"),
    (
        "softmax",
        lambda logits: logits.softmax(-1).to_sparse(),
        "softmax returned a tensor that doesn't simply hold its",
    ),
    ("one_hot", lambda labels, n: torch.eye(n)[labels].to_sparse(), "Return an ordinary one: not sparse"),
    (
        "softmax",
        softmax_that_drops_a_row,
        "softmax returned shape (1, 2) for logits [[-50, -49], [87, 86]]; wanted (2, 2). With other",
    ),
    ("cross_entropy", lambda z, y: z[y, len(y) ** 9].mean(), "cross_entropy raised IndexError: index 1953125 is out"),
    ("one_hot", lambda labels, n: torch.eye(n)[labels] / 0 * (1 // 0), "one_hot raised ZeroDivisionError: "),
    ("bce_with_logits", lambda z, t: z @ t @ z, "bce_with_logits raised RuntimeError: mat1 and mat2 shapes"),
    (
        "softmax",
        lambda: None,
        "softmax raised TypeError: <lambda>() takes 0 positional arguments but 1 was given",
    ),
    ("softmax", lambda _: sys.exit(3), "softmax raised SystemExit: 3 (for logits of shape (4, 3), line"),
    ("softmax", normal(3), "check() wants the function itself, but got a value of type `torch.Tensor`."),
    # What it returns.
    ("softmax", lambda logits: logits.softmax(0), "softmax normalises over the first axis"),
    (
        "softmax",
        lambda logits: logits.exp() / logits.exp().sum(),
        "softmax normalises over all elements together",
    ),
    ("softmax", lambda logits: logits.log_softmax(-1), "softmax returns the logarithm of the probabilities"),
    ("softmax", softmax_for_matrices, "The classes are the last axis, `dim=-1`, also if it is the only one."),
    (
        "softmax",
        softmax_squeezed,
        "softmax returned shape (3,) for logits [[1.541, -0.2934, -2.179]]; wanted (1, 3). A batch of one",
    ),
    (
        "softmax",
        lambda logits: logits.softmax(-1) ** 2,
        "softmax is wrong for logits of shape (4, 3): it returned",
    ),
    (
        "softmax",
        softmax_in_float32,
        "softmax returned torch.float32 for logits of torch.float64; wanted torch.float64",
    ),
    (
        "softmax",
        softmax_naive,
        "for logits [1000, 0] it returned [nan, 0] instead of [1, 0]. In float32, exp() overflows",
    ),
    (
        "softmax",
        softmax_clamped,
        "softmax is numerically unstable: for logits [-1000, -1001] it returned [0.5, 0.5]",
    ),
    (
        "softmax",
        softmax_with_the_batch_maximum,
        "softmax mixes the rows of a batch: for logits [[-50, -49], [87, 86]]",
    ),
    ("softmax", lambda logits: logits.softmax(-1).detach(), "softmax lets no gradient through to logits"),
    (
        "softmax",
        softmax_half_detached,
        "softmax has a wrong gradient with respect to logits for logits of shape (4, 3)",
    ),
    ("cross_entropy", lambda z, y: F.cross_entropy(z, y, reduction="sum"), "cross_entropy returns the sum"),
    (
        "cross_entropy",
        cross_entropy_broadcast,
        "look for a (B, 1) that meets a (B,) and broadcasts to (B, B)",
    ),
    (
        "cross_entropy",
        lambda z, y: -z.log_softmax(-1)[:, y].mean(),
        "cross_entropy pairs every example with every",
    ),
    (
        "cross_entropy",
        lambda p, y: -p[torch.arange(len(y)), y].log().mean(),
        "are logits taken for probabilities?",
    ),
    (
        "cross_entropy",
        lambda z, y: F.cross_entropy(z, y)[None],
        "returned shape (1,) for logits of shape (5, 3), labels",
    ),
    (
        "cross_entropy",
        cross_entropy_as_number,
        "returned type `float` for logits of shape (5, 3), labels [0, 2, 1, 0, 2];",
    ),
    (
        "cross_entropy",
        lambda z, y: F.cross_entropy(z.detach(), y),
        "cross_entropy lets no gradient through to logits",
    ),
    (
        "cross_entropy",
        cross_entropy_naive,
        "for logits [[1000, 0]], labels [1] it returned inf instead of 1000. exp()",
    ),
    ("cross_entropy", cross_entropy_with_epsilon, "labels [1] it returned 20.72 instead of 1000"),
    ("cross_entropy", cross_entropy_with_the_batch_maximum, "cross_entropy mixes the rows of a batch"),
    ("one_hot", F.one_hot, "one_hot returned torch.int64 for labels of torch.int64; wanted torch.float32"),
    (
        "one_hot",
        lambda labels, n: torch.eye(n, dtype=torch.float64)[labels],
        "one_hot returned torch.float64",
    ),
    ("one_hot", lambda labels, n: labels[:, None] == torch.arange(n), "one_hot returned torch.bool"),
    ("one_hot", lambda labels, n: torch.eye(n)[labels - 1], "one_hot is off by one: labels start at 0"),
    (
        "one_hot",
        lambda labels, n: (labels[:, None] == torch.arange(1, n + 1)).float(),
        "one_hot is off by one",
    ),
    (
        "one_hot",
        lambda labels, _: torch.eye(int(labels.max()) + 1)[labels],
        "takes the number of columns from the batch",
    ),
    ("one_hot", lambda labels, n: torch.eye(n)[:, labels], "has the classes down and the examples across"),
    (
        "bce_with_logits",
        bce_naive,
        "for logits [1000], targets [0] it returned inf instead of 1000. exp() overflows",
    ),
    (
        "bce_with_logits",
        bce_with_the_batch_maximum,
        "bce_with_logits mixes the rows of a batch: for logits [1000, -1000], targets [0, 1] it returned -inf, but "
        "one by one the examples have the mean 1000. Each element needs a shift of its own",
    ),
    ("bce_with_logits", bce_with_kinks, "targets [0, 1]: it is [0, -0.5] instead of [0.25, -0.25]. At logit 0"),
    (
        "bce_with_logits",
        bce_with_where,
        "logits for logits [1000], targets [0]: it is [nan] instead of [1]. The value is",
    ),
    (
        "bce_with_logits",
        lambda z, t: F.binary_cross_entropy_with_logits(z, (t > 0.5).to(z.dtype)),
        "makes soft targets",
    ),
    ("bce_with_logits", lambda z, t: (F.softplus(z) - z * t).mean(0), "averages over one axis only"),
    ("bce_with_logits", lambda z, t: (F.softplus(z) - z * t).sum(), "returns the sum instead of the mean"),
    ("bce_with_logits", lambda z, t: F.softplus(-z * (2 * t.round() - 1)).mean(), "makes soft targets hard"),
    (
        "bce_with_logits",
        lambda z, t: (F.softplus(z) - z * t).mean(),
        "bce_with_logits must raise an error for logits [1.541,",
    ),
    ("bce_with_logits", lambda z, t: (F.softplus(z) - z * t).mean(), "raise a ValueError."),
    ("bce_with_logits", lambda z, t: F.binary_cross_entropy(z, t), "bce_with_logits raised RuntimeError"),
]


@pytest.mark.parametrize(("name", "fn", "message"), WRONG)
def test_wrong_answers_are_told_why(name: str, fn: object, message: str) -> None:
    report = check(name, fn)
    assert not report.passed
    assert message in report.messages[0]
    assert message in str(report)


@pytest.mark.parametrize("checker", classification.CHECKERS, ids=lambda checker: checker.name)
def test_a_checker_accepts_its_reference_and_recognises_its_mistakes(checker: Checker) -> None:
    assert check(checker.name, checker.reference).passed
    for mistake in checker.mistakes:
        for function in mistake.functions:
            assert mistake.message in check(checker.name, function).messages[0]


def test_independent_failures_are_all_reported() -> None:
    float32, gradient, extreme = check("softmax", lambda logits: softmax_naive(logits.float()).detach()).messages
    assert "returned torch.float32 for logits of torch.float64" in float32
    assert "lets no gradient through" in gradient
    assert "is numerically unstable" in extreme


def test_a_failure_says_what_had_to_wait() -> None:
    report = check("softmax", lambda logits: logits.softmax(0))
    assert report.fine == ("runs", "shape")
    assert report.unreached[-1] == "rows kept apart"
    assert "softmax: not yet. 2 of 8 checks pass." in str(report)
    assert "The task: softmax(logits) -> probs" in str(report)


# --- Loops, exits and interrupts ---------------------------------------------------------------------


def softmax_for_ever(logits: Tensor) -> Tensor:
    while True:
        logits = logits + 0


def for_ever(first: Tensor, _: object) -> Tensor:
    return softmax_for_ever(first)


@pytest.mark.parametrize(
    ("name", "fn", "given"),
    [
        ("softmax", softmax_for_ever, "logits of shape (4, 3)"),
        ("cross_entropy", for_ever, "logits of shape (5, 3), labels [0, 2, 1, 0, 2]"),
        ("one_hot", for_ever, "labels [2, 0, 1, 2], num_classes 3"),
        ("bce_with_logits", for_ever, "logits of shape (4, 3), targets of shape (4, 3)"),
    ],
)
def test_an_endless_loop_is_cut_off(name: str, fn: Callable[..., Tensor], given: str) -> None:
    before = threading.active_count()
    began = time.monotonic()
    report = check(name, fn, seconds=0.3)
    assert time.monotonic() - began < 3
    assert threading.active_count() == before
    assert f"{name} was still running after 0.3 seconds (for {given}, line" in report.messages[0]
    assert "Does a loop never end?" in report.messages[0]
    assert len(report.messages) == 1


def test_the_budget_of_time_is_for_all_calls_together() -> None:
    calls = []

    def slow(logits: Tensor) -> Tensor:
        calls.append(1)
        time.sleep(0.11)
        return logits.softmax(-1)

    assert "was still running after 0.3 seconds" in check("softmax", slow, seconds=0.3).messages[0]
    assert len(calls) == 3


def test_what_cannot_be_stopped_is_left_behind() -> None:
    release = threading.Event()
    threads = []

    def stubborn(logits: Tensor) -> Tensor:
        threads.append(threading.current_thread())
        while not release.is_set():
            try:
                release.wait()
            except BaseException:  # noqa: S112 - that is the point
                continue
        return logits

    report = check("softmax", stubborn, seconds=0.1)
    release.set()
    threads[0].join()
    assert "It could not be stopped: restart the kernel" in report.messages[0]


def test_the_readers_own_interrupt_ends_the_check_and_the_loop() -> None:
    before = threading.active_count()
    started = threading.Event()

    def loop(logits: Tensor) -> Tensor:
        started.set()
        return softmax_for_ever(logits)

    def interrupt() -> None:
        started.wait()
        _thread.interrupt_main()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        check("softmax", loop)
    thread.join()
    assert threading.active_count() == before


def test_a_keyboard_interrupt_raised_by_the_function_is_a_message() -> None:
    def fn(_: Tensor) -> Tensor:
        raise KeyboardInterrupt

    assert "softmax raised KeyboardInterrupt (for logits" in check("softmax", fn).messages[0]


def test_a_check_leaves_the_readers_settings_alone() -> None:
    state = torch.get_rng_state()
    with torch.no_grad(), torch.device("meta"):
        assert check("softmax", softmax_by_log).passed
        assert not torch.is_grad_enabled()
    assert torch.equal(torch.get_rng_state(), state)


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(
        ValueError, match=r"no exercise is called 'sofmax'\. Did you mean 'softmax'\?.*one_hot, .*softmax"
    ):
        check("sofmax", softmax_naive)
    with pytest.raises(ValueError, match=r"no exercise is called 'q'\. There are: .*bce_with_logits, .*cross_ent"):
        check("q", softmax_naive)


# --- How a report looks ------------------------------------------------------------------------------


def test_a_report_in_a_notebook_is_escaped_and_has_no_colours() -> None:
    def fn(_: Tensor) -> Tensor:
        raise ValueError("<script>alert(1)</script> & `x < y`")

    html = check("softmax", fn)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; <code>x &lt; y</code>" in html
    assert "<strong>softmax: not yet. 0 of 8 checks pass.</strong>" in html
    assert "color" not in html
    assert "<ol>" not in check("softmax", softmax_by_log)._repr_html_()


def test_inputs_are_the_same_every_time() -> None:
    assert torch.equal(normal(4, 3), normal(4, 3))
    assert normal(4, dtype=torch.float64).dtype == torch.float64
