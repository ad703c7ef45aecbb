"""The rescue of unread mail over a replacement (`--rescue`): the vendor's documented one, over IMAP.

Jira takes mail that is unread and came after the mailbox was connected, once a minute, and marks it as read; what came before
has to be "removed from the inbox" and "moved back" after the connection, unread (support.atlassian.com: email process for POP,
IMAP and other types). A message that is moved is a new one to the mailbox: it gets a UID above all that are there. So mail is told
by its UID (and never by clocks): *old* is what lies below the UID that was next at some moment before the new connection was made,
*new* what lies above the one that was next after it was seen; in between nobody knows. What could go wrong, and why it does not:

- *A message is made a request and rescued as well.* The old connection may still be reading what it found a moment before it
  was removed, and would mark as read a message that is not there any more. If it is known not to pull (unauthorized, absent),
  everything old is moved aside once it is removed, beside the OAuth step; moving old mail is safe at any time. If it pulled,
  nothing is touched until the new connection is proven to have pulled, which comes more than a pull later.
- *A message of the moment of linking* may be the new connection's or nobody's. It is moved out and back only when Jira has
  pulled after the connection was seen and has not taken it: see `proof`. Without a proof it stays, told, for the next run.
- *Marked unread too late.* In the inbox a message is Jira's from the first moment. It is marked in the folder, then moved.
- *Read meanwhile.* Only what was unread when it was moved aside is marked unread again; nothing else gets another flag.
- *A run is cut short, anywhere.* MOVE leaves a message in one folder or the other. The note (`journal`) is written before the
  cut and before each move; the folder itself tells what is left. The next run with --rescue moves it back, whether it replaces
  the connection or finds it healthy. Without the note (another machine), unread mail in the folder is moved back, read mail stays.
- *Old mail floods the project.* Only mail of the last `days` is touched; with a connection that was healthy until the cut, only
  that of its last minutes: what it had not taken before, it did not want.
- *The gap grows.* The log-in and everything that may fail come before the cut; after it one question is asked (for 2 s at most).
- *Something is lost.* Nothing is copied, nothing is deleted, no folder is removed.

A failed run leaves mail aside if the old connection is gone, and puts it back if not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runbook.errors import ConfigError
from runbook.guard import Guard
from runbook.rescue.access import Access
from runbook.rescue.course import Rescue
from runbook.rescue.journal import Journal
from runbook.rescue.mailbox import Mailbox
from runbook.secrets import Secret

__all__ = ["Rescue", "rescue_of"]


def rescue_of(guard: Guard, emit: Callable[[Mapping[str, Any]], None], *, dry_run: bool, sandbox: bool) -> Rescue:
    """The rescue of a channel's mail for one run. Raises ConfigError when the settings have none for this channel."""
    channel = guard.channel
    given = channel.rescue
    if given is None:
        raise ConfigError(
            f"--rescue needs the IMAP access of {channel.address}, and the settings have none.",
            remedy=f"Write [rescue] or [channels.{channel.project}.rescue] into runbook.toml: host, auth, and password or token.",
            reason="no-rescue",
        )
    what = "password" if given.auth == "password" else "token"
    # An access token is made by the provider, in a sandbox as well; there the server is on this machine.
    fake = sandbox and what == "password"
    secret = Secret(
        f"rescue {what}", given.secret, (given.origin,), learn=lambda value: guard.learn(what, value), sandbox=fake
    )
    username = given.username or channel.address
    key = f"{given.origin}|rescue|{username.lower()}|{what}"
    access = Access(
        given,
        username,
        secret,
        check=lambda: guard.refuse_known(key, secret, f"The {secret.name}"),
        rejected=lambda: guard.state.remember_rejected(key, secret),
    )
    journal = Journal.read(guard.state, channel.id, given.folder)
    return Rescue(Mailbox(access), journal, emit, dry_run=dry_run)
