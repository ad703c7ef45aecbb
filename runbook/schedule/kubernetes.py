"""Kubernetes: one CronJob with what it needs, as text. It is applied by whoever may: nothing here talks to a cluster."""

from __future__ import annotations

import json

from runbook import __version__
from runbook.errors import ConfigError
from runbook.schedule.base import NAME, Request, Status, fill, template
from runbook.schedule.remote import elsewhere

FILE = f"{NAME}.yaml"
SECRETS = "/run/secrets/runbook"
KEPT = "/var/lib/jsm-mailbox-runbook"  # the claim's, as the template mounts it
BY_HAND = "`python -m runbook schedule print --as kubernetes | kubectl apply -f -`"


def texts(request: Request) -> dict[str, str]:
    """The manifest."""
    found = elsewhere(request)
    env = {
        **found.shown,
        **{name: f"{KEPT}/{file}" for name, file in found.files.items()},
        **{name: f"file:{SECRETS}/{name}" for name in found.secrets},
    }
    mount = "- {name: config, mountPath: /etc/jsm-mailbox-runbook, readOnly: true}"
    volume = f"- {{name: config, configMap: {{name: {NAME}}}}}"
    create = f"kubectl create configmap {NAME} --from-file=runbook.toml"
    values = {
        "image": scalar(request.image or f"{NAME}:{__version__}"),
        "minute": str(request.minute),
        "environment": "\n".join(f"{'':16}- {{name: {key}, value: {scalar(value)}}}" for key, value in env.items()),
        "folder": "/etc/jsm-mailbox-runbook" if found.config else "/tmp",  # noqa: S108 - a container's own
        "config_mount": f"{'':16}{mount}" if found.config else "",
        "config_volume": f"{'':12}{volume}" if found.config else "",
        "config_command": f"#   {create}" if found.config else "",
        "secret_command": " \\\n#     ".join(
            (f"#   kubectl create secret generic {NAME}", *(f"--from-file={name}" for name in found.secrets))
        ),
    }
    lines = [line for line in fill(template("kubernetes.yaml"), values).splitlines() if line.strip()]
    return {FILE: "\n".join(lines) + "\n"}


def install(request: Request, force: bool) -> list[str]:
    """Refused."""
    raise ConfigError(
        "A schedule is not installed into a cluster from here.", remedy=f"Run {BY_HAND}.", reason="print-only"
    )


def remove(request: Request, force: bool) -> list[str]:
    """Refused."""
    raise ConfigError(
        "A schedule is not removed from a cluster from here.",
        remedy=f"Run `kubectl delete cronjob {NAME}`; the claim of the same name holds the state.",
        reason="print-only",
    )


def status(request: Request) -> Status:
    """From `kubectl get`, if it is there and answers."""
    from datetime import datetime

    from runbook.schedule.base import run

    asked = ["kubectl", "get", "cronjob", NAME, "--output=json", "--request-timeout=10s", "--ignore-not-found"]
    where = f"cronjob/{NAME}"
    try:
        done = run(asked)
    except ConfigError as error:
        return Status("kubernetes", False, where, notes=(f"Nothing can be known: {error.cause}",))
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        return Status("kubernetes", False, where, notes=(f"Nothing can be known: kubectl says {told[0]!r}.",))
    if not done.stdout.strip():
        return Status("kubernetes", False, where, notes=("Looked at in kubectl's current context and namespace.",))
    told_last = json.loads(done.stdout).get("status", {}).get("lastScheduleTime")
    last = datetime.fromisoformat(told_last).timestamp() if told_last else None
    return Status("kubernetes", True, where, None, last)


def scalar(text: str) -> str:
    """A YAML string on one line. What JSON escapes, YAML reads; letters are left as they are."""
    return json.dumps(text, ensure_ascii=False)
