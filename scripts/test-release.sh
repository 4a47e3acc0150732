#!/usr/bin/env bash
# Rehearses a release: makes it, installs what it consists of into empty folders, and runs it there against the simulator.
#
#   bash scripts/test-release.sh [--all | --tag TAG]
#
# Without an option it is the program for this machine only, as it is built for tests. --all is everything, as others get it.
# --tag is everything and no rehearsal: the tree has to be the one that is released.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/release/test-check.sh
native="$(rustc --version --verbose | sed -n 's/^host: //p')"
target="${CARGO_TARGET_DIR:-$PWD/target}"
version="$(bash scripts/release/check.sh --rehearse)"
made="$target/released/$version"
everything="${1:-}"
case "${1:-}" in
    '') bash scripts/release.sh --rehearse --profile dev --target "$native" program ;;
    --all) bash scripts/release.sh --rehearse ;;
    --tag)
        if [[ "${2:-}" != "v$version" ]]; then
            echo "release: the tag is \"${2:-}\", and Cargo.toml has version $version" >&2
            exit 1
        fi
        bash scripts/release.sh ;;
    *) echo "usage: bash scripts/test-release.sh [--all | --tag TAG]" >&2; exit 2 ;;
esac

work="$(mktemp --directory)"
trap 'rm -rf "$work"' EXIT
token=(token --simulate azure-arc --resource https://vault.azure.net --output json)
fail() {
    echo "release: $1" >&2
    exit 1
}
# Whether the program that is called so runs: its version, and tokens by HTTP and by TLS. It has no variable of ours.
runs() {
    echo "release: run: $*"
    [[ "$("$@" --version)" == "managed-identity $version"* ]] || fail "not the version $version: $("$@" --version)"
    "$@" "${token[@]}" | grep --quiet '"access_token":"ey' || fail 'no token'
    "$@" "${token[@]/azure-arc/service-fabric}" | grep --quiet '"access_token":"ey' || fail 'no token by TLS'
}

# Whether a file has the licences of these crates, as those have them, and no folder of this machine.
has_licences() {
    local file="$1" name
    [[ -s "$file" ]] || fail "there is no $file"
    for name in "${@:2}"; do
        grep --quiet "^  $name [0-9]" "$file" || fail "$file does not have the licence of $name"
    done
    names_no_folder "$file"
}
names_no_folder() {
    ! grep --quiet --text --fixed-strings --regexp "$PWD/" --regexp "$HOME/" "$1" || fail "$1 names folders of this machine"
}
# Whether a program is one that others may get, with the licences in a folder beside it.
is_for_others() {
    [[ -n "$everything" ]] || return 0
    names_no_folder "$1"
    has_licences "$2/THIRD-PARTY-LICENSES" ring rustls tokio azure_core
}

# What the formatter of man pages has to say of some.
check_pages() {
    local said
    if ! command -v man >/dev/null; then
        echo 'release: LEFT OUT: the man pages were not formatted, since there is no man'
        return
    fi
    said="$(MANROFFSEQ='' man --warnings --local-file "$@" 2>&1 >/dev/null)"
    [[ -z "$said" ]] || fail "the man pages are not well formed: $said"
}
# What systemd has to say of the units that were installed into a root.
check_units() {
    local unit said
    if ! command -v systemd-analyze >/dev/null; then
        echo 'release: LEFT OUT: the units were not checked, since there is no systemd'
        return
    fi
    mkdir -p "$work/units"
    for unit in "$1"/usr/share/doc/managed-identity/examples/*.service; do
        sed "s|=/usr/|=$1/usr/|" "$unit" >"$work/units/$(basename "$unit")"
    done
    # It is content with settings that it ignores, and says so; what it says of others is no concern of ours.
    said="$(systemd-analyze verify "$work"/units/*.service 2>&1 || true)"
    [[ "$said" != *managed-identity-* ]] || fail "the units are not well formed: $said"
}

echo 'release: the checksums'
(cd "$made" && sha256sum --check --quiet SHA256SUMS)
[[ "$(wc -l <"$made/SHA256SUMS")" == "$(find "$made" -type f ! -name SHA256SUMS | wc -l)" ]] || fail 'a file without checksum'

for archive in "$made"/managed-identity-"$version"-*.tar.gz; do
    name="$(basename "$archive" .tar.gz)"
    root="$work/$name"
    mkdir -p "$root/tmp"
    tar --extract --file "$archive" --directory "$root/tmp" --strip-components 1
    mv "$root/tmp/managed-identity" "$root"
    runs env --ignore-environment "TMPDIR=$root/tmp" "$root/managed-identity"
    for file in LICENSE-APACHE LICENSE-MIT CHANGELOG.md README.md man/managed-identity.1 man/managed-identity-token.1 \
        systemd/managed-identity-serve.service; do
        [[ -s "$root/tmp/$file" ]] || fail "$name has no $file"
    done
    is_for_others "$root/managed-identity" "$root/tmp"
    check_pages "$root"/tmp/man/*.1
    bash -n "$root/tmp/completions/managed-identity.bash"
    ! command -v zsh >/dev/null || zsh -n "$root/tmp/completions/managed-identity.zsh"
    ! command -v fish >/dev/null || fish --no-execute "$root/tmp/completions/managed-identity.fish"
    if [[ "$name" == *-musl ]]; then
        # Nothing of a system but a folder for temporary files.
        rm -r "$root/tmp"
        mkdir "$root/tmp"
        if chroot "$root" /managed-identity --version >/dev/null 2>&1; then
            runs chroot "$root" /managed-identity
        else
            echo 'release: LEFT OUT: the static program without a system, since this user may not change the root'
        fi
    fi
done

for archive in "$made"/*-windows-gnu.zip; do
    [[ -e "$archive" ]] || continue
    if WINEPREFIX="$(bash scripts/wine.sh)"; then
        export WINEPREFIX WINEDEBUG=-all
        mkdir "$work/windows"
        python3 -m zipfile --extract "$archive" "$work/windows"
        unpacked="$work/windows/managed-identity-$version-x86_64-pc-windows-gnu"
        is_for_others "$unpacked/managed-identity.exe" "$unpacked"
        # Wine ends each line with a carriage return as well.
        under_wine() {
            wine "$unpacked/managed-identity.exe" "$@" | tr --delete '\r'
        }
        runs under_wine
    else
        echo 'release: LEFT OUT: the program for Windows was not run'
    fi
done

for package in "$made"/*.deb; do
    [[ -e "$package" ]] || continue
    if ! command -v dpkg >/dev/null; then
        echo 'release: LEFT OUT: the Debian package, since there is no dpkg'
        continue
    fi
    root="$work/debian"
    mkdir -p "$root/tmp" "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info"
    touch "$root/var/lib/dpkg/status"
    # The root is empty, and has no C library; that of this machine stands in for it.
    dpkg --root "$root" --force-depends --install "$package" >/dev/null 2>"$work/dpkg" || { cat "$work/dpkg" >&2; exit 1; }
    runs env --ignore-environment "TMPDIR=$root/tmp" "$root/usr/bin/managed-identity"
    for file in share/man/man1/managed-identity.1.gz share/doc/managed-identity/copyright \
        share/bash-completion/completions/managed-identity share/zsh/vendor-completions/_managed-identity \
        share/fish/vendor_completions.d/managed-identity.fish share/doc/managed-identity/examples/managed-identity-serve.service; do
        [[ -s "$root/usr/$file" ]] || fail "the Debian package has no usr/$file"
    done
    is_for_others "$root/usr/bin/managed-identity" "$root/usr/share/doc/managed-identity"
    check_units "$root"
    dpkg --root "$root" --remove managed-identity >/dev/null
    [[ -z "$(find "$root" -path "$root/usr/*" -type f)" ]] || fail 'the Debian package leaves files behind'
done

for package in "$made"/*.tgz; do
    [[ -e "$package" ]] || continue
    echo 'release: the npm package'
    mkdir "$work/npm"
    npm install --prefix "$work/npm" --loglevel=error --no-audit --no-fund --offline "$package" >/dev/null
    cp transport-fetch/tests/node/{token,default-token}.{mjs,cjs} "$work/npm"
    tar --extract --file "$made/managed-identity-$version-$native.tar.gz" --directory "$work" --strip-components 1
    has_licences "$work/npm/node_modules/managed-identity-fetch/THIRD-PARTY-LICENSES" serde_json wasm-bindgen
    for module in token.mjs token.cjs default-token.mjs default-token.cjs; do
        "$work/managed-identity" simulate run imds -- node "$work/npm/$module"
    done
done

for component in "$made"/*.wasm; do
    [[ -e "$component" ]] || continue
    [[ "$(head --bytes 8 "$component" | od --address-radix n --format x1)" == ' 00 61 73 6d 0d 00 01 00' ]] ||
        fail "$component is no component"
    has_licences "$made/managed-identity-$version-components-THIRD-PARTY-LICENSES.txt" serde_json wit-bindgen
done

if compgen -G "$made/*.crate" >/dev/null; then
    bash scripts/release/test-crates.sh "$made"
fi

for list in "$made"/*.cdx.json; do
    [[ -e "$list" ]] || continue
    python3 - "$list" "$version" "$PWD" "$target/staged/licenses/THIRD-PARTY-LICENSES" <<'END'
import json, sys

path, version, here, licences = sys.argv[1:]
text = open(path, encoding="utf-8").read()
document = json.loads(text)
assert document["bomFormat"] == "CycloneDX", document["bomFormat"]
assert document["metadata"]["component"]["version"] == version
names = {component["name"] for component in document["components"]}
assert {"ring", "rustls", "managed-identity-core"} <= names, sorted(names)
assert not {"aws-lc-rs", "openssl"} & names, "crates are listed that the program does not have"
assert here not in text and "/tmp/" not in text, "the list names folders of this machine"
with open(licences, encoding="utf-8") as file:
    licensed = {line.split()[0] for line in file if line.startswith("  ")}
assert names <= licensed, f"crates without a licence: {sorted(names - licensed)}"
print(f"release: {len(names)} crates are listed, each with its licence")
END
done
echo "release: $(wc -l <"$made/SHA256SUMS") files, which were installed and run (${SECONDS}s)"
