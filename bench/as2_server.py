"""The receiving AS2 side, in a process of its own: opens, verifies, makes durable, then answers with a signed MDN."""

from __future__ import annotations

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench import as2_keys

AS2 = as2_keys.load()


class Handler(BaseHTTPRequestHandler):
    """POST /: one AS2 message."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    organization: Any
    partner: Any
    folder: Path
    count = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items()).encode()
        message = AS2.Message()
        status, (error, _), mdn = message.parse(
            lines + b"\r\n" + body, lambda _: Handler.organization, lambda _: Handler.partner
        )
        if status != "processed" or mdn is None:
            self.send_error(500, type(error).__name__)
            return
        Handler.count += 1
        write_synced(self.folder / f"{Handler.count}.payload", message.content)
        answer = mdn.content
        self.send_response(200)
        for name, value in mdn.headers.items():
            self.send_header(name, " ".join(value.split()))
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Silent."""


def write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def main(folder: Path, port: int) -> None:
    """Serve until ended. `folder` holds receiver.key and sender.crt."""
    Handler.folder = folder / "received"
    Handler.folder.mkdir()
    Handler.organization = as2_keys.organization(AS2, "receiver", (folder / "receiver.key").read_bytes())
    Handler.partner = as2_keys.partner(AS2, "sender", (folder / "sender.crt").read_bytes())
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
