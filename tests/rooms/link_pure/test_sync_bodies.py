"""Sync bodies: parsed strictly, opened by whom they are for, believed if a contact key signed them (protocol section 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from strategies import cbor_values, examples, flipped, spread, sync_bodies, with_byte

from countersign.charter import hpke
from countersign.charter.errors import KeyDestroyed
from countersign.kernel import cbor
from countersign.kernel.errors import CountersignError
from countersign.link import bodies
from countersign.link.bodies import BatchKeys, Body, Chunk, Cursors, Restore, Slice
from countersign.link.errors import (
    BodyMalformed,
    BodyTooLarge,
    ContactSignatureInvalid,
    WrongRecipient,
    WrongVersion,
)

CA, IN = "ca.example", "in.example"
CONTACT = Ed25519PrivateKey.from_private_bytes(b"c" * 32)
CONTACT_PUBLIC = CONTACT.public_key().public_bytes_raw()
SEED, KEY_ID = b"h" * 32, b"i" * 32
PUBLIC, PRIVATE = hpke.public_from_seed(SEED), hpke.private_from_seed(SEED)
BODY = Body(
    CA, IN, fresh=b"f" * 48, reply_fresh=b"r" * 48, slice=Slice(3, (b"l1", b"l2"), b"note"), batches=(BatchKeys(b"b", b"k", (b"w",)),),
    ciphertexts={b"a": b"1", b"b": b"2"}, chunks=(Chunk(b"c", 0, b"data"),), cosignature=(5, "lines"),
    cursors=Cursors(1, 2, ((3, 4),), ((b"c", (0, 1)),)), restore=Restore(9), returned=Slice(0, (), b""), manifest=b"m",
)  # fmt: skip


def open_seal(key_id: bytes, sealed: bytes, info: bytes) -> bytes:
    if key_id != KEY_ID:
        raise KeyDestroyed("no such key.")
    return hpke.open_(PRIVATE, sealed, info)


def wire_of(data: bytes, *, to: str = IN) -> bytes:
    return bodies.seal(data, sign=CONTACT.sign, recipient=(KEY_ID, PUBLIC), info_to=to)


def read(wire: bytes, *, own: str = IN, peer: str = CA, keys: tuple[bytes, ...] = (CONTACT_PUBLIC,)) -> Body:
    data, signature = bodies.open_(wire, own=own, open_seal=open_seal)
    body = bodies.parse(data)
    bodies.authenticate(body, data, signature, own=own, peer=peer, contact_keys=keys)
    return body


@examples(150)
@given(sync_bodies)
def test_a_body_that_was_written_is_read_back(body: Body) -> None:
    assert bodies.parse(body.encode()) == body


def test_a_sealed_body_is_read_by_whom_it_is_for() -> None:
    assert read(wire_of(BODY.encode())) == BODY


def test_a_body_for_another_node_does_not_open_even_with_the_right_key() -> None:
    """protocol section 3: the seal is bound to the receiver."""
    with pytest.raises(hpke.CannotOpen):
        read(wire_of(BODY.encode(), to=CA))


@pytest.mark.parametrize(
    ("sender", "receiver", "own", "peer"),
    [(CA, "xx.example", IN, CA), ("xx.example", IN, IN, CA), (IN, CA, IN, CA), (IN, IN, IN, IN), (CA, IN, CA, IN)],
    ids=["wrong-to", "wrong-from", "reflected", "to-itself", "own-body-back"],
)
def test_a_body_from_or_to_somebody_else_is_refused(sender: str, receiver: str, own: str, peer: str) -> None:
    body = replace(BODY, sender=sender, receiver=receiver)
    with pytest.raises(WrongRecipient):
        read(wire_of(body.encode(), to=own), own=own, peer=peer)


def test_a_body_that_no_valid_contact_key_signed_is_refused() -> None:
    wire = wire_of(BODY.encode())
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert read(wire, keys=(stranger, CONTACT_PUBLIC)) == BODY
    for keys in ((), (stranger,)):
        with pytest.raises(ContactSignatureInvalid):
            read(wire, keys=keys)


def test_a_signature_over_another_body_or_without_its_context_is_refused() -> None:
    data = BODY.encode()
    other = replace(BODY, fresh=b"g" * 48).encode()
    for signature in (
        CONTACT.sign(data),
        CONTACT.sign(b"countersign/v1/sync-body\x00" + other),
        b"",
        b"s" * 64,
        b"s" * 63,
    ):
        with pytest.raises(ContactSignatureInvalid):
            bodies.authenticate(BODY, data, signature, own=IN, peer=CA, contact_keys=[CONTACT_PUBLIC])


def test_every_sampled_bit_of_the_wire_matters() -> None:
    wire = wire_of(BODY.encode())
    for bit in sorted({*range(64), *spread(8 * len(wire), 200)}):
        with pytest.raises(CountersignError):
            read(flipped(wire, bit))


@pytest.mark.parametrize("cut", [0, 1, 2, 5, 36, 40, 1000, -1])
def test_a_cut_or_lengthened_wire_is_refused(cut: int) -> None:
    wire = wire_of(BODY.encode())
    for wrong in (wire[:cut], wire + b"\0"):
        with pytest.raises(CountersignError):
            read(wrong)


def rewired(**changed: Any) -> bytes:
    members = dict(zip(("version", "suite", "key", "seal"), cbor.decode(wire_of(BODY.encode())), strict=True)) | changed
    return cbor.encode(list(members.values()))


@pytest.mark.parametrize("changed", [{"version": 2}, {"version": 0}, {"suite": 2}, {"suite": 0}], ids=repr)
def test_another_version_or_suite_is_named_and_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(WrongVersion):
        read(rewired(**changed))


@pytest.mark.parametrize("changed", [{"version": True}, {"suite": True}], ids=repr)
def test_true_is_not_the_number_1_on_the_wire(changed: dict[str, Any]) -> None:
    with pytest.raises(CountersignError):
        read(rewired(**changed))


@pytest.mark.parametrize(
    "changed",
    [{"key": b"short"}, {"key": "i" * 32}, {"seal": "x"}, {"version": "1"}, {"more": 1}, {"seal": None}],
    ids=repr,
)
def test_a_wire_of_another_shape_is_malformed(changed: dict[str, Any]) -> None:
    with pytest.raises(BodyMalformed):
        read(rewired(**changed))


def test_a_wire_above_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(BodyTooLarge):
        bodies.open_(bytes(bodies.MAX_WIRE_BYTES + 1), own=IN, open_seal=open_seal)


@pytest.mark.parametrize("version", [0, 2, "1", None, [1], -1, True])
def test_a_body_of_another_version_is_refused(version: Any) -> None:
    with pytest.raises(CountersignError):
        bodies.parse(cbor.encode(cbor.decode(BODY.encode()) | {"v": version}))


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_the_refusal_of_a_version_says_which_is_spoken(version: Any) -> None:
    with pytest.raises(WrongVersion, match="only 1"):
        bodies.parse(cbor.encode(cbor.decode(BODY.encode()) | {"v": version}))


def test_more_leaves_than_the_limit_are_refused() -> None:
    many = replace(BODY, slice=Slice(0, (b"",) * (bodies.MAX_LEAVES + 1), b""))
    with pytest.raises(BodyTooLarge):
        bodies.parse(many.encode())


FLAWS: dict[str, Callable[[dict[str, Any]], object]] = {
    "unknown-field": lambda c: c.update(more=1),
    "missing-field": lambda c: c.pop("cursors"),
    "sender-bytes": lambda c: c.update({"from": b"ca"}),
    "receiver-none": lambda c: c.update(to=None),
    "fresh-text": lambda c: c.update(fresh="f" * 48),
    "slice-cut": lambda c: c["slice"].pop(),
    "slice-start-negative": lambda c: c["slice"].__setitem__(0, -1),
    "slice-start-true": lambda c: c["slice"].__setitem__(0, True),
    "slice-leaves-bytes": lambda c: c["slice"].__setitem__(1, b"ab"),
    "slice-leaves-a-map": lambda c: c["slice"].__setitem__(1, {}),
    "slice-leaves-empty-text": lambda c: c["slice"].__setitem__(1, ""),
    "leaf-number": lambda c: c["slice"].__setitem__(1, [1]),
    "batches-a-map": lambda c: c.update(batches={}),
    "batches-empty-bytes": lambda c: c.update(batches=b""),
    "batch-cut": lambda c: c["batches"][0].pop(),
    "wrap-text": lambda c: c["batches"][0][2].append("w"),
    "ciphertext-doubled": lambda c: c["ciphertexts"].append([b"b", b"3"]),
    "ciphertexts-out-of-order": lambda c: c["ciphertexts"].reverse(),
    "ciphertexts-a-map": lambda c: c.update(ciphertexts={}),
    "chunk-index-negative": lambda c: c["chunks"][0].__setitem__(1, -1),
    "chunks-none": lambda c: c.update(chunks=None),
    "cosignature-cut": lambda c: c["cosignature"].pop(),
    "cosignature-longer": lambda c: c["cosignature"].append(1),
    "cosignature-empty": lambda c: c.update(cosignature=[]),
    "cosignature-a-map": lambda c: c.update(cosignature={"a": 1, "b": 2}),
    "cursors-cut": lambda c: c["cursors"].pop(),
    "cursors-mirror-true": lambda c: c["cursors"].__setitem__(0, True),
    "quarantined-triple": lambda c: c["cursors"][2].append([1, 2, 3]),
    "wants-index-text": lambda c: c["cursors"][3].append([b"c", ["0"]]),
    "restore-text": lambda c: c.update(restore="9"),
    "restore-negative": lambda c: c.update(restore=-1),
    "manifest-text": lambda c: c.update(manifest="m"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_body_with_a_flaw_is_malformed(flaw: str) -> None:
    content = cbor.decode(BODY.encode())
    FLAWS[flaw](content)
    with pytest.raises(BodyMalformed):
        bodies.parse(cbor.encode(content))


@examples(200)
@given(st.binary(max_size=120) | cbor_values.map(cbor.encode))
def test_random_bytes_are_refused_as_body_and_as_wire(data: bytes) -> None:
    with pytest.raises(CountersignError):
        bodies.parse(data)
    with pytest.raises(CountersignError):
        bodies.open_(data, own=IN, open_seal=open_seal)


@examples(250)
@given(sync_bodies, st.data())
def test_a_body_with_a_changed_byte_is_refused_or_another_body(body: Body, data: st.DataObject) -> None:
    encoded = body.encode()
    place = data.draw(st.integers(0, len(encoded) - 1))
    changed = with_byte(encoded, place, data.draw(st.integers(0, 255).filter(lambda byte: byte != encoded[place])))
    try:
        other = bodies.parse(changed)
    except CountersignError:
        return
    assert other != body


@examples(250)
@given(st.sampled_from(sorted(set(cbor.decode(BODY.encode())) - {"v"})), cbor_values)
def test_a_body_with_any_value_in_one_field_is_refused_or_has_one_encoding(name: str, value: Any) -> None:
    data = cbor.encode(cbor.decode(BODY.encode()) | {name: value})
    try:
        body = bodies.parse(data)
    except CountersignError:
        return
    assert body.encode() == data
