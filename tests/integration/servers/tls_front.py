"""TLS before a server that has none: what the embedded PostgreSQL and Redis were built without."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""What a PostgreSQL client sends before it speaks TLS; the answer is one letter."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Files of a certificate for `localhost`, its key, and the authority that signed it."""

    ca: Path
    certificate: Path
    key: Path


def authority(folder: Path) -> Authority:
    """Make one, called like its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    own, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _signed(folder.name, own, folder.name, own, is_ca=True)
    certificate = _signed("localhost", server, folder.name, own, is_ca=False)
    made = Authority(folder / "ca.crt", folder / "server.crt", folder / "server.key")
    made.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made.key.write_bytes(server.private_bytes(*form))
    return made


def _signed(
    name: str, key: ec.EllipticCurvePrivateKey, by: str, with_key: ec.EllipticCurvePrivateKey, *, is_ca: bool
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return built.sign(with_key, hashes.SHA256())


@contextlib.contextmanager
def front(before: Path, with_: Authority, *, postgres: bool = False) -> Iterator[int]:
    """Take TLS on a free port of loopback, and pass what it carries to a UNIX socket; gives the port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(with_.certificate, with_.key)
    with socket.create_server(("localhost", 0)) as listening:
        taking = threading.Thread(target=_take, args=(listening, context, before, postgres), daemon=True)
        taking.start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
        taking.join(5)


def _take(listening: socket.socket, context: ssl.SSLContext, before: Path, postgres: bool) -> None:
    while True:
        try:
            came, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(came, context, before, postgres), daemon=True).start()


def _serve(came: socket.socket, context: ssl.SSLContext, before: Path, postgres: bool) -> None:
    with contextlib.suppress(OSError), contextlib.ExitStack() as open_:
        if postgres:
            assert came.recv(8, socket.MSG_WAITALL) == _SSL_REQUEST
            came.sendall(b"S")
        outer = open_.enter_context(context.wrap_socket(came, server_side=True))
        inner = open_.enter_context(socket.socket(socket.AF_UNIX))
        inner.connect(str(before))
        back = threading.Thread(target=_pass_on, args=(inner, outer), daemon=True)
        back.start()
        _pass_on(outer, inner)
        back.join(5)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
