"""The one sentence over a check, and what it was compared with. "Clear" is never a word alone."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from parley.check.model import Against, Finding, Level
from parley.check.sentence import age, zulu
from parley.picture.model import Layer, Picture


class Compared(Struct, frozen=True, kw_only=True):
    """What is known of the picture that a check was compared with.

    Attributes:
        positions: items of open layers.
        oldest_as_of_ms: the oldest of them; null if there are none.
        layers_missing: layers not loaded.
        cells: the cells whose sealed layers are loaded.
        version: the picture's.
    """

    positions: int
    oldest_as_of_ms: int | None
    layers_missing: tuple[str, ...]
    cells: tuple[str, ...]
    version: int

    @classmethod
    def of(cls, picture: Picture) -> "Compared":
        """Count a picture; sealed layers stay uncounted."""
        sealed = {layer.name for layer in picture.layers if layer.compartment is not None}
        ages = [item.as_of_ms for item in picture.items if item.layer not in sealed]
        missing = {_label(layer) for layer in picture.layers if layer.loaded_ms is None}
        cells = {
            layer.compartment for layer in picture.layers if layer.compartment and layer.loaded_ms is not None
        }
        return cls(
            positions=len(ages),
            oldest_as_of_ms=min(ages, default=None),
            layers_missing=tuple(sorted(missing)),
            cells=tuple(sorted(cells)),
            version=picture.version,
        )

    @property
    def is_empty(self) -> bool:
        """Tell whether there was no own position to compare with: then every check says NOT CHECKED."""
        return not self.positions and not self.cells

    def without_picture(self) -> "Compared":
        """The same when only notices were compared: no position was."""
        return replace(self, positions=0, oldest_as_of_ms=None, layers_missing=(), cells=())


def _label(layer: Layer) -> str:
    return layer.name if layer.compartment is None else f"cell {layer.compartment}"


def summary(
    findings: Sequence[Finding], compared: Compared, notices: int, against: Against, now_ms: int | None
) -> str:
    """Say what was found, in how much, how old, and what was missing.

    Args:
        findings: all of them.
        compared: what the picture held.
        notices: how many other notices were compared.
        against: what was asked for.
        now_ms: UTC milliseconds, to say an age; null says only the time.
    """
    if against is not Against.NOTICES and compared.is_empty:
        return _unchecked(findings, compared, notices, against)
    parts = []
    if against is not Against.NOTICES:
        parts.append(f"{_count(compared.positions, 'loaded position')}{_oldest(compared, now_ms)}")
    if against is not Against.PICTURE:
        parts.append(_count(notices, "other notice"))
    tail = _tail(compared) if against is not Against.NOTICES else "; the picture was not compared"
    return f"{_found(findings)} in {' and '.join(parts)}{tail}."


def _unchecked(findings: Sequence[Finding], compared: Compared, notices: int, against: Against) -> str:
    """Say first that nothing of our own was there to compare with: it must not read as "clear"."""
    missing = f"; layers missing: {', '.join(compared.layers_missing)}" if compared.layers_missing else ""
    said = f"NOT CHECKED against own positions: none is loaded{missing}."
    if against is Against.PICTURE:
        return said
    return f"{said} {_found(findings)} in {_count(notices, 'other notice')}."


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _found(findings: Sequence[Finding]) -> str:
    if not findings:
        return "Nothing found"
    counts = ((level, sum(f.level is level for f in findings)) for level in Level)
    words = {
        Level.CALL_CELL: "call a cell",
        Level.INSIDE: "inside",
        Level.WITHIN_SEPARATION: "within separation",
    }
    said = ", ".join(f"{count} {words[level]}" for level, count in counts if count)
    return f"{len(findings)} found ({said})"


def _oldest(compared: Compared, now_ms: int | None) -> str:
    if compared.oldest_as_of_ms is None:
        return ""
    old = f" ({age(now_ms - compared.oldest_as_of_ms)})" if now_ms is not None else ""
    return f", oldest {zulu(compared.oldest_as_of_ms)}{old},"


def _tail(compared: Compared) -> str:
    missing = ", ".join(compared.layers_missing) or "none known"
    sealed = f"; sealed layers compared: {', '.join(compared.cells)}" if compared.cells else ""
    return f"; layers missing: {missing}{sealed}"
