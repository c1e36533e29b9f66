"""Read the files of vectors/wire; vectors/wire/README.md is their form."""

from base64 import b64decode
from pathlib import Path
from typing import Final

from msgspec import Struct

from parley.wire import document
from parley.wire.jcs import broken
from parley.wire.keys import SigningKey
from parley.wire.message import Message, Place, check_place, read_message, sign_message
from parley.words.header import AnyFrame, Beat, Confirmed, GapRequest
from parley.words.party import Acceptance, Descriptor, Proposal

Words = Message | AnyFrame | Descriptor | Proposal | Acceptance

ROOT: Final = Path(__file__).parent.parent
FOLDER: Final = ROOT / "vectors" / "wire"


class WireFile(Struct, frozen=True):
    """One vector: its head, and the bytes to read."""

    name: str
    head: dict[str, str]
    data: bytes

    @property
    def expect(self) -> str:
        """`valid`, or the rule that is broken."""
        return self.head["expect"]


def parse(name: str, content: bytes) -> WireFile:
    """Take a vector file apart."""
    top, _, data = content.partition(b"\n\n")
    head = dict(line.split(": ", 1) for line in top.decode().removesuffix("\n").split("\n"))
    if "base64" in head:
        data = b64decode(head["base64"], validate=True)
    else:
        assert data.endswith(b"\n")
        data = data[:-1]
    return WireFile(name, head, data)


def all_files() -> list[WireFile]:
    """Return every vector of vectors/wire, by name."""
    return [parse(path.stem, path.read_bytes()) for path in sorted(FOLDER.glob("*.txt"))]


def read(file: WireFile) -> Words:
    """Read a vector as its `read` line says.

    Raises:
        PeerError: named by the rule that is broken; for a body not understood, by its fault.
    """
    key = file.head["key"]
    match file.head["read"]:
        case "message":
            message = read_message(file.data, key)
            if "line" in file.head:
                check_place(message.header, _place(file.head))
            if message.fault is not None:
                raise broken(message.fault.rule, message.fault.detail)
            return message
        case "frame":
            return document.read_frame(file.data, key)
        case "descriptor":
            return document.read_descriptor(file.data)[0]
        case "proposal":
            return document.read_proposal(file.data)[0]
        case "acceptance":
            return document.read_acceptance(file.data)[0]
    raise LookupError(file.head["read"])


def write(file: WireFile) -> bytes:
    """Make a valid vector's bytes again, from the words that were read and the seed of the key."""
    key = SigningKey.from_seed(bytes.fromhex(file.head["seed"]))
    match read(file):
        case Message(header=header, body=body) if body is not None:
            return sign_message(header, body, key).envelope
        case Beat() | GapRequest() | Confirmed() as frame:
            return document.sign_frame(frame, key)
        case Descriptor() as descriptor:
            return document.sign_descriptor(descriptor, key)
        case Proposal() as proposal:
            return document.sign_proposal(proposal, key)
        case Acceptance() as acceptance:
            return document.sign_acceptance(acceptance, key)
    raise LookupError(file.name)


def _place(head: dict[str, str]) -> Place:
    return Place(
        line=head["line"],
        epochs=frozenset(map(int, head["epochs"].split(","))),
        sender=head["from"],
        recipient=head["to"],
        exercise=head["exercise"] == "true",
    )
