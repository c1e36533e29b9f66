"""Saying: our messages as sentences for the telephone, in the language that is spoken on it."""

from typing import Final

from msgspec import Struct

from parley.node.desk import to_say
from parley.node.naming import handle
from parley.node.own import Own
from parley.node.stored import message_by_id
from parley.phrases import Coded, Parameter, Sentence, Verbatim, joined, sentence
from parley.ports.store import Line, Reads
from parley.watch.asking import say_volume
from parley.wire.message import Message
from parley.words import bodies
from parley.words.bodies import NoticeBody
from parley.words.units import MessageId, TimeMs
from parley.words.volume import ALWAYS, Area, Band, Volume

MOST_TO_SAY = 50


class Saying(Struct, frozen=True, kw_only=True):
    """A message of ours that waits to be said, and how to say it.

    Attributes:
        handle: of the notice that it is about; its own id where there is none.
    """

    id: MessageId
    kind: str
    handle: str
    at_ms: TimeMs
    say: Sentence


FIRST: Final = {"stop": 0, "hazard": 1}
"""What is said before all else, in this order."""


def what_to_say(reads: Reads, own: Own, line: Line, language: str, now_ms: TimeMs) -> tuple[Saying, ...]:
    """Return what waits to be said on a phone line: a STOP first, then a hazard, then the oldest."""
    waiting = sorted(to_say(reads, line.id), key=lambda one: (FIRST.get(one.kind, 2), one.at_ms))[
        :MOST_TO_SAY
    ]
    found = []
    for one in waiting:
        message = message_by_id(reads, line, one.id)
        name = _name(reads, own, line, message)
        say = _said(message, name, language, now_ms)
        found.append(Saying(id=one.id, kind=one.kind, handle=name, at_ms=one.at_ms, say=say))
    return tuple(found)


def _name(reads: Reads, own: Own, line: Line, message: Message) -> str:
    thread_id = reads.thread_of(line.id, message.id)
    thread = reads.thread(line.id, thread_id) if thread_id else None
    return handle(own, line, thread) if thread else message.id[:12]


def _said(message: Message, name: str, language: str, now_ms: TimeMs) -> Sentence:
    match message.body:
        case bodies.Notice() as body:
            return joined((sentence(language, "say", "notice"), *_notice(body, language, now_ms)))
        case bodies.Amend() as body:
            intro = sentence(language, "say", "amend", name=Verbatim(name))
            return joined((intro, *_notice(body, language, now_ms)))
        case bodies.Stop() as body:
            return joined((sentence(language, "say", "stop"), *_scope(body.scope, language, now_ms)))
        case bodies.Hazard(area=area):
            said = [] if area is None else _place(area, language, now_ms)
            return joined((sentence(language, "say", "hazard"), *said))
        case bodies.Cancel() | bodies.Begin() | bodies.End() | bodies.HazardEnd():
            return sentence(language, "say", message.header.kind, name=Verbatim(name))
        case _:
            code = "relay" if isinstance(message.body, bodies.Relay) else "message"
            return sentence(language, "say", code, name=_answer(message, name))


def _answer(message: Message, name: str) -> Parameter:
    match message.body:
        case bodies.Reply(code=code):
            return (Verbatim(name), Coded("reply", code.value))
        case bodies.Relay(text=text):
            return Verbatim(text)
        case bodies.StopReply(answer=answer):
            return Coded("stop_answer", answer.value)
        case _:
            return Verbatim(f"{message.header.kind} {name}")


def _notice(body: NoticeBody, language: str, now_ms: TimeMs) -> list[Sentence]:
    named = Coded("spoken_activity", body.activity.value)
    said = [sentence(language, "say", "activity", activity=named)]
    said += say_volume(language, body.volume, now_ms, short=False)
    return [*said, sentence(language, "ask", "correct")]


def _scope(scope: bodies.StopScope, language: str, now_ms: TimeMs) -> list[Sentence]:
    match scope:
        case bodies.StopPlace(area=area):
            return _place(area, language, now_ms)
        case bodies.StopVolume(volume=volume) | bodies.StopActivity(volume=Volume() as volume):
            return _place(volume.area, language, now_ms)
        case _:
            return []


def _place(area: Area, language: str, now_ms: TimeMs) -> list[Sentence]:
    everywhere = Volume(area=area, band=Band(floor=None, ceiling=None), window=ALWAYS)
    return say_volume(language, everywhere, now_ms, short=True)[:-1]
