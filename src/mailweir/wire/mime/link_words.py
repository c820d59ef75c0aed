"""What senders write on links, in twelve languages: the tables that `links` judges by.

English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian, Turkish, Japanese and
Chinese, in that order. A word stands for all that begin with it; accents and case are not told apart.
"""

# ruff: noqa: RUF001 -- Cyrillic and Turkish letters are meant here

import re
import unicodedata
from typing import Final

# What decomposition leaves whole.
_PLAIN: Final = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
_NO_WORD = re.compile(r"[\W_]++")
_FIRST_CJK: Final = "\u2e80"


def folded(text: str) -> str:
    """`text` as words to search in: without case, accents and punctuation, a space before each word."""
    letters = text.lower()
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text.replace("İ", "i").casefold())
        letters = "".join(letter for letter in parts if not unicodedata.combining(letter)).translate(_PLAIN)
    return f" {_NO_WORD.sub(' ', letters).strip()} "


def _table(*lines: str) -> tuple[str, ...]:
    """The words of `lines`, separated by bars, as they are found in folded text."""
    words = dict.fromkeys(folded(word).rstrip() for line in lines for word in line.split("|"))
    # Japanese and Chinese are written without spaces.
    return tuple(word.lstrip() if word.lstrip() >= _FIRST_CJK else word for word in words)


ASKS: Final = {
    "reset": _table(
        "reset|forgot password|forgotten password|new password|set password|set your password|set a password"
        "|choose a password|change password|change your password|create password|create a password"
        "|recover your account|recover account",
        "zurücksetzen|neues passwort|neues kennwort|passwort festlegen|passwort ändern|passwort vergessen",
        "réinitialis|nouveau mot de passe|changer le mot de passe|changer mon mot de passe"
        "|mot de passe oublié",
        "restablec|nueva contraseña|cambiar la contraseña|cambiar contraseña|recuperar contraseña",
        "redefinir|redefinição|nova senha|alterar senha|recuperar senha|nova palavra passe|repor a palavra",
        "reimposta|nuova password|ripristina la password|cambia password|cambia la password",
        "opnieuw instellen|nieuw wachtwoord|wachtwoord herstellen|wachtwoord wijzigen|wachtwoord resetten",
        "zresetuj|resetuj|resetowanie|nowe hasło|ustaw hasło|zmień hasło",
        "сброс|новый пароль|восстановить пароль|восстановление пароля|сменить пароль",
        "sıfırla|yeni şifre|yeni parola|şifre değiştir|parola değiştir",
        "再設定|パスワードをリセット|パスワードリセット|パスワードの変更|パスワードを変更",
        "重置|重设|重設|找回密码|找回密碼|修改密码|修改密碼|新密码|新密碼",
    ),
    "unlock": _table(
        "unlock your account|unlock account|unlock my account|unblock your account",
        "entsperr",
        "déverrouill|débloque",
        "desbloquear",
        "desbloqueie|desbloqueio",
        "sblocca",
        "deblokkeer|ontgrendel",
        "odblokuj",
        "разблокир",
        "kilidini aç|kilidi aç|hesabın kilidini",
        "ロックを解除|ロック解除",
        "解锁|解鎖|解除锁定|解除鎖定",
    ),
    "invite": _table(
        "accept invit|accept the invit|accept your invit|accept this invit|view invit|join the team"
        "|join your team|join team|join the workspace|join workspace|join the project|accept and join",
        "einladung annehmen|einladung akzeptieren|einladung ansehen|team beitreten|jetzt beitreten",
        "accepter l invitation|accepter invitation|accepter cette invitation|rejoindre l équipe"
        "|rejoindre l espace",
        "aceptar invitación|aceptar la invitación|unirse al equipo|únete al equipo",
        "aceitar convite|aceitar o convite|aceite o convite|entrar na equipe|juntar se à equipa",
        "accetta invito|accetta l invito|accettare l invito|unisciti al team",
        "uitnodiging accepteren|uitnodiging aannemen|accepteer de uitnodiging|word lid van het team",
        "przyjmij zaproszenie|zaakceptuj zaproszenie|akceptuj zaproszenie|dołącz do zespołu",
        "принять приглашение|примите приглашение|присоединиться к команде",
        "daveti kabul|davetiyi kabul|ekibe katıl",
        "招待を承認|招待を受け|招待を承諾|チームに参加|参加する",
        "接受邀请|接受邀請|加入团队|加入團隊",
    ),
    "signin": _table(
        "sign in|signin|log in|login|magic link",
        "anmelden|einloggen|jetzt anmelden|anmeldelink|anmeldung",
        "se connecter|connectez vous|connexion|me connecter",
        "iniciar sesión|inicia sesión|inicio de sesión|acceder a mi cuenta",
        "entrar na conta|iniciar sessão|fazer login|acessar minha conta|acessar conta",
        "accedi|accesso|accedere",
        "inloggen|log in|aanmelden|inloglink",
        "zaloguj|logowanie|logowania",
        "войти|вход|войдите",
        "giriş yap|oturum aç|giriş bağlantısı",
        "ログイン|サインイン",
        "登录|登入|登錄",
    ),
    "verify": _table(
        "verify|verification|confirm|activate|activation|validate|complete registration"
        "|complete your registration|complete sign up|complete your sign up|finish signing up",
        "bestätig|verifizier|aktivier|freischalt|registrierung abschließen|anmeldung abschließen",
        "confirmer|confirmez|confirmation|vérifi|activer|activez|valider|validez|finaliser mon inscription",
        "confirma|verifica|activa|valida|completar el registro|completa tu registro",
        "confirme|verifique|ative|ativar|ativação|validar|concluir cadastro|concluir o registo",
        "conferma|attiva|attivare|convalida|completa la registrazione",
        "bevestig|verifieer|verifiëren|activeer|activeren|registratie voltooien",
        "potwierdź|potwierdz|zweryfikuj|weryfikacja|aktywuj|aktywacja|dokończ rejestrację",
        "подтверд|подтвержд|активир|активац|проверить адрес|завершить регистрацию|завершите регистрацию",
        "doğrula|onayla|etkinleştir|aktifleştir|aktive et|kaydı tamamla|kaydınızı tamamla",
        "認証|確認する|確認してください|ご確認|アドレスの確認|アドレスを確認|有効化|本登録|登録を完了|登録完了",
        "验证|驗證|确认|確認|激活|啟用|启用|完成注册|完成註冊",
    ),
}  # fmt: skip
"""What a link asks for, the more special first: "Confirm and choose a new password" is a reset."""

KINDS: Final = tuple(ASKS)
"""Every kind of action there is."""

URL_WORDS: Final = {
    "reset": _table("reset|password|passwd|passwort|recover|forgot"),
    "unlock": _table("unlock|unblock"),
    "invite": _table("invit|accept|join"),
    "signin": _table("magic|passwordless|autologin|otp"),
    "verify": _table("verify|verif|confirm|activat|validat|optin|opt in|doi|registration complete"),
}
"""What programs call the page that a link leads to."""

CLICKS: Final = _table(
    "click|this link|link below|following link|button|continue|get started|here",
    "hier|klick|folgenden link|weiter|diesen link",
    "cliqu|ici|ce lien|continuer",
    "haz clic|aquí|este enlace|siguiente enlace|continuar",
    "clique|aqui|este link|link abaixo",
    "clicca|qui sotto|questo link|link seguente|continua",
    "klik|deze link|verder",
    "kliknij|tutaj|ten link|dalej",
    "нажмите|здесь|по ссылке|перейдите|продолжить",
    "tıkla|buraya|bağlantı|devam",
    "こちら|クリック|リンク|タップ|次へ|url",
    "点击|點擊|此处|此處|链接|連結|继续|繼續",
)
"""What a sender writes who asks for nothing but the click."""

DECOYS: Final = _table(
    # to get no more of it, or less
    "unsubscribe|opt out|preferences|notification settings|email settings|manage subscription",
    "abmelden|abbestell|austragen|benachrichtigungseinstellungen"
    "|einstellungen",
    "désabonn|désinscri|se désinscrire|préférences",
    "darme de baja|darse de baja|cancelar suscripción|cancelar la suscripción|preferencias",
    "descadastr|cancelar inscrição|cancelar a inscrição|cancelar subscrição|preferências|remover inscrição",
    "annulla iscrizione|annulla l iscrizione|disiscri|cancellati|preferenze",
    "uitschrijv|afmelden|voorkeuren",
    "wypisz|anuluj subskrypcję|preferencje|ustawienia powiadomień|zrezygnuj",
    "отпис|настройк",
    "abonelikten|aboneliği iptal|tercih",
    "配信停止|配信解除|購読解除|登録解除|配信設定|設定を変更",
    "退订|退訂|取消订阅|取消訂閱|偏好|通知设置",
    # what the law wants
    "privacy|terms|legal notice|imprint",
    "datenschutz|impressum|agb|nutzungsbedingungen",
    "confidentialité|mentions légales|conditions générales",
    "privacidad|términos|aviso legal",
    "privacidade|termos",
    "condizioni|informativa",
    "voorwaarden",
    "prywatności|regulamin",
    "конфиденциальн|условия",
    "gizlilik|koşullar",
    "プライバシー|利用規約",
    "隐私|隱私|条款|條款",
    # help
    "help center|help centre|need help|get help|contact us|contact support|customer support|faq",
    "hilfecenter|hilfe center|brauchen sie hilfe|brauchst du hilfe|hilfe erhalten|kontaktieren sie",
    "besoin d aide|centre d aide|contactez",
    "centro de ayuda|necesitas ayuda|contáctanos",
    "central de ajuda|precisa de ajuda|fale conosco",
    "centro assistenza|hai bisogno di aiuto|contattaci",
    "hulp nodig|helpcentrum|neem contact",
    "potrzebujesz pomocy|centrum pomocy",
    "нужна помощь|служба поддержки|центр помощи",
    "yardım merkezi|yardıma ihtiyac",
    "ヘルプセンター|お問い合わせ",
    "帮助中心|幫助中心|需要帮助|需要幫助|联系我们|聯絡我們",
    # the same mail elsewhere
    "view in browser|view in your browser|view online|view this email|view it in your browser|web version",
    "im browser ansehen|im browser öffnen|im browser anzeigen|online ansehen|webversion",
    "voir dans le navigateur|voir en ligne|version en ligne",
    "ver en el navegador|ver en tu navegador|versión web",
    "ver no navegador|versão web",
    "visualizza nel browser|versione online",
    "bekijk in browser|bekijk in je browser|online bekijken|bekijk online",
    "zobacz w przeglądarce|otwórz w przeglądarce|wyświetl w przeglądarce",
    "открыть в браузере|посмотреть в браузере",
    "tarayıcıda görüntüle|tarayıcıda aç",
    "ブラウザで表示|ブラウザで見る|ブラウザでご覧",
    "在浏览器中查看|在瀏覽器中|网页版",
    # company, shops, and what was not asked for
    "facebook|twitter|instagram|linkedin|youtube|tiktok|follow us|app store|google play|download the app",
    "not me|wasn t me|wasn t you|not you|didn t request|did not request|report this|cancel this",
    "nicht angefordert|war ich nicht|waren sie nicht",
    "ce n est pas moi|ce n était pas vous|pas à l origine",
    "no fui yo|no has sido tú|no solicitaste|no fuiste tú",
    "não fui eu|não solicitou|não foi você",
    "non sono stato io|non hai richiesto|non sei stato tu",
    "niet aangevraagd|was jij niet|was u niet",
    "to nie ja|to nie ty",
    "это был не я|это не вы|не запрашивали",
    "ben değildim|siz değilseniz|talep etmediyseniz",
    "心当たりのない|心当たりがない",
    "不是您|不是你|不是本人|非本人",
    "confirm your order|confirm order|order confirmation|booking confirmation|confirm booking",
)  # fmt: skip
"""What says that a link is not what the mail asks for."""

URL_DECOYS: Final = _table(
    "unsubscribe|unsub|optout|opt out|preferences|subscriptions|email settings|notification settings"
    "|webview|view online|viewonline|view in browser|viewinbrowser|browser view|web version|webversion"
    "|abmelden|abbestellen|desabonn|desinscri|app store|google play|not me|notme|report abuse|pixel|beacon"
)
"""The same by the names of pages."""

URL_ASIDES: Final = _table(
    "privacy|terms|legal|imprint|impressum|datenschutz|help|support|faq|contact|blog|pricing|about"
)
"""Pages that are decoys too, unless the link's own words ask for something."""

_HOSTS = (
    "facebook.com twitter.com x.com instagram.com linkedin.com youtube.com youtu.be tiktok.com pinterest.com"
    " threads.net t.me wa.me vk.com weibo.com apps.apple.com itunes.apple.com play.google.com"
)
DECOY_HOSTS: Final = frozenset(_HOSTS.split())
"""Networks and shops, without `www.`: a link to them is decoration unless its path asks for something."""
