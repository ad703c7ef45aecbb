"""Takes learned values out of text and JSON, however they are encoded there."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import Any
from urllib.parse import quote

STAND_IN = "***"
SHORTEST = 3  # a value of one or two characters is in every text
SHORTEST_BASE64 = 4

# What may stand before a code that is a token of its own: no word, or the end of an escape (`%3D`, `\u003d`, `\n`).
_BEFORE_TOKEN = r"(?:(?<!\w)|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})|(?<=\\[nrt]))"  # noqa: S105 - a pattern
_AFTER_TOKEN = r"(?!\w)"  # noqa: S105 - a pattern


class Redactor:
    """Learns values and replaces them by `***`. One pattern for all, made when it is first needed."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    @property
    def values(self) -> frozenset[str]:
        """What was learned so far: for a search, never to be shown."""
        return frozenset(self._values)

    def learn(self, value: object) -> None:
        """From now on `value` is taken out. Ignored: whatever is no text, and texts of one or two characters."""
        if isinstance(value, str) and len(value) >= SHORTEST and value.strip() and value not in self._values:
            self._values.add(value)
            self._pattern = None

    def text(self, text: str) -> str:
        """The text without the learned values: raw, URL-quoted (once or twice), HTML-escaped, JSON-escaped, base64.
        A learned run of up to 8 digits is a code and is taken out where it stands alone."""
        if not self._values:
            return text
        if self._pattern is None:
            longest_first = sorted(self._values, key=lambda value: (-len(value), value))
            self._pattern = re.compile("|".join(pattern_of(value) for value in longest_first))
        return self._pattern.sub(STAND_IN, text)

    def data(self, data: Any) -> Any:
        """A copy of JSON-like data without the learned values, in keys as well. Other objects are passed through."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, dict):
            return {self.data(key): self.data(value) for key, value in data.items()}
        if isinstance(data, (list, tuple)):
            return [self.data(each) for each in data]
        if isinstance(data, int) and str(data) in self._values:
            return STAND_IN
        return data


def pattern_of(value: str) -> str:
    """A regular expression for `value` in every encoding, mixed ones too (encoders disagree about what to escape).
    Its alternatives begin with literals, which is what makes searching fast."""
    first, rest = value[0], "".join(_any_of(character) for character in value[1:])
    plain = [form + rest for form in _forms(first)]
    if value.isdecimal() and len(value) <= 8:
        plain = [_BEFORE_TOKEN + form + _AFTER_TOKEN for form in plain]
    return "|".join([*plain, *(re.escape(form) for form in _base64_forms(value))])


def _any_of(character: str) -> str:
    forms = _forms(character)
    return forms[0] if len(forms) == 1 else f"(?:{'|'.join(forms)})"


def _forms(character: str) -> list[str]:
    """Patterns of one character's encodings. ASCII letters and digits are left alone by every encoder."""
    if character.isascii() and character.isalnum():
        return [character]
    octets, code = character.encode("utf-8", "surrogatepass"), ord(character)
    escapes = {json.dumps(character)[1:-1], html.escape(character)}
    escapes |= {"/": {"\\/"}, "'": {"&apos;", "\\'"}, " ": {"+", "%2B"}}.get(character, set())
    # Longer ones first: `&` alone would leave the rest of `&amp;` behind.
    return [
        "".join(f"%25(?i:{octet:02X})" for octet in octets),
        "".join(f"%(?i:{octet:02X})" for octet in octets),
        f"&#0*{code};",
        f"&#[xX]0*(?i:{code:x});",
        _unicode_escape(character),
        *(re.escape(escape) for escape in sorted(escapes - {character}) if not escape.startswith("\\u")),
        re.escape(character),
    ]


def _unicode_escape(character: str) -> str:
    """`\\uXXXX` as JSON and JavaScript write it, characters beyond the first plane as a pair."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\\\u(?i:{units[at : at + 2].hex()})" for at in range(0, len(units), 2))


def _base64_forms(value: str) -> set[str]:
    """What a base64 text shows of `value` at each of the three places it can have in a group, both alphabets;
    also of its URL-quoted form, which is what a form body holds, and in UTF-16, as Windows writes it."""
    forms: set[str] = set()
    quoted = quote(value, safe="", errors="surrogatepass").encode()
    for octets in {value.encode("utf-8", "surrogatepass"), quoted, value.encode("utf-16-le", "surrogatepass")}:
        for offset in range(3):
            whole = base64.b64encode(b"\0" * offset + octets)
            # Only the characters that are made of `value` alone; their neighbours depend on what stands beside it.
            core = whole[(0, 2, 3)[offset] : (offset + len(octets)) * 8 // 6].decode()
            if len(core) >= SHORTEST_BASE64:
                forms |= {core, core.replace("+", "-").replace("/", "_")}
    return forms
