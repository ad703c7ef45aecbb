"""What a channel is: a project's e-mail connection, the site it is on, and the identities that sign in for it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from runbook.secrets import SecretRef, origin
from runbook.settings.places import FIXED_ORIGINS, LOGOUT_URLS, PINGID_ORIGIN

Provider = Literal["microsoft", "google"]
IdpKind = Literal[
    "atlassian",
    "microsoft",
    "google",
    "okta",
    "keycloak",
    "auth0",
    "adfs",
    "pingfederate",
    "pingid",
    "pingone",
    "onelogin",
    "jumpcloud",
    "cyberark",
    "shibboleth",
    "simplesamlphp",
    "lemonldap",
    "generic",
]
IDP_KINDS: tuple[str, ...] = get_args(IdpKind)


def wrong(field: str, text: str) -> PydanticCustomError:
    """A contradiction in a model, as an error of one of its fields (dotted). `text` continues the field's name."""
    return PydanticCustomError("setting", "{text}", {"field": field, "text": text})


def _address(value: str) -> str:
    # A mailbox is compared with what pages show; case never tells two mailboxes of Microsoft or Google apart.
    value = value.strip().lower()
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+", value):
        raise ValueError("should be one e-mail address")
    return value


def web_address(value: str) -> str:
    """A web address without user and fragment. Raises ValueError, whose text holds nothing of it."""
    value = value.strip().rstrip("/")
    origin(value)
    parts = urlsplit(value)
    if parts.username or parts.password or parts.fragment:
        raise ValueError("should be an https address without a user or a fragment")
    return value


def plain_address(value: str) -> str:
    """The same without a query."""
    value = web_address(value)
    if "?" in value:
        raise ValueError("should be an https address without a query")
    return value


def _name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", value):
        raise ValueError("should be a name of letters, digits, - and _, beginning with a letter")
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, AfterValidator(_name)]
Address = Annotated[str, AfterValidator(_address)]
Origin = Annotated[str, AfterValidator(origin)]
WebAddress = Annotated[str, AfterValidator(web_address)]
PlainAddress = Annotated[str, AfterValidator(plain_address)]
PROJECT_KEY = r"^[A-Z][A-Z0-9_]{1,9}$"
ProjectKey = Annotated[str, StringConstraints(pattern=PROJECT_KEY)]


class Model(BaseModel):
    """Frozen, without unknown keys, and silent about input values: one of them may be a secret."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Identity(Model):
    """Somebody who signs in. `origins`: places beyond the usual ones where the secrets may be typed."""

    name: Name
    username: Text
    password: SecretRef
    totp: SecretRef | None = None
    passkey: SecretRef | None = None
    origins: tuple[Origin, ...] = ()


class Idp(Model):
    """The identity provider where the admin signs in. `url`: its address, for every kind that has no fixed one. `home_url`: an
    address of it that asks for credentials when nobody is signed in, where the kind's usual one does not."""

    kind: IdpKind
    url: PlainAddress | None = None
    logout_url: WebAddress | None = None
    home_url: WebAddress | None = None

    @property
    def origins(self) -> tuple[str, ...]:
        """Where it asks for credentials."""
        if self.url is None:
            return FIXED_ORIGINS[self.kind]
        return (origin(self.url), PINGID_ORIGIN) if self.kind.startswith("ping") else (origin(self.url),)

    @property
    def effective_logout_url(self) -> str | None:
        """The address that ends its session. None for `atlassian`, where there is no session but Jira's own, and for a
        `generic` one that has to be asked for it."""
        if self.logout_url or self.kind not in LOGOUT_URLS:
            return self.logout_url
        url = self.url or FIXED_ORIGINS[self.kind][0]
        return LOGOUT_URLS[self.kind].format(url=url, origin=origin(url))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.kind in FIXED_ORIGINS and self.url:
            raise wrong("url", f"is not needed: {self.kind} has the same address for everybody; leave it out")
        if self.kind not in FIXED_ORIGINS and not self.url:
            raise wrong("url", f"is missing, and {self.kind} has an address of its own for every customer")
        if self.kind == "keycloak" and not re.search(r"/realms/[^/]+$", self.url or ""):
            raise wrong("url", "should be the realm's address, which ends in /realms/NAME")
        if self.kind not in (*LOGOUT_URLS, "atlassian", "generic") and not self.logout_url:
            raise wrong("logout_url", f"is missing, and {self.kind} has no usual sign-out address")
        if self.kind == "atlassian" and self.logout_url:
            raise wrong(
                "logout_url", "would sign Jira out: with atlassian there is no other session to end; leave it out"
            )
        return self


class Site(Model):
    """A Jira site. `mail_domain`: the domain of the addresses that Jira makes itself."""

    name: Name
    url: Annotated[PlainAddress, AfterValidator(lambda url: _only_origin(url))]
    admin: Identity
    idp: Idp
    email_page: WebAddress | None = None
    mail_domain: Text = Field(default_factory=lambda data: urlsplit(data.get("url", "")).hostname or "")

    @property
    def host(self) -> str:
        """The host of its address."""
        return urlsplit(self.url).hostname or ""

    @property
    def admin_origins(self) -> tuple[str, ...]:
        """Where the admin's secrets may be typed."""
        return tuple(dict.fromkeys((*self.idp.origins, *self.admin.origins)))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.email_page and origin(self.email_page) != self.url:
            raise wrong("email_page", "should be an address on the site itself")
        return self


def _only_origin(url: str) -> str:
    if urlsplit(url).path:
        raise ValueError("should be the site's address without a path")
    return origin(url)


class Channel(Model):
    """One project's e-mail connection: what it should be, and who connects it. `shown_as`: the address by which the
    provider's pages name the mailbox, where that is another one. `replaces`: other addresses that may be
    removed. `oauth_client`: the name of Jira's app on the consent page. `reply_to`: None leaves it as found."""

    project: ProjectKey
    site: Site
    mailbox: Identity
    address: Address
    provider: Provider
    federated: bool = False
    shown_as: Address | None = None
    request_type: Text | None = None
    reply_to: bool | None = None
    replaces: tuple[Address, ...] = ()
    oauth_client: Text | None = None
    redirect_hosts: tuple[Text, ...] = Field(default_factory=lambda data: _redirect_hosts(data))
    person_timeout: Annotated[float, Field(gt=0, le=86_400)] = 300.0
    _mail_host: Idp | None = PrivateAttr(None)  # no setting: only the sandbox has one

    @property
    def mail_host(self) -> Idp | None:
        """Where the mailbox signs in instead of its provider's own site: in a sandbox with an external mail provider. Its
        `home_url` names who is signed in."""
        return self._mail_host

    def hosted(self, host: Idp) -> Self:
        """This channel with its mailbox at another host."""
        channel = self.model_copy()
        channel._mail_host = host
        return channel

    @property
    def id(self) -> str:
        """Its name among all channels of all sites, for locks and notes."""
        return f"{self.site.host}/{self.project}"

    @property
    def mailbox_names(self) -> set[str]:
        """The addresses by which the provider's pages may name the mailbox, and nobody else's."""
        return {self.address, self.shown_as or self.address}

    @property
    def mailbox_origins(self) -> tuple[str, ...]:
        """Where the mailbox's secrets may be typed."""
        idp = self.site.idp.origins if self.federated else ()
        home = self.mail_host.origins if self.mail_host else FIXED_ORIGINS[self.provider]
        return tuple(dict.fromkeys((*home, *idp, *self.mailbox.origins)))

    @model_validator(mode="after")
    def _check(self) -> Self:
        admin = self.site.admin.username.strip().lower()
        if self.address == admin:
            raise wrong("address", "is the admin's own address, which is never connected")
        if self.shown_as == admin:
            raise wrong("shown_as", "is the admin's address, by which no mailbox is told")
        if self.mailbox.username.strip().lower() == admin:
            raise wrong("mailbox.username", "is the admin's: Jira connects the mailbox of whoever signs in")
        if self.federated and self.site.idp.kind == self.provider:
            raise wrong(
                "federated", f"contradicts the identity provider, which is {self.provider} itself; leave it out"
            )
        if self.address.endswith(f"@{self.site.mail_domain.lower()}"):
            raise wrong("address", "is one that Jira makes itself; a custom mailbox lives at its provider")
        if self.address in self.replaces:
            raise wrong("replaces", "holds the mailbox's own address")
        return self


def _redirect_hosts(data: dict[str, Any]) -> tuple[str, ...]:
    """Where OAuth may lead back to: Atlassian's two hosts and the site itself."""
    site = data.get("site")
    return ("id.atlassian.com", "auth.atlassian.com", *([site.host] if site else []))
