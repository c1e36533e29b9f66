r"""The Merkle tree of RFC 6962, kept as the hashes of complete subtrees.

Hashing (https://www.rfc-editor.org/rfc/rfc6962#section-2.1):

    leaf   = SHA-256(0x00 || entry)
    node   = SHA-256(0x01 || left || right)
    empty  = SHA-256()

A complete subtree of 2**level leaves is addressed (level, index): it covers the leaves from
index * 2**level up to, but not with, (index + 1) * 2**level. Its hash never changes once it is complete,
so a store only ever adds hashes. Every other hash of the tree is folded from complete ones:

    size 6:        root = node(A, B)        A = (2, 0), leaves 0-3, complete
                  /    \                    B = (1, 2), leaves 4-5, complete
                 A      B
               /  \    / \
              .    .  4   5

The *right edge* of a tree of `size` leaves has one complete subtree per one-bit of `size`, largest
first. Appending leaf `size` merges as many of them as `size` has trailing one-bits.

Verification raises and never returns a bool. Sizes are at most 2**53 - 1, so that JSON keeps them exact.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Protocol

from msgspec import Struct

from parley.record.errors import RecordError

HASH_BYTES: Final = 32
MAX_SIZE: Final = 2**53 - 1
"""The most leaves a tree can have."""

Address = tuple[int, int]
"""(level, index) of a complete subtree."""
StoredHash = tuple[int, int, bytes]
"""(level, index, hash): what a store keeps, once and for ever."""

_LEAF = b"\x00"
_NODE = b"\x01"
_EMPTY_ROOT = sha256().digest()


class HashReader(Protocol):
    """Where the hashes of complete subtrees come from."""

    def read(self, addresses: Sequence[Address]) -> list[bytes]:
        """Return the 32-byte hashes at these addresses, in the same order.

        The tree asks only for subtrees that are complete at the size in question. A reader that lacks
        one raises its own error, or `KeyError`.
        """


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one entry: SHA-256(0x00 || data)."""
    return sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right)."""
    return sha256(_NODE + left + right).digest()


def empty_root() -> bytes:
    """Return the root of the tree without leaves: SHA-256 of nothing."""
    return _EMPTY_ROOT


class Frontier(Struct, frozen=True):
    """The right edge of a tree: all that the one writer needs in memory to append and to sign.

    Attributes:
        size: the number of leaves.
        hashes: one 32-byte hash per one-bit of `size`, largest subtree first.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        _check_size(self.size)
        if len(self.hashes) != self.size.bit_count():
            raise RecordError(
                "merkle-frontier-wrong-length",
                f"the right edge of {self.size} leaves has {self.size.bit_count()} hashes, "
                f"not {len(self.hashes)}",
            )

    def append(self, leaf: bytes) -> tuple["Frontier", list[StoredHash]]:
        """Append one leaf without reading anything.

        Args:
            leaf: the leaf's hash (`leaf_hash`), 32 bytes.

        Returns:
            the new right edge, and every hash that a store must keep: the leaf itself first, then the
            subtrees that it completes.

        Raises:
            RecordError: merkle-hash-wrong-length; merkle-size-out-of-range when the tree is full.
        """
        _check_hash(leaf, "leaf")
        merged = _trailing_ones(self.size)
        keep = len(self.hashes) - merged
        new = _merge(self.size, leaf, self.hashes[keep:])
        return Frontier(self.size + 1, (*self.hashes[:keep], new[-1][2])), new

    def root(self) -> bytes:
        """Return the root hash, 32 bytes."""
        return _fold(self.hashes) if self.hashes else _EMPTY_ROOT


def frontier(size: int, reader: HashReader) -> Frontier:
    """Restore the right edge of the tree of `size` leaves from storage.

    Raises:
        RecordError: merkle-size-out-of-range, merkle-hash-missing, merkle-hash-wrong-length.
    """
    _check_size(size)
    return Frontier(size, tuple(_read(reader, _complete(0, size))))


def append_hashes(size: int, leaf: bytes, reader: HashReader) -> list[StoredHash]:
    """Return every hash to store when leaf number `size` is appended to a tree of `size` leaves.

    Reads only the left siblings that the new leaf merges with. A writer that appends often keeps a
    `Frontier` instead, and reads nothing.

    Args:
        size: the number of leaves before the append, which is the new leaf's index.
        leaf: the leaf's hash (`leaf_hash`), 32 bytes.
        reader: the stored hashes.

    Returns:
        (level, index, hash), the leaf itself first, then the subtrees that it completes.

    Raises:
        RecordError: merkle-size-out-of-range, merkle-hash-missing, merkle-hash-wrong-length.
    """
    _check_size(size)
    _check_size(size + 1)
    _check_hash(leaf, "leaf")
    siblings = [(level, (size >> level) - 1) for level in range(_trailing_ones(size))]
    return _merge(size, leaf, tuple(_read(reader, siblings[::-1])))


def root(size: int, reader: HashReader) -> bytes:
    """Return the root hash of the tree of the first `size` leaves.

    Raises:
        RecordError: merkle-size-out-of-range, merkle-hash-missing, merkle-hash-wrong-length.
    """
    return frontier(size, reader).root()


def inclusion_proof(index: int, size: int, reader: HashReader) -> list[bytes]:
    """Prove that leaf `index` is in the tree of `size` leaves (its audit path, RFC 6962, 2.1.1).

    Returns:
        the sibling hashes from the leaf up to the root.

    Raises:
        RecordError: merkle-size-out-of-range, merkle-index-out-of-range, merkle-hash-missing,
            merkle-hash-wrong-length.
    """
    _check_index(index, size)
    return _read_groups(reader, _path(index, size, 0))


def consistency_proof(first: int, second: int, reader: HashReader) -> list[bytes]:
    """Prove that the tree of `first` leaves is a prefix of that of `second` (RFC 6962, 2.1.2).

    Every tree has the empty one as a prefix, so a proof from size 0 would prove nothing and is refused.

    Raises:
        RecordError: merkle-size-out-of-range unless 0 < first <= second; merkle-hash-missing,
            merkle-hash-wrong-length.
    """
    _check_sizes(first, second)
    if first == second:
        return []
    last = first - 1
    level = _trailing_ones(last)
    groups = _path(last, second, level)
    if last >> level:  # `first` is no power of two: its last complete subtree is not its root
        groups.insert(0, [(level, last >> level)])
    return _read_groups(reader, groups)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf with this hash is number `index` in the tree of `size` leaves with this root.

    Follows https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2, with the length checked first. The proof
    does not bind the size: the same hashes can fit two sizes. Take size and root from one signed head.

    Args:
        leaf: the leaf's hash (`leaf_hash`), 32 bytes.
        index: from 0, below `size`.
        size: the number of leaves.
        proof: sibling hashes from the leaf up, 32 bytes each.
        root: the signed root of the tree of `size` leaves, 32 bytes.

    Raises:
        RecordError: merkle-size-out-of-range, merkle-index-out-of-range, merkle-hash-wrong-length,
            proof-wrong-length, inclusion-root-mismatch.
    """
    _check_index(index, size)
    _check_hash(leaf, "leaf")
    _check_hash(root, "root")
    _check_proof(proof, _path_length(index, size, 0))
    inner = (index ^ (size - 1)).bit_length()
    if _climb(leaf, index, inner, proof) != root:
        raise RecordError(
            "inclusion-root-mismatch",
            f"the proof does not lead from leaf {index} to the root of the tree of {size} leaves",
            do="Ask for the proof again; if it still fails, the entry is not in that record.",
        )


def verify_consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree (size1, root1) is a prefix of the tree (size2, root2).

    Follows https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4.2, with the length checked first.

    Args:
        size1: the number of leaves of the older tree, at least 1.
        size2: the number of leaves of the newer tree, at least `size1`.
        root1: the older signed root, 32 bytes.
        root2: the newer signed root, 32 bytes.
        proof: hashes as `consistency_proof` gives them, 32 bytes each; empty when the sizes are equal.

    Raises:
        RecordError: merkle-size-out-of-range, merkle-hash-wrong-length, proof-wrong-length,
            consistency-first-root-mismatch, consistency-second-root-mismatch.
    """
    _check_sizes(size1, size2)
    _check_hash(root1, "first root")
    _check_hash(root2, "second root")
    if size1 == size2:
        _check_proof(proof, 0)
        if root1 != root2:
            raise _inconsistent("second", size1, size2)
        return
    last = size1 - 1
    level = _trailing_ones(last)
    node = last >> level
    _check_proof(proof, _path_length(last, size2, level) + (1 if node else 0))
    # A power of two is one complete subtree, whose hash is root1 itself; otherwise it comes first.
    seed, path = (proof[0], proof[1:]) if node else (root1, proof)
    inner = (last ^ (size2 - 1)).bit_length() - level
    if _climb_left(seed, node, inner, path) != root1:
        raise _inconsistent("first", size1, size2)
    if _climb(seed, node, inner, path) != root2:
        raise _inconsistent("second", size1, size2)


def _trailing_ones(number: int) -> int:
    """Return how many one-bits end a number: the subtrees that leaf `number` completes."""
    return (~number & (number + 1)).bit_length() - 1


def _merge(index: int, leaf: bytes, edge: tuple[bytes, ...]) -> list[StoredHash]:
    """Merge a leaf with the subtrees to its left, `edge`, largest first."""
    new = [(0, index, leaf)]
    current = leaf
    for level, left in enumerate(reversed(edge), start=1):
        current = node_hash(left, current)
        new.append((level, index >> level, current))
    return new


def _complete(start: int, end: int) -> list[Address]:
    """The complete subtrees that make up the leaves [start, end), largest first.

    `start` is a multiple of a power of two that is at least end - start.
    """
    addresses: list[Address] = []
    while start < end:
        level = (end - start).bit_length() - 1
        addresses.append((level, start >> level))
        start += 1 << level
    return addresses


def _path(leaf: int, size: int, level: int) -> list[list[Address]]:
    """The siblings from the subtree of `level` that holds `leaf` up to the root.

    Each sibling is a list of complete subtrees to fold. Below the level where the paths of `leaf` and of
    the last leaf part, siblings are complete; there, the sibling reaches to the tree's end; above it, only
    siblings on the left exist, and they are complete.
    """
    part = (leaf ^ (size - 1)).bit_length() - 1
    groups = [[(k, (leaf >> k) ^ 1)] for k in range(level, part)]
    if part >= level:
        groups.append(_complete(((leaf >> part) + 1) << part, size))
    above = range(max(part + 1, level), leaf.bit_length())
    groups += [[(k, (leaf >> k) - 1)] for k in above if leaf >> k & 1]
    return groups


def _path_length(leaf: int, size: int, level: int) -> int:
    """How many siblings `_path` has: one per level up to the parting, then one per left sibling."""
    inner = (leaf ^ (size - 1)).bit_length()
    return inner - level + (leaf >> inner).bit_count()


def _climb(seed: bytes, node: int, inner: int, path: Sequence[bytes]) -> bytes:
    """Hash from a node up to the root; beyond the first `inner` siblings all stand on the left."""
    current = seed
    for k, sibling in enumerate(path):
        on_right = k < inner and not node >> k & 1
        current = node_hash(current, sibling) if on_right else node_hash(sibling, current)
    return current


def _climb_left(seed: bytes, node: int, inner: int, path: Sequence[bytes]) -> bytes:
    """Hash as `_climb`, but with the left siblings only: the root of the tree that ends with the node."""
    current = seed
    for k, sibling in enumerate(path):
        if k >= inner or node >> k & 1:
            current = node_hash(sibling, current)
    return current


def _fold(hashes: Sequence[bytes]) -> bytes:
    """The hash over adjoining complete subtrees, largest first."""
    current = hashes[-1]
    for left in reversed(hashes[:-1]):
        current = node_hash(left, current)
    return current


def _read(reader: HashReader, addresses: Sequence[Address]) -> list[bytes]:
    if not addresses:
        return []
    hashes = reader.read(addresses)
    if len(hashes) != len(addresses):
        raise RecordError(
            "merkle-hash-missing",
            f"{len(addresses)} stored hashes were asked for and {len(hashes)} were found",
            do="Run `parley fsck`.",
        )
    for (level, index), stored in zip(addresses, hashes, strict=True):
        _check_hash(stored, f"stored hash at level {level}, index {index}")
    return hashes


def _read_groups(reader: HashReader, groups: Sequence[Sequence[Address]]) -> list[bytes]:
    """Read all groups at once, and fold each."""
    hashes = iter(_read(reader, [address for group in groups for address in group]))
    return [_fold([next(hashes) for _ in group]) for group in groups]


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise RecordError("merkle-size-out-of-range", f"a tree has 0 to {MAX_SIZE} leaves, not {size}")


def _check_index(index: int, size: int) -> None:
    _check_size(size)
    if not 0 <= index < size:
        raise RecordError(
            "merkle-index-out-of-range", f"leaf {index} cannot be in a tree of {size} leaves, counted from 0"
        )


def _check_sizes(first: int, second: int) -> None:
    _check_size(second)
    if not 0 < first <= second:
        raise RecordError(
            "merkle-size-out-of-range",
            f"consistency runs from a tree that is not empty to one at least as large, "
            f"not from {first} to {second} leaves",
        )


def _check_hash(value: bytes, what: str) -> None:
    if len(value) != HASH_BYTES:
        raise RecordError(
            "merkle-hash-wrong-length", f"a hash has {HASH_BYTES} bytes, not {len(value)}", where=what
        )


def _check_proof(proof: Sequence[bytes], expected: int) -> None:
    if len(proof) != expected:
        raise RecordError(
            "proof-wrong-length", f"this proof must have {expected} hashes and has {len(proof)}"
        )
    for k, sibling in enumerate(proof):
        _check_hash(sibling, f"proof hash {k}")


def _inconsistent(which: str, size1: int, size2: int) -> RecordError:
    return RecordError(
        f"consistency-{which}-root-mismatch",
        f"the proof from {size1} to {size2} leaves does not lead to the {which} root",
        do="Keep both signed heads: if no proof joins them, the record was forked.",
    )
