"""Listeners as they are bound, and what is said when one cannot be."""

import errno
import socket
from collections.abc import Callable, Iterator

import pytest

from mailweir.config.listener import Listener
from mailweir.config.load import load
from mailweir.config.settings import Settings
from mailweir.roles import ready, sockets
from mailweir.roles.errors import StartError
from mailweir.roles.sockets import Sockets


def settings(**flags: str) -> Settings:
    return load(dict(flags), {}).settings


Bind = Callable[..., Sockets]


@pytest.fixture
def bind() -> Iterator[Bind]:
    """Binds these doors at these addresses until the test is over."""
    bound: list[Sockets] = []

    def bind_doors(**doors: str) -> Sockets:
        bound.append(sockets.bind(settings(**doors), list(doors)))
        return bound[-1]

    yield bind_doors
    for one in bound:
        sockets.close(one)


def test_every_address_of_a_door_is_bound_and_listens(bind: Bind) -> None:
    bound = bind(smtp="127.0.0.1:0,[::1]:0,localhost:0", http="off")
    assert list(bound) == ["smtp"]
    assert [one.getsockname()[0] for one in bound["smtp"]] == ["127.0.0.1", "::1", "127.0.0.1"]
    for one in bound["smtp"]:
        socket.create_connection(one.getsockname()[:2], 5).close()


def test_nobody_can_share_the_port(bind: Bind) -> None:
    bound = bind(smtp="127.0.0.1:0")["smtp"][0]
    assert bound.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT) == 0
    assert not bound.get_inheritable()
    assert not bound.getblocking()


def test_ipv6_leaves_ipv4_to_others(bind: Bind) -> None:
    port = bind(smtp="[::]:0")["smtp"][0].getsockname()[1]
    bind(http=f"0.0.0.0:{port}")


def test_a_port_in_use_is_named_with_its_door_and_flag_and_nothing_stays_bound(bind: Bind) -> None:
    taken = bind(smtp="127.0.0.1:0")["smtp"][0]
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    with pytest.raises(StartError) as caught:
        bind(submission=f"127.0.0.1:{port}", http=f"127.0.0.1:{taken.getsockname()[1]}")
    assert all(
        part in str(caught.value) for part in ("http", str(taken.getsockname()[1]), "in use", "--http")
    )
    bind(submission=f"127.0.0.1:{port}")


@pytest.mark.parametrize("address", ["192.0.2.1:0", "nowhere.invalid:0", "[fe80::1%nothing]:0"])
def test_an_address_that_is_not_of_this_machine_is_named(bind: Bind, address: str) -> None:
    with pytest.raises(StartError, match=r"smtp cannot listen on .*--smtp"):
        bind(smtp=address)


def test_a_port_that_needs_a_privilege_is_named_with_the_way_to_get_it() -> None:
    error = sockets.refused("smtp", Listener("127.0.0.1", 25), OSError(errno.EACCES, "Permission denied"))
    assert all(part in str(error) for part in ("127.0.0.1:25", "CAP_NET_BIND_SERVICE", "--smtp"))


def test_the_ready_line_has_the_bound_doors_in_their_order(bind: Bind) -> None:
    bound = bind(http="127.0.0.1:0", smtp="127.0.0.1:0,[::1]:0", pop3="off")
    ports = [one.getsockname()[1] for one in (*bound["smtp"], *bound["http"])]
    smtp = f"127.0.0.1:{ports[0]},[::1]:{ports[1]}"
    assert ready.line(bound) == f'{{"event":"ready","smtp":"{smtp}","http":"127.0.0.1:{ports[2]}"}}'


def test_the_text_for_people_says_what_holds_and_how_to_send_a_mail(bind: Bind) -> None:
    bound = bind(http="0.0.0.0:0", smtp="127.0.0.1:0")
    smtp, http = (bound[door][0].getsockname()[1] for door in ("smtp", "http"))
    text = ready.text(settings(), bound)
    assert "Profile local, because every door is on loopback." in text
    assert f"swaks --to any@thing.test --server 127.0.0.1:{smtp}\n" in text
    assert f"http://127.0.0.1:{http}/\n" in text
    assert "mailweir-data" in text


def test_a_public_address_is_the_one_that_people_are_told(bind: Bind) -> None:
    text = ready.text(settings(public_url="https://mail.thing.test/"), bind(http="127.0.0.1:0"))
    assert "https://mail.thing.test/\n" in text
