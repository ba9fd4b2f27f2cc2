"""Certificates that senders sign with: fetched from where they are, checked up to a known authority, kept a while."""

from __future__ import annotations

import contextlib
import re
import threading
import time
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import certifi
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import AuthorityInformationAccessOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

Fetch = Callable[[str], bytes]
"""Gets what is at an address; raises `UnreachableError`, and `CertificateError` for an answer without one."""

MAX_BYTES = 64 * 1024
TIMEOUT = (3.0, 5.0)
_SECONDS_IN_ALL = 10.0
_KEPT, _KEPT_SECONDS = 32, 3600.0
_MOST_FETCHES, _WITHIN_SECONDS = 20, 60.0
"""So many fetches in a while at most: whoever makes up addresses must not have us ask for all of them."""
_ISSUER = re.compile(r"http://[a-z0-9.-]{1,80}\.amazontrust\.com/[A-Za-z0-9._/-]{1,100}")
"""Where Amazon's authorities publish their own certificates. Whatever is there is checked like the rest."""
_LONGEST_CHAIN = 4


class UnreachableError(Exception):
    """Nothing could be fetched now; it may be later."""


class CertificateError(Exception):
    """What was found there is not to be trusted, or no certificate."""


@dataclass(slots=True)
class _Memory:
    lock: threading.Lock = field(default_factory=threading.Lock)
    found: OrderedDict[str, tuple[float, bytes]] = field(default_factory=OrderedDict)
    fetched: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Certificates:
    """The keys of certificates that one of the `roots` vouches for, issued to one of `names` or the host that has them.

    Safe to be used by many threads.
    """

    fetch: Fetch
    roots: Sequence[x509.Certificate] = field(repr=False)
    names: tuple[str, ...] = ("sns.amazonaws.com",)
    memory: _Memory = field(default_factory=_Memory, repr=False)

    def key(self, address: str, now: datetime) -> rsa.RSAPublicKey:
        """The key in the certificate at that address, which must have been checked; raises the two errors above."""
        chain = self._chain(address)
        self._check(chain, (*self.names, urlsplit(address).hostname or ""), now)
        key = chain[0].public_key()
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048:
            raise CertificateError("The certificate holds no RSA key of 2048 bits or more.")
        return key

    def _check(self, chain: Sequence[x509.Certificate], names: Sequence[str], now: datetime) -> None:
        policy = PolicyBuilder().store(Store(list(self.roots))).time(now)
        for name in names:
            try:
                policy.build_server_verifier(x509.DNSName(name)).verify(chain[0], list(chain[1:]))
            except (VerificationError, ValueError):
                continue
            return
        raise CertificateError("No known authority has issued the certificate to its host, or it is not valid now.")

    def _chain(self, address: str) -> list[x509.Certificate]:
        """The certificate, and those of its issuers as far as they stand beside it or Amazon publishes them."""
        chain = _parsed(self._kept(address))
        while len(chain) < _LONGEST_CHAIN and (issuer := _published(chain[-1])) and not self._ends(chain[-1]):
            chain += _parsed(self._kept(issuer))[:1]
        return chain

    def _ends(self, certificate: x509.Certificate) -> bool:
        return any(root.subject == certificate.issuer for root in self.roots)

    def _kept(self, address: str) -> bytes:
        now, memory = time.monotonic(), self.memory
        with memory.lock:
            known = memory.found.get(address)
            if known and now - known[0] < _KEPT_SECONDS:
                return known[1]
            memory.fetched[:] = [at for at in memory.fetched if now - at < _WITHIN_SECONDS]
            if len(memory.fetched) >= _MOST_FETCHES:
                raise UnreachableError("Too many certificates were asked for just now.")
            memory.fetched.append(now)
        found = self.fetch(address)
        with memory.lock:
            memory.found[address] = (now, found)
            while len(memory.found) > _KEPT:
                memory.found.popitem(last=False)
        return found


def _parsed(data: bytes) -> list[x509.Certificate]:
    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificates(data)[:_LONGEST_CHAIN]
        return [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        raise CertificateError("What is there is no certificate.") from error


def _published(certificate: x509.Certificate) -> str:
    """Where the certificate's issuer publishes its own, "" where that is not told or not with Amazon's authority."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    places = (
        one.access_location.value
        for one in access
        if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
    )
    return next((place for place in places if _ISSUER.fullmatch(place)), "")


def get(address: str) -> bytes:
    """What is at an address, by one GET: no redirect, no proxy's or netrc's credentials, little time, little size."""
    ends = time.monotonic() + _SECONDS_IN_ALL
    try:
        with requests.Session() as session:
            session.auth = _nobody
            with session.get(address, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
                if answer.status_code != 200:
                    error = (
                        UnreachableError if answer.status_code >= 500 or answer.status_code == 429 else CertificateError
                    )
                    raise error(f"{urlsplit(address).hostname} answered {answer.status_code}.")
                return _read(answer, ends)
    except requests.RequestException as error:
        raise UnreachableError(f"{urlsplit(address).hostname} does not answer ({type(error).__name__}).") from error


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without an `auth` of its own, requests would take credentials from a netrc file."""
    return request


def _read(answer: requests.Response, ends: float) -> bytes:
    data = b""
    for piece in answer.iter_content(8 * 1024):
        data += piece
        if len(data) > MAX_BYTES:
            raise CertificateError(f"The answer is larger than {MAX_BYTES} bytes.")
        if time.monotonic() > ends:
            raise UnreachableError("The answer took too long.")
    return data


@cache
def of_amazon() -> Certificates:
    """Certificates from SNS, by the authorities that requests trusts, too."""
    return Certificates(get, _roots(Path(certifi.where()).read_bytes()))


def _roots(bundle: bytes) -> list[x509.Certificate]:
    """The authorities of a bundle, without those that are not as RFC 5280 demands: some are very old."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        for block in re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", bundle, re.DOTALL):
            with contextlib.suppress(ValueError):
                found.append(x509.load_pem_x509_certificate(block))
    return found
