"""Bad input on every route of a real server: refused within a second, and the server is as it was.

What is asked is made from the routes that the door has, so that none is forgotten.
"""

import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from fakes.bad_input import KEEPING, LONGEST, Body, broken_bodies, heads, long_bodies, long_heads, odd_bodies
from fakes.empty_dns import an_empty_dns
from fakes.raw_http import Answer, ask, request, say, say_all
from fakes.routes import CHANGING, ROUTES
from fakes.server import PATIENCE, Server, a_server, resident

KEY: Final = "k_" + "badinput" * 4
WITH_KEY: Final = f"Mailsac-Key: {KEY}"
LATE: Final = 10.0  # seconds: ten times what is promised
AT_ONCE: Final = 0.9  # seconds: less than what a body is thrown away for
GROWTH: Final = 100 << 20  # octets of memory
WHO: Final = "bob@thing.test"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """A server, and how much memory the process has that answers, once it has answered on each route."""
    data = tmp_path_factory.mktemp("bad") / "data"
    flags = ("--bootstrap-account=ann", f"--bootstrap-key={KEY}")
    with an_empty_dns() as dns, a_server(data, *flags, f"--dns-servers={dns}") as server:
        server.api.wait_until_ready(PATIENCE)
        for route in ROUTES:
            ask(server.http, route.method, route.target(), WITH_KEY)
        yield server, resident(web_of(server))


@pytest.fixture
def server(running: tuple[Server, int]) -> Iterator[Server]:
    """Afterwards it is the same process, answers at once, and never had much more memory meanwhile."""
    server, before = running
    web = web_of(server)
    forget_peak(web)
    yield server
    assert web_of(server) == web
    alive = ask(server.http, "GET", "/livez")
    assert (alive.status, alive.text) == (200, "ok")
    assert alive.seconds < LATE
    assert peak(web) - before < GROWTH


def web_of(server: Server) -> int:
    (web,) = server.pids("web")
    return web


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def peak(pid: int) -> int:
    """The most octets of memory that a process had since its peak was forgotten."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"no peak of process {pid}")


class Wrong(list[object]):
    """What was not answered as it should be."""

    def note(self, answer: Answer, *what: object, unless: bool) -> None:
        if not unless or answer.seconds >= LATE:
            self.append((*map(str, what), answer.status, f"{answer.seconds:.2f} s", answer.body[:200]))


def refused(answer: Answer) -> bool:
    return 400 <= answer.status < 500


def served_or_refused(answer: Answer) -> bool:
    return 200 <= answer.status < 500


@pytest.mark.parametrize("body", long_bodies().values(), ids=long_bodies())
def test_a_long_body_is_refused_on_every_route(server: Server, body: Body) -> None:
    wrong = Wrong()
    for route in ROUTES:
        answer = say(server.http, body.to(route, route.target()))
        wrong.note(answer, route, unless=answer.status in ({400, 415} if route == KEEPING else {413}))
    assert wrong == []


@pytest.mark.parametrize("body", broken_bodies().values(), ids=broken_bodies())
def test_a_body_that_is_no_json_object_is_refused_wherever_a_key_may_be_in_it(
    server: Server, body: Body
) -> None:
    wrong = Wrong()
    for route in ROUTES:
        answer = say(server.http, body.to(route, route.target()))
        wrong.note(answer, route, unless=served_or_refused(answer) if route.safe else refused(answer))
    assert wrong == []


@pytest.mark.parametrize("body", broken_bodies().values(), ids=broken_bodies())
def test_a_body_that_is_no_json_object_harms_nobody_who_has_a_key(server: Server, body: Body) -> None:
    wrong = Wrong()
    for route in ROUTES:
        answer = say(server.http, body.to(route, route.target(), WITH_KEY))
        wrong.note(answer, route, unless=served_or_refused(answer))
    assert wrong == []


@pytest.mark.parametrize("body", odd_bodies().values(), ids=odd_bodies())
@pytest.mark.parametrize("key", [(), (WITH_KEY,)], ids=["without a key", "with a key"])
def test_a_body_of_another_kind_harms_nobody(server: Server, body: Body, key: tuple[str, ...]) -> None:
    wrong = Wrong()
    for route in ROUTES:
        answer = say(server.http, body.to(route, route.target(), *key))
        wrong.note(answer, route, unless=served_or_refused(answer))
    assert wrong == []


def test_a_compressed_body_is_refused_and_not_kept_as_noise(server: Server) -> None:
    body = odd_bodies()["a compressed bomb"]
    wrong = Wrong()
    for route in ROUTES:
        for key in ((), (WITH_KEY,)):
            answer = say(server.http, body.to(route, route.target(), *key))
            wrong.note(answer, route, unless=answer.status == 415)
    assert wrong == []
    lines = ("Content-Type: message/rfc822", "Content-Encoding: identity")
    answer = ask(server.http, "POST", KEEPING.target(), *lines, body=b"Subject: x\r\n\r\n")
    assert answer.status == 201


def test_what_two_servers_might_read_in_two_ways_is_refused_on_every_route(server: Server) -> None:
    wrong = Wrong()
    for route in ROUTES:
        for why, octets in heads(route.target(), route.method):
            answer = say(server.http, octets)
            wrong.note(answer, route, why, unless=refused(answer))
    assert wrong == []


def test_a_head_without_bounds_is_refused_on_every_route(server: Server) -> None:
    wrong = Wrong()
    for route in ROUTES:
        for why, octets in long_heads(route.target(), route.method):
            answer = say(server.http, octets)
            wrong.note(answer, route, why, unless=answer.status == 431)
        answer = ask(server.http, route.method, route.target(), f"X-A: {'a' * 64 * 1024}")
        wrong.note(answer, route, "a field of 64 KB", unless=served_or_refused(answer))
    assert wrong == []


def test_ten_thousand_parameters_harm_nobody(server: Server) -> None:
    wrong = Wrong()
    for route in ROUTES:
        for query in ("a=1&" * 10_000, "limit=1&" * 6_000, "&" * 50_000, "%" * 50_000, "a[b]" * 10_000):
            for key in ((), (WITH_KEY,)):
                answer = ask(server.http, route.method, f"{route.target()}?{query}", *key)
                wrong.note(answer, route, query[:8], unless=served_or_refused(answer))
    assert wrong == []


def test_a_thousand_ranges_are_not_a_thousand_answers(server: Server) -> None:
    wrong = Wrong()
    ranges = "Range: bytes=" + ",".join(["0-0"] * 1000)
    for route in ROUTES:
        answer = ask(server.http, route.method, route.target(), WITH_KEY, ranges)
        wrong.note(answer, route, unless=served_or_refused(answer) and answer.status != 206)
    assert wrong == []


def test_no_route_echoes_what_it_was_sent(server: Server) -> None:
    """RFC 9110 §9.3.8: TRACE would give a page's script the headers that it may not see."""
    wrong = Wrong()
    for route in ROUTES:
        for method in ("TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG"):
            answer = ask(server.http, method, route.target(), "X-Said: confidential")
            wrong.note(answer, method, route, unless=refused(answer) and "confidential" not in answer.text)
    assert wrong == []


def test_the_host_in_a_request_line_changes_nothing(server: Server) -> None:
    """RFC 9112 §3.2.2: the absolute form is taken, and whoever it names, it is this server that answers."""
    for target in ("/livez", "/api/me", f"/api/addresses/{WHO}/messages", "/api/messages"):
        plain = ask(server.http, "GET", target)
        absolute = ask(server.http, "GET", f"http://evil.test{target}")
        assert (absolute.status, absolute.body) == (plain.status, plain.body), target


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_a_body_may_have_so_many_octets_on_every_route(server: Server, surplus: int) -> None:
    wrong = Wrong()
    for route in ROUTES:
        if route != KEEPING:
            answer = ask(server.http, route.method, route.target(), body=b" " * (LONGEST + surplus))
            wrong.note(answer, route, unless=(answer.status == 413) is (surplus > 0) and answer.status < 500)
    assert wrong == []


def test_a_body_that_never_comes_holds_up_nobody_else(server: Server) -> None:
    with ExitStack() as waiting:
        for route in CHANGING:
            connection = waiting.enter_context(socket.create_connection(server.http))
            connection.sendall(request(route.method, route.target(), "Content-Length: 1000000", body=b"{"))
        answer = ask(server.http, "GET", "/api/addresses/eve@thing.test/messages")
        assert (answer.status, answer.seconds < LATE) == (200, True)


def test_a_thousand_requests_in_one_go_are_answered_in_their_order(server: Server) -> None:
    """RFC 9112 §9.3.2: who pipelines so many is answered slowly, if need be, and costs no memory."""
    asked = request("GET", "/livez") * 1000 + request("GET", "/nothing", "Connection: close")
    told = say_all(server.http, asked, within=20)
    assert told.count(b"HTTP/1.1 200 ") == 1000
    assert told.rpartition(b"HTTP/1.1 ")[2].startswith(b"404 ")


@pytest.mark.parametrize("offered", ["h2c", "H2C"])
def test_the_body_of_a_client_that_offers_http_2_is_not_lost(server: Server, offered: str) -> None:
    """RFC 9110 §7.8. Java's client does with every request, and was told that its mail was empty."""
    offer = ("Connection: Upgrade, HTTP2-Settings", f"Upgrade: {offered}", "HTTP2-Settings: AAMAAABk")
    inbox, kind = f"{offered.isupper()}@offered.test", "Content-Type: message/rfc822"
    content = b"Subject: offered\r\nUpgrade: h2c\r\n\r\nUpgrade: h2c\r\n"
    post = request("POST", KEEPING.target(email=inbox), *offer, kind, body=content)
    get = request("GET", "/livez", *offer)
    for pieces in ([post], [get, post], post.partition(b"\r\n\r\n"), post.partition(b"HTTP2-Settings")):
        answers = 1 + (get in pieces)
        assert in_pieces(server, *pieces, answers=answers).count(b"HTTP/1.1 20") == answers
    listed = server.api.inbox(inbox)
    assert [server.api.content(inbox, one["_id"]) for one in listed] == [content] * 4


def in_pieces(server: Server, *pieces: bytes, answers: int) -> bytes:
    """What is answered to octets that do not come at once, up to so many answers or a time without any."""
    told = b""
    with socket.create_connection(server.http, timeout=LATE) as connection:
        for piece in pieces:
            connection.sendall(piece)
            while select.select([connection], [], [], 0.1)[0] and (more := connection.recv(1 << 16)):
                told += more
        while told.count(b"HTTP/1.1 ") < answers and (more := connection.recv(1 << 16)):
            told += more
    return told


def test_who_asks_before_he_sends_a_long_body_is_told_at_once(server: Server) -> None:
    """RFC 9110 §10.1.1: the final answer comes in the place of 100 Continue, and the body never does."""
    wrong = Wrong()
    for route in ROUTES:
        limit = 26 << 20 if route == KEEPING else LONGEST + 1
        lines = (f"Content-Length: {limit}", "Expect: 100-continue", "Content-Type: message/rfc822")
        answer = ask(server.http, route.method, route.target(), *lines)
        wrong.note(answer, route, unless=answer.status == 413 and answer.seconds < AT_ONCE)
    assert wrong == []


def test_an_asterisk_is_no_route(server: Server) -> None:
    for method in ("OPTIONS", "GET", "DELETE"):
        assert refused(say(server.http, request(method, "*")))


def test_one_address_twice_in_a_list_is_one_address(server: Server) -> None:
    body = b'{"addresses": ["twice@thing.test", "TWICE+x@thing.test", "twice@thing.test"]}'
    kind = "Content-Type: application/json"
    answer = ask(server.http, "POST", "/api/private-addresses-bulk", kind, WITH_KEY, body=body)
    assert answer.status in {200, 400}
    owned = [one["_id"] for one in ask(server.http, "GET", "/api/addresses", WITH_KEY).json]
    assert owned.count("twice@thing.test") == (answer.status == 200)
