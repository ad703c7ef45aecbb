"""On sites of which no page was ever seen, a form that is no sign-in is not taken for one, in any language, whatever its fields
are called; and a sign-in is."""

from __future__ import annotations

import pytest
from screen_pages import read

pytestmark = pytest.mark.thorough

LOGINS = ("username", "credentials", "password")
# site: address, the field for the name, the field for the password, the button.
FORMS = {
    "onelogin": ("https://acme.onelogin.com/login2/", "id=username name=username", "id=password name=password", "type=submit"),
    "jumpcloud": ("https://console.jumpcloud.com/login", "name=email", "name=password", "type=submit data-automation=loginButton"),
    "cyberark": ("https://acme.id.cyberark.cloud/login", "name=username", "name=answer", "type=submit"),
    "pingone": ("https://auth.pingone.eu/0a1b/signon/", "id=username name=username", "id=password name=password",
                "data-id=submit-button"),
    "shibboleth": ("https://idp.acme.example/idp/profile/SAML2/Redirect/SSO?execution=e1s1", "name=j_username",
                   "name=j_password", "type=submit name=_eventId_proceed"),
    "atlassian": ("https://id.atlassian.com/login", "id=username name=username", "id=password name=password",
                  "type=submit id=login-submit"),
    "auth0": ("https://acme.eu.auth0.com/u/login", "id=username name=username", "id=password name=password",
              "name=action value=default data-action-button-primary=true"),
}  # fmt: skip
# language: sign in, forgotten password, make an account, change the password, news by mail, what the fields are called.
SAID = {
    "English": ("Sign in", "Forgot your password?", "Create your account", "Change your password", "Newsletter", "New password"),
    "German": ("Anmelden", "Passwort vergessen?", "Konto erstellen", "Passwort ändern", "Newsletter abonnieren", "Neues Passwort"),
    "French": ("Se connecter", "Mot de passe oublié", "Créer un compte", "Changer le mot de passe", "S'abonner à la newsletter",
               "Nouveau mot de passe"),
    "Spanish": ("Iniciar sesión", "¿Olvidó su contraseña?", "Crear una cuenta", "Cambiar contraseña", "Suscribirse al boletín",
                "Nueva contraseña"),
    "Polish": ("Zaloguj się", "Nie pamiętasz hasła? Zresetuj", "Utwórz konto", "Zmień hasło", "Zapisz się: newsletter",
               "Nowe hasło"),
    "Japanese": ("ログイン", "パスワードを忘れた方", "アカウントを作成", "パスワードの変更", "newsletter 登録", "新しいパスワード"),
    "Russian": ("Войти", "Забыли пароль?", "Регистрация", "Изменить пароль", "Подписаться на рассылку newsletter", "Новый пароль"),
}  # fmt: skip
# Every site in half of the languages, every language on half of the sites.
CASES = [
    pytest.param(site, language, id=f"{site}-{language}")
    for at, site in enumerate(FORMS)
    for also, language in enumerate(SAID)
    if (at + also) % 2 == 0
]


def page(head: str, body: str, button: str) -> str:
    return f"<!doctype html><title>Acme</title><h1>{head}</h1><form method=post>{body}{button}</form>"


@pytest.mark.parametrize(("site", "language"), CASES)
async def test_what_a_form_is_for_has_the_last_word(site: str, language: str) -> None:
    url, name, secret, send = FORMS[site]
    sign_in, forgotten, sign_up, change, news, fresh = SAID[language]
    user, password, new = (
        f"<input {name}>",
        f"<input type=password {secret}>",
        f"<input type=password aria-label='{fresh}'>",
    )

    async def screen(head: str, body: str, said: str = "OK") -> str:
        return (await read(page(head, body, f"<button {send}>{said}</button>"), url)).screen

    assert await screen(sign_in, user + password, sign_in) == "credentials"
    assert await screen("Acme", user) == "username"
    assert await screen("Acme", password) == "password"
    for head, body, said in (
        (forgotten, user, "OK"),
        (sign_up, user + password, "OK"),
        (sign_up, f"<input name=given-name autocomplete=given-name>{user}{password}", sign_up),
        (change, password + new + new, "OK"),
        (news, user, "OK"),
        ("Acme", user + password, sign_up),
    ):
        assert await screen(head, body, said) not in LOGINS, (head, body, said)
    robot = "<iframe src='https://www.google.com/recaptcha/api2/anchor?k=x' width=304 height=78></iframe>"
    assert await screen("Acme", user + password + robot) == "captcha"
