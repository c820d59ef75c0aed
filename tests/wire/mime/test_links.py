"""Which links a mail has, and which of them it asks to be followed."""

# ruff: noqa: RUF001 -- letters and punctuation of twelve languages are meant here

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.effort import LINEAR, cpu_seconds
from fakes.examples import examples
from mailweir.wire.mime.html import Anchor, Page, read
from mailweir.wire.mime.links import ACTIONS, KINDS, LINKS, TEXT, URL, actions, links

SECRET = "7f3K9dQ2xW8vB5nM"


def a_page(*anchors: tuple[str, str]) -> Page:
    return Page("", tuple(Anchor(url, text) for url, text in anchors), ())


def kinds(subject: str, text: str, page: Page | None = None) -> list[tuple[str, str]]:
    return [(action.kind, action.url) for action in actions(subject, text, page)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("http://", []),
        ("https:// x", []),
        ("ftp://x.test mailto:a@x.test www.x.test", []),
        ("HTTP://X.test/a", ["HTTP://X.test/a"]),
        ("see http://x.test/a. And http://x.test/b, (http://x.test/c) or", ["a", "b", "c"]),
        ("http://x.test/d!? http://x.test/e...", ["d", "e"]),
        ("http://x.test/a_(b) (http://x.test/a_(b)). [http://x.test/c]", ["a_(b)", "c"]),
        ('<http://x.test/a.> <URL:http://x.test/b> "http://x.test/c"', ["a.", "b", "c"]),
        ("http://x.test/{id} {http://x.test/b}", ["{id}", "b"]),
        ("http://x.test/a?b=c&d=e#f", ["a?b=c&d=e#f"]),
        ("点击http://x.test/a。或（http://x.test/b）", ["a", "b"]),
        ("https://bücher.test/ü https://例え.test/", ["https://bücher.test/ü", "https://例え.test/"]),
        ("http://[2001:db8::1]:80/a http://192.0.2.1/b", ["http://[2001:db8::1]:80/a", "http://192.0.2.1/b"]),
        ("http://x.test/a http://x.test/a", ["a"]),
        ("http://x.test/a\r\nb", ["a"]),
        ("xhttp://x.test/a view-http://x.test/b", []),
        ("http://u:p@x.test/a", ["http://u:p@x.test/a"]),
    ],
)  # fmt: skip
def test_urls_are_found_in_plain_text(text: str, found: list[str]) -> None:
    assert links(text, None) == [url if "://" in url else f"http://x.test/{url}" for url in found]


def test_links_of_the_page_come_first() -> None:
    page = a_page(
        (" HTTPS://x.test/1 ", ""), ("javascript:alert('http://x.test')", ""),
        ("data:text/html,http://x.test", ""),
        ("/relative", ""), ("http://x.test/a\r\n b", ""), ("http://x.test/\x00", ""), ("http:///x", ""),
        ("mailto:a@x.test", ""),
    )  # fmt: skip
    assert links("http://x.test/3 HTTPS://x.test/1", page) == [
        "HTTPS://x.test/1",
        "http://x.test/a%20b",
        "http://x.test/3",
    ]


@pytest.mark.parametrize("number", [LINKS - 1, LINKS, LINKS + 1])
def test_links_are_told_up_to_their_limit(number: int) -> None:
    urls = [f"http://x.test/{n}" for n in range(number)]
    assert links("\n".join(urls), None) == urls[:LINKS]
    assert links("http://y.test/", a_page(*((url, "") for url in urls)))[:number] == urls[:LINKS]


@pytest.mark.parametrize("length", [URL - 1, URL, URL + 1])
def test_a_url_that_is_too_long_is_left_out(length: int) -> None:
    url = "http://x.test/".ljust(length, "x")
    assert links(url, None) == links("", a_page((url, ""))) == ([url] if length <= URL else [])


@pytest.mark.parametrize("length", [TEXT - 1, TEXT, TEXT + 1])
def test_text_is_looked_through_up_to_its_limit(length: int) -> None:
    assert links("http://x.test/12".rjust(length), None) == ["http://x.test/1" + "2" * (length <= TEXT)]


@pytest.mark.parametrize("number", [ACTIONS - 1, ACTIONS, ACTIONS + 1])
def test_actions_are_told_up_to_their_limit(number: int) -> None:
    page = a_page(*((f"https://x.test/verify/{n}", "Verify") for n in range(number)))
    assert len(actions("", "", page)) == min(number, ACTIONS)


LABELS = [
    ("verify", "Verify your email address"), ("verify", "Confirm account"), ("verify", "Activate now"),
    ("reset", "Reset password"), ("reset", "Choose a password"), ("invite", "Accept invitation"),
    ("signin", "Sign in to Example"), ("unlock", "Unlock your account"),
    ("reset", "Confirm and set a new password"),
    ("verify", "E-Mail-Adresse bestätigen"), ("verify", "Konto AKTIVIEREN"),
    ("reset", "Passwort zurücksetzen"),
    ("invite", "Einladung annehmen"), ("signin", "Jetzt anmelden"), ("unlock", "Konto entsperren"),
    ("verify", "Confirmer mon adresse"), ("verify", "Vérifiez votre compte"),
    ("reset", "Réinitialiser le mot de passe"),
    ("invite", "Accepter l’invitation"), ("signin", "Se connecter"),
    ("verify", "Verificar correo"), ("verify", "Confirma tu cuenta"), ("reset", "Restablecer contraseña"),
    ("invite", "Aceptar la invitación"), ("signin", "Iniciar sesión"),
    ("verify", "Confirme seu e-mail"), ("verify", "Ativar conta"), ("reset", "Redefinir senha"),
    ("invite", "Aceitar convite"), ("signin", "Entrar na conta"),
    ("verify", "Conferma il tuo indirizzo"), ("verify", "Attiva il tuo account"),
    ("reset", "Reimposta la password"),
    ("invite", "Accetta l'invito"), ("signin", "Accedi"),
    ("verify", "E-mailadres bevestigen"), ("verify", "Account activeren"),
    ("reset", "Wachtwoord opnieuw instellen"),
    ("invite", "Uitnodiging accepteren"), ("signin", "Inloggen"),
    ("verify", "Potwierdź adres e-mail"), ("verify", "Aktywuj konto"), ("reset", "Zresetuj hasło"),
    ("invite", "Przyjmij zaproszenie"), ("signin", "Zaloguj się"),
    ("verify", "Подтвердить адрес"), ("verify", "Активировать аккаунт"), ("reset", "Сбросить пароль"),
    ("invite", "Принять приглашение"), ("signin", "Войти"),
    ("verify", "E-postanı doğrula"), ("verify", "HESABI ETKİNLEŞTİR"), ("reset", "Şifreyi sıfırla"),
    ("invite", "Daveti kabul et"), ("signin", "Giriş yap"),
    ("verify", "メールアドレスを認証する"), ("verify", "アカウントを有効化"), ("reset", "パスワードを再設定"),
    ("invite", "招待を承認する"), ("signin", "ログイン"),
    ("verify", "验证邮箱"), ("verify", "激活账户"), ("reset", "重置密码"),
    ("invite", "接受邀请"), ("signin", "登录"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "label"), LABELS)
def test_a_link_asks_by_its_words(kind: str, label: str) -> None:
    page = a_page(
        ("https://x.test/", "Example"),
        (f"https://click.x.test/ls/{SECRET}", label),
        (f"https://click.x.test/ls/u{SECRET}", "Unsubscribe"),
    )
    assert kinds("News", "", page) == [(kind, f"https://click.x.test/ls/{SECRET}")]
    assert kinds("News", f"{label}: https://click.x.test/{SECRET}.", None) == [
        (kind, f"https://click.x.test/{SECRET}")
    ]


@pytest.mark.parametrize(
    "label",
    [
        "Unsubscribe", "Manage preferences", "Privacy policy", "Terms", "View in browser", "Help center",
        "Follow us on Facebook", "Get it on Google Play", "This wasn't me", "Confirm your order",
        "Abmelden", "Datenschutz", "Im Browser ansehen", "Das war ich nicht",
        "Se désabonner", "Voir dans le navigateur", "Darse de baja", "Política de privacidad",
        "Cancelar inscrição", "Ver no navegador", "Annulla l'iscrizione", "Uitschrijven", "Bekijk in browser",
        "Wypisz się", "Polityka prywatności", "Отписаться", "Условия использования", "Abonelikten çık",
        "Gizlilik",
        "配信停止", "プライバシーポリシー", "退订", "隐私政策", "Read more", "",
    ],
)  # fmt: skip
def test_a_decoy_is_no_action(label: str) -> None:
    page = a_page((f"https://click.x.test/ls/{SECRET}", label))
    assert kinds("Verify your address", "", page) == []
    assert kinds("Verify your address", f"{label} https://click.x.test/{SECRET}", None) == []


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("verify", "https://x.test/verify?token=abcdef123"),
        ("verify", "https://x.test/users/confirmEmail/1"),
        ("verify", "https://x.test/#/account/activation/1"),
        ("verify", "https://x.test/optin/1"),
        ("reset", "https://x.test/users/password/edit?reset_password_token=x"),
        ("reset", "https://x.test/resetPassword"),
        ("invite", "https://x.test/invitations/1/accept"),
        ("signin", f"https://x.test/magic-link/{SECRET}"),
        ("unlock", "https://x.test/account/unlock?x"),
    ],
)
def test_a_link_asks_by_its_path(kind: str, url: str) -> None:
    assert kinds("", url, None) == [(kind, url)]


@pytest.mark.parametrize(
    "url",
    [
        "https://verify.x.test/",
        "https://verify.x.test",
        "https://x.test/login",
        "https://x.test/unsubscribe?verify=1",
        "https://x.test/help/verify",
        "https://x.test/verify.png",
        "https://x.test/verify/pixel.gif?token=abcdefgh",
        "https://www.facebook.com/acme",
        "https://good.test@evil.test/verify?token=abcdef123",
        "https://good.test:x@evil.test/verify?token=abcdef123",
        "https://x.test/products/17",
    ],
)
def test_a_url_is_no_action(url: str) -> None:
    assert kinds("", url, None) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Please confirm your address:\r\n\r\nhttps://x.test/c/1\r\n", "verify"),
        ("Um Ihr Passwort zurückzusetzen, klicken Sie hier. Neues Passwort:\nhttps://x.test/c/1", "reset"),
        ("Click https://x.test/c/1 to verify your address", "verify"),
        ("If the button does not work, copy this into your browser to verify: https://x.test/c/1", "verify"),
        ("This wasn't you? Ignore it.\nVerify: https://x.test/c/1", "verify"),
        ("Thanks, Bob\nhttps://x.test/c/1", ""),
        ("To unsubscribe:\nhttps://x.test/c/1", ""),
        ("Verify: https://y.test/ and our shop https://x.test/c/1", ""),
    ],
)
def test_a_url_in_text_asks_by_the_words_beside_it(text: str, kind: str) -> None:
    assert dict(kinds("", text, None)).get(kind, "") == ("https://x.test/c/1" if kind else "")


def test_a_subject_is_weak_evidence() -> None:
    page = a_page((f"https://x.test/c/{SECRET}", "Click here"), (f"https://x.test/d/{SECRET}", "Our shop"))
    assert kinds("Reset your password", "", page) == [("reset", f"https://x.test/c/{SECRET}")]
    assert kinds("Hello", "", page) == []


def test_the_surest_action_comes_first_and_each_once() -> None:
    page = a_page(
        ("https://x.test/activate", ""),
        ("https://x.test/verify?token=abcdef123", "Verify your email"),
        ("https://x.test/verify?token=abcdef123", "https://x.test/verify?token=abcdef123"),
    )
    best, second = actions("Verify your email", "https://x.test/verify?token=abcdef123", page)
    assert (best.text, best.kind, best.confidence) == ("Verify your email", "verify", 0.91)
    assert (second.url, second.confidence) == ("https://x.test/activate", 0.65)


def test_actions_are_found_in_a_whole_mail() -> None:
    page = read(
        '<table><tr><td><a href="https://x.test/"><img src="https://x.test/a.png" alt="Example"></a></table>'
        '<p>Welcome! <a href="https://x.test/t?u=abcdef&amp;v=1"><span>Confirm</span> my address</a></p>'
        '<p><a href="https://x.test/o/verify/1"><img src="https://x.test/o/verify/1"></a>'
        '<a href="https://x.test/unsubscribe/1">Stop these mails</a>'
    )
    assert kinds("Welcome", "", page) == [("verify", "https://x.test/t?u=abcdef&v=1")]


@pytest.mark.parametrize(
    "text",
    [
        "http://" * 1_500_000,
        "<http://" * 130_000,
        "http://a " * 110_000,
        ("http://a.test/" + ")" * 2000 + " ") * 500,
        ("http://" + "@" * 2000 + " ") * 500,
        ("https://x.test/?" + "a-" * 1000 + " ") * 500,
        ("https://x.test/?" + "%41" * 600 + " ") * 500,
        "\n" * 1_000_000 + "http://a.test/b",
        " " * 1_000_000,
        "".join(f"verify https://x.test/verify/{n} " + "w " * 150 for n in range(3000)),
    ],
)
def test_hostile_text_is_looked_through_in_linear_time(text: str) -> None:
    assert cpu_seconds(lambda: links(text, None)) < LINEAR
    assert cpu_seconds(lambda: actions(text, text, None)) < 2 * LINEAR


PIECES = st.lists(
    st.sampled_from(
        ["http://", "https://", "x.test", "/verify", "?token=", "\n", " ", "(", ")", "<", ">", ".", "@",
        "%zz", "[", "]", "\ud800", "\0", "。", "javascript:", "data:"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(st.text(max_size=60) | PIECES, st.lists(st.tuples(PIECES, st.text(max_size=20)), max_size=4))
@examples(1000)
def test_any_mail_gives_followable_links(text: str, anchors: list[tuple[str, str]]) -> None:
    page = a_page(*anchors)
    found = links(text, page)
    assert all(
        url.lower().startswith(("http://", "https://")) and not set(url) & set(" \r\n\t\0") for url in found
    )
    for action in actions(text, text, page):
        assert action.url in found
        assert action.kind in KINDS
        assert 0.5 <= action.confidence <= 1
