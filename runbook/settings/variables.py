"""The environment variables: what each sets, an example, and the value that `.env.example` has in its place."""

from __future__ import annotations

from dataclasses import dataclass

from runbook.settings.deadlines import STEPS

SECRET_KEYS = frozenset({"password", "totp", "passkey", "client_secret", "api_token", "state_url", "token"})
STDERR = "-"  # in the place of a log file
# Lists of which every member is a secret.
SECRET_LISTS = frozenset({"urls"})
# Tables inside a channel; a table of that name at the top of the file holds what counts for every channel.
OF_EVERY_CHANNEL = ("policy", "deadlines", "canary", "rescue")


@dataclass(frozen=True)
class Variable:
    """`path`: what it sets, inside a channel or among the defaults. `placeholder`: an example value that has to be replaced."""

    path: tuple[str, ...]
    example: str
    placeholder: str = ""


# One channel of one site.
CHANNEL: dict[str, Variable] = {
    "RUNBOOK_SITE": Variable(("site", "url"), "https://acme.atlassian.net", "https://your-site.atlassian.net"),
    "RUNBOOK_ADMIN_USERNAME": Variable(("site", "admin", "username"), "ada@acme.example", "you@your-company.example"),
    "RUNBOOK_ADMIN_PASSWORD": Variable(
        ("site", "admin", "password"), "file:/run/secrets/admin-password", "the-admins-password"
    ),
    "RUNBOOK_ADMIN_TOTP": Variable(("site", "admin", "totp"), "keyring:jsm-runbook/admin-totp", "JBSWY3DPEHPK3PXP"),
    "RUNBOOK_ADMIN_PASSKEY": Variable(("site", "admin", "passkey"), "file:/run/secrets/admin-passkey.json"),
    "RUNBOOK_IDP": Variable(("site", "idp", "kind"), "microsoft"),
    "RUNBOOK_IDP_URL": Variable(("site", "idp", "url"), "https://acme.okta.com"),
    "RUNBOOK_IDP_LOGOUT_URL": Variable(("site", "idp", "logout_url"), "https://login.acme.example/logout"),
    "RUNBOOK_API_USER": Variable(("site", "api_user"), "ada@acme.example"),
    "RUNBOOK_API_TOKEN": Variable(("site", "api_token"), "file:/run/secrets/jira-api-token"),
    "RUNBOOK_EMAIL_PAGE": Variable(
        ("site", "email_page"), "https://acme.atlassian.net/jira/servicedesk/projects/HELP/settings/email"
    ),
    "RUNBOOK_MAILBOX": Variable(("address",), "support@acme.example", "support@your-company.example"),
    "RUNBOOK_MAILBOX_USERNAME": Variable(("mailbox", "username"), "support@acme.example"),
    "RUNBOOK_MAILBOX_PASSWORD": Variable(("mailbox", "password"), "cmd:pass show support", "the-mailboxs-password"),
    "RUNBOOK_MAILBOX_TOTP": Variable(("mailbox", "totp"), "cmd:pass show support-totp", "KRSXG5CTMVRXEZLU"),
    "RUNBOOK_MAILBOX_PASSKEY": Variable(("mailbox", "passkey"), "cmd:pass show support-passkey"),
    "RUNBOOK_MAIL_PROVIDER": Variable(("provider",), "microsoft"),
    "RUNBOOK_MAILBOX_FEDERATED": Variable(("federated",), "true"),
    "RUNBOOK_MAILBOX_SHOWN_AS": Variable(("shown_as",), "support@acme.onmicrosoft.example"),
    "RUNBOOK_REQUEST_TYPE": Variable(("request_type",), "Emailed request"),
    "RUNBOOK_REPLY_TO": Variable(("reply_to",), "true"),
    "RUNBOOK_REPLACES": Variable(("replaces",), "old@acme.example,ada@acme.example"),
    "RUNBOOK_OAUTH_CLIENT": Variable(("oauth_client",), "Jira Service Management"),
    "RUNBOOK_PATIENCE": Variable(("deadlines", "patience"), "15s"),
    "RUNBOOK_DEADLINE_RUN": Variable(("deadlines", "run"), "20m"),
    "RUNBOOK_DEADLINE_STEP": Variable(("deadlines", "step"), "5m"),
} | {f"RUNBOOK_DEADLINE_{name.upper()}": Variable(("deadlines", "steps", name), "10m") for name in STEPS}
# The tool itself.
DEFAULTS: dict[str, Variable] = {
    "RUNBOOK_PROJECT": Variable(("default_project",), "HELP"),
    "RUNBOOK_RUNS": Variable(("runs",), "/var/lib/runbook/runs"),
    "RUNBOOK_STATE": Variable(("state",), "/var/lib/runbook/state"),
    "RUNBOOK_STATE_URL": Variable(("state_url",), "file:/run/secrets/state-url"),
    "RUNBOOK_KEEP_RUNS_DAYS": Variable(("keep_runs_days",), "30"),
    "RUNBOOK_KEEP_HISTORY_DAYS": Variable(("keep_history_days",), "365"),
    "RUNBOOK_DELAY": Variable(("delay",), "2m"),
    "RUNBOOK_BROWSER": Variable(("browser",), "chrome"),
    "RUNBOOK_RESCUE": Variable(("rescue",), "true"),
    "RUNBOOK_JOBS": Variable(("jobs",), "2"),
    "RUNBOOK_METRICS": Variable(("metrics",), "/var/lib/node_exporter/textfile/runbook.prom"),
    "RUNBOOK_LOG_FILE": Variable(("log_file",), "/var/log/runbook/runbook.log"),
    "RUNBOOK_LOG_FORMAT": Variable(("log_format",), "json"),
    "RUNBOOK_NOTIFY": Variable(("notify", "urls"), "file:/run/secrets/notify-urls"),
}
ALL = CHANNEL | DEFAULTS
# What only the sandbox's own process reads, from the environment it was started in.
OF_THE_SANDBOX = frozenset({"RUNBOOK_SANDBOX_OKTA_WIDGET", "RUNBOOK_NPM", "RUNBOOK_ATLASKIT"})
PLACEHOLDERS = frozenset(variable.placeholder for variable in ALL.values()) - {""}

# Examples for what only runbook.toml can set, beside those of the variables.
EXAMPLES: dict[tuple[str, ...], str] = {
    ("project",): "HELP",
    ("site", "mail_domain"): "acme.atlassian.net",
    ("site", "audit_minutes"): "10",
    ("canary", "host"): "smtp.acme.example",
    ("canary", "security"): "starttls",
    ("canary", "port"): "587",
    ("canary", "username"): "canary@acme.example",
    ("canary", "password"): "file:/run/secrets/smtp-password",
    ("canary", "sender"): "canary@acme.example",
    ("canary", "subject"): "Mailbox check",
    ("canary", "every"): "24",
    ("canary", "minutes"): "5",
    ("site", "admin", "origins"): "https://login.acme.example",
    ("mailbox", "origins"): "https://login.acme.example",
    ("redirect_hosts",): "id.atlassian.com",
    ("person_timeout",): "300",
    ("site", "idp", "home_url"): "https://login.acme.example/home",
    ("policy", "window"): "Mon-Fri 20:00-06:00",
    ("policy", "time_zone"): "Europe/Berlin",
    ("policy", "cool_down"): "30m",
    ("policy", "tries_per_day"): "30",
    ("policy", "retries"): "2",
    ("policy", "retry_wait"): "30s",
    ("policy", "planned"): "2026-12-24",
    ("policy", "every"): "90d",
    ("policy", "password_changed"): "2026-10-01",
    ("policy", "password_every"): "90d",
    ("rescue", "host"): "outlook.office365.com",
    ("rescue", "port"): "993",
    ("rescue", "tls"): "true",
    ("rescue", "auth"): "xoauth2",
    ("rescue", "username"): "support@acme.example",
    ("rescue", "password"): "keyring:imap/support@acme.example",
    ("rescue", "token"): "cmd:/usr/local/bin/access-token support@acme.example",
    ("rescue", "folder"): "Runbook rescue",
    ("rescue", "days"): "30",
    ("rescue", "wait"): "300",
    ("notify", "on_failure"): "/usr/local/bin/tell,--loud",
    ("notify", "on_success"): "/usr/local/bin/tell",
    ("notify", "remind"): "1d",
    ("notify", "timeout"): "30s",
    ("notify", "repairs"): "true",
    # [sandbox.idp] and [sandbox.mail]; what [sandbox.rescue] has in common with them
    ("issuer",): "http://localhost:8801",
    ("client_id",): "jira",
    ("client_secret",): "fake-client-secret",
    ("scopes",): "openid",
    ("username",): "ada.admin@example.com",
    ("password",): "fake-password",
    ("totp",): "FAKEFAKEFAKEFAKE",
    ("metadata",): "http://127.0.0.1:8802/saml2/idp/metadata.php",
    ("url",): "http://127.0.0.1:8802",
    ("logout_url",): "http://127.0.0.1:8802/logout",
    ("home_url",): "http://127.0.0.1:8802/home",
    ("account_url",): "http://localhost:8801/account",
    ("button",): "microsoft",
    ("imap",): "127.0.0.1:1143",
    ("pull_seconds",): "60",
    # [sandbox.rescue]
    ("host",): "127.0.0.1",
    ("port",): "1143",
    ("tls",): "false",
    ("auth",): "password",
    ("token",): "file:/run/secrets/access-token",
} | {
    variable.path: variable.example for variable in ALL.values() if variable.path != ("rescue",)
}  # a channel's is a table
# What a TOML file writes as a list.
LISTS = frozenset({"replaces", "origins", "redirect_hosts", "window", "planned", "urls", "on_failure", "on_success"})
NAMES: dict[tuple[str, ...], str] = {variable.path: name for name, variable in ALL.items()} | {
    ("project",): "RUNBOOK_PROJECT"
}
