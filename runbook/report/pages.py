"""What both kinds of pages are made with: Jinja2 with every text escaped, one style sheet, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from runbook import __version__
from runbook.report import words

SHORT = 20  # letters
HERE = Path(__file__).parent / "templates"
# What would make a text look like another one: control characters, and those that turn the direction or have no width.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def render(template: str, **given: Any) -> bytes:
    """A page of this package as UTF-8; every given text is shown as text."""
    style = _style()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{_hash(style)}'; base-uri 'none'; form-action 'none'"
    )
    page = compiled(template)
    return page.render(style=Markup(style), policy=policy, version=__version__, **given).encode("utf-8", "replace")  # noqa: S704


def compiled(template: str) -> Template:
    """A template of this package, ready to be filled."""
    return _environment().get_template(template)


def shown(value: Any) -> Any:
    """A value as it is put into a page: what cannot be seen in a text is named instead."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return UNSEEN.sub(lambda found: f"\N{WHITE SQUARE}U+{ord(found[0]):04X}\N{WHITE SQUARE}", value)


def coded(text: str) -> Markup:
    """A sentence in which what stands between backquotes is to be typed."""
    parts = [Markup.escape(shown(part)) for part in text.split("`")]
    if len(parts) % 2 == 0:
        return Markup("`").join(parts)
    return Markup().join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def lines(texts: str | list[str]) -> list[str]:
    """Texts as lines: short ones on one."""
    if isinstance(texts, str):
        return [texts]
    return [", ".join(texts)] if max(map(len, texts), default=0) <= SHORT else texts


def setting(value: Any) -> str:
    """A setting's value for a person."""
    if value is None or value == []:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


@functools.cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters |= {"duration": words.duration, "moment": words.moment, "setting": setting}
    found.filters |= {"short": words.short, "day": words.day, "day_of": words.day_of, "lines": lines, "coded": coded}
    return found


@functools.cache
def _style() -> str:
    return (HERE / "style.css").read_text(encoding="utf-8")


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
