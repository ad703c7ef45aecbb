"""Jira's single sign-on over SAML 2.0: a service provider on pysaml2 (which needs the program `xmlsec1`).

The request goes by redirect, or by a page that posts itself where the provider takes nothing else; the response comes by
POST. With single logout on, a front-channel LogoutRequest of the provider ends the Atlassian session.
"""

from __future__ import annotations

import secrets
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from flask import Response as Page
from flask import redirect, request
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, SAMLError  # type: ignore[import-untyped]
from saml2.client import Saml2Client  # type: ignore[import-untyped]
from saml2.config import SPConfig  # type: ignore[import-untyped]
from saml2.metadata import create_metadata_string  # type: ignore[import-untyped]
from saml2.s_utils import UnknownSystemEntity  # type: ignore[import-untyped]
from saml2.validate import NotValid  # type: ignore[import-untyped]
from werkzeug.wrappers import Response

from runbook.errors import ConfigError
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.relying import Refused
from runbook.sandbox.world import ID_HOST, Session, World
from runbook.settings.external import SamlIdp

BASE = f"https://{ID_HOST}/login/saml"
ENTITY = f"{BASE}/metadata"
PATHS = {name: urlsplit(f"{BASE}/{name}").path for name in ("metadata", "acs", "slo")}
# What providers call a mail address, beside the NameID itself.
ADDRESS = ("mail", "email", "emailaddress", "e-mail", "urn:oid:0.9.2342.19200300.100.1.3")

# What pysaml2 raises for a message or metadata that is not sound; it has no common class for them.
UNSOUND = (
    SAMLError,
    UnknownSystemEntity,
    NotValid,
    SyntaxError,
    ValueError,
    LookupError,
    AttributeError,
    AssertionError,
    zlib.error,
)


@dataclass(frozen=True)
class SamlParty:
    """One registration at one provider. Raises ConfigError when its metadata cannot be had or `xmlsec1` is missing."""

    world: World
    client: Saml2Client
    single_logout: bool

    @classmethod
    def at(cls, world: World, http: Loopback, idp: SamlIdp) -> SamlParty:
        """The party for an external provider."""
        return cls(world, Saml2Client(_config(idp, _metadata(http, idp))), idp.single_logout)

    def begin(self, data: dict[str, Any]) -> Response:
        """Sends the browser to the provider. `data` comes back from `finish`."""
        state = secrets.token_urlsafe(32)
        asked, _, info = self.client.prepare_for_negotiated_authenticate(relay_state=state)
        self.world.sessions[f"saml:{state}"] = Session("relying-party", data={"id": asked, "data": data})
        return _sent(info)

    def finish(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The mail address (`email`) of who signed in, with the `name_id` of the session there, and the `data` given to
        `begin`, from the response that is being posted. Raises Refused for one that nobody waits for or that does not verify."""
        pending = self.world.sessions.pop(f"saml:{request.form.get('RelayState', '')}", None)
        if pending is None:
            raise Refused("invalid_state", "Nobody waits for this answer.")
        try:
            told = self.client.parse_authn_request_response(
                request.form.get("SAMLResponse", ""), BINDING_HTTP_POST, outstanding={pending.data["id"]: "/"}
            )
        except UNSOUND as error:
            raise Refused("invalid_response", type(error).__name__) from None
        if told is None:
            raise Refused("invalid_response")
        info = told.session_info()
        return {"email": _address(info), "name_id": info["name_id"].text}, pending.data["data"]

    def metadata(self) -> Response:
        """What the provider has to know of Jira."""
        text = create_metadata_string(None, config=self.client.config)
        return Page(text, content_type="application/samlmetadata+xml")

    def leaves(self) -> tuple[str, Response]:
        """The NameID of whose session the provider asks to end, and the answer that the browser carries back to it. Raises
        Refused for a request that cannot be read, or that nobody knows."""
        posted = request.method == "POST"
        binding = BINDING_HTTP_POST if posted else BINDING_HTTP_REDIRECT
        try:
            asked = self.client.parse_logout_request(
                request.values.get("SAMLRequest", ""),
                binding,
                relay_state=request.values.get("RelayState"),
                sigalg=request.values.get("SigAlg"),
                signature=request.values.get("Signature"),
            ).message
            ways = [BINDING_HTTP_REDIRECT, BINDING_HTTP_POST]
            answer = self.client.create_logout_response(asked, ways, sign=False)
            to = self.client.response_args(asked, ways)
        except UNSOUND as error:
            raise Refused("invalid_request", type(error).__name__) from None
        info = self.client.apply_binding(
            to["binding"],
            str(answer),
            to["destination"],
            request.values.get("RelayState", ""),
            response=True,
            sign=False,
        )
        return str(asked.name_id.text), _sent(info)


def _sent(info: dict[str, Any]) -> Response:
    """A message on its way: an address to go to, or a page that posts itself."""
    headers = dict(info["headers"])
    if "Location" in headers:
        return redirect(headers["Location"])
    return Page(info["data"], content_type="text/html; charset=utf-8")


def _address(info: dict[str, Any]) -> str:
    """The mail address that a response names. Raises Refused when there is none."""
    for name, values in info["ava"].items():
        if name.lower() in ADDRESS or name.lower().endswith("/emailaddress"):
            return str(values[0])
    named = str(info["name_id"].text)
    if "@" not in named:
        raise Refused("no_address", "The provider names no mail address of who signed in.")
    return named


def _metadata(http: Loopback, idp: SamlIdp) -> str:
    where = f"[sandbox.idp] metadata {idp.metadata}"
    try:
        if idp.metadata.startswith(("http:", "https:")):
            with http.client() as client:
                return client.get(idp.metadata).raise_for_status().text
        return Path(idp.metadata).read_text("utf-8")
    except (OSError, UnicodeDecodeError, httpx.HTTPError) as error:
        raise ConfigError(
            f"{where} cannot be read ({type(error).__name__}).",
            remedy="Start the provider first, or correct the address or the file's path.",
        ) from None


def _config(idp: SamlIdp, metadata: str) -> SPConfig:
    program = shutil.which("xmlsec1")
    if program is None:
        raise ConfigError(
            "SAML needs the program xmlsec1, which is not there.", remedy="Run `apt-get install xmlsec1`."
        )
    endpoints: dict[str, Any] = {"assertion_consumer_service": [(f"{BASE}/acs", BINDING_HTTP_POST)]}
    if idp.single_logout:
        endpoints["single_logout_service"] = [
            (f"{BASE}/slo", BINDING_HTTP_REDIRECT),
            (f"{BASE}/slo", BINDING_HTTP_POST),
        ]
    service = {
        "endpoints": endpoints,
        "allow_unsolicited": False,
        "authn_requests_signed": False,
        "want_response_signed": False,
        "want_assertions_signed": False,
        "want_assertions_or_response_signed": True,
    }
    try:
        config = SPConfig().load(
            {
                "entityid": ENTITY,
                "service": {"sp": service},
                "metadata": {"inline": [metadata]},
                "xmlsec_binary": program,
                "allow_unknown_attributes": True,
            }
        )
        known = list(config.metadata.keys())
    except UNSOUND as error:
        known, why = [], f" ({type(error).__name__})"
    else:
        why = ""
    if not known:
        raise ConfigError(
            f"[sandbox.idp] metadata {idp.metadata} is not the metadata of a SAML provider{why}.",
            remedy="Give the XML that describes its IDPSSODescriptor.",
        )
    return config
