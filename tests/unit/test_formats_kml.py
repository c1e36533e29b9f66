"""KML and KMZ files of places: shapes, times and altitudes; and what cannot be held is a refused row."""

import pytest

from importing import POINT, archive, kml, only_refusal, placemark, read
from parley.words.codes import Datum, Edges
from parley.words.errors import InputError
from parley.words.volume import Circle, Corridor, MultiPolygon, Polygon

SQUARE = "38,33,5 39,33,9 39,34,7 38,34,5 38,33,5"


def polygon(coordinates: str = SQUARE, extra: str = "") -> str:
    ring = f"<LinearRing><coordinates>{coordinates}</coordinates></LinearRing>"
    return f"<Polygon>{extra}<outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"


def test_a_point_is_read() -> None:
    (place,) = read(kml(placemark(POINT, extra="<styleUrl>#s</styleUrl>"))).places
    assert (place.id, place.name, place.kind) == ("p1", "Well", "site")
    assert isinstance(place.area, Circle)
    assert place.area.centre.lat_ndeg == 33_250_000_000
    assert place.band is None


def test_a_polygon_has_geodesic_edges_and_one_vertex_less_than_its_ring() -> None:
    (place,) = read(kml(placemark(polygon()))).places
    assert isinstance(place.area, Polygon)
    assert place.area.edges is Edges.GEODESIC
    assert len(place.area.ring) == 4


@pytest.mark.parametrize(
    ("mode", "datum"), [("relativeToGround", Datum.ABOVE_GROUND), ("absolute", Datum.MEAN_SEA_LEVEL)]
)
def test_altitudes_go_from_the_lowest_to_the_highest_vertex(mode: str, datum: Datum) -> None:
    (place,) = read(kml(placemark(polygon(extra=f"<altitudeMode>{mode}</altitudeMode>")))).places
    assert place.band is not None
    assert place.band.floor is not None
    assert place.band.ceiling is not None
    assert (place.band.floor.value_mm, place.band.ceiling.value_mm) == (5_000, 9_000)
    assert place.band.floor.datum is place.band.ceiling.datum is datum


def test_an_extruded_shape_reaches_the_ground() -> None:
    extra = "<extrude>1</extrude><altitudeMode>absolute</altitudeMode>"
    (place,) = read(kml(placemark(polygon(extra=extra)))).places
    assert place.band is not None
    assert place.band.floor is not None
    assert place.band.floor.datum is Datum.ABOVE_GROUND
    assert place.band.floor.value_mm == 0


def test_times_are_read() -> None:
    span = "<TimeSpan><begin>2022-06-15T14:32:00Z</begin><end>2022-06-15T20:00:00+03:00</end></TimeSpan>"
    (place,) = read(kml(placemark(POINT, extra=span))).places
    assert place.window is not None
    assert place.window.start_ms == 1_655_303_520_000
    (known,) = read(
        kml(placemark(POINT, extra="<TimeStamp><when>2022-06-15T14:32Z</when></TimeStamp>"))
    ).places
    assert known.as_of_ms == 1_655_303_520_000
    refusal = only_refusal(kml(placemark(POINT, extra="<TimeStamp><when>2022-06</when></TimeStamp>")))
    assert (refusal.column, refusal.rule) == ("as_of", "time-unreadable")


def test_several_shapes_of_one_placemark_become_several_items_and_it_is_said() -> None:
    found = read(
        kml(placemark(f"<MultiGeometry>{POINT}<MultiGeometry>{POINT}</MultiGeometry></MultiGeometry>"))
    )
    assert [place.id for place in found.places] == ["p1#1", "p1#2"]
    assert [repair.rule for repair in found.report.repaired] == ["split"]


def test_extended_data_goes_before_what_a_program_wrote() -> None:
    data = '<SchemaData><SimpleData name="Site_ID">S-7</SimpleData></SchemaData>'
    extra = f'<ExtendedData>{data}<Data name="radius (m)"><value>50</value></Data></ExtendedData>'
    (place,) = read(kml(placemark(POINT, extra=extra))).places
    assert place.id == "S-7"
    assert isinstance(place.area, Circle)
    assert place.area.radius_mm == 50_000


@pytest.mark.parametrize(
    ("shape", "rule"),
    [
        ("", "kml-no-shape"),
        ("<Point><coordinates/></Point>", "kml-coordinates"),
        ("<Point><coordinates>38.5</coordinates></Point>", "kml-coordinates"),
        ("<Point><coordinates>38.5, 33.25</coordinates></Point>", "kml-coordinates"),
        ("<Point><coordinates>nan,33.25</coordinates></Point>", "coordinate-not-a-number"),
        ("<Point><coordinates>33.25,138.5</coordinates></Point>", "axes-swapped"),
        ("<Point><coordinates>38.5,33.25 38.5,33.25</coordinates></Point>", "kml-coordinates"),
        ("<LineString><coordinates>1,2 3,4</coordinates></LineString>", "corridor-half-width-zero"),
        ("<Model/>", "shape-not-held"),
        ("<gx:Track xmlns:gx='u'/>", "shape-not-held"),
        ("<Polygon/>", "kml-no-shape"),
        (polygon("38,33 39,33 39,34 38,34"), "ring-unclosed"),
        (polygon("38,33 39,34 39,33 38,34 38,33"), "polygon-self-crossing"),
        (polygon("38,33 38,33 38,33 38,33"), "polygon-zero-area"),
        (polygon(extra="<altitudeMode>clampToSeaFloor</altitudeMode>"), "altitude-mode-unknown"),
        (
            polygon("38,33,x 39,33 39,34 38,33,x", "<altitudeMode>absolute</altitudeMode>"),
            "kml-coordinates",
        ),
    ],
)
def test_a_placemark_that_cannot_be_held_is_refused(shape: str, rule: str) -> None:
    assert only_refusal(kml(placemark(shape))).rule == rule


def test_a_polygon_with_holes_and_several_polygons_are_one_area() -> None:
    hole = "<innerBoundaryIs><LinearRing><coordinates>38.2,33.2 38.4,33.2 38.4,33.4 38.2,33.2</coordinates>"
    holed = polygon().replace("</Polygon>", f"{hole}</LinearRing></innerBoundaryIs></Polygon>")
    far = polygon("48,33 49,33 49,34 48,33")
    (place,) = read(kml(placemark(holed))).places
    assert isinstance(place.area, Polygon)
    assert len(place.area.holes) == 1
    (both,) = read(kml(placemark(f"<MultiGeometry>{holed}{far}</MultiGeometry>"))).places
    assert isinstance(both.area, MultiPolygon)
    assert [len(part.holes) for part in both.area.parts] == [1, 0]


def test_polygons_that_overlap_stay_items_of_their_own() -> None:
    found = read(kml(placemark(f"<MultiGeometry>{polygon()}{polygon()}</MultiGeometry>")))
    assert [place.id for place in found.places] == ["p1#1", "p1#2"]


def test_a_line_with_half_its_width_is_a_corridor() -> None:
    line = "<LineString><coordinates>38,33 39,34</coordinates></LineString>"
    width = '<ExtendedData><Data name="half_width_m"><value>250</value></Data></ExtendedData>'
    (place,) = read(kml(placemark(line, extra=width))).places
    assert isinstance(place.area, Corridor)
    assert place.area.half_width_mm == 250_000


def test_a_radius_of_a_polygon_is_refused_because_it_was_meant_to_be_larger() -> None:
    radius = '<ExtendedData><Data name="radius_m"><value>250</value></Data></ExtendedData>'
    assert only_refusal(kml(placemark(polygon(), extra=radius))).rule == "reach-without-use"


@pytest.mark.parametrize(
    ("feature", "rule"),
    [
        ("<NetworkLink><Link><href>x.kml</href></Link></NetworkLink>", "kml-network-link"),
        ("<NetworkLinkControl/>", "kml-network-link"),
        ("<GroundOverlay/>", "kml-overlay"),
        ("<PhotoOverlay/>", "kml-overlay"),
    ],
)
def test_what_holds_no_place_is_refused_by_name_and_never_fetched(feature: str, rule: str) -> None:
    found = read(kml(placemark(POINT), feature))
    assert [(refusal.row, refusal.rule) for refusal in found.report.refused] == [(2, rule)]
    assert len(found.places) == 1


def test_a_repeated_vertex_is_left_out_and_said() -> None:
    found = read(kml(placemark(polygon("38,33 38,33 39,33 39,34 38,33"))))
    assert [repair.rule for repair in found.report.repaired] == ["repeated-vertices-dropped"]
    assert isinstance(found.places[0].area, Polygon)
    assert len(found.places[0].area.ring) == 3


def test_a_kmz_is_read_from_its_main_document() -> None:
    document = kml(placemark(POINT))
    assert len(read(archive(doc_dot_kml=document, other_dot_kml="<x/>")).places) == 1
    assert len(read(archive(site_dot_kml=document)).places) == 1
    with pytest.raises(InputError) as error:
        read(archive(a_dot_kml=document, b_dot_kml=document))
    assert error.value.name == "kmz-uncertain"


def test_the_id_may_come_from_the_name() -> None:
    document = kml(placemark(POINT).replace(' id="p1"', ""))
    assert only_refusal(document).rule == "id-missing"
    assert read(document, by_hand={"id": "name"}).places[0].id == "Well"
