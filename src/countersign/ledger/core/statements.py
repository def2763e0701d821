"""Key statements: what a node's off-line root says of its other keys and of its channels' epochs (CS-PR-01 section 4).

A statement is a deterministic CBOR map, signed by the root with Ed25519 and ML-DSA-87 over a context and its bytes.
Actions: `enrol` a key in a role, `revoke` one (with the log size since which it counts as compromised), `epoch` (after a
restore: a channel starts anew, with the old epoch's high-water mark).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from countersign.kernel import cbor, hashing
from countersign.ledger.core.keys import HybridPublicKey, HybridSigner
from countersign.ledger.core.leaves import KeyLeaf
from countersign.ledger.core.names import check_node_name
from countersign.ledger.errors import StatementInvalid

LOG, WITNESS, HPKE, CONTACT, MTLS = "log", "witness", "hpke", "contact", "mtls"
ONLINE_ROLES: Final = (LOG, WITNESS, HPKE, CONTACT, MTLS)
_PARTS: Final = {LOG: (32, 1312), WITNESS: (32, 1312), HPKE: (1216,), CONTACT: (32,), MTLS: (0,)}
_CONTEXT: Final = b"countersign/v1/key-statement\x00"
_LIMITS: Final = cbor.Limits(size=16 * 1024, depth=4, values=64)
_ACTIONS: Final = {
    "enrol": {"role", "key", "not_before", "not_after"},
    "revoke": {"role", "key_id", "since_size", "reason"},
    "epoch": {"channel", "epoch", "old_mark"},
}
_COMMON: Final = {"v", "node", "action", "serial", "at"}
REASONS: Final = frozenset({"superseded", "compromised", "retired"})


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """The bytes of a statement and the root's two signatures over them."""

    body: bytes
    ed25519: bytes
    mldsa: bytes

    def as_leaf(self) -> KeyLeaf:
        return KeyLeaf(statement=self.body, ed25519=self.ed25519, mldsa=self.mldsa)

    def as_list(self) -> list[bytes]:
        return [self.body, self.ed25519, self.mldsa]


def from_leaf(leaf: KeyLeaf) -> SignedStatement:
    return SignedStatement(leaf.statement, leaf.ed25519, leaf.mldsa)


def from_list(value: Any) -> SignedStatement:
    match value:
        case [bytes() as body, bytes() as ed25519, bytes() as mldsa]:
            return SignedStatement(body, ed25519, mldsa)
    raise StatementInvalid("a signed statement is not three byte strings.")


def message(body: bytes) -> bytes:
    """What the root signs."""
    return _CONTEXT + body


def sign(fields: dict[str, Any], root: HybridSigner) -> SignedStatement:
    """Check `fields` and sign them with the root."""
    body = cbor.encode(fields)
    read(body)
    return SignedStatement(body, root.sign_ed25519(message(body)), root.sign_mldsa(message(body)))


def verify(statement: SignedStatement, root: HybridPublicKey, *, node: str) -> dict[str, Any]:
    """Check both root signatures and that the statement is of `node`; return its fields."""
    root.verify_ed25519(statement.ed25519, message(statement.body))
    root.verify_mldsa(statement.mldsa, message(statement.body))
    fields = read(statement.body)
    if fields["node"] != node:
        raise StatementInvalid(f"a key statement of {fields['node']} stands under the root of {node}.")
    return fields


def read(body: bytes) -> dict[str, Any]:
    """Parse a statement strictly, without its signatures."""
    fields = cbor.decode(body, _LIMITS, field="statement")
    if not isinstance(fields, dict) or type(fields.get("v")) is not int or fields["v"] != 1:
        raise StatementInvalid("a statement is not a map of version 1.")
    action = fields.get("action", "")
    wanted = _ACTIONS.get(action) if isinstance(action, str) else None
    if wanted is None or set(fields) != _COMMON | wanted:
        raise StatementInvalid("a statement has an unknown action, or a field too many or too few.")
    for name in ("serial", "at", "not_before", "not_after", "since_size", "epoch", "old_mark"):
        if name in fields and (type(fields[name]) is not int or fields[name] < 0):
            raise StatementInvalid(f"`{name}` is not a whole number.", field=name)
    check_node_name(fields["node"] if isinstance(fields["node"], str) else "")
    _check_action(fields)
    return fields


def key_id(role: str, parts: list[bytes]) -> bytes:
    """32 bytes that name a key in its role."""
    return hashing.digest("countersign/v1/key-id", role, parts)


def hybrid(parts: list[bytes]) -> HybridPublicKey:
    """The public key of a log or witness enrolment."""
    return HybridPublicKey(parts[0], parts[1], 44)


def _check_action(fields: dict[str, Any]) -> None:
    if fields["action"] == "epoch":
        if type(fields["channel"]) is not bytes or len(fields["channel"]) != 16:
            raise StatementInvalid("`channel` is not 16 bytes.", field="channel")
        return
    if fields["role"] not in ONLINE_ROLES:
        raise StatementInvalid("`role` is not one of the online roles.", field="role")
    if fields["action"] == "enrol":
        _check_key(fields["role"], fields["key"])
        if fields["not_after"] <= fields["not_before"]:
            raise StatementInvalid("a key's validity ends before it begins.", field="not_after")
    elif type(fields["key_id"]) is not bytes or len(fields["key_id"]) != 32 or fields["reason"] not in tuple(REASONS):
        raise StatementInvalid("a revocation names no key or no known reason.", field="key_id")


def _check_key(role: str, parts: Any) -> None:
    lengths = _PARTS[role]
    if not isinstance(parts, list) or len(parts) != len(lengths):
        raise StatementInvalid(f"a {role} key has {len(lengths)} parts.", field="key")
    for part, length in zip(parts, lengths, strict=True):
        if type(part) is not bytes or (length and len(part) != length):
            raise StatementInvalid(f"a part of a {role} key has the wrong length.", field="key")


@dataclass(frozen=True, slots=True)
class RootKey:
    """A node's root, as it stands on its card: the thing that people compare fingerprints of."""

    node: str
    public: HybridPublicKey

    def fingerprint(self) -> str:
        """60 decimal digits in twelve groups of five, read aloud or compared by eye; about 199 bits."""
        value = hashing.digest("countersign/v1/fingerprint", self.node, self.public.ed25519, self.public.mldsa)
        digits = f"{int.from_bytes(value, 'big') % 10**60:060d}"
        return " ".join(digits[at : at + 5] for at in range(0, 60, 5))


def bare_fingerprint(text: str) -> str:
    """Only the digits of a fingerprint as typed; raises StatementInvalid unless there are sixty."""
    digits = "".join(text.replace("-", " ").split())
    if len(digits) != 60 or not (digits.isascii() and digits.isdigit()):
        raise StatementInvalid("a fingerprint has sixty digits.", field="fingerprint")
    return digits
