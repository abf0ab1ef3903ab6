"""Roles that say why a number stands typed in the text: a cited `fact`, or `given` because we chose it.

The reader sees the number only. The book's lints reject typed numbers without a mark.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole


class NumberMark(SphinxRole):
    """Plain text with the role's name as its class."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text in a span."""
        return [nodes.inline(self.rawtext, self.text, classes=[self.name])], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the roles."""
    app.add_role("fact", NumberMark())
    app.add_role("given", NumberMark())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
