"""What is installed for the tests is locked, within the bounds of pyproject.toml, and looked at for known vulnerabilities."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = {"test": ("test",), "dev": ("test", "dev")}
OWN = "jsm-mailbox-runbook"


@cache
def project() -> dict[str, Any]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"])


def wanted(*extras: str) -> list[Requirement]:
    """What the project asks for with these extras, and with those that they name."""
    found = [Requirement(text) for text in project()["dependencies"]]
    for extra in extras:
        for requirement in map(Requirement, project()["optional-dependencies"][extra]):
            found += wanted(*requirement.extras) if requirement.name == OWN else [requirement]
    return found


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Package to version and number of hashes."""
    text = (ROOT / ".ci" / f"locked-{name}.txt").read_text().replace("\\\n", " ")
    lines = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)(.*)$", text, re.M)
    return {canonicalize_name(package): (version, rest.count("--hash=sha256:")) for package, version, rest in lines}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_locked_with_its_hashes_and_within_its_bounds(name: str) -> None:
    found = locked(name)
    assert len(found) > 50
    assert [package for package, (_, hashes) in found.items() if not hashes] == []
    for requirement in wanted(*LOCKS[name]):
        version = found[canonicalize_name(requirement.name)][0]
        assert requirement.specifier.contains(version), f"{requirement} is not met by {version}: run `bash .ci/lock`"


def test_both_locks_have_the_same_versions() -> None:
    tests, tools = locked("test"), locked("dev")
    assert {package: tools[package] for package in tests} == tests


def test_what_builds_the_project_is_locked_with_its_hashes_in_the_same_versions() -> None:
    build, tools = locked("build"), locked("dev")
    assert {package: tools[package] for package in build} == build
    assert all(hashes for _, hashes in build.values())
    for requirement in map(
        Requirement, tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    ):
        assert requirement.specifier.contains(build[canonicalize_name(requirement.name)][0])


@pytest.mark.parametrize("folder", [".ci/npm", "tests/live_idp/atlaskit"])
def test_every_package_of_npm_is_locked_with_its_hash(folder: str) -> None:
    wanted = json.loads((ROOT / folder / "package.json").read_text())["dependencies"]
    kept = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    assert kept.pop("")["dependencies"] == wanted
    assert {name: kept[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, each in kept.items() if not each.get("integrity", "").startswith("sha512-")] == []
    assert [
        name for name, each in kept.items() if "://" in each.get("resolved", "")
    ] == []  # from the registry in force


def test_every_dependency_has_an_upper_bound() -> None:
    extras = project()["optional-dependencies"]
    every = [*project()["dependencies"], *(text for extra in extras.values() for text in extra)]
    tools = [line for name in ("tools.in", "build.in") for line in (ROOT / ".ci" / name).read_text().splitlines()]
    lines = [*every, *(line for line in tools if not line.startswith("#"))]
    open_ended = [text for text in lines if not text.startswith(OWN) and not re.search(r"<|==|~=", text)]
    assert open_ended == []


@cache
def audit() -> Any:
    loader = SourceFileLoader("ci_audit", str(ROOT / ".ci" / "audit"))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


GOOD = {"name": "good", "version": "1", "vulns": []}
BAD = {"name": "bad", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
UNKNOWN = {"name": "who", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("code", "packages", "verdict", "why"),
    [
        (0, [GOOD], "clean", "1 packages"),
        (0, [GOOD, UNKNOWN], "clean", "1 packages; not known: who"),
        (1, [GOOD, BAD, UNKNOWN], "vulnerable", "bad 2: CVE-1, mended in 3"),
        (0, [UNKNOWN, UNKNOWN], "unknown", "it knows none of the packages"),
        (0, [], "unknown", "it knows none of the packages"),
    ],
)
def test_what_an_audit_found_is_judged(code: int, packages: list[Any], verdict: str, why: str) -> None:
    assert audit().verdict(code, json.dumps({"dependencies": packages})) == (verdict, why)


@pytest.mark.parametrize("printed", ["", "[]", "Traceback"])
def test_an_audit_that_cannot_be_made_is_no_verdict(printed: str) -> None:
    assert audit().verdict(1, printed) == ("unknown", "it does not answer")


@pytest.mark.parametrize(
    ("verdicts", "code"), [(["unknown", "vulnerable"], 1), (["clean"], 0), (["unknown", "unknown"], 0)]
)
def test_the_second_source_is_asked_when_the_first_does_not_know(
    verdicts: list[str], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {
        "unknown": (1, ""),
        "clean": (0, json.dumps({"dependencies": [GOOD]})),
        "vulnerable": (1, json.dumps({"dependencies": [BAD]})),
    }
    left = [answers[each] for each in verdicts]
    monkeypatch.setattr(audit(), "ask", lambda _source: left.pop(0))
    assert audit().main() == code
    assert left == []
    assert capsys.readouterr().out.count("\n") == len(verdicts)
