"""Nested data on its way to a model, with the place each value came from, so that an error can name it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from runbook.settings.model import Model
from runbook.settings.variables import EXAMPLES, LISTS, NAMES

Place = tuple[str, ...]

# In pydantic's words: errors that only follow from another one.
_ECHOES = frozenset({"default_factory_not_called"})
# The beginnings of pydantic's error types, and what a person is told.
_KINDS = {
    "bool": "should be true or false",
    "int": "should be a whole number",
    "float": "should be a number",
    "finite": "should be a number",
    "string_too_short": "should not be empty",
    "string": "should be text",
    "path": "should be a path",
    "tuple": "should be a list",
    "list": "should be a list",
}


@dataclass
class Draft:
    """Data for a model. `sources`: where each leaf came from. `homes`: the TOML table of each place, `FILE [TABLE]`.
    `told`: places whose problem was told already."""

    data: dict[str, Any] = field(default_factory=dict)
    sources: dict[Place, str] = field(default_factory=dict)
    homes: dict[Place, str] = field(default_factory=dict)
    told: set[Place] = field(default_factory=set)

    def put(self, path: Place, value: Any, source: str) -> None:
        """Sets a leaf, whatever was there before."""
        self._place(path)[path[-1]] = value
        self.sources[path] = source

    def default(self, path: Place, value: Any, source: str | None = None) -> None:
        """Sets a leaf that is not there."""
        if path[-1] not in self._place(path):
            self._place(path)[path[-1]] = value
            self.sources |= {path: source} if source else {}

    def beneath(self, path: Place, other: Draft) -> None:
        """Sets each leaf of another draft below `path` that is not there already."""
        for key, source in other.sources.items():
            place: Any = other.data
            for name in key:
                place = place[name]
            self.default(path + key, _copied(place), source)
        self.homes.setdefault(path, other.homes.get((), ""))
        self.told |= {path + key for key in other.told}

    def graft(self, path: Place, other: Draft) -> None:
        """Sets a copy of another draft below `path`."""
        self._place(path)[path[-1]] = _copied(other.data)
        self.sources.pop(path, None)
        self.sources |= {path + key: source for key, source in other.sources.items()}
        self.homes |= {path + key: home for key, home in other.homes.items()}
        self.told |= {path + key for key in other.told}

    def drop(self, path: Place) -> None:
        """Takes out a leaf whose problem was told."""
        self._place(path).pop(path[-1], None)
        self.told.add(path)

    def where(self, path: Place) -> str:
        """The name of a place for a person: its source, or where it would have to be written."""
        if path in self.sources:
            return self.sources[path]
        for end in range(len(path), -1, -1):
            if path[:end] in self.homes:
                return f"{self.homes[path[:end]]} {'.'.join(path[end:])}".rstrip()
        return NAMES.get(path) or ".".join(path)

    def problems(self, model: type[Model], error: ValidationError) -> list[str]:
        """What is wrong, one sentence each with an example. Input values are left out: one may be a secret."""
        found = []
        for detail in error.errors(include_url=False, include_input=False):
            path = tuple(key for key in detail["loc"] if isinstance(key, str))
            if detail["type"] == "setting":
                path += tuple(detail["ctx"]["field"].split("."))
            if detail["type"] not in _ECHOES and not any(path[:end] in self.told for end in range(len(path) + 1)):
                found.append(f"{self.where(path)} {_what(model, path, detail)}{self._example(path, detail)}")
        return found

    def _place(self, path: Place) -> dict[str, Any]:
        place = self.data
        for key in path[:-1]:
            if not isinstance(place.get(key), dict):
                place[key] = {}
            place = place[key]
        return place

    def _example(self, path: Place, detail: ErrorDetails) -> str:
        example = EXAMPLES.get(path)
        if example is None or detail["type"] == "extra_forbidden":
            return "."
        name = self.where(path).rpartition(" ")[2]
        if name.startswith("-"):
            return f". Example: {name} {example}"
        return (
            f". Example: {name}={example}" if name in NAMES.values() else f". Example: {name} = {_toml(path, example)}"
        )


def _toml(path: Place, example: str) -> str:
    """An example as a TOML file has it."""
    if path[-1] in LISTS:
        return json.dumps(example.split(","))
    return example if re.fullmatch(r"true|false|\d+", example) else json.dumps(example)


def _copied(value: Any) -> Any:
    """A copy of what can change; the leaves cannot. (`copy.deepcopy` is a good part of reading 2,000 channels.)"""
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def _what(model: type[Model], path: Place, detail: ErrorDetails) -> str:
    """What is wrong with a place, continuing its name."""
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return "is missing"
        case "setting":
            return str(context["text"])
        case "value_error":
            return str(context["error"])
        case "literal_error":
            words = re.findall(r"'([^']+)'", context["expected"])
            return f"should be one of: {', '.join(words)}" if len(words) > 2 else f"should be {' or '.join(words)}"
        case "string_pattern_mismatch":
            return "should be a project key"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "should be a table"
        case "extra_forbidden":
            near = get_close_matches(path[-1], _fields(model, path[:-1]), 1)
            return "is not a setting" + (f" (meant {near[0]}?)" if near else "")
        case "greater_than_equal":
            return f"should be at least {context['ge']:g}"
        case "greater_than":
            return f"should be more than {context['gt']:g}"
        case "less_than_equal":
            return f"should be at most {context['le']:g}"
    return next((words for start, words in _KINDS.items() if detail["type"].startswith(start)), "is not usable")


def _fields(model: type[Model], path: Place) -> list[str]:
    for key in path:
        kind = model.model_fields[key].annotation
        inner = [each for each in (kind, *get_args(kind)) if isinstance(each, type) and issubclass(each, Model)]
        if not inner:
            return []
        model = inner[0]
    return list(model.model_fields)
