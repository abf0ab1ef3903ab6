"""Lead the equation links that `dlvc.show` writes to the page on which the equation stands."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

LINK = re.compile(r'class="dlvc-equation" href="#equation-([a-z0-9-]+)">[^<]*<')
logger = logging.getLogger(__name__)


def resolve(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Replace each marked link by one to the equation, named by its number."""
    equations = app.env.get_domain("math").equations  # type: ignore[attr-defined]

    def target(found: re.Match[str]) -> str:
        label = found[1]
        if label not in equations:
            logger.warning("dlvc.show names the equation %s, which no page has", label, location=page)
            return found[0]
        where, counted = equations[label]
        numbered = app.env.toc_fignumbers.get(where, {}).get("displaymath", {}).get(f"equation-{label}")
        number = ".".join(map(str, numbered)) if numbered else counted
        address = app.builder.get_relative_uri(page, where) if where != page else ""
        return f'class="dlvc-equation" href="{address}#equation-{label}">({number})<'

    for node in list(doctree.findall(nodes.raw)):
        if "dlvc-equation" in node.rawsource or "dlvc-equation" in node.astext():
            node.replace_self(nodes.raw("", LINK.sub(target, node.astext()), format=node["format"]))


def setup(app: Sphinx) -> dict[str, bool]:
    """Run after MyST-NB has chosen which form of each output the page shows."""
    app.connect("doctree-resolved", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
