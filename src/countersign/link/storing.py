"""Storing opened items: keys re-wrapped under the authority's own key, attachments awaited, one statement a body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.db import connection, models

from countersign.kernel import clock
from countersign.link import chunks, sealing
from countersign.link.models import Blob, InItem, LinkState
from countersign.link.opening import Opened
from countersign.link.station import Station


def store_items(
    station: Station, state: LinkState, opened: Sequence[Opened]
) -> tuple[list[bytes], dict[str, list[bytes]]]:
    """Write what was opened into the rows that were announced; return stored leaf hashes, and refused ones by code."""
    rows = {
        bytes(row.leaf_hash): row
        for row in InItem.objects.filter(
            peer=state.peer,
            leaf_hash__in=[item.leaf_hash for item in opened],
            state__in=(InItem.ANNOUNCED, InItem.REFUSED),
        )
    }
    stored: list[bytes] = []
    refused: dict[str, list[bytes]] = {}
    changed: list[InItem] = []
    for item in opened:
        row = rows.pop(item.leaf_hash, None)
        if row is None or row.refusal == "EPOCH_CLOSED":
            continue
        if item.text is None:
            row.state, row.refusal, row.ciphertext = InItem.REFUSED, item.refusal, item.ciphertext
            refused.setdefault(item.refusal, []).append(item.leaf_hash)
        elif _store_item(station, row, item):
            stored.append(item.leaf_hash)
        changed.append(row)
    _save(changed)
    return stored, refused


def _save(rows: Sequence[InItem]) -> None:
    """Write what opening changed, in one prepared statement: the ORM's bulk_update costs as much as all the rest."""
    names = ("state", "refusal", "ciphertext", "wrapped_key", "authority", "stored_at")
    assignments = ", ".join(f"{name} = %s" for name in names)
    fields = [cast("models.Field[Any, Any]", InItem._meta.get_field(name)) for name in names]
    values = [
        [*(field.get_db_prep_save(getattr(row, field.name), connection) for field in fields), row.pk] for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {InItem._meta.db_table} SET {assignments} WHERE id = %s", values)  # noqa: S608


def _store_item(station: Station, row: InItem, item: Opened) -> bool:
    """Re-wrap the item's key under its authority's own key; return whether nothing of it is missing."""
    assert item.text is not None
    row.authority = station.compartment(item.text.authority)
    kek = station.provider.key_encryption_key(row.authority)
    row.wrapped_key = sealing.rewrap(kek, item.key, item.leaf.identity)
    row.ciphertext, row.refusal = item.ciphertext, ""
    waiting = [blob for blob in item.text.blobs if not chunks.expect(station, row, blob)]
    row.state = InItem.CHUNKS if waiting else InItem.STORED
    row.stored_at = None if waiting else clock.now()
    return not waiting


def finish_blobs(complete: Sequence[Blob]) -> list[bytes]:
    """Mark attachments complete; return the leaf hashes of items that lack nothing any more."""
    finished = []
    for blob in complete:
        Blob.objects.filter(pk=blob.pk).update(complete=True)
        item = InItem.objects.select_for_update().get(blob=blob)
        if item.state == InItem.CHUNKS and not Blob.objects.filter(item=item, complete=False).exists():
            item.state, item.stored_at = InItem.STORED, clock.now()
            item.save(update_fields=("state", "stored_at"))
            finished.append(bytes(item.leaf_hash))
    return finished
