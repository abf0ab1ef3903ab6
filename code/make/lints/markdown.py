"""MyST pages as the lints see them: texts, directives (code cells too), labels; each with its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from docutils.parsers.rst.directives.misc import TestDirective
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.directives import parse_directive_text
from myst_parser.parsers.mdit import create_md_parser

EXTENSIONS = {"amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath", "substitution", "tasklist"}
FENCE = re.compile(r"\{([\w:+-]+)\}\s*(.*)", re.DOTALL)
HOLE = "\ufffc"  # stands in plain text for a role, code or a formula

# Directives whose body is no Markdown, and those whose argument is no prose.
VERBATIM = {
    "bibliography", "code", "code-block", "code-cell", "csv-table", "eval-rst", "math",
    "mermaid", "raw", "raw-cell", "sourcecode", "toctree",
}  # fmt: skip
ARGUMENT_IS_A_NAME = VERBATIM | {
    "chapter-card", "figure", "glue", "glue:", "glue:any", "glue:figure", "glue:math", "glue:md", "image",
    "include", "literalinclude", "solution", "solution-start", "video",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing to mend, and where."""

    path: Path
    line: int
    message: str


@dataclass(frozen=True)
class Text:
    """A run of prose: a paragraph, a heading, a table cell, a title, a caption or an alternative text.

    Attributes:
        line: first line in the file, from 1.
        tokens: inline tokens.
        group: equal for the texts of one list item or table, otherwise a text's own.
        level: 1 to 6 for a heading of the page, otherwise 0.
        is_item: whether it stands in a list.
    """

    line: int
    tokens: tuple[Token, ...]
    group: int
    level: int = 0
    is_item: bool = False

    @cached_property
    def plain(self) -> str:
        """The words, line by line, with `HOLE` where a role, code or a formula stands."""
        return "".join(_plain(token) for token in self.tokens)

    def line_of(self, position: int) -> int:
        """Return the line in the file of a position in `plain`."""
        return self.line + self.plain[:position].count("\n")

    def inline(self, *types: str) -> Iterator[tuple[int, Token]]:
        """Yield the inline tokens of these types, each with its line."""
        line = self.line
        for token in self.tokens:
            if token.type in types:
                yield line, token
            line += _plain(token).count("\n")


def _plain(token: Token) -> str:
    if token.type in {"text", "image"}:  # an image's content is its alternative text
        return token.content
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    if token.type in {"link_open", "link_close"} or token.type.startswith(("em_", "span_", "strong_")):
        return ""
    return HOLE + "\n" * token.content.count("\n")


@dataclass(frozen=True)
class Directive:
    """A fence with a name in braces.

    Attributes:
        name: what stands in the braces.
        argument: what follows on that line.
        options: from the block between dashes or the lines that begin with a colon.
        body: the rest.
        line: line of the fence's opening, from 1.
    """

    name: str
    argument: str
    options: dict[str, Any]
    body: str
    line: int

    @property
    def figure(self) -> dict[str, Any]:
        """What a code cell says about the figure that it makes."""
        return _mapping(_mapping(self.options.get("mystnb")).get("figure"))

    @property
    def image(self) -> dict[str, Any]:
        """What a code cell says about the image that it shows."""
        return _mapping(_mapping(self.options.get("mystnb")).get("image"))

    @property
    def labels(self) -> list[str]:
        """The labels that it defines."""
        named = (self.options.get("name"), self.options.get("label"), self.figure.get("name"))
        return [str(label) for label in named if label]


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


@dataclass
class Page:
    """One MyST file.

    Attributes:
        path: the file.
        name: its path within the book without suffix, as Sphinx calls it.
        texts: all prose in order.
        directives: all directives in order, the nested ones after those around them.
        labels: what may be referred to, each with its line; a label that is defined twice stands twice.
        equations: labels of displayed formulas, each with its line; they are in `labels` too.
    """

    path: Path
    name: str
    texts: list[Text] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)
    labels: list[tuple[str, int]] = field(default_factory=list)
    equations: list[tuple[str, int]] = field(default_factory=list)

    @property
    def cells(self) -> list[Directive]:
        """Code cells in order."""
        return self.named("code-cell")

    @property
    def headings(self) -> list[Text]:
        """Headings in order, without those inside directives."""
        return [text for text in self.texts if text.level]

    @property
    def is_chapter(self) -> bool:
        """Whether the rules for chapters hold: it has code cells and lies in a part's folder."""
        return "/" in self.name and bool(self.cells)

    def named(self, *names: str) -> list[Directive]:
        """Return the directives of these names in order."""
        return [directive for directive in self.directives if directive.name in names]

    def roles(self, *names: str) -> Iterator[tuple[int, str, str]]:
        """Yield line, name and content of the roles of these names; ``cite`` stands for ``cite:p`` too."""
        for text in self.texts:
            for line, token in text.inline("myst_role"):
                name = token.meta["name"]
                if name in names or name.split(":")[0] in names:
                    yield line, name, token.content


def read(path: Path, book: Path) -> Page:
    """Read one MyST file of the folder `book`."""
    page = Page(path, path.relative_to(book).with_suffix("").as_posix())
    config = MdParserConfig(enable_extensions=EXTENSIONS, dmath_double_inline=True)
    _Reader(page, create_md_parser(config, RendererHTML)).walk(path.read_text(encoding="utf-8"), 0)
    return page


class _Reader:
    """Fills a page, entering the directives' bodies."""

    def __init__(self, page: Page, parser: MarkdownIt) -> None:
        self.page = page
        self.parser = parser
        self.groups = 0

    def new_group(self) -> int:
        self.groups += 1
        return self.groups

    def walk(self, source: str, offset: int, around: int | None = None, nested: bool = False) -> None:
        """Take in Markdown that begins `offset` lines into the file; `around` is the group of a table."""
        groups: list[int] = []
        lists = level = 0
        for token in self.parser.parse(source):
            start, end = (offset + line for line in token.map or (0, 0))
            if token.type in {"list_item_open", "table_open"}:
                groups.append(around or self.new_group())
                lists += token.type == "list_item_open"
            elif token.type in {"list_item_close", "table_close"}:
                groups.pop()
                lists -= token.type == "list_item_close"
            elif token.type == "heading_open" and not nested:
                level = int(token.tag[1])
            elif token.type == "inline":
                group = groups[-1] if groups else around or self.new_group()
                text = Text(start + 1, tuple(token.children or ()), group, level, lists > 0)
                self.page.texts.append(text)
                self.page.labels += [(str(part.attrs["id"]), text.line) for part in text.tokens if "id" in part.attrs]
                level = 0
            elif token.type == "myst_target":
                self.page.labels.append((token.content, start + 1))
            elif token.type == "math_block_label":
                self.equation(token.info, end)
            elif token.type in {"fence", "colon_fence"} and (match := FENCE.match(token.info.strip())):
                group = groups[-1] if groups else around
                self.directive(match[1], match[2].strip(), token.content, start + 1, group)

    def equation(self, label: str, line: int) -> None:
        self.page.equations.append((label, line))
        self.page.labels.append((label, line))

    def directive(self, name: str, argument: str, content: str, line: int, group: int | None) -> None:
        """Take in a directive whose fence opens on `line`."""
        if content.startswith(":::"):  # a nested fence is no option; MyST adds this line too
            content, line_of_content = "\n" + content, line - 1
        else:
            line_of_content = line
        # A cell's options are YAML. The test directive is the one that takes any option.
        parsed = parse_directive_text(TestDirective, "", content, validate_options=name != "code-cell")
        directive = Directive(name, argument, parsed.options, "\n".join(parsed.body), line)
        self.page.directives.append(directive)
        if name in {"math", "glue:math"}:
            for label in directive.labels:
                self.equation(label, line)
        else:
            self.page.labels += [(label, line) for label in directive.labels]
        if name in {"table", "list-table"}:
            group = group or self.new_group()
        if argument and name not in ARGUMENT_IS_A_NAME:
            self.text(argument, line, group)
        for value in (directive.figure.get("caption"), directive.options.get("prerequisites")):
            if value:
                self.text(str(value), line, group)
        for alt in (directive.image.get("alt"), directive.options.get("alt")):
            if alt:
                plain = Token("text", "", 0, content=" ".join(str(alt).split()))
                self.page.texts.append(Text(line, (plain,), self.new_group()))
        if name not in VERBATIM:
            self.walk(directive.body, line_of_content + parsed.body_offset, group, nested=True)

    def text(self, source: str, line: int, group: int | None) -> None:
        """Take in prose that stands in an option or beside a directive's name."""
        (token,) = self.parser.parseInline(" ".join(source.split()))
        self.page.texts.append(Text(line, tuple(token.children or ()), group or self.new_group()))
