"""Repairs of what theme and extensions do wrong on every page; the site tests say when one is no longer needed."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def drop_thebe(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:  # noqa: ARG001
    """Jupyter Book always brings sphinx-thebe, whose scripts collide with themselves and would call a CDN."""
    scripts = context.get("script_files", [])
    scripts[:] = [each for each in scripts if "thebe" not in f"{each} {getattr(each, 'attributes', {})}".lower()]


def drop_doubled_ids(app: Sphinx, doctree: nodes.document, page: str) -> None:  # noqa: ARG001
    """sphinx-exercise gives the contents of all exercises the same id."""
    for section in doctree.findall(nodes.section):
        section["ids"] = [each for each in section["ids"] if each not in {"exercise-content", "solution-content"}]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    # The theme's script wants to be told that the mode is automatic, but without scripts the page must not say so.
    app.add_js_file(None, body='document.documentElement.dataset.mode ||= "auto"')
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("doctree-resolved", drop_doubled_ids)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
