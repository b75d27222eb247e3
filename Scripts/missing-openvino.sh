#!/usr/bin/env bash
# Puts the stand-in for a missing OpenVINO runtime beside the release binary (see missing-openvino.c).
set -euo pipefail
cd "$(dirname "$0")/.."

# A system-wide OpenVINO is found after the folders of the binary's search path: the stand-in would hide it.
folder=.build/release/missing-openvino
if [[ ! -e .openvino/lib/libopenvino_c.so ]]; then
    rm -rf "$folder"
    exit 0
fi
name=$(basename "$(readlink -f .openvino/lib/libopenvino_c.so)")
mkdir -p "$folder"
clang -shared -fPIC -O1 -Wall -DCHECKOUT="\"$PWD\"" -Wl,-soname,"$name" -o "$folder/$name" Scripts/missing-openvino.c
