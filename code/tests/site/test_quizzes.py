"""The quizzes in a browser: each option gets its reason, offline, in light and dark; answers stay in the browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from visiting import OpenPage

CONTRAST = """(tag) => {
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3)
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  let ground = tag;
  while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
  const [a, b] = [getComputedStyle(tag).color, getComputedStyle(ground).backgroundColor].map(light);
  return Math.max(a / b, b / a);
}"""


@pytest.fixture(scope="session")
def quizzes(site: Path, pages: list[str]) -> list[str]:
    """All pages with a quiz."""
    found = [name for name in pages if 'class="quiz"' in (site / name).read_text(encoding="utf-8")]
    assert found, "no page of the site has a quiz"
    return found


def test_every_option_is_answered_with_its_own_reason_offline(visit: OpenPage, quizzes: list[str]) -> None:
    for name in quizzes:
        opened = visit(name)
        page = opened.page
        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        for question in page.locator(".quiz form").all():
            reasons = question.locator("details li").all()
            more = question.locator("details li.quiz-right").count() > 1
            for box, reason in zip(question.locator("input").all(), reasons, strict=True):
                box.check()
                box.press("Enter")
                status = question.get_by_role("status")
                right = "quiz-right" in (reason.get_attribute("class") or "")
                if right and more:
                    expect(status).to_contain_text("what you chose is right, but more is")
                else:
                    expect(status).to_contain_text("Right." if right else "Not yet.")
                    expect(status).to_contain_text((reason.locator(".quiz-why").text_content() or "").strip())
                if box.get_attribute("type") == "checkbox":
                    box.uncheck()
        # Pictures and live figures that only now came into view; the quiz needs nothing.
        opened.problems[:] = [problem for problem in opened.problems if "ERR_INTERNET_DISCONNECTED" not in problem]


def test_answers_are_kept_in_this_browsers_local_storage_only(visit: OpenPage, quizzes: list[str]) -> None:
    opened = visit(quizzes[0])
    page = opened.page
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    # The browser may still fetch the book's own icon and pictures.
    page.on("request", lambda request: asked.append(request.url) if "/_" not in request.url else None)
    page.locator(".quiz input").first.check()
    page.locator(".quiz input").first.press("Enter")
    keys = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('dlvc-'))")
    assert len(keys) == 1
    assert keys[0].startswith(f"dlvc-quiz:{quizzes[0].removesuffix('.html')}:")
    assert asked == []
    assert page.context.cookies() == []
    assert page.evaluate("indexedDB.databases()") == []
    page.get_by_role("button", name="Erase my answers").press("Enter")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('dlvc-'))") == []


def test_that_more_may_be_right_is_said_on_a_line_of_its_own(visit: OpenPage, quizzes: list[str]) -> None:
    remarks = [remark for name in quizzes for remark in visit(name).page.locator(".quiz-several").all()]
    assert remarks
    for remark in remarks:
        expect(remark).to_have_css("display", "block")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_questions_and_verdicts_can_be_read(visit: OpenPage, quizzes: list[str], scheme: str) -> None:
    page = visit(quizzes[0], color_scheme=scheme).page
    form = page.locator(".quiz form").first
    form.locator("input").first.check()
    form.get_by_role("button", name="Check").click()
    for part in ("legend", "label span", "button", ".quiz-status", "summary"):
        assert form.locator(part).first.evaluate(CONTRAST) >= 4.5, part
