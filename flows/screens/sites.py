"""Every sign-in site there is a table for, by name. Where two tables know a page, the earlier one has it."""

from __future__ import annotations

from flows.screens.adfs import ADFS
from flows.screens.atlassian import ATLASSIAN
from flows.screens.auth0 import AUTH0
from flows.screens.base import Site
from flows.screens.cyberark import CYBERARK
from flows.screens.duo import DUO
from flows.screens.generic import GENERIC
from flows.screens.google import GOOGLE
from flows.screens.jumpcloud import JUMPCLOUD
from flows.screens.keycloak import KEYCLOAK
from flows.screens.lemonldap import LEMONLDAP
from flows.screens.microsoft import MICROSOFT
from flows.screens.okta import OKTA
from flows.screens.onelogin import ONELOGIN
from flows.screens.pingfederate import PINGFEDERATE
from flows.screens.pingid import PINGID
from flows.screens.pingone import PINGONE
from flows.screens.shibboleth import SHIBBOLETH
from flows.screens.simplesamlphp import SIMPLESAMLPHP

SITES: dict[str, Site] = {
    site.name: site
    for site in (
        *(ATLASSIAN, MICROSOFT, GOOGLE, OKTA, KEYCLOAK),
        *(ADFS, PINGFEDERATE, PINGID, SHIBBOLETH, SIMPLESAMLPHP, LEMONLDAP, DUO),
        *(AUTH0, ONELOGIN, JUMPCLOUD, CYBERARK, PINGONE),
        GENERIC,
    )
}
