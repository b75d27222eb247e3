#!/usr/bin/env bash
# Gets what `run.py` needs: curl, jq, Chromium and a font with Chinese from Debian, and Python packages, in versions that are known to
# work, into .e2e.
# Running it again does nothing, at once.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/debian.sh

missing=()
for command in curl jq; do
    command -v $command > /dev/null || missing+=($command)
done
command -v chromium > /dev/null || command -v google-chrome > /dev/null || missing+=(chromium)
[[ -n $(fc-list :lang=zh-cn 2> /dev/null) ]] || missing+=(fontconfig fonts-noto-cjk)
python3 -m venv --help > /dev/null 2>&1 && python3 -c 'import ensurepip' 2> /dev/null || missing+=(python3-venv)
install_debian "${missing[@]}"

stamp=.e2e/requirements.txt      # what is installed, once it is whole
if ! cmp --quiet Tests/e2e/requirements.txt $stamp; then
    rm -rf .e2e
    python3 -m venv .e2e
    .e2e/bin/pip install --quiet --disable-pip-version-check --requirement Tests/e2e/requirements.txt
    cp Tests/e2e/requirements.txt $stamp
fi
