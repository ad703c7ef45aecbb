"""GitHub Actions: one workflow in the repository that the folder is in. Somebody has to commit it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from runbook import __version__
from runbook.errors import ConfigError
from runbook.schedule.base import NAME, Request, Status, fill, plain, template
from runbook.schedule.kubernetes import scalar
from runbook.schedule.remote import elsewhere
from runbook.schedule.seal import check, drop, notes, put, read, sealed

FILE = f"{NAME}.yml"
COMMIT = "Commit and push it to the default branch: GitHub fires no other."


def texts(request: Request) -> dict[str, str]:
    """The workflow, sealed."""
    found = elsewhere(request)
    root = _root(request)
    folder = _inside(root, request.folder)
    options = f" --config {_word(_inside(request.folder, request.config))}" if request.config else ""
    env = {
        **{key: scalar(_literal(value)) for key, value in found.shown.items()},
        **{name: f"${{{{ github.workspace }}}}/{_literal(file)}" for name, file in found.files.items()},
        **{name: f"${{{{ secrets.{name} }}}}" for name in found.secrets},
    }
    values = {
        "minute": str(request.minute),
        "environment": "\n".join(f"      {key}: {value}" for key, value in env.items()),
        "folder": scalar(folder),
        "options": options,
        "package": _package(root, folder),
    }
    return {FILE: sealed(fill(template("github-actions.yml"), values), _mark(folder))}


def install(request: Request, force: bool) -> list[str]:
    """Writes the workflow."""
    path = _path(request)
    check(read(path), _mark(_inside(_root(request), request.folder)), str(path), force)
    text = texts(request)[FILE]
    if path.is_symlink():
        drop(path)  # only --force gets here
    if not put(path, text):
        return ["It is installed already; nothing was changed."]
    secrets = ", ".join(elsewhere(request).secrets)
    return [f"Written: {path}", COMMIT, *([f"The repository's secrets that it takes: {secrets}."] if secrets else [])]


def remove(request: Request, force: bool) -> list[str]:
    """Deletes the workflow."""
    path = _path(request)
    text = read(path)
    if text is None:
        return ["It is not installed; nothing was changed."]
    check(text, _mark(_inside(_root(request), request.folder)), str(path), force)
    drop(path)
    return [f"Deleted: {path}", COMMIT]


def status(request: Request) -> Status:
    """From the file alone."""
    path = _path(request)
    text = read(path)
    if text is None:
        return Status("github-actions", False, str(path))
    said = notes(text, _mark(_inside(_root(request), request.folder)), str(path))
    unknown = "Whether it is pushed, and when it fired, only GitHub knows: `gh run list --workflow " + FILE + "`."
    return Status("github-actions", True, str(path), notes=(*said, unknown))


def _root(request: Request) -> Path:
    here = request.folder.absolute()
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            return folder
    raise ConfigError(
        f"{request.folder} is in no git repository.",
        remedy="Run it in the one that has runbook.toml.",
        reason="no-repository",
    )


def _path(request: Request) -> Path:
    return _root(request) / ".github" / "workflows" / FILE


def _inside(root: Path, path: Path) -> str:
    try:
        return _literal(plain("folder", path.absolute().relative_to(root.absolute()).as_posix()))
    except ValueError:
        raise ConfigError(
            f"{path} is not inside {root}.", remedy="Put it into the repository.", reason="odd-path"
        ) from None


def _literal(text: str) -> str:
    """Raises ConfigError for what GitHub would evaluate."""
    if "${{" in text:
        raise ConfigError(
            "GitHub evaluates ${{, wherever it stands.", remedy="Use another path or value.", reason="odd-path"
        )
    return text


def _word(text: str) -> str:
    import shlex

    return shlex.quote(text)


def _package(root: Path, folder: str) -> str:
    """What pip installs: the repository itself, if it is this project's, else the release of today."""
    try:
        ours = f'name = "{NAME}"' in (root / "pyproject.toml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        ours = False
    return '"$GITHUB_WORKSPACE"' if ours else f"{NAME}=={__version__}"


def _mark(folder: str) -> str:
    """The same for every clone of the repository."""
    return hashlib.sha256(folder.encode()).hexdigest()[:8]
