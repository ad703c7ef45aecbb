# ruff: noqa: E501  (a language stands on one line)
"""What pages say in many languages, in this test's own words: the form finder must understand each."""

from __future__ import annotations

from typing import NamedTuple


class Spoken(NamedTuple):
    """Labels, buttons, headings and sentences of one language."""

    name: str
    user: str
    password: str
    sign_in: str
    sign_up: str
    forgotten: str
    app_code: str
    sent_code: str
    wrong: str
    subscribe: str


LANGUAGES = [
    Spoken("English", "Username", "Password", "Log in", "Create account", "Forgot password?", "Open your authenticator app and type the code.", "We sent a code to your phone.", "The user name or password is incorrect.", "Subscribe"),
    Spoken("German", "Benutzername", "Kennwort", "Anmelden", "Konto erstellen", "Passwort vergessen?", "Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein.", "Wir haben Ihnen einen Code per SMS geschickt.", "Benutzername oder Passwort falsch.", "Abonnieren"),
    Spoken("French", "Nom d’utilisateur", "Mot de passe", "Se connecter", "Créer un compte", "Mot de passe oublié ?", "Saisissez le code de votre application d’authentification.", "Nous avons envoyé un code par SMS.", "Identifiant ou mot de passe incorrect.", "S’abonner"),
    Spoken("Spanish", "Usuario", "Contraseña", "Iniciar sesión", "Crear cuenta", "¿Olvidaste tu contraseña?", "Introduce el código de tu aplicación de autenticación.", "Te hemos enviado un código por SMS.", "El usuario o la contraseña no son correctos: datos incorrectos.", "Suscribirse"),
    Spoken("Portuguese", "Utilizador", "Senha", "Entrar", "Cadastre-se", "Esqueceu a senha?", "Digite o código do seu aplicativo de autenticação.", "Enviamos um código por SMS.", "Usuário ou senha inválidos.", "Assinar"),
    Spoken("Catalan", "Nom d’usuari", "Contrasenya", "Inicia sessió", "Registra’t", "Has oblidat la contrasenya?", "Introdueix el codi de la teva aplicació d’autenticació.", "T’hem enviat un codi per SMS.", "Usuari o contrasenya incorrectes.", "Subscriu-t’hi"),
    Spoken("Italian", "Nome utente", "Password", "Accedi", "Registrati", "Password dimenticata?", "Inserisci il codice della tua app di autenticazione.", "Ti abbiamo inviato un codice via SMS.", "Nome utente o password errati.", "Iscriviti alla newsletter"),
    Spoken("Dutch", "Gebruikersnaam", "Wachtwoord", "Inloggen", "Registreren", "Wachtwoord vergeten?", "Voer de code uit je authenticatie-app in.", "We hebben een code naar je telefoon gestuurd.", "Gebruikersnaam of wachtwoord onjuist.", "Abonneren"),
    Spoken("Polish", "Nazwa użytkownika", "Hasło", "Zaloguj się", "Zarejestruj się", "Nie pamiętasz hasła? Odzyskaj je", "Wpisz kod z aplikacji uwierzytelniającej.", "Wysłaliśmy kod w wiadomości SMS.", "Nieprawidłowa nazwa lub hasło.", "Zapisz się"),
    Spoken("Czech", "Uživatelské jméno", "Heslo", "Přihlásit se", "Registrace", "Zapomenuté heslo?", "Zadejte kód z ověřovací aplikace.", "Poslali jsme vám kód v SMS.", "Nesprávné jméno nebo heslo.", "Odebírat novinky"),
    Spoken("Slovak", "Používateľské meno", "Heslo", "Prihlásiť sa", "Zaregistrovať sa", "Zabudnuté heslo? Obnovte ho", "Zadajte kód z overovacej aplikácie.", "Odoslali sme vám kód.", "Nesprávne meno alebo heslo.", "Odoberať novinky"),
    Spoken("Romanian", "Nume de utilizator", "Parolă", "Conectare", "Înregistrare", "Ai uitat parola?", "Introdu codul din aplicația de autentificare.", "Am trimis un cod prin SMS.", "Utilizator sau parolă greșite.", "Abonează-te"),
    Spoken("Hungarian", "Felhasználónév", "Jelszó", "Bejelentkezés", "Regisztráció", "Elfelejtett jelszó?", "Írja be a hitelesítő alkalmazás kódját.", "Küldtünk egy kódot SMS-ben.", "Hibás felhasználónév vagy jelszó.", "Feliratkozás"),
    Spoken("Swedish", "Användarnamn", "Lösenord", "Logga in", "Skapa konto", "Glömt lösenordet?", "Ange koden från din autentiseringsapp.", "Vi har skickat en kod till din telefon.", "Felaktigt användarnamn eller lösenord.", "Prenumerera"),
    Spoken("Danish", "Brugernavn", "Adgangskode", "Log ind", "Opret konto", "Glemt adgangskode?", "Indtast koden fra din godkendelsesapp.", "Vi har sendt en kode til din telefon.", "Forkert brugernavn eller adgangskode.", "Tilmeld nyhedsbrev"),
    Spoken("Norwegian", "Brukernavn", "Passord", "Logg inn", "Opprett konto", "Glemt passordet?", "Skriv inn koden fra autentiseringsappen.", "Vi har sendt en kode til telefonen din.", "Feil brukernavn eller passord.", "Abonner"),
    Spoken("Finnish", "Käyttäjätunnus", "Salasana", "Kirjaudu sisään", "Luo tili", "Unohditko salasanan?", "Anna todennussovelluksen koodi.", "Lähetimme koodin tekstiviestinä.", "Väärä käyttäjätunnus tai salasana.", "Tilaa uutiskirje"),
    Spoken("Turkish", "Kullanıcı adı", "Şifre", "Giriş yap", "Kayıt ol", "Şifremi unuttum", "Kimlik doğrulama uygulamanızdaki kodu girin.", "Telefonunuza bir kod gönderdik.", "Kullanıcı adı veya şifre hatalı.", "Abone ol"),
    Spoken("Greek", "Όνομα χρήστη", "Κωδικός πρόσβασης", "Σύνδεση", "Εγγραφή", "Ξεχάσατε τον κωδικό;", "Πληκτρολογήστε τον κωδικό από την εφαρμογή ελέγχου ταυτότητας.", "Σας στείλαμε έναν κωδικό: εστάλη με SMS.", "Λάθος όνομα χρήστη ή κωδικός.", "Εγγραφή στο ενημερωτικό δελτίο"),
    Spoken("Russian", "Имя пользователя", "Пароль", "Войти", "Зарегистрироваться", "Забыли пароль?", "Введите код из приложения-аутентификатора.", "Мы отправили код на ваш телефон.", "Неверное имя пользователя или пароль.", "Подписаться"),
    Spoken("Ukrainian", "Ім’я користувача", "Пароль", "Увійти", "Зареєструватися", "Забули пароль?", "Введіть код із додатка для автентифікації.", "Ми надіслали код на ваш телефон.", "Невірне ім’я користувача або пароль.", "Підписатися"),
    Spoken("Bulgarian", "Потребителско име", "Парола", "Вход", "Регистрация", "Забравена парола?", "Въведете кода от приложението за удостоверяване (Authenticator).", "Изпратихме код на телефона ви.", "Грешно име или парола.", "Абонирай се"),
    Spoken("Arabic", "اسم المستخدم", "كلمة المرور", "تسجيل الدخول", "إنشاء حساب", "نسيت كلمة المرور؟", "أدخل الرمز من تطبيق المصادقة.", "لقد أرسلنا رمزًا إلى هاتفك.", "اسم المستخدم أو كلمة المرور غير صحيحة.", "اشترك"),
    Spoken("Hebrew", "שם משתמש", "סיסמה", "כניסה", "הרשמה", "שכחת סיסמה?", "הזינו את הקוד מאפליקציית האימות.", "שלחנו קוד לטלפון שלך.", "שם המשתמש או הסיסמה שגויים.", "הרשמו לניוזלטר"),
    Spoken("Persian", "نام کاربری", "رمز عبور", "ورود", "ثبت نام", "رمز عبور را فراموش کرده‌اید؟", "کد برنامه احراز هویت را وارد کنید.", "کدی به تلفن شما ارسال شد.", "نام کاربری یا رمز عبور نادرست است.", "خبرنامه"),
    Spoken("Hindi", "उपयोगकर्ता नाम", "पासवर्ड", "लॉग इन करें", "साइन अप करें", "पासवर्ड भूल गए?", "अपने प्रमाणक ऐप का कोड दर्ज करें।", "हमने आपके फ़ोन पर कोड भेजा है।", "उपयोगकर्ता नाम या पासवर्ड गलत है।", "सदस्यता लें"),
    Spoken("Thai", "ชื่อผู้ใช้", "รหัสผ่าน", "เข้าสู่ระบบ", "สมัครสมาชิก", "ลืมรหัสผ่าน?", "ป้อนโค้ดจากแอปตรวจสอบสิทธิ์", "เราได้ส่งรหัสไปยังโทรศัพท์ของคุณแล้ว", "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง", "สมัครรับข่าวสาร"),
    Spoken("Vietnamese", "Tên đăng nhập", "Mật khẩu", "Đăng nhập", "Đăng ký", "Quên mật khẩu?", "Nhập mã từ ứng dụng xác thực của bạn.", "Chúng tôi đã gửi mã đến điện thoại của bạn.", "Tên đăng nhập hoặc mật khẩu không đúng.", "Đăng ký nhận bản tin"),
    Spoken("Indonesian", "Nama pengguna", "Kata sandi", "Masuk", "Daftar", "Lupa kata sandi?", "Masukkan kode dari aplikasi autentikasi Anda.", "Kami telah mengirim kode ke ponsel Anda.", "Nama pengguna atau kata sandi salah.", "Berlangganan"),
    Spoken("Japanese", "ユーザー名", "パスワード", "ログイン", "新規登録", "パスワードをお忘れですか?", "認証アプリに表示されたコードを入力してください。", "電話番号にコードを送信しました。", "ユーザー名またはパスワードが正しくありません。", "メルマガ登録"),
    Spoken("Chinese, simplified", "用户名", "密码", "登录", "注册", "忘记密码?", "请输入身份验证器应用中的代码。", "验证码已发送到您的手机。", "用户名或密码错误。", "订阅"),
    Spoken("Chinese, traditional", "使用者名稱", "密碼", "登入", "註冊", "忘記密碼?", "請輸入驗證器應用程式中的代碼。", "驗證碼已傳送至您的手機。", "使用者名稱或密碼錯誤。", "訂閱"),
    Spoken("Korean", "사용자 이름", "비밀번호", "로그인", "회원가입", "비밀번호를 잊으셨나요?", "인증 앱에 표시된 코드를 입력하세요.", "휴대폰으로 코드를 보냈습니다.", "아이디 또는 비밀번호가 올바르지 않습니다.", "구독"),
]  # fmt: skip
