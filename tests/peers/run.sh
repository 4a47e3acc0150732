#!/usr/bin/env bash
# Installs the peers, in the versions that are pinned here, and lets them get tokens from the simulator.
set -euo pipefail
cd "$(dirname "$0")"

fail() {
    echo "tests/peers/run.sh: $*" >&2
    exit 1
}

# Installs again only when what is asked for has changed since the last time.
install_once() {
    local asked=$1 installed=$2
    shift 2
    cmp --silent "$asked" "$installed" && return
    "$@"
    cp "$asked" "$installed"
}

install_python() {
    rm -rf .venv
    python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
}

install_node() {
    npm ci --loglevel=error --omit=dev --omit=optional
}

# The peers read key files from below /var/opt only, and one of them knows one port only: they get a /var/opt and a
# network of their own, where there is nothing but loopback.
isolated() {
    unshare --user --map-root-user --mount --net \
        sh -c 'mount -t tmpfs peers /var/opt && ip link set lo up && exec "$@"' sh "$@"
}

command -v python3 >/dev/null || fail 'Python 3.10 or later is needed, with its module venv'
command -v npm >/dev/null || fail 'Node 20 or later is needed, with npm'
install_once requirements.txt .venv/requirements.txt install_python
install_once package-lock.json node_modules/package-lock.json install_node

# The whole workspace, so that what its other tests have built serves here too.
run=(cargo test --workspace --all-features --test peers)
"${run[@]}" --no-run
if isolated true 2>/dev/null; then
    isolated "${run[@]}" --offline -- --nocapture
elif [[ -w /var/opt ]]; then
    # The simulator removes the folders and files that it makes there, and nothing else.
    "${run[@]}" -- --nocapture
else
    fail 'the peers read the key files of Azure Arc from /var/opt/azcmagent/tokens only. This user can neither write' \
        'there nor have a /var/opt of its own (which needs unshare, ip and user namespaces); run it as root'
fi
