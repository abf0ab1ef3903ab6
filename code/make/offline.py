"""Keep a process to its own machine, so that every book that is made shows that it needs no network."""

import sys
from typing import Any

LOCAL = {None, "", "localhost", "127.0.0.1", "::1"}


def cut_off() -> None:
    """Let every attempt of this process to reach another machine fail from now on.

    Kernels of the quick profile run this file as their IPython configuration.
    """

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.getaddrinfo", "socket.gethostbyname"):
            host = arguments[0]
        elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
            host = arguments[1][0]
        else:
            return
        if host not in LOCAL:
            raise PermissionError(f"the book is made without a network, but something asked for {host}")

    sys.addaudithook(refuse)
