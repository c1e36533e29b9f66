"""What changes between two states of a layer."""

import pytest

from parley.picture.difference import Difference, cut, difference
from parley.picture.model import Layer, OwnItem, OwnKind, Picture
from parley.picture.sealing import refuse_unsealing
from parley.words.codes import Edges
from parley.words.errors import InputError
from parley.words.volume import Area, Circle, Corridor, Entered, Polygon, Position
from places import NOON_MS, circle, polygon


def item(id_: str, area: Area, *, name: str = "A", as_of_ms: int = NOON_MS) -> OwnItem:
    return OwnItem(id=id_, name=name, kind=OwnKind.SITE, layer="wells", area=area, as_of_ms=as_of_ms)


def counts(found: Difference) -> tuple[int, int, int, int, int, int]:
    sorts = (len(found.added), len(found.removed), len(found.moved), len(found.changed))
    return *sorts, found.unchanged, found.refreshed


def test_every_sort_of_change_is_told_apart() -> None:
    square = polygon((0, 0), (0, 1), (1, 1), (1, 0))
    shifted = polygon((0, 1), (0, 2), (1, 2), (1, 1))
    before = [item("same", square), item("old", square), item("moved", square), item("gone", square)]
    after = [
        item("same", square),
        item("old", square, as_of_ms=NOON_MS + 1),
        item("moved", shifted),
        item("new", square),
    ]
    found = difference(before, after)
    assert counts(found) == (1, 1, 1, 0, 1, 1)
    assert found.moved[0].fields == ()
    assert found.moved[0].moved_m == pytest.approx(111_300, rel=0.01)
    assert counts(cut(found, 0))[:4] == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        (circle(33, 38, 0), circle(33, 38, 50), ("area",)),
        (polygon((0, 0), (0, 2), (2, 2), (2, 0)), polygon((0, 0), (0, 2), (2, 2)), ("area",)),
        (circle(33, 38, 10), polygon((32, 37), (32, 39), (34, 39)), ("area",)),
    ],
)
def test_another_shape_is_a_change_of_the_area(old: Area, new: Area, fields: tuple[str, ...]) -> None:
    found = difference([item("a", old)], [item("a", new)])
    assert (found.moved or found.changed)[0].fields == fields


def test_edges_and_widths_count_and_how_a_position_was_typed_does_not() -> None:
    ring = (
        Position(lat_ndeg=0, lon_ndeg=0),
        Position(lat_ndeg=0, lon_ndeg=9),
        Position(lat_ndeg=9, lon_ndeg=9),
    )
    one, other = (Polygon(ring=ring, edges=edges) for edges in Edges)
    assert difference([item("a", one)], [item("a", other)]).changed
    wide, narrow = (Corridor(line=ring, half_width_mm=mm, edges=Edges.STRAIGHT) for mm in (1, 2))
    assert difference([item("a", wide)], [item("a", narrow)]).changed
    entered = Entered(text="0 0", format="decimal", precision_mm=1)  # type: ignore[arg-type] # not looked at
    typed = Circle(centre=Position(lat_ndeg=0, lon_ndeg=0, entered=entered), radius_mm=0)
    plotted = Circle(centre=Position(lat_ndeg=0, lon_ndeg=0), radius_mm=0)
    assert difference([item("a", typed)], [item("a", plotted)]).unchanged == 1


def test_a_change_is_large_over_a_fifth_removed_or_moved_beyond_a_kilometre() -> None:
    held = [item(str(n), circle(10 + n, 20, 0)) for n in range(10)]
    assert not difference(held, held[2:]).large
    assert difference(held, held[3:]).large
    near = [item(str(n), circle(10.005 + n, 20, 0)) for n in range(10)]
    assert not difference(held, near).large
    far = [item(str(n), circle(10.05 + n, 20, 0)) for n in range(3)]
    assert difference(held, [*far, *held[3:]]).large
    assert not difference([], held).large


def test_a_move_over_the_antimeridian_is_short() -> None:
    found = difference([item("a", circle(0, 179.999, 0))], [item("a", circle(0, -179.999, 0))])
    assert found.moved[0].moved_m == pytest.approx(222.6, abs=0.1)


def test_a_sealed_layer_is_changed_only_by_who_names_its_cell() -> None:
    sealed = Layer(name="quiet", compartment="K", loaded_ms=None)
    picture = Picture(
        layers=(sealed, Layer(name="open", compartment=None, loaded_ms=None)), items=(), version=1
    )
    refuse_unsealing(picture, sealed)
    refuse_unsealing(picture, Layer(name="open", compartment="K", loaded_ms=None))
    refuse_unsealing(picture, Layer(name="new", compartment=None, loaded_ms=None))
    for cell in (None, "L"):
        with pytest.raises(InputError) as error:
            refuse_unsealing(picture, Layer(name="quiet", compartment=cell, loaded_ms=None))
        assert error.value.name == "picture-layer-sealed"
