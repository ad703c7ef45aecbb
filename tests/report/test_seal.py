"""The seal: what it finds, what it follows, and that the system's own tool reads it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import PICTURE, folder, record

from runbook.evidence import RunFolder
from runbook.report.finish import finish
from runbook.report.seal import SEAL, Verdict, _line, _read, seal, verify

POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes and links")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    made = folder(tmp_path / "runs", record())
    assert finish(made) is None
    return made


def test_a_run_that_nobody_touched_verifies(run: Path) -> None:
    assert verify(run).good
    assert {line.split("  ")[1] for line in (run / SEAL).read_text().splitlines()} == {
        "run.json",
        "report.html",
        PICTURE,
    }


def test_the_systems_own_tool_reads_the_seal(run: Path) -> None:
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("there is no sha256sum here")
    strange = "back\\slash and\nnewline.txt"
    RunFolder(run).write(strange, b"x")
    seal(run)
    assert verify(run).good
    done = subprocess.run([tool, "--check", "--strict", SEAL], cwd=run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count(": OK")) == (0, 4)
    (run / PICTURE).write_bytes(b"other")
    assert subprocess.run([tool, "-c", "--quiet", SEAL], cwd=run, capture_output=True, check=False).returncode == 1


def test_what_was_changed_taken_away_or_added_is_named(run: Path) -> None:
    (run / "run.json").write_text("{}")
    (run / PICTURE).unlink()
    RunFolder(run).write("new.txt", b"x")
    (run / "below").mkdir(mode=0o700)
    RunFolder(run / "below").write("deep.txt", b"x")
    expected = Verdict(run.name, missing=[PICTURE], changed=["run.json"], added=["below/deep.txt", "new.txt"])
    assert verify(run) == expected


def test_one_letter_is_enough(run: Path) -> None:
    page = run / "report.html"
    page.write_bytes(page.read_bytes().replace(b"1.20 s", b"1.10 s"))
    assert verify(run).changed == ["report.html"]


def test_a_run_without_a_seal_does_not_verify(run: Path) -> None:
    (run / SEAL).unlink()
    assert verify(run) == Verdict(run.name, unsealed=True)
    assert not verify(run).good


@pytest.mark.parametrize("content", [b"fake", b"\xff\xfe", b"0" * 64 + b"\n", b""])
def test_a_seal_that_is_none_does_not_verify(content: bytes, run: Path) -> None:
    RunFolder(run).replace(SEAL, content)
    assert verify(run) == Verdict(run.name, damaged=True)


@POSIX
def test_a_link_in_the_place_of_a_file_does_not_verify_even_if_the_content_is_the_same(
    run: Path, tmp_path: Path
) -> None:
    (run / PICTURE).rename(tmp_path / "moved.png")
    (run / PICTURE).symlink_to(tmp_path / "moved.png")
    assert verify(run) == Verdict(run.name, changed=[PICTURE], odd=[f"{PICTURE} is not a file"])


@POSIX
def test_a_link_to_a_folder_is_not_gone_into(run: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("x")
    (run / "link").symlink_to(tmp_path / "elsewhere")
    assert verify(run) == Verdict(run.name, added=["link"], odd=["link is not a file"])
    with pytest.raises(OSError, match="link is not a file"):
        seal(run)


@POSIX
def test_a_seal_that_is_a_link_is_not_read(run: Path, tmp_path: Path) -> None:
    (run / SEAL).rename(tmp_path / SEAL)
    (run / SEAL).symlink_to(tmp_path / SEAL)
    assert verify(run) == Verdict(run.name, damaged=True)
    before = (tmp_path / SEAL).read_bytes()
    seal(run)  # the link goes, what it pointed to stays
    assert not (run / SEAL).is_symlink()
    assert (tmp_path / SEAL).read_bytes() == before


@POSIX
@pytest.mark.parametrize("name", [".", "run.json", SEAL])
def test_what_others_can_use_does_not_verify(name: str, run: Path) -> None:
    (run / name).chmod(0o755 if name == "." else 0o644)
    (odd,) = verify(run).odd
    assert odd.startswith(f"{name} can be ")
    assert not verify(run).good


@given(name=st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1))
def test_whatever_a_file_is_called_the_seal_reads_its_name_back(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "one-seal"
    path.write_text(_line(name, "0" * 64) + "\n", encoding="utf-8", newline="")
    assert _read(path) == {name: "0" * 64}
