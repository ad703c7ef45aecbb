"""What a table of screens is made of: data that `look.js` reads, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NONE: Mapping[str, str] = MappingProxyType({})

# The vocabulary of design section 6; `goal` is what `look` says when the page that was wanted is there.
SCREENS = frozenset(
    (
        *("username", "credentials", "password", "account-chooser", "method-chooser", "totp", "one-time-code", "push"),
        *("security-key", "stay-signed-in", "consent", "admin-approval", "mfa-enrolment", "passkey-enrolment"),
        *(
            "password-expired",
            "password-expiring",
            "captcha",
            "browser-rejected",
            "terms",
            "device-check",
            "device-trust",
        ),
        *("session-expired", "sign-out-confirm", "sign-out-chooser", "signed-out", "hop", "error", "unknown"),
    )
)
PROBLEMS = frozenset(
    (
        *("credentials-rejected", "code-rejected", "code-reused", "account-disabled"),
        *("locked", "not-assigned", "wrong-account"),
    )
)

CONDITIONS = ("url", "any", "all", "none", "present", "absent", "text")


@dataclass(frozen=True)
class Screen:
    """One recognisable page state. A condition that is None is not asked; those that are given must all hold.

    url: regex over host+path+query. any, all, none: names of elements, at least one / each / not one of them really visible.
    present: CSS of which one is in the document, visible or not; absent: CSS of which none is. text: regex over the visible
    text.
    fields: role (username, password, code, submit, other ...) to the element's name.
    """

    name: str
    url: str | None = None
    any: tuple[str, ...] | None = None
    all: tuple[str, ...] | None = None
    none: tuple[str, ...] | None = None
    present: tuple[str, ...] | None = None
    absent: tuple[str, ...] | None = None
    text: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in SCREENS:
            raise ValueError(f"no such screen: {self.name}")


@dataclass(frozen=True)
class Problem:
    """A form-level complaint: where it is shown (names of elements), the regex it matches, the screens it belongs to."""

    name: str
    at: tuple[str, ...]
    text: str = ""
    screens: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name not in PROBLEMS:
            raise ValueError(f"no such problem: {self.name}")


@dataclass(frozen=True)
class Site:
    """One sign-in site: how to tell it (hosts: regex; whatever the host, paths: regex over the path, marks: CSS), its elements
    by name, its screens in the order in which they are asked, and what it keeps while somebody is signed in.

    home: the address that shows a credential page exactly when nobody is signed in; `{url}` is the provider's own address. Empty
    where there is none: then Jira's own sign-in request is asked again.
    account, logout: of a mail provider, the page that names who is signed in, and the address that ends it.
    app_name: regex on the text of the element `consent.app`, whose group is the application's name.
    session_api: a path that answers 200 while somebody is signed in.
    sends_codes: whether a page may send a one-time code by itself after its last digit; those that have a button of their own
    for it do not.
    doubted: no page of the site was ever seen; what a form there is for is asked of the form finder too, and a sign-up, a
    forgotten password or a captcha in it has the last word.
    """

    name: str
    screens: tuple[Screen, ...]
    hosts: str = ""
    paths: str = ""
    marks: tuple[str, ...] = ()
    elements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    session_cookies: tuple[str, ...] = ()
    home: str = ""
    account: str = ""
    logout: str = ""
    session_api: str = ""
    app_name: str = r"(.+)"
    sends_codes: bool = True
    doubted: bool = False

    def __post_init__(self) -> None:
        used = [n for s in self.screens for n in (*(s.any or ()), *(s.all or ()), *(s.none or ()), *s.fields.values())]
        used += [n for p in self.problems for n in p.at]
        if missing := sorted(set(used) - set(self.elements)):
            raise ValueError(f"{self.name}: elements without a locator: {missing}")

    def table(self, overrides: Mapping[str, str] = NONE) -> dict[str, Any]:
        """The table as JSON for the page; an override (name to locator) stands in front of the built-in ones."""
        return {
            **self.told_by(),
            "doubted": self.doubted,
            "elements": {name: self.locators(name, overrides) for name in self.elements},
            "screens": [
                {k: v for k in ("name", *CONDITIONS) if (v := getattr(s, k)) is not None} | {"fields": dict(s.fields)}
                for s in self.screens
            ],
            "problems": [{"name": p.name, "at": p.at, "text": p.text, "screens": p.screens} for p in self.problems],
        }

    def told_by(self) -> dict[str, Any]:
        """How the site is told, as JSON for the page."""
        return {"name": self.name, "hosts": self.hosts, "paths": self.paths, "marks": self.marks}

    def locators(self, name: str, overrides: Mapping[str, str] = NONE) -> list[str]:
        """Every way to find one element, the override first. Raises KeyError for a name that the site does not have."""
        own = overrides.get(f"{self.name}.{name}")
        return [*([own] if own else []), *self.elements[name]]
