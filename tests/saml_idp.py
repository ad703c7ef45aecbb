"""A SAML identity provider on pysaml2, played by the test itself: it answers requests as `http://127.0.0.1:8802`."""

from __future__ import annotations

import datetime
import html
import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT  # type: ignore[import-untyped]
from saml2.authn_context import PASSWORD  # type: ignore[import-untyped]
from saml2.config import IdPConfig  # type: ignore[import-untyped]
from saml2.metadata import create_metadata_string  # type: ignore[import-untyped]
from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NameID  # type: ignore[import-untyped]
from saml2.server import Server  # type: ignore[import-untyped]

from runbook.sandbox.saml import ENTITY
from runbook.sandbox.world import ADMIN
from runbook.settings.external import External

ORIGIN = "http://127.0.0.1:8802"


class SamlIdp:
    """`folder` takes its key and its metadata; `binding` is how it wants to be asked."""

    def __init__(self, folder: Path, binding: str = BINDING_HTTP_REDIRECT) -> None:
        self.folder = folder
        key, certificate = key_and_certificate(folder)
        self._basics = {
            "entityid": f"{ORIGIN}/idp",
            "service": {
                "idp": {
                    "endpoints": {
                        "single_sign_on_service": [(f"{ORIGIN}/sso", binding)],
                        "single_logout_service": [(f"{ORIGIN}/slo", BINDING_HTTP_REDIRECT)],
                    }
                }
            },
            "key_file": str(key),
            "cert_file": str(certificate),
            "xmlsec_binary": shutil.which("xmlsec1"),
        }
        self.metadata = folder / "idp.xml"
        self.metadata.write_bytes(create_metadata_string(None, config=IdPConfig().load(dict(self._basics))))

    def external(self, *, single_logout: bool = False) -> External:
        """The settings that put it in the place of the identity provider."""
        table = {"kind": "saml", "metadata": str(self.metadata), "url": ORIGIN, "logout_url": f"{ORIGIN}/logout"}
        table |= {"single_logout": single_logout, "username": ADMIN, "password": "fake-password"}
        return External.model_validate({"idp": table})

    def knows(self, metadata: str) -> Server:
        """The provider, once it has the application's metadata."""
        return Server(config=IdPConfig().load({**self._basics, "metadata": {"inline": [metadata]}}))

    def answer(self, server: Server, asked: str, address: str, attribute: str = "mail") -> dict[str, str]:
        """What the browser posts back for the request at `asked`, an address with its query."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
        request = server.parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT).message
        response = server.create_authn_response(
            {attribute: [address]},
            request.id,
            request.assertion_consumer_service_url,
            ENTITY,
            name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=address),
            authn={"class_ref": PASSWORD},
            sign_assertion=True,
        )
        info = server.apply_binding(BINDING_HTTP_POST, str(response), "", query["RelayState"], response=True)
        return hidden(info["data"])

    def leave(self, server: Server, address: str) -> str:
        """The address of a front-channel LogoutRequest."""
        _, request = server.create_logout_request(
            f"{ENTITY.rpartition('/')[0]}/slo",
            ENTITY,
            name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=address),
        )
        info = server.apply_binding(BINDING_HTTP_REDIRECT, str(request), f"{ENTITY.rpartition('/')[0]}/slo", "back")
        return str(dict(info["headers"])["Location"])


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page that posts itself."""

    return {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}


def key_and_certificate(folder: Path) -> tuple[Path, Path]:
    """A fresh RSA key and its own certificate, as files `idp.key` and `idp.crt`."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    files = folder / "idp.key", folder / "idp.crt"
    files[0].write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    )
    files[1].write_bytes(certificate.public_bytes(pem))
    return files
