"""What every model of the settings is made of: kinds of values, and `Model` itself."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from runbook.secrets import origin


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
