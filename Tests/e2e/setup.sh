#!/usr/bin/env bash
# Gets what `run.py` needs, into .e2e beside the sources: Python packages in versions that are known to work.
# Running it again does nothing, at once.
set -euo pipefail
cd "$(dirname "$0")/../.."

fail() {
    echo "e2e: $*" >&2
    exit 1
}

for command in python3 curl jq; do
    command -v $command > /dev/null || fail "there is no $command, which the tests of the web APIs need. Install it, then run this again."
done

stamp=.e2e/requirements.txt      # what is installed, once it is whole
if ! cmp --quiet Tests/e2e/requirements.txt $stamp; then
    rm -rf .e2e
    python3 -m venv .e2e || fail "Python's venv is missing; on Debian it is in the package python3-venv."
    .e2e/bin/pip install --quiet --disable-pip-version-check --requirement Tests/e2e/requirements.txt
    cp Tests/e2e/requirements.txt $stamp
fi
