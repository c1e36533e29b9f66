"""Formats: what stands in a file, read into words, and what was put right or refused on the way.

Pure: bytes in, words and a report out. Every file is hostile: size, count and depth are bounded, and
what is not certain is refused by name, never guessed.

* `json_text`: JSON, read so that nothing in it can mean two things.
* `geojson`: RFC 7946 features; `geometry`, `rings` and `properties` are its parts.
* `report`: repairs and refusals, each with the feature's id and place.
* `positions`: reported positions in arrays; `position_stream` finds out the format and cuts bytes into
  pieces; `cot`, `readsb`, `basestation`, `nmea` with `ais`, and `position_tables` read one format each.
* `rows` is what is said of each row; `columns` are the names that are read; `places` reads one row.
* `csv_text`, `xlsx`, `kml`, `geo_features`: one format each; `place_file` finds out which one it is.
* `archive` and `xml_gate` let nothing in that grows or reaches elsewhere.
"""
