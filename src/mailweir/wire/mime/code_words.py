"""What the words around a number say about it, in the twelve languages that `codes` reads.

A word stands for itself alone; `stem*` for every word that begins so, `*end` for every word that ends
so. Chinese and Japanese words stand wherever they are written. All is lower case, `İ` is `i`.
"""

# The tables are in the letters of twelve languages.
# ruff: noqa: RUF001
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a word says about a number or a group of letters near it."""

    SECRET = "secret"  # noqa: S105  a kind of word
    """It is a code that is used once, and nothing else."""
    CODE = "code"
    """It is a code, of whatever kind."""
    NUMBER = "number"
    """It is a number: the word beside this one says of what."""
    ENTER = "enter"
    """It is to be typed."""
    ACCESS = "access"
    """The talk is of signing in, confirming, resetting."""
    NEVER = "never"
    """The sentence is of what is not to be done with a code, or says that none is needed."""
    OTHER = "other"
    """It belongs to something else: a customer, a telephone, a flight."""
    RECORD = "record"
    """As OTHER, and a mail that is headed so tells of a business done."""
    OFFER = "offer"
    """It is worth money or a licence to whoever reads it."""


WORDS: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.OFFER: {
        "en": "coupon*, voucher*, promo, promo code, promotion*, discount*, % off, gift card*, gift code,"
        " referral, refer a friend, licence key, license key, invite code, checkout and, at checkout",
        "de": "gutschein*, rabatt*, aktionscode*, empfehlungscode*, lizenzschlüssel*, einladungscode*,"
        " geschenkkarte*",
        "fr": "promo, code promo, code avantage, bon d'achat, réduction, remise, parrain*, clé de licence,"
        " code cadeau, chèque-cadeau",
        "es": "cupón, descuento*, promocional, referido*, clave de licencia, tarjeta regalo,"
        " código de regalo",
        "pt": "cupom, cupão, desconto*, promocional, indicação, chave de licença, vale-presente,"
        " cartão-presente",
        "it": "sconto, sconti, buono sconto, promozionale, codice invito, chiave di licenza, carta regalo,"
        " codice amico",
        "nl": "kortingscode*, korting, actiecode*, cadeaubon*, cadeaukaart*, uitnodigingscode*,"
        " licentiesleutel*, tegoedbon*",
        "pl": "rabat*, kupon*, polecając*, klucz licencyjny, karta podarunkowa, zniżk*, kod promocyjny",
        "ru": "промокод*, скидк*, купон*, реферальн*, лицензионн*, подарочн*",
        "tr": "indirim*, kupon*, davet kod*, lisans anahtar*, hediye*, promosyon*",
        "ja": "クーポン, 割引, 紹介コード, ライセンスキー, ギフトコード, ギフト券, プロモーションコード,"
        " 招待コード",
        "zh": "优惠, 折扣, 邀请码, 许可证密钥, 礼品卡, 兑换码, 推荐码, 優惠, 折扣碼, 邀請碼, 禮品卡, 兌換碼",
    },
    Kind.RECORD: {
        "en": "order*, invoice*, receipt*, shipped, statement, reminder, boarding pass, itinerary,"
        " dispatched, parking session, your tickets, timetable, conference, meeting, invitation",
        "de": "bestell*, rechnung*, sendung*, kassenbon, bordkarte, einladung, erinnerung*, quittung*,"
        " beleg*, versandt, prüfungsplan, eingangsbestätigung*, eingang, konferenz*",
        "fr": "commande*, facture*, reçu, ticket*, rappel, embarquement, expédi*, convocation,"
        " justificatif, relevé, accusé de réception, billet*, réunion",
        "es": "pedido*, factura*, ticket, recordatorio, recibo*, embarque, justificante, extracto,"
        " convocatoria, reunión, billete*",
        "pt": "pedido*, fatura*, recibo*, boleto*, lembrete, embarque, comprovativo*, comprovante*,"
        " extrato, reunião, bilhete*",
        "it": "ordine*, ordini, fattura*, scontrino, promemoria, ricevuta*, imbarco, avviso di pagamento,"
        " estratto conto, riunione, bigliett*",
        "nl": "bestel*, factuur*, kassabon*, herinnering*, instapkaart*, kwitantie*, reisbescheiden,"
        " ontvangstbevestiging*, afschrift*, vergader*, kaartjes",
        "pl": "zamówieni*, faktur*, paragon*, e-paragon, przypomnienie*, karta pokładowa, pokwitowani*,"
        " wyciąg*, poświadczenie, spotkania, bilet*, spotkani*",
        "ru": "заказ*, счет*, счёт*, чек*, напоминани*, посадочный, квитанц*, выписк*, конференции, билет*,"
        " совещани*",
        "tr": "sipariş*, fatura*, fiş*, hatırlatma*, biniş kart*, makbuz*, dekont*, ekstre*, toplantı*,"
        " bilet*",
        "ja": "注文, 請求, 領収, レシート, 搭乗, リマインド, 明細, 発送, 会議, きっぷ",
        "zh": "订单, 账单, 小票, 登机牌, 发货, 訂單, 帳單, 发票, 收据, 对账单, 会议, 會議, 取票",
    },
    Kind.OTHER: {
        "en": "tracking, booking*, reservation*, reference, ref, ticket*, customer*, client, case, tel,"
        " telephone, phone, mobile, fax, extension, flight, gate, seat, serial, zip, zip code, postcode,"
        " post code, room, article, error code, status code, version, build, vat, company no, barcode*,"
        " qr code*, zipcode*, source code, revision, area code, country code, dress code, member*, patient,"
        " mrn, unsubscribe, street, routing, sort code, location code, commit, account number, account no,"
        " ship to, case no, total, amount, balance, isbn, sku, door code, gate code, intercom, wi-fi, wifi,"
        " pickup, locker, call, call us, dial, meter, user id, member id, session id, request id,"
        " message id, card number, card ending, ending in, debit card, credit card, meter reading,"
        " candidate number, course code, number plate, card, cards, collection reference, collection code",
        "de": "buchung*, vorgang*, aktenzeichen, kundennummer, kunden-nr, auftrag*, ticket*, tel, telefon*,"
        " mobil, fax, rufnummer, flug*, sitz*, plz, postfach, bankleitzahl, blz, iban, bic, hrb, hra,"
        " ust-idnr, zimmer, raum, fehlercode*, artikel*, mitgliedsnummer, bon-nr, genehmigungs*, karte,"
        " terminal*, vertrag*, zähler*, versicherten*, gutachten*, kennzeichen, pzn, betrag, summe,"
        " lizenz*, türcode*, haustür*, klingel*, wlan, abhol*, schließfach*, anrufen, wählen, rufen sie,"
        " matrikel*, modulcode*, zählerstand*, endziffern, endung",
        "fr": "suivi, colis, réservation*, dossier*, référence*, réf, client*, tél, téléphone, fax, vol,"
        " siège, code postal, code insee, code ape, code guichet, code banque, code erreur, siret, siren,"
        " rcs, tva, iban, bic, salle, bureau, adhérent*, identifiant, autorisation*, carte*, transaction*,"
        " abonnement, article*, montant, total, désinscription, fiscal, digicode*, interphone, wi-fi,"
        " casier*, compteur, étudiant, appelez, appeler, finissant par, de retrait",
        "es": "seguimiento, envío*, reserva*, boleto*, expediente*, referencia*, ref, cliente*, tel,"
        " teléfono, móvil, fax, vuelo*, asiento*, código postal, código de error, código de entidad, cif,"
        " nif, ruc, rfc, iban, bic, sala, oficina, tarjeta*, número de cuenta, socio, artículo*, total,"
        " importe, incidencia, folio, portero, wifi, recogida, taquilla*, llame, llamar, llama al,"
        " contador, matrícula, asignatura, número de serie, n.º de serie, número de caso,"
        " número de registro, acabado en, de recogida, localizador",
        "pt": "rastreio, rastreamento, encomenda*, reserva*, protocolo, referência, ref, cliente*, tel,"
        " telefone, celular, cel, fax, voo*, assento*, código postal, cep, código de erro,"
        " código do beneficiário, cnpj, cpf, nif, iban, sala, cartão*, número da conta, sócio, artigo*,"
        " total, valor, chamado, autorização, entidade, morada, nosso número, linha digitável, portaria,"
        " interfone, wi-fi, ligue, contador, leitura, disciplina, número de série, nº de série, com final,"
        " cartão final, de retirada, localizador",
        "it": "tracciamento, spedizion*, prenotazion*, protocollo, riferimento, rif, codice cliente,"
        " cliente, tel, telefono, cell, fax, volo, posto, cap, codice fiscale, cod. fisc, codice catastale,"
        " codice errore, codice avviso, codice sdi, codice ente, p. iva, rea, iban, aula, sala, carta*,"
        " numero di conto, socio, articol*, totale, importo, segnalazione, cod. autorizzazione, cartella,"
        " seriale, citofono, portone, wi-fi, armadietto, chiama*, chiami, contatore, lettura, matricola,"
        " insegnamento, numero di pratica, finisce per, termina con, di ritiro",
        "nl": "pakket*, boeking*, zaaknummer*, kenmerk*, klantnummer*, debiteur*, tel, telefoon*, mobiel,"
        " fax, vlucht*, stoel*, postcode*, foutcode*, kvk, btw, iban, bic, bsn, zaal, kamer, bankpas*,"
        " terminal, lidnummer*, artikel*, meldingsnummer*, dossier*, ticket*, totaal, bedrag, kenteken,"
        " pasnummer*, deur, deurcode*, wifi, afhaal*, kluisje*, bel, bellen, meter, meterstand, vakcode*,"
        " eindigt op, eindigend op, ophaal*",
        "pl": "przesyłk*, rezerwacj*, sprawy, znak, zgłoszeni*, klienta, tel, telefon*, kom, faks, miejsce,"
        " kod pocztowy, kod błędu, nip, regon, krs, pesel, iban, swift, sala, karta, wydruku, artykuł,"
        " suma, kwota, oferta, seryjny, klubowicz, domofon*, wi-fi, odbioru, skrytk*, zadzwoń, zadzwonić,"
        " licznik*, albumu, przedmiotu, kartą, kartę, lotu, nr lotu, kończący się",
        "ru": "отправлени*, трек*, брон*, обращени*, заявк*, дело, клиента, тел, телефон*, моб, факс,"
        " рейс*, место, индекс, код ошибки, код бронирования, инн, кпп, огрн, бик, снилс, аудитория, карт*,"
        " участник, статью, итого, сумма, объект, серийный, полис, лицевой, переговорная, договор*,"
        " домофон*, подъезд*, wi-fi, ячейк*, позвон*, счетчик*, показания, зачетк*, предмета,"
        " номер получения",
        "tr": "takip, kargo*, gönderi*, rezervasyon*, müşteri*, tel, telefon*, cep, faks, uçuş*, koltuk*,"
        " posta kodu, hata kod*, vergi*, mersis, iban, kart, kartınız, makale, üye, toplam, tutar*, ilan,"
        " evrak*, plaka*, protokol, şube, dilekçe*, kapı, kapı şifre*, kapı kod*, wi-fi, dolap, arayın*,"
        " arayabil*, sayaç*, öğrenci, ders kodu, kayıt no, kayıt numara*, seri no, başvuru no, başvurunuz,"
        " oda no, teslim no",
        "ja": "伝票, 予約, 便名, 座席, 受付番号, 受付, お客様番号, 会員番号, 電話, 携帯, 郵便番号, 〒,"
        " 承認番号, 登録番号, 整理番号, 支店コード, 機関コード, エラーコード, 記事, 製造番号, 物件, カード,"
        " 法人番号, 合計, サポート番号, 航空券, お問い合わせ, バーコード, qrコード, レコード, 届け先,"
        " 診察券, 配信停止, インターホン, オートロック, wi-fi, 宅配ボックス, メーター, 指針, 学籍番号,"
        " 科目コード, 契約番号, 末尾, 下4桁, 受取番号",
        "zh": "运单, 单号, 订座, 航班, 座位, 票号, 受理, 编号, 工单, 电话, 手机, 传真, 邮编, 邮政编码,"
        " 客服, 信用代码, 识别号, 二维码, 条码, 数码, 卡号, 尾号, 会员, 错误代码, 文章, 序列号, 联行号,"
        " 退订, 合计, 執業, 單號, 編號, 電話, 傳真, 郵遞區號, 會員, 執照, 门禁, 无线, 取件, 門禁, 取貨,"
        " wifi, 致电, 拨打, 水表, 学号, 课程代码, 合同号, 致電, 撥打, 后四位, 取票号",
    },
    Kind.NEVER: {
        "en": "never, nobody, anyone, do not share, don't share, not share, no code, not need",
        "de": "niemals, niemandem, nicht weiter, kein code, keinen code, nicht nötig, nie nach, nie weiter,"
        " nie verlangen",
        "fr": "jamais, à personne, ne communiquez, aucun code",
        "es": "nunca, jamás, con nadie, no compart*, ningún código, no hace falta",
        "pt": "nunca, jamais, com ninguém, não compart*, não precisa",
        "it": "a nessuno, con nessuno, non condivid*, nessun codice, non serve, chiederemo mai, chiede mai,"
        " chiederà mai, mai comunic*, mai a nessuno, non comunic*",
        "nl": "nooit, niemand, geen code, niet nodig",
        "pl": "nigdy, nikomu, nie podawaj, nie udostępniaj, żaden kod, nie jest potrzebn*",
        "ru": "никогда, никому, не сообщай*, не нужно, не потребуется",
        "tr": "asla, kimseyle, hiç kimse*, paylaşmay*, gerekmez, istemez",
        "ja": "絶対に, 教えないで, 不要です, ありません",
        "zh": "请勿, 切勿, 不会, 无需, 請勿, 不會, 無需",
    },
    Kind.SECRET: {
        "en": "otp, passcode*, one-time, one time, one-off, single-use, single use, verification code*,"
        " verification pin, security code*, confirmation code*, authentication code*, authorization code*,"
        " authorisation code*, auth code, login code*, log-in code*, sign-in code*, sign in code*,"
        " access code*, activation code*, validation code*, reset code*, recovery code, unlock code,"
        " verification key, activation key, mfa code, 2fa code, two-factor code, device code, signing code,"
        " temporary code, temporary password, temporary pin, magic code",
        "de": "tan, smstan, sms-tan, mtan, pushtan, *-tan, tan-code, einmal-*, einmalcode*,"
        " einmalkennwort*, einmalpasswort*, einmalig*, *bestätigungscode, *sicherheitscode,"
        " verifizierungscode*, verifikationscode*, aktivierungscode*, freischaltcode*, anmeldecode*,"
        " login-code*, zugangscode*, zugriffscode*, prüfcode*, authentifizierungscode*,"
        " registrierungscode*, legitimationscode*, entsperrcode*, wiederherstellungscode*,"
        " aktivierungsschlüssel*, temporäres passwort",
        "fr": "usage unique, code de vérification, code de confirmation, code de sécurité,"
        " code de validation, code d'activation, code d'authentification, code d'identification,"
        " code d'autorisation, code de connexion, code d'accès, code temporaire, code provisoire,"
        " code unique, code de réinitialisation, code de récupération, mot de passe temporaire,"
        " mot de passe provisoire, clé d'activation, clé de vérification, clé temporaire",
        "es": "un solo uso, único uso, uso único, código de verificación, código de confirmación,"
        " código de acceso, código de seguridad, código de validación, código de activación,"
        " código de autenticación, código de autorización, código de inicio, código de inscripción,"
        " código de vinculación, código temporal, código único, clave temporal, clave dinámica,"
        " clave de acceso, contraseña temporal, contraseña provisional, clave de activación, token",
        "pt": "uso único, utilização única, senha descartável, senha temporária, senha provisória,"
        " contrassenha, código de verificação, código de segurança, código de confirmação,"
        " código de validação, código de ativação, código de autenticação, código de autorização,"
        " código de acesso, código de login, código temporário, código único, chave de ativação,"
        " chave de segurança, palavra-passe temporária, token",
        "it": "monouso, usa e getta, codice di verifica, codice di sicurezza, codice di conferma,"
        " codice di convalida, codice di autenticazione, codice di autorizzazione, codice di attivazione,"
        " codice di accesso, codice temporaneo, codice provvisorio, codice univoco, codice di ripristino,"
        " chiave di attivazione, password temporanea, password provvisoria, token",
        "nl": "eenmalig*, inlogcode*, logincode*, verificatiecode*, authenticatiecode*, autorisatiecode*,"
        " beveiligingscode*, bevestigingscode*, toegangscode*, registratiecode*, herstelcode*, koppelcode*,"
        " aanmeldcode*, activeringscode*, activatiecode*, controlecode*, stemcode*, tan-code*,"
        " activeringssleutel*, tijdelijk wachtwoord, tijdelijke code",
        "pl": "jednorazow*, kod weryfikac*, kodu weryfikac*, kodem weryfikac*, kod weryfikuj*,"
        " kod autoryzac*, kodu autoryzac*, kodem autoryzac*, kod do autoryzacji, kod aktywac*,"
        " kod bezpieczeństwa, kodu bezpieczeństwa, kod potwierdz*, kodem potwierdz*, kod dostępu,"
        " kod logowania, kod do logowania, kod uwierzytelniaj*, kod rejestrac*, kod tymczasowy,"
        " hasło tymczasowe, hasło sms, klucz aktywac*, tymczasowym kodem, kodem tymczasowym, tymczasowy kod",
        "ru": "одноразов*, разовый код, разовый пароль, код подтверждения, кода подтверждения,"
        " кодом подтверждения, код авторизации, код аутентификации, код верификации, код проверки,"
        " код регистрации, код восстановления, проверочный код, код безопасности, код активации,"
        " временный код*, временный пароль, ключ активации, код доступа, код для входа, код входа,"
        " пароль для входа",
        "tr": "tek kullanımlık, tek seferlik, doğrulama kod*, güvenlik kod*, onay kod*, giriş kod*,"
        " aktivasyon kod*, geçici kod*, geçici parola*, geçici şifre*, etkinleştirme kod*, işlem şifre*,"
        " sms şifre*, giriş şifre*, erişim kod*, etkinleştirme anahtar*, koruma kod*, sıfırlama kod*",
        "ja": "ワンタイム, 認証コード, 確認コード, 検証コード, 承認コード, ログインコード, 本人確認コード,"
        " 認証番号, 確認番号, 暗証番号, セキュリティコード, パスコード, 一時コード, 一時パスワード,"
        " 仮パスワード, 認証キー, デバイスコード, アクティベーションコード, 有効化コード, 再設定コード,"
        " ガードコード, アクセスコード",
        "zh": "验证码, 校验码, 动态密码, 动态码, 动态口令, 随机码, 一次性, 口令, 确认码, 安全码, 登录码,"
        " 激活码, 重置码, 令牌码, 临时密码, 临时代码, 访问码, 设备代码, 验证代码, 授权码, 驗證碼, 認證碼,"
        " 確認碼, 安全碼, 啟用碼, 登入碼, 動態密碼, 臨時密碼, 校驗碼, 授權碼",
    },
    Kind.CODE: {
        "en": "code, codes, pin, pins, password, passkey",
        "de": "*code, *codes, pin, *kennwort, *passwort, zahlenfolge, *schlüssel, kennziffer, *-pin, *-otp",
        "fr": "code, codes, mot de passe, clé, digicode",
        "es": "código, códigos, clave, claves, contraseña, pin",
        "pt": "código, códigos, senha, senhas, palavra-passe, chave",
        "it": "codice, codici, chiave, parola d'ordine, parola chiave",
        "nl": "*code, *codes, pincode*, *wachtwoord, *sleutel, controlegetal",
        "pl": "kod, kodu, kodem, kody, kodzie, kodów, hasło, haseł, hasła, hasłem, ciąg cyfr, ciągu cyfr,"
        " klucz, kluczem",
        "ru": "код, кода, кодом, коду, коде, коды, кодов, пин*, парол*, комбинаци*, ключ, ключом",
        "tr": "kod, kodu*, kodla*, koda, kodlar*, şifre*, parola*, anahtar*, rakam dizisi",
        "ja": "コード, パスワード, 暗号",
        "zh": "代码, 密码, 码, 密碼, 代碼, 碼",
    },
    Kind.NUMBER: {
        "en": "number, numbers, digit, digits, no.",
        "de": "zahl, zahlen, nummer, nr, ziffern, ziffernfolge",
        "fr": "nombre, numéro, n°, chiffres, chiffre, série",
        "es": "número, n.º, nº, números, dígitos, cifras, serie",
        "pt": "número, nº, n.º, números, dígitos, algarismos, sequência",
        "it": "numero, cifre, numeri, sequenza",
        "nl": "getal, nummer, cijfers, reeks",
        "pl": "numer*, nr, liczbę, liczba, cyfry, cyfr, ciąg",
        "ru": "номер*, число, цифр*, №",
        "tr": "numara*, no, sayı, sayısını, rakam*, dizisi, dizisini",
        "ja": "番号, 数字",
        "zh": "号码, 数字, 號碼, 數字",
    },
    Kind.ENTER: {
        "en": "enter, entering, type, typing, use, using, paste, copy, key in, input, provide, submit,"
        " supply, put in, fill in, giving, pop it, reply with, give, tap in, tap, key",
        "de": "eingeben, einzugeben, eingibst, gib, gebe, geben, angeben, tippe, tippen, tippst, tipp,"
        " trag, trage, tragen, eintragen, eintippen, einsetzen, einfügen, füge, verwenden, verwende,"
        " nutze*, benutz*, kopier*, nennen, eingabe, übernehmen, übermitteln, übertrage, übertragen",
        "fr": "saisi*, entrez, entrer, tape, tapez, tapant, taper, recopi*, copie*, renseign*, indiqu*,"
        " utilis*, introdui*, insére*, identifiez*, fournir, fournissez, colle*, collez, mets-le, reporter,"
        " reportez, donner, communiquez, transmettez",
        "es": "introduce*, introduzca*, introducir, introduciendo, escrib*, ingres*, tecle*, copia*,"
        " copie*, utilice*, utiliza*, úsalo, usar, indique*, indicarse, responda, ponlo, pon, pégalo, pega,"
        " pegue, facilite*, identifique*, inserte*, usa el, usa este, usa tu, usa la, use el, use este,"
        " use la, digita, digite, digitar, danos, meta, mete, marque, teclear, ponga",
        "pt": "introduz*, insira*, inserir, escrev*, usar, usando, utiliz*, copi*, cole, colar, indique,"
        " identifique*, preench*, coloque*, forneça, tecle, digite, digitar, digitando, informe, informar,"
        " informando, use o, use a, use este, use esta, passe",
        "it": "inseri*, scriv*, usare, usando, utilizz*, riporta, riporti, copia*, indichi, indica,"
        " incolla*, immett*, fornisc*, comunichi, usa il, usa questo, usa la, usi il, usi la, usi questo,"
        " digita, digiti, digitare, digitando, dia, usi",
        "nl": "vul, vult, voer, voert, typ, typt, tik, toets, neem, gebruik*, geef, geeft, invoeren,"
        " invullen, intypen, over te nemen, kopieer*, plak, opgeven, toets in, tikken, overnemen",
        "pl": "wpisz, wpisując, wpisać, wpisania, podaj, podać, podając, podaniu, przepisz, przepisać,"
        " użyj*, użyć, wprowad*, wklej, posłuż*, skorzystaj, skopiuj",
        "ru": "введ*, ввести, вводя, укажите, указать, укажи, наберите, набрать, набери, скопируйте,"
        " скопируй, вставьте, вставь, сообщите, назовите, впишите, воспользуйтесь, используйте, используй,"
        " передайте",
        "tr": "gir, girin, giriniz, girmen*, girerek, yaz, yazın, yazınız, yazarak, kullan, kullanın,"
        " kullanınız, belirt*, bildirmen*, yapıştır*, doğrulayınız, tuşla*, kopyala*, bildirin, tuşlayın",
        "ja": "入力, ご利用ください, お使い, 貼り付け, 記入, 打ち込",
        "zh": "输入, 填写, 填进, 填入, 键入, 使用, 粘贴, 凭, 提供, 輸入, 填寫, 填入, 鍵入, 貼上",
    },
    Kind.ACCESS: {
        "en": "verif*, confirm*, log in, log-in, login, logging in, log on, sign in, sign-in, signing in,"
        " sign up, authenticat*, identity, security, activat*, register*, registration, reset, device,"
        " temporary, approve, authorize, authorise, prove, guard, unlock, devices",
        "de": "bestätig*, anmeld*, einlog*, verifizier*, identität*, sicherheit*, aktivier*, registrier*,"
        " zurücksetz*, gerät, freigabe, freigeben, freischalt*, login, temporär*, verbindest, zwei-faktor*,"
        " authentif*, legitim*, zugang*, geräte*, gesperrt, entsperr*, sperr*",
        "fr": "vérifi*, confirm*, connexion, connecter, connectez*, authentifi*, identité, sécurité,"
        " activ*, réinitialis*, temporaire, inscription, inscrire, signature, signez*, signer, accès,"
        " accéder, autoris*, appareil*, valider, validez, validation, bloqué, rétablir, débloquer",
        "es": "verific*, confirm*, iniciar sesión, inicio de sesión, acceso, acceder, autenti*, identidad,"
        " seguridad, activ*, restablec*, temporal, entrar, firmar, registro, autoriz*, dispositivo*, entra,"
        " entre en, validar, valida, valide, validación, bloqueado, desbloquear*",
        "pt": "verific*, confirm*, login, acesso, aceder, acessar, autenti*, identidade, segurança, ativ*,"
        " redefin*, temporári*, entrar, assinar, cadastro, autoriz*, aparelho*, dispositivo*, entre no,"
        " entre na, validar, valide, validação, bloqueado, desbloquear",
        "it": "verific*, conferm*, accesso, acced*, autentic*, identità, sicurezza, attiv*, reimpost*,"
        " convalid*, temporane*, entrare, firmare, autorizz*, registrazione, dispositiv*, entra, entri,"
        " bloccato, sbloccar*",
        "nl": "verif*, bevestig*, inlog*, aanmeld*, log in, identiteit, beveilig*, activeer*, activeren,"
        " registr*, herstel*, tijdelijk*, ondertekenen, toegang*, koppelen, apparaat, goedkeur*, controle*,"
        " apparaten, valideren, validatie, geblokkeerd, deblokker*",
        "pl": "weryfik*, potwierd*, zweryfik*, logowani*, zalog*, uwierzyt*, tożsamoś*, bezpiecze*,"
        " aktywac*, rejestrac*, autoryz*, reset, tymczasow*, dostęp*, podpis*, zatwierd*, urządzeni*,"
        " odblok*, zablok*",
        "ru": "подтверд*, подтвержд*, вход*, войти, авториз*, личност*, безопасност*, защит*, актив*,"
        " регистрац*, восстанов*, проверк*, проверочн*, временн*, аутентиф*, доступ*, устройств*, разблок*",
        "tr": "doğrula*, onay*, giriş*, güvenlik, kimliğ*, kimlik, etkinleştir*, sıfırla*, geçici, erişim*,"
        " imza*, aktivasyon, cihaz*, kilit*",
        "ja": "認証, 確認, ログイン, 本人, セキュリティ, 有効化, 再設定, 一時, 署名, 登録,"
        " アクティベーション, 承認, 端末",
        "zh": "验证, 確認, 确认, 登录, 登錄, 登入, 身份, 安全, 激活, 啟用, 重置, 临时, 臨時, 签署, 驗證,"
        " 本人, 设备, 設備, 绑定, 綁定",
    },
}  # fmt: skip

LETTERS: Final = "a-z\u00c0-\u04ff"
"""What a class of small Latin, Greek and Cyrillic letters holds; wide ranges would take long to compile."""

_CURRENCIES: Final = "usd eur gbp chf pln try rub tl zł"
_UNITS: Final = (
    f"{_CURRENCIES} руб btc lira kr km kg kwh gb mb m2 m² мб гб км minut minuut minút минут dakika hour"
    " stunde heure hora uur uhr godz saat час day tag jour día dia giorn dag dni gün дн second sekund секунд"
    " saniye miles meilen punkte people members mitglieder membres miembros membros iscritti leden üye"
    " человек photos fotos items trips"
).split()  # fmt: skip
AMOUNT_BEFORE: Final = re.compile(
    rf"(?:[#№$€£¥₽₺+/@…]|\*{{2,}}|\b(?:{'|'.join(_CURRENCIES.split())}|r\$|s/|nt\$)) ?\Z"
)
"""Ends what stands right before an amount, a telephone number or the end of a card's number."""

COUNT_AFTER: Final = re.compile(
    r"[ -]?(?:[%°€£$¥₽₺]|[年月日時时分秒円圆元号號歳岁人名匹只克个個件張张]|(?:ore|points?)\b"
    rf"|(?:{'|'.join(_UNITS)})(?![{LETTERS}]{{4}}))"
)
"""Begins what stands right after an amount, a time or a count; of small letters like AMOUNT_BEFORE."""
