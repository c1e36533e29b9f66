"""Client: how a command asks the running node, through its local API, and what an error there means here.

| the API answers | here | exit status |
|---|---|---|
| 400, 401, 404, 409 and other 4xx | InputError | 2 |
| 422: what came from the peer breaks a rule | PeerError | 1 |
| 5xx, no answer, an answer that cannot be read | SystemFault | 3 |
"""

import ssl
import unicodedata
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct

from parley.config.home import Home
from parley.words.errors import InputError, ParleyError, PeerError, SystemFault

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
CONNECT_S: Final = 5.0
ANSWER_S: Final = 120.0
"""How long an answer may take: a large record takes a while to verify."""
PEER_STATUS: Final = 422
NOT_LET_IN: Final = 401


class _Problem(Struct):
    name: str
    what: str
    where: str = ""
    do: str = ""


class NodeNow(Struct):
    """Who the node is, and what its clock reads: an exercise may drive it."""

    name: str
    party: str
    version: str
    now_ms: int
    driven_clock: bool


class Node:
    """The running node, as one person on duty asks it.

    Args:
        home: its folder.
        duty: the duty designation; by default the party's name and "WATCH".
        role: the person's role, as its code.
        as_json: whether the command prints for programs; then it asks nothing.
    """

    def __init__(
        self,
        home: Home,
        *,
        duty: str | None,
        role: str,
        as_json: bool,
        heard: Mapping[str, object] | None = None,
    ) -> None:
        self.home: Final = home
        self.as_json: Final = as_json
        self._duty, self._role = duty, role
        self._heard = heard

    @cached_property
    def _settings(self) -> Any:  # noqa: ANN401 - `Settings`, loaded only when a command needs it
        from parley.config.settings import read_settings

        return read_settings(self.home)

    @property
    def hears(self) -> bool:
        """Tell whether what is done is what the other side said."""
        return self._heard is not None

    @cached_property
    def duty(self) -> str:
        """The duty designation under which things are done."""
        return typed_text(self._duty or f"{self._settings.name} WATCH")

    @cached_property
    def by(self) -> dict[str, object]:
        """Who acts, and whom they heard say it: the members that every request of a person carries."""
        by = {"role": self._role, "duty": self.duty}
        return {**by, "heard": self._heard} if self._heard else {**by}

    @cached_property
    def now(self) -> NodeNow:
        """Who the node is, and its time when it was first asked."""
        return self.get(("status",), NodeNow)

    def get(self, path: tuple[str, ...], as_: type[T], **query: object) -> T:
        """Ask for something."""
        return self._read(self._ask("GET", path, None, query), as_)

    def post(
        self, path: tuple[str, ...], body: Mapping[str, object], as_: type[T], *, answer_s: float = ANSWER_S
    ) -> T:
        """Do something, as the person on duty; `answer_s` is how long the answer may take."""
        return self._read(self._ask("POST", path, {**self.by, **body}, {}, answer_s), as_)

    def put(self, path: tuple[str, ...], body: Mapping[str, object], as_: type[T]) -> T:
        """Replace something, as the person on duty."""
        return self._read(self._ask("PUT", path, {**self.by, **body}, {}), as_)

    def delete(self, path: tuple[str, ...]) -> None:
        """Take something back that was only prepared; nobody signs for it."""
        self._ask("DELETE", path, None, {})

    def ask_only(self, path: tuple[str, ...], body: Mapping[str, object], as_: type[T]) -> T:
        """Ask for something that takes a body and records nothing, so that nobody signs for it."""
        return self._read(self._ask("POST", path, body, {}), as_)

    def _ask(
        self,
        method: str,
        path: tuple[str, ...],
        body: object,
        query: Mapping[str, object],
        answer_s: float = ANSWER_S,
    ) -> bytes:
        import httpx

        url = self._url(path)
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        content = None if body is None else msgspec.json.encode(body)
        limits = httpx.Timeout(answer_s, connect=CONNECT_S)
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the API is on loopback, without TLS
        try:
            with httpx.Client(verify=nobody, trust_env=False, timeout=limits) as client:
                params = {key: str(value).lower() for key, value in query.items()}
                answer = client.request(method, url, headers=headers, content=content, params=params)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise self._not_answering() from error
        except httpx.HTTPError as error:
            raise _lost(error, changes=method != "GET") from error
        if answer.status_code == NOT_LET_IN:
            raise self._another_node()
        if not answer.is_success:
            raise _refused(answer)
        return answer.content

    def _url(self, path: tuple[str, ...]) -> str:
        from parley.config.settings import parse_address

        host, port = parse_address(self._settings.desk_listen)
        address = f"[{host}]" if ":" in host else host
        parts = "/".join(quote(typed_text(part), safe="") for part in path)
        return f"http://{address}:{port}/api/v1/{parts}"

    def _token(self) -> str:
        try:
            return self.home.token.read_text("ascii").strip()
        except (OSError, ValueError) as error:
            raise SystemFault(
                "token-unreadable",
                "the node's token cannot be read",
                where=str(self.home.token),
                do="Use the account that runs the node; `parley doctor` says more.",
            ) from error

    def _not_answering(self) -> SystemFault:
        return SystemFault(
            "node-not-answering",
            "the node does not answer",
            where=f"{self._settings.name} on {self._settings.desk_listen}",
            do=f"Start it: parley serve --home {self.home.path}",
        )

    def _another_node(self) -> InputError:
        """Return why a token of this very folder is refused: whoever answers there is not its node."""
        return InputError(
            "another-node",
            f"another node than that of {self.home.path} answers here",
            where=f"{self._settings.name} on {self._settings.desk_listen}",
            do=f"Give each node a desk port of its own: desk_listen in {self.home.path}/parley.toml; then serve it.",
        )

    def _read(self, raw: bytes, as_: type[T]) -> T:
        try:
            return msgspec.json.decode(raw, type=as_)
        except msgspec.DecodeError as error:
            raise SystemFault(
                "answer-unreadable",
                f"the node's answer cannot be read: {error}",
                do="Are this program and the node of the same version? See `parley status`.",
            ) from error


def typed_text(text: str) -> str:
    """Return typed text in Unicode normalisation form C, as the wire wants it.

    Raises:
        InputError: text-unreadable, when its bytes were no text.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        shown = text.encode(errors="replace").decode()
        raise InputError("text-unreadable", "this is not UTF-8 text", where=shown[:80]) from error
    return unicodedata.normalize("NFC", text)


def _lost(error: Exception, *, changes: bool) -> SystemFault:
    do = "Ask again."
    if changes:
        do = "It may have been done or not: look at `parley board` before you try again. Repeat a STOP at once."
    return SystemFault("answer-lost", f"the node's answer did not come: {error}", do=do)


def _refused(answer: "httpx.Response") -> ParleyError:
    status = answer.status_code
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem("answer-unreadable", f"the node answered with HTTP status {status}")
    return _kind(status)(problem.name, problem.what, where=problem.where, do=problem.do)


def _kind(status: int) -> type[ParleyError]:
    if status == PEER_STATUS:
        return PeerError
    return InputError if 400 <= status < 500 else SystemFault  # noqa: PLR2004 - client errors
