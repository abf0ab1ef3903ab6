"""Runs a reader's function so that nothing it does can hurt the notebook: errors, exits and endless loops.

The function runs in a thread, in which an exception is raised from outside after the deadline. That works on
every system and in notebooks. Two things can't be stopped: one long call into C (a sleep, a huge product)
and a loop that swallows every exception. The deadline holds for them too: the thread is left behind, and the
reader is told.
"""

import ctypes
import os
import sysconfig
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from traceback import TracebackException
from typing import TypeVar

T = TypeVar("T")

# Code in these folders is not the reader's: the standard library, installed packages and dlvc.
_PATHS = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
_LIBRARIES = tuple(f"{folder}{os.sep}" for folder in (*_PATHS, Path(__file__).parents[1]))


class WrongAnswerError(Exception):
    """The reader's function did something wrong; the text says what, to the reader."""


class RaisedError(WrongAnswerError):
    """The reader's function raised something."""


class TimeUpError(WrongAnswerError):
    """The reader's function ran for too long."""


class _Stop(SystemExit):
    """Raised inside the reader's function to end it. A thread that ends by a SystemExit ends silently."""


class Sandbox:
    """Calls functions within a common budget of time.

    Args:
        name: what the reader's function is called.
        seconds: time for all calls together.
    """

    def __init__(self, name: str, seconds: float) -> None:
        self.name = name
        self.seconds = seconds
        self.left = seconds

    def run(self, work: Callable[[], T], situation: str, advice: str = "") -> T:
        """Return what `work` returns.

        Args:
            work: calls the reader's function.
            situation: goes into messages: "for logits [1, 2]".
            advice: ends the message about an exception.

        Raises:
            RaisedError: if `work` raises anything at all.
            TimeUpError: if the budget is used up.
        """
        results: list[T] = []
        errors: list[TracebackException] = []
        finished = Event()

        def target() -> None:
            try:
                results.append(work())
            except BaseException as error:  # also SystemExit and KeyboardInterrupt
                errors.append(TracebackException.from_exception(error))
            finished.set()

        thread = Thread(target=target, daemon=True)
        began = time.monotonic()
        try:
            thread.start()
            # Not thread.join(): interrupted, it takes a running thread for ended before Python 3.13.
            late = not finished.wait(self.left)
        except BaseException:  # the reader interrupts the kernel
            _stop(thread)
            raise
        self.left -= time.monotonic() - began
        stopped = not late or _stop(thread)
        place = _place(errors[0]) if errors else ""
        if late:
            warning = "" if stopped else " It could not be stopped: restart the kernel to be rid of it."
            raise TimeUpError(
                f"{self.name} was still running after {self.seconds:g} seconds ({situation}{place}). "
                f"Does a loop never end?{warning}"
            )
        if errors:
            text = textwrap.shorten("".join(errors[0].format_exception_only()), 300).rstrip(".")
            raise RaisedError(f"{self.name} raised {text} ({situation}{place}). {advice}".rstrip())
        return results[0]


def _stop(thread: Thread) -> bool:
    """Ask the thread to end until it does, for at most a second; return whether it did."""
    for _ in range(20):
        if not thread.is_alive():
            return True
        # Delivered between two bytecodes; nothing happens if the thread has ended by now.
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Stop))
        thread.join(0.05)
    return not thread.is_alive()


def _place(error: TracebackException) -> str:
    """Name the last line of the reader's own code, with a leading comma."""
    for frame in reversed(error.stack):
        if not frame.filename.startswith((*_LIBRARIES, "<frozen", "<@beartype")):
            code = f": `{textwrap.shorten(frame.line, 80)}`" if frame.line else ""
            return f", line {frame.lineno} of your code{code}"
    return ""
