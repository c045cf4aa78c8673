#!/usr/bin/env bash
# Unpacks the archive and installs the package in a fresh Debian that has neither Rust nor Node, and tries them.
# Needs root, debootstrap and curl; `make test-dist` makes both first. A Debian that was made before is reused if
# DEBIAN_ROOT names it.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
root="${DEBIAN_ROOT:-$work/root}"
demo=
finish() {
  if [ -n "$demo" ]; then kill -TERM "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; fi
  mountpoint -q "$root/proc" && umount "$root/proc"
  rm -rf "$work"
}
trap finish EXIT
say() { printf '\n== %s\n' "$*"; }

if [ ! -x "$root/usr/bin/dpkg" ]; then
  say "a fresh Debian"
  debootstrap --variant=minbase bookworm "$root" >"$work/debootstrap.log"
fi
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
bare=(/usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root)
inside() { chroot "$root" "${bare[@]}" "$@"; }
if inside sh -c 'command -v cargo || command -v node || command -v clickhouse'; then exit 1; fi

say "the archive"
archive=$(echo dist/messenger-funnel-*-linux-x64.tar.gz)
name=$(basename "$archive" .tar.gz)
(cd dist && sha256sum --check SHA256SUMS)
rm -rf "$root/opt/$name"
tar -xzf "$archive" -C "$root/opt"
inside sh -c "cd /opt/$name && sha256sum --check --quiet SHA256SUMS && ./messenger-funnel --version"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p "$root/tmp/demo"
rm -rf "$root/tmp/demo/"*
# No function: the process that is begun is the one that is ended.
chroot "$root" "${bare[@]}" "MESSENGER_FUNNEL__SERVER__LISTEN=127.0.0.1:$port" \
  sh -c "cd /tmp/demo && exec /opt/$name/messenger-funnel demo --people 300" >"$work/demo.log" 2>&1 &
demo=$!
for _ in $(seq 120); do
  grep -q 'The dashboard:' "$work/demo.log" && break
  kill -0 "$demo" || { cat "$work/demo.log"; exit 1; }
  sleep 1
done
cat "$work/demo.log"
# This machine may look, as long as there is no user.
page=$(curl --silent --show-error --fail "http://127.0.0.1:$port/")
grep -q '</html>' <<<"$page"
funnel=$(curl --silent --show-error --fail "http://127.0.0.1:$port/api/v1/funnels/click-to-messenger")
python3 - "$funnel" <<'CHECK'
import json, sys
steps = {step["name"]: step["count"] for step in json.loads(sys.argv[1])["steps"]}
print(steps)
assert steps["opened"] > steps["messaged"] > steps["lead"] > 0
CHECK
kill -TERM "$demo"
wait "$demo" || { cat "$work/demo.log"; exit 1; }
demo=

say "the package"
package=$(echo dist/messenger-funnel_*_amd64.deb)
cp "$package" "$root/tmp/messenger-funnel.deb"
inside dpkg -i /tmp/messenger-funnel.deb
inside messenger-funnel --version
[ "$(inside stat -c '%U:%G %a' /etc/messenger-funnel/messenger-funnel.toml)" = "root:messenger-funnel 640" ]
inside id messenger-funnel
settings=/etc/messenger-funnel/messenger-funnel.toml
inside su -s /bin/sh messenger-funnel -c "messenger-funnel --config $settings config check"
inside test -e /usr/share/man/man1/messenger-funnel-erase.1.gz -a -e /usr/share/doc/messenger-funnel/licenses/engine.txt
if command -v systemd-analyze >/dev/null; then
  # This machine's systemd reads the unit; the program is not installed here.
  unit="$work/messenger-funnel.service"
  sed 's|^\(ExecStart.*=\)/usr/lib/messenger-funnel/messenger-funnel |\1/bin/true |' \
    "$root/usr/lib/systemd/system/messenger-funnel.service" >"$unit"
  told=$(systemd-analyze verify --man=no "$unit" 2>&1) && [ -z "$told" ] || { echo "$told"; exit 1; }
  echo "systemd understands every line of the unit"
fi
say "an edited conffile and the data survive an upgrade and a removal"
echo '# edited' >>"$root$settings"
inside install -d -o messenger-funnel -m 700 /var/lib/messenger-funnel
inside dpkg -i --force-confold /tmp/messenger-funnel.deb
grep -q '^# edited' "$root$settings"
inside dpkg --purge messenger-funnel
inside test -d /var/lib/messenger-funnel -a ! -e "$settings" -a ! -e /usr/bin/messenger-funnel
rm -rf "$root/tmp/messenger-funnel.deb" "$root/opt/$name" "$root/tmp/demo"
say "archive and package work"
