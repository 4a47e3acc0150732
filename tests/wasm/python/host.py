"""Hosts a component in Python: reads one acquisition in each line of standard input, as JSON, and answers with its
outcome in one line.

    python host.py self-contained self-contained.wasm
    python host.py effects effects.wasm
    python host.py machine machine.wasm
"""

import json
import secrets
import sys
import time

from wasmtime import Config, Engine, Store, WasiConfig
from wasmtime.component import Component, Linker, Record, Variant

from effects import HostEffects

TOKENS = "managed-identity:client/tokens@0.2.0"
MACHINE = "managed-identity:client/state-machine@0.2.0"


def main(world: str, path: str) -> None:
    engine = Engine(Config())
    component = Component.from_file(engine, path)
    for line in sys.stdin:
        task = json.loads(line)
        store, linker = Store(engine), Linker(engine)
        if world == "machine":
            name, payload = step(store, linker.instantiate(store, component), task)
        else:
            instantiate = {"self-contained": with_wasi, "effects": with_effects}[world]
            name, payload = get_token(store, instantiate(store, linker, component, task), task)
        print(json.dumps({name: plain(payload)}), flush=True)


def get_token(store: Store, instance, task: dict):
    outcome = call(store, instance, TOKENS, "get-token", request(task["request"]))
    return ("token" if outcome.tag == "ok" else "error"), outcome.payload


def step(store: Store, instance, task: dict):
    """Drives the machine: each step is performed here, and its answer handed over.

    Content and failure of a file have different classes in Python, so the library takes them without their names.
    """
    effects = HostEffects(dict(task["variables"]), dict(task["folders"]), task["authority"])
    variables = [record(name=name, value=value) for name, value in task["variables"]]
    facts = record(**{"platform": "linux", "arc-agent": "present" if task["folders"] else "absent"})
    begun = [variables, facts, request(task["request"]), secrets.randbits(64), now()]
    acquisition = call(store, instance, MACHINE, "[constructor]acquisition", *begun)
    while True:
        step = call(store, instance, MACHINE, "[method]acquisition.next", acquisition)
        if step.tag == "http":
            answer = Variant("http", effects.http(step.payload))
        elif step.tag == "read-file":
            answer = Variant("file", effects.read_file(step.payload))
        elif step.tag == "sleep":
            time.sleep(step.payload.delay / 1000)
            answer = Variant("awake")
        else:
            return ("token" if step.tag == "done" else "error"), step.payload
        call(store, instance, MACHINE, "[method]acquisition.resume", acquisition, answer, now())


def call(store: Store, instance, interface: str, name: str, *arguments):
    index = instance.get_export_index(store, name, instance.get_export_index(store, interface))
    function = instance.get_func(store, index)
    result = function(store, *arguments)
    function.post_return(store)
    return result


def now() -> int:
    return time.time_ns() // 1_000_000


def with_wasi(store: Store, linker: Linker, component: Component, task: dict):
    """WASI with these variables and folders. The library has no say in which addresses are called."""
    linker.add_wasip2()
    linker.add_wasi_http()
    wasi = WasiConfig()
    wasi.env = task["variables"]
    for guest, host in task["folders"]:
        wasi.preopen_dir(host, guest, fs_mutable=False)
    store.set_wasi(wasi)
    store.set_wasi_http()
    return linker.instantiate(store, component)


def with_effects(store: Store, linker: Linker, component: Component, task: dict):
    """No WASI: everything is a function of this program, with rules of its own."""
    effects = HostEffects(dict(task["variables"]), dict(task["folders"]), task["authority"])
    with linker.root() as root, root.add_instance("managed-identity:client/host-effects@0.2.0") as interface:
        for name, function in effects.functions().items():
            interface.add_func(name, function)
    return linker.instantiate(store, component)


def request(document: dict) -> Record:
    """The request as the interface has it: the document's own shape, but for variants."""
    return record(
        target=variant(document["target"]),
        identity=variant(document["identity"]),
        options=record(**document["options"]),
    )


def variant(document: dict) -> Variant:
    return Variant(document["tag"], document.get("val"))


def record(**fields) -> Record:
    made = Record()
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def plain(value):
    """A value as JSON has it."""
    if isinstance(value, Variant):
        return {"tag": value.tag, "val": plain(value.payload)}
    if isinstance(value, Record):
        return {name: plain(item) for name, item in vars(value).items()}
    return value


if __name__ == "__main__":
    main(*sys.argv[1:])
