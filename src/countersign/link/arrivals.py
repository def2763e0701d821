"""What the link offers to the room above: stored items in order per channel, opened under the authority's own key."""

from __future__ import annotations

from countersign.ledger import sql
from countersign.ledger.core.leaves import Identity
from countersign.link import sealing
from countersign.link.errors import ItemGone
from countersign.link.models import InChannel, InItem
from countersign.link.sealing import SealedText
from countersign.link.station import Station

FINAL_REFUSALS = frozenset({"COMMITMENT_MISMATCH", "SEALED_TEXT_MALFORMED", "EPOCH_CLOSED"})


def waiting(*, limit: int = 100) -> list[InItem]:
    """Items to be applied now: of each channel the next in sequence, and stragglers of closed epochs. Skips what was
    voided or refused for good; one stuck channel never blocks another."""
    ready: list[InItem] = []
    if limit <= 0:
        return ready
    for channel in InChannel.objects.filter(stopped=False).select_related("peer"):
        ready += _next_of(channel, limit - len(ready))
        if len(ready) >= limit:
            break
    return ready


def mark_applied(item: InItem) -> None:
    """Say, in the caller's transaction, that the item took effect; the channel's cursor moves with it."""
    sql.run("UPDATE link_initem SET applied = TRUE WHERE id = %s", item.pk)
    sql.run(
        "UPDATE link_inchannel SET applied = %s WHERE peer_id = %s AND channel = %s AND epoch = %s AND applied < %s",
        *(item.sequence, item.peer_id, bytes(item.channel), item.epoch, item.sequence),
    )


def open_text(station: Station, item: InItem) -> SealedText:
    """The sealed text of a stored item. Raises ItemGone where its content is no longer on this node."""
    if not item.wrapped_key or not item.ciphertext:
        raise ItemGone("the content of this item is not on this node any more.")
    identity = identity_of(item)
    kek = station.provider.key_encryption_key(item.authority)
    key = sealing.unwrap_at_rest(kek, bytes(item.wrapped_key), identity)
    return sealing.open_stored(bytes(item.ciphertext), key, identity)


def identity_of(item: InItem) -> Identity:
    return (item.peer.node, bytes(item.channel), item.epoch, item.sequence)


def _next_of(channel: InChannel, limit: int) -> list[InItem]:
    rows = InItem.objects.filter(peer=channel.peer, channel=channel.channel, applied=False).select_related("peer")
    ready = list(rows.filter(epoch__lt=channel.epoch, state=InItem.STORED).order_by("epoch", "sequence")[:limit])
    expected = channel.applied + 1
    for item in rows.filter(epoch=channel.epoch, sequence__gt=channel.applied).order_by("sequence")[: max(0, limit)]:
        if item.sequence != expected:
            break
        if item.state == InItem.STORED:
            ready.append(item)
        elif not _skipped(item):
            break
        expected += 1
    return ready


def _skipped(item: InItem) -> bool:
    """Void, lost, or refused for a reason that no re-keying cures."""
    if item.state in (InItem.VOID, InItem.LOST):
        return True
    return item.state == InItem.REFUSED and item.refusal in FINAL_REFUSALS
