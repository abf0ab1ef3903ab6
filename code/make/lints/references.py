"""References: every label, page, term, work and glued name that is referred to exists, and once only."""

import ast
import re
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from lints.cells import calls
from lints.markdown import Finding, Page

BUILT_IN = {"genindex", "modindex", "search"}  # pages that Sphinx makes
TITLED = re.compile(r".*<([^<>]+)>", re.DOTALL)
SCHEME = re.compile(r"[a-zA-Z][\w+.-]*:")
WANTED = {
    "ref": "a label",
    "numref": "a label",
    "prf:ref": "a label",
    "eq": "an equation's label",
    "doc": "a page",
    "term": "a term of a {glossary}",
}


def check(pages: list[Page], book: Path, works: Container[str]) -> Iterator[Finding]:
    """Check the references of all pages; `works` has the bibliography's keys."""
    labels = {label.lower() for page in pages for label, _ in page.labels}
    targets: dict[str, Container[str]] = {
        "ref": labels | BUILT_IN,
        "numref": labels,
        "prf:ref": labels,
        "eq": {label for page in pages for label, _ in page.equations},
        "doc": {page.name for page in pages},
        "term": {term for page in pages for term in _terms(page)},
    }
    yield from _twice(pages)
    for page in pages:
        for line, role, content in page.roles(*targets):
            came = _target(content)
            target = _document(page, came) if role == "doc" else came if role == "eq" else came.lower()
            if target not in targets[role]:
                yield Finding(page.path, line, f"unresolved {{{role}}} {came!r}; wanted {WANTED[role]}")
        for line, key in citations(page):
            if key not in works:
                yield Finding(page.path, line, f"citation of {key!r}, which references.bib lacks")
        for solution in page.named("solution", "solution-start"):
            if solution.argument.lower() not in labels:
                yield Finding(page.path, solution.line, f"solution of {solution.argument!r}, which is no exercise")
        yield from _links(page, book, labels)
        yield from _glued(page)


def citations(page: Page) -> Iterator[tuple[int, str]]:
    """Yield line and key of each citation."""
    for line, _, content in page.roles("cite"):
        for key in content.split(","):
            yield line, re.sub(r"\{.*?\}", "", key).strip()


def check_contents(toc: Path, pages: list[Page]) -> Iterator[Finding]:
    """Compare the table of contents with the pages that are there."""
    if not toc.is_file():
        yield Finding(toc, 1, "no table of contents")
        return
    source = toc.read_text(encoding="utf-8")
    listed = {entry.removesuffix(".md") for entry in _entries(yaml.safe_load(source))}
    names = {page.name: page for page in pages if page.path.name != "README.md"}
    for entry in sorted(listed - names.keys()):
        line = source[: source.find(entry)].count("\n") + 1
        yield Finding(toc, line, f"lists {entry!r}, but book/{entry}.md is not there")
    for name in sorted(names.keys() - listed):
        yield Finding(names[name].path, 1, f"page that _toc.yml does not list as {name!r}")


def _entries(toc: Any) -> Iterator[str]:
    if isinstance(toc, dict):
        for key, value in toc.items():
            if key in {"root", "file"}:
                yield str(value)
            else:
                yield from _entries(value)
    elif isinstance(toc, list):
        for value in toc:
            yield from _entries(value)


def _twice(pages: list[Page]) -> Iterator[Finding]:
    first: dict[str, Page] = {}
    for page in pages:
        for label, line in page.labels:
            if label in first:
                yield Finding(page.path, line, f"label {label!r} stands already in {first[label].name}.md")
            first.setdefault(label, page)


def _terms(page: Page) -> Iterator[str]:
    for glossary in page.named("glossary"):
        for line in glossary.body.splitlines():
            if line.strip() and not line[0].isspace():
                yield line.split(" : ")[0].strip().lower()


def _target(content: str) -> str:
    """Return the target of a role's content, be it `target` or `words <target>`."""
    titled = TITLED.fullmatch(content)
    return (titled[1] if titled else content).strip()


def _document(page: Page, target: str) -> str:
    """Return a page's name from what a {doc} in `page` says."""
    if target.startswith("/"):
        return target[1:]
    parts = page.name.split("/")[:-1]
    for part in target.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in {".", ".."}:
            parts.append(part)
    return "/".join(parts)


def _links(page: Page, book: Path, labels: set[str]) -> Iterator[Finding]:
    """Check Markdown links; those to other sites are the link checker's."""
    for text in page.texts:
        for line, token in text.inline("link_open"):
            href = unquote(str(token.attrs.get("href", "")))
            if SCHEME.match(href):
                continue
            target, _, label = href.partition("#")
            file = book / target[1:] if target.startswith("/") else page.path.parent / target
            known = target.lower() in labels or file.is_file() or file.with_name(file.name + ".md").is_file()
            if (target and not known) or (label and label.lower() not in labels) or not href:
                yield Finding(page.path, line, f"link to {href!r}; wanted a file of the book or a label")


def _glued(page: Page) -> Iterator[Finding]:
    """Check that what is pasted was glued by a cell of the same page."""
    glued = [_pattern(call.args[0]) for _, call in calls(page, "glue") if call.args]
    pasted = [(line, content.split(":")[0]) for line, _, content in page.roles("glue")]
    pasted += [(found.line, found.argument) for found in page.directives if found.name.split(":")[0] == "glue"]
    for line, name in pasted:
        if not any(re.fullmatch(pattern, name) for pattern in glued):
            yield Finding(page.path, line, f"paste of {name!r}, which no cell of this page glues")


def _pattern(name: ast.expr) -> str:
    """Return what a glued name may look like: a literal, or an f-string with anything in its braces."""
    if isinstance(name, ast.Constant):
        return re.escape(str(name.value))
    if isinstance(name, ast.JoinedStr):
        return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in name.values)
    return ".+"
