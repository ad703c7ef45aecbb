"""External providers for the sandbox: `[sandbox.idp]` and `[sandbox.mail]` in `runbook.toml` put real software on this machine
in the place of an embedded site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from runbook.errors import ConfigError
from runbook.secrets import SecretRef, is_sandbox, origin
from runbook.settings.channel import Channel, Idp, Provider
from runbook.settings.draft import Draft
from runbook.settings.files import tables
from runbook.settings.here import HereAddress, HereIssuer, HereRescue, HereServer, Metadata
from runbook.settings.model import Address, Model, Text, wrong
from runbook.settings.notify import Notify
from runbook.settings.variables import SECRET_KEYS

# The kinds of a table; one that has none is always the same.
KINDS = {"idp": ("oidc", "saml"), "mail": ("oidc",), "rescue": ()}


class _SignsIn(Model):
    """Who signs in at the provider (the admin or the mailbox), and how this provider is left."""

    username: Address
    password: SecretRef
    totp: SecretRef | None = None
    logout_url: HereAddress | None = None

    def identity(self, name: str) -> dict[str, Any]:
        """The identity for a channel's settings."""
        return {"name": name, "username": self.username, "password": self.password, "totp": self.totp}


class _Oidc(_SignsIn):
    kind: Literal["oidc"]
    issuer: HereIssuer
    client_id: Text
    client_secret: SecretRef
    scopes: Annotated[tuple[Text, ...], Field(min_length=1)] = ("openid", "email", "profile")

    @property
    def url(self) -> str:
        """The provider's own address."""
        return self.issuer

    @model_validator(mode="after")
    def _asks_who(self) -> _Oidc:
        if "openid" not in self.scopes:
            raise wrong("scopes", "should hold openid, without which no provider says who signed in")
        return self


class OidcIdp(_Oidc):
    """Jira's single sign-on over OpenID Connect. `home_url`: an address that asks for credentials when nobody is signed in;
    without one the application's own sign-in request is asked again."""

    home_url: HereAddress | None = None


class SamlIdp(_SignsIn):
    """Jira's single sign-on over SAML 2.0. `metadata`: address or file; `url`: where the credentials may be typed;
    `single_logout`: whether Jira takes part in the provider's own."""

    kind: Literal["saml"]
    metadata: Metadata
    url: HereIssuer
    single_logout: bool = False
    home_url: HereAddress | None = None

    @model_validator(mode="after")
    def _leaves(self) -> SamlIdp:
        if self.logout_url is None:
            raise wrong("logout_url", "is missing: SAML metadata names no address at which a person signs out")
        return self


class OidcMail(_Oidc):
    """The mail provider behind one button of the e-mail page. `account_url`: its page that names who is signed in, and asks
    for credentials when nobody is. `imap`: a mail server of this machine, HOST:PORT without TLS, that Jira reads with the token
    it got (XOAUTH2), every `pull_seconds`; without one nobody has mail there."""

    button: Provider = "microsoft"
    account_url: HereAddress
    imap: HereServer | None = None
    pull_seconds: Annotated[float, Field(ge=1, le=3600)] = 60.0


class External(Model):
    """What takes the place of embedded sites; None keeps the embedded one. `notify`: who is told of what happens in the sandbox;
    `file`: where the providers are written, None when there are none."""

    idp: OidcIdp | SamlIdp | None = None
    mail: OidcMail | None = None
    rescue: HereRescue | None = None
    notify: Notify = Notify()
    file: Path | None = None

    def channel(self, embedded: Mapping[str, Any]) -> Channel:
        """The sandbox's channel with the external providers in it. Raises ConfigError when the two do not go together."""
        data = dict(embedded)
        if self.idp:
            place = Idp(kind="generic", url=self.idp.url, logout_url=self.idp.logout_url, home_url=self.idp.home_url)
            data["site"] = {**data["site"], "admin": self.idp.identity("admin"), "idp": place}
        if self.mail:
            if data["provider"] != self.mail.button:
                raise ConfigError(
                    f"[sandbox.mail] button is {self.mail.button}, and the scenario connects a {data['provider']} mailbox.",
                    remedy="Choose a --scenario of that mail provider, or the other button.",
                )
            data |= {"mailbox": self.mail.identity("mailbox"), "address": self.mail.username, "oauth_client": None}
        if self.rescue and not (self.mail and self.mail.imap):
            raise ConfigError(
                "[sandbox.rescue] needs a mailbox that Jira reads over IMAP.", remedy="Set [sandbox.mail] imap as well."
            )
        if self.rescue:
            data["rescue"] = self.rescue
        try:
            channel = Channel.model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise ConfigError(
                f"[sandbox.idp] and [sandbox.mail] do not go together: {first['msg']}.",
                remedy="The admin and the mailbox are two accounts; see the README's section on the sandbox.",
            ) from None
        if self.mail:
            mail = self.mail
            return channel.hosted(
                Idp(kind="generic", url=mail.url, logout_url=mail.logout_url, home_url=mail.account_url)
            )
        return channel


def load_external(config: Path, *, telling: bool = False) -> External:
    """The tables of a file for a sandbox, and nothing else of it: external providers, and for a verb that tells, [notify].
    Raises ConfigError that names every problem at once."""
    problems: dict[str, None] = {}

    def problem(text: str) -> None:
        problems[text] = None

    # Another table of the file may be for real runs: what is wrong there is told by them.
    found = tables(config, True, lambda _text: None)["sandbox"]
    external = read_external(config, found, problem)
    if problems or external is None:
        lines = list(problems)
        cause = lines[0] if len(lines) == 1 else f"{len(lines)} settings are not usable:\n- " + "\n- ".join(lines)
        raise ConfigError(cause, reason="settings")
    notify = Notify()
    if telling:
        from runbook.settings.salvaging import read_notify  # which reads this module's tables as well

        notify = read_notify(config)
    if external == External() and notify.nobody:
        more = ", or [notify]" if telling else ""
        raise ConfigError(
            f"{config.name} has no external provider for the sandbox{' and names nobody to tell' if telling else ''}.",
            remedy=f"Write [sandbox.idp] or [sandbox.mail]{more} into it, or leave --config out.",
        )
    return external.model_copy(update={"notify": notify, "file": None if external == External() else config})


def read_external(config: Path, found: Mapping[str, Any], problem: Callable[[str], None]) -> External | None:
    """The external providers of the table `[sandbox]`; None when `problem` was told of one."""
    models: dict[tuple[str, str | None], type[Model]]
    models = {
        ("idp", "oidc"): OidcIdp,
        ("idp", "saml"): SamlIdp,
        ("mail", "oidc"): OidcMail,
        ("rescue", None): HereRescue,
    }
    made: dict[str, Any] = {}
    sound = True
    for name, table in found.items():
        where = f"{config.name} [sandbox.{name}]"
        told = ""
        if name not in KINDS:
            told = f"{where} is not a table of the settings. Tables: [sandbox.idp], [sandbox.mail], [sandbox.rescue]."
        elif not isinstance(table, dict):
            told = f"{config.name} sandbox.{name} should be a table. Example: [sandbox.{name}]"
        elif KINDS[name] and table.get("kind") not in KINDS[name]:
            told = f'{where} kind should be {" or ".join(KINDS[name])}. Example: kind = "{KINDS[name][0]}"'
        if told:
            problem(told)
            sound = False
            continue
        kind = table["kind"] if KINDS[name] else None
        made[name] = _make(config, where, table, models[name, kind], problem)
        sound = sound and made[name] is not None
    return External(**made) if sound else None


def _make(
    config: Path, where: str, table: Mapping[str, Any], model: type[Model], problem: Callable[[str], None]
) -> Model | None:
    draft = Draft(homes={(): where})
    texts = []
    for key, value in table.items():
        source, given = f"{where} {key}", value
        if key in SECRET_KEYS:
            given, why = _secret(value, config.parent)
            if why:
                texts.append(f"{source} {why}")
                draft.told.add((key,))
        elif key == "metadata" and isinstance(value, str) and not value.startswith(("http:", "https:")):
            given = str(config.parent / Path(value).expanduser())
        draft.put((key,), given, source)
    try:
        made = model.model_validate(draft.data)
    except ValidationError as error:
        texts += draft.problems(model, error)
        made = None
    for text in texts:
        problem(text)
    return None if texts else made


def _secret(value: Any, folder: Path) -> tuple[SecretRef, str]:
    """A reference, and what is wrong with it. Fake secrets may stand in the file: they open nothing."""
    if not isinstance(value, str):
        return SecretRef("***"), 'should be text. Example: "fake-password"'
    try:
        ref = SecretRef(value, folder)
    except ValueError as error:
        return SecretRef("***"), f"{error}. Example: file:/run/secrets/name"
    if ref.scheme == "literal" and not is_sandbox(value):
        return SecretRef("***"), (
            "is not a fake one, and a sandbox run takes no other: a password or client secret begins with fake-, "
            "a TOTP secret with FAKE."
        )
    return ref, ""


def origins(external: External) -> tuple[str, ...]:
    """Where the external providers live."""
    return tuple(origin(each.url) for each in (external.idp, external.mail) if each)
