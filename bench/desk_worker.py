"""Worker on the receiver's home: asks for the desk's pages in process and times them."""

from __future__ import annotations

import time

from bench.processes import serve
from countersign.node.boot import boot_house

HOME, HOUSE = boot_house()

from django.test import Client  # noqa: E402  (needs Django set up)

from countersign.web import people  # noqa: E402
from countersign.web.models import Person  # noqa: E402

PATHS = ("/settings", "/", "/cases", "/cases?show=all&order=newest", "/cases?reference=00")
ROUNDS = 25


def measure(login: str) -> dict[str, dict[str, float]]:
    """Median and 95th percentile of each page in milliseconds; the first round warms up and does not count."""
    people.link(HOUSE, login)
    client = Client(SERVER_NAME="localhost")
    user = Person.objects.get(officer__login=login).user
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_enrolled_by"] = str(user.pk)
    session.save()
    found: dict[str, list[float]] = {path: [] for path in PATHS}
    for number in range(ROUNDS + 1):
        for path in PATHS:
            begin = time.perf_counter()
            answer = client.get(path)
            took = (time.perf_counter() - begin) * 1e3
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
            if number:
                found[path].append(took)
    return {path: {"p50": sorted(times)[len(times) // 2], "p95": sorted(times)[int(len(times) * 0.95)]}
            for path, times in found.items()}  # fmt: skip


if __name__ == "__main__":
    serve({"measure": measure})
