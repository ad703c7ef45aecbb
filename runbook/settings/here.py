"""What a sandbox's settings may name: places on this machine, and no others."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, model_validator

from runbook.secrets import LOOPBACK
from runbook.settings.model import Text, plain_address, web_address, wrong
from runbook.settings.rescue import RescueSettings


def _here(value: str) -> str:
    if urlsplit(value).hostname not in LOOPBACK:
        raise ValueError("should be an address on this machine: a sandbox run reaches nothing else")
    return value


def _server(value: str) -> str:
    host, colon, port = value.strip().rpartition(":")
    if not colon or host not in LOOPBACK or not port.isdecimal() or not 0 < int(port) <= 65_535:
        raise ValueError("should be HOST:PORT on this machine")
    return f"{host}:{int(port)}"


def _metadata(value: str) -> str:
    return _here(web_address(value)) if value.startswith(("http:", "https:")) else value


HereAddress = Annotated[str, AfterValidator(web_address), AfterValidator(_here)]
HereIssuer = Annotated[str, AfterValidator(plain_address), AfterValidator(_here)]
HereServer = Annotated[str, AfterValidator(_server)]
Metadata = Annotated[Text, AfterValidator(_metadata)]


class HereRescue(RescueSettings):
    """`[sandbox.rescue]`: what `[rescue]` is for a real mailbox."""

    @model_validator(mode="after")
    def _is_here(self) -> HereRescue:
        if self.host not in LOOPBACK:
            raise wrong("host", "should be this machine: a sandbox run reaches nothing else")
        return self
