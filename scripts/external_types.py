#!/usr/bin/env python3
"""Which crates' types and traits the public interface of a crate names, from rustdoc's JSON.

    python3 scripts/external_types.py DOCUMENT.json [CRATE...]

Fails when one is named of a crate that is not among those given; the language's own always may be.
"""

import json
import sys

LANGUAGE = {"alloc", "core", "std"}


def named(value):
    """The ids that a part of an item names."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "resolved_path" and inner:
                yield inner["id"]
            elif name in ("trait", "trait_") and isinstance(inner, dict) and "id" in inner:
                yield inner["id"]
            yield from named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from named(inner)


def main():
    path, *allowed = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    foreign = {}
    for item in document["index"].values():
        implementation = item["inner"].get("impl", {})
        # What the compiler adds by itself, and what follows from impls for every type.
        if item["crate_id"] != 0 or implementation.get("is_synthetic") or implementation.get("blanket_impl"):
            continue
        for id_ in named(item["inner"]):
            summary = document["paths"].get(str(id_))
            if summary and summary["crate_id"] != 0:
                crate = document["external_crates"][str(summary["crate_id"])]["name"]
                foreign.setdefault(crate, set()).add("::".join(summary["path"]))
    refused = {crate: names for crate, names in foreign.items() if crate not in LANGUAGE.union(allowed)}
    for crate, names in sorted(refused.items()):
        print(f"the public interface names {crate}: {', '.join(sorted(names))}", file=sys.stderr)
    others = sorted(set(foreign) - LANGUAGE)
    print(f"the public interface names {', '.join(others) or 'nobody'} besides the language's own")
    sys.exit(1 if refused else 0)


main()
