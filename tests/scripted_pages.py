"""The hand-written pages of `scripted`: the ids, names and roles of the real sites, and nothing else of them."""

from __future__ import annotations


def microsoft(kind: str, body: str, *, script: str = "", action: str = "/common/login") -> str:
    """A page of Microsoft's older skin."""
    return (
        f'<meta name=PageID content={kind}><title>…</title><form method=post action="{action}">{body}</form>'
        f"<script>{script}</script>"
    )


def ms_username(next_: str = "Next", more: str = "", script: str = "") -> str:
    """As the real one, with the password field of the next view waiting off the screen."""
    off = "class=moveOffScreen tabindex=-1 aria-hidden=true style='position:fixed;left:-9999px'"
    hidden = f"<input id=i0118 name=passwd type=password {off}>"
    body = f"<div id=usernameError>{more}</div>" if more else ""
    body += f"<input id=i0116 name=loginfmt type=email>{hidden}<input type=submit id=idSIButton9 value='{next_}'>"
    return microsoft("ConvergedSignIn", body, script=script)


def ms_password(submit: str = "Sign in", error: str = "", script: str = "") -> str:
    body = f"<div id=passwordError role=alert>{error}</div>" if error else ""
    body += f"<input id=i0118 name=passwd type=password><input type=submit id=idSIButton9 value='{submit}'>"
    return microsoft("ConvergedSignIn", body, script=script)


def ms_code(submit: str = "Verify", script: str = "") -> str:
    body = "<input id=idTxtBx_SAOTCC_OTC name=otc type=tel maxlength=6 autocomplete=one-time-code>"
    return microsoft(
        "ConvergedTFA", f"{body}<input type=submit id=idSubmit_SAOTCC_Continue value='{submit}'>", script=script
    )


def ms_stay(yes: str = "Yes", no: str = "No", text: str = "Stay signed in?") -> str:
    body = f"<h1>{text}</h1><div id=KmsiDescription>…</div><input type=submit name=stay id=idBtn_Back value='{no}'>"
    return microsoft(
        "KmsiInterrupt", f"{body}<input type=submit name=stay id=idSIButton9 value='{yes}'>", action="/kmsi"
    )


def ms_stay_new() -> str:
    body = "<h1 id=kmsiTitle>…</h1><button name=stay value=yes data-testid=primaryButton>Yes</button>"
    return microsoft("KmsiInterrupt", f"{body}<button name=stay value=No data-testid=secondaryButton>No</button>")


def ms_passkey_offer() -> str:
    body = "<img data-testid=biometricVideo alt=… style='width:9px;height:9px'>"
    body += "<button name=offer value=create data-testid=primaryButton>Next</button>"
    return microsoft("i5030", f"{body}<button name=offer value=skip data-testid=secondaryButton>Skip</button>")


def ms_tiles(*tiles: tuple[str, str]) -> str:
    """An account chooser: (name, address) of each tile."""
    body = "".join(
        f"<div class=table role=button tabindex=0 data-test-id='{address}' onclick=\"tile.value='{at}';form.submit()\">"
        f"<div>{name}</div><div>{address}</div></div>"
        for at, (name, address) in enumerate(tiles)
    )
    other = "<div id=otherTile role=button tabindex=0 onclick=\"tile.value='other';form.submit()\">Use another account</div>"
    body = f"<input type=hidden name=tile id=tile><div id=tilesHolder>{body}</div>{other}"
    return microsoft("ConvergedSignIn", body, script="const form = document.forms[0], tile = form.tile")


def google(body: str, *, path: str = "/v3/signin/challenge", script: str = "") -> str:
    """A page of Google's at a path of its own, which names the challenge."""
    return f"<script>history.replaceState(0, '', '{path}')</script><form method=post>{body}</form><script>{script}</script>"


def google_username(next_: str) -> str:
    hidden = "<input type=password name=hiddenPassword tabindex=-1 aria-hidden=true style='opacity:0;height:0'>"
    field = f"<input id=identifierId name=identifier type=email>{hidden}"
    return google(f"{field}<div id=identifierNext><button>{next_}</button></div>", path="/v3/signin/identifier")


def google_password(next_: str, error: str = "") -> str:
    bad = f"aria-invalid=true aria-describedby=e><div id=e aria-live=polite>{error}</div" if error else ""
    field = f"<div id=password><input name=Passwd type=password {bad}></div>"
    return google(f"{field}<div id=passwordNext><button>{next_}</button></div>", path="/v3/signin/challenge/pwd")


def google_code(next_: str) -> str:
    field = "<input id=totpPin name=totpPin type=tel>"
    return google(f"{field}<div id=totpNext><button>{next_}</button></div>", path="/v3/signin/challenge/totp")


def okta(view: str, body: str, script: str = "") -> str:
    """A view of the Okta widget, generation 2."""
    return (
        f"<main id=okta-sign-in data-se=auth-container><div class='siw-main-view {view}'><form method=post data-se=o-form>"
        f"<div data-se=o-form-error-container></div>{body}</form></div></main><script>{script}</script>"
    )


def okta_username(next_: str) -> str:
    return okta("identify", f"<input name=identifier><input type=submit data-type=save value='{next_}'>")


def okta_password(next_: str, error: str = "") -> str:
    body = f"<div class=infobox-error role=alert>{error}</div>" if error else ""
    body += f"<input type=password name=credentials.passcode><input type=submit data-type=save value='{next_}'>"
    return okta("mfa-verify-password", body).replace("<div data-se=o-form-error-container></div>", "<div data-se=o-form-error-container>") \
        if error else okta("mfa-verify-password", body)  # fmt: skip


def okta_code(next_: str) -> str:
    body = f"<input type=text inputmode=numeric name=credentials.passcode><input type=submit data-type=save value='{next_}'>"
    return okta("mfa-verify challenge-authenticator--google_otp", body)


def google_passkey(no: str) -> str:
    """Google's offer of a passkey: nothing but its words tells the button that passes it over."""
    return f"<form method=post><button name=offer value=Yes>Continue</button><button name=offer value=No>{no}</button></form>"


def keycloak(body: str, form: str, script: str = "") -> str:
    return f"<h1 id=kc-page-title>…</h1><form id={form} method=post>{body}</form><script>{script}</script>"


def kc_login(submit: str, error: str = "") -> str:
    body = f"<input id=username name=username><input id=password name=password type=password><span id=input-error>{error}</span>"
    return keycloak(f"{body}<input type=submit id=kc-login value='{submit}'>", "kc-form-login")


def kc_code(submit: str, body: str = "<input id=otp name=otp>", script: str = "") -> str:
    return keycloak(f"{body}<input type=submit id=kc-login value='{submit}'>", "kc-otp-login-form", script)


def boxes(*, passes_on: bool, sends: bool = False) -> str:
    """Six boxes of one character each; what they hold together is sent as `code`."""
    box = "<input name=otp maxlength=1 inputmode=numeric size=1>"
    script = """
      const form = document.forms[0], all = [...form.querySelectorAll('[name=otp]')];
      const whole = () => all.map((b) => b.value).join('');
      form.addEventListener('submit', () => { form.code.value = whole(); });
      all.forEach((b, at) => b.addEventListener('input', () => {
        if (PASSES && b.value && all[at + 1]) all[at + 1].focus();
        if (SENDS && whole().length === 6) { form.code.value = whole(); form.submit(); }
      }));""".replace("PASSES", str(passes_on).lower()).replace("SENDS", str(sends).lower())
    return kc_code("Sign In", f"<input type=hidden name=code>{box * 6}", script)
