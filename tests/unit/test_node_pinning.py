from pathlib import Path

import pytest
from msgspec.structs import replace

from parley.config.home import Home
from parley.config.settings import Settings
from parley.node.pinning import check_reachable
from parley.web.bounded import BoundedHttp, pinned_to
from parley.wire.document import read_descriptor
from parley.wiring.making import init
from parley.words.errors import InputError


def made(folder: Path, name: str = "EASTERN") -> Home:
    home = Home(folder)
    init(home, Settings(name=name, high_water=str(folder / "mark")), ("https://127.0.0.1:7443",))
    return home


def test_an_own_descriptor_can_be_pinned_and_another_party_s_certificate_cannot(tmp_path: Path) -> None:
    one, _ = read_descriptor(made(tmp_path / "one").descriptor.read_bytes())
    other, _ = read_descriptor(made(tmp_path / "other").descriptor.read_bytes())
    check_reachable(one)
    with pytest.raises(InputError) as refused:
        check_reachable(replace(one, certificate_pem=other.certificate_pem))
    assert refused.value.name == "certificate-unfit"


@pytest.mark.parametrize(
    ("shown", "aborted"), [(b"pinned", False), (b"signed by the pinned one", True), (None, True)]
)
def test_a_connection_must_show_the_pinned_certificate_itself(
    shown: bytes | None,
    aborted: bool,  # noqa: FBT001 - a case of the table
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Session:
        def getpeercert(self, *, binary_form: bool) -> bytes | None:
            assert binary_form
            return shown

    class Transport:
        aborted = False

        def get_extra_info(self, name: str) -> object:
            return Session() if name == "ssl_object" else None

        def abort(self) -> None:
            self.aborted = True

    monkeypatch.setattr(BoundedHttp, "connection_made", lambda _protocol, _transport: None)
    transport = Transport()
    protocol = pinned_to(lambda der: der == b"pinned")
    protocol.connection_made(object.__new__(protocol), transport)
    assert transport.aborted is aborted
