"""The store of the picture: apart from everything else, encrypted, never copied to another party."""

from collections.abc import Sequence
from typing import Protocol

from parley.picture.model import Layer, OwnItem, Picture


class PictureStore(Protocol):
    """Keeps layers and their items.

    Guarantees: each change is durable when the call returns, happens wholly or not at all, and makes
    the version one higher. What `load` returns is the picture at one version, proved whole: a row
    that is missing, altered or from another version raises instead.

    Raises (every method):
        SystemFault: `picture-missing`, `picture-does-not-verify` (wrong key, or altered),
            `picture-failed` (disk).
    """

    def load(self) -> Picture:
        """Return everything."""
        ...

    def replace(self, layer: Layer, items: Sequence[OwnItem], *, since: int | None = None) -> int:
        """Put a layer and its items in place of the layer of that name, and return the new version.

        Args:
            layer: the layer.
            items: all its items.
            since: the version of the picture that the change was made for; null for any.

        Raises:
            InputError: `picture-changed` (it is at another version than `since`),
                `picture-item-in-wrong-layer`, `picture-item-repeated` (an id occurs twice in
                the layer), `picture-area-faulty`, `picture-layer-sealed` (the layer of that name is
                sealed, and this one does not name its cell).
        """
        ...

    def remove(self, name: str) -> int:
        """Forget a layer and its items, and return the new version.

        Raises:
            InputError: `picture-layer-unknown`.
        """
        ...
