"""Make what a release has, in ``_build/release``: one part, or at last the notebooks in one file and the checksums.

Usage: python code/make/release.py pdf|epub|zip|wheel|sbom|finish
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
import tomllib
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from archive import make_zip
from epub import make_epub
from pdf import make_pdf
from processes import MakeError, replace_text

ROOT = Path(__file__).resolve().parents[2]
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # of every file in the archive, so that two builds of one commit are equal


def version(root: Path) -> str:
    """Return the version of the package, which is the book's.

    Args:
        root: the clone's folder.
    """
    project = tomllib.loads((root / "code" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def make_wheel(root: Path, release: Path) -> Path:
    """Build the package, with the backend that is installed: nothing is downloaded. Return the wheel's path.

    Args:
        root: the clone's folder.
        release: where the wheel goes.
    """
    build = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"
    command = [sys.executable, "-c", build, release]
    built = subprocess.run(command, cwd=root / "code", check=True, stdout=subprocess.PIPE, text=True)
    return release / built.stdout.strip()


def make_sbom(root: Path, release: Path) -> Path:
    """Write everything that both locks name, as one CycloneDX bill of materials, and return its path.

    Args:
        root: the clone's folder.
        release: where the file goes.

    Raises:
        MakeError: if it is no valid bill.
    """
    path = release / f"dlvc-book-{version(root)}.cdx.json"
    python = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "--output-reproducible"]
    subprocess.run([*python, "--output-file", path, "requirements.txt"], cwd=root, check=True)
    bill = json.loads(path.read_text(encoding="utf-8"))
    bill["components"] += front_end(json.loads((root / "package-lock.json").read_text(encoding="utf-8")))
    bill["metadata"]["component"] = {"type": "application", "name": "dlvc-book", "version": version(root)}
    text = json.dumps(bill, indent=1, sort_keys=True) + "\n"
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise MakeError(f"the bill of materials is not valid: {fault}")
    replace_text(path, text)
    return path


def front_end(lock: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a component for each npm package that `make book` installs.

    Args:
        lock: npm's lock file.
    """
    for place, package in sorted(lock["packages"].items()):
        if not place or package.get("dev"):
            continue
        name = place.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"
        algorithm, _, digest = package["integrity"].partition("-")
        yield {
            "type": "library",
            "bom-ref": f"package-lock.json {place}",
            "name": name,
            "version": package["version"],
            "purl": purl,
            "licenses": [{"expression": package["license"]}] if "license" in package else [],
            "hashes": [{"alg": algorithm.replace("sha", "SHA-"), "content": b64decode(digest).hex()}],
        }


def finish(root: Path, release: Path, tag: str) -> Path:
    """Pack the notebooks, write the checksums of all files of the release, and return the path of these.

    Args:
        root: the clone's folder.
        release: where all other files of the release are.
        tag: the tag that is released, if any.

    Raises:
        MakeError: if the tag is not the version's, or a file is missing or left from another version.
    """
    number = version(root)
    if tag and tag != f"v{number}":
        raise MakeError(f"the tag is {tag}, but code/pyproject.toml says version {number}.")
    name = f"dlvc-book-{number}"
    notebooks = root / "_build" / "notebooks"
    with zipfile.ZipFile(release / f"dlvc-notebooks-{number}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(notebooks.rglob("*.ipynb")):
            info = zipfile.ZipInfo(path.relative_to(notebooks).as_posix(), LONG_AGO)
            archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)
    forms = {f"{name}.{form}" for form in ("pdf", "epub", "zip", "cdx.json")}
    wanted = forms | {f"dlvc-{number}-py3-none-any.whl", f"dlvc-notebooks-{number}.zip"}
    sums = release / "SHA256SUMS"
    sums.unlink(missing_ok=True)
    if difference := wanted ^ {path.name for path in release.iterdir()}:
        raise MakeError(f"missing from the release, or none of its files: {', '.join(sorted(difference))}.")
    lines = [f"{hashlib.sha256((release / file).read_bytes()).hexdigest()}  {file}\n" for file in sorted(wanted)]
    replace_text(sums, "".join(lines))
    return sums


def released() -> str:
    """Return the tag that a workflow is about to release, if any."""
    return os.environ["GITHUB_REF_NAME"] if os.environ.get("GITHUB_REF_TYPE") == "tag" else ""


PARTS: dict[str, Callable[[Path, Path], Path]] = {
    "pdf": make_pdf,
    "epub": make_epub,
    "zip": make_zip,
    "wheel": make_wheel,
    "sbom": make_sbom,
    "finish": lambda root, release: finish(root, release, released()),
}


def main() -> int:
    """Make one part of the release and say where it is; return an exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("part", choices=PARTS)
    part = parser.parse_args().part
    release = ROOT / "_build" / "release"
    release.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    try:
        made = PARTS[part](ROOT, release)
    except (MakeError, subprocess.CalledProcessError) as failure:
        print(f"make {part}: {failure}", file=sys.stderr)
        return 1
    print(f"{made.relative_to(ROOT)} ({time.monotonic() - began:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
