"""Sealing and HPKE: what is sealed opens to itself, for whom it was sealed and in its place, and not otherwise."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples, flipped, sealed_texts, spread

from countersign.charter import hpke
from countersign.kernel import cbor, hashing
from countersign.kernel.errors import CountersignError
from countersign.ledger.core.leaves import ItemLeaf
from countersign.link import padding, sealing
from countersign.link.sealing import (
    BlobRef,
    CannotOpen,
    CommitmentMismatch,
    SealedItem,
    SealedText,
    SealedTextMalformed,
)

IDENTITY = ("ca.example", b"c" * 16, 1, 7)
OTHERS = [
    ("in.example", b"c" * 16, 1, 7),
    ("ca.example", b"d" * 16, 1, 7),
    ("ca.example", b"c" * 16, 2, 7),
    ("ca.example", b"c" * 16, 1, 8),
]
TEXT = SealedText(IDENTITY, "in.example", "NIA", b"s" * 32, {"id": b"itm", "/question": b'"Who?"'})
SEED = b"seed" * 8
PUBLIC, PRIVATE = hpke.public_from_seed(SEED), hpke.private_from_seed(SEED)


def leaf_of(text: SealedText, sealed: SealedItem, **changed: Any) -> ItemLeaf:
    sender, channel, epoch, sequence = text.identity
    fields = {
        "sender": sender, "receiver": text.receiver, "channel": channel, "epoch": epoch, "sequence": sequence,
        "commitment": text.commitment(), "digest": sealed.digest, "bucket": sealed.bucket, "expires": 0, "release": b"r" * 32,
    }  # fmt: skip
    return ItemLeaf(**(fields | changed))


def sealed_as(content: Any, identity: Any = IDENTITY) -> tuple[bytes, bytes]:
    """Arbitrary content under a good key: what a hostile sender could seal."""
    key, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    body = content if isinstance(content, bytes) else padding.pad(cbor.encode(content))
    return nonce + AESGCM(key).encrypt(nonce, body, cbor.encode(["countersign/v1/item", *identity])), key


@examples(80)
@given(sealed_texts)
def test_what_is_sealed_opens_to_itself(text: SealedText) -> None:
    sealed = sealing.seal_item(text)
    assert sealing.open_item(sealed.ciphertext, sealed.key, leaf_of(text, sealed)) == text
    assert padding.bucket(sealed.bucket) == sealed.bucket == len(sealed.ciphertext) - 12 - 16


def test_sealing_twice_gives_other_bytes_and_another_key() -> None:
    one, other = sealing.seal_item(TEXT), sealing.seal_item(TEXT)
    assert one.key != other.key
    assert one.ciphertext[:12] != other.ciphertext[:12]


def test_every_sampled_bit_of_a_ciphertext_matters() -> None:
    sealed = sealing.seal_item(TEXT)
    for bit in spread(8 * len(sealed.ciphertext), 250):
        changed = flipped(sealed.ciphertext, bit)
        with pytest.raises(CannotOpen):
            sealing.open_item(changed, sealed.key, leaf_of(TEXT, sealed))
        with pytest.raises(CannotOpen):
            sealing.open_item(changed, sealed.key, leaf_of(TEXT, sealed, digest=hashing.sha256(changed)))


@pytest.mark.parametrize("key", [b"k" * 32, b"", b"k" * 31, b"k" * 33], ids=len)
def test_a_wrong_key_does_not_open(key: bytes) -> None:
    sealed = sealing.seal_item(TEXT)
    with pytest.raises(CannotOpen):
        sealing.open_item(sealed.ciphertext, key, leaf_of(TEXT, sealed))


@pytest.mark.parametrize("ciphertext", [b"", b"x" * 11, b"x" * 12, b"x" * 27], ids=len)
def test_bytes_too_short_for_a_seal_do_not_open(ciphertext: bytes) -> None:
    with pytest.raises(CannotOpen):
        sealing.open_stored(ciphertext, b"k" * 32, IDENTITY)


@pytest.mark.parametrize("other", OTHERS, ids=["sender", "channel", "epoch", "sequence"])
def test_an_item_does_not_open_in_the_place_of_another(other: Any) -> None:
    """protocol section 3: associated data = identity, never the leaf index."""
    sealed = sealing.seal_item(TEXT)
    sender, channel, epoch, sequence = other
    leaf = leaf_of(TEXT, sealed, sender=sender, channel=channel, epoch=epoch, sequence=sequence)
    with pytest.raises(CannotOpen):
        sealing.open_item(sealed.ciphertext, sealed.key, leaf)


def test_an_item_for_another_receiver_or_with_another_identity_inside_is_refused() -> None:
    sealed = sealing.seal_item(TEXT)
    with pytest.raises(SealedTextMalformed, match="another identity or recipient"):
        sealing.open_item(sealed.ciphertext, sealed.key, leaf_of(TEXT, sealed, receiver="xx.example"))
    inside = cbor.decode(replace(TEXT, identity=OTHERS[3]).encode())
    ciphertext, key = sealed_as(inside)
    with pytest.raises(SealedTextMalformed, match="another identity or recipient"):
        sealing.open_item(ciphertext, key, leaf_of(TEXT, sealed, digest=hashing.sha256(ciphertext)))


@pytest.mark.parametrize("changed", [{"salt": b"t" * 32}, {"parts": {"id": b"itm"}}, {"parts": {"id": b"itm", "/question": b'"Why?"'}},
                                     {"blobs": (BlobRef("a", 1, (b"h" * 32,), b"k" * 32),)}], ids=["salt", "part-missing", "part-changed", "blob-added"])  # fmt: skip
def test_content_that_is_not_what_the_leaf_commits_to_is_refused(changed: dict[str, Any]) -> None:
    sealed = sealing.seal_item(replace(TEXT, **changed))
    with pytest.raises(CommitmentMismatch):
        sealing.open_item(sealed.ciphertext, sealed.key, leaf_of(TEXT, sealed))


def content() -> dict[str, Any]:
    blobs = (BlobRef("att", 5, (b"h" * 32,), b"k" * 32),)
    return cbor.decode(replace(TEXT, blobs=blobs).encode())  # type: ignore[no-any-return]


FLAWS: dict[str, Any] = {
    "no-map": [1], "unknown-field": content() | {"more": 1}, "missing-field": {k: v for k, v in content().items() if k != "salt"},
    "version-2": content() | {"v": 2}, "version-true": content() | {"v": True}, "salt-short": content() | {"salt": b"s" * 31},
    "salt-text": content() | {"salt": "s" * 32}, "epoch-true": content() | {"epoch": True}, "sequence-text": content() | {"sequence": "7"},
    "parts-list": content() | {"parts": []}, "part-text": content() | {"parts": {"id": "x"}}, "blobs-map": content() | {"blobs": {}},
    "blob-cut": content() | {"blobs": [["a", 1, [b"h" * 32]]]}, "blob-no-digests": content() | {"blobs": [["a", 1, [], b"k" * 32]]},
    "blob-short-key": content() | {"blobs": [["a", 1, [b"h" * 32], b"k"]]}, "blob-size-negative": content() | {"blobs": [["a", -1, [b"h" * 32], b"k" * 32]]},
    "blob-size-true": content() | {"blobs": [["a", True, [b"h" * 32], b"k" * 32]]}, "blob-short-digest": content() | {"blobs": [["a", 1, [b"h"], b"k" * 32]]},
    "not-cbor": padding.pad(b"\xff"), "not-padded": b"\0" * 16, "trailing": padding.pad(TEXT.encode() + b"\0"),
}  # fmt: skip


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_malformed_sealed_text_under_a_good_key_is_refused(flaw: str) -> None:
    ciphertext, key = sealed_as(FLAWS[flaw])
    with pytest.raises(SealedTextMalformed):
        sealing.open_stored(ciphertext, key, IDENTITY)


def test_the_flaws_above_are_what_is_refused_and_not_their_frame() -> None:
    ciphertext, key = sealed_as(content())
    assert sealing.open_stored(ciphertext, key, IDENTITY).encode() == cbor.encode(content())


def test_a_wrap_opens_for_its_item_only() -> None:
    wrapping, key, commitment = b"w" * 32, b"k" * 32, b"c" * 32
    wrapped = sealing.wrap(wrapping, key, IDENTITY, commitment)
    assert sealing.unwrap(wrapping, wrapped, IDENTITY, commitment) == key
    for wrong in [(b"v" * 32, wrapped, IDENTITY, commitment), (wrapping, wrapped, IDENTITY, b"d" * 32), (wrapping, wrapped[:-1], IDENTITY, commitment),
                  (wrapping, b"", IDENTITY, commitment), *((wrapping, wrapped, other, commitment) for other in OTHERS)]:  # fmt: skip
        with pytest.raises(CannotOpen):
            sealing.unwrap(*wrong)
    for bit in range(8 * len(wrapped)):
        with pytest.raises(CannotOpen):
            sealing.unwrap(wrapping, flipped(wrapped, bit), IDENTITY, commitment)


def test_a_key_at_rest_opens_under_its_authoritys_key_and_for_its_item_only() -> None:
    kek = AESGCM(b"a" * 32)
    wrapped = sealing.rewrap(kek, b"k" * 32, IDENTITY)
    assert sealing.unwrap_at_rest(kek, wrapped, IDENTITY) == b"k" * 32
    for wrong in [
        (AESGCM(b"b" * 32), wrapped, IDENTITY),
        (kek, wrapped[:20], IDENTITY),
        (kek, b"", IDENTITY),
        *((kek, wrapped, other) for other in OTHERS),
    ]:
        with pytest.raises(CannotOpen):
            sealing.unwrap_at_rest(*wrong)


def test_a_wrap_for_the_wire_is_none_at_rest_and_the_reverse() -> None:
    kek = AESGCM(b"w" * 32)
    with pytest.raises(CannotOpen):
        sealing.unwrap_at_rest(kek, sealing.wrap(b"w" * 32, b"k" * 32, IDENTITY, b"c" * 32), IDENTITY)
    with pytest.raises(CannotOpen):
        sealing.unwrap(b"w" * 32, sealing.rewrap(kek, b"k" * 32, IDENTITY), IDENTITY, b"c" * 32)


GIVEN: dict[str, Any] = {
    "origin": "ca/x/in/1",
    "peer_origin": "in/x/ca/1",
    "hpke_key": b"k" * 32,
    "items": [b"1" * 32, b"2" * 32],
}


@pytest.mark.parametrize(
    "changed",
    [{"origin": "ca/x/in/2"}, {"peer_origin": "in/x/ca/2"}, {"hpke_key": b"l" * 32}, {"items": [b"2" * 32, b"1" * 32]}, {"items": [b"1" * 32]},
     {"items": [b"1" * 32, b"2" * 32, b"3" * 32]}, {"origin": "in/x/ca/1", "peer_origin": "ca/x/in/1"}],
    ids=["origin", "peer", "key", "order", "fewer", "more", "reflected"],
)  # fmt: skip
def test_a_batch_key_is_bound_to_both_origins_the_key_and_the_ordered_items(changed: dict[str, Any]) -> None:
    """protocol section 3"""
    sealed = sealing.seal_batch_key(PUBLIC, b"w" * 32, **GIVEN)
    assert hpke.open_(PRIVATE, sealed, sealing.batch_info(**GIVEN)) == b"w" * 32
    with pytest.raises(hpke.CannotOpen):
        hpke.open_(PRIVATE, sealed, sealing.batch_info(**(GIVEN | changed)))


def test_a_batch_digest_covers_the_sealed_key_and_every_wrap_in_order() -> None:
    assert (
        len(
            {
                sealing.batch_digest(k, w)
                for k, w in (
                    (b"a", [b"1", b"2"]),
                    (b"b", [b"1", b"2"]),
                    (b"a", [b"2", b"1"]),
                    (b"a", [b"12"]),
                    (b"a", []),
                )
            }
        )
        == 5
    )


@examples(30)
@given(st.binary(max_size=200), st.binary(max_size=40))
def test_an_hpke_seal_opens_with_its_key_and_info(plain: bytes, info: bytes) -> None:
    sealed = hpke.seal(PUBLIC, plain, info)
    assert hpke.open_(PRIVATE, sealed, info) == plain
    assert len(sealed) == len(plain) + hpke.OVERHEAD_BYTES
    with pytest.raises(hpke.CannotOpen):
        hpke.open_(PRIVATE, sealed, info + b"x")


def test_an_hpke_seal_with_a_flipped_bit_another_key_or_cut_does_not_open() -> None:
    sealed = hpke.seal(PUBLIC, b"plain", b"info")
    wrongs = [flipped(sealed, bit) for bit in spread(8 * len(sealed), 150)]
    wrongs += [sealed[:cut] for cut in (0, 1, 31, 1119, 1120, 1135, len(sealed) - 1)] + [sealed + b"\0"]
    for wrong in wrongs:
        with pytest.raises(hpke.CannotOpen):
            hpke.open_(PRIVATE, wrong, b"info")
    with pytest.raises(hpke.CannotOpen):
        hpke.open_(hpke.private_from_seed(b"x" * 32), sealed, b"info")


def test_the_public_key_of_a_seed_is_1216_bytes_and_of_no_other_seed() -> None:
    assert len(PUBLIC) == hpke.PUBLIC_BYTES
    assert hpke.public_from_seed(b"x" * 32) != PUBLIC


@pytest.mark.parametrize(
    "public", [b"", PUBLIC[:-1], PUBLIC + b"\0", b"\xff" * 1216], ids=["empty", "short", "long", "no-key"]
)
def test_sealing_to_what_is_no_public_key_is_a_named_refusal(public: bytes) -> None:
    """A key comes from a peer's statement, of which only the length was checked."""
    with pytest.raises(CountersignError):
        hpke.seal(public, b"plain", b"info")
