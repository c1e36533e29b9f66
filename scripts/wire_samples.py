# ruff: noqa: INP001 - a script, not a package
"""Sample words for the wire vectors: fixed keys, one header, and bodies of every kind.

TEST KEYS: each seed is one byte, 32 times. They are public; never use them on a line.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from parley.wire.keys import SigningKey
from parley.wire.message import BODY_OF_KIND, UNNUMBERED
from parley.words import bodies as b
from parley.words import codes as c
from parley.words.header import AnyFrame, Beat, By, Confirmed, GapRequest, Header, Seen, Tip
from parley.words.party import Descriptor, Keys
from parley.words.volume import (
    Altitude,
    Area,
    Band,
    Circle,
    Corridor,
    Daily,
    Entered,
    MultiPolygon,
    Part,
    Polygon,
    Position,
    Ring,
    Volume,
    Window,
)


def test_key(number: int) -> SigningKey:
    """Return the test key whose seed is `number`, 32 times."""
    return SigningKey.from_seed(seed_of(number))


def seed_of(number: int) -> bytes:
    """Return the seed of a test key."""
    return bytes([number]) * 32


def party_id(root: SigningKey) -> str:
    """Return the party id of a root key."""
    return sha256(bytes.fromhex(root.public_hex)).hexdigest()


EAST_ROOT, EAST_MESSAGE, EAST_HEAD, EAST_COSIGN = 1, 2, 3, 4
WEST_ROOT, WEST_MESSAGE, WEST_HEAD, WEST_COSIGN = 17, 18, 19, 20
STRANGER = 33
KEYS: Final = {
    number: test_key(number)
    for number in (
        *(EAST_ROOT, EAST_MESSAGE, EAST_HEAD, EAST_COSIGN),
        *(WEST_ROOT, WEST_MESSAGE, WEST_HEAD, WEST_COSIGN),
        STRANGER,
    )
}
EAST: Final = party_id(KEYS[EAST_ROOT])
WEST: Final = party_id(KEYS[WEST_ROOT])
LINE: Final = "5a" * 16
AT: Final = 1_655_353_800_000
"""2022-06-16T04:30:00Z."""
HOUR: Final = 3_600_000
ID_1: Final = sha256(b"a message").hexdigest()
ID_2: Final = sha256(b"another message").hexdigest()


def salt(number: int) -> str:
    """Return a fixed salt; a real one is random."""
    return f"{number:032x}"


def header(kind: str, seq: int | None = 7) -> Header:
    """Return East's header to West for a kind."""
    if kind == UNNUMBERED:
        seq = None
    return Header(
        v=1,
        line=LINE,
        epoch=0,
        from_=EAST,
        to=WEST,
        kind=kind,
        seq=seq,
        prev=ID_1 if seq else None,
        seen=Seen(seq=3, id=ID_2) if seq != 0 else None,
        at=AT,
        by=By(role=c.Role.WATCH_OFFICER, duty="EAST WATCH 1", assurance=c.Assurance.TOKEN),
        exercise=True,
    )


PLACE: Final = Position(
    lat_ndeg=33_500_000_000,
    lon_ndeg=38_616_666_667,
    entered=Entered(text="33°30'N 38°37'E", format=c.CoordinateFormat.DM, precision_mm=1_852_000),
)
ENTERED: Final = tuple(
    (lat_ndeg, lon_ndeg, Entered(text=text, format=form, precision_mm=precision_mm))
    for lat_ndeg, lon_ndeg, text, form, precision_mm in (
        (32_605_632_013, 40_601_119_182, "37S FS 5024 0870", c.CoordinateFormat.MGRS, 10_000),
        (33_507_304_635, 40_617_528_746, "37 north 650240 3708700", c.CoordinateFormat.UTM, 1_000),
        (88_726_257_367, 45_000_000_000, "UPS north 2100000 1900000", c.CoordinateFormat.UPS, 1_000),
        (37_333_333_334, 38_500_000_000, "438LQ14", c.CoordinateFormat.GARS, 9_276_667),
        (22_050_000_000, 33_616_666_667, "QHDH370030", c.CoordinateFormat.GEOREF, 185_533),
        (33_505_833_333, 38_617_777_778, "al-Tanf", c.CoordinateFormat.PLACE, 36_000_000),
    )
)
"""One position in each further format, its angles as our reader derives them."""
CIRCLE: Final = Circle(centre=PLACE, radius_mm=5_000_000)
WINDOW: Final = Window(start_ms=AT + HOUR, end_ms=AT + 2 * HOUR)
BAND: Final = Band(
    floor=None,
    ceiling=Altitude(value_mm=6_096_000, unit=c.LengthUnit.FOOT, datum=c.Datum.MEAN_SEA_LEVEL),
)
UNLIMITED: Final = Band(floor=None, ceiling=None)
REASON: Final = b.StatedReason(code=c.Reason.ANSWER_TO_ATTACK, text=None)
WITHHELD: Final = b.StatedReason(code=c.Reason.WITHHELD, text=None)


def square(edges: c.Edges) -> Polygon:
    """Return a square of half a degree."""
    corners = ((33_000, 38_000), (33_000, 38_500), (33_500, 38_500), (33_500, 38_000))
    return polygon(corners, edges)


Corners = tuple[tuple[int, int], ...]


def ring(corners: Corners) -> Ring:
    """Return plotted vertices given in millidegrees, latitude first."""
    return tuple(
        Position(lat_ndeg=lat * 1_000_000, lon_ndeg=lon * 1_000_000, entered=None) for lat, lon in corners
    )


def polygon(corners: Corners, edges: c.Edges = c.Edges.STRAIGHT, holes: tuple[Corners, ...] = ()) -> Polygon:
    """Return a polygon of plotted vertices."""
    return Polygon(ring=ring(corners), holes=tuple(map(ring, holes)), edges=edges)


def corners_of(south: int, west: int, size: int) -> Corners:
    """Return the corners of a square."""
    north, east = south + size, west + size
    return ((south, west), (south, east), (north, east), (north, west))


def corridor(corners: Corners, half_width_mm: int = 2_000_000, edges: c.Edges = c.Edges.GEODESIC) -> Corridor:
    """Return a corridor along plotted positions."""
    return Corridor(line=ring(corners), half_width_mm=half_width_mm, edges=edges)


def parts(*rings: Corners, edges: c.Edges = c.Edges.STRAIGHT) -> MultiPolygon:
    """Return several polygons without holes as one area."""
    return MultiPolygon(parts=tuple(Part(ring=ring(one), holes=()) for one in rings), edges=edges)


def volume(area: Area = CIRCLE, *, band: Band = BAND, window: Window = WINDOW) -> Volume:
    """Return a volume around the sample place."""
    return Volume(area=area, band=band, window=window)


NOTICE: Final = b.Notice(
    salt=salt(1),
    precedence=c.Precedence.IMMEDIATE,
    activity=c.Activity.AIR_STRIKE,
    actor="EASTERN AIR",
    volume=volume(),
    reason=REASON,
)
STOP: Final = b.Stop(
    salt=salt(11), scope=b.StopActivity(of=ID_1, volume=volume()), text="Our people are there."
)
CAVEATS: Final = b.Caveats(
    purpose="Safety of flight", onward=True, marking="REL EAST, WEST", destroy_after_ms=AT + 24 * HOUR
)
RELAY: Final = b.Relay(
    salt=salt(32),
    way=c.RelayWay.HEARD_FROM,
    party="NORTHERN",
    chain=(
        b.Said(who="NORTHERN", to_whom="EAST WATCH 1", at_ms=AT, medium=c.RelayMedium.TELEPHONE),
        b.Said(who="EAST WATCH 1", to_whom=None, at_ms=None, medium=None),
    ),
    volume=volume(),
    text="A flight at noon.",
    language="en",
    original=ID_2,
    caveats=CAVEATS,
)
HAZARD: Final = b.Hazard(
    salt=salt(27), area=CIRCLE, band=UNLIMITED, since_ms=AT - HOUR, text="It left its range."
)
DEADLINES: Final = b.Deadlines(
    routine_ms=HOUR, priority_ms=HOUR // 2, immediate_ms=HOUR // 6, flash_ms=120_000
)
TERMS: Final = b.LineTerms(
    protocol=1,
    line=LINE,
    purpose="Vectors",
    exercise=True,
    area=Circle(centre=PLACE, radius_mm=55_000_000),
    languages=("en", "ru", "ar"),
    evidence=c.EvidenceLevel.SIGNED,
    read_back_within=DEADLINES,
    answer_within=DEADLINES,
    stop_answer_ms=60_000,
    test_interval_ms=24 * HOUR,
    separation=b.SeparationDistances(horizontal_mm=9_260_000, vertical_mm=305_000, time_ms=900_000),
)


def _notice_bodies() -> tuple[b.AnyBody, ...]:
    return (
        NOTICE,
        b.Amend(
            salt=salt(2),
            of=ID_1,
            version=2,
            precedence=c.Precedence.PRIORITY,
            activity=c.Activity.AIR_STRIKE,
            actor=None,
            volume=volume(square(c.Edges.GEODESIC)),
            reason=WITHHELD,
        ),
        b.Cancel(salt=salt(3), of=ID_1, volume=volume(), reason=WITHHELD),
        b.Begin(
            salt=salt(4),
            of=ID_1,
            cites=(ID_2,),
            over=(c.Override.READ_BACK_MISSING, c.Override.OBJECTION_STANDING),
            over_reason=WITHHELD,
        ),
        b.End(salt=salt(5), of=ID_1, text=None),
        b.ReadBack(
            salt=salt(6),
            of=ID_1,
            activity=c.Activity.AIR_STRIKE,
            place=PLACE,
            extent_mm=5_000_000,
            vertices=None,
            start_ms=WINDOW.start_ms,
            end_ms=WINDOW.end_ms,
        ),
        b.Reply(
            salt=salt(7),
            of=ID_1,
            code=c.ReplyCode.WARNING,
            who=None,
            text="Мы защитим наши силы. سنحمي قواتنا.",
        ),
        b.Withdraw(salt=salt(8), of=ID_1, text=None),
    )


VOICE: Final = b.Voice(
    with_whom="EASTERN DUTY", medium=c.Medium.TELEPHONE, language="ru", interpreter="LINGUIST 1", at_ms=AT
)


def _other_bodies() -> tuple[b.AnyBody, ...]:
    digests = tuple(sha256(name).hexdigest() for name in (b"east descriptor", b"west descriptor"))
    return (
        b.Receipt(salt=salt(9), items=(b.ReceiptItem(id=ID_1, index=12, at_ms=AT),)),
        b.Unreadable(salt=salt(10), of=ID_1, rule="kind-unknown", detail="hazard"),
        STOP,
        b.StopReply(salt=salt(12), of=ID_1, answer=c.StopAnswer.CONTINUING, ground=None),
        b.StopReaffirm(salt=salt(13), of=ID_1),
        b.StopRelease(salt=salt(14), of=ID_1, text=None),
        HAZARD,
        b.HazardEnd(salt=salt(28), of=ID_1, text=None),
        RELAY,
        b.LineTest(salt=salt(15), text="Test 4: the word is \U0001f33f olive.", language="en"),
        b.LineTestReply(salt=salt(16), of=ID_1, text="olive"),
        b.Heard(
            salt=salt(22),
            said=b.Reply(salt=salt(23), of=ID_1, code=c.ReplyCode.OBJECTION, who=None, text=None),
            voice=VOICE,
        ),
        b.Told(salt=salt(24), of=ID_1, voice=VOICE),
        b.Terms(salt=salt(17), terms=TERMS, descriptors=(digests[0], digests[1])),
    )


BODIES: Final[Mapping[str, b.AnyBody]] = {
    str(type(body).__struct_config__.tag): body for body in (*_notice_bodies(), *_other_bodies())
}
if set(BODIES) != set(BODY_OF_KIND):
    raise LookupError(sorted(set(BODIES) ^ set(BODY_OF_KIND)))

MORE_BODIES: Final[Mapping[str, b.AnyBody]] = {
    "notice-polygon-straight-edges": replace(
        NOTICE, volume=volume(square(c.Edges.STRAIGHT), band=UNLIMITED), actor=None
    ),
    **{
        f"notice-entered-{entered.format.value}": replace(
            NOTICE,
            volume=volume(
                Circle(centre=replace(PLACE, lat_ndeg=lat, lon_ndeg=lon, entered=entered), radius_mm=1_000)
            ),
        )
        for lat, lon, entered in ENTERED
    },
    "notice-text-with-escapes": replace(
        NOTICE,
        actor='a "quoted" \\ / name',
        reason=b.StatedReason(code=c.Reason.OTHER, text='two "lines"\nand a mark \u200f of direction'),
    ),
    "notice-polygon-with-holes": replace(
        NOTICE,
        volume=volume(
            polygon(
                corners_of(33_000, 38_000, 500),
                c.Edges.GEODESIC,
                (corners_of(33_100, 38_100, 100), corners_of(33_300, 38_300, 100)),
            )
        ),
    ),
    "notice-multipolygon": replace(
        NOTICE,
        volume=volume(
            MultiPolygon(
                parts=(
                    Part(
                        ring=ring(
                            ((10_000, 179_000), (10_000, 180_000), (11_000, 180_000), (11_000, 179_000))
                        ),
                        holes=(ring(corners_of(10_400, 179_400, 200)),),
                    ),
                    Part(ring=ring(corners_of(10_000, -180_000, 1_000)), holes=()),
                ),
                edges=c.Edges.STRAIGHT,
            )
        ),
    ),
    "notice-corridor": replace(
        NOTICE,
        activity=c.Activity.CONVOY,
        volume=volume(corridor(((33_000, 38_000), (33_500, 38_200), (33_000, 38_100)))),
    ),
    "notice-daily": replace(
        NOTICE,
        volume=volume(
            window=Window(
                start_ms=AT + HOUR,
                end_ms=AT + 96 * HOUR,
                daily=Daily(start_ms=20 * HOUR, end_ms=4 * HOUR),
            )
        ),
    ),
    "read_back-corridor": b.ReadBack(
        salt=salt(22),
        of=ID_1,
        activity=c.Activity.CONVOY,
        place=PLACE,
        extent_mm=2_000_000,
        vertices=3,
        start_ms=WINDOW.start_ms,
        end_ms=WINDOW.end_ms,
        daily=Daily(start_ms=20 * HOUR, end_ms=4 * HOUR),
    ),
    "terms-separation-by-activity": b.Terms(
        salt=salt(23),
        terms=replace(
            TERMS,
            separation_by_activity={
                c.Activity.UNCREWED_FLIGHT: b.SeparationDistances(
                    horizontal_mm=1_000_000, vertical_mm=150_000, time_ms=300_000
                ),
                c.Activity.MISSILE_LAUNCH: b.SeparationDistances(
                    horizontal_mm=40_000_000, vertical_mm=20_000_000, time_ms=1_800_000
                ),
            },
        ),
        descriptors=(sha256(b"east descriptor").hexdigest(), sha256(b"west descriptor").hexdigest()),
    ),
    "heard-notice": b.Heard(
        salt=salt(25), said=NOTICE, voice=replace(VOICE, with_whom=None, interpreter=None)
    ),
    "heard-stop": b.Heard(salt=salt(26), said=STOP, voice=VOICE),
    "notice-avoidance": replace(
        NOTICE,
        activity=c.Activity.WITHHELD,
        actor=None,
        reason=WITHHELD,
        volume=volume(Circle(centre=PLACE, radius_mm=20_000_000)),
    ),
    "reply-humanitarian": b.Reply(
        salt=salt(31), of=ID_1, code=c.ReplyCode.HAZARD_ON_ROUTE, who=None, text=None
    ),
    "notice-caveats": replace(NOTICE, caveats=CAVEATS),
    "relay-pass-on": replace(
        RELAY, way=c.RelayWay.PASS_ON, chain=(), volume=None, original=None, caveats=None
    ),
    "heard-hazard": b.Heard(salt=salt(29), said=HAZARD, voice=VOICE),
    "hazard-place-unknown": replace(HAZARD, area=None, text=None),
    "stop-place": b.Stop(salt=salt(18), scope=b.StopPlace(area=CIRCLE), text=None),
    "stop-volume": b.Stop(salt=salt(19), scope=b.StopVolume(volume=volume()), text=None),
    "stop-line": b.Stop(salt=salt(20), scope=b.StopLine(), text=None),
    "stop-activity-volume-unknown": b.Stop(
        salt=salt(21), scope=b.StopActivity(of=ID_2, volume=None), text=None
    ),
}
"""Further valid bodies, by the name of their vector; the part before the first hyphen is the kind."""

FRAMES: Final[Mapping[str, AnyFrame]] = {
    "beat": Beat(line=LINE, epoch=0, from_=EAST, to=WEST, at=AT, tip=Tip(seq=7, id=ID_1)),
    "beat-before-first-message": Beat(line=LINE, epoch=0, from_=EAST, to=WEST, at=AT, tip=None),
    "gap-request": GapRequest(line=LINE, epoch=0, from_=EAST, to=WEST, at=AT, first=3, last=5),
    "confirmed": Confirmed(
        line=LINE, epoch=0, from_=EAST, to=WEST, at=AT, number="0123456789" * 6, by=header("begin").by
    ),
}


def descriptor(name: str, root: int, *, serial: int = 0) -> Descriptor:
    """Return the descriptor of the party whose keys are `root` and the three numbers after it."""
    keys = [KEYS[number].public_hex for number in range(root, root + 4)]
    return Descriptor(
        v=1,
        name=name,
        root=keys[0],
        serial=serial,
        prev=ID_1 if serial else None,
        keys=Keys(message=keys[1], head=keys[2], cosign=keys[3]),
        certificate_pem="-----BEGIN CERTIFICATE-----\nVEVTVA==\n-----END CERTIFICATE-----\n",
        endpoints=("https://127.0.0.1:8443",),
        at=AT,
    )
