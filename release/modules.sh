#!/bin/sh
# Writes what a binary is made of: release/modules.sh BINARY BILL LICENCES, with VERSION in the environment.
#
# The bill is a CycloneDX file of every module in the binary, and of Go. The licences are those of Go and
# of every package that is built in; a package whose licence is not found is an error. The same binary
# gives the same bytes.
set -eu
cd "$(dirname "$0")/.."
binary=$1 bill=$2 licences=$3
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
# -trimpath keeps this machine's paths out of the tool, because the bill has the tool's checksum.
GOFLAGS=-trimpath go run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0 bin \
	-json -output-version 1.5 -noserial -notimestamp -std -version "$VERSION" -output "$bill" "$binary"
CGO_ENABLED=1 GOFLAGS=-tags=duckdb_arrow go tool -modfile=release/tools.mod go-licenses \
	save ./cmd/tranche --save_path "$found/modules" 2>"$found/log" || { cat "$found/log" >&2; exit 1; }
# The tool leaves out Go itself.
install -D -m 0644 "$(go env GOROOT)/LICENSE" "$found/modules/Go/LICENSE"
(cd "$found/modules" && find . -type f | LC_ALL=C sort | while read -r file; do
	printf '==== %s\n\n' "${file#./}"
	cat "$file"
	printf '\n\n'
done) >"$licences"
