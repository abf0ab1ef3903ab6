"""What a computation costs, counted and not timed: the same on every machine."""

from collections.abc import Callable
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


class _Counter(TorchDispatchMode):
    """Adds up what torch's own formulas say of each product and convolution, forward and backward."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        output = func(*args, **kwargs)
        if formula := flop_registry.get(func._overloadpacket):
            self.total += formula(*args, **kwargs, out_val=output)
        return output


def operations(work: Callable[[], object]) -> int:
    """Count the floating-point operations of all matrix products and convolutions in ``work()``.

    Torch's own ``FlopCounterMode`` counts them by module, and fails where a gradient is differentiated again.

    Args:
        work: is called once; its backward passes count too.

    Returns:
        Additions and multiplications; what is done entry by entry isn't counted.
    """
    with _Counter() as counter:
        work()
    return int(counter.total)
