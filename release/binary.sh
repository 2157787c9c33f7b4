#!/bin/sh
# Builds the binary that is handed out: release/binary.sh FILE, with VERSION in the environment.
#
# libstdc++ and libgcc are linked in, so that it needs nothing but glibc. glibc itself stays
# outside: linked in, it would still want its own files on the other machine for names of hosts
# and users. Paths, the state of the repository and build ids are left out, so that the same
# source and compilers give the same bytes.
set -eu
cd "$(dirname "$0")/.."
archive=$(c++ -print-file-name=libstdc++.a)
[ -f "$archive" ] || { echo "libstdc++.a is missing: apt-get install g++" >&2; exit 2; }
only=$(mktemp -d) # a folder with the archive alone, so that the linker finds no shared one in it
trap 'rm -rf "$only"' EXIT
ln -s "$archive" "$only"
unset GOFLAGS
CGO_ENABLED=1 go build -tags duckdb_arrow -trimpath -buildvcs=false \
	-ldflags "-s -w -buildid= -X main.version=$VERSION -extldflags '-static-libgcc -L$only'" -o "$1" ./cmd/tranche
