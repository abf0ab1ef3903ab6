"""Every page in a browser: it loads cleanly, stays within a phone's width, and what page.js does works."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from visiting import OpenPage, soup

PHONE = {"width": 360, "height": 740}
CHAPTER = "foundations/classification.html"


def test_every_page_loads_cleanly_and_does_not_scroll_sideways_on_a_phone(visit: OpenPage, pages: list[str]) -> None:
    opened = visit(viewport=PHONE)
    wide = []
    for name in pages:
        opened.goto(name)
        opened.page.wait_for_load_state("networkidle")
        width = opened.page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            culprits = opened.page.evaluate(
                "[...document.querySelectorAll('main *')]"
                ".filter((tag) => tag.getBoundingClientRect().right > innerWidth + 1)"
                ".slice(0, 3).map((tag) => tag.outerHTML.slice(0, 120))"
            )
            wide.append(f"{name}: {width} px, by {culprits}")
    assert not wide, "\n".join(wide)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_theme_follows_the_system_and_the_button(visit: OpenPage, scheme: str) -> None:
    page = visit(color_scheme=scheme).page
    ground = "getComputedStyle(document.body).backgroundColor"
    root = page.locator("html")
    assert root.get_attribute("data-theme") == scheme
    before = page.evaluate(ground)
    other = {"light": "dark", "dark": "light"}[scheme]
    for _ in range(3):  # the button goes through light, dark and automatic
        page.locator(".theme-switch-button").first.click()
        if root.get_attribute("data-theme") == other:
            break
    assert root.get_attribute("data-theme") == other
    assert page.evaluate(ground) != before
    page.reload()
    assert root.get_attribute("data-theme") == other


def test_search_finds_the_chapter_on_classification(visit: OpenPage) -> None:
    page = visit("search.html?q=softmax").page
    results = page.locator("#search-results li a")
    results.first.wait_for()
    assert any("classification.html" in (each.get_attribute("href") or "") for each in results.all())


def test_search_opens_by_keyboard_and_leads_to_results(visit: OpenPage) -> None:
    page = visit(CHAPTER).page
    dialog = page.locator("#pst-search-dialog")
    page.keyboard.press("Control+k")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Search").first.click()
    page.keyboard.type("softmax")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=softmax")
    expect(page.locator("#search-results li a").first).to_be_visible()


def test_search_leads_to_sections_and_shows_their_prose(visit: OpenPage) -> None:
    opened = visit("search.html?q=calibrated+probabilities")
    page = opened.page
    expect(page.get_by_role("status")).to_contain_text("what you look for")
    sections = page.locator("#search-results li li")
    addresses = [link.get_attribute("href") or "" for link in sections.locator("a").all()]
    assert all("#" in address for address in addresses)
    excerpts = page.locator("#search-results .context").all_inner_texts()
    assert len(excerpts) > 3
    for excerpt in excerpts:
        assert not re.search(r"\\|Copy|\bcode\b \(|Cite this|Check answer", excerpt), excerpt
    assert page.locator("#search-results mark").first.inner_text().lower() in {"calibrated", "calibr", "probabilities"}
    (calibration,) = [address for address in addresses if address.startswith(f"{CHAPTER}#can-the-prob")]
    page.locator(f"#search-results a[href='{calibration}']").click()
    expect(page.locator(f"#{calibration.partition('#')[2]} > h2")).to_be_in_viewport()


def test_search_keeps_answers_to_exercises_and_quizzes_shut(visit: OpenPage, site: Path, pages: list[str]) -> None:
    opened = visit(CHAPTER)
    page = opened.page
    opened.lay_out()
    shut = page.evaluate("[...document.querySelectorAll('details.solution')].map((each) => each.textContent).join()")
    seen = page.locator("article").inner_text() + " ".join(soup(site / name).text for name in pages if name != CHAPTER)
    word = next(word for word in re.findall("[a-z]{9,}", shut) if word not in seen)
    page.goto(page.url.replace(CHAPTER, f"search.html?q={word}"))
    expect(page.get_by_role("status")).not_to_be_empty()
    expect(page.locator(f"#search-results .context:has-text('{word}')")).to_have_count(0)


def test_search_says_when_there_is_nothing(visit: OpenPage) -> None:
    page = visit("search.html?q=zyxwv").page
    expect(page.get_by_role("status")).to_have_text("No page has all of these words.")


@pytest.mark.parametrize(("button", "sidebar"), [(".primary-toggle", "primary"), (".secondary-toggle", "secondary")])
def test_sidebars_open_and_close_on_a_phone(visit: OpenPage, button: str, sidebar: str) -> None:
    page = visit(CHAPTER, viewport=PHONE).page
    links = page.locator(f"#pst-{sidebar}-sidebar-modal a")
    for _ in range(2):  # what was moved into the dialog is moved back
        expect(links).to_have_count(0)
        page.locator(button).click()
        expect(links.first).to_be_visible()
        page.keyboard.press("Escape")
    page.locator(button).click()
    page.mouse.click(350 if sidebar == "primary" else 10, 400)
    expect(page.locator(f"#pst-{sidebar}-sidebar-modal")).to_be_hidden()


def test_left_sidebar_can_be_hidden_on_a_wide_window(visit: OpenPage) -> None:
    page = visit(CHAPTER).page
    sidebar = page.locator("#pst-primary-sidebar")
    expect(sidebar).to_be_visible()
    page.locator(".primary-toggle").click()
    expect(sidebar).to_be_hidden()
    page.locator(".primary-toggle").click()
    expect(sidebar).to_be_visible()


def test_a_link_in_the_contents_leads_to_its_section_and_marks_it(visit: OpenPage) -> None:
    page = visit(CHAPTER).page
    link = page.locator("#pst-page-toc-nav a[href='#exercises']")
    link.click()
    expect(link).to_have_attribute("aria-current", "true")
    expect(page.locator("#pst-page-toc-nav [aria-current]")).to_have_count(1)
    assert 0 <= page.locator("#exercises > h2").evaluate("(each) => each.getBoundingClientRect().top") < 150


def test_a_jump_into_a_section_marks_it_though_no_heading_is_seen(visit: OpenPage) -> None:
    opened = visit(CHAPTER)
    opened.lay_out()
    page = opened.page
    for name in ("label-smoothing", "asking-for-a-number"):
        page.locator(f"#{name} > p").first.evaluate(
            "(each) => each.scrollIntoView({block: 'start', behavior: 'instant'})"
        )
        expect(page.locator("#pst-page-toc-nav [aria-current]")).to_have_attribute("href", f"#{name}")


def test_menus_open_and_close(visit: OpenPage) -> None:
    page = visit(CHAPTER).page
    menu = page.locator(".header-menu").first
    items = menu.get_by_role("link")
    menu.locator("summary").press("Enter")
    expect(items.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(items.first).to_be_hidden()
    menu.locator("summary").click()
    page.locator("article h1").click()
    expect(items.first).to_be_hidden()


def test_copy_buttons_copy_what_one_types(visit: OpenPage) -> None:
    opened = visit("setup.html")
    page = opened.page
    page.add_init_script("navigator.clipboard.writeText = async (text) => { window.copied = text; };")
    page.reload()
    block = page.locator(".highlight-console").first
    assert block.locator("pre").inner_text().startswith("$ ")
    block.get_by_role("button", name="Copy").click()
    expect(block.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("window.copied").startswith("git clone")
    opened.goto(CHAPTER)
    page.locator(".cell_input").first.get_by_role("button", name="Copy").click()
    assert page.evaluate("window.copied") == page.locator(".cell_input pre").first.inner_text().rstrip("\n")
    assert not page.locator(".cell_output .copy-button").count()


def test_copy_buttons_cover_no_code(visit: OpenPage) -> None:
    opened = visit(CHAPTER, viewport=PHONE)
    opened.lay_out()
    boxes = opened.page.evaluate(
        """[...document.querySelectorAll('.copy-button')].map((button) => {
            const range = document.createRange();
            range.selectNodeContents(button.parentElement.querySelector('pre'));
            const { top, bottom } = button.getBoundingClientRect();
            return [bottom - top, bottom, range.getBoundingClientRect().top];
        })"""
    )
    assert len(boxes) > 20
    assert all(height >= 24 and bottom <= first_line for height, bottom, first_line in boxes)


def test_eighty_eight_characters_of_code_fit_beside_both_sidebars(visit: OpenPage) -> None:
    page = visit(CHAPTER).page
    expect(page.locator("#pst-secondary-sidebar")).to_be_visible()
    source = page.locator(".cell_input pre").first
    widths = source.evaluate(
        "(pre) => { pre.textContent = 'x'.repeat(88); return [pre.scrollWidth, pre.clientWidth]; }"
    )
    assert widths[0] <= widths[1]


def shade(formula: Locator, side: str) -> int:
    """How much the lower corner of a formula differs in lightness from the ground beside it."""
    picture = Image.open(BytesIO(formula.screenshot())).convert("L")
    x = 1 if side == "left" else picture.width - 2
    return abs(picture.getpixel((x, picture.height - 2)) - picture.getpixel((picture.width // 2, picture.height - 2)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_wide_formula_shows_where_it_goes_on_and_can_be_reached_by_keyboard(visit: OpenPage, scheme: str) -> None:
    opened = visit(CHAPTER, viewport=PHONE, color_scheme=scheme)
    opened.lay_out()
    wide, narrow = [], []
    for formula in opened.page.locator("main .formula:visible").all():
        (wide if formula.evaluate("(box) => box.scrollWidth > box.clientWidth") else narrow).append(formula)
    assert wide
    assert narrow
    for formula in narrow:
        assert formula.get_attribute("tabindex") is None
    for formula in wide:
        expect(formula).to_have_attribute("tabindex", "0")
        if formula.evaluate("(box) => box.scrollWidth < box.clientWidth + 20"):
            continue  # all but a comma is in sight
        assert shade(formula, "right") > 20
        assert shade(formula, "left") < 5
        formula.evaluate("(box) => box.scrollLeft = box.scrollWidth")
        assert shade(formula, "right") < 5
        assert shade(formula, "left") > 20


def test_formulas_stand_on_the_ground_that_their_shadows_are_covered_with(visit: OpenPage, pages: list[str]) -> None:
    opened = visit()
    for name in pages:
        opened.goto(name)
        grounds = opened.page.evaluate(
            """[...document.querySelectorAll('main .formula')].map((formula) => {
                let box = formula;
                while (/, 0\\)$/.test(getComputedStyle(box).backgroundColor)) box = box.parentElement;
                return [getComputedStyle(box).backgroundColor, getComputedStyle(formula).backgroundImage.slice(0, 99)];
            })"""
        )
        assert all(ground in image for ground, image in grounds), (name, grounds)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_buttons_of_the_header_are_in_line_and_named_in_british_words(visit: OpenPage, width: int) -> None:
    page = visit(CHAPTER, viewport={"width": width, "height": 740}).page
    buttons = page.locator(
        ".bd-header-article :is(.sidebar-toggle, .theme-switch-button, .search-button, .header-menu > summary):visible"
    ).all()
    assert len(buttons) > 3
    boxes = [button.locator("[class*=fa-]:visible").bounding_box() for button in buttons]
    middles = [box["y"] + box["height"] / 2 for box in boxes]
    assert max(middles) - min(middles) < 1
    titles = [button.get_attribute("title") or "" for button in buttons]
    assert "Colour scheme" in titles
    assert not re.search("Toggle|Color", " ".join(titles))


def test_a_heading_that_a_link_leads_to_has_a_bar_and_no_band(visit: OpenPage) -> None:
    heading = visit(f"{CHAPTER}#exercises").page.locator("#exercises > h2")
    expect(heading).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(heading).not_to_have_css("box-shadow", "none")


@pytest.mark.parametrize("width", [360, 1280])
def test_sections_far_away_have_about_the_height_they_will_have(visit: OpenPage, width: int) -> None:
    opened = visit(CHAPTER, viewport={"width": width, "height": 740})
    height = "[...document.querySelectorAll('section[style]')].reduce((sum, each) => sum + each.offsetHeight, 0)"
    reserved = opened.page.evaluate(height)
    opened.lay_out()
    assert reserved == pytest.approx(opened.page.evaluate(height), rel=0.2)


def test_solutions_open_by_keyboard_and_on_paper_but_not_the_answers_of_a_quiz(visit: OpenPage) -> None:
    page = visit(CHAPTER).page
    solution = page.locator("details.solution").first
    assert solution.get_attribute("open") is None
    solution.locator("summary").first.press("Enter")
    expect(solution).to_have_attribute("open", "")
    solution.locator("summary").first.press("Enter")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.dropdown:not([open])").count() == 0
    assert page.locator(".quiz details[open]").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.dropdown[open]").count() == 0


def test_paper_shows_the_text_only(visit: OpenPage) -> None:
    page = visit(CHAPTER).page
    page.emulate_media(media="print")
    for hidden in (
        "#pst-primary-sidebar",
        "#pst-secondary-sidebar",
        ".bd-header-article",
        ".copy-button",
        ".prev-next-footer",
    ):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("article h1")).to_be_visible()


def test_paper_shows_the_pictures_of_live_figures(visit: OpenPage) -> None:
    page = visit(CHAPTER).page
    figure = page.locator("dlvc-live").first
    figure.scroll_into_view_if_needed()
    expect(figure).to_have_attribute("data-state", "ready")
    expect(figure.locator("> img")).to_be_hidden()
    page.emulate_media(media="print")
    expect(figure.locator("> img")).to_be_visible()
    expect(figure.locator("> :not(img):visible")).to_have_count(0)


def test_paper_breaks_sources_and_wraps_their_lines_further_in(visit: OpenPage) -> None:
    page = visit(CHAPTER).page
    sources = "[...document.querySelectorAll('div.highlight pre')].map((pre) => pre.innerHTML)"
    before = page.evaluate(sources)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    unbreakable = page.evaluate(
        """[...document.querySelectorAll('div.highlight pre')].flatMap((pre) => {
            const chain = [];
            for (let box = pre; !box.matches('section'); box = box.parentElement) chain.push(getComputedStyle(box));
            return chain.filter(({ breakInside, overflowX }) => breakInside !== 'auto' || overflowX !== 'visible');
        }).length"""
    )
    assert unbreakable == 0
    line = page.locator(".cell_input .printed-line").filter(has_text=re.compile(r"^    \S")).first
    indent, character = (
        float(line.evaluate(f"(each) => parseFloat(getComputedStyle(each).{what})"))
        for what in ("paddingLeft", "fontSize")
    )
    assert indent == pytest.approx(8 * 0.6 * character, rel=0.1)  # the line's own four and four more
    expect(line).to_have_css("text-indent", f"{-indent:g}px")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(sources) == before


def test_figures_follow_the_theme_button(visit: OpenPage) -> None:
    page = visit(CHAPTER, color_scheme="light").page
    figure = page.locator("article figure img").first
    figure.scroll_into_view_if_needed()
    expect(figure).to_have_js_property("complete", True)
    light = figure.screenshot()
    page.locator(".theme-switch-button").first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert figure.screenshot() != light


def test_without_javascript_there_are_no_dead_buttons(visit: OpenPage) -> None:
    page = visit(CHAPTER, javascript=False).page
    for dead in (".theme-switch-button", ".search-button__button", ".copy-button"):
        assert not any(button.is_visible() for button in page.locator(dead).all()), dead
    page.locator("details.solution > summary").first.click()
    expect(page.locator("details.solution > section").first).to_be_visible()
