"""Node cards vouch for themselves only; private keys live in files of their own and can be destroyed."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import cbor_values, examples, flipped, spread

from countersign.charter import cards, hpke
from countersign.charter.cards import NodeCard
from countersign.charter.errors import CardInvalid, KeyDestroyed, KeyUnavailable
from countersign.charter.providers import ROOT, FileProvider, software_signer
from countersign.kernel import cbor
from countersign.kernel.errors import CountersignError
from countersign.ledger.core import keys, statements


def root_of(label: str) -> Any:
    return software_signer(hashlib.shake_256(label.encode()).digest(64), level=87)


ROOT_KEY, OTHER_ROOT = root_of("ca"), root_of("other")


def statement(node: str = "ca.example", root: Any = ROOT_KEY) -> statements.SignedStatement:
    fields = {
        "v": 1,
        "node": node,
        "action": "enrol",
        "serial": 1,
        "at": 1,
        "role": "contact",
        "key": [b"k" * 32],
        "not_before": 1,
        "not_after": 2,
    }
    return statements.sign(fields, root)


CARD = NodeCard("ca.example", "CA", "https://ca.example:1", ROOT_KEY.public, (statement(),))
DATA = cards.build(CARD, ROOT_KEY)


def test_a_card_that_was_built_is_read_back() -> None:
    assert cards.read(DATA) == CARD
    assert cards.read(DATA).root_key.fingerprint() == CARD.root_key.fingerprint()


def test_every_sampled_bit_of_a_card_matters() -> None:
    for bit in sorted({*range(128), *spread(8 * len(DATA), 250)}):
        with pytest.raises(CountersignError):
            cards.read(flipped(DATA, bit))


def test_a_card_signed_by_another_root_is_refused() -> None:
    with pytest.raises(CardInvalid, match="not signed by its own root"):
        cards.read(cards.build(CARD, OTHER_ROOT))


@pytest.mark.parametrize("which", [1, 2], ids=["ed25519", "mldsa87"])
def test_a_card_with_one_foreign_signature_of_two_is_refused(which: int) -> None:
    outer, foreign = cbor.decode(DATA), cbor.decode(cards.build(CARD, OTHER_ROOT))
    outer[which] = foreign[which]
    with pytest.raises(CardInvalid):
        cards.read(cbor.encode(outer))


def test_a_card_with_a_statement_of_another_node_is_refused() -> None:
    with pytest.raises(CountersignError):
        cards.read(cards.build(replace(CARD, statements=(statement("in.example"),)), ROOT_KEY))


def test_a_card_with_a_statement_under_another_root_is_refused() -> None:
    with pytest.raises(CardInvalid):
        cards.read(cards.build(replace(CARD, statements=(statement(root=OTHER_ROOT),)), ROOT_KEY))


def signed(body: Any) -> bytes:
    """A card of any content, properly signed: what a hostile node could hand over."""
    data = cbor.encode(body)
    message = b"countersign/v1/node-card\x00" + data
    return cbor.encode([data, ROOT_KEY.sign_ed25519(message), ROOT_KEY.sign_mldsa(message)])


CONTENT = cbor.decode(cbor.decode(DATA)[0])
FLAWS: dict[str, Any] = {
    "no-map": [], "unknown-field": CONTENT | {"more": 1}, "format": CONTENT | {"format": "x"}, "version-2": CONTENT | {"v": 2},
    "version-true": CONTENT | {"v": True}, "node-number": CONTENT | {"node": 5}, "node-none": CONTENT | {"node": None},
    "node-upper": CONTENT | {"node": "CA"}, "node-newline": CONTENT | {"node": "ca.example\n"}, "state-number": CONTENT | {"state": 1}, "root-cut": CONTENT | {"root": [b"x"]},
    "root-short": CONTENT | {"root": [b"x", b"y"]}, "statements-none": CONTENT | {"statements": None},
    "statement-cut": CONTENT | {"statements": [[b"x"]]},
}  # fmt: skip


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_card_of_another_shape_is_a_named_refusal(flaw: str) -> None:
    with pytest.raises(CountersignError):
        cards.read(signed(FLAWS[flaw]))


def test_the_helper_of_the_flaws_makes_good_cards() -> None:
    assert cards.read(signed(CONTENT)) == CARD


@examples(150)
@given(st.binary(max_size=80) | cbor_values.map(cbor.encode))
def test_no_other_bytes_are_a_card(data: bytes) -> None:
    with pytest.raises(CountersignError):
        cards.read(data)


@pytest.fixture
def provider(tmp_path: Path) -> FileProvider:
    return FileProvider(tmp_path / "keys")


def made(provider: FileProvider, role: str) -> tuple[list[bytes], bytes]:
    parts = provider.create(role, node="ca.example")
    return parts, statements.key_id(role, parts)


def test_every_key_file_is_readable_by_its_owner_only(provider: FileProvider, tmp_path: Path) -> None:
    for role in (ROOT, *statements.ONLINE_ROLES):
        made(provider, role)
    provider.create_key_encryption_key("NIA")
    files = list((tmp_path / "keys").iterdir())
    assert len(files) == 8, "one a key, and a certificate"
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


@pytest.mark.parametrize("role", [statements.LOG, statements.WITNESS, ROOT])
def test_a_hybrid_key_signs_so_that_its_public_parts_verify(provider: FileProvider, role: str) -> None:
    parts, key_id = made(provider, role)
    signer = provider.signer(role, key_id)
    assert [signer.public.ed25519, signer.public.mldsa] == parts
    signer.public.verify_ed25519(signer.sign_ed25519(b"m"), b"m")
    signer.public.verify_mldsa(signer.sign_mldsa(b"m"), b"m")
    for verify, sign in (
        (signer.public.verify_ed25519, signer.sign_ed25519),
        (signer.public.verify_mldsa, signer.sign_mldsa),
    ):
        with pytest.raises(CountersignError):
            verify(sign(b"m"), b"n")


def test_contact_and_hpke_keys_do_what_they_are_for(provider: FileProvider) -> None:
    parts, key_id = made(provider, statements.CONTACT)
    keys.verify_plain_ed25519(parts[0], provider.contact(key_id)(b"m"), b"m")
    parts, key_id = made(provider, statements.HPKE)
    assert provider.open_seal(key_id, hpke.seal(parts[0], b"plain", b"info"), b"info") == b"plain"


def test_a_certificate_names_its_node_and_stands_beside_its_key(provider: FileProvider) -> None:
    _, key_id = made(provider, statements.MTLS)
    certificate, key = provider.certificate_files(key_id)
    assert certificate.read_bytes().startswith(b"-----BEGIN CERTIFICATE")
    assert key.read_bytes().startswith(b"-----BEGIN PRIVATE KEY")


def test_another_provider_over_the_same_folder_finds_the_keys(provider: FileProvider, tmp_path: Path) -> None:
    parts, key_id = made(provider, statements.HPKE)
    again = FileProvider(tmp_path / "keys")
    assert again.has(statements.HPKE, key_id)
    assert again.open_seal(key_id, hpke.seal(parts[0], b"x", b"i"), b"i") == b"x"


def test_a_destroyed_key_opens_nothing_ever_again(provider: FileProvider, tmp_path: Path) -> None:
    """protocol section 6: HPKE keys are destroyed; a later arrival is a named error."""
    parts, key_id = made(provider, statements.HPKE)
    sealed = hpke.seal(parts[0], b"plain", b"info")
    assert provider.open_seal(key_id, sealed, b"info") == b"plain"
    provider.destroy(statements.HPKE, key_id)
    assert list((tmp_path / "keys").iterdir()) == []
    assert not provider.has(statements.HPKE, key_id)
    with pytest.raises(KeyDestroyed) as refusal:
        provider.open_seal(key_id, sealed, b"info")
    assert refusal.value.diagnostics()["key_id"] == key_id.hex()


def test_a_key_destroyed_by_another_process_opens_nothing_here(provider: FileProvider, tmp_path: Path) -> None:
    parts, key_id = made(provider, statements.HPKE)
    sealed = hpke.seal(parts[0], b"plain", b"info")
    provider.open_seal(key_id, sealed, b"info")
    FileProvider(tmp_path / "keys").destroy(statements.HPKE, key_id)
    with pytest.raises(KeyDestroyed):
        provider.open_seal(key_id, sealed, b"info")


@pytest.mark.parametrize("role", [statements.LOG, statements.CONTACT])
def test_a_destroyed_signing_key_signs_no_more(provider: FileProvider, role: str) -> None:
    _, key_id = made(provider, role)
    use = provider.contact if role == statements.CONTACT else lambda id_: provider.signer(role, id_)
    use(key_id)
    provider.destroy(role, key_id)
    with pytest.raises(KeyUnavailable):
        use(key_id)


def test_the_private_bytes_are_overwritten_before_the_file_goes(
    provider: FileProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key_id = made(provider, statements.HPKE)
    (path,) = (tmp_path / "keys").iterdir()
    before, seen = path.read_bytes(), []
    real = Path.unlink
    monkeypatch.setattr(Path, "unlink", lambda self, **given: (seen.append(self.read_bytes()), real(self, **given))[1])
    provider.destroy(statements.HPKE, key_id)
    assert len(seen) == 1
    assert len(seen[0]) == len(before)
    assert seen[0] != before


def test_destroying_a_key_that_is_not_there_is_no_fault(provider: FileProvider) -> None:
    made(provider, statements.LOG)
    provider.destroy(statements.HPKE, b"x" * 32)
    assert not provider.has(statements.HPKE, b"x" * 32)


def test_a_missing_key_file_is_a_named_refusal(provider: FileProvider) -> None:
    for use in (
        lambda: provider.signer("log", b"x" * 32),
        lambda: provider.contact(b"x" * 32),
        lambda: provider.key_encryption_key("NIA"),
    ):
        with pytest.raises(KeyUnavailable):
            use()


def test_a_key_encryption_key_is_never_replaced(provider: FileProvider, tmp_path: Path) -> None:
    provider.create_key_encryption_key("NIA")
    before = (tmp_path / "keys" / "kek-NIA.key").read_bytes()
    provider.create_key_encryption_key("NIA")
    assert (tmp_path / "keys" / "kek-NIA.key").read_bytes() == before
    assert len(before) == 32


def test_the_same_key_parts_have_another_id_in_each_role() -> None:
    assert statements.key_id("log", [b"a", b"b"]) != statements.key_id("witness", [b"a", b"b"])
    assert statements.key_id("log", [b"a", b"b"]) != statements.key_id("log", [b"ab"])


@pytest.mark.parametrize("count", [0, 2])
def test_a_root_folder_holds_one_root(provider: FileProvider, count: int) -> None:
    for _ in range(count):
        provider.create(ROOT, node="ca.example")
    with pytest.raises(KeyUnavailable, match=f"{count} root keys"):
        provider.find_root()


def test_the_root_of_a_folder_is_found(provider: FileProvider) -> None:
    parts = provider.create(ROOT, node="ca.example")
    found = provider.find_root().public
    assert ([found.ed25519, found.mldsa], found.level) == (parts, 87)
