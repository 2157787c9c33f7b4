#!/bin/sh
# Makes what is handed out, for the machine it runs on: release/release.sh FOLDER, with VERSION
# and SOURCE_DATE_EPOCH, the time in the archives, in the environment, and MAINTAINER
# ("Name <address>") for the Debian package. No time, name or path of this machine goes into it.
set -eu
cd "$(dirname "$0")/.."
dist=$1
: "${VERSION:?}" "${SOURCE_DATE_EPOCH:?}"
ARCH=$(go env GOARCH)
MAINTAINER=${MAINTAINER:-Tranche maintainers <maintainers@localhost>}
export VERSION SOURCE_DATE_EPOCH ARCH MAINTAINER
rm -rf "$dist"
mkdir -p "$dist"
dist=$(cd "$dist" && pwd)
work=$dist/work
umask 022

# The guides lie beside each other as they do here, so that their links lead somewhere.
guides() {
	install -d "$1/docs/units" "$1/docs/decisions"
	install -m 0644 ./*.md "$1/"
	install -m 0644 docs/*.md docs/*.png "$1/docs/"
	install -m 0644 docs/units/* "$1/docs/units/"
	install -m 0644 docs/decisions/*.md "$1/docs/decisions/"
}

release/binary.sh "$work/tranche"
release/modules.sh "$work/tranche" "$dist/sbom.cdx.json" "$work/LICENSES-OF-MODULES"

# The package's tree.
make -s install BINARY="$work/tranche" PREFIX=/usr DESTDIR="$work/root" ZSH=/usr/share/zsh/vendor-completions
gzip -9n "$work"/root/usr/share/man/man1/*.1
doc=$work/root/usr/share/doc/tranche
install -d "$work/root/usr/lib/systemd/system" "$doc/examples"
install -m 0644 docs/units/*.service docs/units/*.timer "$work/root/usr/lib/systemd/system/"
install -m 0644 docs/units/tranche.cron docs/units/tranche.logrotate "$doc/examples/"
guides "$doc"
install -m 0644 "$work/LICENSES-OF-MODULES" "$dist/sbom.cdx.json" "$doc/"
install -m 0644 LICENSE "$doc/copyright"
GLIBC=$(objdump -T "$work/tranche" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -1 | cut -d_ -f2)
export GLIBC
sed "s|@WORK@|$work|" release/nfpm.yaml >"$work/nfpm.yaml"
GOFLAGS='' go run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.43.4 package --config "$work/nfpm.yaml" --packager deb --target "$dist/tranche_${VERSION}_$ARCH.deb" >"$work/nfpm.log" || { cat "$work/nfpm.log" >&2; exit 1; }

# The archive, for every other Linux.
name=tranche_${VERSION}_linux_$ARCH
top=$work/$name
make -s install BINARY="$work/tranche" PREFIX="" DESTDIR="$top"
mv "$top/bin/tranche" "$top/tranche" && rmdir "$top/bin"
install -d "$top/units"
install -m 0644 docs/units/* "$top/units/"
guides "$top"
install -m 0644 LICENSE "$work/LICENSES-OF-MODULES" "$top/"
tar -C "$work" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --format=gnu -cf - "$name" | gzip -9n >"$dist/$name.tar.gz"

rm -rf "$work"
cd "$dist"
sha256sum -- *.deb *.tar.gz sbom.cdx.json >SHA256SUMS
cat SHA256SUMS
