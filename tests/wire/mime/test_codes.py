"""One-time codes as services write them, and all the numbers that are none."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.codes import figures
from fakes.code_set import FOLDER, mails
from fakes.effort import LINEAR, cpu_seconds
from fakes.examples import examples
from mailweir.wire.mime.code_lines import LENGTH
from mailweir.wire.mime.codes import CANDIDATES, CODES, Code, codes

LANGUAGES = ["de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "tr", "zh"]
SIGN_IN = "Sign in to Acme"


def values(subject: str, text: str, page_text: str = "") -> list[str]:
    return [code.value for code in codes(subject, text, page_text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Your code is 482913.", "482913"),
        ("482913 is your Acme code", "482913"),
        ("Use 482913 to sign in to Acme", "482913"),
        ("Your login PIN is 7391.", "7391"),
        ("Your one-time code is 1234567890", "1234567890"),
        ("Your verification code\n123 456", "123456"),
        ("Your verification code\n123-456", "123456"),
        ("Your verification code\n12-34-56", "123456"),
        ("Your verification code: 1 2 3 4 5 6", "123456"),
        ("Your verification code:\n1\t2\t3\t4\t5\t6", "123456"),
        ("Your verification code:\n123\t456", "123456"),
        ("Your code is G-123456.", "123456"),
        ("Your code is QWXKPT", "QWXKPT"),
        ("Your verification code is aB3dE9", "aB3dE9"),
        ("Your access code is A1B2C3D4E5F6", "A1B2C3D4E5F6"),
        ("Enter this code on your TV:\nABCD-EFGH", "ABCD-EFGH"),
        ("Enter this code on your TV:\n4RT-9KD", "4RT-9KD"),
        ("認証コード\uff1a\uff14\uff18\uff12\uff19\uff11\uff13", "482913"),
        ("【示例】您的验证码是482913\uff0c请勿泄露", "482913"),
        ("Doğrulama kodunuz 482913'tür.", "482913"),
        ("Tu codigo de verificacion es 482913", "482913"),  # accents left out
        ("OTP\t482913", "482913"),
        ("*482913* is your code", "482913"),
        ("> Your code is\n> 482913", "482913"),  # passed on by somebody
        ("Hi, your temporary Acme\nverification code\nis 482913.", "482913"),
        (
            "We thank you for your registration with Acme; your verification code\nis 482913 until noon.",
            "482913",
        ),
        ("Your code (valid for 10 minutes): 482913", "482913"),
        ("Order number: 771203\nCode: 482913\nCustomer no. 551203", "482913"),
        ("Enter 482913 to confirm. Order 99120 of 12 March 2026, 1249 EUR.", "482913"),
        ("Do not share it with anyone. Your code is 482913", "482913"),
    ],
)
def test_a_code_is_given_as_it_is_typed(text: str, value: str) -> None:
    assert values("", text) == [value]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("year", "© 2026 Acme. Your code of conduct since 1998."),
        ("date", "Sign in until 12.03.2026 or 2026-03-12 or 20/03/2026"),
        ("time", "Sign in at 1430 hours, 14:30 or 18h30"),
        ("price", "Confirm your total of $1299 or €1299 or 1299 EUR or 1249 zł or 12 490,00 ₽"),
        ("percentage", "Log in and save 1000 % today"),
        ("telephone", "Call 5550123, +44 1632 960 118 or (312) 555-0178 to confirm"),
        ("order", "Your order number is 482913"),
        ("invoice", "Invoice no. 482913"),
        ("ticket", "Ticket #482913 was updated"),
        ("tracking", "Tracking: 482913"),
        ("customer", "Customer number 482913. Please log in to verify."),
        ("post code", "ZIP code 90210"),
        ("street", "Verify your address:\n1187 Cypress Lane\nTulsa, OK 74104"),
        ("colour", "color:#123456; width: 1234px"),
        ("mail address", "pat482913@inbox.test wants to verify the code"),
        ("link", "Verify here: https://x.test/verify?code=482913 or x.test/v/482913"),
        ("unsubscribing", "Unsubscribe id 482913"),
        ("version", "Version 20261 of the code is out"),
        ("network", "Sign-in from 192.0.2.123 or 2001:db8::4821"),
        ("card", "Your card ending in 4242 was used to confirm; **** 8812 was not"),
        ("reference", "Reference number: 482913"),
        ("coupon", "Use code SAVE20 at checkout"),
        ("coupon in digits", "Use coupon code 482913"),
        ("gift card", "Gift card code: LMN4-88QX-2TRK"),
        ("licence", "Licence key: DM7X-4K2P-9QRT"),
        ("booking", "Booking code\tKQ7RTM"),
        ("error", "Error code 10061"),
        ("duration", "The code is valid for 1440 minutes"),
        ("register", "HRB 118273, VAT DE123456789, company no. 09918273"),
        ("quantity", "You have 1500 points and 10000 members"),
        ("flight", "Flight FJ 1842 is confirmed"),
        ("heading", "WELCOME\n\nPlease verify by clicking the link"),
        ("user name", "Your username is pat1234. Please log in."),
        ("shape", "Your code is 123 or 12345678901 or ABC"),
    ],
)
def test_a_number_of_another_kind_is_no_code(kind: str, text: str) -> None:
    assert values("", text) == [], kind


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Spring sale, 20 % off", "Use code 482913"),
        ("Your security code was changed", "Reference: 73018842"),
        ("Reset your password", "Click https://x.test/r/9981. Request ID: 7719004255"),
        ("Meeting on Tuesday", "Meeting ID: 812 445 690\nPasscode: 394821"),
        ("Your receipt", "Authorization code 339018"),
        (SIGN_IN, "We will never ask for your code.\n\nAcme, 1600 Basin Parkway, 94043 Mountain Lake"),
        (SIGN_IN, ""),
        ("", ""),
    ],
)
def test_a_mail_about_something_else_has_no_code(subject: str, text: str) -> None:
    assert values(subject, text) == []


@pytest.mark.parametrize(
    ("subject", "text", "page_text", "code"),
    [
        ("Your code: 482913", "", "", ("482913", "subject")),
        ("482913", "Type the number in the subject to log in.", "", ("482913", "subject")),
        (SIGN_IN, "Your code:\n482913", "", ("482913", "text")),
        (SIGN_IN, "", "Your code:\n482913", ("482913", "html")),
        (SIGN_IN, "This mail needs HTML.", "Your code:\n482913", ("482913", "html")),
        (SIGN_IN, "Your code: 482913", "482913", ("482913", "text")),
    ],
)
def test_the_part_that_says_it_best_is_the_source(
    subject: str, text: str, page_text: str, code: tuple[str, str]
) -> None:
    assert [(found.value, found.source) for found in codes(subject, text, page_text)] == [code]


def test_the_best_comes_first_and_each_value_once() -> None:
    found = codes("", "Your code is 482913.\n\nNumber 771203 is your code too.", "Your code is 482913.")
    assert [code.value for code in found] == ["482913", "771203"]
    assert 1 >= found[0].confidence > found[1].confidence > 0
    assert found[0] == Code("482913", "text", round(found[0].confidence, 2))


@pytest.mark.parametrize(("length", "found"), [(LENGTH - 1, True), (LENGTH, True), (LENGTH + 1, False)])
def test_what_stands_too_far_back_is_not_looked_at(length: int, found: bool) -> None:  # noqa: FBT001
    text = "Your code is 482913".rjust(length)
    assert values("", text) == ["482913"] * found
    assert values("", "", text) == ["482913"] * found
    assert values(text, "") == ["482913"] * found


@pytest.mark.parametrize(("before", "found"), [(CANDIDATES - 2, 1), (CANDIDATES - 1, 1), (CANDIDATES, 0)])
def test_what_comes_after_too_many_others_is_not_weighed(before: int, found: int) -> None:
    assert len(values("", "Order number 771203\n" * before + "\nYour code is 482913")) == found


@pytest.mark.parametrize(("number", "told"), [(CODES - 1, CODES - 1), (CODES, CODES), (CODES + 1, CODES)])
def test_no_more_codes_are_told_than_a_person_would_try(number: int, told: int) -> None:
    assert len(values("", "".join(f"Your code is {482913 + at}.\n" for at in range(number)))) == told


def test_a_code_is_never_cut_in_two() -> None:
    for length in range(580, 620):
        assert values("", "您好" * (length // 2) + "验证码482913") in ([], ["482913"])


@pytest.mark.parametrize(
    "text",
    [
        "1" * 1_000_000,
        "123456\n" * 100_000,
        "123456 " * 100_000,
        "1 " * 500_000,
        "1\t" * 500_000,
        "12-" * 300_000,
        "1'a" * 300_000,
        "code 123456. " * 80_000,
        "never code 123456. " * 50_000,
        "ABCD " * 200_000,
        "a" * 500_000 + "@",
        "a." * 300_000,
        "> " * 300_000,
        "!" * 500_000,
        " " * 500_000,
        "\n" * 500_000,
        "verification code " * 40_000,
        "验证码" * 200_000,
    ],
)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    assert cpu_seconds(lambda: codes(text, text, text)) < LINEAR


PIECES = st.lists(
    st.sampled_from(
        [
            "code ",
            "Your code is ",
            "482913",
            "G-",
            "-",
            " ",
            "\t",
            "\n",
            "İ",
            "\u0131",
            "ß",
            "验证码",
            "\uff14",
            "'",
            "*",
        ]
    ),
    max_size=30,
)


@given(st.text(max_size=200) | PIECES.map("".join), st.text(max_size=100) | PIECES.map("".join))
@examples(500)
def test_no_text_makes_it_raise(subject: str, text: str) -> None:
    found = codes(subject, text, text)
    assert len({code.value for code in found}) == len(found) <= CODES
    for code in found:
        assert re.fullmatch(r"[A-Za-z0-9]{4,12}|[A-Z0-9]{2,5}(?:-[A-Z0-9]{2,5})+", code.value)
        assert 0 < code.confidence <= 1


def test_the_mails_of_the_set_are_read_well_enough() -> None:
    """The bars of `bench.codes`, ten times as far."""
    for held_out in (False, True):
        right, wrong, _, clean = figures(mail for mail in mails() if mail.held_out is held_out).shares()
        assert right >= 70
        assert wrong <= 10
        assert clean >= 80


def test_the_set_is_as_large_as_it_says() -> None:
    coded = Counter(mail.language for mail in mails() if mail.expected)
    bare = Counter(mail.language for mail in mails() if not mail.expected)
    assert sorted(coded) == sorted(bare) == LANGUAGES
    assert min(coded.values()) >= 27
    assert min(bare.values()) >= 9
    assert sum(coded.values()) >= 320
    assert sum(bare.values()) >= 110
    assert sum(mail.held_out for mail in mails()) * 3 >= len(mails())


def test_no_two_mails_of_the_set_are_worded_alike() -> None:
    wordings = Counter(
        (mail.language, re.sub(r"[\W\d_]+", " ", f"{mail.subject} {mail.text} {mail.page_text}"))
        for mail in mails()
    )
    assert [wording for wording, times in wordings.items() if times > 1] == []


def test_the_set_holds_every_shape_and_charset() -> None:
    raw = b"".join(path.read_bytes() for path in FOLDER.glob("*.mbox"))
    named = set(re.findall(rb"charset=([a-z0-9_-]+)", raw))
    assert named >= {
        b"utf-8", b"iso-8859-1", b"iso-8859-2", b"iso-8859-9", b"windows-1251", b"koi8-r", b"iso-2022-jp",
        b"shift_jis", b"gb18030",
    }  # fmt: skip
    assert {b"8bit", b"quoted-printable", b"base64"} <= set(re.findall(rb"Transfer-Encoding: (\S+)", raw))
    assert sum(bool(mail.text and mail.page_text) for mail in mails()) >= 60
    assert sum(not mail.text and mail.expected is not None for mail in mails()) >= 100
    assert sum(bool(mail.expected and not mail.expected.isdigit()) for mail in mails()) >= 30
    raw.decode()
