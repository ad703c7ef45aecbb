"""A security key of the browser's own on one page: empty, so that no dialog blocks the page, or with an identity's passkey.

Chromium's own virtual authenticator is used and not Playwright's `context.credentials`: it signs for this page alone, and the
browser itself refuses a site whose name is not the passkey's. Playwright's is reachable from every page and frame of the
context and signs under whatever name and origin the caller claims.
"""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from runbook.aside import aside
from runbook.errors import ConfigError, PageChanged
from runbook.secrets import Secret

TRANSPORTS = ("internal", "usb", "nfc", "ble")
NEEDED = ("rpId", "credentialId", "privateKey")
# A page asks when it is loaded, before anybody can tell what page it is; and it may have come by a form with a password in it,
# which loading it anew would send again. So its request is held until the passkey is in, and nothing is asked twice.
HOLD = """() => {
  const mark = Symbol.for('runbook.asks');
  if (window !== top || !window.CredentialsContainer || window[mark]) return;
  const state = {held: 0}, kind = CredentialsContainer.prototype, real = kind.get;
  const freed = new Promise((resolve) => { state.free = resolve; });
  window[mark] = state;
  kind.get = function get(options) {
    if (!options || !options.publicKey || options.mediation === 'conditional') return real.call(this, options);
    state.held += 1;
    return freed.then(() => real.call(this, options));
  };
}"""
RELEASE = """() => {
  const state = window[Symbol.for('runbook.asks')];
  if (state) state.free();
  return state ? state.held : 0;
}"""


class SecurityKey:
    """The one that a page's `navigator.credentials` talks to while a sign-in goes on there."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: CDPSession | None = None
        self._plugged = ""
        self._holding: AbstractAsyncContextManager[object] | None = None

    async def attach(self, *, hold: bool = False) -> None:
        """Plugs an empty key in: what the page asks of it fails at once, and the page offers its other ways. `hold`: there is a
        passkey for it, and the page's request waits for it instead."""
        if self._session is not None:
            return
        with suppress(PlaywrightError):  # a page that is just closing has no dialog either
            session = await self._page.context.new_cdp_session(self._page)
            await session.send("WebAuthn.enable", {"enableUI": False})
            self._session = session
            await self._plug("usb", verifies=False)
            if hold and self._holding is None:
                self._holding = await self._page.add_init_script(f"({HOLD})()")
                await self._page.evaluate(HOLD)

    async def insert(self, secret: Secret, origin: str, now: float) -> None:
        """Puts the identity's passkey in, for the page at `origin`; `now` in seconds.

        Raises like `Secret.reveal`, and PageChanged when the passkey is another site's: nothing is plugged in then. ConfigError
        when the stored text is none.
        """
        text = await aside(lambda: secret.reveal(origin))
        credential = parse(text, secret.name)
        host, name = urlsplit(origin).hostname or "", credential["rpId"]
        if host != name and not host.endswith(f".{name}"):
            raise PageChanged(
                f"The {secret.name} is one for {name}, and {origin} asks for one.",
                reason="misplaced-passkey",
                seen=origin,
                expected=f"a page of {name}",
                remedy="Store the passkey that was enrolled there, or leave it out of the settings.",
            )
        transport = credential.pop("transport", "internal")
        # Sites refuse a counter that does not grow, and nothing is kept from run to run: the clock grows.
        credential |= {"isResidentCredential": True, "signCount": int(now)}
        await self.attach()
        try:
            await self._unplug()
            await self._plug(transport, verifies=True)
            await self._send("WebAuthn.addCredential", {"authenticatorId": self._plugged, "credential": credential})
        except PlaywrightError:  # its text is about the key
            await self.detach()
            raise ConfigError(
                f"The browser does not accept the {secret.name}.",
                remedy="privateKey is PKCS#8 in base64, of an elliptic curve (P-256); credentialId is base64.",
                reason="passkey",
            ) from None

    async def release(self) -> int:
        """Lets the page's request through, and those that this document makes from now on. Returns how many were waiting."""
        return int(await self._page.evaluate(RELEASE))

    async def remove(self) -> None:
        """Takes the passkey out again and leaves an empty key."""
        with suppress(PlaywrightError):
            await self._unplug()
            await self._plug("usb", verifies=False)

    async def detach(self) -> None:
        """Gives the page back to the real keys of this machine."""
        session, self._session, self._plugged = self._session, None, ""
        holding, self._holding = self._holding, None
        with suppress(PlaywrightError):
            if session is not None:
                await session.detach()
            if holding is not None:
                await holding.__aexit__(None, None, None)
                await self.release()

    async def _plug(self, transport: str, *, verifies: bool) -> None:
        options = {"protocol": "ctap2", "transport": transport, "hasResidentKey": True, "hasUserVerification": verifies}
        options |= {"isUserVerified": verifies, "automaticPresenceSimulation": True}
        made = await self._send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._plugged = str(made["authenticatorId"])

    async def _unplug(self) -> None:
        if self._plugged:
            plugged, self._plugged = self._plugged, ""
            await self._send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": plugged})

    async def _send(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if self._session is None:
            raise PlaywrightError("no session")
        answer: dict[str, Any] = await self._session.send(method, arguments)
        return answer


def parse(text: str, name: str) -> dict[str, Any]:
    """A stored passkey as the browser's protocol wants it. Raises ConfigError, which holds nothing of it, when it is none."""
    try:
        found = json.loads(text)
        found = {"credentialId": found.get("id"), **found}
        missing = [key for key in NEEDED if not isinstance(found.get(key), str) or not found[key]]
        wrong = [] if found.get("transport", "internal") in TRANSPORTS else ["transport"]
        if not missing and not wrong:
            taken = {key: _base64(found[key]) for key in ("credentialId", "privateKey", "userHandle") if found.get(key)}
            flags = {key: bool(found[key]) for key in ("backupEligibility", "backupState") if key in found}
            return {"rpId": found["rpId"].lower(), **taken, **flags, "transport": found.get("transport", "internal")}
    except (ValueError, AttributeError, TypeError, binascii.Error):
        missing, wrong = list(NEEDED), []
    raise ConfigError(
        f"The {name} is not a stored passkey: {', '.join(missing + wrong)} cannot be read.",
        remedy='Store it on one line: {"rpId": "...", "credentialId": "...", "privateKey": "...", "userHandle": "..."}.',
        reason="passkey",
    ) from None


def _base64(text: str) -> str:
    """Either alphabet, padded or not, as the standard alphabet with padding."""
    plain = text.strip().replace("-", "+").replace("_", "/").rstrip("=")
    return base64.b64encode(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)).decode()
