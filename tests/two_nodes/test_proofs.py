"""A node proves one message under its signed head; the stored tree is compared when the record is verified."""

import asyncio
import sqlite3
from pathlib import Path

from parley.record.checkpoint import open_checkpoint
from parley.record.merkle import leaf_hash, verify_inclusion
from parley.record.note import Verifier
from support import draft, on_loop, pair


@on_loop
async def test_every_message_is_proved_under_the_newest_head(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        a, _ = both.sides
        await a.release(*(draft() for _ in range(5)))
        await both.settle()
        rows = await a.get(f"/lines/{a.peer}/record")
        known = [Verifier(a.line.origin, bytes.fromhex(a.node.own.head_key.public_hex))]
        for index, row in enumerate(rows):
            message = a.node.reads.entries(a.line.id, index, 1)
            assert message[0][0].decode() == row["entry"]
            proof = await a.get(f"/lines/{a.peer}/record/proof/{_id(row['entry'])}")
            head = open_checkpoint(proof["head"].encode(), a.line.origin, known)
            hashes = [bytes.fromhex(digest) for digest in proof["hashes"]]
            verify_inclusion(leaf_hash(proof["entry"].encode()), index, head.size, hashes, head.root)
            assert (proof["entry"], proof["index"], proof["size"]) == (row["entry"], index, head.size)


@on_loop
async def test_a_changed_tree_hash_is_found(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        a, _ = both.sides
        await a.release(draft())
        await both.settle()
        assert (await a.get(f"/lines/{a.peer}/record/verify"))["verified"]
        await asyncio.to_thread(_spoil, a.home.lines_db)
        report = await a.get(f"/lines/{a.peer}/record/verify")
        assert (report["verified"], report["problem"].split(":")[0]) == (False, "tree-differs")


def _id(entry: str) -> str:
    return entry.split('"id":"')[1].split('"', maxsplit=1)[0]


def _spoil(path: Path) -> None:
    database = sqlite3.connect(path)
    changed = database.execute(
        "UPDATE tree SET hash = zeroblob(32) WHERE level = (SELECT max(level) FROM tree)"
    ).rowcount
    database.commit()
    database.close()
    assert changed
