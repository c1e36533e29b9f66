"""Drawing: what a check found, as a picture in SVG: the areas, their nearest points, where and how far.

Pure, and the same scene gives the same bytes. A picture may show own positions; then it says that it is
private. Nothing is told by colour alone: notices are hatched with solid outlines, others dotted and dashed.

* `scene`: what is drawn. `svg`: the whole picture; `panel`: one map in it.
* `projection`: a map round one point; `graticule`: its lines of latitude and longitude; `outlines`: areas.
"""
