"""The files granian reads: the certificates it admits, and its own. Rewritten when they change; then SIGHUP."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from countersign.charter import keyring, peering, validity
from countersign.charter.models import OwnKey, Peer
from countersign.kernel.files import write_durably
from countersign.ledger.core import statements
from countersign.link import outbox, ownkeys
from countersign.link.station import Station
from countersign.node.home import Home


def refresh(home: Home, station: Station) -> bool:
    """Bring the three files up to date; return whether one changed."""
    home.run.mkdir(parents=True, exist_ok=True, mode=0o700)
    certificate, private = station.provider.certificate_files(bytes(served_key(station).key_id))
    own = certificate.read_bytes()
    wanted = {
        "link.crt": own,
        "link.key": private.read_bytes(),
        # Without a peer the own certificate stands in: a trust file may not be empty.
        "pins.pem": b"".join(peer_pins()) or own,
    }
    changed = False
    for name, content in wanted.items():
        path = home.run / name
        if not path.exists() or path.read_bytes() != content:
            write_durably(path, content)
            changed = True
    return changed


def served_key(station: Station) -> OwnKey:
    """The newest certificate that every active peer knows."""
    peers = Peer.objects.filter(status=Peer.ACTIVE)
    known = [ownkeys.usable(statements.MTLS, outbox.open_link(station, peer)) for peer in peers]
    return min(known, key=lambda key: key.serial) if known else keyring.newest(statements.MTLS)


def peer_pins() -> list[bytes]:
    """PEM of every certificate that an active peer's root vouches for."""
    return [
        x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        for peer in Peer.objects.filter(status=Peer.ACTIVE)
        for der in pins_of(peer)
    ]


def pins_of(peer: Peer) -> list[bytes]:
    """DER of a peer's valid certificates, newest first."""
    return [peering.parts_of(key)[0] for key in validity.valid(peer, statements.MTLS)]
