"""The site as a zip, ``dlvc-book-<version>.zip``, to be read from a local server, years from now.

The same site gives the same bytes. Run as ``archive.py FOLDER``, it puts the sites of earlier releases, zips in that
folder, below the built one, as ``v<version>/``: so the site that is published has every version that was released.
"""

import argparse
import re
import shutil
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from forms.manuscript import read_edition
from processes import MakeError

NAME = re.compile(r"dlvc-book-(\d+\.\d+\.\d+\w*)\.zip")
OLDER = re.compile(r"v\d[^/]*/")  # where `unpack` puts them
README = """\
{title}
{edition}

To read it, start a server in this folder and open its address, for browsers do not run the modules of pages that
are opened as files:

    python3 -m http.server

then http://127.0.0.1:8000/. Nothing else is needed, and no network.

{licence}
The newest text: {address}
"""


def write_zip(target: Path, files: Mapping[str, bytes | Path], stored: str = "") -> None:
    """Write a zip whose bytes depend on nothing but its files.

    Args:
        target: the zip; its folder is made if need be.
        files: what to pack, by name.
        stored: name of the file that comes first and is not compressed, if any.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w") as pack:
        for name in sorted(files, key=lambda name: (name != stored, name)):
            info = zipfile.ZipInfo(name)  # of 1 January 1980
            info.external_attr = 0o644 << 16
            content = files[name]
            method = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            pack.writestr(info, content if isinstance(content, bytes) else content.read_bytes(), method)
    part.replace(target)


def make_zip(root: Path, folder: Path) -> Path:
    """Pack the built site in a folder of its name, and return the zip's path.

    Args:
        root: the clone's folder.
        folder: where it goes; made if need be.

    Raises:
        MakeError: if there is no site.
    """
    edition = read_edition(root)
    target = folder / edition.file("zip")
    files: dict[str, bytes | Path] = {
        f"{target.stem}/{path.as_posix()}": edition.site / path
        for path in (file.relative_to(edition.site) for file in edition.site.rglob("*") if file.is_file())
        if not OLDER.match(path.as_posix())
    }
    files[f"{target.stem}/README.txt"] = README.format(**vars(edition), edition=edition.words).encode()
    write_zip(target, files)
    return target


def unpack(folder: Path, site: Path) -> list[str]:
    """Put the sites of released zips below the built one, and return their names.

    Args:
        folder: what holds the zips; other files in it are left alone.
        site: the built site.

    Raises:
        MakeError: if a file in a zip would land elsewhere.
    """
    names = []
    for file in sorted(folder.iterdir()):
        if not (found := NAME.fullmatch(file.name)):
            continue
        target = site / f"v{found[1]}"
        shutil.rmtree(target, ignore_errors=True)
        with zipfile.ZipFile(file) as pack:
            for info in pack.infolist():
                top, *inside = PurePosixPath(info.filename).parts
                if top != file.stem or ".." in inside:
                    raise MakeError(f"{file.name} holds {info.filename}, which would land outside.")
                path = target.joinpath(*inside)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(pack.read(info))
        names.append(target.name)
    return names


def main() -> int:
    """Unpack, say what is there now, and return an exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="folder with the zips of earlier releases")
    site = Path(__file__).resolve().parents[2] / "_build" / "html"
    try:
        print("Below the site:", ", ".join(unpack(parser.parse_args().folder, site)) or "no earlier release")
    except MakeError as failure:
        print(f"make versions: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
