"""How fast a record appends, signs, proves and verifies, in memory and on one core.

Run: python bench/record.py
"""

import time
from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from parley.record.audit import audit
from parley.record.checkpoint import Checkpoint, sign_checkpoint
from parley.record.entry import Direction, Entry, encode
from parley.record.merkle import (
    Address,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from parley.record.merkle import root as tree_root
from parley.record.note import Signer

SIZES = (1_000, 100_000, 1_000_000)
PROOFS = 2_000
AUDITED = 100_000
ORIGIN = "bench"


class MemoryReader:
    """The hashes of complete subtrees, a list per level."""

    def __init__(self) -> None:
        self.levels: list[list[bytes]] = []

    def keep(self, level: int, value: bytes) -> None:
        """Store the next complete subtree of a level."""
        if level == len(self.levels):
            self.levels.append([])
        self.levels[level].append(value)

    def read(self, addresses: Sequence[Address]) -> list[bytes]:
        """Return the hashes at these addresses."""
        return [self.levels[level][index] for level, index in addresses]


def _entries(count: int) -> list[bytes]:
    """A record of messages sent, one a millisecond."""
    return [
        encode(
            Entry(
                epoch=0,
                index=index,
                direction=Direction.SENT,
                author="a" * 64,
                seq=index,
                id=f"{index:064x}",
                env=f"{index + 1:064x}",
                at=1_700_000_000_000 + index,
            )
        )
        for index in range(count)
    ]


def _per_call_us(call: Callable[[int], object]) -> float:
    """Time of one call in microseconds, over `PROOFS` calls numbered from 0."""
    started = time.perf_counter()
    for number in range(PROOFS):
        call(number)
    return round((time.perf_counter() - started) / PROOFS * 1e6, 1)


def _appends(entries: Sequence[bytes]) -> float:
    """Entries per second through leaf hash and right edge, without storing."""
    edge = Frontier()
    started = time.perf_counter()
    for data in entries:
        edge, _ = edge.append(leaf_hash(data))
    return round(len(entries) / (time.perf_counter() - started))


def _proofs(size: int, reader: MemoryReader) -> dict[str, float]:
    """Microseconds per proof made and verified in a tree of `size` entries."""
    root = tree_root(size, reader)
    indexes = [number * 7_919 % size for number in range(PROOFS)]
    leaves = reader.read([(0, index) for index in indexes])
    inclusions = [inclusion_proof(index, size, reader) for index in indexes]
    firsts = [index + 1 for index in indexes]
    consistencies = [consistency_proof(first, size, reader) for first in firsts]
    first_roots = [tree_root(first, reader) for first in firsts]
    return {
        "prove_inclusion_us": _per_call_us(lambda k: inclusion_proof(indexes[k], size, reader)),
        "verify_inclusion_us": _per_call_us(
            lambda k: verify_inclusion(leaves[k], indexes[k], size, inclusions[k], root)
        ),
        "prove_consistency_us": _per_call_us(lambda k: consistency_proof(firsts[k], size, reader)),
        "verify_consistency_us": _per_call_us(
            lambda k: verify_consistency(firsts[k], size, first_roots[k], root, consistencies[k])
        ),
        "inclusion_hashes": max(map(len, inclusions)),
    }


def measure() -> dict[str, float | dict[str, float]]:
    """Return entries per second and microseconds per operation, by tree size."""
    figures: dict[str, float | dict[str, float]] = {}
    entries = _entries(AUDITED)
    figures["appends_per_s"] = _appends(entries)
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    edge, reader = Frontier(), MemoryReader()
    heads = []
    for size in range(1, max(SIZES) + 1):
        data = entries[size - 1] if size <= AUDITED else b"%d" % size
        edge, new = edge.append(leaf_hash(data))
        for level, _, value in new:
            reader.keep(level, value)
        if size <= AUDITED and size % 100 == 0:
            heads.append(sign_checkpoint(Checkpoint(ORIGIN, size, edge.root()), key))
        if size in SIZES:
            figures[f"at_{size}"] = _proofs(size, reader)
    figures["sign_head_us"] = _per_call_us(lambda k: sign_checkpoint(Checkpoint(ORIGIN, k, bytes(32)), key))
    started = time.perf_counter()
    audit(entries, heads, origin=ORIGIN, known=[Signer(ORIGIN, key).verifier])
    figures["audit_entries_per_s"] = round(AUDITED / (time.perf_counter() - started))
    return figures


def main() -> None:
    """Print the figures."""
    for name, value in measure().items():
        print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
