"""How to cite a chapter: BibTeX with the version and the commit that was built."""

import os
import re
import shutil
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator


class Citation(nodes.General, nodes.Element):
    """Opens on a click; where there is no HTML its content simply stands there."""


def citation(env: BuildEnvironment, chapter: str, title: str, executed: str) -> Citation:
    """Return the entry by which a chapter is cited.

    Args:
        env: knows the configuration and the page that is being read.
        chapter: id of the chapter.
        title: its title.
        executed: ISO date of its execution, or nothing.
    """
    config = env.config
    built_from = commit(Path(env.srcdir))
    fields = {
        "author": f"{{{plain(config.author)}}}",
        "title": f"{{{plain(title)}}}",
        "booktitle": plain(config.html_title),  # Jupyter Book sets no project
        "version": config.book_version,
        "year": executed[:4],
        "date": executed,
        "url": f"{config.html_baseurl.rstrip('/')}/{env.docname}.html" if config.html_baseurl else "",
        "note": f"Version {config.book_version}" + (f", commit {built_from}" if built_from else ""),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    bibtex = f"@incollection{{dlvc-{chapter},\n" + ",\n".join(lines) + "\n}"
    return Citation("", nodes.literal_block(bibtex, bibtex, language="bibtex"))


@cache
def commit(folder: Path) -> str:
    """Return the commit of a checkout, ``-dirty`` if files differ from it; nothing if it is none."""
    git = shutil.which("git")
    if git is None:
        return ""
    command = [git, "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


def plain(text: str) -> str:
    """Return text that BibTeX prints as it is."""
    return re.sub(r"([&%$#_])", r"\\\1", text)


def begin(self: HTML5Translator, node: Citation) -> None:
    """Open the disclosure."""
    self.body.append(self.starttag(node, "details") + "<summary>Cite this chapter</summary>")


def end(self: HTML5Translator, _: Citation) -> None:
    """Close it."""
    self.body.append("</details>\n")


def pass_over(*_: object) -> None:
    """Write nothing around the content."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    installed = version("dlvc")
    app.add_config_value("book_version", lambda _: os.environ.get("DLVC_BOOK_VERSION") or installed, "env", [str])
    app.add_node(Citation, html=(begin, end), latex=(pass_over, pass_over), text=(pass_over, pass_over))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
