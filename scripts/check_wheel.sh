#!/usr/bin/env bash
# Build the wheel, install it apart from the sources, and run it from another folder. Usage: check_wheel.sh BIN
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(realpath "$1")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"$bin/python" -m hatchling build -t wheel -d "$place/dist" >/dev/null
"$bin/python" - "$place"/dist/*.whl <<'PY'
import sys, zipfile
names = zipfile.ZipFile(sys.argv[1]).namelist()
for needed in ("parley/py.typed", "parley/phrases/books/en.toml", "parley/phrases/books/ru.toml",
               "parley/phrases/books/ar.toml", "parley/watch/heard.toml", "parley/exercises/al_tanf_2022.toml",
               "parley/geo/gazetteer/places.toml", "parley/geo/gazetteer/airfields.csv"):
    assert needed in names, f"the wheel lacks {needed}"
assert any(name.endswith("licenses/LICENSE") for name in names), "the wheel lacks its licence"
assert any(name.endswith("licenses/NOTICE") for name in names), "the wheel lacks its notice"
PY
"$bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-index --target "$place/site" "$place"/dist/*.whl
cd "$place"
PYTHONPATH="$place/site" "$bin/python" -P -c 'import parley, sys; assert parley.__file__.startswith(sys.argv[1]), parley.__file__' "$place/site"
PYTHONPATH="$place/site" "$bin/python" -P -m parley.cli.main exercise list >/dev/null
PYTHONPATH="$place/site" "$bin/python" -P -m parley.cli.main coord al-Tanf >/dev/null
echo "wheel: builds, carries its data, runs from another folder"
