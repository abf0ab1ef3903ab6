"""A throwaway book, made by a copy of the real book's machinery."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil

MAKE = Path(__file__).parents[2] / "make"

HEADER = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {name: python3, display_name: Python 3}
---
"""
CONFIG = """\
title: Tiny
only_build_toc_files: true
execute: {raise_on_error: true}
sphinx: {config: {suppress_warnings: [etoc.toctree]}}
"""
TOC = """\
format: jb-book
root: index
chapters: [{file: part/one}, {file: part/two}]
"""


class TinyBook:
    """A book of two chapters in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(MAKE, root / "code" / "make", ignore=shutil.ignore_patterns("__pycache__"))
        self.write("code/pyproject.toml", 'version = "1.2.3"\n')
        self.write("code/dlvc/__init__.py", "answer = 42\n")
        self.write("code/dlvc/data/embedded.bin", "01")
        self.write("requirements.txt", "numpy==2\n")
        self.write("_config.yml", CONFIG)
        self.write("_toc.yml", TOC)
        self.write("book/index.md", "# Tiny\n")
        self.chapter("one", "print('one says', 1 + 1)")
        self.chapter("two", "print('two says', 2 + 2)")

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def chapter(self, name: str, *cells: str, prose: str = "") -> Path:
        fenced = [f"```{{code-cell}} ipython3\n{cell}\n```\n" for cell in cells]
        return self.write(f"book/part/{name}.md", "\n".join([HEADER, f"# {name}\n", prose, "", *fenced]))

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command in the book's folder, `make book` unless told otherwise."""
        command = command or (sys.executable, "code/make/book.py")
        return subprocess.Popen(command, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *command: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a command in the book's folder; it must succeed, or fail if it `fails`."""
        process = self.start(*command)
        out, err = process.communicate(timeout=120)
        assert (process.returncode != 0) == fails, out + err
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def make(self, *arguments: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
        """Run what `make book` runs once everything is installed."""
        return self.run(sys.executable, "code/make/book.py", *arguments, fails=fails)

    def page(self, name: str) -> str:
        return (self.root / "_build" / "html" / f"{name}.html").read_text()


def wait_for(path: Path) -> str:
    """Return the text of a file that another process is about to write."""
    deadline = time.monotonic() + 30
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.1)
    return path.read_text()


def assert_ends(pid: int) -> None:
    """Assert that a process ends soon."""
    deadline = time.monotonic() + 10
    while not has_ended(pid):
        assert time.monotonic() < deadline, f"process {pid} outlives the make that started it"
        time.sleep(0.1)


def has_ended(pid: int) -> bool:
    """Return whether a process is gone, or waits only for someone to ask how it ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
