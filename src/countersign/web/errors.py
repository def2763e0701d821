"""Refusals of the shell: who calls, with what, how often and in which form."""

from __future__ import annotations

from typing import Any, ClassVar

from countersign.kernel.errors import Conflict, CountersignError, InvalidInput, NotAllowed, NotFound


class NotSignedIn(NotAllowed):
    """Nobody is signed in, or the session has ended."""

    code = "NOT_SIGNED_IN"
    status: ClassVar[int] = 401
    remedy = "Sign in, or send a fresh token: Authorization: Bearer TOKEN."


class TokenRefused(NotAllowed):
    """The token of a machine is malformed, not signed by it, out of date, for another node, or was used already."""

    code = "TOKEN_REFUSED"
    status: ClassVar[int] = 401
    remedy = "Make a fresh token for every call; it lives at most 300 seconds and is good for one call to this node."


class SecondFactorMissing(NotAllowed):
    code = "SECOND_FACTOR_MISSING"
    remedy = "Set up a passkey or an authenticator app, then sign in with it."


class AccountRefused(NotAllowed):
    """The account stands for no active officer, or its machine holds a role that no machine may hold."""

    code = "ACCOUNT_REFUSED"
    remedy = "Ask the administrator of the node."


class ForgedRequest(NotAllowed):
    """A request in a person's session without the token that the node's own pages carry."""

    code = "CSRF_FAILED"
    remedy = "Send the X-CSRFToken header with the value of the csrftoken cookie, from the node's own origin."


class MachineUnknown(NotFound):
    code = "MACHINE_UNKNOWN"
    remedy = "Make the account first (`countersign accounts machine`)."


class CursorInvalid(InvalidInput):
    code = "CURSOR_INVALID"
    remedy = "Send `next` of the page before, unchanged, with the same filters; or begin without a cursor."


class RequestInvalid(InvalidInput):
    """A parameter does not fit the API's description; `errors` lists each."""

    code = "REQUEST_INVALID"
    status: ClassVar[int] = 422
    remedy = "Correct the named parameters; /api/v1/openapi.json describes them."


class IdempotencyKeyMissing(InvalidInput):
    code = "IDEMPOTENCY_KEY_MISSING"
    status: ClassVar[int] = 428
    remedy = "Send a fresh Idempotency-Key (8 to 128 letters, digits, - and _) with every new act, and the same one to repeat it."


class IdempotencyKeyReused(Conflict):
    code = "IDEMPOTENCY_KEY_REUSED"
    status: ClassVar[int] = 422
    remedy = "This key belongs to another body. Use a fresh key for a new act."


class MediaTypeUnsupported(InvalidInput):
    code = "MEDIA_TYPE_UNSUPPORTED"
    status: ClassVar[int] = 415
    remedy = "Send application/json in UTF-8."


class MethodNotAllowed(InvalidInput):
    code = "METHOD_NOT_ALLOWED"
    status: ClassVar[int] = 405
    remedy = "The Allow header names the methods of this address."


class TooManyRequests(CountersignError):
    code = "TOO_MANY_REQUESTS"
    status: ClassVar[int] = 429
    remedy = "Wait as long as Retry-After says; the RateLimit headers tell what is left."

    def __init__(self, seconds: int, **facts: Any) -> None:
        super().__init__("too many calls in this minute.", **facts)
        self.seconds = seconds


class SignatureUnavailable(NotAllowed):
    """The officer's approval key is not on this node, its phrase is wrong, or it rests after too many wrong phrases."""

    code = "SIGNATURE_UNAVAILABLE"
    remedy = "Type the phrase again, or bring your key under “My approval key”."


class EntryLinkRefused(NotAllowed):
    """A sign-in link of a demonstration that was used already, has ended, or never was one."""

    code = "ENTRY_LINK_REFUSED"
    remedy = "Print new ones: ./demo --links"
