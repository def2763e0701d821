"""The sending AS2 side, in a process of its own: one message, its MDN verified and durable, then the next."""

from __future__ import annotations

import http.client
import sys
import time
from pathlib import Path
from typing import Any

from bench import as2_keys, content
from bench.as2_server import write_synced
from bench.processes import serve

AS2 = as2_keys.load()
FOLDER, PORT = Path(sys.argv[1]), int(sys.argv[2])
ORGANIZATION = as2_keys.organization(AS2, "sender", (FOLDER / "sender.key").read_bytes())
PARTNER = as2_keys.partner(AS2, "receiver", (FOLDER / "receiver.crt").read_bytes())
KEPT = FOLDER / "mdns"
KEPT.mkdir()
_line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)


def send(first: int, count: int) -> dict[str, Any]:
    """Send `count` messages one after the other; milliseconds of each and the bytes that went over the wire."""
    took, wire = [], 0
    begun = time.perf_counter()
    for number in range(first, first + count):
        data = content.encoded(content.draft(number))
        started = time.perf_counter()
        wire += _send_one(number, data)
        took.append((time.perf_counter() - started) * 1e3)
    return {"ms": took, "seconds": time.perf_counter() - begun, "wire": wire}


def _send_one(number: int, data: bytes) -> int:
    message = AS2.Message(ORGANIZATION, PARTNER)
    message.build(data, content_type="application/octet-stream", disposition_notification_to="bench@sender.example")
    headers = {name: " ".join(str(value).split()) for name, value in message.headers.items()}
    _line.request("POST", "/", body=message.content, headers=headers)
    response = _line.getresponse()
    answer = response.read()
    raw = "".join(f"{name}: {value}\r\n" for name, value in response.getheaders()).encode() + b"\r\n" + answer
    status, detail = AS2.Mdn().parse(raw, lambda *_: message)
    if status != "processed" or detail:
        raise RuntimeError(f"AS2: {status}, {detail}")
    write_synced(KEPT / f"{number}.mdn", raw)
    return len(message.content) + len(message.headers_str) + len(raw)


if __name__ == "__main__":
    serve({"send": send})
