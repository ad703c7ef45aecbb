"""Every element of Jira's pages that a step looks for, by name. Labels are those of Atlassian's documentation, all three
generations; roles, ids and test ids of the real pages are unknown (domain.md, section 12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LOCATORS: dict[str, tuple[str, ...]] = {
    "menu.settings": ("role=link :: /^(project|space) settings$/i", "role=button :: /^(project|space) settings$/i"),
    "menu.channels": (
        "role=button :: /^channels( (&|and) self[- ]service)?$/i",
        "role=link :: /^channels( (&|and) self[- ]service)?$/i",
        "summary :: /^channels( (&|and) self[- ]service)?$/i",
    ),
    "menu.email": ("role=link :: /^e-?mail( requests?)?$/i", "role=menuitem :: /^e-?mail( requests?)?$/i"),
    "email-page.heading": ("role=heading :: /^e-?mail( requests?| channels?| settings)?$/i",),
    "email-page.add-account": (
        "role=button :: /^add (an )?(external |custom )?e?-?mail( account| address)?$/i",
        "role=link :: /^add (an )?(external |custom )?e?-?mail( account| address)?$/i",
        "role=button :: /^connect via oauth$/i",
    ),
    "email-page.reply-to": (
        "select[name*=reply i]",
        "role=combobox :: /reply[- ]?to/i",
        "select :: /reply[- ]?to/i",
    ),
    "email-page.reply-to-save": ("role=button :: /^(save|update)( reply-?to( address)?)?$/i",),
    "email-page.row-menu": (
        "button[aria-haspopup]",
        "role=button :: /^(more|actions?|options|menu|…|⋯|\\.\\.\\.)|actions? for|more (actions|options)/i",
    ),
    "email-page.remove": (
        "role=menuitem :: /^(remove|disconnect|delete)\\b/i",
        "role=button :: /^(remove|disconnect|delete)\\b/i",
    ),
    "email-page.view-logs": (
        "role=menuitem :: /^view logs?$/i",
        "role=link :: /^view logs?\\b/i",
        "role=button :: /^view logs?\\b/i",
    ),
    "email-page.request-type": (
        "role=menuitem :: /request type/i",
        "role=button :: /(change|edit) request type/i",
    ),
    "email-page.turned-off": ("role=button :: /^turn on (e-?mail|mail)( support| requests?)?$/i",),
    "email-page.alert": ("role=alert", "[data-banner]", ".banner"),
    "email-page.notice": ("role=alert", "role=status"),
    "message.close": ("[role=alert] button :: /^(dismiss|close|×)/i", "[role=status] button :: /^(dismiss|close|×)/i"),
    "dialog": ("role=dialog", "dialog[open]", "[aria-modal=true]", "role=alertdialog"),
    "dialog.confirm-remove": ("role=button :: /^(remove|disconnect|delete)\\b/i",),
    "dialog.microsoft": (
        "role=button :: /^(connect (with |to )?|sign in with |continue with )?(microsoft|office ?365|outlook)/i",
        "role=link :: /^(connect (with |to )?|sign in with |continue with )?(microsoft|office ?365|outlook)/i",
    ),
    "dialog.google": (
        "role=button :: /^(connect (with |to )?|sign in with |continue with )?(google|gmail)/i",
        "role=link :: /^(connect (with |to )?|sign in with |continue with )?(google|gmail)/i",
    ),
    "dialog.request-type": ("select[name*=request i]", "role=combobox :: /(request|work) type/i", "role=combobox"),
    "dialog.done": ("role=button :: /^(done|save|next|continue|finish|ok|submit)$/i",),
    "option": ("role=option",),
    "logs.table": ("table[data-channel]", "role=heading :: /connectivity log/i", "table :: /status/i"),
}


# What a person is asked for when an element is not found and somebody is there to show it.
WORDS: dict[str, str] = {
    "menu.settings": "the project's (space's) settings in the menu",
    "menu.channels": "the entry of the settings menu that holds the e-mail page, for example Channels & self service",
    "menu.email": "the e-mail page in the settings menu",
    "email-page.add-account": "the button that adds an external e-mail address",
    "email-page.reply-to": "the list from which the reply-to address is chosen",
    "email-page.row-menu": "the button that opens the menu of the address's row",
    "email-page.remove": "the entry that removes this address",
    "email-page.view-logs": "the entry that shows the logs of this address",
    "email-page.request-type": "the entry that changes the request type",
    "dialog.confirm-remove": "the button that confirms the removal",
    "dialog.microsoft": "Microsoft's button",
    "dialog.google": "Google's button",
    "dialog.request-type": "the list of request types",
    "dialog.done": "the button that closes this dialog and keeps the choice",
}
CHOICES = frozenset({"email-page.reply-to", "dialog.request-type"})


def locators(names: Sequence[str], overrides: Mapping[str, str]) -> dict[str, list[str]]:
    """Name to its ways of being found, an override first. Raises KeyError for a name that is not in the list."""
    return {n: [*([overrides[n]] if n in overrides else []), *LOCATORS[n]] for n in names}
