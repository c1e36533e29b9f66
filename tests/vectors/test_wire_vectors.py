import os
import subprocess
import sys
from pathlib import Path

import pytest

from parley.wire import rules
from parley.wire.message import KINDS, read_message
from parley.words.errors import PeerError
from wire_files import FOLDER, ROOT, WireFile, all_files, read, write

FILES = all_files()
VALID = [file for file in FILES if file.expect == "valid"]
BROKEN = [file for file in FILES if file.expect != "valid"]


def by_name(file: WireFile) -> str:
    return file.name


@pytest.mark.parametrize("file", VALID, ids=by_name)
def test_a_valid_vector_is_written_again_with_the_same_bytes(file: WireFile) -> None:
    assert write(file) == file.data


@pytest.mark.parametrize("file", [file for file in FILES if "id" in file.head], ids=by_name)
def test_a_message_has_the_ids_of_its_vector(file: WireFile) -> None:
    message = read_message(file.data, file.head["key"])
    assert (message.id, message.body_id) == (file.head["id"], file.head["body_id"])


@pytest.mark.parametrize("file", BROKEN, ids=by_name)
def test_a_broken_vector_is_refused_by_its_rule(file: WireFile) -> None:
    with pytest.raises(PeerError) as caught:
        read(file)
    assert caught.value.name == file.expect


@pytest.mark.parametrize(
    "file", [f for f in BROKEN if f.expect in rules.BODY and f.head["read"] == "message"], ids=by_name
)
def test_a_body_that_is_not_understood_leaves_a_header_and_a_fault(file: WireFile) -> None:
    message = read_message(file.data, file.head["key"])
    assert message.body is None
    assert message.fault is not None
    assert message.fault.rule == file.expect
    assert message.header.seq == 7


def test_every_rule_has_a_vector() -> None:
    assert {file.expect for file in BROKEN} == set(rules.ALL)


def test_every_kind_has_a_valid_vector() -> None:
    messages = [read_message(file.data, file.head["key"]) for file in VALID if file.head["read"] == "message"]
    assert {message.header.kind for message in messages} == KINDS


def test_every_paper_and_frame_has_a_valid_vector() -> None:
    assert {file.head["read"] for file in VALID} == {
        "message",
        "frame",
        "descriptor",
        "proposal",
        "acceptance",
    }


def test_the_script_makes_the_vectors_again_byte_for_byte(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "make_vectors.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, capture_output=True, env=os.environ)
    made = {path.name: path.read_bytes() for path in (tmp_path / "wire").iterdir()}
    assert made == {path.name: path.read_bytes() for path in FOLDER.glob("*.txt")}
