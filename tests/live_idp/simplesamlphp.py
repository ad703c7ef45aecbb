"""SimpleSAMLphp 1.19.7 (Debian) as a SAML provider, served by PHP's own server with a configuration of the test's own, and a
second factor of ours: Debian's version has none but one that asks a vendor's server."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
from saml_idp import key_and_certificate
from servers import free_port, installed, serving

from runbook.sandbox.saml import BASE, ENTITY
from runbook.sandbox.world import ADMIN
from runbook.settings.external import External

SECOND_FACTOR = Path(__file__).with_name("second_factor.php")
# What it sends Jira on to when it has signed somebody out itself.
AFTER = "module.php/core/authenticate.php?as=people"


@dataclass(frozen=True)
class SimpleSaml:
    """A server that answers."""

    url: str
    password: str
    single_logout: bool
    seed: str
    folder: Path

    @property
    def codes(self) -> list[str]:
        """What became of each one-time code, as the server saw it."""
        log = (self.folder / "server.log").read_text("utf-8", "replace")
        return re.findall(r"^code: (\w+)$", log, re.MULTILINE)

    def as_idp(self, **change: Any) -> External:
        """The settings that put it in the place of the identity provider."""
        table = {"kind": "saml", "metadata": f"{self.url}/saml2/idp/metadata.php", "url": self.url}
        table |= {"logout_url": f"{self.url}/saml2/idp/SingleLogoutService.php?ReturnTo={self.url}/{AFTER}"}
        table |= {"username": ADMIN, "password": self.password, "totp": self.seed, "single_logout": self.single_logout}
        return External.model_validate({"idp": table | change})


@contextmanager
def simplesamlphp(
    folder: Path, *, single_logout: bool = False, language: str = "en", source: str = "people", new: bool = True
) -> Iterator[SimpleSaml]:
    """A fresh server. `single_logout`: it knows where Jira wants to be told of a sign-out; `source`: the name of who is known;
    `new`: its new look, whose page for somebody who is signed in breaks under Debian's Twig."""
    root = Path(installed("RUNBOOK_SIMPLESAMLPHP", "SimpleSAMLphp"))
    port = free_port()
    seed = "FAKE" + pyotp.random_base32()
    server = SimpleSaml(f"http://127.0.0.1:{port}", "fake-" + secrets.token_urlsafe(12), single_logout, seed, folder)
    key_and_certificate(folder)
    for name in ("metadata", "sessions", "temp", "log"):
        (folder / name).mkdir()
    for name, text in _files(server, folder, language, source, new).items():
        (folder / name).write_text("<?php\n" + text, encoding="utf-8")
    argv = ["php", "-d", f"auto_prepend_file={SECOND_FACTOR}", "-S", f"127.0.0.1:{port}", "-t", str(root / "www")]
    env = {"SIMPLESAMLPHP_CONFIG_DIR": str(folder), "PHP_CLI_SERVER_WORKERS": "2"}
    env |= {"SECOND_FACTOR_ROOT": str(root), "SECOND_FACTOR_SEED": seed, "SECOND_FACTOR_URL": server.url}
    with serving(argv, port, folder, env):
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
    'auth' => '{source}', 'logouttype' => 'traditional', 'authproc' => [90 => ['class' => 'SecondFactor']]];
""",
        "metadata/saml20-sp-remote.php": f"""
$metadata['{ENTITY}'] = ['AssertionConsumerService' => '{BASE}/acs', {leaves} 'name' => ['en' => 'Atlassian']];
""",
    }
