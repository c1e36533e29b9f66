#!/usr/bin/env bash
# Make the virtual environment and install the locked packages. Usage: setup.sh VENV
set -euo pipefail
venv=$1
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

find_python() {
  for name in python3.11 python3.12 python3.13 python3; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      echo "$name"
      return
    fi
  done
}

python=$(find_python)
if [ -z "$python" ] || ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing Debian's python3 and python3-venv"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv >/dev/null
    python=$(find_python)
  else
    fail "needs Python 3.11 or later with its venv module: install Debian's python3 and python3-venv, then run make again."
  fi
fi
[ -n "$python" ] || fail "needs Python 3.11 or later; none was found."

fonts=("$HOME/.fonts" "$HOME/.local/share/fonts" /usr/local/share/fonts /usr/share/fonts)
if [ -z "$(find "${fonts[@]}" \( -name '*.ttf' -o -name '*.otf' -o -name '*.ttc' \) -print -quit 2>/dev/null)" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing Debian's fonts-dejavu-core, for the words of pictures"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends fonts-dejavu-core >/dev/null
  else
    say "no font was found: PNG pictures need one, such as Debian's fonts-dejavu-core; all else works without"
  fi
fi

say "virtual environment in $venv ($("$python" --version))"
"$python" -m venv --clear "$venv"
say "installing the locked packages (about a minute)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
say "done"
