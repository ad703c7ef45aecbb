"""A stored passkey as an identity's second factor: used where it belongs, by that page alone, and found nowhere afterwards."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scripted_pages as pages
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from display import ABSENT, XVFB, display
from leaking import layers
from play import Played
from playwright.async_api import Browser, CDPSession
from scripted import END, JIRA, ORIGINS, PASSWORD, SSO, Play, Web, secret, sign_in
from test_promises import leaks

from flows.screens import SITES, Problem, _tables
from flows.screens.answer import SignIn
from runbook.browser import ensure, new_context, start
from runbook.environment import without_secrets
from runbook.errors import ConfigError, CredentialsRejected, HumanNeeded, PageChanged
from runbook.fixtures.recording import recorder_for
from runbook.passkey import SecurityKey, parse
from runbook.redact import Redactor
from runbook.secrets import is_sandbox
from runbook.step import Job, Step

pytestmark = pytest.mark.thorough

FIDO = "https://login.microsoft.com/common/fido/get"
ID = b"fake-passkey-of-ada"
KEY = ec.generate_private_key(ec.SECP256R1())


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


PRIVATE = base64url(KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def stored(name: str = "login.microsoft.com", **more: Any) -> str:
    """The passkey as it is kept, on one line."""
    return json.dumps(
        {"rpId": name, "credentialId": base64url(ID), "privateKey": PRIVATE, "userHandle": base64url(b"ada"), **more}
    )


def script(name: str, *, on: str = "", allowed: bytes | None = ID) -> str:
    """A page that asks for a passkey when it is loaded, or when `on` is pressed, and sends what it gets."""
    wanted = f"[{{type: 'public-key', id: Uint8Array.from({list(allowed)})}}]" if allowed else "[]"
    ask = f"""const ask = () => navigator.credentials.get({{publicKey: {{challenge: new TextEncoder().encode('a-challenge'),
        rpId: '{name}', userVerification: 'required', allowCredentials: {wanted}}}}}).then((got) => {{
      const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))), r = got.response;
      const form = document.forms[0];
      for (const [name, value] of Object.entries({{id: text(got.rawId), signature: text(r.signature),
          data: text(r.authenticatorData), client: text(r.clientDataJSON), user: text(r.userHandle || new ArrayBuffer(0))}})) {{
        const field = Object.assign(document.createElement('input'), {{type: 'hidden', name, value}}); form.append(field);
      }}
      form.submit();
    }}, (error) => {{ document.querySelector('#said').textContent = error.name; }});"""
    return ask + (
        f"document.querySelector('{on}').onclick = (e) => {{ e.preventDefault(); ask(); }};" if on else "ask();"
    )


def fido(name: str = "login.microsoft.com", **more: Any) -> str:
    body = "<div id=idDiv_FidoKey>Face, fingerprint, PIN or security key</div><div id=said></div>"
    return pages.microsoft("ConvergedSignIn", body, script=script(name, **more))


def verified(play: Play, name: str, origin: str) -> dict[str, Any]:
    """What the one assertion that was sent says, once its signature is checked."""
    sent = [{k: v for k, v in form.items() if v} for form in play.web.sent if "signature" in form]
    assert len(sent) == 1
    got = {
        key: base64.b64decode(value)
        for key, value in sent[0].items()
        if key in ("id", "signature", "data", "client", "user")
    }
    KEY.public_key().verify(
        got["signature"], got["data"] + hashlib.sha256(got["client"]).digest(), ec.ECDSA(hashes.SHA256())
    )
    client = json.loads(got["client"])
    assert (client["origin"], client["type"]) == (origin, "webauthn.get")
    assert base64.urlsafe_b64decode(client["challenge"] + "==") == b"a-challenge"
    assert got["data"][:32] == hashlib.sha256(name.encode()).digest()
    assert got["id"] == ID
    return {"flags": got["data"][32], "counter": int.from_bytes(got["data"][33:37]), "user": got["user"]}


FIRST = pages.ms_username()


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every command about security keys that the browser was given."""
    seen: list[str] = []
    real = CDPSession.send

    async def spy(self: CDPSession, method: str, params: Any = None) -> Any:
        seen.append(method)
        return await real(self, method, params)

    monkeypatch.setattr(CDPSession, "send", spy)
    return seen


@pytest.mark.parametrize("allowed", [ID, None], ids=["named", "discovered"])
async def test_a_passkey_answers_the_page_that_asks_for_a_security_key(running: Browser, allowed: bytes | None) -> None:
    play = await sign_in(
        running, FIDO, pages.ms_password(), fido(allowed=allowed), pages.ms_stay(), END, passkey=stored(), totp=None
    )
    assert play.done()
    got = verified(play, "login.microsoft.com", "https://login.microsoft.com")
    assert got["flags"] & 0b101 == 0b101, "user present and verified"
    assert got["counter"] == play.stage.now() + 1, "it grows from run to run, as the clock does"
    assert got["user"] == b"ada"
    assert play.web.values("passwd") == [PASSWORD]


async def test_a_passkey_of_the_domain_above_fits_and_the_page_is_asked_by_its_button(running: Browser) -> None:
    form = "<form id=webauth method=post><input type=button id=authenticateWebAuthnButton value='Sign in'></form>"
    page = f"<h1 id=kc-page-title>…</h1>{form}<div id=said></div>"
    page += f"<script>{script('acme.example', on='#authenticateWebAuthnButton')}</script>"
    play = await sign_in(running, SSO, pages.kc_login("Sign in"), page, END, passkey=stored("acme.example"), totp=None)
    assert play.done()
    verified(play, "acme.example", "https://sso.acme.example")


async def test_the_passkey_is_taken_out_again(running: Browser, plugged: list[str]) -> None:
    again = pages.ms_stay() + "<div id=said></div>" + f"<script>{script('login.microsoft.com')}</script>"
    play = await sign_in(running, FIDO, FIRST, fido(), again, END, passkey=stored())
    assert play.done()
    assert len(play.web.values("signature")) == 1, "the page after it asked as well, of an empty key"
    assert plugged.count("WebAuthn.removeVirtualAuthenticator") == 2


@pytest.mark.parametrize("name", ["acme.okta.com", "microsoft.com.example", "soft.com", "fido.login.microsoft.com"])
async def test_a_passkey_of_another_site_is_not_plugged_in(running: Browser, plugged: list[str], name: str) -> None:
    play = await sign_in(running, FIDO, FIRST, fido(name), END, passkey=stored(name))
    assert isinstance(play.error, PageChanged)
    assert play.error.reason == "misplaced-passkey"
    assert play.error.expected == f"a page of {name}"
    assert PRIVATE not in str(vars(play.error))
    assert "WebAuthn.addCredential" not in plugged
    assert play.web.values("signature") == []


async def test_a_passkey_is_not_even_fetched_for_a_page_it_is_not_bound_to(
    running: Browser, plugged: list[str], tmp_path: Path
) -> None:
    touched = tmp_path / "touched"
    command = f"cmd:touch {touched}"
    play = await sign_in(running, FIDO, FIRST, fido(), END, passkey=command, origins=ORIGINS[2:])
    assert isinstance(play.error, PageChanged)
    assert play.error.reason == "misplaced-secret"
    assert not touched.exists()
    assert "WebAuthn.addCredential" not in plugged


async def test_a_passkey_is_not_fetched_when_nobody_asks_for_one(running: Browser, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    play = await sign_in(running, FIDO, pages.ms_password(), pages.ms_code(), END, passkey=f"cmd:touch {touched}")
    assert play.done()
    assert not touched.exists()


async def test_a_page_that_does_not_know_the_passkey_needs_a_person(running: Browser) -> None:
    play = await sign_in(running, FIDO, FIRST, fido(allowed=b"another one"), END, passkey=stored(), patience=1.0)
    assert isinstance(play.error, HumanNeeded)
    assert play.error.reason == "passkey"
    assert play.web.values("signature") == []


async def test_another_name_than_the_passkeys_gets_nothing_from_the_browser(running: Browser) -> None:
    # The page belongs to the passkey's site and asks in the name of the domain above, which may hold other sites.
    play = await sign_in(running, FIDO, FIRST, fido("microsoft.com"), END, passkey=stored(), patience=1.0)
    assert isinstance(play.error, HumanNeeded)
    assert play.web.values("signature") == []


async def test_a_refused_passkey_is_told_in_the_words_of_the_page_and_remembered(
    running: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = SITES["microsoft"]
    complaint = Problem("credentials-rejected", ("code-error",), screens=("security-key",))
    monkeypatch.setitem(SITES, "microsoft", replace(site, problems=(complaint,)))
    _tables.cache_clear()
    refused = fido(allowed=b"another one").replace(
        "<div id=idDiv", "<span id=idSpan_SAOTCC_Error_OTC>That key is not known.</span><div id=idDiv"
    )
    play = await sign_in(running, FIDO, FIRST, fido(), refused, passkey=stored())
    _tables.cache_clear()
    assert isinstance(play.error, CredentialsRejected)
    assert "That key is not known." in play.error.cause
    assert play.stage.rejected == ["admin passkey"]
    assert len(play.web.values("signature")) == 1


class Enters(Step):
    """A sign-in at hand-written pages, as a step of a real run."""

    name, title, before, after, by_hand = "enters", "Sign in with a passkey", "…", "…", "…"
    in_jira = False

    def __init__(self, *several: str) -> None:
        self.web = Web(several)

    async def run(self, job: Job) -> None:
        await job.context.route("**/*", self.web.answer)
        page = await job.tab()
        await job.goto(FIDO, page)
        await SignIn(job, job.admin, page, f"^{JIRA}/").run()
        job.say(f"The key was {PRIVATE}.")  # a careless message, to be cleaned


@pytest.mark.parametrize(
    ("asks", "name", "ending"),
    [
        ("login.microsoft.com", "login.microsoft.com", "NothingToDo"),
        ("login.microsoft.com", "acme.okta.com", "PageChanged"),
        ("login.live.com", "login.microsoft.com", "HumanNeeded"),
    ],
)
async def test_no_private_key_is_in_anything_that_a_run_leaves(
    asks: str, name: str, ending: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    played = Played(tmp_path)
    recorder = recorder_for(tmp_path / "recordings", "passkey", sandbox=True, scenario="entra")
    outcome = await played.run(
        change={"site": {"admin": {"passkey": stored(name)}}},
        recorder=recorder,
        steps=[Enters(FIRST, fido(asks), pages.ms_stay(), END)],
        patience=2.0,
        trace=True,
    )
    assert outcome.name == ending, outcome.cause
    texts = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    printed = capfd.readouterr()
    texts |= {"events": repr(played.events).encode(), "outcome": repr(outcome).encode()}
    texts |= {"printed": (printed.out + printed.err).encode()}
    assert any(name.endswith("run.json") for name in texts)
    assert any(name.endswith(".har") for name in texts)
    [trace] = [name for name in texts if name.endswith("trace.zip")]
    texts |= {f"{trace}/{at}": each for at, each in layers(trace, texts[trace])}
    assert leaks([PRIVATE, PRIVATE.replace("-", "+").replace("_", "/"), stored(name)], texts) == []


@pytest.mark.parametrize(
    "text",
    [
        "fake-not-json",
        "[]",
        json.dumps({"rpId": "a.example", "credentialId": base64url(ID)}),
        stored(credentialId="*"),
        stored(privateKey=""),
        stored(transport="pigeon"),
    ],
)
def test_a_text_that_is_no_passkey_is_told_without_it(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "admin passkey")
    assert caught.value.reason == "passkey"
    assert not [part for part in (PRIVATE, base64url(ID), "fake-not-json") if part in str(vars(caught.value))]


async def test_a_key_that_the_browser_refuses_is_told_without_it(running: Browser) -> None:
    bad = base64url(b"fake-private-key-that-is-none")
    play = await sign_in(running, FIDO, FIRST, fido(), END, passkey=stored(privateKey=bad))
    assert isinstance(play.error, ConfigError)
    assert bad.rstrip("=") not in str(vars(play.error))
    assert play.error.__cause__ is None


def test_a_passkey_is_read_in_either_alphabet_and_under_either_name() -> None:
    mine = json.loads(stored(backupEligibility=True, signCount=7))
    theirs = {"id": mine.pop("credentialId"), **mine, "privateKey": PRIVATE.replace("-", "+").replace("_", "/")}
    assert parse(json.dumps(theirs), "x") == parse(stored(backupEligibility=True), "x")


def test_the_private_key_is_learned_in_either_alphabet_before_it_is_given() -> None:
    redactor = Redactor()
    key = secret("passkey", stored(), learn=redactor.learn)
    assert key.reveal("https://login.microsoft.com") == stored()
    for form in (PRIVATE, PRIVATE.replace("-", "+").replace("_", "/")):
        assert redactor.text(f"key={form}=") == "key=***="


def test_the_sandbox_and_the_world_do_not_take_each_others_passkeys() -> None:
    assert is_sandbox(stored())
    assert not is_sandbox(stored(credentialId=base64url(b"real one")))


def test_a_password_managers_command_does_not_see_the_passkey(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNBOOK_ADMIN_PASSKEY", stored())
    assert "RUNBOOK_ADMIN_PASSKEY" not in without_secrets(os.environ)


def test_a_signature_that_is_wrong_is_told_apart() -> None:
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(b"0" * 70, b"", ec.ECDSA(hashes.SHA256()))


@pytest.mark.skipif(XVFB is None, reason=ABSENT)
async def test_no_dialog_of_a_window_holds_a_page_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with display() as shown:
        monkeypatch.setenv("DISPLAY", shown.name)
        async with start(ensure(None, headed=True, say=lambda _: None), headed=True) as window:
            play = await sign_in(
                window, FIDO, pages.ms_password(), fido(), pages.ms_stay(), END, passkey=stored(), totp=None
            )
    assert play.done()
    verified(play, "login.microsoft.com", "https://login.microsoft.com")


async def test_a_page_is_given_back_to_the_machines_own_keys(running: Browser, plugged: list[str]) -> None:
    context = await new_context(running)
    page = await context.new_page()
    key = SecurityKey(page)
    await key.attach(hold=True)
    await context.route("**/*", Web((fido(),)).answer)
    await page.goto(FIDO)
    said = page.locator("#said")
    assert await said.inner_text() == "", "it waits"
    await key.detach()
    assert await page.evaluate("Object.getOwnPropertySymbols(window).length") == 1
    await page.reload()
    assert await page.evaluate("Object.getOwnPropertySymbols(window).length") == 0
    await page.close()
    await key.attach()
    await key.remove()
    await key.detach()
    await context.close()
