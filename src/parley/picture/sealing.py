"""A sealed layer stays sealed: a change of it names its cell. The store refuses it too, but only at the end."""

from parley.picture.model import Layer, Picture
from parley.words.errors import InputError


def refuse_unsealing(picture: Picture, layer: Layer) -> None:
    """Refuse to put a layer in place of a sealed one without naming its cell.

    Raises:
        InputError: picture-layer-sealed.
    """
    held = next((each for each in picture.layers if each.name == layer.name), None)
    if held is None or held.compartment is None or held.compartment == layer.compartment:
        return
    what = "this layer is sealed, and the import does not name its cell: it would be open to all"
    do = "Name its cell with --cell; `parley picture list` shows the cells. Only its cell imports into it."
    raise InputError("picture-layer-sealed", what, where=layer.name, do=do)
