"""A page used by keyboard alone: Tab finds, arrows choose, Space ticks, Enter presses. No click, no script that sets a value."""

from __future__ import annotations

from typing import Any

MOST_TABS = 150


def tab_to(page: Any, target: Any) -> None:
    """Press Tab until the element has the focus. A page on which Tab does not lead there fails."""
    handle = target.element_handle()
    for _ in range(MOST_TABS):
        if page.evaluate("e => document.activeElement === e", handle):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not lead to {target}")


def press(page: Any, target: Any) -> None:
    """Enter on a button or link."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def write(page: Any, target: Any, words: str) -> None:
    """Type into a field, over what is there. A day is typed as month, day, year, as the browser's English form has it."""
    tab_to(page, target)
    if target.get_attribute("type") == "date":
        year, month, day = words.split("-")
        page.keyboard.type(month + day + year)
        return
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(words)


def choose(page: Any, target: Any, value: str) -> None:
    """Arrow down a list until the value stands."""
    tab_to(page, target)
    page.keyboard.press("Home")
    for _ in range(80):
        if target.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the list has no {value}")


def tick(page: Any, name: str, value: str) -> None:
    """A round button by arrows, a square one by Space."""
    wanted = page.locator(f"main [name={name}][value='{value}']")
    if wanted.get_attribute("type") == "checkbox":
        tab_to(page, wanted)
        page.keyboard.press("Space")
        return
    group = page.locator(f"main [name={name}]")
    _into_group(page, group)
    for _ in range(group.count() + 1):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the keyboard does not choose {value} of {name}")


def _into_group(page: Any, group: Any) -> None:
    names = group.first.get_attribute("name")
    for _ in range(MOST_TABS):
        if page.evaluate("n => document.activeElement.name === n", names):
            page.keyboard.press("Space")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not lead to {names}")
