"""Reading and keeping an item's content: own drafts under the authority's key, arrived items as the link stored them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from countersign.exchange import kinds, parts, walls
from countersign.exchange.home_sheet import EMPTY, HomeSheet
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel import cbor, hashing, jcs
from countersign.link import arrivals
from countersign.link.sealing import BlobRef

_LIMITS = cbor.Limits(size=4 << 20, depth=6, values=20_000)


@dataclass(frozen=True, slots=True)
class Kept:
    """An item's content with what belongs to it: the salt of its commitment, its attachments, and what stays home: the
    home sheet and, of a redacted item, the full version."""

    content: dict[str, Any]
    salt: bytes
    blobs: tuple[BlobRef, ...]
    sheet: HomeSheet = EMPTY
    full: dict[str, Any] | None = None


def keep(house: House, *, authority: str, item: str, kept: Kept) -> bytes:
    """The bytes to store for an own item."""
    packed = cbor.encode(
        {
            "content": jcs.canonical(kept.content),
            "salt": kept.salt,
            "blobs": [[blob.id, blob.size, list(blob.digests), blob.key] for blob in kept.blobs],
            "sheet": jcs.canonical(kept.sheet.model_dump(mode="json")),
            "full": jcs.canonical(kept.full) if kept.full is not None else b"",
        }
    )
    return walls.lock(house.station, authority=authority, item=item, content=packed)


def read(house: House, item: ExchangeItem) -> Kept:
    """The content of an item; the caller has checked who asks."""
    if item.arrived is not None:
        text = arrivals.open_text(house.station, item.arrived)
        return Kept(parts.join(text.parts)[1], text.salt, text.blobs)
    packed = walls.unlock(house.station, authority=item.authority, item=item.id, locked=bytes(item.content))
    fields = cbor.decode(packed, _LIMITS)
    blobs = tuple(BlobRef(name, size, tuple(digests), key) for name, size, digests, key in fields["blobs"])
    sheet = HomeSheet.model_validate(jcs.parse(fields["sheet"]))
    full = jcs.parse(fields["full"]) if fields["full"] else None
    return Kept(jcs.parse(fields["content"]), fields["salt"], blobs, sheet, full)


def whole(house: House, item: ExchangeItem) -> dict[str, Any]:
    """The content with the defaults of its kind, also where the other side left them out; the caller has checked who asks."""
    return kinds.whole(read(house, item).content)


def sheet_digest(sheet: HomeSheet) -> bytes:
    """What approvers sign of the home sheet."""
    return hashing.sha256(jcs.canonical(sheet.model_dump(mode="json")))
