"""What sites say in several languages, by meaning, as regular expressions for the visible text of one element.

Words come last: a table asks for them only where no id, name, role or address tells. Matched without regard to case.
"""

from __future__ import annotations

# The account is barred for now: too many attempts, or locked by an administrator.
LOCKED = (
    r"zu oft|trop grand nombre|muitas vezes|te vaak"
    r"|locked|too many|temporarily (disabled|blocked|suspended)|gesperrt|zu viele|vorübergehend|verrouillé|bloqué|trop de"
    r"|bloquead|demasiad[ao]s|muitas tentativas|bloccat|troppi|troppe|vergrendeld|geblokkeerd|te veel|zablokowan|zbyt wiele"
    r"|låst|för många|for mange|spærret|lukittu|liian monta|uzamčen|zablokov|příliš mnoho|kilitlen|çok fazla"
    r"|blockier|geblok|bloklan|bloquej|blok(ov|án|eer|er[aei]|kert|ira)|užblok|diblokir|disekat|bloķ|blocat|estetty|suljettu"
    r"|letilt|tiltva|zárol|spärra|engellen|блокиран|заблокова|занадто багато|khóa|حظر|محظور|مسدود|נחס[םמ]|חסום|차단"
    r"|απενεργοποιη|δεν έχει πρόσβαση"
    r"|заблокирован|слишком много|ロック|回数|锁定|鎖定|过多|過多|잠겼|잠긴|너무 많"
)
# For a while; of an account, where it is known that the text speaks of one.
TEMPORARILY = (
    r"temporarily|temporär|vorübergehend|temporairement|temporalment|temporaneamente|temporariamente|tijdelijk|tillfällig"
    r"|midlertidig|väliaikaisesti|dočasn[eě]|tymczasowo|geçici|временно|тимчасово|átmenetileg|laikinai|uz laiku|προσωρινά"
    r"|დროებით|مؤقت|موقت|ชั่วคราว|一時的|临时|暂时|暫時|일시적"
)
# The account exists and may not sign in at all.
DISABLED = (
    r"disabled|deactivated|suspended|inactive|deaktiviert|désactivé|suspendu|deshabilitad|desactivad|inhabilitad|desativad"
    r"|suspens|disabilitat|disattivat|sospes|uitgeschakeld|gedeactiveerd|wyłączone|dezaktywowan|zawieszon|inaktiver"
    r"|avstängt|deaktiver|poistettu käytöstä|zakáz[aá]n|deaktivován|devre dışı|отключен|деактивирован|アカウント[^。]*無効(?!な)"
    r"|無効(に|化)|inaktiv|nicht aktiv|inactif|inattiv|account (is|has) expired"
    r"|停止|禁用|停用|비활성|정지|inhabilitat|fiók.{0,16}inaktív|sustabdyt|atspējot|გათიშ|ปิดใช้งาน|معطل|غیرفعال"
)
# This one-time code was right and has been used before.
REUSED = (
    r"already (been )?used|only be used once|once only|bereits verwendet|nur einmal|déjà été utilisé|une seule fois"
    r"|ya (se ha |ha sido )?utilizad|una (sola )?vez|já (foi )?utilizad|uma (única )?vez|già (stato )?utilizzat|una (sola )?volta"
    r"|al (eerder )?gebruikt|slechts (één|eenmaal)|już użyt|tylko raz|redan använts|endast användas en gång|allerede (blevet )?brug"
    r"|kun bruges én gang|jo käytetty|vain kerran|již použit|jen jednou|zaten kullanıl|yalnızca bir (kez|kere)|уже использ|только один раз"
    r"|すでに使用|既に使用|一度だけ|1 ?回(のみ|しか|だけ)|已(被)?使用|只能使用一次|이미 사용|한 번만"
)
# The account is right and has no access to this application.
NOT_ASSIGNED = (
    r"not assigned|do(es)? not have (permission|access)|nicht zugewiesen|keine berechtigung|pas affecté|pas attribué|pas autorisé"
    r"|no (está|se ha) asignad|no tiene permiso|não (está|foi) atribuíd|não tem permissão|non (è )?assegnat|non dispone"
    r"|niet toegewezen|geen toegang|nie (jest )?przypisan|inte tilldelad|ikke tildelt|ei ole määritetty|není přiřazen"
    r"|atanmamış|не назначен|нет разрешения|割り当てられて|未分配|未分派|没有权限|할당되지"
)
# An offer is put off: skip, not now, later. For the beginning of a button's or a link's text.
SKIP = (
    r"not now|skip|maybe later|later|ask (me )?later|remind me later|no,? thanks|jetzt nicht|nicht jetzt"
    r"|(vorerst |setup )?überspringen"
    r"|später|nein,? danke|pas maintenant|plus tard|ignorer|passer|non,? merci|ahora no|omitir|saltar|más tarde"
    r"|no,? gracias|agora não"
    r"|ignorar|pular|mais tarde|não,? obrigad|non ora|non adesso|salta|ignora|più tardi|no,? grazie|niet nu"
    r"|(nu )?overslaan|nee,? bedankt"
    r"|nie teraz|pomiń|później|inte nu|hoppa över|senare|ikke nu|spring over|ikke nå|hopp over|senere|ei nyt|ohita"
    r"|myöhemmin|teď ne"
    r"|přeskočit|později|şimdi değil|atla|daha sonra|не сейчас|пропустить|позже|後で|今は|今回は|スキップ|以后再说"
    r"|以後再說|稍后|稍後"
    r"|暂时不|暫時不|跳过|略過|现在不|나중에|건너뛰기|지금은"
)
# A security key or a passkey in a list of ways to sign in.
PASSKEY = (
    r"passkey|security key|fido ?2?\b|webauthn|hauptschlüssel|passschlüssel|sicherheitsschlüssel|clés? d'accès|clés? de sécurité"
    r"|llaves? de (acceso|seguridad)|claves? de (acceso|seguridad)|chaves? de (acesso|segurança)|chiav[ei] di sicurezza"
    r"|toegangssleutel|wachtwoordsleutel|beveiligingssleutel|klucz(a|e|em)? (dostępu|zabezpieczeń|bezpieczeństwa)"
    r"|säkerhetsnyck|nyckel|sikkerhedsnøgle|adgangsnøgle|sikkerhetsnøkk|tilgangsnøkk|suojausavain|pääsyavain|avainkoodi"
    r"|přístupov[ýé]\w* klíč|bezpečnostní\w* klíč|güvenlik anahtar|geçiş anahtar|ключ(а|у|ом)? (доступа|безопасности)"
    r"|セキュリティ ?キー|パスキー|安全密钥|通行密钥|安全性?金鑰|密碼金鑰|通行金鑰|보안 키|패스키"
)
# A list of the other ways to sign in.
ANOTHER_WAY = (
    r"another way|other ways|other options|more options|more ways|andere option|andere (weise|art|methode)"
    r"|anders anmelden|weitere optionen"
    r"|autre (méthode|façon|moyen|manière)|autres (méthodes|options)|otra (manera|forma|opción)|otro (modo|método)"
    r"|otras (opciones|formas)"
    r"|outra (maneira|forma|opção)|outro (jeito|modo|método)|outras (opções|formas)|altro (metodo|modo)"
    r"|altre opzioni|andere manier"
    r"|inny sposób|w inny|annat sätt|anden måde|annen måte|toista tapaa|muulla tavalla|jiný způsob|jiným způsobem"
    r"|başka (bir )?(yol|yöntem|şekil)"
    r"|другой способ|другим способом|別の方法|其他方式|其他方法|其他登录|다른 방법"
)
# The password, as a way to sign in.
KNOWN_WORD = (
    r"password|passwort|kennwort|mot de passe|contraseña|senha|palavra-passe|wachtwoord|hasło|hasła|lösenord"
    r"|adgangskode|passord|salasana"
    r"|heslo|parola|şifre|парол|パスワード|密码|密碼|비밀번호|암호"
)
# Another account than the listed ones.
OTHER_ACCOUNT = (
    r"another account|different account|anderes konto|autre compte|otra cuenta|outra conta|altro account"
    r"|ander account|inne konto|innego konta"
    r"|annat konto|anden konto|annen konto|toista tiliä|jiný účet|başka (bir )?hesap|друго(й|го) аккаунт"
    r"|другим аккаунтом|別のアカウント"
    r"|其他(帐号|帐户|账号|账户|帳戶|帳號)|另一个|다른 계정"
)
CONTINUE = (
    r"continue|weiter|fortfahren|continuer|continuar|avançar|prosseguir|continua|avanti|doorgaan|verder|kontynuuj"
    r"|dalej|fortsätt|fortsæt"
    r"|fortsett|jatka|pokračovat|devam( et)?|продолжить|далее|続行|続ける|次へ|继续|繼續|계속"
)
CANCEL = r"cancel|deny|abbrechen|annuler|cancelar|annulla|annuleren|anuluj|avbryt|annuller|peruuta|zrušit|iptal|отмена|キャンセル|取消|취소"
# An administrator has to approve something first. For the text of a heading.
ADMIN_APPROVAL = (
    r"admin(istrator)? approval|approval required|administratorgenehmigung"
    r"|genehmigung (des|durch|vom|von|eines) .{0,8}admin|genehmigung erforderlich"
    r"|approbation (de l'|d'un |des )?admin|approbation (requise|nécessaire)|aprobación (del?|de un) admin"
    r"|aprobación (necesaria|requerida)"
    r"|se requiere aprobación|aprovação (do|de um|de) admin|aprovação (necessária|obrigatória)"
    r"|approvazione .{0,16}amministratore"
    r"|approvazione (necessaria|richiesta)|goedkeuring (van|door) .{0,6}beheerder|goedkeuring vereist"
    r"|(zgoda|zatwierdzen\w+) .{0,8}administratora"
    r"|administratörsgodkännande|godkännande krävs|管理者の承認|承認が必要|管理员(批准|审批|同意)"
    r"|管理員(核准|批准|同意)|需要(批准|审批|核准)|관리자.{0,2} 승인"
    r"|승인 필요|(утвержден|одобрен)\w* администратор|yönetici onayı|onay gerekli"
)
# A code was sent to the account's owner, by mail or by text message, or goes to an address that is half hidden. Past tense
# alone: a link that offers to send something stands on the authenticator's page as well.
SENT = (
    r"\*{2,}|•{2,}|\+X|X{3,}|\bsent\b|texted|e-?mailed|gesendet|geschickt|envoyé|enviad|enviamos|inviat[oaie]|verzonden|gestuurd"
    r"|wysłan|wysłaliśmy|skicka(t|des?|ts)\b|sendt\b|lähetimme|lähetet|odeslali|odeslán|gönderdik|gönderil|отправил|отправлен"
    r"|送信(しま|され|済)|送りました|お送りし|已(发送|傳送)|(发送|傳送)(到|至|给)|发至|전송(했|되|하였)|보냈"
)
# Nothing was typed into the field: no complaint about what was typed. For the beginning of a message.
MISSING = (
    r"(please )?enter (a|an|your|the) (?!valid)|(bitte )?geben sie|(veuillez )?(entrez|saisissez|saisir|entrer)"
    r"|escrib|introdu[cz]|ingres"
    r"|insira|introduza|digite|informe|immett|inserisc|inserire|voer |wprowadź|podaj|ange |indtast|angiv|skriv"
    r"|anna |syötä|zadejte|введите"
    r"|.{0,12}を入力|(请|請)?(输入|輸入)|.{0,12}입력(하세요|하십시오)"
)
# A complaint that is no refusal of what was typed: the site, the machine or the hour is to blame.
NO_REFUSAL = (
    r"later|at this time|not allowed|not right|not available|unavailable|must be (reset|changed)|blank|empty|required"
    r"|später|derzeit|plus tard|pas autorisé|más tarde|no (está )?permitid|mais tarde|não permitid|più tardi|non consentit"
    r"|niet toegestaan|później|senare|senere|myöhemmin|později|daha sonra|позже|後で|後ほど|しばらく|稍后|稍後|나중에"
)
# Nobody is signed in any more.
SIGNED_OUT = (
    r"(signed|logged) (you )?(out|off)|abgemeldet|ausgeloggt|déconnecté|ha cerrado (la )?sesión|sesión cerrada|sessão (foi )?encerrada"
    r"|desconectad|disconness|uscito|afgemeld|uitgelogd|wylogowan|loggats? ut|loggat ut|logget (ud|av)|kirjauduttu ulos"
    r"|odhlášen|çıkış (yaptınız|yapıldı)|oturumunuz kapat|вышли из|выполнен выход|ログアウト(しました|済)|サインアウト(しました|済)"
    r"|已(经|經)?(成功)?(被)?(注销|登出|退出)|로그아웃(되었|했)|sessão foi terminada|sikeres kilépés|kijelentkez(ett|ve)|odhlásili ste"
    r"|вийшли з|αποσυνδεθεί|გახვედით|قمت بتسجيل الخروج|خارج شده|ออกจากระบบแล้ว"
)
# The sign-in, or the page, took too long: nothing was refused, and it has to be begun again.
TIMED_OUT = (
    r"timed? ?-?out|expired|too long|no longer valid|stale|zeitüberschreitung|abgelaufen|nicht mehr gültig|expir[éeó]|délai|trop long"
    r"|caduc|agotado|se agotó|excedi(do|ó)|scadut|tempo limite|esgota[dt]|verlopen|verstreken|verloop|wygas|upłyn|przekroczono"
    r"|gått ut|har gått|utløpt|udløbet|vanhentunut|aikakatkais|vypršel|zaman aşım|süresi|истек|просроч|слишком долго"
    r"|タイムアウト|期限切れ|有効期限|時間切れ|超时|逾時|过期|過期|失效|만료|초과"
    r"|zu lange|écoulé|tardado demasiado|troppo tempo|excedit el temps|muito (tempo )?para|\bte lang\b|dużo czasu|lång tid|maxtidsgräns"
    r"|lang tid|tidsavbrutt|liian kauan|příliš dlouho|príliš dlho|çok uzun sürdü|időtúllép|lejárt|per ilgai|laikas baigėsi|pārāk ilgi"
    r"|noilg|expirad|vypršal|έληξε|λήξη χρόνου|час .{0,30}(минув|закінчився)|термін дії|ამოიწურ|หมดเวลา|انتهت مهلة|انتهى الإجراء|نفذ الوقت"
    r"|منقضی|اتمام مدت|به پایان رسید"
)
# The password itself is too old and must be changed, in one sentence that names the password.
MUST_CHANGE = (
    r"password (has |is |was )?(been )?expired|password must be (reset|changed)"
    r"|(change|update|reset) your password|(kennwort|passwort)\S* .{0,20}abgelaufen"
    r"|mot de passe .{0,16}expiré|contraseña .{0,16}(caducad|expir)|(senha|palavra-passe) .{0,16}expir|password .{0,10}scadut"
    r"|wachtwoord .{0,10}verlopen|hasło .{0,10}wygas|lösenord\S* har (gått ut|upphört)|adgangskode\S* er udløbet"
    r"|passord\S* (er|har) utløpt|salasana\S* on vanhentunut|platnost .{0,10}hesla|heslo .{0,10}vypršel|(parola|şifre)\S* süresi"
    r"|парол\S* .{0,20}ист[её]к|パスワード.{0,6}(期限|有効期限)|密[码碼].{0,4}(过期|過期|到期)|(비밀번호|암호).{0,6}만료"
)
