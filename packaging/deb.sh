#!/usr/bin/env bash
# Makes a Debian package: the binary, the shipped rules as configuration, the systemd unit, manual pages and completions.
# From the repository's folder:
#
#   cargo build --profile dist && packaging/deb.sh OUT_DIR
#
# PETIOLE   the binary   (target/dist/petiole)
set -euo pipefail

petiole=$(realpath "${PETIOLE:-target/dist/petiole}")
out=${1:?name the folder where the package goes}
here=$(realpath "$(dirname "$0")")
[ -x "$petiole" ] || { echo "deb.sh: there is no $petiole; build it first, or name it as PETIOLE" >&2; exit 3; }
version=$("$petiole" version | cut -d' ' -f2)
architecture=$(dpkg --print-architecture)

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
umask 022
install -D -m 755 "$petiole" "$tree/usr/bin/petiole"
install -D -m 644 "$here/petiole.service" "$tree/lib/systemd/system/petiole.service"
install -D -m 644 "$here/../LICENSE-APACHE" "$tree/usr/share/doc/petiole/copyright"
mkdir -p "$tree/etc/petiole" "$tree/DEBIAN" "$tree/usr/share/man/man1"
cp -r "$here/../rules" "$tree/etc/petiole/rules"
for command in "" $("$petiole" --help | sed -n '/^Commands:/,/^$/{s/^  \([a-z]*\) .*/\1/p}'); do
    "$petiole" man $command | gzip -9n >"$tree/usr/share/man/man1/petiole${command:+-$command}.1.gz"
done
completions=$tree/usr/share
mkdir -p "$completions/bash-completion/completions" "$completions/zsh/vendor-completions" \
    "$completions/fish/vendor_completions.d"
"$petiole" completions bash >"$completions/bash-completion/completions/petiole"
"$petiole" completions zsh >"$completions/zsh/vendor-completions/_petiole"
"$petiole" completions fish >"$completions/fish/vendor_completions.d/petiole.fish"

(cd "$tree" && find etc -type f -printf '/%p\n' | sort) >"$tree/DEBIAN/conffiles"
cat >"$tree/DEBIAN/control" <<END
Package: petiole
Version: $version
Architecture: $architecture
Maintainer: the petiole developers <petiole@localhost>
Depends: libc6, ca-certificates
Section: net
Priority: optional
Installed-Size: $(du -sk "$tree" | cut -f1)
Description: joins business systems by rules
 YAML files say what maps to what, who owns which field and which status
 follows which; petiole keeps both sides in step, reloads the rules while it
 runs, and checks them before they cost money.
END
mkdir -p "$out"
dpkg-deb --root-owner-group --build "$tree" "$out/petiole_${version}_$architecture.deb"
