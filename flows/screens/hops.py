"""Pages that move on by themselves, on whatever site: a form of hidden fields that a script posts."""

from __future__ import annotations

from flows.screens.base import Screen

HIDDEN = "form input[type=hidden]"
# What one party of a federated sign-in hands to the other through the browser: SAML, WS-Federation, PingID.
MESSAGES = tuple(f"{HIDDEN}[name={name}]" for name in ("SAMLResponse", "SAMLRequest", "wresult", "ppm_request"))
# An OpenID Connect answer by form post.
ANSWERS = (f"{HIDDEN}[name=id_token]", f"form:has(> input[type=hidden][name=code]) > {HIDDEN[5:]}[name=state]")
TO_FILL = (
    "input:not([type=hidden], [type=submit], [type=button], [type=image], [type=reset])",
    "textarea",
    "select",
)
TO_PRESS = ("button", "input[type=submit]", "a[href]")

AUTO_POST = Screen("hop", present=MESSAGES, absent=TO_FILL)
AUTO_ANSWER = Screen("hop", present=ANSWERS, absent=(*TO_FILL, *TO_PRESS))
HOPS = (AUTO_POST, AUTO_ANSWER)
