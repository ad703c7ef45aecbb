"""Redaction: a learned value is gone, however it was encoded, and nothing else is."""

from __future__ import annotations

import base64
import html
import json
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook.redact import Redactor

SECRET = "fake-p@ss w/ö+rd&<\"'>=%\\~{}"
# `*` is what replaces a value; the surrogates cannot be encoded.
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="*"), min_size=4, max_size=40).filter(
    lambda value: bool(value.strip()) and not (value.isdecimal() and len(value) <= 8)
)


def lower(quoted: str) -> str:
    parts = quoted.split("%")
    return "%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])


ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": lambda v: v,
    "quote": quote,
    "quote all": lambda v: quote(v, safe=""),
    "quote lower": lambda v: lower(quote(v, safe="")),
    "quote_plus": quote_plus,
    "quote_plus lower": lambda v: lower(quote_plus(v)),
    "quoted twice": lambda v: quote(quote(v, safe=""), safe=""),
    "as encodeURIComponent": lambda v: quote(v, safe="!~*'()"),
    "html": html.escape,
    "html without quotes": lambda v: html.escape(v, quote=False),
    "html by number": lambda v: "".join(c if c.isalnum() and c.isascii() else f"&#{ord(c)};" for c in v),
    "html by hex": lambda v: "".join(c if c.isalnum() and c.isascii() else f"&#x{ord(c):X};" for c in v),
    "json": lambda v: json.dumps(v)[1:-1],
    "json, unicode kept": lambda v: json.dumps(v, ensure_ascii=False)[1:-1],
    "json, slashes escaped": lambda v: json.dumps(v)[1:-1].replace("/", "\\/"),
    "json in html": lambda v: json.dumps(v)[1:-1].replace("<", "\\u003C").replace("&", "\\u0026"),
}


def learned(*secrets: str) -> Redactor:
    redactor = Redactor()
    for secret in secrets:
        redactor.learn(secret)
    return redactor


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_value_is_replaced_in_every_encoding(name: str) -> None:
    encoded = ENCODINGS[name](SECRET)
    assert learned(SECRET).text(f"before={encoded}&after") == "before=***&after"


@given(values)
def test_whatever_the_value_no_encoding_of_it_stays(value: str) -> None:
    redactor = learned(value)
    for name, encode in ENCODINGS.items():
        assert redactor.text(f"[{encode(value)}]") == "[***]", name


@given(values, st.binary(max_size=7), st.binary(max_size=7))
def test_base64_of_a_text_with_the_value_in_it_does_not_hold_it(value: str, before: bytes, after: bytes) -> None:
    redactor = learned(value)
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        whole = encode(before + value.encode() + after).decode()
        cleaned = redactor.text(whole)
        first, end = -(-len(before) * 8 // 6), (len(before) + len(value.encode())) * 8 // 6
        assert "***" in cleaned
        assert whole[first:end] not in cleaned


@given(values, st.binary(max_size=6), st.binary(max_size=6))
def test_base64_of_utf_16_does_not_hold_it_either(value: str, before: bytes, after: bytes) -> None:
    octets = value.encode("utf-16-le")
    whole = base64.b64encode(before + octets + after).decode()
    first, end = -(-len(before) * 8 // 6), (len(before) + len(octets)) * 8 // 6
    assert whole[first:end] not in learned(value).text(whole)


@given(
    values.filter(lambda value: value not in "before after"),
    st.sampled_from(sorted(ENCODINGS)),
    st.recursive(
        st.just("HERE"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("HERE"), inner),
        max_leaves=5,
    ),
)
def test_wherever_in_data_a_value_stands_it_is_gone_and_the_rest_is_there(value: str, name: str, shape: object) -> None:
    def filled(data: object, text: str) -> object:
        if isinstance(data, dict):
            return {key.replace("HERE", text): filled(each, text) for key, each in data.items()}
        return [filled(each, text) for each in data] if isinstance(data, list) else text

    encoded = ENCODINGS[name](value)
    assert learned(value).data(filled(shape, f"[{encoded}]")) == filled(shape, "[***]")


def test_a_basic_authorization_header_is_cleaned() -> None:
    header = base64.b64encode(b"ada@example.com:fake-hunter2-and-more").decode()
    assert "***" in learned("fake-hunter2-and-more").text(f"Authorization: Basic {header}")


@pytest.mark.parametrize("value", [None, True, False, "", "a", "ab", "   ", 12, 1.5, b"bytes", ["list"]])
def test_what_is_no_secret_is_never_learned(value: object) -> None:
    redactor = Redactor()
    redactor.learn(value)
    text = "None True False a ab 12 1.5 bytes list"
    assert redactor.text(text) == text


def test_the_longest_value_goes_first() -> None:
    assert learned("fake-1", "fake-1234", "fake-123").text("fake-1234 fake-123 fake-1") == "*** *** ***"


def test_a_value_learned_later_is_replaced_too() -> None:
    redactor = learned("fake-one")
    assert redactor.text("fake-one fake-two") == "*** fake-two"
    redactor.learn("fake-two")
    assert redactor.text("fake-one fake-two") == "*** ***"


@pytest.mark.parametrize(
    "text", ["otc=123456&x", '"123456"', "x%3D123456%26", "\\u003d123456", "a\\n123456", "code 123456."]
)
def test_a_code_is_replaced_where_it_stands_alone(text: str) -> None:
    assert learned("123456").text(text) == text.replace("123456", "***")


@pytest.mark.parametrize("text", ["id=91234567", "1234560", "abc123456", "123456abc", "x_123456"])
def test_a_code_is_left_alone_inside_longer_words(text: str) -> None:
    assert learned("123456").text(text) == text


def test_text_without_a_secret_is_left_as_it_is() -> None:
    text = "Step 3 of 11: read the channel (https://acme.atlassian.net/?a=b%20c)"
    assert Redactor().text(text) == text
    assert learned(SECRET, "123456").text(text) == text


def test_data_is_cleaned_in_values_and_keys_and_the_original_is_kept() -> None:
    data = {"a": [SECRET, 1, None, True, {"fake-key-1": (f"x{SECRET}", 123456)}], "n": 1.5}
    before = json.dumps(data)
    cleaned = learned(SECRET, "fake-key-1", "123456").data(data)
    assert cleaned == {"a": ["***", 1, None, True, {"***": ["x***", "***"]}], "n": 1.5}
    assert json.dumps(data) == before


def test_a_large_text_is_cleaned_in_reasonable_time() -> None:
    redactor = learned(*(f"fake-{number}-p@ss w/ö+rd" for number in range(30)), "123456")
    text = '{"url": "https://acme.atlassian.net/a?b=c%20d", "text": "nothing to see, fake or not"}\n' * 6000
    redactor.text("")
    began = time.process_time()
    assert redactor.text(text) == text
    assert time.process_time() - began < 5
