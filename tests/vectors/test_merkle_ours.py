"""Each file of vectors/merkle is accepted, or refused under the rule that it names."""

import re
import runpy
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from parley.record import checkpoint, entry, errors, merkle, note
from parley.record.errors import RecordError
from parley.record.note import Verifier

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "vectors" / "merkle").glob("*.txt"))
Head = dict[str, list[str]]


def _read(path: Path) -> tuple[Head, bytes]:
    head_bytes, _, body = path.read_bytes().partition(b"\n\n")
    head: Head = {}
    for line in head_bytes.decode().strip("\n").split("\n"):
        key, _, value = line.partition(": ")
        head.setdefault(key, []).append(value)
    return head, body


def _hash(head: Head, key: str) -> bytes:
    return bytes.fromhex(head[key][0])


def _int(head: Head, key: str) -> int:
    return int(head[key][0])


def _proof(head: Head) -> list[bytes]:
    return [bytes.fromhex(one) for one in head.get("proof", [])]


def _known(head: Head) -> list[Verifier]:
    return [note.parse_vkey(text) for text in head["vkey"]]


def _leaf(head: Head, body: bytes) -> None:
    assert merkle.leaf_hash(body) == _hash(head, "hash")


def _root(head: Head, _body: bytes) -> None:
    edge = merkle.Frontier()
    for i in range(_int(head, "size")):
        edge, _ = edge.append(merkle.leaf_hash(str(i).encode()))
    assert edge.root() == _hash(head, "root")


def _inclusion(head: Head, _body: bytes) -> None:
    merkle.verify_inclusion(
        _hash(head, "leaf"), _int(head, "index"), _int(head, "size"), _proof(head), _hash(head, "root")
    )


def _consistency(head: Head, _body: bytes) -> None:
    sizes = _int(head, "size1"), _int(head, "size2")
    merkle.verify_consistency(*sizes, _hash(head, "root1"), _hash(head, "root2"), _proof(head))


def _vkey(head: Head, _body: bytes) -> None:
    assert note.parse_vkey(head["vkey"][0]).vkey == head["vkey"][0]


def _note(head: Head, body: bytes) -> None:
    opened = note.open_note(body, _known(head))
    data = opened.text.encode()
    lines = body[len(data) + 1 :].decode().splitlines(keepends=True)
    assert data + b"\n" + "".join(lines).encode() == body
    if len(set(lines)) == len(lines):
        assert note.encode(opened.note) == body


def _checkpoint(head: Head, body: bytes) -> None:
    found = checkpoint.open_checkpoint(body, head["origin"][0], _known(head))
    assert (found.size, found.root) == (_int(head, "size"), _hash(head, "root"))


def _entry(_head: Head, body: bytes) -> None:
    assert entry.encode(entry.decode(body)) == body


KINDS: dict[str, Callable[[Head, bytes], None]] = {
    "leaf": _leaf,
    "root": _root,
    "inclusion": _inclusion,
    "consistency": _consistency,
    "vkey": _vkey,
    "note": _note,
    "checkpoint": _checkpoint,
    "entry": _entry,
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_vector_is_accepted_or_refused_under_its_rule(path: Path) -> None:
    assert path.read_bytes().startswith(b"expect: ")
    head, body = _read(path)
    check = partial(KINDS[head["kind"][0]], head, body)
    if head["expect"] == ["valid"]:
        check()
        return
    assert head["expect"] == ["invalid"]
    with pytest.raises(RecordError) as caught:
        check()
    assert [caught.value.name] == head["rule"]


def test_there_are_vectors_of_every_kind_valid_and_invalid() -> None:
    heads = [_read(path)[0] for path in FILES]
    seen = {(head["kind"][0], head["expect"][0]) for head in heads}
    hashes_only = {("leaf", "valid"), ("root", "valid")}
    both = {(kind, expect) for kind in set(KINDS) - {"leaf", "root"} for expect in ("valid", "invalid")}
    assert seen == hashes_only | both
    assert len(FILES) == 131


def test_the_rules_are_told_where_the_error_is_defined() -> None:
    rules = {head["rule"][0] for head, _ in map(_read, FILES) if "rule" in head}
    told = set(re.findall(r"`([a-z0-9-]+)`", errors.__doc__ or ""))
    assert rules <= told


def test_the_script_makes_the_files_byte_for_byte() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "make_merkle_vectors.py"))["vectors"]()
    assert {path.name: path.read_bytes() for path in FILES} == made
