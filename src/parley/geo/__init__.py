"""Geo: positions, areas and distances on the WGS 84 ellipsoid.

Pure: no clock, disk, randomness or network; numpy and PROJ do the sums. Nanodegrees and
millimetres come in at the door; inside, names end in their unit (`_m`, `_s`, `_deg`, `_rad`).

* `ellipsoid`: the constants, Earth-centred coordinates, geodesics.
* `shape`: an area made ready for many comparisons; `boundary` is a polygon's outline.
* `distance`: how far two areas are apart; `kernel` is the arithmetic on outlines.
* `quick`: certain answers to "within this distance?" by few sums, before the exact step.
* `plane` and `cells`: the same for very many points at a time, as streams need it.
* `altitude`: how far two altitude bands are apart.
* `box`: the five-dimensional box that an index holds.
* `validity`: what is wrong with a volume.
* `coordinate`: reading what a person typed, in every format: `angles`, `mgrs`, `utm`, `gars`, `georef`.
* `gazetteer`: places by name. `entry_warnings`: what to look at again in a coordinate; `slips`.
"""
