"""Own: who this node is, and the keys with which it signs."""

from msgspec import Struct

from parley.ports.clock import Ids
from parley.wire.keys import SigningKey
from parley.words.codes import Assurance, Role
from parley.words.header import By
from parley.words.party import Descriptor
from parley.words.units import PartyId


class Own(Struct, frozen=True, kw_only=True):
    """This node's identity.

    Attributes:
        papers: the root-signed envelope of the descriptor, as text.
        digest: SHA-256 of the descriptor's payload.
        two_person: a second person must release what one drafted.
        warn_at_once: under ten minutes to the start own units are warned without asking the officer.
    """

    party: PartyId
    descriptor: Descriptor
    papers: str
    digest: str
    message_key: SigningKey
    head_key: SigningKey
    ids: Ids
    two_person: bool = False
    warn_at_once: bool = False

    @property
    def by_node(self) -> By:
        """Who signs what no person makes."""
        return By(role=Role.NODE, duty=self.descriptor.name, assurance=Assurance.NODE)
