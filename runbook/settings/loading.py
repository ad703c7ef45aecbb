"""Puts the settings together and collects every problem before it complains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from runbook.errors import ConfigError
from runbook.secrets import SecretRef
from runbook.settings import Settings
from runbook.settings.channel import Channel, Identity, Site
from runbook.settings.draft import Draft
from runbook.settings.external import read_external
from runbook.settings.files import IDENTITY_VARIABLE, Found, flat, listed, references, tables, variables
from runbook.settings.model import Model
from runbook.settings.variables import (
    CHANNEL,
    DEFAULTS,
    OF_EVERY_CHANNEL,
    PLACEHOLDERS,
    SECRET_KEYS,
    SECRET_LISTS,
    STDERR,
)

_M = TypeVar("_M", bound=Model)
_PATHS = frozenset({"runs", "state", "metrics", "log_file"})
UNUSABLE = "file:***"  # in the place of a reference whose problem was told
_NESTED = {"sites": ("idp",), "channels": OF_EVERY_CHANNEL, "deadlines": ("steps",)}


def read(project: str | None, folder: Path, env: Mapping[str, str], config: Path | None) -> Settings:
    """See `runbook.settings.load`."""
    reader = Reader(project, folder, config or folder / "runbook.toml")
    found = tables(reader.config, config is not None, reader.problem)
    return reader.read(found, variables(folder, env, reader.problem))


class Reader:
    """Drafts are made from the inside out (identities, sites, channels), then the variables are laid over one channel."""

    def __init__(self, project: str | None, folder: Path, config: Path) -> None:
        self.project, self.folder, self.config = project, folder, config
        self.problems: dict[str, None] = {}  # in the order found, each once
        self.identities: dict[str, Draft] = {}
        self.sites: dict[str, Draft] = {}
        self.channels: dict[str, Draft] = {}
        self.used: set[tuple[str, str]] = set()

    def problem(self, text: str) -> None:
        self.problems[text] = None

    def read(self, found: Mapping[str, Mapping[str, Any]], given: Mapping[str, Found]) -> Settings:
        self._read_identities(found["identities"], given)
        for name, table in found["sites"].items():
            self.sites[name] = self.draft(f"sites.{name}", table, {"name": name})
            self._refer(self.sites[name], "admin", "identities", self.identities)
        for key, table in found["channels"].items():
            self.channels[key] = self.draft(f"channels.{key}", table, {"project": key})
            self._refer(self.channels[key], "site", "sites", self.sites)
            self._refer(self.channels[key], "mailbox", "identities", self.identities)
        unbound = self._overlay(given)
        self._lay_beneath(found, [*self.channels.values(), *([unbound] if unbound else [])])
        made = {key: self.make(Channel, draft) for key, draft in self.channels.items()}
        channels = {key: channel for key, channel in made.items() if channel}
        spare = self.make(Channel, unbound) if unbound else None
        self._check_the_unused()
        self._check_addresses(channels)
        read_external(self.config, found["sandbox"], self.problem)  # not for this run, and still no place for slips
        draft = self.read_defaults(found, given)
        settings = self.make(Settings, draft)
        if self.problems or settings is None:
            raise refusal(list(self.problems))
        sources = self._sources({"": draft, "channels.*.": unbound})
        return settings.model_copy(update={"channels": channels, "unbound": spare, "sources": sources})

    def _lay_beneath(self, found: Mapping[str, Mapping[str, Any]], channels: Iterable[Draft]) -> None:
        """Lays the tables that count for every channel beneath each channel's own."""
        for name in OF_EVERY_CHANNEL:
            if found[name]:
                common = self.draft(name, found[name], {})
                for draft in channels:
                    draft.beneath((name,), common)

    def draft(self, section: str, table: Any, named: Mapping[str, str]) -> Draft:
        """A draft of one TOML table. `named`: the key that the table's own name stands for."""
        draft = Draft(dict(named))
        self._fill(draft, (), section, table)
        return draft

    def _fill(self, draft: Draft, path: tuple[str, ...], section: str, table: Any) -> None:
        draft.homes[path] = f"{self.config.name} [{section}]"
        if not isinstance(table, dict):
            self.problem(f"{self.config.name} {section} should be a table. Example: [{section}]")
            draft.told.add(path)
            return
        for key, value in table.items():
            source = f"{draft.homes[path]} {key}"
            inside = path[-1] if path else section.partition(".")[0]
            if key in _NESTED.get(inside, ()) and isinstance(value, dict):
                self._fill(draft, (*path, key), f"{section}.{key}", value)
            elif (*path, key) in {("name",), ("project",)}:
                self.problem(f"{source} is not a setting: the table's own name says it.")
            else:
                self._put(draft, (*path, key), value, source)

    def _put(self, draft: Draft, path: tuple[str, ...], value: Any, source: str) -> None:
        """Puts a value into a draft; a secret as a reference, so that no error can show it."""
        if isinstance(value, str) and value in PLACEHOLDERS:
            self.problem(f"{source} still has its example value; put your own there.")
        if path[-1] in SECRET_KEYS:
            value = self._reference(value, source)
        elif path[-1] in SECRET_LISTS:
            value = [self._reference(each, source) for each in references(value)]
        draft.put(path, value, source)

    def _reference(self, value: Any, source: str) -> SecretRef:
        from_file = source.startswith(f"{self.config.name} ")
        what = "" if isinstance(value, str) else "should be text"
        try:
            ref = SecretRef(value if not what else UNUSABLE, self.config.parent if from_file else self.folder)
        except ValueError as error:
            what, ref = str(error), SecretRef(UNUSABLE)
        if what:
            self.problem(f"{source} {what}. Example: file:/run/secrets/name")
        elif ref.scheme == "literal" and from_file:
            self.problem(
                f"{source} is written out, and that file is no place for a secret; write where it is kept"
                " (file:PATH, keyring:SERVICE/USER or cmd:COMMAND), or set it in the environment."
            )
        return ref

    def _read_identities(self, found: Mapping[str, Any], given: Mapping[str, Found]) -> None:
        for name, table in found.items():
            self.identities[name] = self.draft(f"identities.{name}", table, {"name": name})
        called = {re.sub(r"\W", "_", name).upper(): draft for name, draft in self.identities.items()}
        for key, each in given.items():
            match = IDENTITY_VARIABLE.fullmatch(key)
            if match and match[1] in called:
                self._put(called[match[1]], (match[2].lower(),), each.value, each.source)
            elif match:
                self.problem(f"{each.source} is for an identity that {self.config.name} does not have{listed(called)}.")

    def _refer(self, draft: Draft, key: str, kind: str, drafts: Mapping[str, Draft]) -> None:
        """Puts what a name stands for in the name's place."""
        name = draft.data.get(key)
        if isinstance(name, str) and name in drafts:
            self.used.add((kind, name))
            draft.graft((key,), drafts[name])
        elif name is not None:
            self.problem(f"{draft.where((key,))} should be the name of a table [{kind}.NAME]{listed(drafts)}.")
            draft.drop((key,))

    def _overlay(self, given: Mapping[str, Found]) -> Draft | None:
        """Lays the one-site form over its channel. Returns it as a draft of its own when no project is named."""
        mine = {name: each for name, each in given.items() if name in CHANNEL}
        named = given.get("RUNBOOK_PROJECT")
        if not mine:
            return None
        if named is None and self.channels:
            self.problem(
                f"RUNBOOK_PROJECT is missing: {next(iter(mine))} is for one channel, and {self.config.name} has others."
                " Example: RUNBOOK_PROJECT=HELP"
            )
            return None
        key = named.value if named else self.project
        draft = self.channels.get(key or "") or Draft({"project": key or "ANY"})
        if key:
            self.channels[key] = draft
            draft.sources[("project",)] = named.source if named else "--project"
        for name, each in mine.items():
            value: Any = each.value
            if name == "RUNBOOK_REPLACES":
                value = [part for part in each.value.split(",") if part.strip()]
            self._put(draft, CHANNEL[name].path, value, each.source)
        _complete(draft)
        return None if key else draft

    def read_defaults(self, found: Mapping[str, Mapping[str, Any]], given: Mapping[str, Found]) -> Draft:
        draft = Draft(homes={(): f"{self.config.name} [defaults]"})
        known = {variable.path[0] for variable in DEFAULTS.values()} - {"default_project", "notify"}
        for key, value in found["defaults"].items():
            if key in known:
                self._put(draft, (key,), self._based(key, value, self.config.parent), f"{draft.homes[()]} {key}")
            else:
                self.problem(f"{draft.homes[()]} {key} is not a setting{listed(known)}.")
        self._fill(draft, ("notify",), "notify", found["notify"])
        for name, variable in DEFAULTS.items():
            if name in given:
                value = self._based(variable.path[-1], given[name].value, self.folder)
                self._put(draft, variable.path, value, given[name].source)
        draft.data["locators"] = dict(flat(found["locators"]))
        for key in draft.data["locators"]:
            draft.sources[("locators", key)] = f"{self.config.name} [locators] {key}"
        return draft

    def _based(self, key: str, value: Any, base: Path) -> Any:
        if key not in _PATHS or not isinstance(value, str) or value == STDERR:
            return value
        return base / Path(value).expanduser()

    def make(self, model: type[_M], draft: Draft) -> _M | None:
        try:
            return model.model_validate(draft.data)
        except ValidationError as error:
            for text in draft.problems(model, error):
                self.problem(text)
            return None

    def _check_the_unused(self) -> None:
        """What no channel refers to is checked by itself: a slip there would show only when it is first used."""
        for name, draft in self.identities.items():
            if ("identities", name) not in self.used:
                self.make(Identity, draft)
        for name, draft in self.sites.items():
            if ("sites", name) not in self.used:
                self.make(Site, draft)

    def _check_addresses(self, channels: Mapping[str, Channel]) -> None:
        first: dict[str, str] = {}
        for key, channel in channels.items():
            for setting in ("address", "shown_as"):
                other = first.setdefault(getattr(channel, setting) or channel.address, key)
                if other != key:
                    where = self.channels[key].where((setting,))
                    self.problem(f"{where} is the address of {other} as well; a mailbox serves one project.")
                    break

    def _sources(self, others: Mapping[str, Draft | None]) -> dict[str, str]:
        drafts = {f"channels.{key}.": draft for key, draft in self.channels.items()} | dict(others)
        return {
            prefix + ".".join(path): source
            for prefix, draft in drafts.items()
            if draft
            for path, source in draft.sources.items()
        }


def _complete(draft: Draft) -> None:
    """Fills in what the one-site form leaves out."""
    draft.default(("site", "name"), "site")
    draft.default(("site", "admin", "name"), "admin")
    draft.default(("site", "idp"), {})
    draft.default(("mailbox", "name"), "mailbox")
    if "address" in draft.data:
        draft.default(("mailbox", "username"), draft.data["address"], draft.sources.get(("address",)))
    else:
        draft.told.add(("mailbox", "username"))  # it follows from the address, whose absence is told


def refusal(problems: list[str]) -> ConfigError:
    # Not `settings`, which would say the same again.
    remedy = (
        "Correct what is named there; .env.example explains every variable, the README every table of runbook.toml."
    )
    if len(problems) == 1:
        return ConfigError(problems[0], remedy=remedy, reason="settings")
    lines = "".join(f"\n- {problem}" for problem in problems)
    return ConfigError(f"{len(problems)} settings are not usable:{lines}", remedy=remedy, reason="settings")
