"""One-time codes: right, alive, and never given twice."""

from __future__ import annotations

import multiprocessing
import traceback
from email.utils import formatdate
from multiprocessing.queues import Queue
from pathlib import Path

import pyotp
import pytest

from runbook.errors import ConfigError, Transient
from runbook.otp import Code, OneTimeCodes, parse, skew_from_date_header
from runbook.state import State

SECRET = "FAKE2345ABCDEFGHIJKLMNOP"
# RFC 6238, appendix B: 8 digits, 30 s.
RFC = {
    "SHA1": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "SHA256": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA",
    "SHA512": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA",
}


class Memory:
    def __init__(self) -> None:
        self.taken: list[tuple[str, int]] = []

    def claim(self, key: str, counter: int) -> bool:
        if (key, counter) in self.taken:
            return False
        self.taken.append((key, counter))
        return True


class Clock:
    """A clock that moves only when somebody waits."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.waits: list[float] = []
        self.said: list[str] = []

    def __call__(self) -> float:
        return self.now

    async def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def codes(self, ledger: Memory | None = None) -> OneTimeCodes:
        return OneTimeCodes(ledger or Memory(), self, self.wait, self.said.append)


async def test_a_code_is_the_one_that_the_site_expects() -> None:
    code = await Clock(1_000_000_001.0).codes().code(SECRET)
    assert code.value == pyotp.TOTP(SECRET).at(1_000_000_001)
    assert code.counter == 1_000_000_001 // 30
    assert code.lives == pytest.approx(30 - 1_000_000_001 % 30)


@pytest.mark.parametrize(
    ("algorithm", "at", "expected"),
    [("SHA1", 59, "94287082"), ("SHA256", 1111111109, "68084774"), ("SHA512", 20000000000, "47863826")],
)
async def test_the_codes_of_the_standard_come_out(algorithm: str, at: int, expected: str) -> None:
    uri = f"otpauth://totp/Acme:ada?secret={RFC[algorithm]}&algorithm={algorithm}&digits=8"
    if at % 30 > 25:  # with under 5 s to live it would not be given
        at -= 20
    assert (await Clock(float(at)).codes().code(uri)).value == expected


@pytest.mark.parametrize(
    "text",
    [
        "fake 2345 abcd efgh ijkl mnop",
        "FAKE-2345-ABCD-EFGH-IJKL-MNOP",
        " FAKE2345ABCDEFGHIJKLMNOP======\n",
        "Fake2345AbcdEfghIjklMnop",
    ],
)
async def test_a_secret_is_read_however_it_was_written_down(text: str) -> None:
    now = 1_000_000_000.0
    assert (await Clock(now).codes().code(text)).value == pyotp.TOTP(SECRET).at(int(now))


async def test_a_secret_of_eighty_bits_is_good_enough() -> None:
    # The example of pyotp's own manual, from the time before it asked for more bits.
    assert (await Clock(30 * 1401.0).codes().code("base32secret3232")).value == "316439"


async def test_digits_and_period_of_an_address_are_kept() -> None:
    uri = f"OTPAUTH://totp/x?secret={SECRET.lower()}&digits=7&period=60"
    code = await Clock(600.0).codes().code(uri)
    assert code.value == pyotp.TOTP(SECRET, digits=7, interval=60).at(600)
    assert (len(code.value), code.counter, code.lives) == (7, 10, 60)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123456",
        "not base32 at all!",
        "FAKE2345",
        "FAKE2345ABCDEFGHA",
        "hunter2hunter2hunter8",
        f"otpauth://hotp/x?secret={SECRET}&counter=1",
        f"otpauth://totp/x?secret={SECRET}&digits=9",
        f"otpauth://totp/x?secret={SECRET}&algorithm=MD5",
        f"otpauth://totp/x?secret={SECRET}&period=0",
        f"otpauth://totp/x?secret={SECRET}&period=x",
        f"otpauth://totp/x?secret={SECRET}&encoder=steam",
        "otpauth://totp/x?issuer=Acme",
        "otpauth://totp/x?secret=hunter2hunter2!!",
        "otpauth://[",
    ],
)
def test_what_is_no_totp_secret_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    told = "".join(traceback.format_exception(caught.value)).split("ConfigError: ")[1] + str(vars(caught.value))
    assert not [part for part in (text, SECRET, "hunter2", "FAKE2345") if part and part in told]
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


async def test_a_code_is_never_given_twice() -> None:
    clock, ledger = Clock(1_000_000_000.0), Memory()
    given = [await clock.codes(ledger).code(SECRET) for _ in range(4)]
    assert len({code.counter for code in given}) == 4
    assert [step for _, step in ledger.taken] == [code.counter for code in given]


async def test_the_same_secret_written_otherwise_is_the_same_secret() -> None:
    clock, ledger = Clock(1_000_000_000.0), Memory()
    first = await clock.codes(ledger).code(SECRET)
    second = await clock.codes(ledger).code(f"otpauth://totp/x?secret={SECRET.lower()}")
    assert second.counter == first.counter + 1


async def test_two_secrets_do_not_wait_for_each_other() -> None:
    clock, ledger = Clock(1_000_000_000.0), Memory()
    await clock.codes(ledger).code(SECRET)
    await clock.codes(ledger).code("FAKE2345ABCDEFGHIJKLMNOQ")
    assert clock.waits == []


async def test_a_code_with_under_five_seconds_to_live_is_not_given() -> None:
    clock, ledger = Clock(30 * 1000 + 25.5), Memory()
    code = await clock.codes(ledger).code(SECRET)
    assert (code.counter, code.lives) == (1001, 30)
    assert [step for _, step in ledger.taken] == [1001]
    assert clock.waits == [4.5]
    assert clock.said == ["waiting 5 s for the next one-time code"]


async def test_a_code_with_five_seconds_to_live_is_given_at_once() -> None:
    clock = Clock(30 * 1000 + 25.0)
    assert (await clock.codes().code(SECRET)).lives == 5
    assert clock.waits == []


async def test_the_sites_clock_counts() -> None:
    clock = Clock(30 * 1000 + 10.0)
    code = await clock.codes().code(SECRET, skew=100.0)
    assert code.counter == 1003
    assert code.value == pyotp.TOTP(SECRET).at(30 * 1003)


async def test_a_clock_that_jumps_back_gives_no_code_again() -> None:
    clock, ledger = Clock(30 * 1000 + 1.0), Memory()
    first = await clock.codes(ledger).code(SECRET)
    second = await clock.codes(ledger).code(SECRET)
    clock.now = 30 * 1000 + 2.0
    third = await clock.codes(ledger).code(SECRET)
    assert len({first.counter, second.counter, third.counter}) == 3
    assert third.value not in {first.value, second.value}


async def test_a_code_that_aged_while_it_was_claimed_is_not_given() -> None:
    clock = Clock(30 * 1000 + 20.0)

    class Slow(Memory):
        def claim(self, key: str, counter: int) -> bool:
            if not self.taken:
                clock.now += 8
            return super().claim(key, counter)

    ledger = Slow()
    code = await clock.codes(ledger).code(SECRET)
    assert code.counter == 1001
    assert [step for _, step in ledger.taken] == [1000, 1001]


async def test_it_gives_up_when_others_take_every_code() -> None:
    class Greedy(Memory):
        def claim(self, key: str, counter: int) -> bool:
            return False

    with pytest.raises(Transient, match="No unused one-time code"):
        await Clock(0.0).codes(Greedy()).code(SECRET)


async def test_the_ledger_is_not_told_the_secret() -> None:
    ledger = Memory()
    await Clock(1_000_000_000.0).codes(ledger).code(SECRET)
    assert SECRET not in ledger.taken[0][0]


def test_a_code_does_not_show_its_value() -> None:
    assert "123456" not in repr(Code("123456", 1, 30.0))


@pytest.mark.parametrize(
    ("sent", "received"),
    [(1_800_000_000.0, 1_800_000_000.1), (1_800_000_000.95, 1_800_000_001.0), (1_799_999_992.0, 1_800_000_001.0)],
)
def test_clocks_that_may_agree_are_taken_to_agree(sent: float, received: float) -> None:
    """However long the answer took, the code is not one of the next step already."""
    header = formatdate(1_800_000_000, usegmt=True)
    assert skew_from_date_header(header, sent, received) == 0.0
    assert skew_from_date_header(header, sent + 60, received + 60) != 0.0


@pytest.mark.parametrize(
    ("header", "sent", "received", "expected"),
    [
        ("Thu, 01 Jan 1970 00:01:40 GMT", 99.5, 101.5, 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 10.0, 11.0, 90.0),
        ("Thu, 01 Jan 1970 00:01:40 -0000", 99.5, 101.5, 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 190.5, 190.5, -90.0),
        ("yesterday", 1.0, 2.0, None),
        ("", 1.0, 2.0, None),
        ("Thu, 99 Jan 1970 00:01:40 GMT", 1.0, 2.0, None),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 101.0, 99.0, None),
    ],
)
def test_the_skew_is_read_at_the_middle_of_the_request(
    header: str, sent: float, received: float, expected: float | None
) -> None:
    assert skew_from_date_header(header, sent, received) == expected


def _claims(folder: Path, results: Queue[list[int]]) -> None:
    ledger = State(folder).ledger
    results.put([counter for counter in range(40) if ledger.claim("one secret", counter)])


def test_two_processes_never_get_the_same_code(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    State(folder)
    context = multiprocessing.get_context("spawn")
    results: Queue[list[int]] = context.Queue()
    processes = [context.Process(target=_claims, args=(folder, results)) for _ in range(3)]
    for process in processes:
        process.start()
    taken = [counter for _ in processes for counter in results.get(timeout=60)]
    for process in processes:
        process.join()
    assert sorted(taken) == list(range(40))
