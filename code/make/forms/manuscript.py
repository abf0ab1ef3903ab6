"""The built site's pages in reading order, without what needs a screen, a script or a click.

PDF and ePub are made from this and not by Sphinx a second time: so they say what the site says, number for number,
and its extensions need to know of one format only. (Tried: Sphinx's ePub builder takes a minute to read the book
anew, packs scripts and onnxruntime, and stops in extensions that look for the site's theme.)

Every id becomes unique in the whole book, ``foundations-classification--quiz``, and a link to a page of the book
becomes a link to such an id. Solutions, and the answers to quizzes, move to a page of their own, as nothing folds.
"""

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import yaml
from bs4 import BeautifulSoup, SoupStrainer, Tag
from sphinx_external_toc.api import SiteMap
from sphinx_external_toc.parsing import parse_toc_yaml

from processes import MakeError

FORMS = Path(__file__).parent
PARSER = "html.parser"  # the one that keeps what Sphinx has nested as it is
# Of no use without a screen; and the lists of all pages and of all letters, which every form has in its own way.
DROPPED = ".headerlink, script, style, button, input, [hidden], [role=status], summary svg"
DROPPED += ", .toctree-wrapper, .genindex-jumpbox"
SCREEN_ATTRIBUTES = ("tabindex", "loading", "download", "border", "align", "valign", "data-key", "autocomplete")
URL_CHARACTERS = "%/:?#[]@!$&'()*+,;=~"
SOLUTIONS = "solutions"
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Leaf:
    """One page of the site.

    Attributes:
        name: as in the table of contents.
        part: caption of the part of the book that it belongs to; empty for the first page.
        body: its article, from the title on.
    """

    name: str
    part: str
    body: Tag

    @property
    def id(self) -> str:
        """The id of the page as a whole."""
        return slug(self.name)

    @cached_property
    def title(self) -> str:
        """The title with its number."""
        return " ".join(self.body.find("h1").get_text().split())

    def sections(self) -> Iterator[tuple[str, str]]:
        """Yield the id and title of each numbered section of the first level."""
        for number in self.body.select("h2 > .section-number"):
            yield number.parent["id"], " ".join(number.parent.get_text().split())


@dataclass(frozen=True)
class Edition:
    """What every form says of itself.

    Attributes:
        title: of the book.
        author: of the book.
        licence: one sentence.
        version: of the package and the book.
        commit: what was built, in words; empty if it isn't known.
        executed: day on which the last of the chapters was executed.
        address: of the site, with a slash at the end.
        site: folder of the built site.
    """

    title: str
    author: str
    licence: str
    version: str
    commit: str
    executed: date
    address: str
    site: Path

    @property
    def words(self) -> str:
        """Version, commit and date."""
        commit = f", commit {self.commit}" if self.commit else ""
        return f"Version {self.version}{commit}, executed on {self.executed.day} {self.executed:%B %Y}"

    def file(self, suffix: str) -> str:
        """Return the name of the book's file in a form."""
        return f"dlvc-book-{self.version}.{suffix}"


@dataclass(frozen=True)
class Book(Edition):
    """The whole book.

    Attributes:
        leaves: the pages in reading order; the last part begins with the solutions.
    """

    leaves: tuple[Leaf, ...]

    def parts(self) -> Iterator[tuple[str, list[Leaf]]]:
        """Yield each part's caption with its pages."""
        for part, leaves in groupby(self.leaves, lambda leaf: leaf.part):
            yield part, list(leaves)


def read_edition(root: Path) -> Edition:
    """Return what there is to say of the site that `make book` has built.

    Args:
        root: the clone's folder.

    Raises:
        MakeError: if there is no site.
    """
    site = root / "_build" / "html"
    if not (site / "index.html").exists():
        raise MakeError("there is no book yet: run `make book` first.")
    config = yaml.safe_load((root / "_build" / "config.yml").read_text("utf-8"))
    measured = (root / "_build" / "measurements").glob("*.json")
    return Edition(
        title=config["title"],
        author=config["author"],
        licence=config["html"]["extra_footer"].strip(),
        **json.loads((site / "edition.json").read_text("utf-8")),
        executed=max(date.fromisoformat(json.loads(file.read_text("utf-8"))["executed"]) for file in measured),
        address=config["html"]["baseurl"].rstrip("/") + "/",
        site=site,
    )


def read(root: Path) -> Book:
    """Read the site that `make book` has built.

    Args:
        root: the clone's folder.

    Raises:
        MakeError: if there is no site.
    """
    edition = read_edition(root)
    toc = parse_toc_yaml(root / "_toc.yml")
    parts = {toc.root.docname: ""} | dict(_below(toc, toc.root.docname, ""))
    leaves = [Leaf(name, part, _page(edition.site / f"{name}.html")) for name, part in parts.items()]
    for leaf in leaves:
        _unfold_live_figures(leaf, edition.address)
        _strip(leaf.body)
    _join(leaves, edition.address)
    leaves[0].body.find("h1").string = "About this book"  # its title, the book's, stands on the cover
    reference = next(number for number, leaf in enumerate(leaves) if leaf.part == leaves[-1].part)
    leaves.insert(reference, Leaf(SOLUTIONS, leaves[-1].part, _solutions(leaves)))
    for leaf in leaves:
        _open(leaf.body)
        _break_code_into_lines(leaf.body)
        _name_titles(leaf.body)
    return Book(**vars(edition), leaves=tuple(leaves))


def slug(name: str) -> str:
    """Return a name that can be an id in HTML, XML and PDF."""
    return re.sub(r"[^A-Za-z0-9-]", "-", name)


def element(html: str) -> Tag:
    """Return the one element of a piece of HTML."""
    return BeautifulSoup(html, PARSER).find()


def _below(toc: SiteMap, name: str, part: str) -> Iterator[tuple[str, str]]:
    """Yield each page below one, in order, with its part."""
    for tree in toc[name].subtrees:
        for item in tree.files():
            within = part or tree.caption or ""
            yield item, within
            yield from _below(toc, item, within)


def _page(file: Path) -> Tag:
    return BeautifulSoup(file.read_text("utf-8"), PARSER, parse_only=SoupStrainer("article")).find()


def _unfold_live_figures(leaf: Leaf, address: str) -> None:
    """Leave of a live figure its picture, and say where it lives."""
    for live in leaf.body.select("dlvc-live"):
        figure = live.find_parent("figure")
        url = f"{address}{leaf.name}.html" + (f"#{figure['id']}" if figure and figure.get("id") else "")
        note = element(f'<p class="live-note">Live on the page: <a class="address" href="{url}">{url}</a></p>')
        ((figure and figure.find("figcaption")) or live.parent).append(note)
        live.replace_with(live.find("img"))


def _strip(body: Tag) -> None:
    """Remove what needs a screen; keep of an equation's mark only the number, which `_join` links."""
    for mark in body.select("details.equation-mark"):  # the page of equations has it all
        mark.decompose()
    for each in body.select(DROPPED):
        each.decompose()
    for link in body.select("a.image-reference"):
        link.unwrap()
    for each in body.find_all(True):
        for attribute in SCREEN_ATTRIBUTES:
            each.attrs.pop(attribute, None)
        if each.get("style", "").startswith("--lines"):
            del each["style"]


def _join(leaves: list[Leaf], address: str) -> None:
    """Make ids unique, links lead to them or to the site, and pictures be named from the site's root."""
    known = {leaf.name: leaf for leaf in leaves}
    for leaf in leaves:
        for each in leaf.body.select("[id]"):
            each["id"] = f"{leaf.id}--{slug(each['id'])}"
        for image in leaf.body.select("img"):
            image["src"] = _from_root(leaf.name, image["src"])
        for link in leaf.body.select("a[href]"):
            url = urlsplit(link["href"])
            if url.scheme or url.netloc:
                link["href"] = quote(link["href"], safe=URL_CHARACTERS)
                continue
            target = _from_root(leaf.name, url.path) if url.path else f"{leaf.name}.html"
            page = known.get(target.removesuffix(".html"))
            fragment = f"--{slug(unquote(url.fragment))}" if url.fragment else ""
            link["href"] = f"#{page.id}{fragment}" if page else address + target
    listed = {each["id"] for leaf in leaves for each in leaf.body.select(".listed-equation[id]")}
    for number in (each for leaf in leaves for each in leaf.body.select(".math[id] > .eqno")):
        label = number.parent["id"].partition("--equation-")[2]
        for entry in {f"{leaf.id}--{label}" for leaf in leaves} & listed:
            number.string.wrap(element(f'<a href="#{entry}"></a>'))


def _from_root(page: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path))


def _solutions(leaves: list[Leaf]) -> Tag:
    """Move all solutions and answers to an article of their own, and leave a line in their places that says so."""
    body = element("<article><h1>Solutions and answers</h1></article>")
    for leaf in leaves:
        chapter = element(f'<section id="{SOLUTIONS}--{leaf.id}"><h2>{leaf.title}</h2></section>')
        for solution in leaf.body.select("details.solution"):
            title = solution.find("summary").extract()
            solution.replace_with(_turn_to(solution["id"], title.get_text()))
            solution.name, solution["class"] = "section", "solution"
            title.name, title.attrs = "h3", {}
            chapter.append(solution)
            solution.insert(0, title)
        for number, quiz in enumerate(leaf.body.select(".quiz")):
            id_ = f"{leaf.id}--answers-{number}"
            answers = element(f'<section class="answers" id="{id_}"><h3>Answers to the quiz</h3><ol></ol></section>')
            answers.ol.extend(_answer(question) for question in quiz.select("form"))
            quiz.append(_turn_to(id_, "Answers to the quiz"))
            _print_quiz(quiz)
            chapter.append(answers)
        if chapter.find("section"):
            body.append(chapter)
    return body


def _turn_to(target: str, title: str) -> Tag:
    return element(f'<p class="turn-to"><a href="#{target}">{title}</a></p>')


def _answer(question: Tag) -> Tag:
    reasons = question.find("details").extract().find("ul")
    reasons.name, reasons.attrs = "ol", {"type": "a"}
    answer = element("<li></li>")
    answer.append(reasons)
    return answer


def _print_quiz(quiz: Tag) -> None:
    """Number the questions and letter their options, as the answers are."""
    questions = element("<ol></ol>")
    for form in quiz.select("form"):
        prompt, options = form.find("legend"), element('<ol type="a"></ol>')
        for label in form.select("label"):
            label.name = "li"
            options.append(label)
        prompt.name = "p"
        form.clear()
        form.name, form.attrs = "li", {}
        form.extend([prompt, options])
        questions.append(form)
    quiz.insert(0, questions)


def _open(body: Tag) -> None:
    """Open what is folded; a cell's own fold has a title that says nothing."""
    for details in body.select("details"):
        summary = details.find("summary")
        if "hide" in details.get("class", []):
            summary.decompose()
        else:
            summary.name, summary["class"] = "p", "admonition-title"
        details.name = "div"


def _name_titles(body: Tag) -> None:
    """Give a section's id to its title: on paper a section may begin at the foot of a page, its title overleaf."""
    for title in body.select("section[id] > :is(h1, h2, h3, h4)"):
        title["id"] = title.parent.attrs.pop("id")


def _break_code_into_lines(body: Tag) -> None:
    """Make each line of code an element: one that is too long goes on below itself, further in."""
    for pre in body.select("pre"):
        lines = pre.decode_contents().rstrip("\n").split("\n")
        pre.replace_with(element(f"<pre>{''.join(map(_hanging, lines))}</pre>"))


def _hanging(line: str) -> str:
    text = TAG.sub("", line)
    inset = len(text) - len(text.lstrip()) + 4
    return f'<span class="line" style="padding-left: {inset}ch; text-indent: -{inset}ch">{line}\n</span>'
