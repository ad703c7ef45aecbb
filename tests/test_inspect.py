"""`python -m runbook inspect`: what is seen on a saved page, on the pages of a HAR, on several files at once."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from runbook.cli import main

pytestmark = pytest.mark.thorough

LOGIN = """<!doctype html><title>Staff</title><script>document.title = 'scripts run'</script>
<noscript><form><input name=username><input type=password name=password><button>In</button></form></noscript>
<form method=post><label>User <input name=user autocomplete=username></label>
<label>Secret <input type=password name=pass autocomplete=current-password></label><button>Go</button></form>"""
POEM = "<!doctype html><title>Poem</title><p>Nothing is asked here.</p>"
# Saved pages of real sign-in sites, which are no part of this project.
REAL = Path(__file__).parents[2] / "shared" / "realpages"


def inspect(*args: object) -> Result:
    return CliRunner().invoke(main, ["inspect", *map(str, args)])


@pytest.fixture
def login(tmp_path: Path) -> Path:
    path = tmp_path / "login.html"
    path.write_text(LOGIN)
    return path


def test_one_page_as_json_is_one_object(login: Path) -> None:
    done = inspect(login, "--url", "https://sso.example.com/login", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["site"], told["screen"], told["problem"], told["problem_text"]) == (
        "generic",
        "credentials",
        None,
        None,
    )
    assert set(told["fields"]) == {"username", "password", "code", "submit"}
    assert "user" in told["fields"]["username"]
    assert told["fields"]["code"] is None
    assert told["action"] == "type the user name and the password, press submit"


def test_several_pages_are_an_array_in_the_order_given(login: Path, tmp_path: Path) -> None:
    poem = tmp_path / "poem.html"
    poem.write_text(POEM)
    done = inspect(poem, login, poem, "--json")
    assert done.exit_code == 50
    assert [page["screen"] for page in json.loads(done.stdout)] == ["unknown", "credentials", "unknown"]


def test_a_map_says_where_each_file_was_saved(tmp_path: Path) -> None:
    page = '<form><input id="i0116" name="loginfmt" type="email"><input type="submit" id="idSIButton9" value="Next"></form>'
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "page.html").write_text(page)
    addresses = {"a/page.html": "https://login.microsoftonline.com/common/oauth2/v2.0/authorize"}
    (tmp_path / "map.json").write_text(json.dumps(addresses))
    done = inspect(tmp_path / "a" / "page.html", "--urls", tmp_path / "map.json", "--json")
    told = json.loads(done.stdout)
    assert (told["site"], told["screen"]) == ("microsoft", "username")


def test_a_person_reads_what_would_be_done_and_that_the_address_is_missing(login: Path) -> None:
    done = inspect(login)
    assert "type the user name and the password" in done.stdout
    assert "--url" in done.stdout


def test_the_runner_up_is_told_with_its_reason(tmp_path: Path) -> None:
    page = tmp_path / "kc.html"
    page.write_text(
        '<div id="kc-form-login"><form id="kc-form-login"><input id="username" name="username">'
        '<input id="password" name="password" type="password"><input type="submit" id="kc-login"></form></div>'
    )
    told = json.loads(inspect(page, "--url", "https://sso.example.com/realms/a/x", "--json").stdout)
    assert (told["site"], told["screen"]) == ("keycloak", "credentials")
    assert told["runner_up"]["why"]
    assert (told["runner_up"]["site"], told["runner_up"]["screen"]) != ("keycloak", "credentials")


WORDS = "<label>User name<input name=user></label><label>Password<input type=password name=pass></label>"
ANOTHER = f"<form action=/a><h2>Sign in</h2>{WORDS}<button>Sign in</button></form>"
NEW = "<label>Password<input type=password name=new autocomplete=new-password></label>"
JOIN = f"<form action=/join><h2>Create an account</h2><label>E-mail<input type=email name=mail></label>{NEW}<button>Sign up</button></form>"


@pytest.mark.parametrize(
    ("page", "screen", "why"),
    [
        (ANOTHER + ANOTHER.replace("/a", "/b"), "unknown", "two forms fit equally well"),
        (ANOTHER + JOIN, "credentials", "its words are those of a sign-up"),
        (JOIN, "unknown", "it asks for a new password"),
        (f"<form><h2>SMTP</h2><label>Server<input name=host></label>{WORDS}<button>Save</button></form>", "unknown", "machine"),
    ],
    ids=["a tie", "beside a sign-up", "a sign-up alone", "a mail server"],
)  # fmt: skip
def test_the_form_finder_tells_what_came_next_too(page: str, screen: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><meta charset=utf-8><title>Page</title>{page}")
    told = json.loads(inspect(file, "--json").stdout)
    assert told["screen"] == screen
    assert why in told["runner_up"]["why"]


def test_every_page_of_a_har_is_inspected(tmp_path: Path) -> None:
    def entry(url: str, body: str, mime: str = "text/html") -> dict[str, object]:
        return {"request": {"url": url}, "response": {"content": {"mimeType": mime, "text": body}}}

    har = {"log": {"entries": [entry("https://a.example/", LOGIN), entry("https://a.example/x.js", "1", "text/javascript"),
                               entry("https://b.example/", POEM)]}}  # fmt: skip
    path = tmp_path / "run.har"
    path.write_text(json.dumps(har))
    done = inspect(path, "--json")
    assert [page["screen"] for page in json.loads(done.stdout)] == ["credentials", "unknown"]


ANSWERS = """<!doctype html><title>Staff</title><form method=post id=form></form><script>
  const tell = (what) => fetch('/told/' + what, {method: 'POST', keepalive: true});
  const KINDS = ['keydown', 'keyup', 'beforeinput', 'input', 'change', 'mousedown', 'click', 'focusin', 'submit', 'own'];
  for (const kind of KINDS) addEventListener(kind, () => tell(kind), true);
  dispatchEvent(new Event('own'));
  const fields = '<input name=user autocomplete=username><input type=password name=pass><button>Log in</button>';
  fetch('/seen').then(() => { form.innerHTML = fields; });
</script>"""


def test_a_live_page_is_looked_at_and_nothing_is_typed_pressed_or_sent() -> None:
    asked: list[str] = []

    class Live(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(ANSWERS.encode() if self.path == "/" else b"")

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Live) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        done = inspect(f"http://127.0.0.1:{server.server_address[1]}/", "--json")
        server.shutdown()
        serving.join()
    told = json.loads(done.stdout)
    assert (told["screen"], told["action"]) == ("credentials", "type the user name and the password, press submit")
    # The page tells of every event; the one that it made itself is there, and no other.
    assert sorted(line for line in asked if not line.endswith("favicon.ico")) == [
        "GET /",
        "GET /seen",
        "POST /told/own",
    ]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["nothing.html"], "cannot be read"),
        (["a.html", "b.html", "--url", "https://sso.example.com/"], "--url is for one file"),
        (["a.html", "--urls", "list.json"], "not a JSON map"),
        (["data.json"], "not a HAR"),
        (["http://127.0.0.1:59999/"], "cannot be reached"),
    ],
)
def test_what_cannot_be_inspected_is_told(
    args: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.html").write_text(POEM)
    Path("b.html").write_text(POEM)
    Path("list.json").write_text("[1]")
    Path("data.json").write_text('{"a": 1}')
    done = inspect(*args)
    assert done.exit_code in (2, 20)
    assert said in done.stderr
    assert "Remedy:" in done.stderr


def test_the_development_set_is_recognised_exactly() -> None:
    if not (REAL / "labels.json").is_file():
        pytest.skip("no saved real pages in ../shared/realpages")
    labels = json.loads((REAL / "labels.json").read_text())
    begun = time.monotonic()
    done = inspect(*(REAL / name for name in labels), "--urls", REAL / "labels.json", "--json")
    seconds = time.monotonic() - begun
    keys = ("site", "screen", "problem")
    found = {name: {key: page[key] for key in keys} for name, page in zip(labels, json.loads(done.stdout), strict=True)}
    assert found == {name: {key: label[key] for key in keys} for name, label in labels.items()}
    assert done.exit_code == 0
    assert seconds / len(labels) < 0.6  # a hundred pages in a minute
