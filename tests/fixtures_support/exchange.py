"""Single requests with their answers, as a HAR holds them."""

from __future__ import annotations

from typing import Any

URL = "https://idp.acme.example/login"
JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


def exchange(
    url: str = URL,
    *,
    sent: str = "",
    mime: str = "application/x-www-form-urlencoded",
    got: str = "",
    kind: str = "text/html",
    request: dict[str, str] | None = None,
    response: dict[str, str] | None = None,
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "request": {"method": "POST", "url": url, "headers": headers(request), "cookies": []},
        "response": {
            "status": 200,
            "headers": headers(response),
            "cookies": [],
            "redirectURL": "",
            "content": {"mimeType": kind, "text": got},
        },
    }
    if sent:
        entry["request"]["postData"] = {"mimeType": mime, "text": sent}
    return {"log": {"entries": [entry]}}


def headers(found: dict[str, str] | None) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in (found or {}).items()]
