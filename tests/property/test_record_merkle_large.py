"""Proofs in trees of any size up to the largest, from a tree whose leaves are all alike."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.record.errors import RecordError
from parley.record.merkle import (
    MAX_SIZE,
    Address,
    append_hashes,
    consistency_proof,
    frontier,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

LEAF = leaf_hash(b"the same")
SIZES = st.integers(1, MAX_SIZE) | st.integers(0, 53).map(lambda bits: min(2**bits, MAX_SIZE))


class AlikeReader:
    """The hash of a complete subtree depends on its level alone."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.by_level = [LEAF]
        for _ in range(53):
            self.by_level.append(node_hash(self.by_level[-1], self.by_level[-1]))

    def read(self, addresses: Sequence[Address]) -> list[bytes]:
        for level, index in addresses:
            assert (index + 1) << level <= self.size, "only complete subtrees are asked for"
        return [self.by_level[level] for level, _ in addresses]


@given(st.data(), SIZES)
def test_every_leaf_is_proved_in_at_most_53_hashes(draw: st.DataObject, size: int) -> None:
    reader = AlikeReader(size)
    index = draw.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, reader)
    assert len(proof) <= (size - 1).bit_length()
    verify_inclusion(LEAF, index, size, proof, root(size, reader))
    with pytest.raises(RecordError):
        verify_inclusion(leaf_hash(b"another"), index, size, proof, root(size, reader))


@given(st.data(), SIZES)
def test_every_prefix_is_proved(draw: st.DataObject, second: int) -> None:
    reader = AlikeReader(second)
    first = draw.draw(st.integers(1, second))
    proof = consistency_proof(first, second, reader)
    verify_consistency(first, second, root(first, reader), root(second, reader), proof)
    with pytest.raises(RecordError):
        verify_consistency(first, second, leaf_hash(b"another"), root(second, reader), proof)


@given(SIZES.filter(lambda size: size < MAX_SIZE))
def test_append_with_and_without_reads_agree(size: int) -> None:
    reader = AlikeReader(size)
    edge, new = frontier(size, reader).append(LEAF)
    assert new == append_hashes(size, LEAF, reader)
    assert edge == frontier(size + 1, AlikeReader(size + 1))
