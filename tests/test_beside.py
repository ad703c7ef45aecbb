"""What is watched beside the steps: a page that did not come is told as its site's failure, and not as a page that changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from runbook.beside import failed_site, note_document
from runbook.errors import PageChanged, RunbookError, Transient
from runbook.step import Job


@dataclass(eq=False)
class Tab:
    closed: bool = False

    def is_closed(self) -> bool:
        return self.closed


@dataclass
class Frame:
    page: Tab
    parent_frame: Any = None


@dataclass
class Asked:
    """A request of the browser's, and the answer to it, in one."""

    frame: Frame
    url: str = "https://acme.atlassian.net/x?code=1"
    failure: str | None = None
    status: int = 200
    navigates: bool = True

    def is_navigation_request(self) -> bool:
        return self.navigates


@dataclass
class Work:
    """What is needed of a job."""

    page: Tab = field(default_factory=Tab)
    jira: Tab = field(default_factory=Tab)
    window: Tab | None = None
    stage: Tab | None = None
    documents: dict[Tab, Any] = field(default_factory=dict)

    def meets(self, asked: Asked, *, answered: bool = True) -> None:
        note_document(cast(Job, self), cast(Any, asked), cast(Any, asked if answered else None))

    def error(self, error: RunbookError) -> RunbookError:
        return cast(RunbookError, failed_site(cast(Job, self), error))


CHANGED = PageChanged("Another page.")


def test_a_page_that_a_site_answered_with_5xx_is_the_sites_failure() -> None:
    work = Work()
    work.meets(Asked(Frame(work.jira), status=503))
    found = work.error(CHANGED)
    assert isinstance(found, Transient)
    assert (found.cause, found.reason) == ("https://acme.atlassian.net answered 503.", "http-503")


def test_a_page_to_which_there_is_no_way_is_the_networks_failure() -> None:
    work = Work(window=Tab())
    assert work.window
    work.meets(Asked(Frame(work.window), failure="net::ERR_CONNECTION_RESET"), answered=False)
    found = work.error(CHANGED)
    assert (found.reason, "connection reset" in found.cause, "code=1" in found.cause) == (
        "err_connection_reset",
        True,
        False,
    )


@pytest.mark.parametrize(
    "later",
    [
        {"status": 200},
        {"status": 404},
    ],
)
def test_a_page_that_came_afterwards_is_judged_by_itself(later: dict[str, Any]) -> None:
    work = Work()
    work.meets(Asked(Frame(work.jira), status=500))
    work.meets(Asked(Frame(work.jira), **later))
    assert work.error(CHANGED) is CHANGED


def test_what_is_no_page_of_its_own_does_not_count() -> None:
    work = Work()
    work.meets(Asked(Frame(work.jira, parent_frame="outer"), status=500))
    work.meets(Asked(Frame(work.jira), status=500, navigates=False))
    work.meets(Asked(Frame(work.jira), failure="net::ERR_ABORTED"), answered=False)
    assert work.error(CHANGED) is CHANGED


def test_another_error_and_a_closed_window_stay_what_they_are() -> None:
    work = Work(window=Tab(closed=True))
    assert work.window
    work.meets(Asked(Frame(work.window), status=500))
    assert work.error(CHANGED) is CHANGED
    work.meets(Asked(Frame(work.page), status=500))
    other = RunbookError("Something else.")
    assert work.error(other) is other
