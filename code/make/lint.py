"""Run every lint, whatever the others say, and list those that failed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "code"
PYTHON = [sys.executable, "-m"]
RUFF_FILES = [".", "../book/extensions"]
SPELLED = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "book",
    "code",
    "Makefile",
    "_config.yml",
    "_toc.yml",
]

LINTS = {
    "ruff check": ([*PYTHON, "ruff", "check", *RUFF_FILES], CODE),
    "ruff format": ([*PYTHON, "ruff", "format", "--check", *RUFF_FILES], CODE),
    "mypy": ([*PYTHON, "mypy"], CODE),
    "codespell": ([*PYTHON, "codespell_lib", "--toml", "code/pyproject.toml", *SPELLED], ROOT),
    "the book's own": ([sys.executable, "code/make/lint_book.py"], ROOT),
}


def main() -> int:
    """Run the lints; return 1 if any failed."""
    failed = []
    for name, (command, folder) in LINTS.items():
        print(f"── {name}", flush=True)
        if subprocess.run(command, cwd=folder, check=False).returncode:
            failed.append(name)
    print(f"make lint: {len(LINTS) - len(failed)} of {len(LINTS)} passed" + "".join(f"\n  failed: {n}" for n in failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
