"""Worker on a scratch home: a log of a million leaves, then proofs of inclusion through the database."""

from __future__ import annotations

import random
import time

from bench.processes import serve
from countersign.node.boot import boot

boot()

from django.db import transaction  # noqa: E402  (models need Django set up)

from countersign.ledger import queries, services  # noqa: E402
from countersign.ledger.core import merkle  # noqa: E402
from countersign.ledger.models import Log  # noqa: E402

PORTION = 20_000


def proofs(leaves: int, count: int) -> dict[str, object]:
    """Append `leaves` leaves in bulk; milliseconds of each of `count` proofs of random leaves, each one verified."""
    log = services.open_log("bench.example/d", kind=Log.DECISIONS)
    begun = time.perf_counter()
    for first in range(0, leaves, PORTION):
        with transaction.atomic():
            log = services.lock(log)
            services.append(log, [b"leaf %d" % index for index in range(first, min(first + PORTION, leaves))])
    appended = time.perf_counter() - begun
    root, chosen, took = services.frontier_of(log).root(), random.Random(7), []
    for _ in range(count):
        index = chosen.randrange(leaves)
        started = time.perf_counter()
        proof = queries.inclusion_proof(log, index, leaves)
        took.append((time.perf_counter() - started) * 1e3)
        merkle.verify_inclusion(index, leaves, merkle.leaf_hash(b"leaf %d" % index), proof, root)
    return {"append_seconds": appended, "ms": took}


if __name__ == "__main__":
    serve({"proofs": proofs})
