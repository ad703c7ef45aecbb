"""Which way is chosen where a page offers several: the password first, then the authenticator, a person last."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from flows.screens import Seen, answer
from flows.screens.answer import SignIn


class Pressed(list[str]):
    """What was pressed on the pages that one sign-in was shown."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, typed: int, totp: bool, passkey: bool = False) -> None:
        super().__init__()

        async def press(_page: Any, target: str, _patience: float) -> None:
            self.append(target)

        monkeypatch.setattr(answer, "press", press)
        login: Any = SimpleNamespace(passwords_typed=typed, totp=object() if totp else None)
        login.passkey = object() if passkey else None
        job: Any = SimpleNamespace(patience=1.0, keys={})
        page: Any = None
        self.sign_in = SignIn(job, login, page, "goal")

    async def shown(self, screen: str, *roles: str) -> bool:
        """Shows one page whose roles are found under their own names. False: it is a person's."""
        seen = Seen("google", screen, None, None, {role: role for role in roles}, "https://x.example", "/", "", "")
        answered: bool = await getattr(self.sign_in, "_" + screen.replace("-", "_"))(seen)
        if answered:
            self.sign_in.done.append(answer.key(seen))
        return answered


@pytest.mark.parametrize("screen", ["push", "security-key", "one-time-code"])
async def test_before_the_password_the_password_is_chosen(screen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed = Pressed(monkeypatch, typed=0, totp=False)
    assert await pressed.shown(screen, "other", "password")
    assert await pressed.shown(screen, "other")
    assert pressed == ["password", "other"]


@pytest.mark.parametrize("screen", ["push", "security-key", "one-time-code"])
async def test_after_the_password_another_way_needs_an_authenticator(
    screen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not await Pressed(monkeypatch, typed=1, totp=False).shown(screen, "other", "password")
    pressed = Pressed(monkeypatch, typed=1, totp=True)
    assert await pressed.shown(screen, "other", "password")
    assert pressed == ["other"]


async def test_more_ways_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pressed = Pressed(monkeypatch, typed=1, totp=True)
    assert await pressed.shown("method-chooser", "other")
    assert not await pressed.shown("method-chooser", "other")
    assert await pressed.shown("method-chooser", "totp", "password", "other")
    assert pressed == ["other", "totp"]


async def test_a_password_that_expires_later_is_changed_later(monkeypatch: pytest.MonkeyPatch) -> None:
    pressed = Pressed(monkeypatch, typed=1, totp=True)
    assert await pressed.shown("password-expiring", "skip")
    assert pressed == ["skip"]


@pytest.mark.parametrize(
    ("typed", "passkey", "chosen"), [(1, True, "passkey"), (0, True, "totp"), (1, False, "totp")],
    ids=["after the password", "before it", "without one"],
)  # fmt: skip
async def test_a_passkey_is_chosen_where_one_is_offered(
    typed: int, passkey: bool, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed = Pressed(monkeypatch, typed=typed, totp=True, passkey=passkey)
    assert await pressed.shown("method-chooser", "totp", "password", "passkey")
    assert pressed == [chosen]


@pytest.mark.parametrize("screen", ["push", "one-time-code", "totp"])
async def test_a_passkey_is_a_way_round_a_code_that_nobody_has(screen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed = Pressed(monkeypatch, typed=1, totp=False, passkey=True)
    assert await pressed.shown(screen, "other")
    assert pressed == ["other"]
    without = Pressed(monkeypatch, typed=1, totp=False)
    assert not await without.shown(screen, "other")
