"""The form finder: its words, by meaning, and the page script that they go into.

Words come last: the script asks for them beside types, names and structure. A phrase is the beginning of a word ("benutzer" is
found in "Benutzername"); one that ends in "." must end there ("pin." is not in "ping"). Case and accents do not matter, so they
are mostly left out.
Each list goes through the languages in one order, as far as it has something to say there: en de fr es pt ca it nl pl cs sk
ro hu sv da nb fi tr az el ru uk bg ar he fa hi th vi id ja zh ko.
"""

from __future__ import annotations

import json
import re
import unicodedata

from flows.screens.words import DISABLED, LOCKED, REUSED
from runbook.step import load_script

WORDS: dict[str, str] = {
    # Who signs in.
    "user": """
        username, user name, user id, userid, user., login., login name, login id, logon name, account name, account id,
        member id, sign in name, identifier, screen name, client id, employee id, student id, badge number, netid, benutzer,
        nutzername, anmeldename, kennung, nutzerkennung, kundennummer, identifiant, nom d'utilisateur, utilisateur., usuario,
        identificador, utilizador, matricula, usuari., utente., nome utente, identificativo, gebruiker, inlognaam, uzytkownik,
        nazwa uzytk, identyfikator, uzivatel, prihlasovaci jmeno, pouzivatel, prihlasovacie meno, utilizator, felhasznalo,
        anvandar, bruger., brugernavn, bruker., brukernavn, kayttajatunnus, kayttajanimi, kullanici, istifadeci, ονομα χρηστη,
        χρηστη, логин, имя пользователя, пользовател, учетная запись, логін, користувач, потребител, اسم المستخدم, المستخدم,
        שם משתמש, משתמש, نام کاربری, کاربر, उपयोगकर्ता, यूज़र, ชื่อผู้ใช้, ผู้ใช้งาน, ten dang nhap, tai khoan, nguoi dung,
        nama pengguna, pengguna, ユーザー, ユーザ名, ログインid, 会員id, 会員番号, アカウント, 利用者id, お客様番号, 用户名,
        用户, 账号, 帐号, 账户, 登录名, 使用者, 帳號, 帳戶, 사용자, 아이디, 계정""",
    # An e-mail address.
    "email": """
        email, e-mail, e mail, mail., mail address, correo, courriel, adresse electronique, posta elettronica, e-posta,
        eposta, sahkoposti, epost, ηλεκτρονικ, эл. почта, электронн, почта, пошта, имейл, البريد, דוא, אימייל, ایمیل, ईमेल,
        อีเมล, surel, メール, 邮箱, 邮件, 郵件, 信箱, 이메일, 메일""",
    # A telephone number.
    "phone": """
        phone, mobile., mobile number, cell phone, telephone, handy., telefon, mobilnummer, telephone., telefono, movil.,
        celular, telefone, telemovel, cellulare, mobiel., telefoon, puhelin, τηλεφων, телефон, هاتف, جوال, טלפון, נייד,
        موبایل, تلفن, फ़ोन, मोबाइल, โทรศัพท์, dien thoai, ponsel, 電話, 携帯, 手机, 电话, 手機, 휴대폰, 전화""",
    # The password.
    "password": """
        password, pass., passwd, pwd, passphrase, passwort, kennwort, mot de passe, contrasena, contrasenya, clave.,
        clave de acceso, senha, palavra-passe, palavra passe, parola, parole, wachtwoord, haslo, hasla, heslo, hesla, jelszo,
        jelszav, losenord, adgangskode, kodeord, passord, salasana, sifre, κωδικος προσβασης, συνθηματικο, парол, كلمة المرور,
        كلمة السر, סיסמ, רمز عبور, رمز عبور, گذرواژه, पासवर्ड, รหัสผ่าน, mat khau, kata sandi, パスワード, 暗証, 密码, 口令,
        密碼, 비밀번호, 암호""",
    # A password that is being chosen: new, or typed once more.
    "new": """
        new., new password, confirm., confirmation, repeat, retype, re-type, re-enter, reenter, re enter, verify password,
        again., choose a password, create a password, create password, set password, neues, neue., wiederhol, bestatig,
        nouveau, nouvelle, confirmez, confirmer, ressaisi, retapez, nueva, nuevo, repetir, repita, vuelva a, nova., novo.,
        repet, nuova, nuovo, conferma, ripet, nieuw, herhaal, bevestig, nowe., nowy., powtorz, potwierdz, nove., novy., zopak,
        znovu, potvrd, noua., confirma, uj jelszo, megerosit, ismet, nytt., ny adgangskode, nya., upprepa, bekraft, gentag,
        bekraeft, gjenta, bekreft, uusi., uuden, vahvista, yeni., tekrar, tesdiq, νεος, νεο., επαληθευ, επιβεβαι, новый,
        нового, новая, повтор, подтвердите парол, подтверждение парол, новий, ново., الجديد, تاكيد, اعادة, חדש, אימות סיסמ,
        جدید, تکرار, नया, पुष्टि, รหัสผ่านใหม่, ยืนยันรหัสผ่าน, mat khau moi, nhap lai, xac nhan mat khau, baru., ulangi,
        konfirmasi, 新しい, 新規, 確認, 再入力, もう一度, 新密码, 新密碼, 确认密码, 確認密碼, 再次, 새 비밀번호, 새로운,
        비밀번호 확인, 재입력""",
    # The password so far.
    "old": """
        current, old., existing, aktuelles, altes., derzeitig, bisherig, actuel, ancien, actual., antigu, anterior, atual,
        antiga., attuale, vecchi, huidig, oude., obecne., aktualne, stare., soucasn, stavajic, sucasn, actuala, veche.,
        jelenlegi, regi., nuvarande, gammal, nuvaerende, gammel, navaerende, nykyinen, vanha., mevcut, eski., τρεχων, παλιο,
        текущ, старый, старого, поточн, старий, сегашн, الحالي, القديم, נוכחי, ישנה, فعلی, قبلی, वर्तमान, ปัจจุบัน, เดิม,
        hien tai, saat ini, lama., 現在の, 旧パスワード, 当前, 原密码, 目前, 舊, 현재, 기존""",
    # A code that is good for once.
    "code": """
        code., codes., one time, one-time, onetime, otp., passcode, security code, verification, authentication code, token.,
        tan., mfa., 2fa, einmal, bestatigungscode, sicherheitscode, a usage unique, jeton., code de verif, codigo, codi de, codice,
        eenmalig, verificatiecode, beveiligingscode, kod., kodu., kod weryf, jednorazow, overovaci kod, jednoraz, cod de,
        codul., kodot., ellenorzo, engangs, koden., kode., kertakayttoi, koodi, vahvistuskood, tek kullanimlik, dogrulama kod,
        kodunu, κωδικος μιας, κωδικος επαλ, κωδικος ασφαλ, τον κωδικο, код., кода., коду., одноразов, رمز التحقق, رمز التاكيد,
        الرمز, رمز لمرة, קוד, کد., کد تایید, कोड, ओटीपी, รหัสยืนยัน, รหัส otp, โค้ด, ma xac, ma otp, ma bao mat, kode verif,
        コード, ワンタイム, 認証番号, 確認番号, 验证码, 动态码, 动态口令, 驗證碼, 安全碼, 인증번호, 인증 코드, 인증코드,
        일회용, 보안코드""",
    # What such a code is called where it is called a password.
    "oneTime": """
        one time, one-time, onetime, otp., single use, single-use, einmalpasswort, einmalkennwort, einmal-, a usage unique,
        un solo uso, uso unico, utilizacao unica, un sol us, monouso, eenmalig, jednorazow, jednorazov, unica folosinta,
        egyszer hasznalatos, engangs, kertakayttoi, tek kullanimlik, birdefelik, μιας χρησης, одноразов, еднократн,
        لمرة واحدة, חד פעמי, חד-פעמי, یکبار مصرف, یک بار مصرف, वन-टाइम, ใช้ครั้งเดียว, mot lan, dung mot lan, sekali pakai,
        ワンタイム, 一次性, 单次, 單次, 일회용""",
    # Codes and numbers that sign nobody in.
    "otherCode": """
        postal, zip., zipcode, zip code, postcode, post code, promo, coupon, voucher, discount, gift, referral, invit,
        country, area code, dial code, dialing, sort code, bank code, currency, product code, qr code, user code, device code,
        plz., postleit, gutschein, rabatt, parraine, cupon, descuento, cupom, desconto, sconto, cadeaubon, korting, pocztowy,
        psc., slev, zlav, iranyitoszam, postnummer, postinumero, alennus, posta kod, indirim, ταχυδρομ, индекс, промокод,
        купон, البريدي, מיקוד, קופון, کد پستی, کد تخفیف, ไปรษณีย์, ส่วนลด, ma buu, ma giam, kode pos, kupon, 郵便番号,
        クーポン, 邮编, 邮政, 优惠, 郵遞, 優惠, 우편번호, 쿠폰""",
    # A search.
    "search": """
        search, query., suche, suchen, recherche, cherch, buscar, busca., busqueda, pesquis, cerca., ricerca, zoek, szuka,
        wyszuk, hledat, vyhled, hladat, cauta., kereses, sok., sog., haku., hae., arama, ara., axtar, αναζητ, поиск, найти,
        пошук, знайти, търсене, بحث, חיפוש, חפש, جستجو, खोज, ค้นหา, tim kiem, cari., pencarian, 検索, 搜索, 查找, 搜尋, 검색""",
    # Who and where a person is: asked by those who want to know somebody, not by those who do.
    "personal": """
        first name, last name, full name, your name, surname, given name, middle name, birth, gender, country, city., street,
        address line, company, organi, job title, zip., vorname, nachname, geburt, geschlecht, land., ort., strasse, firma.,
        prenom, nom., nom de famille, naissance, pays., ville., societe, nombre., nombre completo, apellido, nacimiento,
        pais., ciudad, direccion, empresa, nome., nome completo, sobrenome, apelido, nascimento, cidade, endereco, cognom,
        nascita, citta., indirizzo, azienda, voornaam, achternaam, geboorte, woonplaats, bedrijf, imie., nazwisko, urodzenia,
        miasto, jmeno., prijmeni, narozeni, mesto., meno., priezvisko, prenume, nume., nasterii, keresztnev, vezeteknev,
        szuletes, fornamn, efternamn, fodelse, fornavn, efternavn, etternavn, fodsel, etunimi, sukunimi, syntyma, adiniz,
        soyad, dogum, ulke., sehir, ονομα., επωνυμο, γεννηση, имя., фамилия, отчество, рождени, город., страна, прізвище,
        народження, الاسم الاول, الاسم الكامل, اسم العائلة, الميلاد, שם פרטי, שם מלא, תאריך לידה, نام خانوادگی, تاریخ تولد,
        पूरा नाम, जन्म, ชื่อจริง, นามสกุล, วันเกิด, ho va ten, ho ten, ngay sinh, nama lengkap, nama depan, tanggal lahir, 氏名,
        お名前, 生年月日, 住所, 姓名, 生日, 出生, 이름, 성명, 생년월일""",
    # A payment card or a bank account.
    "card": """
        card number, cardnumber, credit card, debit card, cvv, cvc, name on card, expiry, expiration, iban, kartennummer,
        kreditkarte, prufziffer, carte bancaire, numero de carte, cryptogramme, tarjeta, caducidad, cartao, validade,
        numero carta, carta di credito, kaartnummer, numer karty, cislo karty, numar card, kartyaszam, kortnummer,
        kortin numero, kart numara, son kullanma, καρτας, номер карты, срок действия, номер картки, رقم البطاقة, מספר כרטיס,
        شماره کارت, หมายเลขบัตร, so the., nomor kartu, カード番号, 有効期限, 卡号, 信用卡, 卡號, 카드""",
    # What only a person can read off a picture.
    "captcha": """
        captcha, recaptcha, not a robot, human., image code, characters in the, characters shown, text in the image,
        zeichen im bild, sicherheitsabfrage, caracteres de l'image, texte de l'image, caracteres de la imagen,
        caracteres da imagem, caratteri dell'immagine, tekens in de afbeelding, znaki z obrazka, znaky z obrazku,
        guvenlik kodu, resimdeki, χαρακτηρες της εικονας, символы с картинки, код с картинки, символи з картинки, رمز الصورة,
        کد امنیتی, कैप्चा, ma captcha, 画像認証, 画像の文字, 图形验证码, 图片验证码, 圖形驗證碼, 자동입력""",
    # A field that a person is asked to leave alone: bait for robots.
    "bait": """
        leave blank, leave this, leave it empty, leave empty, do not fill, don't fill, if you are human, honeypot, hp.,
        nicht ausfull, leer lassen, frei lassen, laisser vide, ne pas remplir, dejar vacio, dejar en blanco, no rellenar,
        deixe em branco, nao preench, lasciare vuoto, leeg laten, pozostaw puste, nevyplnujte, lasati necomplet,
        hagyja uresen, lamna tomt, lad vaere, la dette feltet, jata tyhjaksi, bos birakin, μην συμπληρ, не заполня,
        оставьте пуст, залиште порож, اتركه فارغ, השאר ריק, 入力しないで, 请勿填写, 請勿填寫, 비워 두""",
    # Signing in.
    "login": """
        log in, login, signin, sign in, sign-in, log-in, signing in, logon, log on, authenticat, sign on, einlogg, anmeld,
        connexion, se connecter, connectez, identifiez, s'identifier, authentif, iniciar sesion, inicia sesion, inicie sesion,
        inicio de sesion, ingresar, acceder., accede., entrar., acessar, acesse., iniciar sessao, inicie sessao,
        inicia sessio, accedir, accedi., accesso, entra., inloggen, aanmelden, meld je aan, meld u aan, zaloguj, logowanie,
        prihlas, conectare, conecteaza, autentific, bejelentkez, belepes, logga in, log ind, logg inn, logge inn, pologg,
        palogg, kirjaudu, kirjautu, giris, oturum ac, daxil ol, συνδεση, εισοδος, войти, вход., вхід, увійти, авториз, влез,
        تسجيل الدخول, دخول, כניסה, התחבר, ورود, लॉग इन, साइन इन, เข้าสู่ระบบ, ลงชื่อเข้า, dang nhap, masuk., ログイン, サインイン,
        ログオン, 登录, 登入, 登陆, 登錄, 로그인""",
    # Going on to the next step.
    "next": """
        next., continue, proceed, submit., weiter., fortfahren, suivant, continuer, valider., siguiente, continuar, seguent,
        avanti., continua., prosegui, volgende, doorgaan, verder., dalej., kontynuuj, dalsi., pokracov, urmator, continuati,
        tovabb, nasta., fortsatt, fortsaet, naeste, neste., seuraava, jatka., ileri., devam, irali, συνεχεια, επομενο, далее,
        продолж, далі, продовж, напред, التالي, متابعة, استمرار, הבא, המשך, بعدی, ادامه, आगे, जारी, ถัดไป, ต่อไป, ดำเนินการต่อ,
        tiep tuc, tiep theo, berikutnya, lanjut, 次へ, 続行, 下一步, 继续, 繼續, 다음, 계속""",
    # Making a new account.
    "signUp": """
        sign up, sign-up, signup, register., registration, create account, create an account, create your account,
        create my account, create a new, create new account, new account, join., enrol, registrier, konto erstellen,
        konto anlegen, s'inscrire, inscription, inscrivez, creer un compte, creer mon compte, registrarse, registrate,
        registro., crear cuenta, crear una cuenta, crea tu cuenta, cadastr, criar conta, criar uma conta, registe, registar,
        registre-se, registra't, crea un compte, registrati, registrazione, crea un account, crea account, crea il tuo,
        iscriviti, iscrizione, registreren, registreer, account aanmaken, zarejestruj, rejestracja, zaloz konto, utworz konto,
        registrac, zaregistr, vytvorit ucet, zalozit ucet, inregistr, creeaza cont, creeaza un cont, regisztr, fiok letrehoz,
        skapa konto, registrera, opret konto, opret bruger, opprett konto, registrer deg, luo tili, rekisteroi, kaydol,
        kayit ol, uye ol, hesap olustur, qeydiyyat, εγγραφη, δημιουργια λογ, регистрац, зарегистр, создать аккаунт,
        создать учетн, реєстрац, зареєстр, انشاء حساب, انشئ حساب, تسجيل جديد, הרשמה, הירשם, צור חשבון, ثبت نام, ایجاد حساب,
        साइन अप, पंजीकरण, खाता बना, สมัครสมาชิก, ลงทะเบียน, สร้างบัญชี, dang ky, tao tai khoan, daftar., buat akun, 新規登録,
        会員登録, アカウント作成, アカウントを作成, 注册, 註冊, 创建账户, 建立帳戶, 회원가입, 가입하기, 계정 만들기""",
    # Finding back into an account.
    "forgot": """
        forgot, reset, recover, lost password, lostpassword, restore access, trouble signing, send link, send instructions,
        vergessen, zurucksetz, oublie, reinitialis, recuper, olvid, restablec, esqueci, esqueceu, redefin, oblidat,
        dimenticat, reimposta, ripristin, vergeten, herstel, zapomn, zresetuj, odzysk, zapomen, obnov, ai uitat, am uitat,
        elfelejt, visszaallit, glomt, aterstall, glemt, nulstil, tilbakestill, unohd, palauta, unuttum, sifirla, unutdu,
        ξεχασ, επαναφορα, забыл, восстанов, сброс, напомни, забул, віднов, скинути, забрав, نسيت, استعادة, اعادة تعيين, שכח,
        איפוס, שחזור, فراموش, بازیابی, भूल, रीसेट, ลืม, รีเซ็ต, quen mat, dat lai, khoi phuc, lupa., atur ulang, setel ulang,
        忘れ, リセット, 再設定, 忘记, 找回, 重置, 忘記, 重設, 잊으, 찾기, 재설정""",
    # News by mail, a letter to the owner, a purchase: an address is wanted, and nobody is signed in by it.
    "elsewhere": """
        newsletter, subscri, mailing list, stay updated, keep me updated, stay in touch, contact us, contact form,
        get in touch, send message, checkout, check out, place order, order now, buy now, pay now, payment, donat, coupon,
        comment, invite, notify me, download, request a demo, get a quote, track order, booking, abonnier, kontaktformular,
        nachricht senden, zur kasse, bestellen, spenden, abonne, nous contacter, paiement, commander, suscrib, boletin,
        contacto, enviar mensaje, pagar., pago., inscreva, assinar, boletim, fale conosco, enviar mensagem, pagamento,
        subscriu, iscriviti alla, contattaci, acquista, abonneer, nieuwsbrief, contactformulier, afrekenen, subskry,
        zapisz sie, kontakt., zamow., odebirat, odoberat, objednat, abonea, feliratkoz, hirlevel, prenumerer, nyhetsbrev,
        kassan, tilmeld, nyhedsbrev, tilaa., uutiskirje, abone., bulten, odeme, ενημερωτικ, подпис, рассылк, оплат, заказать,
        підпис, розсилк, абонир, اشترك, النشرة, اتصل بنا, הרשמו לניוזלטר, ניוזלטר, צור קשר, תשלום, خبرنامه, تماس با ما,
        پرداخت, सदस्यता, न्यूज़लेटर, สมัครรับ, ข่าวสาร, ชำระเงิน, nhan ban tin, thanh toan, berlangganan, pembayaran, メルマガ,
        購読, お問い合わせ, 購入, 订阅, 联系我们, 支付, 訂閱, 聯絡我們, 付款, 구독, 뉴스레터, 문의, 결제""",
    # Opening what is locked on this device, a file, a profile: not a sign-in.
    "unlock": """
        unlock, vault, pin., pin code, pincode, master password, decrypt, password protected, password-protected,
        protected by, is protected, screen lock, parental, entsperr, tresor, master-passwort, geschutzt, deverrouill,
        code pin, mot de passe maitre, protege., protegee, desbloque, contrasena maestra, protegid, senha mestra, sblocca,
        password principale, protett, ontgrendel, hoofdwachtwoord, beveiligd, odblokuj, chronion, odemkn, odomkn,
        hlavni heslo, chranen, debloc, protejat, feloldas, mesterjelszo, vedett, las upp, huvudlosenord, skyddad, las op.,
        beskytt, las opp, avaa lukitus, paasalasana, suojattu, kilidi ac, korumali, ξεκλειδ, разблок, мастер-пароль, защищен,
        пин-код, розблок, захищен, فتح القفل, محمي, בטל נעיל, מוגן, باز کردن قفل, अनलॉक, ปลดล็อก, mo khoa, buka kunci,
        ロック解除, マスターパスワード, 保護され, 解锁, 主密码, 受保护, 解鎖, 잠금 해제, 보호된""",
    # A password that has to be changed, or is being changed.
    "change": """
        change password, change your password, change my password, update password, update your password, password expired,
        password has expired, new password, set password, reset password, reset your password, passwort andern,
        kennwort andern, passwort abgelaufen, neues passwort, neues kennwort, changer le mot, changer votre mot,
        modifier le mot, modifier votre mot, nouveau mot de passe, mot de passe a expire, cambiar contrasena,
        cambiar la contrasena, cambie la, nueva contrasena, alterar senha, alterar a senha, nova senha, nova palavra-passe,
        alterar palavra-passe, canvia la, nova contrasenya, cambia password, modifica password, nuova password,
        wachtwoord wijzig, nieuw wachtwoord, wijzig wachtwoord, zmien haslo, zmiana hasla, nowe haslo, zmenit heslo,
        zmena hesla, nove heslo, schimba parola, parola noua, jelszo modosit, uj jelszo, jelszovalt, byt losenord,
        andra losenord, nytt losenord, skift adgangskode, ny adgangskode, endre passord, nytt passord, vaihda salasana,
        uusi salasana, sifre degis, sifreyi degis, yeni sifre, yeni parola, αλλαγη κωδικου, νεος κωδικος, сменить пароль,
        смена пароля, изменить пароль, изменение пароля, новый пароль, змінити пароль, зміна пароля, новий пароль,
        нова парола, تغيير كلمة, المرور الجديدة, שינוי סיסמ, סיסמה חדשה, تغییر رمز, رمز عبور جدید, पासवर्ड बदल, नया पासवर्ड,
        เปลี่ยนรหัสผ่าน, รหัสผ่านใหม่, doi mat khau, mat khau moi, ubah kata sandi, ganti kata sandi, kata sandi baru,
        パスワード変更, パスワードの変更, パスワードを変更, 新しいパスワード, 修改密码, 更改密码, 新密码, 變更密碼, 修改密碼,
        新密碼, 비밀번호 변경, 새 비밀번호""",
    # Doing something for good that asks for the password or a code once more: deleting an account, sending money.
    "errand": """
        delete account, delete my account, delete your account, delete profile, delete my data, close account,
        close my account, close your account, deactivate, erase., confirm transfer, transfer money, transfer funds, transfer.,
        confirm payment, unsubscribe, request your data, request my data, download my data, konto loschen, konto schliessen,
        konto kundigen, loschen., deaktivieren, uberweis, abbestellen, abmelden vom newsletter, supprimer, fermer le compte,
        fermer mon compte, cloturer, desactiver, virement, se desabonner, desinscri, eliminar cuenta, eliminar la cuenta,
        eliminar mi cuenta, borrar cuenta, cerrar cuenta, dar de baja, darse de baja, desactivar, transferir, transferencia,
        excluir conta, apagar conta, encerrar conta, eliminare account, elimina account, elimina l'account, bonifico,
        disattiva, account verwijderen, verwijder account, overboeking, uitschrijven, usun konto, usuniecie konta, przelew,
        smazat ucet, zrusit ucet, prevod, ta bort konto, radera konto, overforing, slet konto, slett konto, poista tili,
        tilisiirto, hesabi sil, havale, διαγραφη λογαριασμ, удалить аккаунт, удалить учетн, удаление аккаунт, перевод средств,
        отписаться, видалити обліков, переказ, حذف الحساب, تحويل, מחיקת חשבון, מחק חשבון, העברה, حذف حساب, انتقال وجه,
        खाता हटा, ลบบัญชี, โอนเงิน, xoa tai khoan, chuyen tien, hapus akun, アカウント削除, アカウントを削除, アカウントの削除,
        退会, 解約, 送金, 振込, 配信停止, 删除账户, 删除账号, 注销账户, 注销账号, 转账, 刪除帳, 轉帳, 계정 삭제, 탈퇴, 송금,
        이체""",
    # Another address for an account that somebody has: asks for its password once more.
    "newMail": """
        change email, change e-mail, change your email, change your e-mail, change my email, change my e-mail, update email,
        update e-mail, update your email, update your e-mail, new email address, new e-mail address, e-mail-adresse andern,
        e-mail andern, email andern, neue e-mail, changer d'adresse, changer l'adresse, modifier l'adresse,
        modifier votre adresse, changer d'e-mail, nouvelle adresse, cambiar correo, cambiar el correo, cambiar email,
        cambiar la direccion de correo, nuevo correo, alterar e-mail, alterar email, alterar o e-mail, mudar e-mail,
        novo e-mail, canvia el correu, cambia email, cambia e-mail, cambia l'email, modifica email, modifica l'indirizzo,
        nuova email, e-mailadres wijzigen, wijzig e-mail, nieuw e-mailadres, zmien adres, zmiana adresu, nowy adres e-mail,
        zmenit e-mail, zmena e-mail, novy e-mail, schimba adresa, e-mail-cim modositasa, andra e-post, byt e-post,
        ny e-postadress, skift e-mail, endre e-post, vaihda sahkoposti, e-posta adresini degistir, e-posta degistir,
        αλλαγη email, αλλαγη e-mail, изменить адрес, изменить почту, изменить e-mail, смена адреса, смена почты,
        змінити адресу, змінити пошту, промяна на имейл, تغيير البريد, שינוי כתובת, שינוי אימייל, تغییر ایمیل, ईमेल बदल,
        เปลี่ยนอีเมล, doi email, thay doi email, ubah email, メールアドレスの変更, メールアドレスを変更, 新しいメール, 更改邮箱,
        修改邮箱, 更换邮箱, 新邮箱, 變更電子郵件, 更改電子郵件, 이메일 변경""",
    # Machines that somebody's programs sign in to, and what is said of them beside a name and a password.
    "machine": """
        server, host., hostname, host name, port., smtp, imap, pop3, ssid, wi-fi, wifi, wlan, network name, database, db name,
        schema., proxy, driver., data source, jdbc, odbc, base dn, bind dn, servername, datenbank, netzwerkname, serveur,
        nom d'hote, base de donnees, mandataire, servidor, puerto, base de datos, porta., banco de dados, base de dados,
        nome host, databank, poort., netwerknaam, serwer, baza danych, databaze, databaza, nazev site, baza de date,
        kiszolgalo, adatbazis, databas., palvelin, tietokanta, sunucu, veritabani, διακομιστ, βαση δεδομενων, сервер, хост,
        порт., база данных, база даних, сървър, الخادم, قاعدة البيانات, שרת, מסד נתונים, سرور, सर्वर, เซิร์ฟเวอร์, may chu,
        co so du lieu, basis data, サーバ, ホスト名, ポート, データベース, ネットワーク名, 服务器, 主机, 端口, 数据库, 伺服器,
        主機, 資料庫, 서버, 호스트, 포트, 데이터베이스""",
    # What is kept by a press of the button: nobody signs in by it.
    "save": """
        save., save changes, save settings, apply., test connection, test settings, speichern, ubernehmen., verbindung testen,
        enregistrer, sauvegarder, appliquer, guardar, aplicar, salvar, desar., desa., salva., applica., opslaan, toepassen,
        zapisz, zastosuj, ulozit, salveaza, salvati, mentes., spara., gem., gem aendringer, lagre., tallenna, kaydet,
        yadda saxla, αποθηκευση, сохранить, применить, зберегти, запази., حفظ, שמור., שמירה, ذخیره, सहेजें, บันทึก, luu.,
        luu thay doi, simpan, 保存, 適用, 儲存, 套用, 저장, 적용""",
    # How long a password has to be that is being chosen: "at least" beside a number of "characters".
    "least": """
        at least, or more, minimum, min., not less than, longer than, mindestens, mind., au moins, al menos, minimo,
        como minimo, pelo menos, no minimo, almeno, ten minste, minstens, minimaal, co najmniej, minimum., alespon, aspon,
        minimalne, cel putin, legalabb, minst, mindst, vahintaan, en az, τουλαχιστον, не менее, не короче, минимум,
        щонайменше, не менше, поне., على الاقل, لا يقل, לפחות, حداقل, कम से कम, อย่างน้อย, it nhat, toi thieu, minimal, 以上,
        至少, 最少, 不少于, 이상, 최소""",
    "characters": """
        characters, chars, zeichen, caracter, caratteri, tekens, karakter, znak, caractere, tecken, tegn, merkki, simvol,
        χαρακτηρ, символ, знак, حرف, احرف, תווים, کاراکتر, अक्षर, वर्ण, ตัวอักษร, อักขระ, ky tu, 文字, 字符, 字元, 位, 자.,
        자리, 글자""",
    # What has to be agreed to before an account is made.
    "terms": """
        terms of, terms and, conditions of use, user agreement, privacy policy, agb., nutzungsbedingungen,
        geschaftsbedingungen, datenschutz, conditions d'utilisation, conditions generales, cgu., confidentialite,
        terminos y, condiciones de uso, politica de privacidad, termos de, termos e, condicions d'us, termini e,
        condizioni d'uso, informativa sulla privacy, voorwaarden, privacybeleid, regulamin, polityk, obchodni podmink,
        podminky, podmienky, termenii, felhasznalasi feltetel, adatvedel, villkor, vilkar, kayttoehdot, tietosuoja,
        kullanim kosullari, gizlilik, οροι, ορους, απορρητου, условия, условиями, пользовательск, конфиденциальн, умови,
        الشروط, الخصوصية, תנאי השימוש, מדיניות הפרטיות, شرایط, नियम, ข้อกำหนด, dieu khoan, ketentuan, 利用規約,
        プライバシーポリシー, 服务条款, 用户协议, 隐私政策, 服務條款, 隱私權, 약관, 개인정보""",
    # Setting up an application that shows codes: the code asked for is that of a new secret.
    "enrol": """
        qr, scan., scannen, scanne, scannez, flasher, escane, escanea, digitaliz, inquadra, scansiona, zeskanuj, naskenuj,
        skanna, skann, karekod, tarat., σαρωσ, отсканир, сканир, відскан, امسح, סרוק, اسکن, स्कैन, สแกน, quet ma, pindai,
        スキャン, 読み取, 扫描, 扫码, 掃描, 掃碼, 스캔, setup key, set-up key, secret key, manual entry, einrichtungsschlussel,
        cle de configuration, clave de configuracion, chave de configuracao, chiave di configurazione, セットアップキー""",
    # Buttons that lead back, refuse, or only help with typing.
    "aside": """
        back., cancel, close., deny., decline, reject, no., not now, skip., help., clear., delete., remove., refresh, reload,
        toggle, menu., language, visibility, show., hide., reveal, zuruck, abbrechen, schliessen, ablehnen, nein., anzeigen,
        retour, annuler, fermer, refuser, non., afficher, volver, atras., cancelar, cerrar, rechazar, mostrar, voltar, fechar,
        recusar, nao., torna., annulla, indietro, chiudi, rifiuta, mostra., terug, annuleren, sluiten, weigeren, tonen.,
        wstecz, anuluj, zamknij, odrzuc, pokaz, zpet., zrusit, zavrit, zobrazit, spat., inapoi, anulea, inchide, vissza,
        megse, bezar, tillbaka, avbryt, stang., visa., tilbage, annuller, luk., vis., tilbake, lukk., takaisin, peruuta,
        sulje, nayta., geri., iptal, vazgec, kapat, goster, πισω, ακυρωση, κλεισιμο, εμφανιση, назад, отмен, закрыть, отказ,
        показать, скасувати, закрити, رجوع, الغاء, اغلاق, رفض, اظهار, חזרה, חזור, ביטול, סגור, הצג, بازگشت, لغو, انصراف, بستن,
        वापस, रद्द, ย้อนกลับ, ยกเลิก, แสดง, quay lai, huy., kembali, batal, tutup, 戻る, キャンセル, 閉じる, 表示, 拒否, 返回,
        取消, 关闭, 拒绝, 關閉, 拒絕, 뒤로, 취소, 닫기, 거부, 표시""",
    # Asking for the code once more: then somebody sends it.
    "resend": """
        resend, re-send, send again, send a new, send new, send code, send me, get code, get a code, didn't get,
        didn't receive, erneut senden, nochmal senden, neu senden, code anfordern, renvoyer, pas recu, reenviar,
        volver a enviar, no recib, nao receb, torna a enviar, invia di nuovo, reinvia, non hai ricevuto, opnieuw verzenden,
        opnieuw sturen, niet ontvangen, wyslij ponownie, odeslat znovu, poslat znovu, retrimite, trimite din nou, ujrakuld,
        kuldes ujra, skicka igen, skicka ny, send igen, send pa nytt, laheta uudelleen, tekrar gonder, yeniden gonder,
        αποστολη ξανα, επαναποστολη, отправить еще, отправить повторно, отправить снова, выслать повторно, надіслати ще,
        اعادة ارسال, ارسال الرمز, שלח שוב, ارسال مجدد, फिर से भेज, ส่งอีกครั้ง, gui lai, kirim ulang, 再送, 重新发送,
        获取验证码, 发送验证码, 重新傳送, 重新發送, 取得驗證碼, 재전송, 다시 보내""",
    # The application that shows codes by itself.
    "authenticator": """
        authenticator, authentication app, authentication application, authenticating app, authy, freeotp, otpauth, totp,
        two-factor app, authentifizierungs-app, authentifizierungsapp, authentisierungs-app, app zur authentif,
        application d'authentif, appli d'authentif, aplicacion de autentic, app de autentic, aplicacion autenticadora,
        autenticador, aplicativo de autentic, aplicacao de autentic, aplicacio d'autentic, app di autentic,
        applicazione di autentic, autenticatore, authenticatie-app, authenticatieapp, verificatie-app,
        aplikacji uwierzytelniajacej, aplikacja uwierzytelniajaca, aplikacji autoryz, overovaci aplikac, overovacej aplikac,
        autentizacni aplikac, autentifikacni aplikac, aplicatia de autentif, aplicatie de autentif, hitelesito alkalmaz,
        hitelesitoalkalmaz, autentiseringsapp, godkendelsesapp, autentificeringsapp, autentifiseringsapp, todennussovellu,
        tunnistussovellu, kimlik dogrulama uygulama, dogrulayici uygulama, εφαρμογη ελεγχου, εφαρμογη επαληθ, аутентификатор,
        приложени для аутентиф, приложения для аутентиф, приложение для аутентиф, приложении для аутентиф, автентифікатор,
        додатка для автентиф, додатку для автентиф, додаток для автентиф, تطبيق المصادقة, تطبيق مصادقة, אפליקציית אימות,
        אפליקציית האימות, برنامه احراز هویت, प्रमाणक ऐप, แอปตรวจสอบสิทธิ์, แอปยืนยันตัวตน, ung dung xac thuc,
        aplikasi autentik, aplikasi pengautentik, 認証アプリ, 認証システム, 身份验证器, 验证器应用, 身份验证应用, 驗證器,
        驗證應用程式, 인증 앱, 인증앱""",
    # The code came from outside: by text message, by mail, by a call.
    "sent": """
        sent., sms., text message, texted you, emailed you, by email, via email, to your email, check your email,
        check your inbox, we called, gesendet, geschickt, gesandt, zugesandt, envoye, par e-mail, enviado, enviamos, enviada,
        hemos mandado, mensaje de texto, enviat, inviato, inviata, verzonden, gestuurd, wyslalismy, wyslany, wyslano,
        odeslali, odeslan, zaslali, zaslan, poslali, odoslali, trimis, elkuld, kuldtunk, skickat, skickade, vi har sendt,
        sendt til, sendte, tekstiviesti, lahetimme, lahetetty, lahetettiin, gonderdik, gonderildi, gonderilen, εστειλ,
        σταλθηκε, σταλει, отправил, отправлен, выслал, сообщени, смс, надіслал, надісла, изпрат, ارسلنا, المرسل, رسالة نصية,
        שלחנו, נשלח, ارسال شد, ارسال کرد, پیامک, भेजा, ส่งไปยัง, ได้ส่ง, da gui, tin nhan, mengirim, dikirim, 送信しました,
        送信された, お送りし, ショートメッセージ, 已发送, 短信, 已傳送, 已發送, 簡訊, 전송했, 보냈, 문자 메시지""",
    # A user name, a password or a code was refused.
    "rejected": """
        incorrect, invalid, wrong, not recogni, not correct, not valid, unrecognized, bad credentials, do not match,
        does not match, did not match, didn't match, doesn't match, don't match, authentication failed, login failed,
        sign-in failed, sign in failed, log in failed, logon failed, unable to sign, unable to log, unable to authenticate,
        could not sign, couldn't sign, couldn't find, could not find, not found, doesn't exist, does not exist, no account,
        unknown user, falsch, ungultig, nicht korrekt, nicht richtig, stimmt nicht, stimmen nicht, fehlgeschlagen,
        nicht gefunden, nicht erkannt, invalide, non valide, errone, mauvais, echec, echou, introuvable, inconnu,
        n'existe pas, no es valid, no son valid, no valid, incorrecta, incorrecto, equivocad, fallid, no coincide, no existe,
        no reconoc, incorret, nao confere, errado, falhou, nao encontrad, nao existe, no es correct, non corrett, non valid,
        non e corrett, non e valid, n'est pas correct,
        n'est pas valid, nao esta correct,
        errat, sbagliat, fallit, non riuscit, non trovat, non corrispond, onjuist, ongeldig, verkeerd, mislukt, niet gevonden,
        komt niet overeen, nieprawidlow, niepoprawn, bledn, bledny, nie powiodl, nespravn, neplatn, chybn, nezdaril,
        nenalezen, neuspesn, gresit, incorect, esuat, hibas, ervenytelen, helytelen, sikertelen, nem megfelelo, nem talalhato,
        felaktig, ogiltig, misslyckades, stammer inte, matchar inte, forkert, ugyldig, mislykkedes, feil., mislyktes,
        stemmer ikke, vaarin, vaara., virheellinen, epaonnistui, ei tasmaa, yanlis, hatali, gecersiz, basarisiz, bulunamadi,
        λαθος, μη εγκυρ, εσφαλμεν, απετυχε, неверн, неправильн, ошибочн, недействит, не найден, не совпада, не удалось войти,
        невірн, хибн, не вдалося, не знайдено, грешн, невалидн, غير صحيح, غير صالح, خاطئ, فشل, שגוי, לא נכו, לא תקין, נכשל,
        نادرست, نامعتبر, اشتباه, गलत, अमान्य, ไม่ถูกต้อง, ไม่พบ, ล้มเหลว, khong dung, khong hop le, khong chinh xac, sai mat,
        sai ten, that bai, salah., tidak valid, tidak cocok, gagal., tidak ditemukan, 正しくありません, 正しくない, 間違って,
        間違い, 無効, 一致しません, 失敗, 誤り, 見つかりません, 不正确, 错误, 无效, 失败, 不匹配, 不存在, 不正確, 錯誤, 無效,
        올바르지, 잘못, 일치하지, 실패, 유효하지, 존재하지 않""",
    # What is wrong is something else, or nothing was refused yet.
    "excuse": """
        session, cookie, csrf, javascript, browser, timed out, timeout, captcha, network, is required, required.,
        please enter, please fill, please provide, cannot be empty, can't be blank, must not be empty, sitzung, pflichtfeld,
        bitte geben, bitte eingeben, veuillez saisir, veuillez entrer, obligatoire, sesion ha, obligatori, introduzca, sessao,
        preencha, sessione, inserisci., sessie, verplicht, sesja, wymagan, vyplnte, povinn, relace, sesiunea, kotelezo,
        munkamenet, sessionen, istunto, pakollinen, oturum sure, zorunlu, σε διαστημα, сессия, сеанс, заполните, обязательн,
        сесія, введіть, обов'язков, انتهت الجلسة, مطلوب, פג תוקף, الزامی, กรุณากรอก, vui long nhap, wajib diisi,
        入力してください, 必須, セッション, 请输入, 会话, 請輸入, 세션""",
    # A lock that is only threatened.
    "willLock": """
        will be locked, will be blocked, will be disabled, attempts left, attempts remaining, remaining attempts,
        more attempt, tries left, wird gesperrt, gesperrt werden, verbleibend, sera verrouille, sera bloque,
        tentatives restantes, se bloqueara, sera bloquead, intentos restantes, tentativas restantes, verra bloccato,
        sara bloccato, tentativi rimast, wordt geblokkeerd, resterende, zostanie zablok, pozostal, bude zablok, zbyva,
        va fi blocat, zarolasra, kommer att lasas, forsok kvar, bliver last, forsok igjen, lukitaan, kilitlenecek,
        kalan deneme, θα κλειδωθει, будет заблок, осталось, буде заблок, залишилось, سيتم, המתבקי, ロックされます, 残り,
        将被锁定, 剩余, 將被鎖定, 剩餘, 남은""",
    # Ending a session, and keeping it.
    "signOut": """
        sign out, sign-out, sign me out, log out, log-out, log me out, logout, signout, logoff, log off, abmelden, ausloggen,
        deconnecter, deconnexion, cerrar sesion, cerrar la sesion, terminar sessao, encerrar sessao, sair., tancar sessio,
        disconnetti, esci., uitloggen, afmelden, wyloguj, odhlas, deconect, kijelentkez, logga ut, log ud, logg ut, logge ut,
        kirjaudu ulos, cikis, oturumu kapat, αποσυνδεση, выйти, выход., вийти, вихід, изход, تسجيل الخروج, התנתק, יציאה, خروج,
        लॉग आउट, ออกจากระบบ, dang xuat, keluar, ログアウト, サインアウト, 退出, 注销, 登出, 로그아웃""",
    "stay": """
        stay, keep me, remain, bleiben, rester, permanecer, permanecer conectado, continuar conectado, restare, resta., blijf,
        pozostan, zustat, zostat, raman, maradok, stanna, forbliv, bli., pysy, kal., παραμον, остаться, залишити, البقاء,
        הישאר, बने रहें, อยู่ต่อ, o lai, tetap, このまま, 保持, 유지""",
    # Other ways in: none of them is the form's own button.
    "otherWay": """
        google, facebook, apple., microsoft., github, gitlab., linkedin, twitter, slack., amazon., yahoo, okta., saml., sso.,
        single sign, passkey, security key, webauthn, fingerprint, biometric, qr., kerberos, smart card, smartcard,
        certificate, windows authentication, vk., вконтакте, yandex, яндекс, одноклассник, госуслуг, wechat, 微信, weibo,
        微博, kakao, 카카오, naver, 네이버, baidu, dingtalk, gov.br, spid., bankid, digid, itsme, edugain, guest, gast.,
        zertifikat, certificat., certificado, certificato, magic link""",
}  # fmt: skip


# Letters that are no accented ones and are written as plain ones all the same.
LETTERS = {"ı": "i", "ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe"}


def folded(text: str) -> str:
    """Lower case without accents and with plain quotes: what the page's script makes of all that it reads."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    return "".join(LETTERS.get(c, c) for c in plain if not unicodedata.category(c).startswith("M"))


def pattern(phrases: str) -> str:
    """The regular expression, for JavaScript's `u` mode, of a list of phrases. Words are told apart only where a script does."""
    free: list[str] = []
    bound: list[str] = []
    for phrase in dict.fromkeys(folded(p) for p in re.split(r"\s*,\s*", " ".join(phrases.split())) if p):
        ends = re.escape(phrase.rstrip(".")).replace("\\ ", " ").replace("\\-", "-") + (
            "(?!\\p{L})" if phrase.endswith(".") else ""
        )
        (bound if re.match(r"[0-9a-z\u0370-\u052f]", phrase) else free).append(ends)
    parts = [f"(?<!\\p{{L}})(?:{'|'.join(bound)})"] * bool(bound) + ["|".join(free)] * bool(free)
    return "|".join(parts)


def script() -> str:
    """`const readForms`: the finder with its words, and what it knows `about` the form of some fields."""
    told = {name: pattern(phrases) for name, phrases in WORDS.items()}
    told |= {"locked": LOCKED, "disabled": DISABLED, "reused": REUSED}
    data = f"const LETTERS = {json.dumps(LETTERS)}; const WORDS = {json.dumps(told)};\n"
    parts = [load_script(__file__, name) for name in ("forms_evidence.js", "forms_groups.js", "forms.js")]
    return (
        "const readForms = (() => {\n"
        + data
        + "\n".join(parts)
        + "\nreadForms.about = about;\nreturn readForms;\n})();"
    )
