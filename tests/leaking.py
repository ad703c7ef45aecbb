"""Looks for planted secrets in everything that was written or printed. Written apart from what the product searches with.

Every planted secret has awkward characters and a mark of letters and digits, which nearly every encoding leaves as it is: a part of
a secret is found as well.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import os
import re
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus, urlsplit

import psutil

MARK = re.compile(r"[A-Za-z0-9]{8,}")
RUN = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
CODE = re.compile(r"\d{4,8}")


def mark_of(secret: str) -> str:
    """The longest run of letters and digits in it: what is looked for."""
    return max(MARK.findall(secret), key=len)


def parts(secret: str) -> list[str]:
    """A secret of several parts gives each of them: in whatever order they are written, none may be there."""
    if secret.startswith('{"'):
        return [
            json.loads(secret)["privateKey"]
        ]  # its name, a site tells to everybody who asks to sign in as its owner
    if "://" not in secret:
        return [secret]
    address = urlsplit(secret)
    if address.scheme == "otpauth":
        return [value for name, value in parse_qsl(address.query) if name == "secret"]
    return [part for part in (address.password or "", *address.path.split("/")) if MARK.search(part)]


def forms(text: str) -> set[bytes]:
    """A text in every encoding whose letters may be large or small, in small ones; also those that leave nothing as it is."""
    octets = text.encode()
    styles = ("%{:02x}", "\\x{:02x}", "\\u{:04x}", "&#{};", "&#x{:x};", "={:02x}", "{:02x}", "{:02x} ", "{}, ")
    found = {octets, text.encode("utf-16-le"), text.encode("utf-16-be"), octets[::-1]}
    found |= {"".join(style.format(octet) for octet in octets).strip(", ").encode() for style in styles}
    return {form.lower() for form in found}


def digests(secret: str) -> set[bytes]:
    """By these a guess could be tried."""
    ways = (hashlib.md5, hashlib.sha1, hashlib.sha256)
    return {way(secret.encode()).hexdigest().encode() for way in ways}


def base64_forms(text: str) -> set[bytes]:
    """What base64 shows of a text, wherever it stands in a longer one."""
    found: set[bytes] = set()
    for octets in (text.encode(), text.encode("utf-16-le"), quote(text, safe="").encode()):
        for offset in range(3):
            whole = base64.b64encode(b"\0" * offset + octets)
            core = whole[(0, 2, 3)[offset] : (offset + len(octets)) * 8 // 6]
            found |= {core, core.replace(b"+", b"-").replace(b"/", b"_")}
    return found


@dataclass
class Search:
    """What must not be found: name to secret, and `plain` values that have no name. One-time codes are found where they stand as
    words of their own."""

    secrets: dict[str, str] = field(default_factory=dict)
    plain: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._forms: dict[str, tuple[set[bytes], set[bytes]]] = {}
        self._codes: dict[str, re.Pattern[bytes]] = {}
        for name, secret in self.secrets.items():
            self.add(name, secret)

    def add(self, name: str, secret: str) -> None:
        """One secret more."""
        if CODE.fullmatch(secret):
            # Not as the fraction of a second.
            self._codes[name] = re.compile(rb"(?<![\w.])" + secret.encode() + rb"(?!\w)")
            return
        for at, part in enumerate(parts(secret)):
            mark = mark_of(part)
            self._forms[f"{name}/{at}"] = (forms(mark) | digests(part), base64_forms(mark))

    def __call__(self, texts: Mapping[str, bytes]) -> list[str]:
        """Where something was found, and which: never the value."""
        seen: dict[bytes, str] = {}
        for where, content in texts.items():
            for layer, octets in layers(where, content):
                seen.setdefault(octets, layer)
        return sorted({f"{name} in {where}" for octets, where in seen.items() for name in self._in(octets)})

    def _in(self, octets: bytes) -> Iterator[str]:
        lower = octets.lower()
        for name, (anyhow, exactly) in self._forms.items():
            if any(form in lower for form in anyhow) or any(form in octets for form in exactly):
                yield name
        for name, pattern in self._codes.items():
            if pattern.search(octets):
                yield name
        for value in self.plain:
            if value.encode() in octets or quote(value, safe="").encode() in octets:
                yield f"a value that a site gave, {len(value)} characters"


def layers(where: str, octets: bytes, depth: int = 3) -> Iterator[tuple[str, bytes]]:
    """A content, and what is packed in it: members of a zip, compressed data, long runs of base64."""
    yield where, octets
    if not depth:
        return
    if octets[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(octets)) as zipped:
            for name in zipped.namelist():
                yield f"{where}/{name}", name.encode()
                yield from layers(f"{where}/{name}", zipped.read(name), depth - 1)
        return
    if octets[:2] == b"\x1f\x8b" or octets[:1] == b"\x78":
        with suppress(zlib.error):
            yield from layers(f"{where} (inflated)", zlib.decompressobj(47).decompress(octets), depth - 1)
    if len(octets) < 4_000_000:
        for run in {match[0] for match in RUN.finditer(octets)}:
            for inner in _unpacked(run):
                yield from layers(f"{where} (base64)", inner, depth - 1)


def _unpacked(run: bytes) -> Iterator[bytes]:
    bare = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    with suppress(binascii.Error, ValueError):
        inner = base64.b64decode(bare + b"=" * (-len(bare) % 4))
        if inner[:2] == b"\x1f\x8b" or inner[:1] == b"\x78":
            yield inner
        with suppress(zlib.error):
            yield zlib.decompressobj(-15).decompress(inner)


def files_in(*folders: Path) -> dict[str, bytes]:
    """Every file in these folders, by its path, and the paths themselves."""
    found = {}
    for folder in folders:
        for path in folder.rglob("*"):
            name = str(path.relative_to(folder.parent))
            if path.is_file() and not path.is_symlink():
                found[name] = path.read_bytes()
            found[f"the path {name}"] = name.encode()
    return found


class Overheard:
    """A WSGI application that notes what a site gives out and takes that is as good as a password: cookies, codes, states, tokens."""

    NAMES = re.compile(r"code|state|nonce|.*token.*|.*csrf.*|saml\w*|.*verifier|password|otc|.*secret.*|.*ticket", re.I)

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app, self.values = app, set[str]()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self._note_cookies(environ.get("HTTP_COOKIE", "").split("; "))
        self._note_pairs(environ.get("QUERY_STRING", ""))
        if "urlencoded" in environ.get("CONTENT_TYPE", ""):
            self._note_pairs(environ["wsgi.input"].getvalue().decode("utf-8", "replace"))

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self._note_cookies(value.partition(";")[0] for name, value in headers if name.lower() == "set-cookie")
            for name, value in headers:
                if name.lower() == "location":
                    self._note_pairs(urlsplit(value).query)
                    self._note_pairs(urlsplit(value).fragment)
            return start_response(status, headers, *more)

        return self._app(environ, start)

    def _note_pairs(self, text: str) -> None:
        for name, value in parse_qsl(text):
            if self.NAMES.fullmatch(name):
                self._note(value)

    def _note_cookies(self, cookies: Iterable[str]) -> None:
        for cookie in cookies:
            self._note(unquote_plus(cookie.partition("=")[2]))

    def _note(self, value: str) -> None:
        if len(value) >= 16 and re.search(r"\d", value) and not re.search(r"[\s/:]", value):
            self.values.add(value)


class Witness:
    """Knows arguments and environment of every program that a command starts: those of Pythons by what `witness/sitecustomize.py` notes
    before they begin, the browser by its wrapper, and what the browser starts by looking at it while it runs."""

    HOOK = Path(__file__).parent / "witness"
    EVERY = 0.5  # seconds between two looks

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder, self._noted = folder, set[tuple[int, str]]()
        self.seen: dict[str, bytes] = {}

    def env(self, path: str) -> dict[str, str]:
        """What the command has to be started with; `path` is its PYTHONPATH."""
        return {"WITNESS": str(self._folder / "programs"), "PYTHONPATH": os.pathsep.join((str(self.HOOK), path))}

    @property
    def wrapper(self) -> str:
        """The line of a shell script, which notes what it was started with."""
        return f"cat /proc/$$/cmdline /proc/$$/environ >'{self._folder}/wrapper.'$$"

    @property
    def wrapped(self) -> bool:
        """Whether the wrapper was started."""
        return any(self._folder.glob("wrapper.*"))

    @contextmanager
    def watching(self, pid: int) -> Iterator[None]:
        """For the length of the block, which ends when the process `pid` has ended."""
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(psutil.Process(pid), over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self._read()

    def _watch(self, root: psutil.Process, over: threading.Event) -> None:
        with suppress(psutil.Error):
            own = root.cmdline()
            while not over.wait(self.EVERY):
                for child in root.children(recursive=True):
                    with suppress(psutil.Error):
                        self._note(child, own)

    def _note(self, child: psutil.Process, own: list[str]) -> None:
        words = child.cmdline()
        # Between its making and its beginning a process is a copy of the one that makes it.
        if not words or words == own or (child.pid, words[0]) in self._noted:
            return
        environ = [f"{key}={value}" for key, value in child.environ().items()]
        if child.cmdline() == words:
            self._noted.add((child.pid, words[0]))
            self._add(words[0], [*words, *environ])

    def _read(self) -> None:
        programs = self._folder / "programs"
        for line in programs.read_text().splitlines() if programs.exists() else ():
            told = json.loads(line)
            self._add(told["program"], [*told["argv"], *(f"{key}={value}" for key, value in told["env"].items())])
        for path in (programs, *self._folder.glob("wrapper.*")):
            if path.name != "programs":
                self._add("headless-browser", path.read_bytes().decode("utf-8", "surrogateescape").split("\0"))
            path.unlink(missing_ok=True)

    def _add(self, program: str, words: list[str]) -> None:
        name = f"program {len(self.seen)} {Path(program).name}"
        self.seen[name] = "\0".join(words).encode("utf-8", "surrogateescape")
