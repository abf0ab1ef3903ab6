"""How to cite a chapter: as BibTeX and as plain text, each with a button that copies it.

Both name the version, the commit that was built, the day of execution and the address: that of a release stays what
it is, in the version's own folder (`make versions` puts it there); what is built between releases has only the newest.
"""

import re
from datetime import date
from typing import Any

from docutils import nodes
from repository import page_address
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator


class Citation(nodes.General, nodes.Element):
    """Opens on a click; where there is no HTML its content simply stands there."""


class CopyText(nodes.literal_block):
    """A text with a button that copies it; its attribute `what` says what it is."""


def citation(env: BuildEnvironment, chapter: str, title: str, executed: str) -> Citation:
    """Return the two ways in which a chapter is cited.

    Args:
        env: knows the configuration and the page that is being read.
        chapter: id of the chapter.
        title: its title.
        executed: ISO date of its execution, or nothing.
    """
    config = env.config
    book = config.html_title  # Jupyter Book sets no project
    commit, dirty, _ = config.built_commit.partition("-dirty")
    edition = f"version {config.book_version}" + (f", commit {commit[:12]}{dirty}" if commit else "")
    folder = f"{config.built_tag}/" if config.built_tag else ""
    url = page_address(config, f"{folder}{env.docname}") if config.html_baseurl else ""
    fields = {
        "author": f"{{{escaped(config.author)}}}",
        "title": f"{{{escaped(title)}}}",
        "booktitle": escaped(book),
        "version": config.book_version,
        "year": executed[:4],
        "date": executed,
        "url": url,
        "note": edition.capitalize(),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    bibtex = f"@incollection{{dlvc-{chapter},\n" + ",\n".join(lines) + "\n}"
    day = date.fromisoformat(executed) if executed else None
    details = [book, edition, *([f"{day.day} {day:%B %Y}"] if day else [])]
    text = f"{config.author}. “{title}.” In {', '.join(details)}." + (f" {url}" if url else "")
    return Citation(
        "",
        CopyText(bibtex, bibtex, language="bibtex", what="BibTeX"),
        CopyText(text, text, language="none", what="plain text"),
    )


def escaped(text: str) -> str:
    """Return text that BibTeX prints as it is."""
    return re.sub(r"([&%$#_])", r"\\\1", text)


def begin(self: HTML5Translator, node: Citation) -> None:
    """Open the disclosure."""
    self.body.append(self.starttag(node, "details") + "<summary>Cite this chapter</summary>")


def end(self: HTML5Translator, _: Citation) -> None:
    """Close it."""
    self.body.append("</details>\n")


def write_copy_text(self: HTML5Translator, node: CopyText) -> None:
    """Write the text with its button, which shows itself where scripts run, and a place for what it says."""
    self.body.append(
        f'<div class="copy-text"><pre>{self.encode(node.astext())}</pre>'
        f'<button type="button" hidden>Copy {node["what"]}</button> <span role="status"></span></div>'
    )
    raise nodes.SkipNode


def pass_over(*_: object) -> None:
    """Write nothing around the content."""


def equip_page(app: Sphinx, _page: str, _template: str, _context: dict[str, Any], doctree: nodes.document) -> None:
    """Load the script where there is a citation."""
    if doctree and next(doctree.findall(Citation), None):
        app.add_js_file("copy.js", type="module")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.setup_extension("repository")
    app.add_node(Citation, html=(begin, end), latex=(pass_over, pass_over), text=(pass_over, pass_over))
    app.add_node(CopyText, html=(write_copy_text, None))
    app.connect("html-page-context", equip_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
