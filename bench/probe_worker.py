"""Worker on a node's home: what an officer's save waits while the couriers drain."""

from __future__ import annotations

import threading
import time

from bench.processes import serve
from countersign.node.boot import boot_house

boot_house()

from django.db import connection, transaction  # noqa: E402  (models need Django set up)

from countersign.charter.models import Peer  # noqa: E402
from countersign.exchange.models import Case  # noqa: E402
from countersign.kernel import clock  # noqa: E402
from countersign.kernel.ids import new_id  # noqa: E402

EVERY_SECONDS = 0.05
_stop = threading.Event()
_waits: list[float] = []
_thread: threading.Thread | None = None


def begin() -> bool:
    """Save a small row every 50 ms from now on."""
    global _thread  # noqa: PLW0603  (one probe a process)
    _stop.clear()
    _waits.clear()
    _thread = threading.Thread(target=_save_on, daemon=True)
    _thread.start()
    return True


def finish() -> list[float]:
    """Stop; the milliseconds each save took."""
    assert _thread is not None
    _stop.set()
    _thread.join()
    return _waits


def _save_on() -> None:
    peer = Peer.objects.get()
    while not _stop.wait(EVERY_SECONDS):
        name = new_id("cas")
        started = time.perf_counter()
        with transaction.atomic():
            Case.objects.create(
                id=name, reference=f"PROBE-{name[4:20].upper()}", peer=peer, authority="RCMP", opened_at=clock.now()
            )
        _waits.append((time.perf_counter() - started) * 1e3)
    connection.close()


if __name__ == "__main__":
    serve({"begin": begin, "finish": finish})
