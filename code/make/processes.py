"""Processes that leave nothing behind: one run at a time, and no child outlives its parent.

Imported by the modules of `make`, and itself a launcher: ``processes.py PARENT COMMAND…`` runs a command
until it ends or PARENT does. Like `environment`, it must be readable to Python 3.8.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Iterator  # noqa: UP035 - collections.abc cannot be subscripted in Python 3.8

# What a killed run started is gone within a second (see die_with), so that its lock is free again after this.
LOCK_PATIENCE = 5.0


class MakeError(Exception):
    """Ends a make target with one sentence for the reader instead of a traceback."""


@contextlib.contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold the lock file for the length of a ``with`` block; the system frees it however the process ends.

    Args:
        lock: the file, made if need be.

    Raises:
        MakeError: if another process holds the lock and keeps it.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        deadline = time.monotonic() + LOCK_PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    message = "another make is at work in this folder: wait until it has ended, or stop it."
                    raise MakeError(message) from None
                time.sleep(0.2)
        yield


def die_with(parent: int) -> None:
    """End this process, and its group if it leads one, within half a second after its parent has ended.

    ``kill -9`` gives a process no chance to stop what it has started; so what was started watches instead.

    Args:
        parent: process id of the parent.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def replace_text(path: Path, text: str) -> None:
    """Write a file so that whoever reads it finds either the old text or the new one, whole.

    Args:
        path: the file; its folder is made if need be.
        text: what it shall hold.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    die_with(int(sys.argv[1]))
    sys.exit(subprocess.call(sys.argv[2:]))
