#!/bin/sh
# The version of this source, as Debian sorts them: 1.2.0; 1.2.0+14.g0123456789ab for 14
# commits later; .dirty where something is not committed; 0.0.0 before the first tag.
cd "$(dirname "$0")/.." || exit 1
if [ "$(git rev-parse --show-prefix 2>/dev/null || echo elsewhere)" != "" ]; then # no repository, or another one around this folder
	echo 0.0.0+dev
	exit
fi
tag=$(git describe --tags --match 'v[0-9]*' --abbrev=12 2>/dev/null) || tag=v0.0.0-$(git rev-list --count HEAD)-g$(git rev-parse --short=12 HEAD)
git diff-index --quiet HEAD -- || tag=$tag.dirty
echo "$tag" | sed 's/^v//; s/-\([0-9]*\)-g\([0-9a-f]*\)/+\1.g\2/; s/-/~/g'
