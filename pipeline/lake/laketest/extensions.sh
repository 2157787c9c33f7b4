#!/usr/bin/env bash
# Fetches the extensions of DuckDB that a lake needs from PyPI into the cache of the tests, once for each version.
set -euo pipefail
version=$1
to=${XDG_CACHE_HOME:-$HOME/.cache}/tranche-tests/duckdb-extensions/v$version
[ ! -e "$to/ducklake.duckdb_extension" ] || exit 0
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
for name in httpfs postgres-scanner ducklake; do
	python3 -m pip download -q --no-deps --only-binary :all: -d "$wheels" "duckdb-extension-$name==$version"
done
for wheel in "$wheels"/*.whl; do
	python3 -m zipfile -e "$wheel" "$wheels/unpacked"
done
mkdir -p "$to"
mv "$wheels"/unpacked/*/extensions/*/*.duckdb_extension "$to/"
