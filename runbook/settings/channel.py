"""What a channel is: a project's e-mail connection, the site it is on, and the identities that sign in for it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from runbook.secrets import SecretRef, origin
from runbook.settings.canary import Canary
from runbook.settings.deadlines import Deadlines
from runbook.settings.model import (
    PROJECT_KEY,
    Address,
    Model,
    Name,
    Origin,
    PlainAddress,
    ProjectKey,
    Text,
    WebAddress,
    wrong,
)
from runbook.settings.places import FIXED_ORIGINS, LOGOUT_URLS, PINGID_ORIGIN
from runbook.settings.policy import Policy
from runbook.settings.rescue import RescueSettings

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
    """A Jira site. `mail_domain`: the domain of the addresses that Jira makes itself. `api_user`, `api_token`: an account whose API
    token reads the mail audit log and finds requests; without them a check signs in by the browser. `audit_minutes`: for so long a
    mail that became a request shows that its mailbox is connected."""

    name: Name
    url: Annotated[PlainAddress, AfterValidator(lambda url: _only_origin(url))]
    admin: Identity
    idp: Idp
    email_page: WebAddress | None = None
    api_user: Address | None = None
    api_token: SecretRef | None = None
    audit_minutes: Annotated[int, Field(ge=1, le=1_440)] = 10
    mail_domain: Text = Field(default_factory=lambda data: urlsplit(data.get("url", "")).hostname or "")

    @cached_property
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
        if (self.api_user is None) != (self.api_token is None):
            missing, other = ("api_user", "api_token") if self.api_user is None else ("api_token", "api_user")
            raise wrong(missing, f"is missing: it goes with {other}")
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
    policy: Policy = Policy()
    deadlines: Deadlines = Deadlines()
    canary: Canary | None = None
    rescue: RescueSettings | None = None
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
    def email_page(self) -> str | None:
        """The configured address of its e-mail page: the site's, unless that names another project."""
        page = self.site.email_page
        named = {part for part in urlsplit(page or "").path.split("/") if re.fullmatch(PROJECT_KEY, part)}
        return None if named and self.project not in named else page

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
        if self.canary and not self.site.api_token:
            raise wrong("site.api_token", "is missing: with it the request of a canary mail is found")
        if self.canary and self.canary.sender == self.address:
            raise wrong("canary.sender", "is the mailbox itself, whose own mails become no request")
        return self


def _redirect_hosts(data: dict[str, Any]) -> tuple[str, ...]:
    """Where OAuth may lead back to: Atlassian's two hosts and the site itself."""
    site = data.get("site")
    return ("id.atlassian.com", "auth.atlassian.com", *([site.host] if site else []))
