"""Ask every other site that the book links to whether the page is still there.

It needs a network, and `make book` first.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from book import derive_config
from execute import cache_folder, chapters, open_cache, outdated
from processes import MakeError, exclusive, replace_text

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "linkcheck_timeout": 30,
    "linkcheck_retries": 2,
    "linkcheck_report_timeouts_as_broken": False,
    "linkcheck_rate_limit_timeout": 60,
    "linkcheck_anchors_ignore_for_url": ["https://github.com/.*"],  # a script makes them there
}
# Publishers turn programs away, and servers have bad days: neither says that a page is gone.
REFUSED = re.compile(r"(?:401|403|405|406|418|429|5\d\d) ")
ANSWER = re.compile(r"\d\d\d ")


def check_links(root: Path) -> Path:
    """Run Sphinx's link checker on the executed book, apart from the pages.

    Args:
        root: the clone's folder.

    Returns:
        Its answers, one JSON object a line.

    Raises:
        MakeError: if a chapter is not executed yet, or the pages have a fault.
    """
    from jupyter_book.cli.main import main as jupyter_book  # slow, and needed only here

    cache = open_cache(cache_folder(root, os.environ.get("PROFILE", "quick")))
    if outdated(cache, chapters(root)):
        raise MakeError("some chapters are not executed yet: run `make book` first.")
    folder = root / "_build" / "linkcheck"
    config = yaml.safe_load(derive_config(root / "_config.yml", cache.path))
    config.setdefault("sphinx", {}).setdefault("config", {}).update(SETTINGS)
    replace_text(folder / "config.yml", yaml.safe_dump(config, sort_keys=False))
    os.environ["DLVC_MEASUREMENTS"] = str(root / "_build" / "measurements")
    answers = folder / "_build" / "html" / "output.json"
    answers.unlink(missing_ok=True)
    paths = ["--path-output", folder, "--toc", root / "_toc.yml", "--config", folder / "config.yml"]
    build = ["build", root / "book", *paths, "--builder", "linkcheck"]
    try:
        jupyter_book([str(part) for part in build], standalone_mode=False)
    except (RuntimeError, SystemExit) as error:  # it also ends so when it found a broken link
        if not answers.exists():
            raise MakeError("the pages have faults: see the warnings above.") from error
    return answers


def judge(answers: Path) -> Iterator[tuple[bool, str]]:
    """Yield for each link that was not found whether it is gone, and where it stands.

    Args:
        answers: from `check_links`.
    """
    for line in answers.read_text(encoding="utf-8").splitlines():
        found: dict[str, Any] = json.loads(line)
        if found["status"] in ("broken", "timeout"):
            where = f"{found['filename']}:{found['lineno']}: {found['uri']}: {found['info']}"
            yield found["status"] == "broken" and not REFUSED.match(found["info"]), where


def check_reached(answers: Path) -> None:
    """Check that some site answered at all, be it with an error.

    Args:
        answers: from `check_links`.

    Raises:
        MakeError: if there are links to other sites and none of these sites answered.
    """
    found = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    asked = [each for each in found if each["status"] in ("working", "redirected", "broken", "timeout")]
    silent = [each for each in asked if each["status"] in ("broken", "timeout") and not ANSWER.match(each["info"])]
    if asked and len(silent) == len(asked):
        raise MakeError(f"no site answered, of {len(asked)} links; is there a network?")


def main() -> int:
    """Check the links; return 1 if any leads nowhere."""
    try:
        with exclusive(ROOT / "_build" / ".lock"):
            answers = check_links(ROOT)
        check_reached(answers)
    except MakeError as failure:
        print(f"make linkcheck: {failure}", file=sys.stderr)
        return 1
    missed = list(judge(answers))
    for gone, where in missed:
        print(f"{'gone' if gone else 'could not be asked'}: {where}")
    count = sum(gone for gone, _ in missed)
    print(f"make linkcheck: {count} links lead nowhere, {len(missed) - count} could not be asked")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
