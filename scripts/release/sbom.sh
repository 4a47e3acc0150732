#!/usr/bin/env bash
# Prints what the program is made of, crate by crate, as CycloneDX has it.
#
#   bash scripts/release/sbom.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

PATH="$(bash scripts/tools.sh cargo-cyclonedx):$PATH"
# The tool writes beside the manifests, so it gets a tree of its own.
copy="$(mktemp --directory)"
trap 'rm -rf "$copy"' EXIT
git ls-files -z -- ':!fuzz/corpus' | tar --create --null --files-from - | tar --extract --directory "$copy"
cargo cyclonedx --quiet --manifest-path "$copy/cli/Cargo.toml" --format json --spec-version 1.5 --all-features \
    --target x86_64-unknown-linux-gnu --no-build-deps >&2
# The tool takes the features of the whole workspace together. Only what cargo compiles for the program is in it.
cargo tree --locked --package managed-identity --edges normal --target x86_64-unknown-linux-gnu --prefix none \
    --format '{p}' >"$copy/compiled"
python3 - "$copy" <<'END'
import json, pathlib, re, sys

copy = pathlib.Path(sys.argv[1])
compiled = {tuple(line.split()[:2]) for line in (copy / "compiled").read_text().splitlines()}
# Crates of the workspace are named by their folders, which are not those of this machine, and come from nowhere else.
text = (copy / "cli/managed-identity.cdx.json").read_text(encoding="utf-8").replace(str(copy), "managed-identity")
document = json.loads(re.sub(r'\?download_url=file://[^"#]*', "", text))
components = [it for it in document["components"] if (it["name"], "v" + it["version"]) in compiled]
kept = {it["bom-ref"] for it in [*components, document["metadata"]["component"]]}
document["components"] = components
document["dependencies"] = [it for it in document["dependencies"] if it["ref"] in kept]
for it in document["dependencies"]:
    it["dependsOn"] = [ref for ref in it.get("dependsOn", []) if ref in kept]
print(json.dumps(document, indent=2, ensure_ascii=False))
END
