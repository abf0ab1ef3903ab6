"""Make ``.venv`` and ``node_modules`` as the lock files say: the first step of every make target.

It runs on the Python that the reader happens to have, so it uses the standard library only and stays readable
to Python 3.8, which can then say that it is too old. What has been installed is remembered in
``.venv/installed.json``, one entry a step, written after the step. A step that was cut short has no entry and
is done anew from nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from processes import MakeError, die_with, exclusive, replace_text

ROOT = Path(__file__).resolve().parents[2]
OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED_GB = 10  # the installed packages take 6, their downloads the rest

PLANS = {
    "book": "make book: install what is missing (the first time about 4 minutes and 6 GB), execute the "
    "chapters that changed (at most 150 s each, several at a time), then build the pages (half a minute).",
    "test": "make test: everything that `make book` does (seconds if nothing changed), then all tests, as many at a "
    "time as chapters; each chapter runs once more, as a notebook (up to three quarters of an hour on two cores).",
    "lint": "make lint: style, types, spelling and the book's own rules (about 20 seconds).",
    "notebooks": "make notebooks: what `make book` does, then gather the chapters as .ipynb without outputs.",
    "bench": "make bench: ours against the reference, each script of code/benchmarks (some minutes).",
    "lock": "make lock: the newest package versions that fit together (about a minute, needs a network).",
}

DISK_FULL = re.compile(r"no space left on device|ENOSPC", re.IGNORECASE)
NO_NETWORK = re.compile(
    r"failed to establish a new connection|name resolution|network is unreachable|connection refused|timed out|"
    r"from versions: none|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH",
    re.IGNORECASE,
)


def check_python(version: tuple[int, ...]) -> None:
    """Refuse a Python that the packages do not support.

    Args:
        version: major, minor and further parts of the version.

    Raises:
        MakeError: if it is too old or too new.
    """
    if not OLDEST <= version[:2] <= NEWEST:
        came = ".".join(str(part) for part in version[:3])
        raise MakeError(
            f"this book needs Python 3.11, 3.12 or 3.13, but {sys.executable} is Python {came}: "
            "name another one, as in `make book PYTHON=python3.12`."
        )


def check_disk(folder: Path, free: int) -> None:
    """Refuse to begin an installation that cannot end.

    Args:
        folder: where the packages would go.
        free: free space there, in bytes.

    Raises:
        MakeError: if the space is too small.
    """
    if free < NEEDED_GB * 10**9:
        raise MakeError(
            f"the packages need {NEEDED_GB} GB of disk space, but only {free / 10**9:.1f} GB are free in {folder}."
        )


def explain(what: str, log: Path) -> str:
    """Say in one sentence why an installer failed, from what it wrote.

    Args:
        what: what was to be installed.
        log: the installer's full log.
    """
    text = log.read_text(encoding="utf-8", errors="replace")
    if DISK_FULL.search(text):
        reason = "the disk is full"
    elif "ensurepip is not" in text:
        reason = "this Python comes without venv; on Debian and Ubuntu `apt install python3-venv` adds it"
    elif NO_NETWORK.search(text):
        reason = "no package registry could be reached, so check the network"
    else:
        complaints = [line for line in text.splitlines() if re.match(r"(npm )?error\b", line, re.IGNORECASE)]
        reason = complaints[-1].strip() if complaints else "see its last lines"
    return f"installing {what} failed: {reason} (full log: {log})."


class Environment:
    """The installed packages of one clone.

    Args:
        root: the clone's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.record = self.venv / "installed.json"
        self.log = root / "_build" / "install.log"

    def update(self) -> None:
        """Do the steps whose inputs changed since they were last done, or that never ended.

        Raises:
            MakeError: if a step cannot be done.
        """
        done = self._done()
        packages = self._fingerprint("requirements.txt")
        if "packages" not in done or not os.access(self.python, os.X_OK):
            self._create()
            done = {}
        if done.get("packages") != packages:
            self._forget("packages")
            self._run("the Python packages", [*self._pip(), "--requirement", "requirements.txt"])
            self._remember("packages", packages)

        # An editable package records its folder and version: a moved clone or a new version needs another.
        package = self._fingerprint("code/pyproject.toml", also=str(self.root))
        if done.get("package") != package or not self._has_current_dlvc():
            self._forget("package")
            self._run("dlvc", [*self._pip(), "--no-deps", "--no-build-isolation", "--editable", "code"])
            self._remember("package", package)

        pages = self._fingerprint("package.json", "package-lock.json")
        if done.get("pages") != pages or not (self.root / "node_modules").is_dir():
            self._forget("pages")
            npm = [str(self.python), str(Path(__file__).with_name("npm.py"))]
            self._run(
                "the front-end packages", [*npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
            )
            self._remember("pages", pages)

    def _create(self) -> None:
        check_python(tuple(sys.version_info[:3]))
        if self.venv.exists():
            print("  .venv is incomplete: starting it anew", flush=True)
            shutil.rmtree(str(self.venv))
        check_disk(self.root, shutil.disk_usage(str(self.root)).free)
        self._run("a virtual environment", [sys.executable, "-m", "venv", str(self.venv)])

    def _pip(self) -> list[str]:
        quiet = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
        return [str(self.python), "-m", "pip", "install", *quiet]

    def _run(self, what: str, command: list[str]) -> None:
        """Run an installer with its output in the log, and tell every ten seconds how far it has come."""
        print(f"  installing {what}", flush=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        launcher = str(Path(__file__).with_name("processes.py"))
        began = time.monotonic()
        with self.log.open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                [sys.executable, launcher, str(os.getpid()), *command],
                cwd=str(self.root),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that what it starts ends with it
            )
            while True:
                try:
                    code = process.wait(10)
                    break
                except subprocess.TimeoutExpired:
                    lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
                    told = [line.strip() for line in lines if line.strip() and not line.startswith("WARNING")]
                    print(f"  {time.monotonic() - began:4.0f} s  {told[-1][:90] if told else ''}", flush=True)
        if code:
            raise MakeError(explain(what, self.log))

    def _done(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.record.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _forget(self, step: str) -> None:
        done = self._done()
        if done.pop(step, None):
            replace_text(self.record, json.dumps(done))

    def _remember(self, step: str, fingerprint: str) -> None:
        replace_text(self.record, json.dumps({**self._done(), step: fingerprint}, indent=1))

    def _fingerprint(self, *files: str, also: str = "") -> str:
        digest = hashlib.sha256(also.encode())
        for file in files:
            digest.update((self.root / file).read_bytes())
        return digest.hexdigest()

    def _has_current_dlvc(self) -> bool:
        text = (self.root / "code" / "pyproject.toml").read_text(encoding="utf-8")
        wanted = re.search(r'^version = "(.+)"', text, re.MULTILINE)
        return any(
            wanted and info.name == f"dlvc-{wanted.group(1)}.dist-info"
            for info in self.venv.glob("lib/python*/site-packages/dlvc-*.dist-info")
        )


def main() -> int:
    """Announce the target, then install what it lacks; return an exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("target", nargs="?", choices=sorted(PLANS), help="the make target to announce")
    target = parser.parse_args().target
    if target:
        print(PLANS[target], flush=True)
    die_with(os.getppid())
    try:
        with exclusive(ROOT / "_build" / ".lock"):
            Environment(ROOT).update()
    except MakeError as failure:
        print(f"make: {failure}", file=sys.stderr)
        return 1
    except OSError as error:  # a full disk, a folder that may not be written
        print(f"make: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nmake: stopped; the next make carries on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
