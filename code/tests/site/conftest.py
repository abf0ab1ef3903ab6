"""The built site, served under a sub-path as a project's pages are, and a browser that may not leave it."""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from visiting import OpenPage, Visit

SUB_PATH = "/book/"
expect.set_options(timeout=20_000)  # the machine runs other tests too


@pytest.fixture(scope="session")
def site() -> Path:
    """Folder of the built site: `_build/html` of this repository, or the environment variable DLVC_SITE."""
    folder = Path(os.environ.get("DLVC_SITE", Path(__file__).parents[3] / "_build" / "html"))
    if not (folder / "index.html").is_file():
        pytest.fail(f"no site in {folder}: run `make book` first", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def pages(site: Path) -> list[str]:
    """All pages of the site, as paths from its root."""
    files = (file.relative_to(site) for file in site.rglob("*.html"))
    return sorted(file.as_posix() for file in files if file.parts[0] != "_static")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the site under `SUB_PATH` and nothing elsewhere."""

    def translate_path(self, path: str) -> str:
        inside = path.startswith(SUB_PATH)
        return super().translate_path(path.removeprefix(SUB_PATH.rstrip("/")) if inside else "/outside-the-site")

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output free of requests."""


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site's root is served."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{SUB_PATH}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module", params=["chromium", "firefox"])  # no other may be started until a module's is closed
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The system's Chromium, which must be there, and Playwright's Firefox where it is installed."""
    with sync_playwright() as playwright:
        if request.param == "firefox":
            if not Path(playwright.firefox.executable_path).exists():
                pytest.skip("Firefox is not installed: `.venv/bin/playwright install firefox`")
            opened = playwright.firefox.launch()
        else:
            program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
            if program is None:
                pytest.fail("no Chromium found: install it (Debian, Ubuntu: `apt-get install chromium`)", pytrace=False)
            options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
            opened = playwright.chromium.launch(executable_path=program, args=options)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Opens pages: `visit("index.html", javascript=False, color_scheme="dark")`.

    When the test ends, it fails for whatever went wrong on a page, unless the test has emptied `problems`.
    """
    visits = []

    def open_page(path: str = "index.html", *, javascript: bool = True, **options: Any) -> Visit:
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = browser.new_context(java_script_enabled=javascript, **options)
        visits.append(Visit.begin(context, address))
        visits[-1].goto(path)
        return visits[-1]

    yield open_page
    for opened in visits:
        opened.page.context.close()
    problems = [problem for opened in visits for problem in opened.problems]
    assert not problems, "\n".join(problems)
