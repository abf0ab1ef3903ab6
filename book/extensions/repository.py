"""Addresses of the book: of its pages, of its repository's source lines, and the names of the state that is built."""

import os
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config


def page_address(config: Config, page: str) -> str:
    """Return where a page is published."""
    return f"{config.html_baseurl.rstrip('/')}/{page}.html"


def source(config: Config, path: str, line: int | str) -> str:
    """Return the address of a line.

    Args:
        config: knows the repository and the commit.
        path: of the file, from the repository's root.
        line: its number, or several as in ``3-L5``.
    """
    return f"{config.repository_url}/blob/{revision(config)}/{path}#L{line}"


def revision(config: Config) -> str:
    """Return the name of what is built: the release's tag, or the commit, or the branch if files differ from it.

    What differs from its commit has its lines elsewhere; the branch is the better guess.
    """
    if config.built_tag:
        return str(config.built_tag)
    known = config.built_commit and not config.built_commit.endswith("-dirty")
    return str(config.built_commit if known else config.repository_branch)


def commit(folder: Path) -> str:
    """Return the commit of a checkout, ``-dirty`` if files differ from it; nothing if it is none."""
    return describe(folder, "--always", "--abbrev=40", "--exclude=*")


def tag(folder: Path) -> str:
    """Return the tag of the release that a checkout is, as in ``v1.2.3``; nothing if it is none."""
    found = describe(folder, "--tags", "--exact-match", "--match=v*")
    return "" if found.endswith("-dirty") else found


def describe(folder: Path, *options: str) -> str:
    """Return what git calls a checkout."""
    git = shutil.which("git")
    if git is None:
        return ""
    command = [git, "-C", str(folder), "describe", "--dirty", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what other extensions read; a page that was built from another commit is made anew."""
    app.add_config_value("repository_url", lambda c: c.html_theme_options.get("repository_url", ""), "html", [str])
    app.add_config_value(
        "repository_branch", lambda c: c.html_theme_options.get("repository_branch", "main"), "html", [str]
    )
    installed = version("dlvc")
    app.add_config_value("book_version", lambda _: os.environ.get("DLVC_BOOK_VERSION") or installed, "env", [str])
    app.add_config_value("built_commit", commit(Path(app.srcdir)), "env", [str])
    app.add_config_value("built_tag", tag(Path(app.srcdir)), "env", [str])
    return {"parallel_read_safe": True, "parallel_write_safe": True}
