"""The runbook, readable top to bottom."""

from __future__ import annotations

from flows.connect_oauth import ConnectOauth
from flows.idp_logout import IdpLogout
from flows.jira_alive import JiraAlive
from flows.jira_login import JiraLogin
from flows.leave import Leave
from flows.next_mailbox import NextMailbox
from flows.next_project import NextProject
from flows.project_check import ProjectCheck
from flows.prove_mailbox import ProveMailbox
from flows.read_channel import ReadChannel
from flows.remove_old import RemoveOld
from flows.restore import Restore
from flows.verify import Verify
from runbook.step import Step

CONNECT: tuple[Step, ...] = (
    JiraLogin(),
    ProjectCheck(),
    ReadChannel(),
    IdpLogout(),
    JiraAlive(),
    ProveMailbox(),
    RemoveOld(),
    ConnectOauth(),
    Restore(),
    Verify(),
    Leave(),
)

# The channels that follow in the same browser context: one sign-in and one sign-out serve them all.
NEXT: tuple[Step, ...] = (NextProject(signed_out=True), *CONNECT[1:3], NextMailbox(), *CONNECT[4:])
# The same while nobody has signed out of the identity provider yet.
NEXT_SIGNED_IN: tuple[Step, ...] = (NextProject(signed_out=False), *CONNECT[1:])
