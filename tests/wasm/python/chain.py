"""Chains of credentials in Python: the component `machine-chain`, whose steps are answered by a program of one's own.

    chains = Chains("machine-chain.wasm")
    chain = chains.of({"AZURE_TOKEN_CREDENTIALS": "dev"})
    end = chain.token(answer, now=1_700_000_000_000)

`answer` has a method for each kind of step: `http(request)`, `read_file(request)`, `run(command)`, `sign(certificate,
text)`, where `text(certificates)` gives what is to be signed, and `sleep(wait)`, which returns nothing. Each returns what
the interface wants and how many milliseconds it took. Without `run` or `sign` such a step is answered as unsupported.
"""

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Record, Variant

CHAIN = "managed-identity:client/credential-chain@0.2.0"
MACHINE = "managed-identity:client/state-machine@0.2.0"
VAULT = "https://vault.azure.net"


class Chains:
    """The component, compiled."""

    def __init__(self, path: str):
        self.engine = Engine()
        self.component = Component.from_file(self.engine, path)

    def of(self, environment: dict, platform: str = "linux", arc_agent: bool = False, **options) -> "Chain":
        """The chain of an environment. The options have the names of the interface."""
        return Chain(self, environment, platform, arc_agent, options)


class Chain:
    """A chain in an instance of its own."""

    def __init__(self, chains: Chains, environment: dict, platform: str, arc_agent: bool, options: dict):
        self.store = Store(chains.engine)
        self.instance = Linker(chains.engine).instantiate(self.store, chains.component)
        variables = [record(name=name, value=value) for name, value in environment.items()]
        facts = record(platform=platform, arc_agent="present" if arc_agent else "absent")
        usual = dict(only=None, exclude=[], require_variable=False, tenant=None, tool_time_limit=None)
        self.handle = self.call(CHAIN, "[constructor]chain", variables, facts, record(**usual | options))

    def members(self) -> list | Record:
        """The members, or the error that tells why there are none."""
        return self.call(CHAIN, "[method]chain.members", self.handle)

    def token(self, answer, now: int, seed: int = 7, **asked) -> "End":
        """Takes steps until the end. `asked` has the names of the interface, and `resource` and `client_id`."""
        end = End(self, now)
        end.acquisition = self.call(CHAIN, "[method]chain.acquire", self.handle, request(asked), seed, now)
        while not end.step:
            self.go_on(end, answer)
        return end

    def go_on(self, end: "End", answer) -> None:
        """Answers one step."""
        acquisition = end.acquisition
        step = self.call(MACHINE, "[method]acquisition.next", acquisition)
        match step.tag:
            case "done" | "failed":
                end.step = step
            case "run" if hasattr(answer, "run"):
                output, took = answer.run(self.call(CHAIN, "command-of", acquisition))
                end.now += took
                self.call(CHAIN, "give-output", acquisition, output, end.now)
            case "sign" if hasattr(answer, "sign"):
                text = lambda certificates: self.call(CHAIN, "signing-input", acquisition, certificates)
                signed, took = answer.sign(self.call(CHAIN, "certificate-of", acquisition), text)
                end.now += took
                self.call(CHAIN, "give-signed", acquisition, signed)
            case "run" | "sign":
                self.resume(end, Variant("unsupported"), 0)
            case "http":
                given, took = answer.http(step.payload)
                self.resume(end, Variant("http", given), took)
            case "read-file":
                given, took = answer.read_file(step.payload)
                self.resume(end, Variant("file", given), took)
            case "sleep":
                answer.sleep(step.payload)
                self.resume(end, Variant("awake"), step.payload.delay)

    def resume(self, end: "End", given: Variant, took: int) -> None:
        end.now += took
        self.call(MACHINE, "[method]acquisition.resume", end.acquisition, given, end.now)

    def call(self, interface: str, name: str, *arguments):
        index = self.instance.get_export_index(self.store, name, self.instance.get_export_index(self.store, interface))
        function = self.instance.get_func(self.store, index)
        result = function(self.store, *arguments)
        function.post_return(self.store)
        return result


class End:
    """An acquisition, and what becomes of it."""

    def __init__(self, chain: Chain, now: int):
        self.chain = chain
        self.now = now
        self.acquisition = None
        self.step = None

    def credential(self) -> str | None:
        """The member that the token is from."""
        return self.chain.call(CHAIN, "credential-of", self.acquisition)

    def lines(self) -> list:
        """What became of each member."""
        return self.chain.call(CHAIN, "lines-of", self.acquisition)


def request(asked: dict) -> Record:
    """A request of the interface `credential-chain`."""
    client_id = asked.get("client_id")
    options = dict(client_capabilities=[], rejected_token=None, force_refresh=False, time_budget=None, retries=True)
    given = {name: asked[name] for name in options if name in asked}
    return record(
        request=record(
            target=Variant("resource", asked.get("resource", VAULT)),
            identity=Variant("client-id", client_id) if client_id else Variant("system-assigned"),
            options=record(**options | given, client_headers=True),
        ),
        tenant=asked.get("tenant"),
        claims=asked.get("claims"),
        starting_with=asked.get("starting_with"),
    )


def record(**fields) -> Record:
    """A record by the names of its fields, which have hyphens in the interface."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made
