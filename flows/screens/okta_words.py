"""What Okta's sign-in widget says, by meaning, in the languages that it ships: for messages that no id or class tells apart.

Each is tried beside the words of all sites (`words`); these are the widget's own phrases, as short as they are distinct.
"""

from __future__ import annotations

from flows.screens import words

# An account, a factor or an address that is barred for now; not the network policy, whose texts all name the VPN.
LOCKED = (
    r"^(?!.*vpn).*(" + words.LOCKED + r"|κλειδ(ωμέν|ώθηκε)|(πάρα|υπερβολικά) πολλ|blokeatuta|gehiegi"
    r"|kont ou an bloke|twòp tantativ|zárol|túl sok"
    r"|terkunci|terlalu banyak|dikunci|잠겨|횟수를 초과|este blocat|prea mult|ถูกล็อก(?!ออก)|มากเกินไป|kilitli"
    r"|çok sayıda|заблоковано|забагато"
    r"|завелику кількість|занадто багато|bị khóa|quá nhiều|příliš mnoha|nombre trop élevé"
    r"|varios intentos fallidos|liian monen|zbyt wielu"
    r"|слишком большого"
    r"|exceeded the maximum|maximální pocet|maksimale antal|maximale anzahl von|μέγιστου αριθμού"
    r"|número máximo de solicit|eskaera-kopuru maximoa"
    r"|suurimman sallitun|nombre maximal de demandes|demann maksim|maximális számát|jumlah maksimum"
    r"|numero massimo di richieste|最大リクエスト数"
    r"|최대 요청|bilangan maksimum|maximale aantal verzoeken|maksymalną liczbę|numărul maxim de"
    r"|допустимое количество запросов|จำนวนสูงสุด"
    r"|azami istek|допустиму кількість запитів|số yêu cầu tối đa|请求的最高限量|要求數量上限)"
)
# An account that an administrator has put to rest: said with "for now", and yet no lock that ends by itself.
SUSPENDED = (
    r"account has been temporarily suspended|dočasně pozastaven|midlertidigt suspenderet"
    r"|konto wurde vorübergehend gesperrt|ανασταλεί προσωρινά"
    r"|suspendió temporalmente|aldi baterako itxi|estetty väliaikaisesti|(suspendu|suspens[oa]|sospeso) temp"
    r"|temp\w+ (suspendu|suspens|sospes)"
    r"|sispann kont|ideiglenesen fel lett|ditangguhkan sementara|一時的に停止|일시적으로 중지"
    r"|digantung buat sementara|midlertidig stengt"
    r"|tijdelijk opgeschort|tymczasowo zawieszon|suspendat temporar|временно (приостанов|заблокир"
    r"|отключена\. обратитесь)|tillfälligt stängts av|ถูกระงับชั่วคราว|geçici olarak askıya"
    r"|тимчасово призупинено|tạm ngừng|临时暂停|暫時停權"
)
REUSED = (
    words.REUSED
    + r"|pouze jednou|kun (anvendes|brukes) [eé]n gang|μόνο μία φορά|behin bakarrik|yon sèl fwa|csak egyszer"
    r"|satu kali|1度だけ|digunakan sekali"
    r"|slechts een keer|o singură dată|giltiga? en gång|เพียงครั้งเดียว|тільки один раз|một lần"
    r"|[仅只].{0,3}使用一次"
)
NOT_ASSIGNED = (
    words.NOT_ASSIGNED
    + r"|not allowed to access|nemáte (povolen přístup|oprávnění)|(ikke|inte) (har )?(adgang|tilgang|tilladelse"
    r"|tillatelse|åtkomst|behörighet|tillåtelse|tilordnet)"
    r"|har ikke (adgang|tilgang|tilladelse|tillatelse)|auf diese app nicht|nicht die berechtigung"
    r"|δεν έχετε (δικαίωμα|άδεια)|δεν έχει εκχωρήσει"
    r"|ez duzu .{0,40}baimen|baimenik|ez dago aplikazio|ei ole .{0,20}(käyttöoikeu|valtuuksia|oikeuksia)"
    r"|n'avez pas (la permission|l'autorisation)"
    r"|pa (genyen )?otoriz|pa asiyen|nincs (engedélye|hozzárendelve)|tidak (diizinkan|memiliki izin|ditetapkan"
    r"|dibenarkan|mempunyai keizinan)"
    r"|non (hai|disponi) (le|dell')|許可されていません|権限がありません|액세스할 수 없|권한이 없"
    r"|geen (autorisatie|toestemming)|nie masz (uprawnień|dostępu)"
    r"|nu aveți permisiunea|nu este alocat|у вас нет доступа|не привязан|tilldelas inte|ไม่ได้รับอนุญาต"
    r"|ไม่มีสิทธิ์|ไม่ได้ถูกกำหนด|izniniz yok"
    r"|немає дозволу|не маєте доступу|не призначений|không được (phép|chỉ định)|您(目前)?(无|無)(权|權)|无权限"
    r"|沒有.{0,12}權限"
)
# The page was left open for too long, or its session is gone.
SESSION_OVER = (
    r"due to inactivity|session has expired|nečinnosti|relace vypršela|inaktivitet|session er udløbet|inaktivität"
    r"|sitzung ist abgelaufen|αδράνειας"
    r"|συνεδρία σας έληξε|por inactividad|sesión ha caducado|jarduerarik ez|saioa iraungi|toimettomuuden"
    r"|istuntosi on vanhentunut|d'inactivité"
    r"|session a expiré|pa te gen aktivite|sesyon ou an te ekspire|tétlenség|munkamenete lejárt"
    r"|karena tidak aktif|sesi anda telah|di inattività"
    r"|sessione scaduta|操作がなかった|セッションが期限切れ|비활성 상태로|세션이 만료|ketidakaktifan"
    r"|økten din har utløpt|inactiviteit|sessie is verlopen"
    r"|braku aktywności|sesja wygasła|por inatividade|sessão expirou|cauza inactivității|sesiunea a expirat"
    r"|отсутствия активности|время сеанса истекло"
    r"|session har gått ut|ไม่มีการใช้งาน|เซสชันของคุณหมดอายุ|eylem yapmamanız|oturumunuz zaman aşımına"
    r"|через неактивність|сесія завершилася"
    r"|do không hoạt động|phiên truy cập|非活动状态|会话已过期|停用狀態|工作階段已過期|idx\.session\.expired"
)
# "Set up ...": the heading of an enrolment, where a challenge says "Verify with ...".
SET_UP = (
    r"^set up|einrichten|^nastav|konfigur|^opsæt|^indstil|^ρυθμίσ|^ρύθμιση|configur|^määritä|^mettre en place"
    r"|^konfigire|beállítása|^siapkan"
    r"|セットアップ|설정|^tetapkan|^sett opp|instellen|^stel .*in$|^настро|^ställ in|^ตั้งค่า|\bayar|kurma|\bkur$"
    r"|^(opret|задать|通过|透過) .*okta verify|^задать|^ตั้งคำถาม|^налашту|^thiết lập|^设置|^設定"
)
# Nothing was refused: a field was left empty, or the server or the way to it failed.
NO_REFUSAL = (
    r"please enter a|zadejte prosím|indtast venligst|geben sie ein|εισήγαγε ένα|εισαγάγετε ένα|ingrese un"
    r"|^idatzi (erabiltzaile-izen bat|pasahitza)"
    r"|anna (käyttäjä|sala)|veuillez entrer"
    r"|tanpri (yon|rantre)|adjon meg|silakan masukkan|devi inserire|入力してください|입력하십시오|sila masuk"
    r"|skriv inn|voer een|^wprowadź|^insira u"
    r"|^introduceți|ввести|ange ett|โปรดป้อน|lütfen bir|vui lòng nhập|请输入|請輸入"
    r"|left blank|nemůže být prázdné|ikke være tomt|nicht leer bleiben|μείνει κενό|quedar en blanco|hutsik utzi"
    r"|jättää tyhjäksi|rester vide|rete vid"
    r"|maradhat üresen|boleh (kosong|dibiarkan)|essere vuoto|空白のまま|비워둘 수|ikke stå tomt|niet leeg zijn"
    r"|być puste|estar em branco"
    r"|lăsat necompletat|оставаться пустым|lämnas tomt|เว้นว่าง|boş bırakılamaz|залишатися порожнім|để trống"
    r"|不能为空|不能留空"
    r"|internal (server )?error|vnitřní chyb|intern serverfe|intern fejl|interner (server)?fehler"
    r"|εσωτερικό σφάλμα|error interno|barne-(zerbitzari|errore)"
    r"|sisäinen (palvelin)?virhe|erreur interne|erè (entèn|enten)|belső (szerver)?hib"
    r"|kesalahan (server )?internal|errore interno|内部エラー|내부 (서버 )?오류"
    r"|ralat (pelayan )?dalaman|intern (server)?feil|interne (server)?fout|(wewnętrzny błąd|błąd wewnętrzny)"
    r"|erro interno|eroare (de server|internă)"
    r"|внутренняя ошибка|int(ern|ernt) (server-)?fel|ข้อผิดพลาดภายใน|dahili sunucu|iç hata|внутрішня помилка"
    r"|lỗi (máy chủ )?nội bộ|(内|內)部(服务器|伺服器)?(错误|錯誤)"
    r"|サーバー内部エラー|connect to the server|připojení k serveru|pripojení k serveru|forbindelse til serveren"
    r"|verbindung zum server|σύνδεση με το διακομιστή"
    r"|conectar(se)? al servidor|zerbitzarira konektatu|palvelimeen ei saada|connecter au serveur|konekte ak sèvè"
    r"|kiszolgálóhoz|terhubung ke server"
    r"|connettersi al server|サーバーに接続|서버에 연결|kepada pelayan|koble til serveren"
    r"|verbinding maken met de server|połączyć się z serwerem"
    r"|conectar ao servidor|conectare la server|подключиться к серверу|ansluta till servern|เชื่อมต่อเซิร์ฟเวอร์"
    r"|sunucuya bağlan|з'єднатися з сервером"
    r"|kết nối với máy chủ|连接到服务器|連線至伺服器|vpn"
)
