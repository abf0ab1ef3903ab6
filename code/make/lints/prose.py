"""Prose: numbers that were measured come from a cell, cited facts bear a citation, some words stay away."""

import re
from collections.abc import Iterator

from lints.markdown import Finding, Page, Text

NUMBER = r"(?<![\w.,])[-+\u2212]?\d+(?:,\d{3})*(?:\.\d+)?"
DECIMAL = r"(?<![\w.,])[-+\u2212]?\d*\.\d+"
METRIC = (
    r"(?:accurac(?:y|ies)|loss(?:es)?|errors?|perplexit(?:y|ies)|entrop(?:y|ies)|scores?|precision|recall|F1"
    r"|AUC|AUROC|m?IoU|mAP|FID|BLEU|CIDEr|PSNR|SSIM|ECE|NLL|MSE|MAE|RMSE|likelihoods?|Dice)"
)
# Words that may stand between a metric's name and its value, and the other way round.
LINKS = (
    r"(?:(?:of|is|was|are|were|be|only|about|around|roughly|nearly|almost|under|below|above|over|than|to|by|from"
    r"|(?:reach|stay|fall|drop|ris|increas|decreas|improv|end|settl)(?:e?s|e?d|ing)?(?:\s+(?:at|from|to|by|near))?"
    r"|fell|rose|[=:≈~(])\s*)+"
)
QUALIFIERS = r"(?:(?:top-\d|test|training|validation|mean|average|higher|lower|better|worse|less|more|of|in)\s+)*"
COMPARATIVES = (
    r"(?:as|more|less|fewer|faster|slower|larger|smaller|bigger|better|worse|higher|lower|longer|shorter"
    r"|cheaper)"
)
MEASURED = re.compile(
    "|".join(
        (
            rf"{NUMBER}\s?(?:%|per\s?cent\b|percentage\s+points?\b)",
            rf"{NUMBER}(?:[\s-]?(?:seconds?|milliseconds?|microseconds?|ms|µs|μs|minutes?|min|hours?)|\s(?:s|h))\b",
            rf"{NUMBER}\s?(?:times|×|x)\s+{COMPARATIVES}\b",
            rf"{DECIMAL}(?:\s?×(?!\s?\d)|\s?times\b|-?\s?fold\b)",
            rf"\bfactor\s+of\s+(?:about\s+|nearly\s+|roughly\s+)?{DECIMAL}",
            rf"\b{COMPARATIVES}\s+by\s+a\s+factor\s+of\s+{NUMBER}",
            rf"{NUMBER}\s?±\s?\d",
            rf"\b{METRIC}\s*{LINKS}{DECIMAL}",
            rf"\b{METRIC}\s*{LINKS}(?![01]\b){NUMBER}(?=\s*(?:[.,;:)!?]|$)|\s+(?:and|on|after|with|for|in)\b)",
            rf"{DECIMAL}\s+{QUALIFIERS}(?:{METRIC}|nats?|bits?|dB|points)\b",
            rf"{NUMBER}(?<=\d,\d{{3}})\s+(?:\w+\s+)?parameters\b",
            rf"{NUMBER}\s+(?:million|billion)\s+(?:\w+\s+)?parameters\b",
        )
    ),
    re.IGNORECASE,
)
HAS_DIGIT = re.compile(r"\d")  # spares most paragraphs the long pattern

# `just` is filler unless it speaks of time, place or degree.
JUST = (
    r"(?<!not )(?<!has )(?<!have )(?<!had )(?<!'ve )(?<!’ve )\bjust\b"
    r"(?!\s+(?:as|like|before|after|now|then|above|below|under|over|outside|inside|beyond|enough|past"
    r"|saw|met|built|made|wrote|ran|did|\w+ed)\b)"
)
BANNED = re.compile(
    rf"\b(?:simply|obviously|trivially|delv(?:e|es|ed|ing)|crucial(?:ly)?|it(?:\s+is|['’]s)\s+easy\s+to\s+see)\b|{JUST}",
    re.IGNORECASE,
)


def check(page: Page) -> Iterator[Finding]:
    """Check the prose of a page."""
    for text in page.texts:
        plain = text.plain
        for match in MEASURED.finditer(plain) if HAS_DIGIT.search(plain) else ():
            yield Finding(
                page.path,
                text.line_of(match.start()),
                f"typed number {_quote(match)}; glue what was measured, "
                "mark a cited fact by {fact} and what was chosen by {given}",
            )
        for match in BANNED.finditer(plain):
            yield Finding(
                page.path,
                text.line_of(match.start()),
                f"{_quote(match)} helps no reader; leave it out or explain",
            )
    yield from _facts_without_citation(page)


def _quote(match: re.Match[str]) -> str:
    return repr(" ".join(match[0].split()))


def _facts_without_citation(page: Page) -> Iterator[Finding]:
    cited = {text.group for text in page.texts if any(_roles(text, "cite"))}
    for text in page.texts:
        if text.group in cited:
            continue
        for line, fact in _roles(text, "fact"):
            yield Finding(
                page.path, line, f"fact {fact!r} without a {{cite}} in the same paragraph, list item or table"
            )


def _roles(text: Text, name: str) -> Iterator[tuple[int, str]]:
    for line, token in text.inline("myst_role"):
        if token.meta["name"].split(":")[0] == name:
            yield line, token.content
