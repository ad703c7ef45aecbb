"""What an OpenID provider says of itself, where nothing is configured."""

from __future__ import annotations

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from runbook.step import Job, network_failure, origin_of

# The address below which each kind says it, from its `url`. Facts: the vendors' documentation. Not of Okta, whose address for it
# refuses whoever has no ID token to show, while its usual one needs none; nor of those whose document names no page for a person.
ISSUERS = {
    **{"generic": "{url}", "keycloak": "{url}", "auth0": "{url}", "pingone": "{url}/as"},
    **{"adfs": "{origin}/adfs", "pingfederate": "{origin}", "lemonldap": "{origin}"},
}


async def discover(job: Job, page: Page, issuer: str) -> dict[str, str]:
    """The discovery document, or nothing where there is none; asked for once a run, in a tab of the run's own browser.
    Endpoints on another host than the issuer's are left out. Raises Transient when the issuer does not answer."""
    known = job.facts.discovered
    if issuer not in known:
        url = f"{issuer}/.well-known/openid-configuration"
        try:
            answer = await page.goto(url, timeout=job.patience * 1000)
            told = await answer.json() if answer and answer.ok else {}
        except PlaywrightError as error:
            raise network_failure(error, url) from None
        except ValueError:
            told = {}
        told = told if isinstance(told, dict) else {}
        known[issuer] = {
            name: value
            for name, value in told.items()
            if name.endswith("_endpoint") and isinstance(value, str) and origin_of(value) == origin_of(issuer)
        }
    return known[issuer]
