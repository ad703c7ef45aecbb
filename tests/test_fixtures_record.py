"""Recording: one file a step, private until it is clean, and nothing is kept that is not."""

from __future__ import annotations

import json
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from fixtures_support.pair import PASSWORD, USERNAME, Pair, sign_in
from fixtures_support.studio import browser, record, recorder
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from sweeping import channel

from runbook.errors import CredentialsRejected
from runbook.fixtures import GateRefused, Recorder, gate
from runbook.fixtures import record as recording
from runbook.fixtures.recording import settings_of
from runbook.settings import Channel


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary folders are made here, so that a test sees what is left of them."""
    folder = tmp_path / "private"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def of(path: Path) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(path.read_text())["log"]
    return log


@pytest.fixture(scope="module")
async def kept(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return await record(tmp_path_factory.mktemp("kept"))


async def test_there_is_one_small_clean_file_for_each_step(kept: list[Path]) -> None:
    assert [path.name for path in kept] == ["sign_in-good.har", "connect-good.har"]
    for path in kept:
        assert path.stat().st_size < 40_000
        assert gate(path) == []


async def test_neither_password_nor_address_is_in_what_is_kept(kept: list[Path]) -> None:
    text = "".join(path.read_text() for path in kept)
    for value in (PASSWORD, "Pa55", "corp.example", "712020:"):
        assert value not in text


async def test_each_step_holds_its_own_traffic_from_the_start(kept: list[Path]) -> None:
    first, second = (of(path) for path in kept)
    assert (
        first["entries"][0]["request"]["url"]
        == second["entries"][0]["request"]["url"]
        == "https://app.acme.example/work"
    )
    assert [entry["response"]["status"] for entry in first["entries"][:2]] == [302, 302]
    # The style sheet was loaded in the first step, and a cache would have hidden it from the second.
    assert any(entry["request"]["url"].endswith("/style.css") for entry in second["entries"])


async def test_the_page_of_a_popup_that_closes_itself_is_kept(kept: list[Path]) -> None:
    last = of(kept[1])["entries"][-1]
    assert "opener.postMessage('admin@example.com'" in last["response"]["content"]["text"]


async def test_the_answer_to_a_call_is_kept_when_the_page_moves_on_at_once(kept: list[Path]) -> None:
    call = next(entry for entry in of(kept[1])["entries"] if entry["request"]["url"].endswith("/check"))
    assert call["response"]["content"]["text"] == '{"good": true}'


async def test_pictures_are_dropped_and_small_style_sheets_kept(kept: list[Path]) -> None:
    bodies = {
        entry["request"]["url"].rpartition("/")[2]: entry["response"]["content"].get("text")
        for entry in of(kept[0])["entries"]
    }
    assert bodies["logo.png"] is None
    assert bodies["style.css"] == "p { color: black }"


async def test_the_metadata_says_what_a_test_has_to_type_and_to_expect(kept: list[Path]) -> None:
    first, second = (of(path)["_runbook"] for path in kept)
    assert (first["step"], first["label"], first["source"], first["scenario"], first["outcome"]) == (
        "sign_in",
        "good",
        "sandbox",
        "pair",
        None,
    )
    admin = first["identities"]["admin"]
    assert admin == {"username": "admin@example.com", "password": "fake-admin-password-1", "totp": admin["totp"]}
    sent = next(
        entry["request"]["postData"]["text"] for entry in of(kept[0])["entries"] if "postData" in entry["request"]
    )
    assert "password=fake-admin-password-1" in sent
    assert first["facts"] == {}
    assert first["facts_after"] == second["facts"]
    assert second["facts_after"]["connected"] == ["help@acme.example.com"]
    assert second["channel"]["mail_domain"] == "acme.example.com"
    assert first["cookies"] == []
    assert {cookie["name"] for cookie in second["cookies"]} == {"app.session", "idp.seen", "idp.session"}


async def test_nothing_is_kept_when_the_gate_refuses(
    tmp_path: Path, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording.Scrubber, "har", lambda _self, har: json.loads(json.dumps(har)))
    with pytest.raises(GateRefused) as caught:
        await record(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert list(private.iterdir()) == []
    kinds = {finding.kind for finding in caught.value.findings}
    assert {"admin password", "cookie", "secret", "address"} <= kinds
    assert "Pa55" not in str(caught.value)


class Job:
    """What a recorder sees of a job."""

    def __init__(self, context: Any) -> None:
        self.context, self.facts = context, {"decision": "connect"}


async def rejected(rec: Recorder, job: Job, page: Page) -> None:
    async with rec.step(job, "sign_in"):
        assert page.url == "about:blank"
        with pytest.raises(PlaywrightError, match="Timeout"):
            await sign_in(page, USERNAME, "fake-wrong-one", patience=300)
        raise CredentialsRejected


async def test_a_failing_step_is_recorded_with_its_ending_and_only_the_chosen_steps_are(
    tmp_path: Path, private: Path
) -> None:
    with Pair() as pair, recorder(tmp_path / "out", label="rejected", steps={"sign_in"}) as rec:
        async with browser(*pair.args) as running:
            context = await running.new_context(ignore_https_errors=True, **rec.context_options())
            page = await context.new_page()
            job = Job(context)
            async with rec.step(job, "before"):
                await page.goto("https://app.acme.example/work")
            folder = next(private.glob("runbook-record-*"))
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            with pytest.raises(CredentialsRejected):
                await rejected(rec, job, page)
            await context.close()
        kept = rec.finish()
    assert [path.name for path in kept] == ["sign_in-rejected.har"]
    assert of(kept[0])["_runbook"]["outcome"] == "CredentialsRejected"
    assert of(kept[0])["_runbook"]["facts"] == {"decision": "connect"}
    assert "fake-wrong-one" not in kept[0].read_text()
    assert list(private.iterdir()) == []


async def test_the_private_folder_goes_away_when_the_run_breaks_off(tmp_path: Path, private: Path) -> None:
    def broken() -> None:
        with recorder(tmp_path / "out"):
            assert list(private.iterdir()) != []
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert list(private.iterdir()) == []


async def test_a_step_whose_browser_is_gone_is_not_kept(tmp_path: Path) -> None:
    with recorder(tmp_path / "out") as rec:
        async with browser() as running:
            context = await running.new_context(**rec.context_options())
            await rec.begin("sign_in", context, {})
            crash = await running.new_browser_cdp_session()
            with pytest.raises(PlaywrightError):
                await crash.send("Browser.crash")
            await rec.end("sign_in", {}, "Transient")
        assert rec.finish() == []


def test_what_is_kept_of_a_channels_settings_can_be_read_again() -> None:
    sitting = {"api_user": "ada.admin@example.com", "api_token": "fake-api-token"}
    given = channel(
        policy={"window": ["22:00-05:00"], "every": "7d"}, deadlines={"step": "1m"}, request_type="Question"
    )
    given = given.model_copy(update={"site": given.site.model_copy(update=sitting)})
    told = json.dumps(settings_of(given))
    assert "fake-" not in told
    assert "password" not in told
    kept = json.loads(told)
    kept["site"]["admin"] = {"name": "admin", "username": "ada.admin@example.com", "password": "fake-password"}
    mailbox = {"name": "mailbox", "username": given.address, "password": "fake-password"}
    again = Channel.model_validate({**kept, "mailbox": mailbox})
    assert settings_of(again) == kept | {"site": {k: v for k, v in kept["site"].items() if k != "admin"}}
    assert again.request_type == "Question"
