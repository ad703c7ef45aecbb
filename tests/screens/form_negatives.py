# ruff: noqa: E501  (a page stands on one line)
"""Pages that look like a sign-in and are none: the form finder must say `unknown` (or that a password is to be changed)."""

from __future__ import annotations

from form_case import Case

N = "unknown"
NEGATIVES = [
    # Something that is done for good.
    Case("errand: an account is deleted, English", N, "<h1>Delete account</h1><form><p>Enter your password to confirm.</p><input type=password name=password autocomplete=current-password><button>Delete my account</button></form>"),
    Case("errand: an account is deleted, French", N, "<h1>Supprimer mon compte</h1><form><label>Mot de passe<input type=password name=password autocomplete=current-password></label><button>Supprimer</button></form>"),
    Case("errand: an account is closed, name and password", N, "<h1>Close your account</h1><form><input name=username autocomplete=username><input type=password name=password autocomplete=current-password><button>Close account</button></form>"),
    Case("errand: German", N, "<h1>Konto löschen</h1><form><label>E-Mail<input type=email name=email></label><label>Passwort<input type=password name=passwort></label><button>Konto löschen</button></form>"),
    Case("errand: Japanese", N, "<h1>アカウントの削除</h1><form><label>メールアドレス<input type=email name=email></label><label>パスワード<input type=password name=password></label><button>退会する</button></form>"),
    Case("errand: money is sent", N, "<h1>Confirm transfer</h1><form><label>Enter the 6-digit code from your authenticator app<input name=code autocomplete=one-time-code inputmode=numeric maxlength=6></label><button>Transfer</button></form>"),
    Case("errand: no more mail", N, "<h1>Unsubscribe</h1><form><label>Email<input type=email name=email autocomplete=username></label><button>Unsubscribe</button></form>"),
    # An application that shows codes is set up: the code is not that of the secret that is known.
    Case("enrolment: a picture to be scanned", "mfa-enrolment", "<h1>Set up two-factor authentication</h1><p>Scan the QR code with your authenticator app.</p><img alt='' width=200 height=200 src='data:image/gif;base64,R0lGODlhAQABAAAAACw='><form><label>6-digit code<input name=code autocomplete=one-time-code></label><button>Verify</button></form>"),
    Case("enrolment: German, a drawing", "mfa-enrolment", "<h1>Authenticator-App einrichten</h1><p>Scannen Sie den QR-Code mit Ihrer Authenticator-App.</p><svg width=180 height=180></svg><form><label>Code<input name=otp autocomplete=one-time-code></label><button>Bestätigen</button></form>"),
    Case("enrolment: the secret in words", "mfa-enrolment", "<h1>Authenticator app</h1><p>Enter this setup key in your authenticator app: ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567</p><form><label>Code from the app<input name=code autocomplete=one-time-code></label><button>Continue</button></form>"),
    # Making an account.
    Case("sign-up: two passwords", N, "<form action=/register><input name=username><input type=password name=password><input type=password name=password2><button>Submit</button></form>"),
    Case("sign-up: new-password", N, "<form><input type=email name=email autocomplete=username><input type=password name=password autocomplete=new-password><button>Track my baby</button></form>"),
    Case("sign-up: one password and the button's word", N, "<form><input type=email name=email><input type=password name=password><button>Sign up</button></form>"),
    Case("sign-up: name and birthday", N, "<form><input name=fullname placeholder='Full name'><input type=email name=email><input type=password name=password><select name=birthday_month><option>1<option>2</select><button>Submit</button></form>"),
    Case("sign-up: a user name to be chosen, a country", N, "<form><input name=user><input type=password name=pass><select name=country><option>A<option>B</select><button>OK</button></form>"),
    Case("sign-up: postal code and telephone", N, "<form><input type=email name=email><input type=password name=password><input name=zipcode><input name=phone><button>Go</button></form>"),
    Case("sign-up: German", N, "<h1>Konto erstellen</h1><form><label>Benutzername<input name=b></label><label>Passwort<input type=password name=p></label><button>Weiter</button></form>"),
    Case("sign-up: Russian, two passwords side by side", N, "<form><label>Логин<input name=l></label><label>Пароль<input type=password name=p1></label><label>Повторите пароль<input type=password name=p2></label><button>Готово</button></form>"),
    Case("sign-up: Korean", N, "<form><input placeholder=아이디 name=a><input type=password placeholder=비밀번호 name=b><button>회원가입</button></form>"),
    Case("sign-up: Portuguese", N, "<h2>Criar conta</h2><form><input type=email placeholder=E-mail name=a><input type=password placeholder=Senha name=b><button>Continuar</button></form>"),
    Case("sign-up: Polish, with terms", N, "<form><input name=email type=email><input type=password name=haslo><input type=checkbox name=accept_terms><button>Zarejestruj się</button></form>"),
    Case("sign-up: Chinese", N, "<form><input placeholder=用户名><input type=password placeholder=密码><input type=password placeholder=确认密码><button>注册</button></form>"),
    Case("sign-up: Arabic", N, "<form><h1>إنشاء حساب</h1><input placeholder='البريد الإلكتروني' name=a><input type=password placeholder='كلمة المرور' name=b><button>متابعة</button></form>"),
    Case("sign-up: buttons in each row that delete", N, "<form><div><input name=login_id placeholder='Shop ID'><button>delete</button></div><div><input name=email><button>delete</button></div><div><input type=password name=pwd1 placeholder=Password><button>delete</button></div><div><input type=password name=pwd2 placeholder='Confirm password'><button>delete</button></div><a href='javascript:go()'>Submit</a></form>"),
    Case("sign-up: no form, all in one box", N, "<div><span>Sign up to see photos</span><label>Mobile number or email<input></label><label>Password<input type=password></label><label>Full name<input></label><div role=button tabindex=0>Submit</div><div role=button tabindex=0>I already have an account</div></div>"),
    Case("sign-up: a password meter", N, "<form><input type=email name=email><input type=password name=password><div class=password-strength>weak</div><button>Next</button></form>"),
    Case("sign-up: the address alone", N, "<h1>Create your account</h1><form><input type=email name=email><button>Continue</button></form>"),
    Case("sign-up: an invitation to be verified", N, "<h2>To create an account you need to verify your email</h2><p>Enter the code.</p><div><input type=email name=email autocomplete=username><input aria-label=otp-input-0><input aria-label=otp-input-1><input aria-label=otp-input-2><input aria-label=otp-input-3><button>Create account</button></div>"),
    # A forgotten password.
    Case("forgotten: one address", N, "<h1>Forgot your password?</h1><form><input type=email name=email><button>Reset password</button></form>"),
    Case("forgotten: one user name", N, "<form id=lostpasswordform action='/wp-login.php?action=lostpassword'><label>Username or Email<input name=user_login id=user_login autocomplete=username></label><input type=submit value='Get New Password'></form>", path="/lostpassword"),
    Case("forgotten: French", N, "<h1>Mot de passe oublié</h1><form><label>Identifiant<input name=username></label><button>Continuer</button></form>"),
    Case("forgotten: Czech", N, "<h1>Zapomenuté heslo</h1><form><label>E-mail<input type=email name=e></label><button>Odeslat</button></form>"),
    Case("forgotten: Hebrew", N, "<h1>שכחת סיסמה?</h1><form><label>שם משתמש<input name=username></label><button>המשך</button></form>"),
    Case("forgotten: by the address", N, "<form><input name=username><button>Continue</button></form>", path="/account/password/reset"),
    Case("forgotten: Japanese", N, "<h1>パスワードをお忘れの方</h1><form><label>会員ID<input name=uid></label><button>次へ</button></form>"),
    # News, letters, purchases, searches.
    Case("newsletter", N, "<form><input type=email name=email placeholder='Your email'><button>Subscribe</button></form>"),
    Case("newsletter: Italian", N, "<form><h3>Newsletter</h3><input type=email name=email><button>Iscriviti</button></form>"),
    Case("newsletter: on a page that speaks of signing in", N, "<title>Login help</title><footer><form class=newsletter><input type=email name=email><button>Sign up for news</button></form></footer>"),
    Case("contact", N, "<form><input name=name><input type=email name=email><textarea name=message></textarea><button>Send</button></form>"),
    Case("a guest's purchase", N, "<h1>Checkout</h1><form><label>Email address *<input type=email id=guest-email></label><button>Continue</button></form>"),
    Case("a payment", N, "<form><input name=cardnumber autocomplete=cc-number><input name=expiry><input name=cvv type=password><button>Pay now</button></form>"),
    Case("a payment's security code", N, "<form><label>Card number<input name=ccnum></label><label>Security code<input name=csc autocomplete=cc-csc></label><button>Continue</button></form>"),
    Case("a coupon", N, "<form><label>Promo code<input name=code></label><button>Apply</button></form>"),
    Case("a postal code", N, "<form><label>Zip code<input name=code inputmode=numeric maxlength=5></label><button>Continue</button></form>"),
    Case("a postal code, German", N, "<form><label>Postleitzahl-Code<input name=code></label><button>Weiter</button></form>"),
    Case("a search", N, "<form role=search><input name=q><button>Search</button></form>"),
    Case("a search for users", N, "<form><input name=username placeholder='Search users'><button>Search</button></form>"),
    Case("a search for users by their button", N, "<form><label>Benutzername<input name=username></label><button>Suchen</button></form>"),
    Case("adding a user", N, "<form action=/admin/users><label>Username<input name=username></label><button>Add</button></form>"),
    Case("a comment", N, "<form id=commentform><input name=author><input name=email type=email><textarea name=comment></textarea><button>Post comment</button></form>"),
    Case("an invitation", N, "<form><input type=email name=email><button>Invite</button></form>"),
    Case("an address and nothing else", N, "<div><label>Email Address *<input type=email id=e></label></div>"),
    # Secrets of another kind.
    Case("a PIN in boxes", N, "<h1>Enter your PIN</h1><div><input type=password maxlength=1 aria-label='digit 1 of 4 of your code'><input type=password maxlength=1 aria-label='digit 2 of 4 of your code'><input type=password maxlength=1 aria-label='digit 3 of 4 of your code'><input type=password maxlength=1 aria-label='digit 4 of 4 of your code'></div>"),
    Case("a locked vault", N, "<p>Your vault is locked.</p><form><label for=m>Master password</label><input type=password id=m name=MasterPassword><p>Logged in as ada@example.com</p><button type=submit>Unlock</button><button type=button>Log out</button></form>"),
    Case("a protected post", N, "<p>This content is password protected.</p><form action=/wp-login.php?action=postpass><label>Password<input type=password name=post_password></label><input type=submit value=Enter></form>"),
    Case("a wireless network's key", N, "<form><label>Network key<input type=password name=psk></label><button>Connect</button></form>"),
    Case("a device's code", N, "<h1>Connect a device</h1><p>Enter the code displayed on your device</p><form><input name=user_code><button>Next</button></form>"),
    Case("a code and a password together", N, "<h1>Step 2 of 2</h1><form><label>One-time code<input name=identificationCode></label><label>Password<input type=password name=identificationCode id=password_input></label><button type=button>Cancel</button><button type=submit>Next</button></form>"),
    Case("a telephone and the code that will be sent to it", N, "<h1>Sign in</h1><div class=login><input name=account placeholder=Phone><input name=verificationCode placeholder='Verification code' disabled><div class=button>Get code</div><div class=button>Sign in</div></div>"),
    Case("user name, password and token", N, "<form action=/login><input name=login><input type=password name=passwd><label>Token<input type=password name=token></label><button>Log On</button></form>"),
    Case("a passcode in the place of the password", N, "<form action=/login><label>User ID<input name=USERNAME></label><label>Passcode<input type=password name=PASSWORD></label><button>Login</button></form>"),
    Case("a password and a memorable word", N, "<form action=/login><input name=user><input type=password name=password><input type=password name=memorable><button>Log in</button></form>"),
    Case("an administrator who sets somebody's password", N, "<h1>Add user</h1><form><label>User<input name=user></label><label>New password<input type=password name=p></label><button>Save</button></form>"),
    # Two that are equally good.
    Case("two logins of equal rank", N, "<h2>Staff</h2><form action=/staff><input name=user><input type=password name=pass><button>Log in</button></form><h2>Students</h2><form action=/students><input name=user><input type=password name=pass><button>Log in</button></form>"),
    Case("two logins of equal rank without forms, Thai", N, "<div><div><input name=a1 placeholder=ชื่อผู้ใช้><input type=password name=a2><button>เข้าสู่ระบบ</button></div><div><input name=b1 placeholder=ชื่อผู้ใช้><input type=password name=b2><button>เข้าสู่ระบบ</button></div></div>"),
    Case("two user names before one password", N, "<form action=/login><label>User name<input name=user1></label><label>User name<input name=user2></label><input type=password name=pass><button>Log in</button></form>"),
    Case("two codes of equal rank", N, "<form action=/a><label>Code<input name=otp></label><button>Verify</button></form><form action=/b><label>Code<input name=otp></label><button>Verify</button></form>"),
    # Not there, or not meant.
    Case("a login that is not displayed", N, "<div style='display:none'><form action=/login><input name=user><input type=password name=pass><button>Log in</button></form></div><p>Welcome</p>"),
    Case("a login in a closed dialog, its style sheet lost", N, "<p>Welcome</p><div class='modal fade'><form action=/login><input name=user><input type=password name=pass><button>Log in</button></form></div>"),
    Case("a hidden SAML form in a full page", N, "<h1>Dashboard</h1><p>" + "Figures and more figures. " * 40 + "</p><form method=post><input type=hidden name=SAMLRequest value=x><button>Open the other site</button></form>"),
    Case("a portal with a sign-out button", N, "<h1>My account</h1><p>Welcome back.</p><form action=/logout><button>Sign out</button></form><button>Profile</button><button>Orders</button><button>Help</button><button>Settings</button>", path="/account"),
    Case("a captcha on a contact form", N, "<form><input name=name><input type=email name=email><textarea name=message></textarea><iframe src='https://www.google.com/recaptcha/api2/anchor?size=normal' width=304 height=78></iframe><button>Send</button></form>"),
    Case("a shop's front page", N, "<header><form action=/search><input name=s placeholder=Search></form><a href=/login>Log in</a></header><main><h1>Sale</h1></main><footer><form><input type=email name=mail placeholder=Newsletter><button>OK</button></form></footer>"),
    Case("a table full of fields", N, "<form>" + "<input name=cell>" * 160 + "<input type=password name=password><button>Log in</button></form>"),
    # A password that is being changed may be told as such, and never as a login.
    Case("changing: old and new", "password-expired", "<form><label>Current password:<input type=password autocomplete=current-password></label><label>New password:<input type=password autocomplete=new-password></label><button type=button>Cancel</button><button type=submit>Update</button></form>"),
    Case("changing: by names alone", "password-expired", "<form action=/profiles/1/change_password><input type=password name=user[current_password]><input type=password name=user[password]><input type=password name=user[password_confirmation]><button>Save</button></form>"),
    Case("resetting: new and once more", "password-expired", "<form class=update-password-form><label>New Password<input type=password name=newPasswordTextField></label><label>Confirm Password<input type=password name=confirmPasswordTextField></label><button>Reset Password</button></form>"),
    Case("changing: Chinese", "password-expired", "<h1>修改密码</h1><form><label>原密码<input type=password name=a></label><label>新密码<input type=password name=b></label><label>确认新密码<input type=password name=c></label><button>确定</button></form>"),
    Case("changing: Arabic", "password-expired", "<h1>تغيير كلمة المرور</h1><form><label>كلمة المرور الحالية<input type=password name=a></label><label>كلمة المرور الجديدة<input type=password name=b></label><button>حفظ</button></form>"),
    Case("changing: Greek, one new password", "password-expired", "<h1>Αλλαγή κωδικού πρόσβασης</h1><form><label>Νέος κωδικός πρόσβασης<input type=password name=a autocomplete=new-password></label><button>Αποθήκευση</button></form>"),
]  # fmt: skip
