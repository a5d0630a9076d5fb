"""The book without a mouse: each control is reached, is seen, says what it does, and gives the focus back.

Every check is a function, which is also called with the fault put in that it is for.
"""

import re

import pytest
from test_every_reader import DESKTOP, PHONE, open_page  # noqa: F401

PAGE = "book/layers/softmax.html"
WALKED = [
    (page, viewport, scheme)
    for page, schemes in {
        "book/index.html": ["light"], PAGE: ["light", "dark"],
        "search.html?q=softmax": ["dark"], "book/reference/cheat-sheet.html": ["light"],
    }.items()
    for viewport in (DESKTOP, PHONE)
    for scheme in schemes
]  # fmt: skip
# Says that something happens, and not what.
SAYS_TOO_LITTLE = re.compile(r"\s*|toggle\b.*|check|click( here)?|here|more|button|expand|open|close|show|hide", re.I)

# What a keyboard can reach: the search page begins in its field, after the header.
CONTROLS = """() => {
  const controls = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter(each => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({ visibilityProperty: true }));
  controls.forEach((each, number) => { each.dataset.stop = number; });
  return controls.map(each => each.outerHTML.slice(0, 120));
}"""
# Colors and opacity may be on their way.
HERE = """async () => {
  await Promise.all(document.getAnimations().filter(each => each instanceof CSSTransition).map(each => each.finished))
    .catch(() => null);
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  if (at === document.body) return null;
  const isSeen = at.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && box.width > 4 && box.height > 4 && box.right > 0 && box.left < innerWidth;
  const isRinged = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
  return { stop: at.dataset.stop, isSeen, isRinged, isHidden: Boolean(at.closest("[aria-hidden=true], [inert]")) };
}"""


def name_of_focused(session) -> str:
    """Return the accessible name of what has the focus, as the browser computes it."""
    found = session.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
    nodes = session.send("Accessibility.getPartialAXTree", {"objectId": found, "fetchRelatives": False})["nodes"]
    return nodes[0].get("name", {}).get("value", "")


def amiss(page) -> list[str]:
    """Walk through a page by Tab, and return what is wrong with its controls."""
    controls, found, stops = page.evaluate(CONTROLS), [], []
    start = page.evaluate("document.activeElement.dataset.stop")
    session = page.context.new_cdp_session(page)
    for _ in controls:
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None or here["stop"] in stops:
            break
        stops.append(here["stop"])
        name = name_of_focused(session)
        called = f"{name!r} ({controls[int(here['stop'])] if here['stop'] else 'not a control'})"
        found += [f"hidden: {called}"] if here["isHidden"] or not here["isSeen"] else []
        found += [f"no focus to be seen: {called}"] if not here["isRinged"] else []
        if SAYS_TOO_LITTLE.fullmatch(name):
            found.append(f"says too little: {called}")
    first = int(start) + 1 if start else 0
    expected = [str(number) for number in range(first, len(controls))]
    found += [f"not reached: {controls[int(stop)]}" for stop in expected if stop not in stops]
    if [stop for stop in stops if stop in expected] != [stop for stop in expected if stop in stops]:
        found.append("the order is not that of the page")
    assert len(stops) > 10
    return found


@pytest.mark.parametrize(("address", "viewport", "scheme"), WALKED)
def test_a_keyboard_reaches_every_control_which_is_seen_and_says_what_it_does(
    address, viewport, scheme, site, open_page  # noqa: F811
):  # fmt: skip
    page = open_page(f"{site}{address}", viewport, scheme)
    page.wait_for_load_state("load")
    if page.locator(".check-box[open]").count():  # its controls are there once a reader comes near it
        page.locator(".check-box[open]").scroll_into_view_if_needed()
        page.locator("check-formula textarea").wait_for()
        page.evaluate("scrollTo(0, 0)")
    assert amiss(page) == []


def test_controls_that_are_hidden_out_of_order_not_seen_or_not_named_are_noticed(site, open_page):  # noqa: F811
    page = open_page(f"{site}book/reference/citing.html", PHONE)
    page.wait_for_load_state("load")
    page.evaluate("""() => {
        const article = document.querySelector("article");
        const [one, two, three, four] = [0, 1, 2, 3].map(() => article.appendChild(document.createElement("button")));
        one.textContent = "Toggle it"; two.textContent = "Unseen";
        three.textContent = "Early"; four.textContent = "Bare";
        two.style.opacity = 0; three.tabIndex = 1; four.style.cssText = "outline: none !important; box-shadow: none";
    }""")
    found = amiss(page)
    for fault in (
        "says too little: 'Toggle it'",
        "hidden: 'Unseen'",
        "no focus to be seen: 'Bare'",
        "the order is not",
    ):
        assert any(each.startswith(fault) for each in found), fault


OPENERS = {
    ".primary-toggle": "Pages of the book", ".secondary-toggle": "Contents of this page", ".search-button": "Search"
}  # fmt: skip
HAS_FOCUS = "opener => document.activeElement === document.querySelector(opener)"


def keeps_focus(page, opener: str) -> bool:
    """Open a dialog by a button and close it by Escape; say whether the button has the focus again."""
    page.locator(opener).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    assert page.evaluate("document.querySelector('dialog[open]').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    return page.evaluate(HAS_FOCUS, opener)


@pytest.mark.parametrize("opener", OPENERS)
def test_a_dialog_has_a_name_and_gives_the_focus_back(opener, site, open_page):  # noqa: F811
    page = open_page(f"{site}{PAGE}", PHONE)
    assert keeps_focus(page, opener)
    page.locator(opener).first.press("Enter")
    assert page.get_by_role("dialog", name=OPENERS[opener]).is_visible()
    assert page.get_by_role("dialog").count() == 1


def test_a_button_that_loses_the_focus_is_noticed(site, open_page):  # noqa: F811
    page = open_page(f"{site}{PAGE}", PHONE)
    page.evaluate("delete document.querySelector('.primary-toggle').blur")  # as in the theme
    assert not keeps_focus(page, ".primary-toggle")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_a_button_of_the_header_keeps_the_focus_and_its_menu_gives_it_back(viewport, site, open_page):  # noqa: F811
    page = open_page(f"{site}{PAGE}", viewport)
    for button in (".theme-switch-button", ".bd-header-article .dropdown-toggle"):
        page.locator(button).first.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        assert page.evaluate(HAS_FOCUS, button), button


def test_solutions_unfold_by_a_button_that_names_the_exercise(site, open_page):  # noqa: F811
    page = open_page(f"{site}{PAGE}")
    page.wait_for_load_state("load")
    buttons = page.locator(".solution .toggle-button")
    names = [button.get_attribute("aria-label") for button in buttons.all()]
    assert len(names) == 4 and names[0] == "Show or hide the solution of Exercise 9.1" and len({*names}) == 4
    buttons.first.press("Enter")
    assert buttons.first.get_attribute("aria-expanded") == "true"
