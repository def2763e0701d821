"""Node cards: what a node hands another before they know each other. Signed by the root; trusted only after people have
compared the root's fingerprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from countersign.charter.errors import CardInvalid
from countersign.kernel import cbor
from countersign.ledger.core import statements
from countersign.ledger.core.keys import HybridPublicKey, HybridSigner
from countersign.ledger.core.names import check_node_name
from countersign.ledger.core.statements import RootKey, SignedStatement
from countersign.ledger.errors import SignatureInvalid

FORMAT: Final = "countersign-node-card"
_CONTEXT: Final = b"countersign/v1/node-card\x00"
_LIMITS: Final = cbor.Limits(size=256 * 1024, depth=8, values=2_000)
_FIELDS: Final = {"format", "v", "node", "state", "endpoint", "root", "statements"}


@dataclass(frozen=True, slots=True)
class NodeCard:
    node: str
    state_code: str
    endpoint: str
    root: HybridPublicKey
    statements: tuple[SignedStatement, ...]

    @property
    def root_key(self) -> RootKey:
        return RootKey(self.node, self.root)


def build(card: NodeCard, root: HybridSigner) -> bytes:
    """The card's bytes: deterministic CBOR [body, Ed25519, ML-DSA-87]."""
    body = cbor.encode(
        {
            "format": FORMAT,
            "v": 1,
            "node": card.node,
            "state": card.state_code,
            "endpoint": card.endpoint,
            "root": [card.root.ed25519, card.root.mldsa],
            "statements": [item.as_list() for item in card.statements],
        }
    )
    return cbor.encode([body, root.sign_ed25519(_CONTEXT + body), root.sign_mldsa(_CONTEXT + body)])


def read(data: bytes) -> NodeCard:
    """Parse and verify a card: its own signatures and every statement on it. Raises CardInvalid."""
    outer = cbor.decode(data, _LIMITS, field="card")
    match outer:
        case [bytes() as body, bytes() as ed25519, bytes() as mldsa]:
            card = _parse(cbor.decode(body, _LIMITS, field="card"))
        case _:
            raise CardInvalid("not a node card.", field="card")
    try:
        card.root.verify_ed25519(ed25519, _CONTEXT + body)
        card.root.verify_mldsa(mldsa, _CONTEXT + body)
        for statement in card.statements:
            statements.verify(statement, card.root, node=card.node)
    except SignatureInvalid as error:
        raise CardInvalid(f"the card is not signed by its own root: {error.reason}", field="card") from None
    return card


def _parse(content: Any) -> NodeCard:
    if (
        not isinstance(content, dict)
        or set(content) != _FIELDS
        or content["format"] != FORMAT
        or content["v"] != 1
        or content["v"] is True
    ):
        raise CardInvalid("not a node card of version 1.", field="card")
    match content["root"], content["state"], content["endpoint"], content["statements"]:
        case [bytes() as ed25519, bytes() as mldsa], str() as state, str() as endpoint, list() as signed:
            return NodeCard(
                node=check_node_name(content["node"]),
                state_code=state,
                endpoint=endpoint,
                root=HybridPublicKey(ed25519, mldsa, 87),
                statements=tuple(statements.from_list(item) for item in signed),
            )
    raise CardInvalid("a field of the card has the wrong type.", field="card")
