"""One page of the form finder's table of cases."""

from __future__ import annotations

from dataclasses import dataclass

MARKS = {"@u": "username", "@p": "password", "@c": "code", "@s": "submit", "@o": "confirm"}


@dataclass(frozen=True)
class Case:
    """`html`: a page in which `@u @p @c @s @o` mark the user name, the password, the code, the submit button and the button
    that confirms a sign-out: what the finder must name, and nothing else. `path`: where the page is served."""

    name: str
    screen: str
    html: str
    problem: str | None = None
    path: str = "/"

    @property
    def page(self) -> str:
        html = self.html
        for mark, role in MARKS.items():
            html = html.replace(mark, f"data-is={role}")
        return f"<!doctype html><meta charset=utf-8>{html}"

    @property
    def roles(self) -> set[str]:
        return {role for mark, role in MARKS.items() if mark in self.html}
