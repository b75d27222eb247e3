#!/usr/bin/env bash
# Gets what `swift build` needs besides a Swift toolchain: image libraries, FreeType and SQLite from Debian, and the OpenVINO runtime.
# Running it again does nothing, at once; an interrupted run is made good by the next.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/debian.sh

openvino=2026.4.1
# Older releases lack the C functions that take properties as an array.
least_system_openvino=2026.4
case "$(uname -m)" in
    x86_64)
        platform=manylinux_2_28_x86_64
        sha256=2d22b1da03f7caf74df30e9f6417d0ab2f637e4a38e08e1dcd294d2c37407aaf ;;
    aarch64)
        platform=manylinux_2_35_aarch64
        sha256=bea1eb3733c34ef331adc945da0ccda5937865031139073663be84c517ffda22 ;;
    *)
        platform='' sha256='' ;;
esac

runtime=.openvino              # what Package.swift and the Makefile look for
partial=.openvino.partial      # becomes $runtime in one step, when it is whole
stamp="openvino $openvino $sha256"

command -v swift > /dev/null || fail "there is no swift command. Install a Swift 6.2 or later toolchain, then run this again."

# Which OpenVINO: ours when it is there already, else a recent one of the system's, else ours, still to be fetched.
# The Makefile puts our folder on the search path, and so may who builds by hand: the system's is what is left without it.
system_pc_path=$(tr ':' '\n' <<< "${PKG_CONFIG_PATH:-}" | { grep -vxF "$PWD/$runtime" || true; } | paste -sd: -)
fetch=no
if [[ "$(cat "$runtime/stamp" 2> /dev/null)" != "$stamp" ]]; then
    if PKG_CONFIG_PATH=$system_pc_path pkg-config --exists "openvino >= $least_system_openvino" 2> /dev/null; then
        echo "setup: using the system's OpenVINO $(PKG_CONFIG_PATH=$system_pc_path pkg-config --modversion openvino)"
        rm -rf "$runtime"
    else
        fetch=yes
    fi
fi

# Debian packages, only those that are missing.
missing=()
command -v pkg-config > /dev/null || missing+=(pkg-config)
pkg-config --exists libpng 2> /dev/null || missing+=(libpng-dev)
pkg-config --exists libjpeg 2> /dev/null || missing+=(libjpeg-dev)
pkg-config --exists libwebp libwebpmux 2> /dev/null || missing+=(libwebp-dev)
pkg-config --exists freetype2 2> /dev/null || missing+=(libfreetype-dev)
pkg-config --exists sqlite3 2> /dev/null || missing+=(libsqlite3-dev)
[[ $fetch == no ]] || python3 -m pip --version > /dev/null 2>&1 || missing+=(python3-pip)
install_debian "${missing[@]}"

[[ $fetch == yes ]] || exit 0
[[ -n $platform ]] || fail "OpenVINO has no prebuilt runtime for $(uname -m). Build it, and let pkg-config know it as openvino."

echo "setup: fetching OpenVINO $openvino (about 60 MB)"
rm -rf "$partial"
mkdir "$partial"
trap 'rm -rf "$partial"' EXIT
# The wheel is only an archive to us, so any one Python version's will do; pip refuses it when the hash differs.
echo "openvino==$openvino --hash=sha256:$sha256" > "$partial/requirements.txt"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
    --implementation cp --python-version 3.11 --abi cp311 --platform "$platform" \
    --dest "$partial" --requirement "$partial/requirements.txt" \
    || fail "could not fetch OpenVINO $openvino; the reason is above. Run this again when it is gone."

python3 -m zipfile -e "$partial"/*.whl "$partial/wheel"
mkdir "$partial/include"
mv "$partial/wheel/openvino/include/openvino" "$partial/include/openvino"
mv "$partial/wheel/openvino/libs" "$partial/lib"
mv "$partial/wheel/openvino-$openvino.dist-info/licenses" "$partial/licenses"
rm -rf "$partial/wheel" "$partial"/*.whl "$partial/requirements.txt"

# What the linker looks for, and the wheel leaves out. `easel` needs the C library alone; that one finds the rest beside it.
for library in "$partial"/lib/libopenvino*.so.[0-9]*; do
    ln -s "$(basename "$library")" "${library%%.so.*}.so"
done
cat > "$partial/openvino.pc" << EOF
prefix=\${pcfiledir}
Name: OpenVINO
Description: OpenVINO runtime, C API
Version: $openvino
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/lib -lopenvino_c
EOF
echo "$stamp" > "$partial/stamp"

rm -rf "$runtime"
mv "$partial" "$runtime"
echo "setup: OpenVINO $openvino is in $runtime"
