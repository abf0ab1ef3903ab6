"""What a check found out, readable in a terminal and in a notebook."""

import re
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, repr=False)
class Report:
    """Result of a check.

    Attributes:
        name: the exercise.
        task: what the function should do.
        messages: one sentence or two for each failure, the most useful first.
        fine: the checks that passed.
        unreached: the checks that had to wait for a failure before them.
    """

    name: str
    task: str
    messages: tuple[str, ...]
    fine: tuple[str, ...]
    unreached: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything was checked and nothing failed."""
        return not self.messages

    def __str__(self) -> str:
        failures = [f"  {number}. {message}" for number, message in enumerate(self.messages, start=1)]
        return "\n".join([self._headline(), *failures, *self._remarks()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        # No colours: the text takes those of the page, light or dark.
        items = "".join(f"<li>{_html(message)}</li>" for message in self.messages)
        failures = f"<ol>{items}</ol>" if items else ""
        remarks = "".join(f"<p>{_html(remark)}</p>" for remark in self._remarks())
        return f"<div><p><strong>{_html(self._headline())}</strong></p>{failures}{remarks}</div>"

    def _headline(self) -> str:
        if self.passed:
            return f"{self.name}: right. All {len(self.fine)} checks pass."
        total = len(self.fine) + len(self.messages) + len(self.unreached)
        return f"{self.name}: not yet. {len(self.fine)} of {total} checks pass."

    def _remarks(self) -> list[str]:
        remarks = []
        if self.fine:
            remarks.append(f"Passed: {', '.join(self.fine)}.")
        if self.unreached:
            remarks.append(f"Not reached: {', '.join(self.unreached)}.")
        if not self.passed:
            remarks.append(f"The task: {self.task}")
        return remarks


def _html(text: str) -> str:
    """Escape, then set `code` in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
