"""Every page in a real browser: axe finds nothing, nothing is asked of elsewhere, keyboard, narrow, dark, print, large text."""

from __future__ import annotations

import pytest
from support import browser

pytestmark = pytest.mark.journey

PAGES = [
    ("CA", "ca-drafter", "/", "home"), ("CA", "ca-drafter", "/compose", "compose"), ("CA", "ca-drafter", "/cases?show=all", "cases"),
    ("CA", "ca-drafter", "/search", "search"), ("CA", "ca-drafter", "/signature", "signature"),
    ("CA", "ca-drafter", "/settings", "settings"), ("CA", "ca-drafter", "/components", "components"),
    ("IN", "risk", "/risk", "risk"), ("CA", "ca-releaser", "/standing", "standing"), ("IN", "executive", "/overview", "overview"),
    ("CA", "reviewer", "/review", "review"), ("CA", "admin1", "/node", "node"), ("CA", "admin1", "/peering", "peering"),
    ("IN", "admin1", "/log", "log"), ("IN", "legal", "/arrangements", "arrangements"), ("CA", "ca-drafter", "/nowhere", "missing"),
    ("CA", "legal", "/law", "law"), ("CA", "reviewer", "/law/trial", "trial"), ("CA", "executive", "/duty", "duty"),
    ("CA", "head", "/escalations", "escalations"),
    ("CA", "head", "/readers", "readers"), ("CA", "legal", "/assistance", "assistance"), ("CA", "guard", "/late", "late"), ("IN", "legal", "/assurances", "assurances"),
    ("CA", "reviewer", "/statistics", "statistics"),
    ("CA", "ca-drafter", "/node", "refused"), ("CA", "ca-drafter", "/accounts/2fa/", "second-factor"),
    ("CA", "ca-drafter", "/accounts/sessions/", "sessions"),
    ("CA", "ca-drafter", "/accounts/password/change/", "password"), ("CA", "ca-drafter", "/accounts/logout/", "sign-out"),
]  # fmt: skip
WORDS = {"en": "What is due", "fr": "", "hi": "", "pa": ""}


@pytest.fixture(scope="module")
def people(desks):
    """Each officer signs in once."""
    found = {}

    def person(state, login, language="en", **given):
        key = (state, login, language, *sorted(given.items()))
        if key not in found:
            found[key] = desks.enter(state, login, language=language, **given)
        return found[key]

    return person


@pytest.fixture(scope="module")
def exchanged(journey):
    """Some items, so that lists are not empty."""
    assert journey.bulk("CA", 3, "PAGES") == 0
    journey.settle()


@pytest.mark.parametrize(("state", "login", "path", "name"), PAGES, ids=[page[3] for page in PAGES])
def test_a_page_is_clean_in_the_language_of_the_day(people, exchanged, language, state, login, path, name):
    person = people(state, login, language)
    person.go(path)
    person.look(name)
    assert person.page.locator("html").get_attribute("lang") == language


@pytest.mark.full
@pytest.mark.parametrize("every", ["en", "fr", "hi", "pa"])
@pytest.mark.parametrize(("state", "login", "path", "name"), PAGES, ids=[page[3] for page in PAGES])
def test_every_page_is_clean_in_every_language(people, exchanged, every, state, login, path, name):
    person = people(state, login, every)
    person.go(path)
    person.look(name)


def test_sign_in_is_clean(chromium, journey, language):
    context = chromium.new_context()
    base = f"http://ca.localhost:{journey.ports['CA'] + 1}"
    context.add_cookies([{"name": "language", "value": language, "url": base}])
    person = browser.Person(context.new_page(), base, "nobody", language)
    person.watch()
    person.go("/accounts/login/")
    person.look("sign-in")


@pytest.mark.parametrize("path", ["/", "/compose", "/cases?show=all", "/components", "/settings"])
def test_at_320_pixels_nothing_is_cut_and_nothing_scrolls_sideways(people, exchanged, language, path):
    person = people("CA", "ca-drafter", language)
    person.page.set_viewport_size({"width": 320, "height": 640})
    try:
        person.go(path)
        assert person.page.evaluate("document.documentElement.scrollWidth") <= 320
        person.look(f"narrow{path.partition('?')[0].replace('/', '-')}")
    finally:
        person.page.set_viewport_size({"width": 1200, "height": 900})


@pytest.mark.parametrize("path", ["/", "/components"])
def test_in_the_dark_contrast_holds(people, exchanged, language, path):
    person = people("CA", "ca-releaser", language, color_scheme="dark")
    person.go(path)
    person.look(f"dark{path.replace('/', '-')}")


def test_on_paper_the_marking_stands_and_the_way_about_is_gone(people, exchanged):
    person = people("CA", "ca-drafter")
    person.go("/")
    person.page.emulate_media(media="print")
    assert not person.page.locator("nav.places").is_visible()
    assert person.page.locator(".banner").count() == 2
    assert person.page.locator(".banner").first.is_visible()
    person.page.emulate_media(media="screen")


def test_with_text_twice_as_large_nothing_is_lost(people, exchanged):
    person = people("CA", "ca-drafter")
    person.go("/components")
    person.page.add_init_script("document.documentElement && (document.documentElement.style.fontSize = '225%')")
    person.page.evaluate("document.documentElement.style.setProperty('font-size', '225%')")
    assert person.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_first_tab_skips_to_the_content_and_focus_is_seen_and_never_trapped(people, exchanged):
    person = people("CA", "admin1")
    person.go("/peering")
    person.page.keyboard.press("Tab")
    assert person.page.evaluate("document.activeElement.className") == "skip"
    person.page.keyboard.press("Enter")
    assert person.page.evaluate("location.hash") == "#main"
    person.go("/peering")
    seen = set()
    for _ in range(200):
        person.page.keyboard.press("Tab")
        here = person.page.evaluate(
            """() => { const e = document.activeElement, b = e.getBoundingClientRect();
            return [e.tagName + (e.id || e.name || e.textContent || '').slice(0, 40), b.top, b.bottom, innerHeight,
                    getComputedStyle(e).outlineStyle] }"""
        )
        if here[0].startswith("BODY"):
            break
        assert here[1] < here[3], f"hidden below: {here}"
        assert here[2] > 0, f"hidden above: {here}"
        assert here[4] != "none", f"not seen: {here}"
        seen.add(here[0])
    else:
        raise AssertionError("the keyboard never left the page")
    assert len(seen) > 10


def test_what_is_pressed_is_large_enough(people, exchanged):
    """WCAG 2.2, 2.5.8: at least 24 by 24 CSS pixels, links in sentences excepted."""
    person = people("CA", "ca-drafter")
    for path in ("/", "/compose", "/cases?show=all", "/settings"):
        person.go(path)
        small = person.page.evaluate(
            """() => [...document.querySelectorAll('button, select, input:not([type=hidden]), summary, nav a')]
            .filter(e => e.offsetParent).map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
            .filter(([, b]) => b.width < 24 || b.height < 24).map(([html]) => html)"""
        )
        assert small == [], path


def test_lists_are_walked_by_keys(people, exchanged):
    person = people("CA", "ca-drafter")
    person.go("/cases?show=all")
    person.page.keyboard.press("j")
    person.page.keyboard.press("j")
    second = person.page.locator("[data-row]").nth(1)
    assert second.evaluate("e => e === document.activeElement")
    person.page.keyboard.press("k")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**/cases/cas_*")
    person.go("/cases?show=all")
    person.page.keyboard.press("/")
    assert person.page.evaluate("document.activeElement.id") == "reference"


def test_after_the_first_visit_a_page_costs_less_than_100_kilobytes(desks, exchanged):
    person = desks.enter("CA", "ca-drafter")
    session = person.page.context.new_cdp_session(person.page)
    session.send("Network.enable")
    received = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    for path in ("/", "/cases?show=all", "/compose"):
        received.clear()
        person.go(path)
        person.page.wait_for_load_state("networkidle")
        assert sum(received) < 100_000, path


@pytest.mark.parametrize(("code", "font"), [("hi", "Noto Sans Devanagari"), ("pa", "Noto Sans Gurmukhi")])
def test_indic_words_are_drawn_with_their_own_font(people, exchanged, code, font):
    person = people("CA", "ca-drafter", code)
    person.go("/components")
    session = person.page.context.new_cdp_session(person.page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})["nodeId"]
    used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert {entry["familyName"] for entry in used if entry["glyphCount"] > 1} <= {font, "Noto Sans"}
    assert font in {entry["familyName"] for entry in used}
