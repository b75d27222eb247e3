#!/usr/bin/env bash
# Gets what OpenVINO's GPU plugin needs to run without a GPU: Intel's OpenCL runtime for CPUs, and the library that stands
# between the two (gpu_on_cpu.c). For tests only. Intel's End User License Agreement for Developer Tools covers the runtime:
# it is fetched from PyPI to the machine that tests, and not part of Easel.
# Running it again does nothing, at once; an interrupted run is made good by the next.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/debian.sh

wheels=(
    "intel-opencl-rt==2026.2.0 --hash=sha256:6b6215a420598b4999ee01caca6d5cbe106aa4155c46c52377619c5aafce9f67"
    "intel-cmplr-lib-rt==2026.2.0 --hash=sha256:9f713083073a820d2496a6da8e8d4f3482aba6640f74521d25ea48dcebe72748"
    "tbb==2023.2.0 --hash=sha256:7d80615b6e970f11671fa05b6eaa9483ac864fbfe525ac280271a78b37870b7c"
)
source=Tests/GPUOnCPU/gpu_on_cpu.c
runtime=.gpu-on-cpu              # what `make test-gpu` looks for
partial=.gpu-on-cpu.partial      # becomes $runtime in one step, when it is whole
library=$runtime/gpu_on_cpu.so

[[ $(uname -m) == x86_64 ]] || fail "Intel's OpenCL runtime exists for x86_64 only, and this is $(uname -m)."

# Debian packages, only those that are missing.
missing=()
command -v cc > /dev/null || missing+=(gcc)
[[ -e /usr/include/CL/cl.h ]] || missing+=(opencl-c-headers)
python3 -m pip --version > /dev/null 2>&1 || missing+=(python3-pip)
install_debian "${missing[@]}"

if [[ "$(cat "$runtime/stamp" 2> /dev/null)" != "${wheels[*]}" ]]; then
    echo "setup: fetching Intel's OpenCL runtime for CPUs (about 270 MB; its licence will be in $runtime/licenses)"
    rm -rf "$partial"
    mkdir -p "$partial/lib" "$partial/licenses"
    trap 'rm -rf "$partial"' EXIT
    printf '%s\n' "${wheels[@]}" > "$partial/requirements.txt"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
        --platform manylinux_2_28_x86_64 --dest "$partial" --requirement "$partial/requirements.txt" \
        || fail "could not fetch it; the reason is above. Run this again when it is gone."
    for wheel in "$partial"/*.whl; do
        name=$(basename "$wheel" .whl)
        name=${name%%-*}
        python3 -m zipfile -e "$wheel" "$partial/$name"
        # Unpacking has turned links into copies: of those, the names that are asked for at run time are enough.
        rm -f "$partial/$name"/*.data/data/lib/{*.py,icx-lto.so,libcommon_clang.so,libintelocl.so.*,libOpenCL.so,libOpenCL.so.1.*,libtbb*.so}
        mv "$partial/$name"/*.data/data/lib/* "$partial/lib"
        mv "$partial/$name"/*.dist-info/LICENSE.txt "$partial/licenses/$name.txt"
        rm -rf "${partial:?}/$name" "$wheel"
    done
    echo "${wheels[*]}" > "$partial/stamp"
    rm -rf "$runtime"
    mv "$partial" "$runtime"
fi

# The library knows where the runtime is, so it is built again when the checkout has moved.
lib=$PWD/$runtime/lib
if [[ $source -nt $library || "$(cat "$runtime/built-for" 2> /dev/null)" != "$lib" ]]; then
    cc -shared -fPIC -O2 -Wall -Wextra "$source" -o "$library.partial" -DICD="\"$lib/libintelocl.so\"" \
        -Wl,--no-as-needed "$lib/libOpenCL.so.1" "$lib/libtbb.so.12" -Wl,--allow-shlib-undefined \
        -Wl,--disable-new-dtags,-rpath,"$lib"
    mv "$library.partial" "$library"
    echo "$lib" > "$runtime/built-for"
    echo "setup: OpenVINO's GPU plugin runs here with LD_PRELOAD=$library"
fi
