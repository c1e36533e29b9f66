"""Making a node: its keys, certificate, descriptor, databases, settings and token."""

import contextlib
import ipaddress
import secrets
import shutil
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from parley.adapters import sqlite_store
from parley.adapters.high_water import HighWater
from parley.adapters.key_files import load_signing_key, make_certificate, make_signing_key, write_secret
from parley.adapters.picture_store import SqlitePictureStore
from parley.adapters.system_clock import SystemClock, SystemIds
from parley.config.home import Home
from parley.config.settings import Settings, parse_address, write_settings
from parley.node.own import Own
from parley.ports.clock import Clock
from parley.wire.document import read_descriptor, sign_descriptor
from parley.words.errors import InputError, SystemFault
from parley.words.party import Descriptor, Keys, party_of
from parley.words.units import TimeMs

PURPOSES = ("message", "head", "cosign")


def init(
    home: Home,
    settings: Settings,
    endpoints: tuple[str, ...],
    *,
    passphrase: bytes | None = None,
    clock: Clock | None = None,
) -> Descriptor:
    """Make a node in an empty or new folder.

    Raises:
        InputError: home-exists, address-invalid, desk-not-loopback, endpoint-unfit, high-water-unfit.
    """
    if home.path.exists() and any(home.path.iterdir()):
        raise InputError(
            "home-exists",
            "there is something here already",
            where=str(home.path),
            do="Choose another folder.",
        )
    _check(settings, endpoints)
    made = not home.path.exists()
    try:
        return _make(home, settings, endpoints, passphrase, (clock or SystemClock()).now_ms())
    except BaseException:
        _clear(home, settings, whole=made)
        raise


def _check(settings: Settings, endpoints: tuple[str, ...]) -> None:
    """Refuse what a node could not be served or reached with, before anything is made.

    Raises:
        InputError: address-invalid, desk-not-loopback, endpoint-unfit, high-water-unfit.
    """
    try:
        parse_address(settings.peer_listen)
        desk, _ = parse_address(settings.desk_listen)
    except ValueError as error:
        raise InputError("address-invalid", str(error), do='Give it as "127.0.0.1:7443".') from error
    if not ipaddress.ip_address(desk).is_loopback:
        raise InputError(
            "desk-not-loopback",
            "--desk-listen must be a loopback address: the local API has no TLS",
            where=settings.desk_listen,
            do='Give it as "127.0.0.1:7080".',
        )
    for endpoint in endpoints:
        if not _is_https(endpoint):
            raise InputError(
                "endpoint-unfit",
                "an address for peers is https://HOST or https://HOST:PORT, without a path",
                where=endpoint[:80],
                do='Give it as "https://line.eastern.example:7443".',
            )
    mark = Path(settings.high_water)
    if mark.is_dir():
        raise InputError(
            "high-water-unfit",
            "--high-water is a folder; it must name a file",
            where=str(mark),
            do=f"Name a file in it: {mark / 'high-water.json'}",
        )
    if mark.exists():
        raise InputError(
            "high-water-unfit",
            "the high-water file is there already: it may be another node's",
            where=str(mark),
            do="Choose another name.",
        )


def _is_https(endpoint: str) -> bool:
    """Tell whether an address is https://HOST or https://HOST:PORT."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    whole = f"https://{parts.netloc}"
    named = bool(parts.hostname) and parts.username is None and not any(map(str.isspace, endpoint))
    return named and endpoint == whole and port != 0


def _clear(home: Home, settings: Settings, *, whole: bool) -> None:
    """Remove what was made of a node; the folder was empty or not there before."""
    with contextlib.suppress(OSError):
        Path(settings.high_water).unlink(missing_ok=True)
    if not home.path.is_dir():
        return
    for each in home.path.iterdir():
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
    if whole:
        home.path.rmdir()


def _make(
    home: Home, settings: Settings, endpoints: tuple[str, ...], passphrase: bytes | None, now_ms: TimeMs
) -> Descriptor:
    home.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    root = make_signing_key(home.root_key, passphrase)
    keys = {purpose: make_signing_key(home.key(purpose), passphrase) for purpose in PURPOSES}
    pem = make_certificate(
        home.key("tls"),
        home.certificate,
        sha256(bytes.fromhex(root.public_hex)).hexdigest(),
        now_ms,
        passphrase,
    )
    descriptor = Descriptor(
        v=1,
        name=settings.name,
        root=root.public_hex,
        serial=0,
        prev=None,
        keys=Keys(**{purpose: key.public_hex for purpose, key in keys.items()}),
        certificate_pem=pem,
        endpoints=endpoints,
        at=now_ms,
    )
    home.descriptor.write_bytes(sign_descriptor(descriptor, root))
    _make_stores(home, settings)
    return descriptor


def _make_stores(home: Home, settings: Settings) -> None:
    picture_key = secrets.token_bytes(32)
    write_secret(home.picture_key, picture_key)
    sqlite_store.create(home.lines_db)
    SqlitePictureStore.create(home.picture_db, picture_key)
    HighWater.create(Path(settings.high_water))
    write_secret(home.token, secrets.token_urlsafe(32).encode())
    write_settings(home.settings, settings)


def load_own(home: Home, settings: Settings, passphrase: bytes | None) -> Own:
    """Load who a node is.

    Raises:
        SystemFault: a key or the descriptor cannot be read, or they do not belong together.
        PeerError: the descriptor breaks a rule of the wire.
    """
    try:
        papers = home.descriptor.read_bytes()
    except OSError as error:
        raise SystemFault(
            "descriptor-missing", "the descriptor cannot be read", where=str(home.descriptor)
        ) from error
    descriptor, digest = read_descriptor(papers)
    message_key = load_signing_key(home.key("message"), passphrase)
    head_key = load_signing_key(home.key("head"), passphrase)
    if (message_key.public_hex, head_key.public_hex) != (descriptor.keys.message, descriptor.keys.head):
        raise SystemFault(
            "keys-differ", "the working keys are not those of the descriptor", where=str(home.path / "keys")
        )
    return Own(
        party=party_of(descriptor),
        descriptor=descriptor,
        papers=papers.decode(),
        digest=digest,
        message_key=message_key,
        head_key=head_key,
        ids=SystemIds(),
        two_person=settings.two_person,
        warn_at_once=settings.warn_at_once,
    )
