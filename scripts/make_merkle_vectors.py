# ruff: noqa: INP001 - a script, not a package
"""Make the files of vectors/merkle: the record's formats, valid and broken, for any implementation.

Run: python scripts/make_merkle_vectors.py [directory]

The trees here come from the recursive definitions of RFC 6962, section 2.1, and notes are put together by
hand, so that nothing is shared with the code that the vectors test. vectors/merkle/README.md is the form
of the files.
"""

import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

OUT = Path(__file__).resolve().parent.parent / "vectors" / "merkle"
ORIGIN = "parley.example/record"
WITNESS = "witness.example/w"
# The keys of RFC 8032, section 7.1, tests 1 and 2: public knowledge, never used for anything real.
OWN = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
OTHER = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
)
Member = tuple[str, object]
Case = tuple[str, bytes]


def leaf(data: bytes) -> bytes:
    """Hash an entry (RFC 6962, 2.1)."""
    return sha256(b"\0" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash an inner node (RFC 6962, 2.1)."""
    return sha256(b"\1" + left + right).digest()


def split(count: int) -> int:
    """Return the largest power of two below `count` (the k of RFC 6962)."""
    k = 1
    while 2 * k < count:
        k *= 2
    return k


def mth(entries: Sequence[bytes]) -> bytes:
    """Hash a tree: MTH(D[n]) of RFC 6962, 2.1."""
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return leaf(entries[0])
    k = split(len(entries))
    return node(mth(entries[:k]), mth(entries[k:]))


def path(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """Return an audit path: PATH(m, D[n]) of RFC 6962, 2.1.1."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if index < k:
        return [*path(index, entries[:k]), mth(entries[k:])]
    return [*path(index - k, entries[k:]), mth(entries[:k])]


def proof(first: int, entries: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """Return a consistency proof: SUBPROOF(m, D[n], b) of RFC 6962, 2.1.2."""
    if first == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if first <= k:
        return [*proof(first, entries[:k], whole=whole), mth(entries[k:])]
    return [*proof(first - k, entries[k:], whole=False), mth(entries[:k])]


def numbered(count: int) -> list[bytes]:
    """Return the entries "0", "1", … in ASCII."""
    return [str(i).encode() for i in range(count)]


def flip(value: bytes) -> bytes:
    """Change the lowest bit of the first byte."""
    return bytes([value[0] ^ 1]) + value[1:]


def case(name: str, rule: str, says: str, members: Sequence[Member], body: bytes | None = None) -> Case:
    """Write one file: `rule` is empty for a valid case; the kind is the name's first word."""
    head = [("expect", "invalid" if rule else "valid")]
    head += [("rule", rule)] if rule else []
    head += [("kind", name.split("-", maxsplit=1)[0]), ("says", says)]
    lines = "".join(f"{key}: {_shown(value)}\n" for key, value in (*head, *members))
    return f"{name}.txt", lines.encode() + (b"" if body is None else b"\n" + body)


def _shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def trees() -> Iterator[Case]:
    """Leaf hashes and roots."""
    yield case("leaf-empty", "", "the leaf hash of no bytes", [("hash", leaf(b""))], b"")
    yield case("leaf-text", "", "the leaf hash of four bytes", [("hash", leaf(b"L123"))], b"L123")
    for size in (0, 1, 2, 3, 7, 8, 70):
        says = f"the tree of the {size} entries that are the ASCII decimals from 0"
        yield case(f"root-{size}", "", says, [("size", size), ("root", mth(numbered(size)))])


def _inclusion(index: int, size: int, leaf_: bytes, root: bytes, hashes: Sequence[bytes]) -> list[Member]:
    members: list[Member] = [("index", index), ("size", size), ("leaf", leaf_), ("root", root)]
    return members + [("proof", one) for one in hashes]


def inclusions() -> Iterator[Case]:
    """Inclusion proofs."""
    for index, size in ((0, 1), (0, 2), (1, 2), (2, 3), (4, 5), (5, 7), (3, 8), (69, 70), (63, 70)):
        entries = numbered(size)
        members = _inclusion(index, size, leaf(entries[index]), mth(entries), path(index, entries))
        yield case(f"inclusion-{index}-of-{size}", "", f"entry {index} of {size}", members)
    entries = numbered(7)
    good = leaf(b"5"), mth(entries), path(5, entries)
    own, root, hashes = good
    size_rule, index_rule = "merkle-size-out-of-range", "merkle-index-out-of-range"
    length_rule, hash_rule = "proof-wrong-length", "merkle-hash-wrong-length"
    mismatch = "inclusion-root-mismatch"
    broken: list[tuple[str, str, str, list[Member]]] = [
        ("index-is-size", index_rule, "entry 7 of 7 does not exist", _inclusion(7, 7, *good)),
        ("index-huge", index_rule, "an index far beyond the size", _inclusion(2**64 + 5, 7, *good)),
        ("size-zero", index_rule, "an empty tree has no entry", _inclusion(0, 0, own, mth([]), [])),
        ("size-huge", size_rule, "sizes end at 2**53 - 1", _inclusion(5, 2**53, own, root, hashes)),
        ("index-neighbour", mismatch, "the proof of entry 5, claimed for 4", _inclusion(4, 7, *good)),
        ("size-other", length_rule, "the proof of 7, claimed for 9", _inclusion(5, 9, *good)),
        ("leaf-other", mismatch, "the entry was altered", _inclusion(5, 7, flip(own), root, hashes)),
        ("root-other", mismatch, "the root was altered", _inclusion(5, 7, own, flip(root), hashes)),
        ("proof-short", length_rule, "the last hash is missing", _inclusion(5, 7, own, root, hashes[:-1])),
        ("proof-long", length_rule, "the root is added", _inclusion(5, 7, own, root, [*hashes, root])),
        ("proof-empty", length_rule, "there is no proof", _inclusion(5, 7, own, root, [])),
        ("proof-turned", mismatch, "hashes in reverse order", _inclusion(5, 7, own, root, hashes[::-1])),
        ("leaf-short", hash_rule, "a leaf hash of 31 bytes", _inclusion(5, 7, own[:31], root, hashes)),
        ("root-long", hash_rule, "a root of 33 bytes", _inclusion(5, 7, own, root + b"\0", hashes)),
        ("hash-short", hash_rule, "31 bytes", _inclusion(5, 7, own, root, [hashes[0][:31], *hashes[1:]])),
    ]
    for at in range(len(hashes)):
        changed = [flip(one) if k == at else one for k, one in enumerate(hashes)]
        says = f"proof hash {at} was altered"
        broken.append((f"proof-{at}-flipped", mismatch, says, _inclusion(5, 7, own, root, changed)))
    for name, rule, says, members in broken:
        yield case(f"inclusion-{name}", rule, says, members)


def _consistency(sizes: tuple[int, int], root1: bytes, root2: bytes, hashes: Sequence[bytes]) -> list[Member]:
    members: list[Member] = [("size1", sizes[0]), ("size2", sizes[1]), ("root1", root1), ("root2", root2)]
    return members + [("proof", one) for one in hashes]


def consistencies() -> Iterator[Case]:
    """Consistency proofs."""
    for first, second in ((1, 1), (1, 2), (2, 3), (3, 7), (4, 7), (6, 7), (6, 8), (7, 70), (64, 70)):
        entries = numbered(second)
        members = _consistency((first, second), mth(entries[:first]), mth(entries), proof(first, entries))
        yield case(f"consistency-{first}-to-{second}", "", f"from {first} entries to {second}", members)
    entries = numbered(7)
    old, new, hashes = mth(entries[:3]), mth(entries), proof(3, entries)
    size_rule, length_rule, hash_rule = (
        "merkle-size-out-of-range",
        "proof-wrong-length",
        "merkle-hash-wrong-length",
    )
    first_rule, second_rule = "consistency-first-root-mismatch", "consistency-second-root-mismatch"
    grown = (3, 7)
    broken: list[tuple[str, str, str, list[Member]]] = [
        ("from-empty", size_rule, "it would prove nothing", _consistency((0, 7), mth([]), new, [])),
        ("shrinking", size_rule, "records do not shrink", _consistency((7, 3), new, old, hashes)),
        ("size-huge", size_rule, "sizes end at 2**53 - 1", _consistency((3, 2**53), old, new, hashes)),
        ("same-with-proof", length_rule, "needs no proof", _consistency((7, 7), new, new, hashes)),
        ("fork", second_rule, "two roots at one size", _consistency((7, 7), new, flip(new), [])),
        ("proof-short", length_rule, "a hash is missing", _consistency(grown, old, new, hashes[:-1])),
        ("proof-long", length_rule, "a root is added", _consistency(grown, old, new, [*hashes, new])),
        ("first-root-other", first_rule, "altered", _consistency(grown, flip(old), new, hashes)),
        ("second-root-other", second_rule, "altered", _consistency(grown, old, flip(new), hashes)),
        ("roots-swapped", first_rule, "swapped", _consistency(grown, new, old, hashes)),
        ("root-short", hash_rule, "a root of 31 bytes", _consistency(grown, old[:31], new, hashes)),
        ("hash-long", hash_rule, "33 bytes", _consistency(grown, old, new, [hashes[0] + b"\0", *hashes[1:]])),
    ]
    for at, rule in enumerate((first_rule, second_rule, first_rule, second_rule)):
        changed = [flip(one) if k == at else one for k, one in enumerate(hashes)]
        says = f"proof hash {at} was altered; the first root is compared before the second"
        broken.append((f"proof-{at}-flipped", rule, says, _consistency(grown, old, new, changed)))
    for name, rule, says, members in broken:
        yield case(f"consistency-{name}", rule, says, members)


def vkey(name: str, key: Ed25519PrivateKey, algorithm: int = 1) -> str:
    """Return the text form of a public key (C2SP signed-note)."""
    material = bytes([algorithm]) + key.public_key().public_bytes_raw()
    return f"{name}+{_key_id(name, material).hex()}+{b64encode(material).decode()}"


def _key_id(name: str, material: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + material).digest()[:4]


def line(text: str, name: str, key: Ed25519PrivateKey, algorithm: int = 1) -> str:
    """Return a signature line (C2SP signed-note)."""
    material = bytes([algorithm]) + key.public_key().public_bytes_raw()
    return f"— {name} {b64encode(_key_id(name, material) + key.sign(text.encode())).decode()}\n"


def notes() -> Iterator[Case]:
    """Signed notes."""
    text = "Hold fire until 14:30Z.\n"
    own, other = line(text, ORIGIN, OWN), line(text, WITNESS, OTHER)
    known: list[Member] = [("vkey", vkey(ORIGIN, OWN))]
    both: list[Member] = [*known, ("vkey", vkey(WITNESS, OTHER))]
    cut = own.rstrip("\n")
    spare_bit = cut[:-2] + chr(ord(cut[-2]) + 1) + "=\n"  # the same bytes, with a spare bit set
    blank = "First.\n\nSecond.\n\n"
    body = "note-signature-line-malformed"
    cases: list[tuple[str, str, str, list[Member], str]] = [
        ("one", "", "one known key", known, f"{text}\n{own}"),
        ("two", "", "two known keys", both, f"{text}\n{own}{other}"),
        ("unknown-ignored", "", "an unknown key's line is ignored", known, f"{text}\n{other}{own}"),
        ("unknown-twice", "", "even when it comes twice", known, f"{text}\n{other}{own}{other}"),
        ("name-shared", "", "other key, same name", known, f"{text}\n{line(text, ORIGIN, OTHER)}{own}"),
        ("empty-lines", "", "the last one ends it", known, f"{blank}\n{line(blank, ORIGIN, OWN)}"),
        ("not-ascii", "", "UTF-8 text", known, "Отбой 停\n\n" + line("Отбой 停\n", ORIGIN, OWN)),
        ("unknown-only", "note-no-known-signature", "no known key signed", known, f"{text}\n{other}"),
        ("altered", "note-bad-signature", "the text was altered", known, f"{text[:-2]}!\n\n{own}"),
        ("one-of-two-bad", "note-bad-signature", "every known key's line must verify", both,
         f"{text}\n{own}{line('other', WITNESS, OTHER)}"),
        ("duplicate", "note-duplicate-signature", "a known key signs once", known, f"{text}\n{own}{own}"),
        ("no-signature", "note-no-signatures", "ends after the empty line", known, f"{text}\n"),
        ("no-empty-line", "note-text-malformed", "text and signatures adjoin", known, text + own),
        ("no-final-newline", body, "the last newline is missing", known, f"{text}\n{cut}"),
        ("hyphen", body, "a hyphen for the em dash", known, f"{text}\n{own.replace('—', '-')}"),
        ("no-space", body, "no space after the dash", known, f"{text}\n{own.replace('— ', '—')}"),
        ("trailing-space", body, "a space after the base64", known, f"{text}\n{cut} \n"),
        ("unpadded", body, "base64 without padding", known, f"{text}\n{cut.rstrip('=')}\n"),
        ("spare-bit", body, "base64 with a spare bit set", known, f"{text}\n{spare_bit}"),
        ("key-id-only", body, "a signature of no bytes", known, f"{text}\n— {ORIGIN} Qr4WZA==\n"),
        ("name-plus", "note-key-name-malformed", "a plus in a name", known, f"{text}\n— a+b QUJDREU=\n"),
        ("name-space", "note-key-name-malformed", "a no-break space in a name", known,
         f"{text}\n— a\u00a0b QUJDREU=\n"),
        ("carriage-return", "note-control-character", "CR LF", known, f"{text}\n{own}".replace("\n", "\r\n")),
        ("tab", "note-control-character", "a tab in the text", known, f"\t{text}\n{own}"),
        ("seventeen", "note-too-many-signatures", "17 lines", known, f"{text}\n{own}{other * 16}"),
    ]  # fmt: skip
    for name, rule, says, members, note in cases:
        yield case(f"note-{name}", rule, says, members, note.encode())
    bad_bytes = b"\xff" + f"{text}\n{own}".encode()
    yield case("note-bad-utf8", "note-not-utf8", "the first byte is 0xFF", known, bad_bytes)


def vkeys() -> Iterator[Case]:
    """Verifier keys."""
    good = vkey(ORIGIN, OWN)
    name, key_id, key64 = good.split("+", 2)
    unit = b"\1\1" + bytes(31)  # the point of order 1: one signature under it fits every text
    weak = f"{ORIGIN}+{_key_id(ORIGIN, unit).hex()}+{b64encode(unit).decode()}"
    cases = [
        ("ed25519", "", "the worked key", good),
        ("small-order", "key-unfit", "a public key of small order", weak),
        ("id-other", "vkey-hash-mismatch", "the id of another key", f"{name}+00000000+{key64}"),
        ("id-capitals", "vkey-hash-mismatch", "capital hexadecimal", f"{name}+{key_id.upper()}+{key64}"),
        ("name-other", "vkey-hash-mismatch", "the id covers the name", f"{name}s+{key_id}+{key64}"),
        ("cosigner", "vkey-unknown-algorithm", "algorithm byte 0x04", vkey(ORIGIN, OWN, algorithm=4)),
        ("no-key", "vkey-malformed", "the last part is missing", f"{name}+{key_id}"),
        ("unpadded", "vkey-malformed", "base64 must be canonical", f"{name}+{key_id}+AddamA"),
        ("key-short", "key-wrong-length", "three bytes of key", f"{name}+{key_id}+AddamA=="),
    ]
    for short, rule, says, text in cases:
        yield case(f"vkey-{short}", rule, says, [("vkey", text)])


def checkpoints() -> Iterator[Case]:
    """Signed heads."""
    root = mth(numbered(5))
    root64 = b64encode(root).decode()
    known: list[Member] = [("vkey", vkey(ORIGIN, OWN)), ("origin", ORIGIN)]
    found: list[Member] = [("size", 5), ("root", root)]
    text = f"{ORIGIN}\n5\n{root64}\n"
    malformed = "checkpoint-malformed"
    spare_bit = f"{root64[:-2]}{chr(ord(root64[-2]) + 1)}="
    cases: list[tuple[str, str, str, str]] = [
        ("size-leading-zero", malformed, "05", f"{ORIGIN}\n05\n{root64}\n"),
        ("size-plus", malformed, "+5", f"{ORIGIN}\n+5\n{root64}\n"),
        ("size-underscore", malformed, "5_0", f"{ORIGIN}\n5_0\n{root64}\n"),
        ("size-space", malformed, "a space before the size", f"{ORIGIN}\n 5\n{root64}\n"),
        ("size-other-digits", malformed, "an Arabic-Indic five", f"{ORIGIN}\n\u0665\n{root64}\n"),
        ("size-huge", malformed, "sizes end at 2**53 - 1", f"{ORIGIN}\n{2**53}\n{root64}\n"),
        ("size-missing", malformed, "two lines", f"{ORIGIN}\n{root64}\n"),
        ("root-spare-bit", malformed, "base64 with a spare bit set", f"{ORIGIN}\n5\n{spare_bit}\n"),
        ("root-unpadded", malformed, "base64 without padding", f"{ORIGIN}\n5\n{root64[:-1]}\n"),
        ("root-short", malformed, "31 bytes", f"{ORIGIN}\n5\n{b64encode(root[:31]).decode()}\n"),
        ("extension", "checkpoint-extension-lines", "a fourth line", f"{text}anything\n"),
        ("origin-other", "checkpoint-origin-mismatch", "another record", f"{ORIGIN}s\n5\n{root64}\n"),
    ]
    good = f"{text}\n{line(text, ORIGIN, OWN)}"
    cosigned = good + line(text, WITNESS, OTHER)
    yield case("checkpoint-five", "", "the tree of five entries", [*known, *found], good.encode())
    yield case("checkpoint-cosigned", "", "with an unknown key's line", [*known, *found], cosigned.encode())
    for name, rule, says, changed in cases:
        note = f"{changed}\n{line(changed, ORIGIN, OWN)}"
        yield case(f"checkpoint-{name}", rule, says, known, note.encode())
    members = [*known, ("vkey", vkey(WITNESS, OTHER))]
    only = f"{text}\n{line(text, WITNESS, OTHER)}".encode()
    rule = "checkpoint-origin-mismatch"
    yield case("checkpoint-witness-only", rule, "a witness cannot sign for the record", members, only)


def entries() -> Iterator[Case]:
    """Entries of a record."""
    author, id_, env = "a1" * 32, "b2" * 32, "c3" * 32
    good = (
        f'{{"at":1700000000000,"author":"{author}","direction":"sent","env":"{env}","epoch":0,'
        f'"id":"{id_}","index":0,"seq":0,"v":1}}'
    )
    malformed, other_form = "entry-malformed", "entry-not-canonical"
    cases = [
        ("sent", "", "a message sent", good),
        ("receipt", "", "a receipt has no number", good.replace('"seq":0', '"seq":null')),
        ("received", "", "a message received", good.replace('"sent"', '"received"')),
        ("spaces", other_form, "a space after a colon", good.replace('"v":1', '"v": 1')),
        ("final-newline", other_form, "a newline at the end", good + "\n"),
        ("order", other_form, "members out of order", '{"v":1,' + good[1:].replace(',"v":1', "")),
        ("escape", other_form, "an escaped letter", good.replace('"sent"', '"s\\u0065nt"')),
        ("hidden-newline", malformed, "a newline after the id", good.replace(id_, id_ + "\\n")),
        ("twice", other_form, "a member twice", good.replace('"v":1', '"v":1,"v":1')),
        ("extra", malformed, "an unknown member", good.replace('"v":1', '"v":1,"w":1')),
        ("missing", malformed, "no author", good.replace(f'"author":"{author}",', "")),
        ("float", malformed, "a fraction", good.replace('"index":0', '"index":0.5')),
        ("whole-float", malformed, "an integer as a float", good.replace('"index":0', '"index":0.0')),
        ("capitals", malformed, "capital hexadecimal", good.replace(author, author.upper())),
        ("id-short", malformed, "an id of 63 digits", good.replace(id_, id_[:-1])),
        ("index-huge", malformed, "integers stay below 2**53", good.replace('"index":0', f'"index":{2**53}')),
        ("direction", malformed, "an unknown direction", good.replace('"sent"', '"seen"')),
        ("version", malformed, "version 2", good.replace('"v":1', '"v":2')),
        ("not-an-object", malformed, "a list", "[]"),
        ("long", "entry-too-long", "513 bytes", good + " " * (513 - len(good))),
    ]
    for name, rule, says, text in cases:
        yield case(f"entry-{name}", rule, says, [], text.encode())


def vectors() -> dict[str, bytes]:
    """Return all files by name."""
    makers = (trees, inclusions, consistencies, notes, vkeys, checkpoints, entries)
    found: dict[str, bytes] = {}
    for maker in makers:
        for name, content in maker():
            if name in found:
                raise ValueError(f"two vectors are called {name}")
            found[name] = content
    return found


def main() -> None:
    """Write the files, and remove those that are no longer made."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    out.mkdir(parents=True, exist_ok=True)
    made = vectors()
    for old in out.glob("*.txt"):
        if old.name not in made:
            old.unlink()
    for name, content in made.items():
        (out / name).write_bytes(content)
    sys.stdout.write(f"{len(made)} vectors in {out}\n")


if __name__ == "__main__":
    main()
