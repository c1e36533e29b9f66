"""The test data of transparency-dev/merkle, which nobody here wrote, against our verification.

The archive is kept beside the repository, not in it; without it these tests are skipped and say so.
It has proofs for whole trees and for subtrees [start, end). We have no subtrees, but most of those cases
are ours in other words: inclusion in a subtree is inclusion in a tree of `end - start` leaves, once the
subtree itself is a valid one; consistency of a subtree that starts at 0 is consistency of trees. The
other 27 cases of subtree consistency are about invalid or empty subtrees; they are counted and left
out. Two cases take 12-byte roots for good: we refuse them, as the tests name.
"""

import json
import tarfile
from base64 import b64decode
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from parley.record.errors import RecordError
from parley.record.merkle import verify_consistency, verify_inclusion

ARCHIVE = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "merkle"
) / "transparency_dev_merkle_testdata.tar.gz"
pytestmark = pytest.mark.skipif(not ARCHIVE.exists(), reason="transparency-dev test data is not at hand")
Case = dict[str, Any]


@cache
def _cases(folder: str) -> tuple[tuple[str, Case], ...]:
    found = []
    with tarfile.open(ARCHIVE) as tar:
        for member in sorted(tar.getmembers(), key=lambda member: member.name):
            if member.name.startswith(f"testdata/{folder}/") and member.name.endswith(".json"):
                stream = tar.extractfile(member)
                assert stream is not None
                found.append((member.name, json.loads(stream.read())))
    return tuple(found)


def _proof(case: Case) -> list[bytes]:
    return [b64decode(one) for one in case["proof"] or []]


def _accepts_inclusion(case: Case, index: int, size: int) -> bool:
    try:
        verify_inclusion(b64decode(case["leafHash"]), index, size, _proof(case), b64decode(case["root"]))
    except RecordError:
        return False
    return True


def _accepts_consistency(case: Case, size1: int, size2: int) -> bool:
    roots = b64decode(case["root1"]), b64decode(case["root2"])
    try:
        verify_consistency(size1, size2, *roots, _proof(case))
    except RecordError:
        return False
    return True


def _is_subtree(start: int, end: int) -> bool:
    """A subtree starts at a multiple of a power of two that is at least its width."""
    return start < end and start % (1 << (end - start - 1).bit_length()) == 0


def _expected(case: Case) -> bool:
    """Whether we should accept: as the case says, but never a root that is not 32 bytes long.

    One case in each consistency folder compares two equal texts of 12 bytes as roots and calls them good.
    """
    lengths = {len(b64decode(case["root1"])), len(b64decode(case["root2"]))}
    return not case["wantErr"] and lengths == {32}


def _stricter(cases: Iterable[tuple[str, Case]]) -> list[str]:
    return [name.split("/")[-1] for name, case in cases if not case["wantErr"] and not _expected(case)]


def test_inclusion_in_trees() -> None:
    cases = _cases("inclusion")
    for name, case in cases:
        assert _accepts_inclusion(case, case["leafIdx"], case["treeSize"]) is not case["wantErr"], name
    assert len(cases) == 98


def test_inclusion_in_subtrees() -> None:
    cases = _cases("subtreeinclusion")
    for name, case in cases:
        start, end = case["start"], case["end"]
        accepted = _is_subtree(start, end) and _accepts_inclusion(case, case["leafIdx"] - start, end - start)
        assert accepted is not case["wantErr"], name
    assert len(cases) == 204
    assert len(_cases("inclusion")) + len(cases) == 302


def test_consistency_of_trees() -> None:
    cases = _cases("consistency")
    for name, case in cases:
        assert _accepts_consistency(case, case["size1"], case["size2"]) is _expected(case), name
    assert _stricter(cases) == ["sizes-are-equal-one-and-proof-is-empty.json"]
    assert len(cases) == 98


def test_consistency_of_subtrees_that_start_at_zero() -> None:
    cases = _cases("subtreeconsistency")
    ours = [(name, case) for name, case in cases if case["start"] == 0 < case["end"]]
    for name, case in ours:
        assert _accepts_consistency(case, case["end"], case["size"]) is _expected(case), name
    assert _stricter(ours) == ["sizes-are-equal-one-and-proof-is-empty.json"]
    left_out = [case for name, case in cases if (name, case) not in ours]
    assert not any(_is_subtree(case["start"], case["end"]) for case in left_out)
    assert (len(ours), len(left_out)) == (91, 27)
    assert len(_cases("consistency")) + len(cases) == 216
