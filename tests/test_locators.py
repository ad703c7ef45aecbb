"""An element may be found another way than the built-in one."""

from __future__ import annotations

from pathlib import Path

import pytest
from play import Played

from flows.elements import check_overrides, elements
from flows.screens import SITES
from flows.screens.generic import IN_FORMS
from runbook.errors import ConfigError
from runbook.verbs_look import show_locators, show_settings

pytestmark = pytest.mark.thorough

RENAMED = "renamed-labels=unknown"


async def test_a_renamed_button_is_told_by_its_name_before_anything_is_connected(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,empty", (RENAMED,))
    outcome = await played.run(patience=4.0)
    assert (outcome.name, outcome.reason) == ("PageChanged", "email-page.add-account")
    assert "[locators]" in outcome.remedy


async def test_an_override_finds_it_again(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,empty", (RENAMED,))
    outcome = await played.run(locators={"email-page.add-account": "role=button :: /^link an inbox$/i"})
    assert outcome.name == "Connected"


def test_every_element_has_a_locator() -> None:
    assert len(elements()) > 100
    without = {name for name, ways in elements().items() if not ways}
    assert without == {f"generic.{role}" for role in IN_FORMS}, "the form finder's own"


def test_what_the_form_finder_finds_is_listed_as_such() -> None:
    lines = show_locators(as_json=False, forget=None).splitlines()
    for role in IN_FORMS:
        assert lines[lines.index(f"generic.{role}") + 1] == "    (what the form finder finds)"


@pytest.mark.parametrize(
    ("name", "locator", "said"),
    [
        ("email-page.add-acount", "#add", "email-page.add-account"),
        ("nothing-like-it", "#add", "Example"),
        ("email-page.add-account", "role=button :: link an inbox", "/i"),
    ],
)
def test_an_override_that_cannot_work_is_refused(name: str, locator: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        check_overrides({name: locator})
    assert said in refused.value.remedy


@pytest.mark.parametrize("site", ["auth0", "generic", "google", "keycloak", "microsoft", "okta", "pingone"])
def test_the_button_of_a_consent_page_has_a_name_of_its_own(site: str) -> None:
    override = {f"{site}.consent.accept": "#allow-it"}
    check_overrides(override)
    assert SITES[site].locators("consent.accept", override)[0] == "#allow-it"
    assert "#allow-it" not in SITES[site].locators("consent.accept", {})


def test_a_name_that_no_element_has_is_told_where_the_settings_are_shown(tmp_path: Path) -> None:
    file = tmp_path / "runbook.toml"
    file.write_text('[locators]\n"microsoft.accept" = "#allow-it"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"microsoft\.accept") as refused:
        show_settings(None, file, as_json=False)
    assert "microsoft.consent.accept" in refused.value.remedy
    file.write_text('[locators]\nmicrosoft.consent.accept = "#allow-it"\n', encoding="utf-8")
    assert "locators.microsoft.consent.accept" in show_settings(None, file, as_json=False)
