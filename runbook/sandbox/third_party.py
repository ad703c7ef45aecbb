"""What identity providers that host no mail have in common: the applications they know, the tiles they show."""

from __future__ import annotations

from runbook.sandbox.oidc_records import Client
from runbook.sandbox.scenario import Idp
from runbook.sandbox.world import HOSTS, ID_HOST, SITE_HOST, World


def sso_clients(world: World, site: Idp) -> dict[str, Client]:
    """The applications of a third-party identity provider: Atlassian, and the mail provider that trusts it."""
    if world.scenario.idp != site:
        return {}
    back = {
        "microsoft": f"https://{HOSTS['microsoft']}/common/federation/callback",
        "google": f"https://{HOSTS['google']}/samlrp/acs",
    }[world.scenario.mail]
    return {
        "atlassian-sso": Client("atlassian-sso", "Atlassian Cloud", (f"https://{ID_HOST}/login/callback",)),
        world.scenario.mail: Client(world.scenario.mail, "Mail", (back,)),
    }


def tiles(world: World) -> list[dict[str, str]]:
    """What the dashboard of a third-party identity provider offers: Jira, and the person's own mail by single sign-on."""
    domain = world.admin.partition("@")[2]
    mail = {
        "microsoft": f"https://{HOSTS['microsoft-account']}/mail?domain_hint={domain}",
        "google": f"https://{HOSTS['google-account']}/mail?hd={domain}",
    }[world.scenario.mail]
    return [{"name": "Jira", "href": f"https://{SITE_HOST}/jira"}, {"name": "Mail", "href": mail}]
