# ruff: noqa: INP001 - a script, not a package
"""Broken payloads in envelopes whose form and signature hold."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import wire_samples as s
from msgspec import to_builtins
from msgspec.structs import replace
from wire_case import SIGNER, Case, broken, payload_text, payload_with, sealed, signed

from parley.wire import document, jcs
from parley.wire.keys import SigningKey
from parley.wire.message import Place
from parley.words.bodies import StopPlace
from parley.words.codes import Activity, Datum, Edges, LengthUnit
from parley.words.party import Acceptance, Descriptor, Proposal
from parley.words.volume import Altitude, Area, Band, Circle, Daily, MultiPolygon, Part, Volume, Window

FLASH_BYTES: Final = 8 * 1024
Change = Callable[[dict[str, Any]], object]


def cases() -> Iterator[Case]:
    """Yield every case."""
    yield from _malformed()
    yield from _not_canonical()
    yield from _numbers()
    yield from _depth()
    yield from _text()
    yield from _headers()
    yield from _numbering()
    yield from _misplaced()
    yield from _bodies()
    yield from _volumes()
    yield from _descriptors()
    yield from _papers()


def stop_of(size: int) -> bytes:
    """Return the envelope of a STOP whose payload has exactly `size` bytes."""
    way_up = [(10_000 + 100 * k, 20_000) for k in range(50)]
    way_down = [(10_000 + 100 * k, 21_000) for k in reversed(range(50))]
    stop = replace(s.STOP, scope=StopPlace(area=s.polygon((*way_up, *way_down))), text="x")
    payload: dict[str, Any] = to_builtins({"header": s.header("stop"), "body": stop})
    payload["body"]["text"] = "x" * (1 + size - len(jcs.encode(payload)))
    return sealed(jcs.encode(payload))


def _malformed() -> Iterator[Case]:
    yield from broken(
        "payload-malformed",
        {
            "empty": ("No bytes.", sealed(b"")),
            "not-json": ("Text that is not JSON.", sealed(b"fire at will")),
            "not-utf8": ("A byte that is not UTF-8.", sealed(b'{"body":{},"header":{"v":"\xff"}}')),
            "half-surrogate": ("Half a surrogate pair.", payload_text('"EASTERN AIR"', '"\\ud800"')),
            "extra-member": ("A third member.", payload_with(lambda p: p.update(note=1))),
            "member-missing": ("No header.", payload_with(lambda p: p.pop("header"))),
            "list": ("A list.", sealed(b"[]")),
            "trailing": ("Something follows the payload.", payload_text('"v":1}}', '"v":1}}1')),
        },
    )


def _not_canonical() -> Iterator[Case]:
    yield from broken(
        "payload-not-canonical",
        {
            "space": ("A space after a colon.", payload_text('"seq":7', '"seq": 7')),
            "space-in-body": ("A space in the body.", payload_text('"radius_mm":', '"radius_mm": ')),
            "newline": ("A newline at the end.", payload_text('"v":1}}', '"v":1}}\n')),
            "order": (
                "Two members of the header in another order.",
                payload_text(_SEQ_TO, _TO_SEQ),
            ),
            "duplicate-member": ("seq stands twice.", payload_text('"seq":7', '"seq":7,"seq":7')),
            "duplicate-in-body": ("actor stands twice.", payload_text('"actor":', '"actor":null,"actor":')),
            "duplicate-body": ("Two bodies.", payload_text('{"body":', '{"body":{},"body":')),
            "escape": ("A letter as an escape.", payload_text('"EASTERN AIR"', '"\\u0045ASTERN AIR"')),
            "escape-capitals": ("An escape in capitals.", payload_text('"EASTERN AIR"', '"\\u001F"')),
            "name-not-ascii": (
                "A member name that is not ASCII, in a kind that is not known.",
                _unknown(é=1),
            ),
        },
    )


_SEQ_TO: Final = f'"seq":7,"to":"{s.WEST}"'
_TO_SEQ: Final = f'"to":"{s.WEST}","seq":7'


def _unknown(**members: object) -> bytes:
    """Return a message of a kind that nobody knows, with further members in its body."""

    def change(payload: dict[str, Any]) -> None:
        payload["header"]["kind"] = payload["body"]["kind"] = "smoke_signal"
        payload["body"].update(members)

    return payload_with(change)


def _in_header(change: Change) -> bytes:
    return payload_with(lambda payload: change(payload["header"]))


def _in_body(change: Change) -> bytes:
    return payload_with(lambda payload: change(payload["body"]))


def _numbers() -> Iterator[Case]:
    forms = {
        "float": ("A fraction.", "7.5"),
        "whole-float": ("An integer as a fraction.", "7.0"),
        "exponent": ("An integer with an exponent.", "1e3"),
        "minus-zero": ("Zero with a sign.", "-0"),
        "beyond-53-bits": ("An integer beyond 2**53 - 1.", str(2**53)),
        "beyond-64-bits": ("An integer beyond 64 bits.", "1" + "0" * 30),
        "beyond-double": ("A number beyond every double.", "1e400"),
    }
    for name, (what, number) in forms.items():
        data = payload_text('"seq":7', f'"seq":{number}')
        yield from broken("payload-not-canonical", {f"number-{name}": (what, data)})
        data = payload_text('"radius_mm":5000000', f'"radius_mm":{number}')
        yield from broken("payload-not-canonical", {f"number-{name}-in-body": (what + " In the body.", data)})


def _nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


def _depth() -> Iterator[Case]:
    yield from broken(
        "payload-too-deep",
        {
            "17": (
                "17 levels, in a kind that is not known.",
                _unknown(x=_nested(15)),
            ),
            "5000": ("Five thousand lists inside one another.", sealed(b"[" * 5_000 + b"]" * 5_000)),
            "5000-in-body": (
                "Five thousand lists inside one another, in the body.",
                payload_text('"actor":"EASTERN AIR"', '"actor":' + "[" * 5_000 + "]" * 5_000),
            ),
        },
    )
    yield from broken(
        "kind-unknown",
        {
            "plain": ("A kind that is not known.", _unknown()),
            "16-levels": (
                "A kind that is not known, 16 levels deep.",
                _unknown(x=_nested(14)),
            ),
        },
    )


def _text() -> Iterator[Case]:
    yield from broken(
        "text-not-nfc",
        {
            "body": (
                "e and a combining accent, which have one character.",
                payload_text("EASTERN AIR", "e\u0301"),
            ),
            "header": ("The same in the header.", payload_text("EAST WATCH 1", "e\u0301")),
            "body-unknown": (
                "The same in a kind that is not known.",
                _unknown(actor="e\u0301"),
            ),
            "after-escape": (
                "A newline's escape before a combining tilde: the payload's text as a whole is out of form.",
                payload_text("EASTERN AIR", "\\n\u0303"),
            ),
        },
    )


def _headers() -> Iterator[Case]:
    changes: dict[str, tuple[str, Change]] = {
        "extra-member": ("An unknown member.", lambda h: h.update(priority=1)),
        "member-missing": ("No epoch.", lambda h: h.pop("epoch")),
        "version": ("Version 2.", lambda h: h.update(v=2)),
        "kind": ("A kind with a hyphen.", lambda h: h.update(kind="stop-now")),
        "line-newline": ("A newline after the line's id.", lambda h: h.update(line=s.LINE + "\n")),
        "id-capitals": ("An id in capitals.", lambda h: h.update(prev=s.ID_1.upper())),
        "negative": ("A number below 0.", lambda h: h.update(epoch=-1)),
        "text-number": ("A number as text.", lambda h: h.update(seq="7")),
        "duty-empty": ("An empty designation.", lambda h: h["by"].update(duty="")),
        "duty-long": ("A designation of 121 characters.", lambda h: h["by"].update(duty="x" * 121)),
        "role": ("An unknown role.", lambda h: h["by"].update(role="general")),
    }
    for name, (what, change) in changes.items():
        yield from broken("header-invalid", {name: (what, _in_header(change))})


def _numbering() -> Iterator[Case]:
    def header(**members: object) -> Change:
        return lambda payload: payload["header"].update(members)

    receipt = s.BODIES["receipt"]
    yield from broken(
        "number-missing",
        {"notice": ("A notice without a number.", payload_with(header(seq=None, prev=None)))},
    )
    yield from broken(
        "number-unexpected",
        {
            "seq": ("A receipt with a number.", payload_with(header(seq=7, prev=s.ID_1), receipt)),
            "prev": ("A receipt with a predecessor.", payload_with(header(prev=s.ID_1), receipt)),
        },
    )
    yield from broken(
        "prev-missing",
        {
            "later": ("Number 7 has no predecessor.", payload_with(header(prev=None))),
            "first": ("Number 0 has a predecessor.", payload_with(header(seq=0))),
        },
    )


def _misplaced() -> Iterator[Case]:
    here = Place(line=s.LINE, epochs=frozenset({0}), sender=s.EAST, recipient=s.WEST, exercise=True)
    places = {
        "line-mismatch": ("The message is for another line.", replace(here, line="6b" * 16)),
        "epoch-unknown": ("The message is of another epoch.", replace(here, epochs=frozenset({1, 2}))),
        "party-mismatch": ("The message is from another party.", replace(here, sender=s.party_id(SIGNER))),
        "party-mismatch-reflected": (
            "Our own message comes back to us.",
            replace(here, sender=s.WEST, recipient=s.EAST),
        ),
        "exercise-mismatch": ("An exercise message on a line that is none.", replace(here, exercise=False)),
    }
    data = signed(s.NOTICE).envelope
    for name, (what, place) in places.items():
        rule = name.removesuffix("-reflected")
        yield Case(name=name, expect=rule, what=what, data=data, place=place)


def _bodies() -> Iterator[Case]:
    changes: dict[str, tuple[str, Change]] = {
        "extra-member": ("An unknown member.", lambda b: b.update(blame="them")),
        "member-missing": ("No actor; null is said, not left out.", lambda b: b.pop("actor")),
        "caveats-missing": (
            "A notice without `caveats`; null is said, not left out.",
            lambda b: b.pop("caveats"),
        ),
        "entered-missing": (
            "A position without `entered`; null is said, not left out.",
            lambda b: b["volume"]["area"]["centre"].pop("entered"),
        ),
        "holes-missing": (
            "A polygon without `holes`; an empty list is said, not left out.",
            lambda b: b["volume"].update(area=_without_holes()),
        ),
        "daily-missing": (
            "A window without `daily`; null is said, not left out.",
            lambda b: b["volume"]["window"].pop("daily"),
        ),
        "line-of-one": (
            "A corridor along a single position.",
            lambda b: b["volume"].update(area=_line_of_one()),
        ),
        "code": ("An unknown activity.", lambda b: b.update(activity="ambush")),
        "latitude": (
            "A latitude beyond the pole.",
            lambda b: b["volume"]["area"]["centre"].update(lat_ndeg=10**11),
        ),
        "radius": ("A negative radius.", lambda b: b["volume"]["area"].update(radius_mm=-1)),
        "shape": ("An unknown shape.", lambda b: b["volume"]["area"].update(shape="blob")),
        "salt": ("A salt of 31 digits.", lambda b: b.update(salt=s.salt(1)[1:])),
        "salt-newline": ("A newline after the salt.", lambda b: b.update(salt=s.salt(1) + "\n")),
        "text-control": ("A name with an escape character.", lambda b: b.update(actor="A\x1b[2J")),
        "text-direction": ("A name that turns what follows.", lambda b: b.update(actor="A\u202e04-12")),
        "text-empty": ("An empty name.", lambda b: b.update(actor="")),
        "text-long": ("A name of 121 characters.", lambda b: b.update(actor="x" * 121)),
        "wrong-type": ("Text where an object is due.", lambda b: b.update(volume="everywhere")),
        "kind-unknown": (
            "The body's kind is not known, the header's is.",
            lambda b: b.update(kind="smoke_signal"),
        ),
    }
    for name, (what, change) in changes.items():
        yield from broken("body-invalid", {name: (what, _in_body(change))})
    hazard = payload_with(lambda p: p["body"].update(cause="ours"), s.HAZARD)
    yield from broken("body-invalid", {"hazard-cause": ("A hazard that states a cause.", hazard)})
    list_body = payload_with(lambda p: p.update(body=[]))
    yield from broken("body-invalid", {"list": ("The body is a list.", list_body)})
    kind = payload_with(lambda p: p["header"].update(kind="cancel"))
    yield from broken("kind-mismatch", {"cancel": ("The header says cancel, the body is a notice.", kind)})
    avoidance = replace(s.NOTICE, activity=Activity.WITHHELD, actor=None, reason=s.WITHHELD)
    for name, says in {
        "actor": replace(avoidance, actor="EASTERN AIR"),
        "reason": replace(avoidance, reason=s.REASON),
    }.items():
        more = payload_with(lambda _: None, says)
        yield from broken("avoidance-says-more", {name: (f"An avoidance that states its {name}.", more)})
    relays = {
        ("relay-unchained", "no-link"): replace(s.RELAY, chain=()),
        ("relay-unchained", "another"): replace(s.RELAY, party="SOUTHERN"),
        ("relay-forbidden", "onward"): replace(s.RELAY, caveats=replace(s.CAVEATS, onward=False)),
    }
    for (rule, name), relay in relays.items():
        data = payload_with(lambda _: None, relay)
        yield from broken(rule, {name: ("A relay that breaks the rule.", data)})
    over = stop_of(FLASH_BYTES + 1)
    yield from broken("flash-too-large", {"by-one-byte": ("A FLASH of 8 KiB and one byte.", over)})


def _volumes() -> Iterator[Case]:
    north_pole = ((80_000, 0), (80_000, 120_000), (80_000, -120_000))
    bow_tie = ((33_000, 38_000), (34_000, 39_000), (33_000, 39_000), (34_000, 38_000))
    flat = ((33_000, 38_000), (33_000, 39_000), (33_000, 40_000))
    low, high = (
        Altitude(value_mm=value, unit=LengthUnit.METRE, datum=Datum.ELLIPSOID) for value in (0, 1_000)
    )
    volumes = {
        "end-before-start": s.volume(window=Window(start_ms=s.AT, end_ms=s.AT - 1)),
        "floor-above-ceiling": s.volume(band=Band(floor=high, ceiling=low)),
        "circle-radius-zero": s.volume(Circle(centre=s.PLACE, radius_mm=0)),
        "polygon-over-pole": s.volume(s.polygon(north_pole)),
        "polygon-self-crossing": s.volume(s.polygon(bow_tie)),
        "polygon-zero-area": s.volume(s.polygon(flat)),
        "polygon-too-few-distinct-vertices": s.volume(s.polygon((*bow_tie[:2], bow_tie[0]))),
    }
    volumes.update(_shape_faults())
    for name, volume in volumes.items():
        data = jcs.encode({"header": s.header("notice"), "body": replace(s.NOTICE, volume=volume)})
        yield from broken("volume-invalid", {name: (f"The fault is {name}.", sealed(data))})
    crossing: Area = s.polygon(bow_tie)
    for name, hazard in {
        "hazard-polygon-self-crossing": replace(s.HAZARD, area=crossing),
        "hazard-floor-above-ceiling": replace(s.HAZARD, area=None, band=Band(floor=high, ceiling=low)),
    }.items():
        data = jcs.encode({"header": s.header("hazard"), "body": hazard})
        yield from broken("volume-invalid", {name: (f"The fault is that of the {name}.", sealed(data))})
    terms = replace(s.BODIES["terms"], terms=replace(s.TERMS, area=crossing))
    data = payload_with(lambda _: None, terms)
    yield from broken("volume-invalid", {"terms": ("The area of the terms crosses itself.", data)})


def _without_holes() -> dict[str, Any]:
    area: dict[str, Any] = to_builtins(s.square(Edges.STRAIGHT))
    area.pop("holes")
    return area


def _line_of_one() -> dict[str, Any]:
    area: dict[str, Any] = to_builtins(s.corridor(((33_000, 38_000), (33_500, 38_500))))
    area["line"] = area["line"][:1]
    return area


def _shape_faults() -> dict[str, Volume]:
    square, inner = s.corners_of(33_000, 38_000, 1_000), s.corners_of(33_200, 38_200, 400)
    many = tuple((30_000 + k, 38_000 if k % 2 else 38_500) for k in range(1_100))
    two_lines = (s.ring(many), s.ring(tuple((lat, lon + 1_000) for lat, lon in many)))
    there = ((33_000, 38_000), (33_500, 38_500))
    areas: dict[str, Area] = {
        "area-too-many-vertices": MultiPolygon(
            parts=tuple(Part(ring=ring, holes=()) for ring in two_lines), edges=Edges.STRAIGHT
        ),
        "polygon-rings-meet": s.polygon(square, holes=(s.corners_of(33_000, 38_200, 400),)),
        "polygon-hole-outside": s.polygon(square, holes=(s.corners_of(35_000, 38_000, 400),)),
        "polygon-hole-in-hole": s.polygon(square, holes=(inner, s.corners_of(33_300, 38_300, 100))),
        "multipolygon-parts-overlap": s.parts(square, s.corners_of(33_500, 38_500, 1_000)),
        "corridor-half-width-zero": s.corridor(there, half_width_mm=0),
        "corridor-position-repeated": s.corridor((there[0], *there)),
        "corridor-edge-too-long": s.corridor(((0, 0), (0, 100_000))),
    }
    windows = {
        "daily-without-length": Window(
            start_ms=s.AT, end_ms=s.AT + 48 * s.HOUR, daily=Daily(start_ms=s.HOUR, end_ms=s.HOUR)
        ),
        "daily-never": Window(
            start_ms=s.AT, end_ms=s.AT + s.HOUR, daily=Daily(start_ms=20 * s.HOUR, end_ms=21 * s.HOUR)
        ),
    }
    return {
        **{name: s.volume(area) for name, area in areas.items()},
        **{name: s.volume(window=window) for name, window in windows.items()},
    }


def _paper(name: str, read: str, what: str, data: bytes) -> Case:
    """Return a case that is named by its rule, a stroke and the rest of its name."""
    rule, _, rest = name.partition("/")
    return Case(name=f"{rule}-{rest}", expect=rule, what=what, data=data, read=read)


def _descriptors() -> Iterator[Case]:
    east = s.descriptor("EAST", s.EAST_ROOT)
    root, stranger = s.KEYS[s.EAST_ROOT], s.KEYS[s.STRANGER]
    weak = replace(east, keys=replace(east.keys, message="01" + "00" * 31))
    above = replace(east, keys=replace(east.keys, head="f0" + "ff" * 30 + "7f"))
    shared = replace(east, keys=replace(east.keys, head=east.keys.message))
    cases = {
        "key-unfit/small-order": (
            "The message key is the neutral point: one signature would hold for every message.",
            _descriptor(weak, root),
        ),
        "key-unfit/form": ("A key whose y is not below the prime.", _descriptor(above, root)),
        "key-unfit/shared": ("One key for messages and heads.", _descriptor(shared, root)),
        "prev-missing/descriptor": (
            "The second descriptor cites no first one.",
            _descriptor(replace(east, serial=1), root),
        ),
        "signature-invalid/descriptor": (
            "A stranger signed under the root's key id.",
            _descriptor(east, stranger).replace(stranger.id.encode(), root.id.encode()),
        ),
        "payload-malformed/descriptor": (
            "A party's name in small letters.",
            _descriptor(replace(east, name="east"), root),
        ),
        "payload-not-canonical/descriptor": (
            "A space in a descriptor.",
            sealed(jcs.encode(east).replace(b":", b": ", 1), document.DESCRIPTOR_TYPE, root),
        ),
    }
    for name, (what, data) in cases.items():
        yield _paper(name, "descriptor", what, data)


def _descriptor(descriptor: Descriptor, key: SigningKey) -> bytes:
    return sealed(jcs.encode(descriptor), document.DESCRIPTOR_TYPE, key)


def _papers() -> Iterator[Case]:
    root = s.KEYS[s.EAST_ROOT]
    east = document.sign_descriptor(s.descriptor("EAST", s.EAST_ROOT), root).decode()
    proposal = Proposal(descriptor=east, terms=s.TERMS, at=s.AT)
    yield _paper(
        "key-unknown/proposal",
        "proposal",
        "Signed by the root and not by the descriptor's message key.",
        document.sign_proposal(proposal, root),
    )
    flat = replace(s.TERMS, area=s.polygon(((33_000, 38_000), (33_000, 39_000), (33_000, 40_000))))
    yield _paper(
        "volume-invalid/proposal",
        "proposal",
        "The area of the terms has no width.",
        sealed(jcs.encode(replace(proposal, terms=flat)), document.PROPOSAL_TYPE),
    )
    plain = to_builtins(proposal)
    plain["terms"]["area"]["centre"].pop("entered")
    yield _paper(
        "payload-malformed/proposal-entered",
        "proposal",
        "A position without `entered`; null is said, not left out.",
        sealed(jcs.encode(plain), document.PROPOSAL_TYPE),
    )
    yield _paper(
        "envelope-malformed/acceptance",
        "acceptance",
        "The descriptor inside is no envelope.",
        document.sign_acceptance(Acceptance(descriptor="x", terms="x"), SIGNER),
    )
    beat = to_builtins(s.FRAMES["beat"])
    frames = {
        "kind": ("A frame of an unknown kind.", {**beat, "frame": "wave"}),
        "member-missing": ("A beat without its tip.", {k: v for k, v in beat.items() if k != "tip"}),
        "extra-member": ("A beat with an unknown member.", {**beat, "load": 3}),
    }
    for name, (what, frame) in frames.items():
        data = sealed(jcs.encode(frame), document.FRAME_TYPE)
        yield _paper(f"payload-malformed/frame-{name}", "frame", what, data)
