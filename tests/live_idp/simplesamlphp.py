"""SimpleSAMLphp 1.19.7 (Debian) as a SAML provider, served by PHP's own server with a configuration of the test's own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saml_idp import key_and_certificate
from servers import free_port, installed, serving

from runbook.sandbox.saml import BASE, ENTITY
from runbook.sandbox.world import ADMIN
from runbook.settings.external import External

# What it sends Jira on to when it has signed somebody out itself.
AFTER = "module.php/core/authenticate.php?as=people"


@dataclass(frozen=True)
class SimpleSaml:
    """A server that answers."""

    url: str
    password: str
    single_logout: bool

    def as_idp(self, **change: Any) -> External:
        """The settings that put it in the place of the identity provider."""
        table = {"kind": "saml", "metadata": f"{self.url}/saml2/idp/metadata.php", "url": self.url}
        table |= {"logout_url": f"{self.url}/saml2/idp/SingleLogoutService.php?ReturnTo={self.url}/{AFTER}"}
        table |= {"username": ADMIN, "password": self.password, "single_logout": self.single_logout}
        return External.model_validate({"idp": table | change})


@contextmanager
def simplesamlphp(
    folder: Path, *, single_logout: bool = False, language: str = "en", source: str = "people", new: bool = True
) -> Iterator[SimpleSaml]:
    """A fresh server. `single_logout`: it knows where Jira wants to be told of a sign-out; `source`: the name of who is known;
    `new`: its new look, whose page for somebody who is signed in breaks under Debian's Twig."""
    root = Path(installed("RUNBOOK_SIMPLESAMLPHP", "SimpleSAMLphp"))
    port = free_port()
    server = SimpleSaml(f"http://127.0.0.1:{port}", "fake-" + secrets.token_urlsafe(12), single_logout)
    key_and_certificate(folder)
    for name in ("metadata", "sessions", "temp", "log"):
        (folder / name).mkdir()
    for name, text in _files(server, folder, language, source, new).items():
        (folder / name).write_text("<?php\n" + text, encoding="utf-8")
    argv = ["php", "-S", f"127.0.0.1:{port}", "-t", str(root / "www")]
    with serving(argv, port, folder, {"SIMPLESAMLPHP_CONFIG_DIR": str(folder), "PHP_CLI_SERVER_WORKERS": "2"}):
        yield server


def _files(server: SimpleSaml, folder: Path, language: str, source: str, new: bool) -> dict[str, str]:
    leaves = f"'SingleLogoutService' => '{BASE}/slo'," if server.single_logout else ""
    # Over plain http a browser drops cookies that say SameSite=None, and the sign-in would go round in circles: Lax.
    return {
        "config.php": f"""
$config = [
    'baseurlpath' => '{server.url}/', 'certdir' => '{folder}/', 'loggingdir' => '{folder}/log/',
    'datadir' => '{folder}/', 'tempdir' => '{folder}/temp', 'metadatadir' => '{folder}/metadata',
    'secretsalt' => 'fake-{secrets.token_hex(12)}', 'auth.adminpassword' => 'fake-{secrets.token_hex(12)}',
    'logging.handler' => 'file', 'enable.saml20-idp' => true, 'timezone' => 'UTC',
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'session.cookie.secure' => false, 'session.cookie.samesite' => 'Lax',
    'session.phpsession.savepath' => '{folder}/sessions', 'store.type' => 'phpsession',
    'session.phpsession.cookiename' => 'SimpleSAML', 'session.authtoken.cookiename' => 'SimpleSAMLAuthToken',
    'language.available' => ['{language}'], 'language.default' => '{language}', 'usenewui' => {str(new).lower()},
    'metadata.sources' => [['type' => 'flatfile']],
];
""",
        "authsources.php": f"""
$config = [
    'admin' => ['core:AdminPassword'],
    '{source}' => ['exampleauth:UserPass', '{ADMIN}:{server.password}' => ['uid' => ['ada'], 'mail' => ['{ADMIN}']]],
];
""",
        "metadata/saml20-idp-hosted.php": f"""
$metadata['__DYNAMIC:1__'] = ['host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt',
    'auth' => '{source}', 'logouttype' => 'traditional'];
""",
        "metadata/saml20-sp-remote.php": f"""
$metadata['{ENTITY}'] = ['AssertionConsumerService' => '{BASE}/acs', {leaves} 'name' => ['en' => 'Atlassian']];
""",
    }
