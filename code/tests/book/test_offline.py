"""The quick book is executed and built without a network, and nothing in it could use one unnoticed."""

import subprocess
import sys

import pytest

from tiny_book import TinyBook

# 192.0.2.0/24 and .invalid are reserved: nobody is there, so that no test reaches anyone if the wall has a hole.
REACHING_OUT = {
    "connection": "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=1)",
    "name": "import urllib.request\nurllib.request.urlopen('http://data.invalid/mnist.gz', timeout=5)",
}
NAMESPACE = ("unshare", "--map-root-user", "--net")


def namespaces_allowed() -> bool:
    try:
        return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


needs_namespace = pytest.mark.skipif(not namespaces_allowed(), reason="this system forbids network namespaces")


@pytest.mark.parametrize("cell", REACHING_OUT.values(), ids=REACHING_OUT.keys())
def test_cell_that_reaches_out_fails_the_quick_book(book: TinyBook, cell: str) -> None:
    book.chapter("one", cell)
    failed = book.make(fails=True)
    assert "the book is made without a network, but something asked for" in failed.stderr
    assert "1 of 2 executed chapters failed: part/one." in failed.stderr


def test_cell_of_the_full_book_may_reach_out(book: TinyBook) -> None:
    attempt = REACHING_OUT["connection"].replace("socket.create", "try: socket.create")
    book.chapter("one", f"{attempt}\nexcept OSError as error: assert 'made without a network' not in str(error)")
    book.make("--profile", "full")


def test_cell_may_use_its_own_machine_and_finds_no_stray_names(book: TinyBook) -> None:
    connect = "server = socket.create_server(('127.0.0.1', 0))\nsocket.create_connection(server.getsockname())"
    book.chapter("one", "assert 'cut_off' not in dir() and 'sys' not in dir()", f"import socket\n{connect}")
    book.make()


def test_page_build_that_reaches_out_fails(book: TinyBook) -> None:
    config = (book.root / "_config.yml").read_text()
    book.write("_config.yml", config.replace("sphinx: {", "sphinx: {local_extensions: {nosy: book/extensions}, "))
    book.write("book/extensions/nosy.py", "import socket\ndef setup(app): socket.getaddrinfo('data.invalid', 80)\n")
    failed = book.make(fails=True)
    assert "something asked for data.invalid" in failed.stderr


@needs_namespace
def test_book_is_made_where_there_is_no_network_at_all(book: TinyBook) -> None:
    book.run(*NAMESPACE, sys.executable, "code/make/book.py")
    assert "two says 4" in book.page("part/two")


@needs_namespace
def test_namespace_has_no_network(book: TinyBook) -> None:
    # Another process, which the wall inside the kernel does not see.
    child = f"subprocess.run([sys.executable, '-c', {REACHING_OUT['connection']!r}], check=True)"
    book.chapter("one", f"import subprocess, sys\n{child}")
    failed = book.run(*NAMESPACE, sys.executable, "code/make/book.py", fails=True)
    assert "Network is unreachable" in failed.stderr
