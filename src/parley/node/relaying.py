"""Relaying: "pass this to X" and "heard from X". Hearsay with its chain: it moves no step and no phase.

What may not be shared onward is not relayed, whatever is typed: its author's caveats are kept here, by us.
"""

from typing import Final

from msgspec import Struct

from parley.exchange import thread as threads
from parley.node.desk import Desk
from parley.node.lines import known_line
from parley.node.releasing import check_may_release
from parley.node.stored import message_by_id
from parley.phrases import phrase
from parley.ports.store import Line, Reads
from parley.wire.message import Message
from parley.words import bodies
from parley.words.bodies import Caveats, NoticeBody, Said, Voice
from parley.words.codes import RelayMedium, RelayWay
from parley.words.errors import InputError
from parley.words.units import FreeText, Language, LineId, MessageId, ShortText, TimeMs
from parley.words.volume import Volume

MOST_LINKS: Final = 16


class RelayDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person asks to relay.

    Attributes:
        text: what was said; for a notice its activity by default, for a relay its own text.
        of: the message that is repeated, on the line `on`.
        chain: who said it to whom before; what the record shows of `of` is added.
    """

    way: RelayWay
    party: ShortText
    text: FreeText | None = None
    language: Language = "en"
    chain: tuple[Said, ...] = ()
    volume: Volume | None = None
    of: MessageId | None = None
    on: LineId | None = None


class _Found(Struct, frozen=True):
    """What the message that is repeated gives to its relay."""

    text: FreeText
    language: Language
    chain: tuple[Said, ...]
    volume: Volume | None
    caveats: Caveats | None


def check_onward(caveats: Caveats | None, now_ms: TimeMs, where: str) -> None:
    """Raise where its author's caveats forbid that something leaves for others: for relays and exports.

    Raises:
        InputError: onward-forbidden, destroy-after-passed.
    """
    if caveats is None:
        return
    do = "Ask its author; or say in your own words what you know yourself."
    if not caveats.onward:
        raise InputError("onward-forbidden", "its author's caveats forbid onward sharing", where=where, do=do)
    if caveats.destroy_after_ms is not None and now_ms >= caveats.destroy_after_ms:
        what = "the time after which its author wants it destroyed has passed"
        raise InputError("destroy-after-passed", what, where=where, do=do)


def relay(desk: Desk, draft: RelayDraft) -> Message:
    """Relay what another party said, or what it is to be told.

    Raises:
        InputError: message-unknown, relay-of-what, relay-says-nothing, chain-too-long, onward-forbidden,
            destroy-after-passed, role-cannot-release.
        PeerError: a rule of the wire, such as relay-unchained.
    """
    check_may_release(desk.by)
    found = _found(desk, draft) if draft.of is not None else None
    text = draft.text or (found.text if found else None)
    if text is None:
        raise InputError("relay-says-nothing", "a relay says what was said", do="Give --text or --of.")
    chain = (*(found.chain if found else ()), *draft.chain)
    if len(chain) > MOST_LINKS:
        do = "Ask for it nearer to its source."
        raise InputError("chain-too-long", f"a chain has at most {MOST_LINKS} links", do=do)
    body = bodies.Relay(
        salt=desk.salt(),
        way=draft.way,
        party=draft.party,
        chain=chain,
        volume=draft.volume or (found.volume if found else None),
        text=text,
        language=found.language if found and draft.text is None else draft.language,
        original=draft.of,
        caveats=found.caveats if found else None,
    )
    return desk.send(body)


def _found(desk: Desk, draft: RelayDraft) -> _Found:
    """Return what the repeated message gives; raise where its caveats, or those of a newer version, forbid it."""
    of = draft.of or ""
    line = desk.line if draft.on is None else known_line(desk.tx, draft.on)
    message = message_by_id(desk.tx, line, of)
    heard = message.body if isinstance(message.body, bodies.Heard) else None
    voice = heard.voice if heard else None
    body = heard.said if heard else message.body
    match body:
        case bodies.Notice() | bodies.Amend():
            for caveats in (body.caveats, _newest_caveats(desk.tx, line, of)):
                check_onward(caveats, desk.now_ms, of[:16])
            text = phrase("en", "activity", body.activity.value).text
            return _Found(text, "en", (_link(desk, line, message, voice),), body.volume, body.caveats)
        case bodies.Relay():
            check_onward(body.caveats, desk.now_ms, of[:16])
            chain = (*body.chain, _link(desk, line, message, voice))
            return _Found(body.text, body.language, chain, body.volume, body.caveats)
        case _:
            what = "only a notice or a relay is relayed; all else is between its parties"
            raise InputError("relay-of-what", what, where=of[:16], do="Say it in your own words.")


def _newest_caveats(reads: Reads, line: Line, of: MessageId) -> Caveats | None:
    thread_id = reads.thread_of(line.id, of)
    thread = reads.thread(line.id, thread_id) if thread_id else None
    newest: NoticeBody | None = threads.latest(thread).body if thread else None
    return newest.caveats if newest else None


def _link(desk: Desk, line: Line, message: Message, voice: Voice | None) -> Said:
    """Return the link that our record shows: who said it to whom, when, and how."""
    own, theirs = desk.own.descriptor.name, line.peer.name if line.peer else line.name
    if voice is not None:
        medium = RelayMedium(voice.medium.value)
        return Said(who=theirs, to_whom=own, at_ms=voice.at_ms, medium=medium)
    ours = message.header.from_ == desk.own.party
    who, to_whom = (own, theirs) if ours else (theirs, own)
    return Said(who=who, to_whom=to_whom, at_ms=message.header.at, medium=RelayMedium.LINE)
