# Sourced by the set-up scripts.

fail() {
    echo "setup: $*" >&2
    exit 1
}

# Installs Debian packages: as root or with sudo; otherwise says what to run.
install_debian() {
    (($#)) || return 0
    local as_root=
    command -v apt-get > /dev/null || fail "missing, by their Debian names: $*. Install them, then run this again."
    if ((EUID != 0)); then
        as_root=sudo
        command -v sudo > /dev/null && { sudo -n true 2> /dev/null || [[ -t 0 ]]; } \
            || fail "Debian packages are missing. As root, run: apt-get update && apt-get install -y --no-install-recommends $*"
    fi
    echo "setup: installing $*"
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}
