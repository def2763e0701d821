"""What a peer answers is read whole, within bounds of size and time; anything else is a coded refusal."""

from __future__ import annotations

import ssl

import pytest

from countersign.link import bodies, client
from countersign.link.errors import BodyTooLarge, PeerUnreachable


class Answer:
    """An answer of `size` bytes of which each portion takes `seconds`; it breaks off after `until` bytes."""

    def __init__(self, size, *, seconds=0.0, until=None, portion=1 << 20):
        self.length, self._seconds, self._portion = size, seconds, portion
        self._left = size if until is None else until
        self.now = 0.0

    def read1(self, count):
        self.now += self._seconds
        taken = min(count, self._portion, self._left)
        self._left -= taken
        return b"x" * taken

    def close(self):
        """The connection stays."""


@pytest.fixture
def read(monkeypatch):
    def reading(answer):
        monkeypatch.setattr(client.clock, "monotonic", lambda: answer.now)
        return client._read(answer, "in.example")

    return reading


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_000])
def test_a_whole_answer_is_read(read, size):
    assert read(Answer(size)) == b"x" * size


def test_an_answer_beyond_the_limit_is_given_up(read):
    with pytest.raises(BodyTooLarge):
        read(Answer(bodies.MAX_WIRE_BYTES + 1))


@pytest.mark.parametrize("until", [0, 1, 99_999])
def test_an_answer_that_breaks_off_is_no_answer(read, until):
    with pytest.raises(PeerUnreachable, match="breaks off"):
        read(Answer(100_000, until=until))


def test_an_answer_without_a_length_is_no_answer(read):
    with pytest.raises(PeerUnreachable, match="no length"):
        read(Answer(None, until=5))


def test_an_answer_that_trickles_is_given_up_in_bounded_time(read):
    answer = Answer(1 << 20, seconds=30, portion=1)
    with pytest.raises(PeerUnreachable, match="too slowly"):
        read(answer)
    assert answer.now <= client.READ_SECONDS + 60


def test_a_bad_line_of_some_kilobytes_a_second_is_borne(read):
    assert len(read(Answer(2 << 20, seconds=10, portion=20_000))) == 2 << 20


@pytest.mark.parametrize("endpoint", ["https://[::1", "https://in.example:port", "https://in.example:99999"])
def test_an_address_that_is_none_is_a_coded_refusal(endpoint):
    with pytest.raises(PeerUnreachable, match="no address"):
        client.PeerClient(None, node="in.example", endpoint=endpoint, certificate=(None, None), pins=())


@pytest.mark.parametrize("fault", [UnicodeError("label too long"), OSError("no route"), ssl.SSLError("not pinned")])
def test_a_peer_that_cannot_be_met_is_a_coded_refusal(fault, monkeypatch):
    """A name of which no address can be made is a UnicodeError of the resolver, and no OSError."""

    def refuse(_connection):
        raise fault

    monkeypatch.setattr(client, "_context", lambda *_given: ssl.create_default_context())
    monkeypatch.setattr(client.http.client.HTTPSConnection, "connect", refuse)
    calling = client.PeerClient(
        None, node="in.example", endpoint="https://in.example", certificate=(None, None), pins=()
    )
    with pytest.raises(PeerUnreachable, match=type(fault).__name__):
        calling._new()


def test_a_name_with_a_line_in_it_is_a_coded_refusal(monkeypatch):
    monkeypatch.setattr(client, "_context", lambda *_given: ssl.create_default_context())
    calling = client.PeerClient(
        None, node="in.example", endpoint="https://in.example", certificate=(None, None), pins=()
    )
    calling._address = "in\nside", 443
    with pytest.raises(PeerUnreachable, match="InvalidURL"):
        calling._new()
