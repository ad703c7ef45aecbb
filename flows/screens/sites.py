"""Every sign-in site there is a table for, by name."""

from __future__ import annotations

from flows.screens.atlassian import ATLASSIAN
from flows.screens.base import Site
from flows.screens.google import GOOGLE
from flows.screens.keycloak import KEYCLOAK
from flows.screens.microsoft import MICROSOFT
from flows.screens.okta import OKTA

SITES: dict[str, Site] = {site.name: site for site in (ATLASSIAN, MICROSOFT, GOOGLE, OKTA, KEYCLOAK)}
