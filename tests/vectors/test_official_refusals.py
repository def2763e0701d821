"""Official vectors beyond the plain ones: what must not verify, open or decapsulate (COUNTERSIGN_VECTORS names the folder).

Each test fails when the folder is set and it ran no case; the counts are printed with `-s`.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.bindings._rust import openssl as rust_openssl
from cryptography.hazmat.primitives import hpke as library
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey

from countersign.charter import hpke
from countersign.ledger.core.keys import HybridPublicKey
from countersign.ledger.errors import SignatureInvalid

FOLDER = Path(os.environ.get("COUNTERSIGN_VECTORS") or "/nonexistent")
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="COUNTERSIGN_VECTORS names no folder with official vectors")


@pytest.fixture(scope="session")
def counted() -> Iterator[Counter[str]]:
    """Cases by family; printed when the session ends."""
    counts: Counter[str] = Counter()
    yield counts
    print(f"\nofficial vectors that must be refused, and components: {sum(counts.values())} cases: {dict(counts)}")


def cases(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for group in json.loads((FOLDER / "wycheproof" / name).read_text("utf-8"))["testGroups"]:
        for case in group["tests"]:
            yield group, case


def test_an_mldsa_44_signature_made_under_a_context_does_not_verify_without_it(counted: Counter[str]) -> None:
    for group, case in cases("mldsa_44_verify_test.json"):
        if case.get("ctx"):
            public = HybridPublicKey(b"\0" * 32, bytes.fromhex(group["publicKey"]), 44)
            with pytest.raises(SignatureInvalid):
                public.verify_mldsa(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            counted["ML-DSA-44 with a context"] += 1
    assert counted["ML-DSA-44 with a context"] > 0


def decapsulated(case: dict[str, Any]) -> bytes:
    private = MLKEM768PrivateKey.from_seed_bytes(bytes.fromhex(case["seed"]))
    if "ek" in case and private.public_key().public_bytes_raw() != bytes.fromhex(case["ek"]):
        raise ValueError("the encapsulation key is another")
    return private.decapsulate(bytes.fromhex(case["c"]))


def test_mlkem_768_agrees_with_wycheproof_on_good_and_bad_cases(counted: Counter[str]) -> None:
    for _, case in cases("mlkem_768_test.json"):
        if "seed" in case and "c" in case:
            if case["result"] == "valid":
                assert decapsulated(case) == bytes.fromhex(case["K"]), case["tcId"]
            else:
                with pytest.raises(ValueError, match=r".*"):
                    decapsulated(case)
        elif case["result"] == "invalid" and "ek" in case:
            with pytest.raises(ValueError, match=r".*"):
                MLKEM768PublicKey.from_public_bytes(bytes.fromhex(case["ek"]))
        else:
            continue
        counted["ML-KEM-768"] += 1
    assert counted["ML-KEM-768"] > 0


def test_the_hybrid_hpke_vectors_do_not_open_with_anything_changed(counted: Counter[str]) -> None:
    kdfs = {1: library.KDF.HKDF_SHA256, 17: library.KDF.SHAKE256}
    for case in json.loads((FOLDER / "hpke-pq-test-vectors.json").read_text("utf-8")):
        if case["kem_id"] != 0x647A:
            continue
        suite = library.Suite(library.KEM.MLKEM768_X25519, kdfs[case["kdf_id"]], library.AEAD.CHACHA20_POLY1305)
        first = case["encryptions"][0]
        private = hpke.private_from_seed(bytes.fromhex(case["skRm"]))
        given = {"info": bytes.fromhex(case["info"]), "aad": bytes.fromhex(first["aad"])}
        sealed = bytes.fromhex(case["enc"]) + bytes.fromhex(first["ct"])
        open_ = rust_openssl.hpke._decrypt_with_aad
        assert open_(suite, sealed, private, **given) == bytes.fromhex(first["pt"])
        for wrong in ({"info": b""}, {"aad": b""}):
            with pytest.raises((InvalidTag, ValueError)):
                open_(suite, sealed, private, **(given | wrong))
        for wrong_bytes in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), bytes([sealed[0] ^ 1]) + sealed[1:]):
            with pytest.raises((InvalidTag, ValueError)):
                open_(suite, wrong_bytes, private, **given)
        with pytest.raises(hpke.CannotOpen):
            hpke.open_(private, sealed, given["info"])
        counted["HPKE-PQ 0x647a"] += 1
    assert counted["HPKE-PQ 0x647a"] == 2
