"""The error tree. Every room hangs its refusals under these; each refusal says what, why and what to do.

CountersignError            500  something is wrong with the node itself
  InvalidInput              400  what was given is malformed: field, reason, remedy
    TooLarge                413  a stated limit is passed
  NotAllowed                403  the actor or the law does not permit it
  NotFound                  404  no such thing here
  Conflict                  409  the state does not admit the act (twice, out of turn, already other)
  IntegrityFault            422  bytes, signature, proof or log do not agree
    ForkDetected            422  two signed truths that exclude each other
  Unavailable               503  cannot be done now; nothing is lost, try again
"""

from __future__ import annotations

from typing import Any, ClassVar


class CountersignError(Exception):
    """Root of all refusals. `code` is stable and documented, `status` the HTTP status it maps to."""

    code: ClassVar[str] = "NODE_FAULT"
    status: ClassVar[int] = 500
    remedy: str = "Look at the node's log and run `countersign check`."

    def __init__(self, reason: str, *, field: str = "", remedy: str = "", code: str = "", **facts: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.facts = facts
        if remedy:
            self.remedy = remedy
        self.instance_code = code or self.code

    def diagnostics(self) -> dict[str, Any]:
        """What a person needs: code, field, reason, remedy and the facts that name no person."""
        told = {"code": self.instance_code, "reason": self.reason, "remedy": self.remedy}
        if self.field:
            told["field"] = self.field
        return told | self.facts

    def __str__(self) -> str:
        place = f" [{self.field}]" if self.field else ""
        return f"{self.instance_code}{place}: {self.reason} {self.remedy}".strip()


class InvalidInput(CountersignError):
    code = "INVALID_INPUT"
    status = 400
    remedy = "Correct the named field and send again."


class TooLarge(InvalidInput):
    code = "TOO_LARGE"
    status = 413
    remedy = "Send less at once; the limit is named."


class NotAllowed(CountersignError):
    code = "NOT_ALLOWED"
    status = 403
    remedy = "Ask a person who holds the role."


class NotFound(CountersignError):
    code = "NOT_FOUND"
    status = 404
    remedy = "Check the reference."


class Conflict(CountersignError):
    code = "CONFLICT"
    status = 409
    remedy = "Look at the present state first."


class IntegrityFault(CountersignError):
    code = "INTEGRITY_FAULT"
    status = 422
    remedy = "Do not trust these bytes; keep them and tell the administrators of both nodes."


class ForkDetected(IntegrityFault):
    code = "FORK_DETECTED"
    remedy = "Stop relying on the peer's log, keep the evidence file and call the other administrator."


class Unavailable(CountersignError):
    code = "UNAVAILABLE"
    status = 503
    remedy = "Nothing is lost. Try again shortly."
