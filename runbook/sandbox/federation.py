"""A mail provider whose domain is federated: it sends the browser to the customer's own identity provider and believes it.

The address that comes back counts, whatever was typed before: a live session there answers for somebody else, which is the
federated form of the problem that the runbook is for.
"""

from __future__ import annotations

from werkzeug.wrappers import Response

from runbook.sandbox.flow import Flow
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.relying import ISSUERS, Refused, RelyingParty
from runbook.sandbox.scenario import Provider
from runbook.sandbox.signin import Desk
from runbook.sandbox.world import World


class Federation:
    """One mail provider's trust in the scenario's identity provider. `callback`: its https address for the answer."""

    def __init__(self, world: World, http: Loopback, site: Provider, desk: Desk, callback: str) -> None:
        self.world, self.site, self.desk = world, site, desk
        self._party = RelyingParty(world, http, ISSUERS[world.scenario.idp], site, callback)

    def covers(self, domain: str) -> bool:
        """Whether accounts of this mail domain sign in elsewhere."""
        homes = {a.home for a in self.world.accounts.values() if a.address.endswith("@" + domain)}
        return bool(homes - {self.site})

    def begin(self, flow: Flow) -> Response:
        """To the identity provider, with what was typed as a hint."""
        extra = {"login_hint": flow.typed} if flow.typed else {}
        if "login" in flow.prompts:
            extra["prompt"] = "login"
        return self._party.begin({"flow": flow.id}, **extra)

    def finish(self) -> tuple[Flow, str]:
        """The flow and the address of the account that signed in there. Raises Refused when there is none here."""
        claims, data = self._party.finish()
        flow, address = self.desk.find(data["flow"]), str(claims["email"]).lower()
        if flow is None:
            raise Refused("expired", "The sign-in took too long.")
        if self.desk.known(address) is None:
            raise Refused("unknown_account", f"User account '{address}' does not exist in tenant 'Acme'.")
        flow.asked = True
        self.world.note("federated", site=self.site, typed=flow.typed, returned=address)
        return flow, address
