"""How often one caller may call: a fixed window a minute, told in the RateLimit headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from countersign.kernel import clock
from countersign.web.errors import TooManyRequests

CALLS: Final = 600
SECONDS: Final = 60
_META: Final = "countersign.quota"


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left to a caller in the present window."""

    left: int
    seconds: int


def count(request: HttpRequest, caller: str) -> None:
    """Count one call of this caller. Raises TooManyRequests."""
    now = clock.unix_now()
    seconds = SECONDS - now % SECONDS
    name = f"countersign-api:{caller}:{now // SECONDS}"
    cache.add(name, 0, 2 * SECONDS)
    used = cache.incr(name)
    request.META[_META] = Quota(max(0, CALLS - used), seconds)
    if used > CALLS:
        raise TooManyRequests(seconds)


def count_stranger(request: HttpRequest) -> None:
    """Calls that name nobody are counted by their address."""
    count(request, f"address:{request.META.get('REMOTE_ADDR', '')}")


def tell(request: HttpRequest, response: HttpResponse) -> None:
    """The RateLimit headers (draft-ietf-httpapi-ratelimit-headers)."""
    quota = request.META.get(_META)
    if quota is not None:
        response["RateLimit-Policy"] = f'"default";q={CALLS};w={SECONDS}'
        response["RateLimit"] = f'"default";r={quota.left};t={quota.seconds}'
