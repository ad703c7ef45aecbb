"""What real sign-in pages do to those who automate them: each pitfall on a page of its own, against the real sign-in."""

from __future__ import annotations

import asyncio
import time

import pytest
import scripted_pages as pages
from playwright.async_api import Browser
from screen_pages import read
from scripted import ADA, END, GOOGLE, MICROSOFT, OKTA, PASSWORD, SEED, SSO, Web, sign_in

from flows.prove_mailbox import addresses_on
from runbook.browser import new_context
from runbook.errors import CredentialsRejected, HumanNeeded, PageChanged, Transient
from runbook.otp import parse

pytestmark = pytest.mark.thorough

CODE_BEFORE = (pages.ms_username(), pages.ms_password())


def one_code(typed: list[str]) -> bool:
    """Whether exactly one code was typed, of this step of the clock or of the one that has just ended."""
    clock = parse(SEED)
    return len(typed) == 1 and typed[0] in (clock.now(), clock.at(time.time() - 30))


BINDS = """
  const field = document.querySelector('INPUT');
  addEventListener('load', () => setTimeout(() => { field.value = ''; field.dataset.bound = 1; }, AFTER));
"""


@pytest.mark.parametrize("after", [0, 60, 200])
@pytest.mark.parametrize("seconds", [0.0, 0.4])
async def test_what_is_typed_before_the_scripts_bind_is_typed_again(
    running: Browser, after: int, seconds: float
) -> None:
    files = {
        "/name.js": (seconds, BINDS.replace("INPUT", "#i0116").replace("AFTER", str(after))),
        "/word.js": (seconds, BINDS.replace("INPUT", "#i0118").replace("AFTER", str(after))),
    }
    play = await sign_in(
        running,
        MICROSOFT,
        pages.ms_username() + "<script src=/name.js defer></script>",
        pages.ms_password() + "<script src=/word.js defer></script>",
        END,
        files=files,
    )
    assert play.done()
    assert (play.web.values("loginfmt"), play.web.values("passwd")) == ([ADA], [PASSWORD])
    assert play.login.passwords_typed == 1


async def test_a_script_that_comes_after_the_page_is_waited_for(running: Browser) -> None:
    late = "const s = document.createElement('script'); s.src = '/late.js'; addEventListener('load', () => document.body.append(s));"
    play = await sign_in(
        running,
        MICROSOFT,
        pages.ms_username(script=late),
        END,
        files={"/late.js": (0.5, "document.querySelector('#i0116').value = ''")},
    )
    assert play.done()
    assert play.web.values("loginfmt") == [ADA]


async def test_a_field_that_keeps_nothing_is_typed_into_three_times_and_never_sent(running: Browser) -> None:
    script = """let times = 0; const field = document.querySelector('#i0118');
      field.addEventListener('input', () => { if (field.value) { times += 1; field.value = ''; document.title = times; } });"""
    play = await sign_in(running, MICROSOFT, pages.ms_username(), pages.ms_password(script=script), END)
    assert isinstance(play.error, PageChanged)
    assert play.error.reason == "field-lost"
    assert PASSWORD not in str(vars(play.error))
    assert [form for form in play.web.sent if "loginfmt" not in form or form.get("passwd")] == []
    assert play.login.passwords_typed == 0


@pytest.mark.parametrize("event", ["focus", "input"])
async def test_a_field_that_is_replaced_while_it_is_typed_into_is_found_again(running: Browser, event: str) -> None:
    script = """const swap = (id) => { const old = document.querySelector(id);
      old.addEventListener('EVENT', () => setTimeout(() => {
        const fresh = old.cloneNode(); fresh.value = ''; old.replaceWith(fresh); }), {once: true}); };
      swap('FIELD');""".replace("EVENT", event)
    play = await sign_in(
        running,
        MICROSOFT,
        pages.ms_username(script=script.replace("FIELD", "#i0116")),
        pages.ms_password(script=script.replace("FIELD", "#i0118")),
        pages.ms_code(script=script.replace("FIELD", "#idTxtBx_SAOTCC_OTC")),
        END,
    )
    assert play.done()
    assert (play.web.values("loginfmt"), play.web.values("passwd")) == ([ADA], [PASSWORD])
    assert len(play.web.values("otc")) == 1


async def test_a_page_that_is_slow_to_react_is_submitted_once(running: Browser) -> None:
    script = """const form = document.forms[0]; let clicks = 0;
      form.innerHTML += '<input type=hidden name=clicks>';
      document.addEventListener('submit', (event) => { event.preventDefault(); clicks += 1;
        setTimeout(() => { form.clicks.value = clicks; form.submit(); }, 1500); });"""
    play = await sign_in(running, MICROSOFT, pages.ms_username(), pages.ms_password(script=script), END, slow=1.0)
    assert play.done()
    assert play.web.values("clicks") == ["1"]
    assert play.web.values("passwd") == [PASSWORD]


async def test_a_page_that_does_not_react_is_told_and_not_submitted_again(running: Browser) -> None:
    script = (
        "addEventListener('submit', (e) => { e.preventDefault(); fetch('/n', {method: 'POST', body: 'clicked=1'}); });"
    )
    play = await sign_in(running, MICROSOFT, pages.ms_password(script=script), pages.ms_password(), patience=1.5)
    assert isinstance(play.error, Transient)
    assert play.error.reason == "no-reaction"
    assert len(play.web.sent) == 1
    assert play.login.passwords_typed == 1


SENDS_ITSELF = {
    "a form": "form.submit()",
    "a request": "fetch('/verify', {method: 'POST', body: JSON.stringify({otc: box.value})})"
    ".then((r) => r.text()).then((t) => { document.open(); document.write(t); document.close(); })",
}


@pytest.mark.parametrize("slow", [0.0, 1.0])
@pytest.mark.parametrize("way", SENDS_ITSELF)
async def test_a_page_that_sends_the_code_after_its_last_digit_is_not_submitted_again(
    running: Browser, way: str, slow: float
) -> None:
    script = f"""const form = document.forms[0], box = form.otc;
      box.addEventListener('input', () => {{ if (box.value.length === 6) {SENDS_ITSELF[way]}; }});"""
    # The page after it has a button of the same id, and that one says Yes.
    after = pages.ms_code(script=script).replace("idSubmit_SAOTCC_Continue", "idSIButton9")
    play = await sign_in(running, MICROSOFT, after, pages.ms_stay(), END, slow=slow)
    assert play.done()
    assert one_code(play.web.values("otc"))
    assert play.web.values("stay") == ["No"]
    assert play.stage.rejected == []


async def test_a_page_that_only_tells_of_keys_is_still_submitted(running: Browser) -> None:
    script = "document.forms[0].otc.addEventListener('input', () => navigator.sendBeacon('/seen', 'typed'));"
    # What the page tells is no form: it may come before the code or after it, and brings no page.
    play = await sign_in(running, MICROSOFT, pages.ms_code(script=script), END, files={"/seen": (0.0, "")})
    assert play.done()
    assert len(play.web.values("otc")) == 1


@pytest.mark.parametrize("passes_on", [True, False])
async def test_a_code_goes_into_boxes_of_one_character_each(running: Browser, passes_on: bool) -> None:
    play = await sign_in(running, SSO, pages.boxes(passes_on=passes_on), END)
    assert play.done()
    assert one_code(play.web.values("code"))


async def test_boxes_that_send_themselves_are_sent_once(running: Browser) -> None:
    play = await sign_in(running, SSO, pages.boxes(passes_on=True, sends=True), END, slow=1.0)
    assert play.done()
    assert one_code(play.web.values("code"))


def hop(milliseconds: int) -> str:
    return (
        "<form name=hiddenform method=post action=/common/reprocess><input type=hidden name=hop value=1></form>"
        f"<script>setTimeout(() => document.forms[0].submit(), {milliseconds})</script>Working…"
    )


async def test_pages_that_move_on_by_themselves_may_take_longer_than_one_page_altogether(running: Browser) -> None:
    play = await sign_in(
        running, MICROSOFT, pages.ms_username(), *[hop(700)] * 4, pages.ms_password(), END, patience=2.0
    )
    assert play.done()
    assert play.web.values("hop") == ["1"] * 4


async def test_a_page_that_should_move_on_and_does_not_is_worth_another_try(running: Browser) -> None:
    play = await sign_in(running, MICROSOFT, hop(600_000), patience=1.0)
    assert isinstance(play.error, Transient)
    assert play.error.reason == "no-reaction"


async def test_texts_are_matched_whatever_quotes_and_spaces_they_are_set_with(running: Browser) -> None:
    offer = pages.google_passkey("N\u00adot\u00a0n\u200bow")
    play = await sign_in(running, "https://accounts.google.com/v3/signin/speedbump/passkeyenrollment", offer, END)
    assert play.done()
    assert play.web.values("offer") == ["No"]


@pytest.mark.parametrize("mark", ["'", "\u2019", "\u2018", "\u02bc"], ids=["straight", "curly", "turned", "letter"])
async def test_an_apostrophe_is_the_same_however_it_is_set(mark: str) -> None:
    way = f"<button type=button>Changer de facteur d{mark}authentification</button>"
    code = f"<form><p>Google Authenticator</p><input name=otp><button type=submit>OK</button>{way}</form>"
    seen = await read(code, "https://acme.onelogin.com/login2/")
    assert (seen.screen, seen.fields["other"] is not None) == ("totp", True)
    told = f"<div data-se=o-form-error-container><div class=infobox-error>Vous n{mark}avez pas l{mark}autorisation.</div></div>"
    body = (
        f"<main id=okta-sign-in data-se=auth-container><form data-se=o-form>{told}<input name=identifier></form></main>"
    )
    seen = await read(body, "https://acme.okta.com/login")
    assert (seen.screen, seen.problem) == ("username", "not-assigned")


@pytest.mark.parametrize("page", [pages.ms_stay(), pages.ms_stay_new()], ids=["old skin", "new skin"])
async def test_stay_signed_in_is_answered_no(running: Browser, page: str) -> None:
    play = await sign_in(running, MICROSOFT, page, END)
    assert play.done()
    assert play.web.values("stay") == ["No"]


async def test_two_accounts_of_one_name_are_told_apart_by_their_address(running: Browser) -> None:
    twins = pages.ms_tiles(("Ada Admin", "ada.admin@example.org"), ("Ada Admin", "Ada.Admin@example.com"))
    play = await sign_in(running, MICROSOFT, twins, pages.ms_password(), END)
    assert play.done()
    assert play.web.values("tile") == ["1"]


async def test_two_accounts_of_one_address_are_not_guessed_between(running: Browser) -> None:
    twins = pages.ms_tiles(("Ada at work", ADA), ("Ada at home", ADA))
    play = await sign_in(running, MICROSOFT, twins, pages.ms_password(), END)
    assert isinstance(play.error, HumanNeeded)
    assert play.error.reason == "account-chooser"
    assert play.stage.warnings() == [f"microsoft shows {ADA} 2 times; which one is meant cannot be told."]
    assert play.web.sent == []


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (MICROSOFT, pages.ms_username()),
        (GOOGLE, pages.google_username("Next")),
        (
            "https://id.atlassian.com/login",
            "<form data-testid=form-login method=post><input data-testid=username name=username>"
            "<div style='height:0;overflow:hidden'><input id=password name=password type=password></div>"
            "<button id=login-submit>Continue</button></form>",
        ),
    ],
    ids=["microsoft", "google", "atlassian"],
)
async def test_a_hidden_password_field_beside_the_user_name_stays_empty(running: Browser, url: str, page: str) -> None:
    play = await sign_in(running, url, page, END)
    assert play.done()
    assert PASSWORD not in play.web.sent[0].values()
    assert ADA in play.web.sent[0].values()
    assert play.login.passwords_typed == 0


STAY, OFFER = pages.ms_stay(), pages.ms_passkey_offer()


@pytest.mark.parametrize(
    "order",
    [(STAY, OFFER, STAY, OFFER), (OFFER, STAY, STAY, OFFER), (OFFER, OFFER, STAY, STAY)],
    ids=["in turn", "around", "in pairs"],
)
async def test_pages_between_may_come_in_any_order_and_twice(running: Browser, order: tuple[str, ...]) -> None:
    play = await sign_in(running, MICROSOFT, *order[:2], *CODE_BEFORE, *order[2:], END)
    assert play.done()
    assert play.web.values("stay") == ["No", "No"]
    assert play.web.values("offer") == ["skip", "skip"]
    assert play.web.values("passwd") == [PASSWORD]


async def test_pages_between_that_never_end_end_the_sign_in(running: Browser) -> None:
    play = await sign_in(running, MICROSOFT, *(STAY, OFFER) * 20)
    assert isinstance(play.error, PageChanged)
    assert play.error.reason == "loop"
    assert 20 <= len(play.web.sent) <= 30


async def test_a_password_that_is_asked_for_again_without_a_word_is_not_sent_again(running: Browser) -> None:
    play = await sign_in(running, MICROSOFT, *CODE_BEFORE, STAY, pages.ms_password(), END)
    assert isinstance(play.error, PageChanged)
    assert play.web.values("passwd") == [PASSWORD]


GERMAN = (pages.ms_username("Weiter"), pages.ms_password("Anmelden"), pages.ms_code("Überprüfen"),
          pages.ms_stay("Ja", "Nein", "Angemeldet bleiben?"))  # fmt: skip
FRENCH = (pages.google_username("Suivant"), pages.google_password("Suivant"), pages.google_code("Suivant"))
SPANISH = (pages.okta_username("Siguiente"), pages.okta_password("Verificar"), pages.okta_code("Verificar"))
JAPANESE = (pages.kc_login("ログイン"), pages.kc_code("ログイン"))
LANGUAGES = {
    "german": (MICROSOFT, GERMAN),
    "french": (GOOGLE, FRENCH),
    "spanish": (OKTA, SPANISH),
    "japanese": (SSO, JAPANESE),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_sign_in_goes_through_in_another_language(running: Browser, language: str) -> None:
    url, several = LANGUAGES[language]
    play = await sign_in(running, url, *several, END)
    assert play.done()
    typed = [value for form in play.web.sent for value in form.values()]
    assert [typed.count(value) for value in (ADA, PASSWORD)] == [1, 1]
    assert sum(value.isdecimal() and len(value) == 6 for value in typed) == 1


REFUSED = {
    "german": (MICROSOFT, GERMAN[:2], pages.ms_password("Anmelden", "Ihr Konto oder Kennwort ist nicht korrekt."), "Kennwort"),
    "spanish": (OKTA, SPANISH[:2], pages.okta_password("Verificar", "La contraseña es incorrecta."), "incorrecta"),
    "japanese": (SSO, JAPANESE[:1], pages.kc_login("ログイン", "無効なユーザー名またはパスワードです。"), "パスワード"),
}  # fmt: skip


@pytest.mark.parametrize("language", REFUSED)
async def test_a_refused_password_is_told_in_the_words_of_the_page(running: Browser, language: str) -> None:
    url, before, again, words = REFUSED[language]
    play = await sign_in(running, url, *before, again, END)
    assert isinstance(play.error, CredentialsRejected)
    assert words in play.error.cause
    assert play.login.passwords_typed == 1
    assert play.stage.rejected == ["admin password"]


ASKS = """
  const said = document.querySelector('#said'), other = document.querySelector('#signInAnotherWay');
  navigator.credentials.get({publicKey: {challenge: crypto.getRandomValues(new Uint8Array(32)), rpId: 'login.microsoft.com',
    allowCredentials: [{type: 'public-key', id: new Uint8Array([1, 2, 3])}], timeout: 600000, userVerification: 'required'}})
    .then(() => said.textContent = 'signed in', () => { said.textContent = 'failed'; other.style.display = ''; });
"""


def fido(script: str = ASKS) -> str:
    body = "<div id=idDiv_FidoKey>Face, fingerprint, PIN or security key</div><div id=said></div>"
    body += "<button id=signInAnotherWay name=way value=other style='display:none'>Sign in another way</button>"
    return pages.microsoft("ConvergedSignIn", body, script=script)


async def test_a_passkey_dialog_does_not_stand_in_the_way_of_the_other_ways(running: Browser) -> None:
    play = await sign_in(
        running,
        "https://login.microsoft.com/common/fido/get",
        pages.ms_username(),
        pages.ms_password(),
        fido(),
        pages.ms_code(),
        END,
    )
    assert play.done()
    assert play.web.values("way") == ["other"]
    assert len(play.web.values("otc")) == 1


async def test_sign_ins_beside_each_other_do_not_disturb_each_other(running: Browser) -> None:
    both = await asyncio.gather(sign_in(running, MICROSOFT, *CODE_BEFORE, END), sign_in(running, SSO, *JAPANESE, END))
    assert all(play.done() for play in both)


async def test_a_page_is_read_for_addresses_once_it_is_there(running: Browser) -> None:
    page = "<script src=/slow.js></script><body>Signed in as Support@example.com"
    context = await new_context(running)
    await context.route("**/*", Web((page,), {"/slow.js": (0.5, "")}).answer)
    tab = await context.new_page()
    await tab.goto(MICROSOFT, wait_until="commit")
    assert await tab.evaluate("document.body === null"), "nothing of it is there yet"
    assert await addresses_on(tab) == ["support@example.com"]
    await context.close()
