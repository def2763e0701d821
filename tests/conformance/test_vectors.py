"""The conformance vectors, replayed.

Any implementation can run the same files: JSON in, verdict out. Bytes are hexadecimal. No Django here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from countersign.charter import cards, hpke
from countersign.kernel import cbor
from countersign.kernel.errors import CountersignError
from countersign.ledger.core import checkpoints, commitments, evidence, forkproof, leaves, merkle, notes, statements
from countersign.ledger.core.checkpoints import Checkpoint
from countersign.ledger.core.keys import HybridPublicKey
from countersign.ledger.core.leaves import BatchLeaf, ItemLeaf, UnknownLeaf
from countersign.ledger.core.statements import RootKey, SignedStatement
from countersign.link import bodies, padding, sealing

HERE = Path(__file__).parent
Case = dict[str, Any]
raw = bytes.fromhex


def cases_of(name: str) -> list[Case]:
    cases: list[Case] = json.loads((HERE / name).read_text("ascii"))["cases"]
    return cases


def every(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases_of(name), ids=lambda case: str(case["name"]))


def settle(case: Case, act: Callable[[], Any]) -> Any:
    """Run `act`; where the case expects an error, insist on its code and return None."""
    expected = case["expect"].get("error") if isinstance(case["expect"], dict) else None
    if expected is None:
        return act()
    with pytest.raises(CountersignError) as refusal:
        act()
    assert refusal.value.instance_code == expected
    return None


def told(value: Any) -> Any:
    """Bytes as hexadecimal, tuples as lists."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple)):
        return [told(item) for item in value]
    if isinstance(value, dict):
        return {key: told(item) for key, item in value.items()}
    return value


def untagged(value: Any) -> Any:
    """A CBOR value from the tagged JSON of cbor-valid.json."""
    if isinstance(value, list):
        return [untagged(item) for item in value]
    if isinstance(value, dict):
        ((tag, inner),) = value.items()
        readers: dict[str, Callable[[Any], Any]] = {
            "bytes": raw,
            "int": int,
            "map": lambda members: {key: untagged(item) for key, item in members.items()},
        }
        return readers[tag](inner)
    return value


def identity_of(case: Case) -> leaves.Identity:
    node, channel, epoch, sequence = case["identity"]
    return (node, raw(channel), epoch, sequence)


@every("cbor-valid.json")
def test_a_value_has_this_one_encoding(case: Case) -> None:
    value = untagged(case["expect"])
    assert cbor.encode(value).hex() == case["hex"]
    assert cbor.decode(raw(case["hex"])) == value


@every("cbor-invalid.json")
def test_other_bytes_are_refused_with_the_code(case: Case) -> None:
    limits = replace(cbor.DEFAULT_LIMITS, **(case["limits"] or {}))
    with pytest.raises(CountersignError) as refusal:
        cbor.decode(raw(case["hex"]), limits)
    assert refusal.value.instance_code == case["expect"]


@every("leaves.json")
def test_a_leaf_parses_to_its_fields_and_hash(case: Case) -> None:
    leaf = settle(case, lambda: leaves.parse(raw(case["hex"])))
    if leaf is None:
        return
    assert leaf.kind == case["expect"]["type"]
    assert merkle.leaf_hash(raw(case["hex"])).hex() == case["expect"]["leaf_hash"]
    if not isinstance(leaf, UnknownLeaf):
        assert {spec.name: told(getattr(leaf, spec.name)) for spec in fields(leaf)} == case["expect"]["fields"]
        assert leaf.encode().hex() == case["hex"]


@every("checkpoints.json")
def test_a_checkpoint_needs_both_signatures_and_nothing_else(case: Case) -> None:
    public = HybridPublicKey(raw(case["ed25519"]), raw(case["mldsa44"]))
    checkpoint = settle(
        case, lambda: checkpoints.verify(notes.parse(case["note"].encode()), public, origin=case["origin"])
    )
    if checkpoint is not None:
        assert {"size": checkpoint.size, "root": checkpoint.root.hex()} == case["expect"]


@every("cosignatures.json")
def test_a_cosignature_needs_both_lines_of_one_time(case: Case) -> None:
    public = HybridPublicKey(raw(case["ed25519"]), raw(case["mldsa44"]))
    checkpoint = checkpoints.parse_text(case["checkpoint"])

    def verify() -> int:
        lines = tuple(notes.parse_line(line) for line in case["lines"].splitlines())
        return checkpoints.verify_cosignature(checkpoint, lines, public, name=case["witness"])

    stamp = settle(case, verify)
    assert stamp is None or stamp == case["expect"]["timestamp"]


@every("statements.json")
def test_a_key_statement_stands_under_both_root_signatures(case: Case) -> None:
    root = HybridPublicKey(raw(case["root_ed25519"]), raw(case["root_mldsa87"]), 87)
    signed = SignedStatement(raw(case["statement"]), raw(case["ed25519"]), raw(case["mldsa87"]))
    found = settle(case, lambda: statements.verify(signed, root, node=case["node"]))
    if found is None:
        return
    assert told(found) == case["expect"]["fields"]
    if "key_id" in case["expect"]:
        assert statements.key_id(found["role"], found["key"]).hex() == case["expect"]["key_id"]


@every("fingerprints.json")
def test_a_root_has_this_fingerprint(case: Case) -> None:
    public = HybridPublicKey(raw(case["root_ed25519"]), raw(case["root_mldsa87"]), 87)
    assert RootKey(case["node"], public).fingerprint() == case["expect"]


@every("cards.json")
def test_a_node_card_is_signed_by_its_own_root(case: Case) -> None:
    card = settle(case, lambda: cards.read(raw(case["hex"])))
    if card is None:
        return
    assert case["expect"] == {
        "node": card.node,
        "state": card.state_code,
        "endpoint": card.endpoint,
        "fingerprint": card.root_key.fingerprint(),
        "statements": [item.body.hex() for item in card.statements],
    }


@every("commitments.json")
def test_a_commitment_and_its_openings(case: Case) -> None:
    if "opening" in case:
        opening = [
            [entry[0], raw(entry[1]), raw(entry[2])] if len(entry) == 3 else [raw(entry[0])]
            for entry in case["opening"]
        ]
        opened = settle(case, lambda: commitments.check_opening(opening, identity_of(case), raw(case["commitment"])))
        assert opened is None or {part.name: part.content.hex() for part in opened} == case["expect"]["opened"]
        return
    salt, identity = raw(case["salt"]), identity_of(case)
    parts = {name: raw(data) for name, data in case["parts"].items()}
    salts = {name: commitments.part_salt(salt, name) for name in parts}
    made = {name: commitments.part_leaf(salts[name], identity, name, data) for name, data in parts.items()}
    assert told(salts) == case["expect"]["part_salts"]
    assert told(made) == case["expect"]["part_leaves"]
    assert commitments.commit(salt, identity, parts).hex() == case["expect"]["commitment"]


@every("padding.json")
def test_padding_fills_a_bucket_with_zeros(case: Case) -> None:
    if "length" in case:
        assert len(padding.pad(b"x" * case["length"])) == case["expect"]["padded"]
        assert padding.unpad(padding.pad(b"x" * case["length"])) == b"x" * case["length"]
    else:
        settle(case, lambda: padding.unpad(raw(case["hex"])))


@every("sealing.json")
def test_a_seal_opens_only_in_its_circumstances(case: Case) -> None:
    (_check_item if case["kind"] == "item" else _check_batch)(case)


def _check_item(case: Case) -> None:
    leaf = leaves.parse_as(ItemLeaf, raw(case["leaf"]))
    text = settle(case, lambda: sealing.open_item(raw(case["ciphertext"]), raw(case["key"]), leaf))
    if text is None:
        return
    assert case["expect"] == {
        "receiver": text.receiver,
        "authority": text.authority,
        "salt": text.salt.hex(),
        "parts": told(dict(text.parts)),
        "blobs": [[blob.id, blob.size, told(blob.digests), blob.key.hex()] for blob in text.blobs],
        "commitment": text.commitment().hex(),
    }


def _check_batch(case: Case) -> None:
    leaf = leaves.parse_as(BatchLeaf, raw(case["leaf"]))
    info = sealing.batch_info(case["origin"], case["peer_origin"], leaf.hpke_key, leaf.items)
    private = hpke.private_from_seed(raw(case["hpke_seed"]))
    wrapping_key = settle(case, lambda: hpke.open_(private, raw(case["sealed_key"]), info))
    if wrapping_key is None:
        return
    wraps = [raw(wrap) for wrap in case["wraps"]]
    items = [leaves.parse_as(ItemLeaf, raw(item)) for item in case["items"]]
    assert [merkle.leaf_hash(raw(item)) for item in case["items"]] == list(leaf.items)
    assert info.hex() == case["expect"]["info"]
    assert sealing.batch_digest(raw(case["sealed_key"]), wraps) == leaf.digest == raw(case["expect"]["digest"])
    assert wrapping_key.hex() == case["expect"]["wrapping_key"]
    opened = [
        sealing.unwrap(wrapping_key, wrap, item.identity, item.commitment)
        for wrap, item in zip(wraps, items, strict=True)
    ]
    assert told(opened) == case["expect"]["item_keys"]


@every("bodies.json")
def test_a_sync_body_opens_parses_and_names_its_sender(case: Case) -> None:
    private = hpke.private_from_seed(raw(case["hpke_seed"]))

    def read() -> tuple[bytes, bytes]:
        body_bytes, signature = bodies.open_(
            raw(case["wire"]), own=case["own"], open_seal=lambda _key, sealed, info: hpke.open_(private, sealed, info)
        )
        body = bodies.parse(body_bytes)
        bodies.authenticate(
            body, body_bytes, signature, own=case["own"], peer=case["peer"], contact_keys=[raw(case["contact"])]
        )
        assert body.encode() == body_bytes
        return body_bytes, signature

    opened = settle(case, read)
    if opened is not None:
        assert told(opened) == [case["expect"]["body"], case["expect"]["signature"]]
        assert told(cbor.decode(opened[0])) == case["expect"]["fields"]


@every("evidence.json")
def test_an_evidence_file_proves_this_and_no_more(case: Case) -> None:
    verdict = settle(case, lambda: evidence.verify(_evidence_bytes(case), trusted=case["trusted"]))
    if verdict is None:
        return
    assert told(verdict.facts) == case["expect"]["facts"]
    assert {part.name: part.content.hex() for part in verdict.opened} == case["expect"]["opened"]
    assert (len(verdict.proved), len(verdict.not_proved)) == (case["expect"]["proved"], case["expect"]["not_proved"])


def _evidence_bytes(case: Case) -> bytes:
    if "hex" in case:
        return raw(case["hex"])
    (base,) = (other for other in cases_of("evidence.json") if other["name"] == case["same_as"])
    data = bytearray(raw(base["hex"]))
    for at, new in case["change"]:
        data[at : at + len(raw(new))] = raw(new)
    return bytes(data)


@every("forks.json")
def test_fork_evidence_proves_two_signed_truths(case: Case) -> None:
    proved = settle(case, lambda: forkproof.verify(raw(case["hex"]), trusted=case["trusted"]))
    assert proved is None or proved == case["expect"]["proved"]


def test_a_checkpoint_text_is_three_lines() -> None:
    (case,) = (case for case in cases_of("checkpoints.json") if case["name"] == "five-leaves")
    text = case["note"].partition("\n\n")[0] + "\n"
    assert Checkpoint(case["origin"], case["expect"]["size"], raw(case["expect"]["root"])).text() == text
