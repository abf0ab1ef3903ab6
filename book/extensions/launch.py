"""Where a page can be opened, edited and reported: addresses, and the header's menus that lead to them.

What a chapter's notebook is called, and on which branch it lies, is decided here. The branch `notebooks` holds those
of the newest build, and each release has one of its own, `notebooks-v1.2.3`, so that the links of its pages stay true.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from docutils import nodes
from repository import page_address
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

FOLDER = "_notebooks"  # in the site


class Link(NamedTuple):
    """A link of a menu."""

    text: str
    tooltip: str
    address: str
    icon: str
    label: str


def is_chapter(env: BuildEnvironment, page: str) -> bool:
    """Tell whether a page has cells."""
    return "kernelspec" in env.metadata.get(page, {})


def branch(config: Config) -> str:
    """Return the branch on which this build's notebooks are published."""
    return f"notebooks-{config.built_tag}" if config.built_tag else "notebooks"


def launches(config: Config, page: str) -> list[Link]:
    """Return where a chapter can be run."""
    name = urlsplit(config.repository_url).path.strip("/")
    colab = f"https://colab.research.google.com/github/{name}/blob/{branch(config)}/{page}.ipynb"
    binder = f"https://mybinder.org/v2/gh/{name}/{branch(config)}?urlpath={quote(f'lab/tree/{page}.ipynb', safe='')}"
    return [
        Link("Colab", "Run this chapter in Google Colab", colab, "fas fa-rocket", "launch-colab-button"),
        Link("Binder", "Run this chapter on Binder", binder, "fas fa-rocket", "launch-binder-button"),
    ]


def edit(config: Config, page: str) -> Link:
    """Return where a page can be edited."""
    address = f"{config.repository_url}/edit/{config.repository_branch}/book/{page}.md"
    return Link("Edit this page", "Propose a change of this page", address, "fas fa-pencil-alt", "source-edit-button")


def report(config: Config, page: str, title: str) -> Link:
    """Return where a page's faults can be reported; the report is begun with page and version."""
    built = f", commit {config.built_commit[:12]}" if config.built_commit else ""
    body = (
        f"{page_address(config, page)}\nVersion {config.book_version}{built}\n\nWhat is wrong, and where on the page?\n"
    )
    query = urlencode({"title": f"{title}: ", "body": body}, quote_via=quote)
    address = f"{config.repository_url}/issues/new?{query}"
    return Link(
        "Report a problem", "Report a problem with this page", address, "fas fa-lightbulb", "source-issues-button"
    )


def buttons(links: list[Link]) -> Iterator[dict[str, str]]:
    """Yield links as the theme's header writes them."""
    for link in links:
        yield {
            "type": "link",
            "text": link.text,
            "tooltip": link.tooltip,
            "url": link.address,
            "icon": link.icon,
            "label": link.label,
        }


def fill_menus(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:  # noqa: ARG001
    """Put the links into the header's menus: the theme's own would open Markdown in Colab, and name no version."""
    if "header_buttons" not in context:  # another theme, as that of an ePub
        return
    menus = {menu["label"]: menu for menu in context["header_buttons"]}
    if doctree and is_chapter(app.env, page):
        launch = {"type": "group", "tooltip": "Run this chapter", "icon": "fas fa-rocket", "label": "launch-buttons"}
        context["header_buttons"].insert(0, {**launch, "buttons": list(buttons(launches(app.config, page)))})
        if "download-buttons" in menus:
            notebook = context["pathto"](f"{FOLDER}/{page}.ipynb", 1)
            download = Link(".ipynb", "Download the notebook", notebook, "fas fa-code", "download-notebook-button")
            menus["download-buttons"]["buttons"][:0] = buttons([download])
    if "source-buttons" in menus:
        shown = [each for each in menus["source-buttons"]["buttons"] if each["label"] == "source-repository-button"]
        links = [edit(app.config, page)] if doctree else []  # the search page has no source
        title = app.env.titles[page].astext() if page in app.env.titles else page
        shown += buttons([*links, report(app.config, page, title)])
        menus["source-buttons"] |= {"buttons": shown, "tooltip": "Source and faults"}


class CardLinks(nodes.Inline, nodes.TextElement):
    """Stands for the links on a chapter's card until the addresses are known; `kind` says which."""


def link_card(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Fill in the links of a card."""
    for place in list(doctree.findall(CardLinks)):
        if place["kind"] == "launch":
            links = [(link.text, link.address) for link in launches(app.config, page)]
            if app.builder.name == "html":
                links.append(("download the notebook", f"{'../' * page.count('/')}{FOLDER}/{page}.ipynb"))
        else:
            found = [edit(app.config, page), report(app.config, page, app.env.titles[page].astext())]
            links = [(link.text.lower(), link.address) for link in found]
        linked = [nodes.reference("", text, refuri=address) for text, address in links]
        between = [nodes.Text(", ") for _ in linked]
        place.replace_self([node for pair in zip(between, linked, strict=True) for node in pair][1:])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension; it acts after the theme has made its menus."""
    app.setup_extension("repository")
    app.add_node(CardLinks)
    app.connect("html-page-context", fill_menus, priority=900)
    app.connect("doctree-resolved", link_card)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
