# ruff: noqa: INP001 - a script, not a package
"""Make the files of vectors/wire: messages, papers and frames, valid and broken, for any implementation.

vectors/wire/README.md is the form of the files. Every rule of `parley.wire.rules` has at least one case,
every kind at least one valid one.
"""

from collections.abc import Iterator, Mapping

import wire_samples as s
import wire_vectors_envelopes
import wire_vectors_payloads
from msgspec.structs import replace
from wire_case import SIGNER, Case, render, signed

from parley.wire import document
from parley.wire.keys import SigningKey
from parley.wire.message import kind_of, sign_message
from parley.words.bodies import Terms
from parley.words.party import Acceptance, Proposal


def vectors() -> dict[str, bytes]:
    """Return all files by name."""
    found: dict[str, bytes] = {}
    for case in (
        *_valid_messages(),
        *_valid_documents(),
        *wire_vectors_envelopes.cases(),
        *wire_vectors_payloads.cases(),
    ):
        name = f"{case.name}.txt"
        if name in found:
            raise ValueError(name)
        found[name] = render(case)
    return found


def _valid_messages() -> Iterator[Case]:
    seed = s.seed_of(s.EAST_MESSAGE).hex()
    named = {kind.replace("_", "-"): body for kind, body in s.BODIES.items()} | dict(s.MORE_BODIES)
    for name, body in named.items():
        yield Case(
            name=f"valid-{name}",
            expect="valid",
            what=f"A message of kind {kind_of(body)}.",
            data=signed(body).envelope,
            seed=seed,
            opens=True,
        )
    yield Case(
        name="valid-first-message",
        expect="valid",
        what="The message numbered 0, which has no predecessor and has seen nothing.",
        data=signed(s.BODIES["terms"], 0).envelope,
        seed=seed,
        opens=True,
    )
    largest = replace(s.header("end"), epoch=2**53 - 1, seq=2**53 - 1)
    yield Case(
        name="valid-largest-integers",
        expect="valid",
        what="Integers up to 2**53 - 1 are exact in every JSON reader.",
        data=sign_message(largest, s.BODIES["end"], SIGNER).envelope,
        seed=seed,
        opens=True,
    )
    yield Case(
        name="valid-flash-at-limit",
        expect="valid",
        what="A FLASH whose payload is exactly 8 KiB.",
        data=wire_vectors_payloads.stop_of(wire_vectors_payloads.FLASH_BYTES),
        seed=seed,
        opens=True,
    )


def _documents() -> Mapping[str, tuple[str, bytes, SigningKey]]:
    """Return name -> (reader, envelope, signer) of the papers that open a line."""
    west = document.sign_descriptor(s.descriptor("WEST", s.WEST_ROOT), s.KEYS[s.WEST_ROOT])
    east = document.sign_descriptor(s.descriptor("EAST", s.EAST_ROOT), s.KEYS[s.EAST_ROOT])
    renewed = document.sign_descriptor(s.descriptor("EAST", s.EAST_ROOT, serial=1), s.KEYS[s.EAST_ROOT])
    proposal = Proposal(descriptor=east.decode(), terms=s.TERMS, at=s.AT)
    digests = (document.read_descriptor(east)[1], document.read_descriptor(west)[1])
    body = Terms(salt=s.salt(30), terms=s.TERMS, descriptors=digests)
    head = replace(s.header("terms", 0), from_=s.WEST, to=s.EAST)
    terms = sign_message(head, body, s.KEYS[s.WEST_MESSAGE]).envelope
    acceptance = Acceptance(descriptor=west.decode(), terms=terms.decode())
    return {
        "descriptor": ("descriptor", east, s.KEYS[s.EAST_ROOT]),
        "descriptor-second": ("descriptor", renewed, s.KEYS[s.EAST_ROOT]),
        "proposal": ("proposal", document.sign_proposal(proposal, SIGNER), SIGNER),
        "acceptance": (
            "acceptance",
            document.sign_acceptance(acceptance, s.KEYS[s.WEST_MESSAGE]),
            s.KEYS[s.WEST_MESSAGE],
        ),
    }


def _valid_documents() -> Iterator[Case]:
    for name, (read, data, key) in _documents().items():
        yield Case(
            name=f"valid-{name}",
            expect="valid",
            what=f"A {read} signed by the key that it names.",
            data=data,
            read=read,
            key=key.public_hex,
            seed=key.private.private_bytes_raw().hex(),
        )
    for name, frame in s.FRAMES.items():
        yield Case(
            name=f"valid-frame-{name}",
            expect="valid",
            what="A frame: signed, not recorded.",
            data=document.sign_frame(frame, SIGNER),
            read="frame",
            seed=s.seed_of(s.EAST_MESSAGE).hex(),
        )
