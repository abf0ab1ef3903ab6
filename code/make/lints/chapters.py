"""Chapters: all the parts that a reader may count on, in one order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lints.markdown import Directive, Finding, Page, Text

OBJECTIVES = "You will be able to"
SECTIONS = (
    OBJECTIVES,
    "A failure on purpose",
    "Play",
    "Against the paper",
    "Exercises",
    "Quiz",
    "What to remember",
    "Further reading",
)
FEWEST_EXERCISES = 5
FEWEST_CHECKED = 2


@dataclass(frozen=True)
class Section:
    """The lines from a heading to the next of its level."""

    page: Page
    line: int
    end: int

    def __contains__(self, part: Directive | Text) -> bool:
        return self.line < part.line < self.end

    def cells_with(self, pattern: str) -> list[Directive]:
        """Return the cells of the section in which the pattern is found."""
        return [cell for cell in self.page.cells if cell in self and re.search(pattern, cell.body)]


def check(page: Page) -> Iterator[Finding]:
    """Check that a chapter has its parts; other pages may look as they like."""
    if not page.is_chapter:
        return
    end = len(page.path.read_text(encoding="utf-8").splitlines()) + 2
    tops = [heading for heading in page.headings if heading.level <= 2]
    starts = [heading.line for heading in tops] + [end]
    found: dict[str, Section] = {}
    for heading, after in zip(tops, starts[1:], strict=True):
        name = next((name for name in SECTIONS if re.match(rf"{name}\b", heading.plain)), None)
        if name and heading.level == 2:
            found.setdefault(name, Section(page, heading.line, after))
    for name in SECTIONS:
        if name not in found:
            yield Finding(page.path, 1, f"chapter without a section '## {name}'")
    ordered = [name for name in SECTIONS if name in found]
    for first, second in pairwise(ordered):
        if found[second].line < found[first].line:
            yield Finding(page.path, found[second].line, f"section '{second}' comes before '{first}'; wanted after")
    first_section = starts[1] if len(starts) > 2 else end
    yield from _opening(page, found.get(OBJECTIVES, Section(page, first_section, end)))
    if OBJECTIVES in found:
        yield from _objectives(page, found[OBJECTIVES])
        if "A failure on purpose" in found:
            yield from _body(page, Section(page, found[OBJECTIVES].line, found["A failure on purpose"].line))
    if "Play" in found and not found["Play"].cells_with(r"\blive\.\w"):
        yield Finding(page.path, found["Play"].line, "section 'Play' without a cell that uses dlvc.live")
    if "Exercises" in found:
        yield from _exercises(page, found["Exercises"])
    if "Quiz" in found and not [quiz for quiz in page.named("quiz") if quiz in found["Quiz"]]:
        yield Finding(page.path, found["Quiz"].line, "section 'Quiz' without a {quiz}")


def _opening(page: Page, objectives: Section) -> Iterator[Finding]:
    """Title, card, and the question before anything else."""
    titles = [heading for heading in page.headings if heading.level == 1]
    if len(titles) != 1 or titles[0] is not page.texts[0]:
        yield Finding(page.path, 1, f"chapter with {len(titles)} titles; wanted one '# Title', at the top")
        return
    cards = page.named("chapter-card")
    between = [text for text in page.texts[1:] if not cards or text.line < cards[0].line]
    if len(cards) != 1 or between:
        yield Finding(
            page.path,
            titles[0].line,
            f"chapter with {len(cards)} {{chapter-card}}; wanted one, right after the title",
        )
        return
    if cards[0].argument != page.path.stem:
        yield Finding(
            page.path,
            cards[0].line,
            f"chapter-card names {cards[0].argument!r}; the file's name is {page.path.stem!r}",
        )
    question = [text for text in page.texts if cards[0].line < text.line < objectives.line and not text.level]
    if not question:
        yield Finding(page.path, cards[0].line, f"no question between the card and '## {OBJECTIVES}'")


def _objectives(page: Page, section: Section) -> Iterator[Finding]:
    items = {text.group for text in page.texts if text in section and text.is_item}
    if not 3 <= len(items) <= 6:
        yield Finding(page.path, section.line, f"{len(items)} objectives; wanted a list of 3 to 6")


def _body(page: Page, section: Section) -> Iterator[Finding]:
    if not any(section.line < line < section.end for _, line in page.equations):
        yield Finding(page.path, section.line, "no labelled equation before the failure on purpose")
    if not section.cells_with(r"\bdlvc\.show\("):
        yield Finding(page.path, section.line, "no cell with dlvc.show(…) before the failure on purpose")


def _exercises(page: Page, section: Section) -> Iterator[Finding]:
    exercises = [found for found in page.named("exercise", "exercise-start") if found in section]
    solutions = {found.argument: found for found in page.named("solution", "solution-start")}
    if len(exercises) < FEWEST_EXERCISES:
        yield Finding(page.path, section.line, f"{len(exercises)} exercises; wanted at least {FEWEST_EXERCISES}")
    for exercise in exercises:
        label = str(exercise.options.get("label"))
        solution = solutions.get(label)
        if not solution or "dropdown" not in str(solution.options.get("class")).split():
            yield Finding(page.path, exercise.line, f"exercise {label!r} without a {{solution}} of class dropdown")
    checked = _checked(page, exercises, section.end)
    if checked < FEWEST_CHECKED:
        yield Finding(
            page.path,
            section.line,
            f"{checked} exercises with dlvc.check(…); wanted at least {FEWEST_CHECKED}",
        )
    if not any("find the bug" in exercise.argument.lower() for exercise in exercises):
        yield Finding(page.path, section.line, "no exercise whose title says 'Find the bug'")


def _checked(page: Page, exercises: list[Directive], end: int) -> int:
    """Count the exercises that mention `dlvc.check(`, in them or after them before the next one."""
    lines = page.path.read_text(encoding="utf-8").splitlines()
    starts = [exercise.line for exercise in exercises] + [end]
    return sum("dlvc.check(" in "\n".join(lines[a - 1 : b - 1]) for a, b in pairwise(starts))
