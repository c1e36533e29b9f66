"""The tree against the recursive definitions of RFC 6962, every leaf and every pair of sizes."""

import runpy
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from parley.record.errors import RecordError
from parley.record.merkle import (
    MAX_SIZE,
    Address,
    Frontier,
    StoredHash,
    append_hashes,
    consistency_proof,
    empty_root,
    frontier,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

TEXTBOOK = runpy.run_path(str(Path(__file__).resolve().parents[2] / "scripts" / "make_merkle_vectors.py"))
LEAVES = 70
PAIRS = 40
ENTRIES = [b"entry %d" % i for i in range(LEAVES)]
ROOTS: list[bytes] = [TEXTBOOK["mth"](ENTRIES[:size]) for size in range(LEAVES + 1)]


class MemoryReader:
    """Stored hashes in a dictionary; remembers what was read."""

    def __init__(self) -> None:
        self.hashes: dict[Address, bytes] = {}
        self.read_log: list[Address] = []

    def keep(self, new: Sequence[StoredHash]) -> None:
        for level, index, value in new:
            assert (level, index) not in self.hashes, "a complete subtree is stored once"
            self.hashes[level, index] = value

    def read(self, addresses: Sequence[Address]) -> list[bytes]:
        self.read_log += addresses
        return [self.hashes[address] for address in addresses]


@pytest.fixture(scope="module")
def reader() -> MemoryReader:
    found = MemoryReader()
    edge = Frontier()
    for entry in ENTRIES:
        edge, new = edge.append(leaf_hash(entry))
        found.keep(new)
    return found


def _flip(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_known_answers_of_rfc_6962_hashing() -> None:
    assert empty_root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_append_gives_the_same_hashes_with_and_without_reads_and_every_root_is_the_textbooks() -> None:
    stored = MemoryReader()
    edge = Frontier()
    assert edge.root() == empty_root() == root(0, stored)
    for size, entry in enumerate(ENTRIES):
        stored.read_log.clear()
        new = append_hashes(size, leaf_hash(entry), stored)
        assert len(stored.read_log) == len(new) - 1
        assert all(index % 2 == 0 for _, index in stored.read_log), "only left siblings are read"
        edge, without_reads = edge.append(leaf_hash(entry))
        assert without_reads == new
        stored.keep(new)
        assert edge.root() == root(size + 1, stored) == ROOTS[size + 1]
        assert frontier(size + 1, stored) == edge


def test_every_leaf_of_every_tree_is_proved_and_each_flipped_proof_hash_refused(
    reader: MemoryReader,
) -> None:
    for size in range(1, LEAVES + 1):
        for index in range(size):
            leaf = leaf_hash(ENTRIES[index])
            proof = inclusion_proof(index, size, reader)
            assert proof == TEXTBOOK["path"](index, ENTRIES[:size])
            verify_inclusion(leaf, index, size, proof, ROOTS[size])
            for k, sibling in enumerate(proof):
                bad = [*proof[:k], _flip(sibling, (index * 7 + k) % 256), *proof[k + 1 :]]
                with pytest.raises(RecordError, match="does not lead"):
                    verify_inclusion(leaf, index, size, bad, ROOTS[size])


def test_every_pair_of_sizes_is_proved_and_each_flipped_or_missing_hash_refused(
    reader: MemoryReader,
) -> None:
    for second in range(1, PAIRS + 1):
        for first in range(1, second + 1):
            roots = ROOTS[first], ROOTS[second]
            proof = consistency_proof(first, second, reader)
            assert proof == TEXTBOOK["proof"](first, ENTRIES[:second])
            verify_consistency(first, second, *roots, proof)
            bad_proofs = [[*proof[:k], _flip(one, k), *proof[k + 1 :]] for k, one in enumerate(proof)]
            bad_proofs += [[*proof, roots[0]], [roots[1], *proof]]
            bad_proofs += [proof[:-1], proof[1:]] if proof else []
            for bad in bad_proofs:
                with pytest.raises(RecordError):
                    verify_consistency(first, second, *roots, bad)
            for bad_roots in ((_flip(roots[0], 9), roots[1]), (roots[0], _flip(roots[1], 9))):
                with pytest.raises(RecordError):
                    verify_consistency(first, second, *bad_roots, proof)


def test_a_proof_of_one_index_proves_no_other_index(reader: MemoryReader) -> None:
    for size in range(2, 34):
        for index in range(size):
            proof = inclusion_proof(index, size, reader)
            for other in set(range(size)) - {index}:
                with pytest.raises(RecordError):
                    verify_inclusion(leaf_hash(ENTRIES[index]), other, size, proof, ROOTS[size])


def test_a_forked_record_has_no_proof_between_its_heads() -> None:
    ours, theirs = MemoryReader(), MemoryReader()
    ours_edge = theirs_edge = Frontier()
    for i in range(20):
        ours_edge, new = ours_edge.append(leaf_hash(b"%d" % i))
        ours.keep(new)
        theirs_edge, new = theirs_edge.append(leaf_hash(b"%d" % i if i != 11 else b"rewritten"))
        theirs.keep(new)
    for older in range(12, 20):
        proof = consistency_proof(older, 20, theirs)
        with pytest.raises(RecordError) as caught:
            verify_consistency(older, 20, root(older, ours), theirs_edge.root(), proof)
        which = "second" if older == 16 else "first"  # 16 leaves are one subtree: its root starts the proof
        assert caught.value.name == f"consistency-{which}-root-mismatch"


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (2**70, 3), (0, -1), (0, MAX_SIZE + 1)])
def test_an_index_or_size_out_of_range_is_refused_on_both_sides(
    reader: MemoryReader, index: int, size: int
) -> None:
    with pytest.raises(RecordError, match=r"counted|0 to"):
        inclusion_proof(index, size, reader)
    with pytest.raises(RecordError, match=r"counted|0 to"):
        verify_inclusion(leaf_hash(b""), index, size, [], ROOTS[1])


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 5), (5, 4), (-1, 4), (4, MAX_SIZE + 1)])
def test_sizes_that_cannot_be_consistent_are_refused_on_both_sides(
    reader: MemoryReader, first: int, second: int
) -> None:
    with pytest.raises(RecordError, match="leaves"):
        consistency_proof(first, second, reader)
    with pytest.raises(RecordError, match="leaves"):
        verify_consistency(first, second, ROOTS[1], ROOTS[1], [])


@pytest.mark.parametrize("value", [b"", b"\0" * 31, b"\0" * 33])
def test_a_hash_that_has_not_32_bytes_is_refused_everywhere(value: bytes) -> None:
    good = leaf_hash(b"")
    calls: list[Callable[[], object]] = [
        partial(Frontier().append, value),
        partial(append_hashes, 0, value, MemoryReader()),
        partial(verify_inclusion, value, 0, 1, [], good),
        partial(verify_inclusion, good, 0, 1, [], value),
        partial(verify_inclusion, good, 0, 2, [value], good),
        partial(verify_consistency, 1, 1, value, value, []),
        partial(verify_consistency, 1, 2, good, value, [good]),
        partial(verify_consistency, 1, 2, good, good, [value]),
    ]
    for call in calls:
        with pytest.raises(RecordError) as caught:
            call()
        assert caught.value.name == "merkle-hash-wrong-length"


def test_a_store_that_returns_too_few_or_broken_hashes_is_found_out() -> None:
    class Short(MemoryReader):
        def read(self, addresses: Sequence[Address]) -> list[bytes]:
            return [b"\0" * 32 for _ in addresses][1:]

    class Broken(MemoryReader):
        def read(self, addresses: Sequence[Address]) -> list[bytes]:
            return [b"\0" * 20 for _ in addresses]

    for broken, rule in ((Short(), "merkle-hash-missing"), (Broken(), "merkle-hash-wrong-length")):
        calls: list[Callable[[], object]] = [
            partial(root, 5, broken),
            partial(frontier, 5, broken),
            partial(inclusion_proof, 1, 5, broken),
            partial(append_hashes, 5, leaf_hash(b""), broken),
        ]
        for call in calls:
            with pytest.raises(RecordError) as caught:
                call()
            assert caught.value.name == rule


def test_a_right_edge_must_fit_its_size() -> None:
    for size, hashes in ((0, (b"",)), (3, (b"\0" * 32,)), (4, ())):
        with pytest.raises(RecordError) as caught:
            Frontier(size, hashes)
        assert caught.value.name == "merkle-frontier-wrong-length"


def test_the_last_entry_that_fits_can_be_appended_and_no_further() -> None:
    bits = (MAX_SIZE - 1).bit_count()
    edge, _ = Frontier(MAX_SIZE - 1, (b"\0" * 32,) * bits).append(leaf_hash(b""))
    assert edge.size == MAX_SIZE
    with pytest.raises(RecordError) as caught:
        edge.append(leaf_hash(b""))
    assert caught.value.name == "merkle-size-out-of-range"
