"""Where a list of methods has a passkey or a security key, it is found: by structure, else by its words in many languages."""

from __future__ import annotations

import re

import pytest
from screen_pages import read

from flows.screens.words import PASSKEY

ENTRA = (
    "<div id=idDiv_SAOTCS_Proofs><div role=button class=table tabindex=0 data-value=PhoneAppOTP>Code</div>"
    "<div id=it role=button class=table tabindex=0 data-value={}>{}</div></div>"
)
GOOGLE = (
    "<ul><li><div role=link tabindex=0 data-challengetype=6>Authenticator</div></li>"
    "<li><div id=it role=link tabindex=0 data-challengetype={}>{}</div></li></ul>"
)
WIDGET = (
    "<main id=okta-sign-in data-version=7.49.0><form data-se=o-form><div data-se=authenticator-verify-list>"
    "<button type=button data-se=authenticator-button><div data-se=google_otp>Google Authenticator</div></button>"
    "<button type=button data-se=authenticator-button id=it><div data-se={}>{}</div></button></div></form></main>"
)
REALM = (
    "<form id=kc-select-credential-form method=post><div class=select-auth-box-parent><div class=select-auth-box-icon>"
    "<i class='fa fa-mobile'></i></div><div>Authenticator Application</div></div><div id=it class=select-auth-box-parent>"
    "<div class=select-auth-box-icon><i class='fa {}'></i></div><div>{}</div></div></form>"
)
MICROSOFT, ACCOUNTS = (
    "https://login.microsoftonline.com/common/login",
    "https://accounts.google.com/v3/signin/challenge/selection",
)
OKTA, KEYCLOAK = (
    "https://acme.okta.com/oauth2/v1/authorize",
    "https://sso.acme.example/realms/acme/login-actions/authenticate",
)


@pytest.mark.parametrize(
    ("page", "url"),
    [
        (ENTRA.format("FidoKey", "Gesicht, Fingerabdruck, PIN"), MICROSOFT),
        (ENTRA.format("SomethingNew", "Clé d’accès"), MICROSOFT),
        ("<div id=credentialList><div role=button data-test-cred-id=1>Kennwort</div>"
         "<div id=it role=button data-test-cred-id=7>…</div></div>", MICROSOFT),
        (GOOGLE.format(2, "…"), ACCOUNTS),
        (GOOGLE.format(53, "パスキーを使用"), ACCOUNTS),
        (WIDGET.format("webauthn", "…"), OKTA),
        (REALM.format("fa-key", "…"), KEYCLOAK),
        (REALM.format("fa-new", "Passkey"), KEYCLOAK),
        ("<form method=post data-form-primary=true><button name=action value=otp::0>1</button>"
         "<button id=it name=action value=webauthn-roaming::1>2</button></form>", "https://acme.auth0.com/u/mfa-login-options"),
        ("<form action=/2fchoice method=post trspan=choose2f><button name=sf value=totp>1</button>"
         "<button id=it name=sf value=webauthn>2</button></form>", "https://auth.acme.example/2fchoice"),
    ],
)  # fmt: skip
async def test_the_key_of_a_list_is_found(page: str, url: str) -> None:
    seen = await read(page, url)
    assert (seen.screen, seen.fields["passkey"]) == ("method-chooser", "#it")


async def test_a_key_that_is_not_to_be_used_is_none() -> None:
    row = GOOGLE.format("2 data-challengeunavailable=true", "Use your passkey")
    seen = await read(row, ACCOUNTS)
    assert (seen.screen, seen.fields["passkey"]) == ("method-chooser", None)
    assert seen.fields["totp"]


@pytest.mark.parametrize(
    "said",
    ["Use your passkey", "Face, fingerprint, PIN or security key", "Sicherheitsschlüssel verwenden", "Utiliser une clé de sécurité",
     "Usar una llave de acceso", "Usar chave de acesso", "Chiave di sicurezza", "Beveiligingssleutel gebruiken",
     "Użyj klucza dostępu", "Använd säkerhetsnyckel", "セキュリティ キー", "使用通行密钥", "보안 키 사용", "Ключ доступа"],
)  # fmt: skip
def test_the_words_for_a_key(said: str) -> None:
    assert re.search(PASSKEY, said, re.IGNORECASE)


@pytest.mark.parametrize(
    "said", ["Use my password", "Kennwort verwenden", "Código de acceso", "Keyboard", "인증 앱 사용"]
)
def test_other_words_are_none(said: str) -> None:
    assert not re.search(PASSKEY, said, re.IGNORECASE)
