import pytest
from msgspec.structs import replace

from parley.wire import document
from parley.wire.keys import SigningKey
from parley.words.errors import PeerError
from parley.words.party import Acceptance, Descriptor, Proposal
from wire_files import all_files, read

FILES = {file.name: file for file in all_files()}
ROOT = SigningKey.from_seed(b"\x01" * 32)
MESSAGE = SigningKey.from_seed(b"\x02" * 32)


def descriptor() -> Descriptor:
    made = read(FILES["valid-descriptor"])
    assert isinstance(made, Descriptor)
    return made


def proposal() -> Proposal:
    made = read(FILES["valid-proposal"])
    assert isinstance(made, Proposal)
    return made


def refused(act: object, *values: object) -> str:
    assert callable(act)
    with pytest.raises(PeerError) as caught:
        act(*values)
    return caught.value.name


def test_a_descriptor_is_signed_by_the_root_that_it_names_only() -> None:
    assert refused(document.sign_descriptor, descriptor(), MESSAGE) == "key-unknown"


def test_a_descriptor_with_a_shared_key_is_not_signed() -> None:
    keys = replace(descriptor().keys, cosign=descriptor().root)
    assert refused(document.sign_descriptor, replace(descriptor(), keys=keys), ROOT) == "key-unfit"


def test_a_proposal_beyond_its_bounds_is_not_signed() -> None:
    long = replace(proposal(), terms=replace(proposal().terms, purpose="x" * 121))
    assert refused(document.sign_proposal, long, MESSAGE) == "payload-malformed"


def test_a_frame_beyond_its_bounds_is_not_signed() -> None:
    beat = read(FILES["valid-frame-beat"])
    assert refused(document.sign_frame, replace(beat, line="?"), MESSAGE) == "payload-malformed"


def test_an_acceptance_beyond_the_limit_is_not_signed() -> None:
    long = Acceptance(descriptor="x", terms="x" * 300_000)
    assert refused(document.sign_acceptance, long, MESSAGE) == "envelope-too-large"


def test_a_paper_of_one_type_never_passes_for_another() -> None:
    readers = {
        "descriptor": document.read_descriptor,
        "proposal": document.read_proposal,
        "acceptance": document.read_acceptance,
    }
    for name in readers:
        for other in readers.keys() - {name}:
            assert refused(readers[other], FILES[f"valid-{name}"].data) == "payload-type-unknown"


def test_the_safety_number_has_sixty_digits_and_no_sides() -> None:
    digest = document.terms_digest(proposal().terms)
    line = proposal().terms.line
    number = document.safety_number(ROOT.public_hex, MESSAGE.public_hex, digest, line)
    assert [len(group) for group in number.split(" ")] == [5] * 12
    assert number.replace(" ", "").isdecimal()
    assert number == document.safety_number(MESSAGE.public_hex, ROOT.public_hex, digest, line)


def test_the_safety_number_changes_with_each_part() -> None:
    terms = proposal().terms
    digest = document.terms_digest(terms)
    other_terms = document.terms_digest(replace(terms, purpose="Other"))
    stranger = SigningKey.from_seed(b"\x09" * 32).public_hex
    numbers = {
        document.safety_number(ROOT.public_hex, MESSAGE.public_hex, digest, terms.line),
        document.safety_number(ROOT.public_hex, stranger, digest, terms.line),
        document.safety_number(ROOT.public_hex, MESSAGE.public_hex, other_terms, terms.line),
        document.safety_number(ROOT.public_hex, MESSAGE.public_hex, digest, "0" * 32),
    }
    assert len(numbers) == 4
