"""Equations: each labelled one is tested under its label, and no test bears a label that no page has."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from lints.markdown import Finding, Page

LABEL = re.compile(r"eq-[a-z0-9-]+")


def check(pages: list[Page], tests: Path) -> Iterator[Finding]:
    """Compare the labels of all pages with the marks in the folder of tests."""
    marks: dict[str, tuple[Path, int]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for line, label in _marks(path):
            if label is None:
                yield Finding(path, line, 'equation mark that is no @pytest.mark.equation("label") on a test')
            else:
                marks.setdefault(label, (path, line))
    labels = set()
    for page in pages:
        for label, line in page.equations:
            labels.add(label)
            if not LABEL.fullmatch(label):
                yield Finding(page.path, line, f"equation label {label!r}; wanted eq-… in a-z, 0-9 and hyphens")
            if label not in marks:
                yield Finding(page.path, line, f"equation {label!r} has no test with @pytest.mark.equation({label!r})")
    for label, (path, line) in marks.items():
        if label not in labels:
            yield Finding(path, line, f"test of the equation {label!r}, which no page has")


def _marks(path: Path) -> Iterator[tuple[int, str | None]]:
    """Yield line and label of each equation mark; no label where the mark tests nothing or can't be read."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    on_tests = {
        decorator
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name.lower().startswith("test")
        for decorator in node.decorator_list
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.equation":
            literal = node.args[0] if len(node.args) == 1 else None
            if node in on_tests and isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                yield node.lineno, literal.value
            else:
                yield node.lineno, None
