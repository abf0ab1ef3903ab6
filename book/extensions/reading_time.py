"""How long a page takes to read, from the words of its prose and of its code."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

WORDS_PER_MINUTE = 200


class ReadingTime(nodes.Inline, nodes.TextElement):
    """Stands for the time until the whole page has been read in."""


class FillReadingTime(SphinxTransform):
    """Puts the time in its place."""

    default_priority = 900

    def apply(self, **_: object) -> None:
        """Count the words, now that all are there."""
        words = sum(len(node.astext().split()) for node in self.document.findall(is_read))
        minutes = max(1, round(words / WORDS_PER_MINUTE))
        for node in list(self.document.findall(ReadingTime)):
            node.replace_self(nodes.Text(f"about {minutes} minute{'s' if minutes > 1 else ''}"))


def is_read(node: nodes.Node) -> bool:
    """Tell whether a reader reads the node's words: prose or a cell's source, but no output."""
    if isinstance(node, nodes.literal_block):
        return "cell_input" in node.parent["classes"]
    return isinstance(node, nodes.paragraph | nodes.title | nodes.caption)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.add_transform(FillReadingTime)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
