"""Where a secret can stand in a recording: any value by `PLACES`, one under a telling name by `NAMED`."""

from __future__ import annotations

import base64
import gzip
import html
import json
from urllib.parse import quote, quote_plus

from fixtures_support.exchange import URL, exchange


def basic(secret: str) -> str:
    return "Basic " + base64.b64encode(f"ada:{secret}".encode()).decode()


def packed(secret: str) -> str:
    return base64.b64encode(gzip.compress(f"{secret} and again {secret}".encode())).decode()


PLACES = {
    "query": lambda s: exchange(f"{URL}?a=1&thing={quote(s, safe='')}"),
    "query with plus": lambda s: exchange(f"{URL}?thing={quote_plus(s)}&b=2"),
    "fragment": lambda s: exchange(f"{URL}#thing={quote(s, safe='')}"),
    "path": lambda s: exchange(f"{URL}/{quote(s, safe='')}/x"),
    "address in an address": lambda s: exchange(
        f"{URL}?go=" + quote("https://a.example/?t=" + quote(s, safe=""), safe="")
    ),
    "location": lambda s: exchange(response={"Location": f"{URL}?thing={quote(s, safe='')}"}),
    "form": lambda s: exchange(sent=f"user=ada&thing={quote_plus(s)}"),
    "multipart": lambda s: exchange(
        sent=f'--b\r\nContent-Disposition: form-data; name="thing"\r\n\r\n{s}\r\n--b--',
        mime="multipart/form-data; boundary=b",
    ),
    "json sent": lambda s: exchange(sent=json.dumps({"a": {"b": [s]}}), mime="application/json"),
    "json got": lambda s: exchange(got=json.dumps({"a": {"b": [{"c": s}]}}), kind="application/json"),
    "json in json": lambda s: exchange(
        got=json.dumps({"a": json.dumps({"b": s}, ensure_ascii=False)}), kind="application/json"
    ),
    "cookie": lambda s: exchange(request={"Cookie": f"a=1; thing={quote(s, safe='')}; b=2"}),
    "set-cookie": lambda s: exchange(response={"Set-Cookie": f"thing={quote(s, safe='')}; Path=/"}),
    "basic authorization": lambda s: exchange(request={"Authorization": basic(s)}),
    "some header": lambda s: exchange(request={"X-Thing": s}),
    "html text": lambda s: exchange(got=f"<p>{html.escape(s)}</p>"),
    "html attribute": lambda s: exchange(got=f'<input name=thing value="{html.escape(s)}">'),
    "script": lambda s: exchange(got=f"<script>var config = {json.dumps({'thing': s})};</script>"),
    "script escapes": lambda s: exchange(
        got="<script>x = '" + "".join(f"\\x{o:02x}" for o in s.encode()) + "'</script>"
    ),
    "base64": lambda s: exchange(got=base64.b64encode(f"before {s} after".encode()).decode(), kind="text/plain"),
    "base64 with a neighbour": lambda s: exchange(
        got="x" + base64.urlsafe_b64encode(f"{s}, and more".encode()).decode(), kind="text/plain"
    ),
    "base64 of utf-16": lambda s: exchange(
        got=base64.b64encode(f"to {s} go".encode("utf-16-le")).decode(), kind="text/plain"
    ),
    "base64 of gzip": lambda s: exchange(sent="thing=" + quote_plus(packed(s))),
    "hex": lambda s: exchange(got=f"[{s.encode().hex()}]", kind="text/plain"),
}

NAMED = {
    "query": lambda n, s: exchange(f"{URL}?{n}={s}"),
    "fragment": lambda n, s: exchange(f"{URL}#a=b&{n}={s}"),
    "location": lambda n, s: exchange(response={"Location": f"/next?{n}={s}&x=1"}),
    "form": lambda n, s: exchange(sent=f"{n}={s}&x=1"),
    "json": lambda n, s: exchange(got=json.dumps({"a": [{n: s}]}), kind="application/json"),
    "guarded json": lambda n, s: exchange(got=")]}'\n" + json.dumps({n: s}), kind="application/json"),
    "name and value": lambda n, s: exchange(got=json.dumps([{"name": n, "value": s}]), kind="application/json"),
    "hidden field": lambda n, s: exchange(got=f'<form><input value="{s}" type="hidden" name="{n}"></form>'),
    "unquoted field": lambda n, s: exchange(got=f"<form><input name={n} value={s}></form>"),
    "meta": lambda n, s: exchange(got=f'<meta name="{n}" content="{s}">'),
    "script": lambda n, s: exchange(got=f"<script>$Config={{'{n}':'{s}','x':1}};</script>"),
    "link": lambda n, s: exchange(got=f'<a href="/go?x=1&amp;{n}={s}">go</a>'),
    "cookie": lambda n, s: exchange(request={"Cookie": f"x=1; {n}={s}"}),
    "set-cookie": lambda n, s: exchange(response={"Set-Cookie": f"{n}={s}; Secure"}),
    "bearer": lambda n, s: exchange(request={"Authorization": f"Bearer {s}"}),
}
