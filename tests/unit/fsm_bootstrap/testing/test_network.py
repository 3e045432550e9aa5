"""No test of a machine reaches the network by mistake."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable
from typing import Literal

import pytest

from fsm_bootstrap.testing import Harness, NetworkBlocked
from fsm_domain import FinalState, Machine, State, Step
from tests.unit.fsm_bootstrap.testing.machines import Work, line

Place = Literal["call", "end"]


def connect() -> None:
    with socket.socket() as made:
        made.connect(("203.0.113.1", 9))


def connect_ex() -> None:
    with socket.socket() as made:
        made.connect_ex(("203.0.113.1", 9))


def send_datagram() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as made:
        made.sendto(b"", ("203.0.113.1", 9))


REACHES: list[Callable[[], object]] = [
    connect,
    connect_ex,
    send_datagram,
    lambda: socket.create_connection(("203.0.113.1", 9)),
    lambda: socket.getaddrinfo("example.org", 443),
    lambda: socket.gethostbyname("example.org"),
    lambda: socket.gethostbyname_ex("example.org"),
    lambda: socket.gethostbyaddr("203.0.113.1"),
    lambda: socket.getnameinfo(("203.0.113.1", 9), 0),
]


def patched() -> list[object]:
    return [
        *(vars(socket.socket).get(name) for name in ("connect", "connect_ex", "sendto")),
        *(
            vars(socket)[name]
            for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")
        ),
    ]


@pytest.mark.parametrize("reach", REACHES)
def test_while_a_harness_is_open_nothing_is_reached(reach: Callable[[], object]) -> None:
    before = patched()
    with (
        Harness([line()]),
        pytest.raises(NetworkBlocked, match=r"while a Harness .* give the machine's actions a fake"),
    ):
        reach()
    assert patched() == before


def test_the_last_harness_that_closes_gives_the_network_back() -> None:
    before = patched()
    with Harness([line()]) as first:
        second = Harness([line()])
        first.close()
        with pytest.raises(NetworkBlocked):
            connect()
        second.close()
        second.close()
        assert patched() == before


def test_a_harness_that_is_forgotten_gives_the_network_back() -> None:
    before = patched()
    Harness([line()])
    gc.collect()
    assert patched() == before


def test_a_harness_that_could_not_be_made_blocks_nothing() -> None:
    before = patched()
    with pytest.raises(Exception, match="line"):
        Harness([line(), line()])
    gc.collect()
    assert patched() == before


def test_a_local_server_is_reached_where_the_network_is_allowed() -> None:
    with (
        Harness([line()], allow_network=True),
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as reached,
    ):
        assert reached.getpeername() == server.getsockname()


def test_socket_pairs_and_event_loops_go_on_working() -> None:
    with Harness([line()]):
        one, other = socket.socketpair()
        with one, other:
            one.sendall(b"x")
            assert other.recv(1) == b"x"
        assert asyncio.run(asyncio.to_thread(lambda: 1)) == 1


def test_an_action_that_reaches_out_fails_with_the_remedy() -> None:
    def call(work: Work, step: Step) -> Literal["on"]:
        socket.create_connection(("example.org", 443))
        return "on"

    machine = Machine[Place, Work](
        "caller", Work, initial="call",
        states=[State[Place, Work]("call").on("on", "end").do(call), FinalState[Place, Work]("end")],
    )  # fmt: skip
    with Harness(machine) as harness:
        name = harness.start(machine, Work())
        harness.run_until_rest()
        assert harness.status(name) == "failed"
        assert "NetworkBlocked: getaddrinfo('example.org', 443" in harness.errors(name)[0]
