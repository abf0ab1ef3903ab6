"""A visit to the site: an open page, and a note of everything that went wrong on it; or the page's source."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Response, Route, expect
from torch import Tensor

LAY_OUT = "*, ::before, ::after { content-visibility: visible !important; transition: none !important }"


@cache
def soup(file: Path) -> BeautifulSoup:
    """The source of a page, to look at only: reading one takes a second, and most tests look at all."""
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


@dataclass
class Visit:
    """An open page that can't leave the site.

    Attributes:
        page: the browser's page.
        address: where the site's root is served.
        problems: requests that would leave the site (and are blocked), failed ones, errors in the console.
    """

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, context: BrowserContext, address: str) -> "Visit":
        """Open an empty page that is watched."""
        visit = cls(context.new_page(), address)
        context.route("**/*", visit._guard)
        visit.page.on("console", visit._read)
        visit.page.on("pageerror", lambda error: visit._note(f"script error: {error}"))
        visit.page.on("response", visit._check)
        return visit

    def goto(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(self.address + path)

    def lay_out(self) -> None:
        """Settle where everything lies: nothing waits until it comes near the window, nothing is in transition.

        A picture's place is reserved in whole pixels, so that it may move things by a part of one when it comes.
        """
        self.page.evaluate(
            """css => {
                document.head.append(Object.assign(document.createElement("style"), {textContent: css}));
                for (const image of document.images) image.loading = "eager";
            }""",
            LAY_OUT,
        )
        while not self.page.evaluate("[...document.images].every((image) => image.complete)"):
            self.page.wait_for_timeout(10)

    def _note(self, what: str) -> None:
        self.problems.append(f"{urlsplit(self.page.url).path}: {what}")

    def _guard(self, route: Route) -> None:
        if route.request.url.startswith(self.address):
            route.continue_()
        else:
            self._note(f"leaves the site for {route.request.url}")
            route.abort()

    def _read(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"console: {message.text}")

    def _check(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"status {response.status} for {response.url}")


OpenPage = Callable[..., Visit]


def page_with(module: str, site: Path, pages: list[str]) -> str:
    """Path of the first page with such a live figure."""
    for name in pages:
        if soup(site / name).select(f"dlvc-live[module={module}]"):
            return name
    raise AssertionError(f"no page has a live figure {module}")


def files_of(module: str, page: Path) -> dict[str, Path]:
    """Files that the live figure of a page loads, by name."""
    tags = soup(page).select(f"dlvc-live[module={module}] dlvc-file")
    return {str(tag["name"]): (page.parent / str(tag["src"])).resolve() for tag in tags}


def running(figure: Locator) -> Locator:
    """Scroll to a live figure and return it when it runs."""
    figure.scroll_into_view_if_needed()
    expect(figure).to_have_attribute("data-state", "ready")
    return figure


def state(figure: Locator) -> dict[str, Any]:
    """What a live figure was given by its cell."""
    found: dict[str, Any] = json.loads(figure.locator("script").text_content() or "")
    return found


def pixels(canvas: Locator) -> list[int]:
    """Grey values that a canvas shows, row by row."""
    found: list[int] = canvas.evaluate(
        """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]
            .filter((_, i) => i % 4 === 0)"""
    )
    return found


def computed(figure: Locator, name: str, inputs: list[list[float]]) -> list[float]:
    """What a figure's network gives for inputs, before it is rounded to grey values of a screen."""
    found: list[float] = figure.evaluate(
        """async (figure, [name, inputs]) => {
            const shape = [inputs.length, inputs[0].length];
            const buffers = [Float32Array.from(inputs.flat()).buffer];
            const [, [view]] = await figure.invoke("run_network", { name, shape }, { buffers });
            return [...new Float32Array(view.buffer)];
        }""",
        [name, inputs],
    )
    return found


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def farthest(one: Tensor, other: Tensor) -> float:
    """Largest absolute difference of two numbers at the same place."""
    return (one - other).abs().max().item()
