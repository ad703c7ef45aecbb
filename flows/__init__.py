"""The runbook, readable top to bottom."""

from __future__ import annotations

from flows.connect_oauth import ConnectOauth
from flows.idp_logout import IdpLogout
from flows.jira_alive import JiraAlive
from flows.jira_login import JiraLogin
from flows.leave import Leave
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
