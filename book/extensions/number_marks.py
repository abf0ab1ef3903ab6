"""Numbers in the text: why one stands typed there, a cited `fact`, or `given` because we chose it; their signs.

The reader sees the number only. The book's lints reject typed numbers without a mark.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole


class NumberMark(SphinxRole):
    """Plain text with the role's name as its class."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text in a span."""
        return [nodes.inline(self.rawtext, self.text, classes=[self.name])], []


def typeset_numbers(app: Sphinx, doctree: nodes.document, page: str) -> None:  # noqa: ARG001
    """Give the text's numbers the signs that typed ones and figures have, where Python's format has others.

    A narrow space stands before each percent sign, and a glued number that is negative has a minus and no hyphen.
    """
    for text in list(doctree.findall(nodes.Text)):
        typeset = re.sub(r"(?<=\d) ?%", "\u202f%", text)
        if isinstance(text.parent, nodes.inline) and "pasted-text" in text.parent["classes"]:  # what MyST-NB glued
            typeset = re.sub(r"(?<!\w)-(?=\d)", "\u2212", typeset)
        verbatim = isinstance(text.parent, nodes.literal | nodes.FixedTextElement | nodes.math | nodes.raw)
        if typeset != text and not verbatim:
            text.parent.replace(text, nodes.Text(typeset))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the roles."""
    app.add_role("fact", NumberMark())
    app.add_role("given", NumberMark())
    app.connect("doctree-resolved", typeset_numbers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
