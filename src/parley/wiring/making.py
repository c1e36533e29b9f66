"""Making a node: its keys, certificate, descriptor, databases, settings and token."""

import secrets
from pathlib import Path

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
        InputError: home-exists, or address-invalid.
    """
    if home.path.exists() and any(home.path.iterdir()):
        raise InputError(
            "home-exists",
            "there is something here already",
            where=str(home.path),
            do="Choose another folder.",
        )
    try:
        parse_address(settings.peer_listen)
        parse_address(settings.desk_listen)
    except ValueError as error:
        raise InputError("address-invalid", str(error), do='Give it as "127.0.0.1:7443".') from error
    home.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    now_ms = (clock or SystemClock()).now_ms()
    root = make_signing_key(home.root_key, passphrase)
    keys = {purpose: make_signing_key(home.key(purpose), passphrase) for purpose in PURPOSES}
    pem = make_certificate(home.key("tls"), home.certificate, settings.name, now_ms, passphrase)
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
    )
