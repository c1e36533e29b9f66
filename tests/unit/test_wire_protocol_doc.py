"""docs/protocol.md is normative: it names every kind, member, code and rule, and its bytes are real."""

import re
from enum import EnumType
from typing import Final, get_args

import pytest
from msgspec import Struct, inspect

from parley.record.entry import Entry
from parley.web.peer import MAX_BODY_BYTES, MAX_ENVELOPES
from parley.wire import document, dsse, jcs, message, rules
from parley.words import codes
from parley.words.header import AnyFrame, Beat, Header
from parley.words.party import Acceptance, Descriptor, Proposal
from wire_files import ROOT, all_files, read

TEXT: Final = (ROOT / "docs" / "protocol.md").read_text()
ROWS: Final = [line for line in TEXT.splitlines() if line.startswith("|")]
FILES: Final = {file.name: file for file in all_files()}
PRIVATE_CODES: Final = {codes.LineKind, codes.UnitState}
"""Codes that never travel."""


def code_words(line: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", line))


def row_of(first: str) -> str:
    found = [row for row in ROWS if row.split("|")[1].strip() == f"`{first}`"]
    assert found, first
    return found[0]


def members(cls: type[Struct]) -> set[str]:
    info = inspect.type_info(cls)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name for field in info.fields}


def structs_below(cls: type[Struct]) -> set[type[Struct]]:
    """Return every struct type that a value of `cls` can hold."""
    found: set[type[Struct]] = set()
    waiting: list[inspect.Type] = [inspect.type_info(cls)]
    while waiting:
        match waiting.pop():
            case inspect.StructType(cls=inner, fields=fields) if inner not in found:
                found.add(inner)
                waiting += [field.type for field in fields]
            case inspect.UnionType(types=types):
                waiting += types
            case inspect.VarTupleType(item_type=item):
                waiting.append(item)
            case _:
                pass
    return found


@pytest.mark.parametrize("kind", sorted(message.KINDS))
def test_every_kind_has_a_row_with_every_member_of_its_body(kind: str) -> None:
    assert members(message.BODY_OF_KIND[kind]) - {"salt"} <= code_words(row_of(kind))


def parts() -> list[type[Struct]]:
    """Return the structs inside bodies and header, by name."""
    tops: list[type[Struct]] = [*message.BODY_OF_KIND.values(), Header]
    below = {cls for top in tops for cls in structs_below(top)}
    return sorted(below - set(tops), key=lambda cls: cls.__name__)


@pytest.mark.parametrize("cls", parts(), ids=lambda cls: cls.__name__)
def test_every_part_has_a_row_with_every_member(cls: type[Struct]) -> None:
    tag = cls.__struct_config__.tag
    wanted = members(cls) | ({str(tag), cls.__struct_config__.tag_field or ""} if tag else set())
    assert any(wanted <= code_words(row) for row in ROWS)


def test_every_member_of_the_header_has_a_row() -> None:
    firsts = set().union(*(code_words(row.split("|")[1]) for row in ROWS))
    assert members(Header) <= firsts


@pytest.mark.parametrize("cls", [Descriptor, Proposal, Acceptance], ids=lambda cls: cls.__name__)
def test_every_paper_has_a_row_with_every_member(cls: type[Struct]) -> None:
    assert any(
        members(cls) <= code_words(row) for row in ROWS if row.startswith(f"| {cls.__name__.lower()} ")
    )


def test_every_frame_has_a_row_with_every_member_of_its_own() -> None:
    shared = members(Beat) - {"tip"}
    for frame in get_args(AnyFrame):
        assert members(frame) - shared <= code_words(row_of(str(frame.__struct_config__.tag)))
    assert all(f"`{member}`" in TEXT for member in shared)


@pytest.mark.parametrize("member", sorted(members(Entry)))
def test_every_member_of_an_entry_has_a_row(member: str) -> None:
    row_of(member)


@pytest.mark.parametrize(
    "code",
    [
        code
        for code in vars(codes).values()
        if isinstance(code, EnumType) and code.__module__ == codes.__name__ and code not in PRIVATE_CODES
    ],
    ids=lambda code: code.__name__,
)
def test_every_code_has_a_row_with_every_value(code: EnumType) -> None:
    values = {str(value) for value in code}  # type: ignore[var-annotated]  # an enum's metaclass
    assert any(values <= code_words(row) for row in ROWS)


@pytest.mark.parametrize("rule", sorted(rules.ALL))
def test_every_rule_has_a_row_that_says_it_as_the_code_does(rule: str) -> None:
    assert f"| `{rule}` | {rules.ALL[rule]} |" in ROWS


def test_rules_on_bodies_stand_apart() -> None:
    form, body = TEXT.split("Rules on a body")
    assert all(f"| `{rule}` |" in form for rule in rules.FORM)
    assert all(f"| `{rule}` |" in body for rule in rules.BODY)


def test_every_payload_type_stands_in_the_page() -> None:
    types = {
        message.PAYLOAD_TYPE,
        document.FRAME_TYPE,
        document.DESCRIPTOR_TYPE,
        document.PROPOSAL_TYPE,
        document.ACCEPTANCE_TYPE,
    }
    assert types <= code_words("".join(ROWS))


def test_the_message_in_full_is_what_the_code_makes() -> None:
    file = FILES["valid-stop-reaffirm"]
    opened = dsse.open_unverified(file.data, message.PAYLOAD_TYPE)
    read_again = message.read_message(file.data, file.head["key"])
    assert read_again.body is not None
    worked = (
        file.head["seed"],
        file.head["key"],
        opened.keyid,
        jcs.encode(read_again.body).decode(),
        read_again.body_id,
        opened.payload.decode(),
        opened.id,
        opened.signature.hex(),
        file.data.decode(),
    )
    lines = TEXT.splitlines()
    for part in worked:
        assert any(line.split(" ")[-1] == part or line == part for line in lines), part
    prefix = opened.signed.removesuffix(opened.payload).decode()
    assert f"`{prefix}`" in TEXT


def test_the_worked_safety_number_is_what_the_code_makes() -> None:
    east, proposal, acceptance = (
        read(FILES[name]) for name in ("valid-descriptor", "valid-proposal", "valid-acceptance")
    )
    assert isinstance(east, Descriptor)
    assert isinstance(proposal, Proposal)
    assert isinstance(acceptance, Acceptance)
    west, _ = document.read_descriptor(acceptance.descriptor.encode())
    digest = document.terms_digest(proposal.terms)
    number = document.safety_number(east.root, west.root, digest, proposal.terms.line)
    for line in (
        f"root     {east.root}",
        f"root     {west.root}",
        f"line     {proposal.terms.line}",
        f"terms    {digest}",
        f"number   {number}",
    ):
        assert line in TEXT.splitlines()


def test_the_limits_are_those_of_the_code() -> None:
    assert "256 KiB (262 144 bytes)" in TEXT
    assert dsse.MAX_PAYLOAD_BYTES == 262_144
    assert "8 KiB (8 192 bytes)" in TEXT
    assert message.MAX_FLASH_PAYLOAD_BYTES == 8_192
    assert f"| JSON levels in a payload | {jcs.MAX_DEPTH} |" in ROWS
    assert f"| envelopes in a push | {MAX_ENVELOPES} |" in ROWS
    assert f"| body of a request | {MAX_BODY_BYTES // 2**20} MiB |" in ROWS
