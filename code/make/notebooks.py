"""Write every chapter as a notebook without outputs into ``_build/notebooks``."""

import sys
from pathlib import Path

import jupytext

from execute import chapters

ROOT = Path(__file__).resolve().parents[2]


def write_notebooks(root: Path) -> list[Path]:
    """Write the notebooks under their chapters' names and return their paths.

    Args:
        root: the clone's folder.
    """
    written = []
    for name, file in chapters(root).items():
        notebook = jupytext.read(file)
        for number, cell in enumerate(notebook.cells):
            cell["id"] = f"cell-{number}"  # jupytext's are random, and would differ from build to build
        target = root / "_build" / "notebooks" / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        jupytext.write(notebook, target)
        written.append(target)
    return written


def main() -> int:
    """Write the notebooks and say where they are; return an exit code."""
    for path in write_notebooks(ROOT):
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
