"""Sources of live positions: bounded, strangers all of them; and what a live feed does with what they send."""

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley.adapters import track_sources
from parley.adapters.system_clock import DrivenClock
from parley.adapters.track_sources import Address, Inbox, Listener, Piece, TlsFiles, address_of, connect
from parley.formats.positions import Refusals
from parley.intake.draft import DraftState, IncidentDraft
from parley.intake.own_units import OwnUnits, UnitPlace
from parley.intake.places import NoticeVolume, Zone
from parley.wiring.live_tracks import LiveTracks, Sources, follow
from parley.words.errors import InputError, SystemFault
from support import make_home, on_loop, until
from track_samples import AIRCRAFT, COT, CSV, NOW_MS, SBS, class_a, tracking, zone

HERE = "127.0.0.1"
PLAIN = TlsFiles()
SOON_S = 10


async def piece_from(inbox: Inbox) -> Piece:
    return await asyncio.wait_for(inbox.pieces.get(), SOON_S)


@pytest.mark.parametrize(
    ("text", "connect", "good"),
    [
        ("udp://0.0.0.0:4242", False, True),
        ("tcp://[::1]:30003", False, True),
        ("tls://feeds.example:8089", True, True),
        ("udp://127.0.0.1:4242", True, False),
        ("http://127.0.0.1:80", False, False),
        ("tcp://127.0.0.1", False, False),
        ("tcp://127.0.0.1:99999", False, False),
        ("tcp://127.0.0.1:80/path", False, False),
        ("tcp://[::1", False, False),
        ("", False, False),
    ],
)
def test_an_address_has_a_scheme_a_host_and_a_port(text: str, connect: bool, good: bool) -> None:  # noqa: FBT001
    if good:
        assert str(address_of(text, connect=connect)) == text
        return
    with pytest.raises(InputError, match="no address"):
        address_of(text, connect=connect)


@on_loop
async def test_a_datagram_is_a_piece_of_its_sender() -> None:
    inbox = Inbox()
    listener = Listener(Address("udp", HERE, 0), inbox, PLAIN)
    await listener.start()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=(HERE, listener.port)
    )
    transport.sendto(COT.encode())
    piece = await piece_from(inbox)
    assert (piece.data, piece.whole) == (COT.encode(), True)
    transport.close()
    await listener.close()


def test_datagrams_that_find_no_room_are_dropped_and_counted() -> None:
    async def run() -> None:
        inbox = Inbox()
        for _ in range(track_sources.MOST_WAITING + 7):
            inbox.offer(Piece("udp", b"x", whole=True, close=lambda: None))
        assert inbox.dropped["datagrams"] == 7

    asyncio.run(run())


@on_loop
async def test_a_connection_brings_pieces_and_an_end_and_a_refused_one_is_closed() -> None:
    inbox = Inbox()
    listener = Listener(Address("tcp", HERE, 0), inbox, PLAIN)
    await listener.start()
    reader, writer = await asyncio.open_connection(HERE, listener.port)
    writer.write(b"MSG,")
    piece = await piece_from(inbox)
    assert (piece.data, piece.whole) == (b"MSG,", False)
    piece.close()
    assert await asyncio.wait_for(reader.read(), SOON_S) == b""
    writer.close()
    await listener.close()


@on_loop
async def test_connections_beyond_the_limit_are_refused_and_silent_ones_are_closed() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(track_sources, "MOST_CONNECTIONS", 1)
        inbox = Inbox()
        listener = Listener(Address("tcp", HERE, 0), inbox, PLAIN, idle_s=0.2)
        await listener.start()
        first_reader, first = await asyncio.open_connection(HERE, listener.port)
        second_reader, second = await asyncio.open_connection(HERE, listener.port)
        assert await asyncio.wait_for(second_reader.read(), SOON_S) == b""
        assert inbox.dropped["connections"] == 1
        assert await asyncio.wait_for(first_reader.read(), SOON_S) == b""
        assert inbox.dropped["silent-connections"] == 1
        for writer in (first, second):
            writer.close()
        await listener.close()


@on_loop
async def test_a_connection_of_ours_that_ends_is_made_again() -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    server = await asyncio.start_server(greet, HERE, 0)
    port = server.sockets[0].getsockname()[1]
    inbox = Inbox()
    task = asyncio.create_task(connect(Address("tcp", HERE, port), inbox, PLAIN, first_delay_s=0.001))
    pieces = [await piece_from(inbox) for _ in range(4)]
    assert [piece.data for piece in pieces] == [b"hello", None, b"hello", None]
    assert pieces[0].source != pieces[2].source, "a new connection is a new stream"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    server.close()


@on_loop
async def test_a_source_that_does_not_answer_is_said_and_tried_again() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(track_sources, "LONGEST_DELAY_S", 0.002)
        inbox, said, enough = Inbox(), list[str](), asyncio.Event()

        def tell(what: str) -> None:
            said.append(what)
            if len(said) == 3:
                enough.set()

        inbox.told = tell
        task = asyncio.create_task(connect(Address("tcp", HERE, 1), inbox, PLAIN, first_delay_s=0.001))
        await asyncio.wait_for(enough.wait(), SOON_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert all("again in" in each for each in said)


@on_loop
async def test_over_tls_a_sender_without_a_certificate_is_refused_where_one_is_asked_for(
    tmp_path: Path,
) -> None:
    home = make_home(tmp_path / "A", "EASTERN")
    files = TlsFiles(certificate=home.certificate, key=home.key("tls"), authorities=home.certificate)
    inbox = Inbox()
    listener = Listener(Address("tls", HERE, 0), inbox, files)
    await listener.start()
    for known in (False, True):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(home.certificate)
        if known:
            context.load_cert_chain(home.certificate, home.key("tls"))
        try:
            reader, writer = await asyncio.open_connection(HERE, listener.port, ssl=context)
            writer.write(b"MSG,")
            if known:
                assert (await piece_from(inbox)).data == b"MSG,"
            else:
                assert await asyncio.wait_for(reader.read(), SOON_S) == b""
            writer.close()
        except (ssl.SSLError, ConnectionError):
            assert not known
    await listener.close()


@on_loop
async def test_a_taken_port_and_missing_tls_files_are_said(tmp_path: Path) -> None:
    first = Listener(Address("tcp", HERE, 0), Inbox(), PLAIN)
    await first.start()
    with pytest.raises(SystemFault, match="cannot listen"):
        await Listener(Address("tcp", HERE, first.port), Inbox(), PLAIN).start()
    await first.close()
    for files in (PLAIN, TlsFiles(certificate=tmp_path / "none", key=tmp_path / "none")):
        with pytest.raises(InputError):
            await Listener(Address("tls", HERE, 0), Inbox(), files).start()


class Sink:
    """Remembers what it was given."""

    def __init__(self, zones: Sequence[Zone] = ()) -> None:
        self.zones = zones
        self.kept: list[IncidentDraft] = []
        self.moved: list[UnitPlace] = []
        self.told: list[str] = []
        self.fails = False

    def places(self) -> tuple[Sequence[Zone], Sequence[NoticeVolume]] | None:
        return self.zones, ()

    def keep(self, drafts: Sequence[IncidentDraft]) -> None:
        if self.fails:
            raise SystemFault("node-not-answering", "the node does not answer")
        self.kept += drafts

    def move(self, places: Sequence[UnitPlace]) -> None:
        self.moved += places

    def tell(self, what: str) -> None:
        self.told.append(what)


def cot_at(minute: float, lat_deg: float) -> bytes:
    whole = int(minute)
    time = f"2026-05-28T20:{26 + whole:02d}:{40 + round((minute - whole) * 60) % 20:02d}Z"
    return COT.replace('lat="33.5"', f'lat="{lat_deg}"').replace("2026-05-28T20:26:40Z", time).encode()


def piece(data: bytes | None, source: str = "udp 1", *, whole: bool = True) -> Piece:
    return Piece(source, data, whole=whole, close=lambda: None)


@on_loop
async def test_a_draft_goes_out_when_it_is_new_lost_or_left_and_now_and_then_as_it_grows() -> None:
    sink, clock = Sink([zone(33.5, 60_000)]), DrivenClock(NOW_MS)
    live = LiveTracks(sink, clock, Refusals(), tracking=tracking([], late_ms=120_000))
    await live.refresh()
    for second in range(20):
        clock.drive(NOW_MS + second * 1_000)
        live.take(piece(cot_at(second / 60, 33.5 + second / 10_000)))
        await live.tick()
    assert [draft.reports for draft in sink.kept] == [1]
    clock.drive(NOW_MS + 31_000)
    await live.tick()
    assert [draft.reports for draft in sink.kept] == [1, 20]
    clock.drive(NOW_MS + 400_000)
    await live.tick()
    assert [draft.state for draft in sink.kept] == [DraftState.OPEN, DraftState.OPEN, DraftState.LOST]


@on_loop
async def test_a_node_that_does_not_answer_loses_no_draft_and_is_said_once() -> None:
    sink, clock = Sink([zone(33.5, 60_000)]), DrivenClock(NOW_MS)
    live = LiveTracks(sink, clock, Refusals(), tracking=tracking([], late_ms=120_000))
    await live.refresh()
    sink.fails = True
    live.take(piece(cot_at(0, 33.5)))
    await live.tick()
    await live.tick()
    assert sink.told == ["the node does not answer."]
    sink.fails = False
    await live.tick()
    assert [draft.reports for draft in sink.kept] == [1]


@on_loop
async def test_a_broken_datagram_harms_no_other_sender_and_not_the_next_of_its_own() -> None:
    sink, refusals = Sink([zone(33.5, 60_000)]), Refusals()
    live = LiveTracks(sink, DrivenClock(NOW_MS), refusals, tracking=tracking([], late_ms=120_000))
    await live.refresh()
    live.take(piece(cot_at(0, 33.5)[:200]))
    live.take(piece(cot_at(0, 33.5), "udp 2"))
    live.take(piece(cot_at(0, 33.5)))
    assert live.positions == 2
    assert [each.rule for each in refusals.listed()] == ["cot-xml-broken"]


@on_loop
async def test_pieces_that_wait_together_are_judged_together_by_their_times() -> None:
    sink = Sink([zone(33.5, 60_000)])
    live = LiveTracks(sink, DrivenClock(NOW_MS + 60_000), Refusals(), tracking=tracking([], late_ms=120_000))
    await live.refresh()
    for second in (3, 1, 2, 0):
        live.take(piece(cot_at(second / 60, 33.5 + second / 10_000)))
    live.flush()
    await live.tick()
    (draft,) = sink.kept
    assert (draft.reports, draft.flags) == (4, ())


@on_loop
async def test_a_source_of_no_known_format_is_shut_out() -> None:
    shut = []
    live = LiveTracks(Sink(), DrivenClock(NOW_MS), Refusals(), tracking=tracking([]))
    live.take(Piece("tcp 1", b"GET / HTTP/1.1\r\n\r\n", whole=False, close=lambda: shut.append(1)))
    assert shut == [1]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [COT.encode(), AIRCRAFT.encode() + b"\n", SBS.encode(), CSV.encode(), b"junk\n", b"\xff" * 30]
        )
        | st.binary(max_size=60)
        | st.floats(-90, 90).map(lambda lat: class_a(1, lat, 38.0, 40).encode() + b"\n"),
        max_size=12,
    )
)
def test_whatever_own_units_send_goes_to_the_picture_alone(sent: list[bytes]) -> None:
    class OnlyMoves(Sink):
        """Rule 7: nothing but a move in the picture may come of own units."""

        def keep(self, drafts: Sequence[IncidentDraft]) -> None:
            raise AssertionError(f"a draft of own units: {drafts}")

        def places(self) -> tuple[Sequence[Zone], Sequence[NoticeVolume]] | None:
            raise AssertionError("own units are compared with nothing")

    sink = OnlyMoves([zone(33.5, 20_000_000)])
    live = LiveTracks(sink, DrivenClock(NOW_MS), Refusals(), own=OwnUnits(late_ms=120_000))

    async def run() -> None:
        await live.refresh()
        for n, data in enumerate(sent):
            live.take(piece(data, f"udp {n % 3}"))
            await live.tick()

    asyncio.run(run())
    assert sink.kept == []


@on_loop
async def test_own_units_that_are_believed_move_once_to_their_newest_place() -> None:
    sink = Sink()
    live = LiveTracks(sink, DrivenClock(NOW_MS + 30_000), Refusals(), own=OwnUnits(late_ms=120_000))
    for second, lat_deg in ((0, 33.5), (1, 33.501), (2, 60.0)):
        live.take(piece(cot_at(second / 60, lat_deg)))
    await live.tick()
    await live.tick()
    assert [(place.unit, place.lat_ndeg, place.radius_mm) for place in sink.moved] == [
        ("U-1", 33_501_000_000, 15_000)
    ]


@on_loop
async def test_from_a_socket_to_a_draft() -> None:
    sink, done = Sink([zone(33.5, 60_000)]), asyncio.Event()
    live = LiveTracks(sink, DrivenClock(NOW_MS), Refusals(), tracking=tracking([], late_ms=120_000))
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def tell(what: str) -> None:
        if what.startswith("listening on tcp"):
            listening.set_result(int(what.rpartition(":")[2]))

    sources = Sources(listen=[Address("tcp", HERE, 0)], connect=[], tls=PLAIN)
    running = asyncio.create_task(follow(live, sources, tell, done))
    port = await asyncio.wait_for(listening, SOON_S)
    _, writer = await asyncio.open_connection(HERE, port)
    writer.write(cot_at(0, 33.5))
    writer.close()
    await writer.wait_closed()
    await until(lambda: live.positions, why="the report is read")
    done.set()
    await asyncio.wait_for(running, SOON_S)
    assert [draft.track for draft in sink.kept] == ["U-1"]
