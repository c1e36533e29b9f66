#!/usr/bin/env bash
# Install Debian's PostgreSQL and PostGIS for `make bench-spatial`, where they are missing and root may.
# Without them the bench goes on and says so.
set -euo pipefail

say() { printf 'setup: %s\n' "$*"; }

compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  say "PostGIS is not installed; the bench goes on without it"
  exit 0
fi
say "installing Debian's PostgreSQL and PostGIS"
apt-get update -qq
package=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | awk '{print $1}' | sort -V | tail -1)
if [ -z "$package" ] ||
  ! DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql "$package" >/dev/null; then
  say "PostGIS could not be installed; the bench goes on without it"
fi
