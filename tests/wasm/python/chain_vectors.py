"""Plays vectors of chains through the component `machine-chain`, in memory: a vector's answers are the outside world.

    python chain_vectors.py machine-chain.wasm chain.json...

Prints one line of JSON for each vector: its name, and the first difference, or null.
"""

import base64
import json
import sys
from urllib.parse import parse_qsl

from wasmtime.component import Variant

from chain import Chains, End, record

NOW = 1_700_000_000_000
# Longer than any argument but PowerShell's script.
LONG = 300
ASKED = ("resource", "client_id", "tenant", "claims", "client_capabilities")
SECRETS = ("AZURE_CLIENT_SECRET", "IDENTITY_HEADER", "MSI_SECRET")
ERRORS = {
    "configuration": "configuration",
    "credential-file": "credential-file",
    "invalid-response": "invalid-response",
    "rejected": "endpoint",
    "unavailable": "transport",
    "unsupported": "transport",
}
# What fails in another way has no case of its own in a vector.
COMMAND_FAILURES = ("not-found", "timeout", "denied", "unsupported", "output-too-large")
CALL_FAILURES = ("timeout", "certificate", "protocol")


class Difference(Exception):
    """Something is not as the vector says."""


def main(component: str, *files: str) -> None:
    chains = Chains(component)
    for file in files:
        with open(file, encoding="utf-8") as text:
            for vector in json.load(text)["vectors"]:
                try:
                    play(chains, vector)
                    difference = None
                except Difference as found:
                    difference = str(found)
                print(json.dumps({"name": vector["name"], "difference": difference}), flush=True)


def play(chains: Chains, vector: dict) -> None:
    given = vector.get("options", {})
    options = {name: given[name] for name in ("only", "exclude", "require_variable", "tenant") if name in given}
    chain = chains.of(
        vector.get("environment", {}), vector.get("platform") or "linux", vector.get("arc_agent", False), **options
    )
    asked = {name: vector[name] for name in ASKED if name in vector}
    if "starting_with" in given:
        asked["starting_with"] = given["starting_with"]
    if "time_budget_seconds" in given:
        asked["time_budget"] = given["time_budget_seconds"] * 1000
    if given.get("no_retries"):
        asked["retries"] = False
    transcript = Transcript(vector.get("transcript", []))
    end = chain.token(transcript, NOW, **asked)
    judge(end, vector["outcome"])
    if left := transcript.left():
        raise Difference(f"{left} exchanges are left, and it ended with {end.step.tag}")


class Transcript:
    """What is expected, with its answers."""

    def __init__(self, exchanges: list):
        self.exchanges = iter(exchanges)
        self.assertion = None

    def left(self) -> int:
        return sum(1 for _ in self.exchanges)

    def next(self, what: str) -> tuple:
        """The exchange that is due, and the milliseconds that it takes."""
        exchange = next(self.exchanges, None)
        if exchange is None:
            raise Difference(f"not in the transcript: {what}")
        return exchange, exchange.get("takes_seconds", 0) * 1000

    def sleep(self, wait) -> None:
        exchange, _ = self.next("a wait")
        equal("wait", exchange.get("wait"), True)

    def run(self, command):
        exchange, took = self.next(f"the command {command.programs}")
        return output(command, exchange), took

    def read_file(self, file):
        exchange, took = self.next(f"the file {file.path}")
        return content(file, exchange), took

    def http(self, call):
        exchange, took = self.next(f"a request to {call.url}")
        return self.response(call, exchange), took

    def sign(self, certificate, text):
        exchange, took = self.next("a certificate to sign with")
        return self.signed(certificate, exchange, text), took

    def response(self, call, exchange: dict):
        expected = exchange.get("post" if call.method == "POST" else "get")
        address, _, query = call.url.partition("?")
        equal("address", address, expected)
        if "query" in exchange:
            equal("query", decoded(query), exchange["query"])
        if "form" in exchange:
            form = decoded(bytes(call.body).decode())
            if self.assertion and form.get("client_assertion") == self.assertion:
                form["client_assertion"] = "{assertion}"
            equal("form", form, exchange["form"])
        sent = {header.name.lower(): header.value for header in call.headers}
        for name, value in exchange.get("headers", {}).items():
            equal(name, sent.get(name), value)
        for name in exchange.get("absent_headers", []):
            equal(name, sent.get(name), None)
        within(getattr(call, "total-timeout"), exchange)
        answer = exchange.get("answer", {})
        if fails := answer.get("fails"):
            kind = fails if fails in CALL_FAILURES else "connect"
            failure = Variant("denied") if fails == "denied" else Variant("unavailable", kind)
            return Variant("err", record(kind=failure, detail=""))
        headers = [record(name=name, value=value) for name, value in answer.get("headers", {}).items()]
        body = as_bytes(answer.get("body"))
        return Variant("ok", record(status=answer.get("status", 0), headers=headers, body=body))

    def signed(self, certificate, exchange: dict, text):
        """Signs for two certificates that are none, and checks what the text says that is signed."""
        expected = exchange.get("sign")
        if expected is None:
            raise Difference(f"expected {exchange}, found a certificate to sign with")
        equal("content", bytes(certificate.content).decode(), expected.get("content", ""))
        equal("password", certificate.password, expected.get("password"))
        written = text([b"leaf", b"root"])
        header, claims = (json.loads(unpadded(part)) for part in written.split("."))
        if len(claims.get("jti", "")) == 36:
            claims["jti"] = "{id}"
        equal("header", header, expected["header"])
        equal("claims", claims, expected["claims"])
        equal("algorithm", certificate.algorithm, header["alg"].lower())
        if fails := exchange.get("answer", {}).get("fails"):
            return Variant("err", record(problem=fails, detail=""))
        self.assertion = f"{written}.{base64.urlsafe_b64encode(b'signature').decode().rstrip('=')}"
        return Variant("ok", record(input=written, signature=b"signature"))


def output(command, exchange: dict):
    shown = ["{script}" if len(argument) > LONG else argument for argument in command.arguments]
    equal("command", ["|".join(command.programs), *shown], exchange.get("run"))
    variables = {variable.name: variable.value for variable in command.variables}
    equal("variables", variables, exchange.get("variables", {}))
    for name in SECRETS:
        equal(f"{name} is withheld", name in command.withheld, True)
    within(getattr(command, "time-limit"), exchange)
    answer = exchange.get("answer", {})
    if fails := answer.get("fails"):
        problem = fails if fails in COMMAND_FAILURES else "failed"
        return Variant("err", record(problem=problem, detail=""))
    errors = answer.get("errors", "").encode()
    return Variant("ok", record(exit_code=answer.get("exit"), output=as_bytes(answer.get("output")), errors=errors))


def content(file, exchange: dict):
    equal("path", file.path, exchange.get("file"))
    answer = exchange.get("answer", {})
    if fails := answer.get("fails"):
        return record(problem=fails, detail="")
    return answer.get("content", "").encode()


def judge(end: End, expected: dict) -> None:
    if "within_seconds" in expected:
        equal("in time", end.now - NOW <= expected["within_seconds"] * 1000, True)
    found = end.step.payload
    if end.step.tag == "done":
        equal("token", getattr(found, "access-token"), expected.get("token"))
        told = {"source": found.source, "credential": end.credential(), "expires_on": getattr(found, "expires-on")}
        for name, value in told.items():
            equal(name, value, value if expected.get(name) is None else expected[name])
        return
    text = f"{found.message}. Next step: {getattr(found, 'next-step')}"
    try:
        equal("error", kind(found.reason), expected.get("error"))
        if "members" in expected:
            equal("members", [f"{line.credential} {line.verdict}" for line in end.lines()], expected["members"])
        equal("fault", found.fault, expected.get("fault", found.fault))
        equal("transient", found.transient, expected.get("transient", False))
        for part in expected.get("contains", []):
            equal(part, part in text, True)
        for part in expected.get("excludes", []):
            equal(part, part in text, False)
    except Difference as difference:
        raise Difference(f"{difference}\n{text}") from None


def kind(reason: Variant) -> str:
    if reason.tag == "other":
        return reason.payload or "other"
    if reason.tag == "denied":
        return "transport" if reason.payload.tag == "call" else "credential-file"
    return ERRORS.get(reason.tag, "other")


def within(milliseconds: int, exchange: dict) -> None:
    equal(f"{milliseconds} ms are within the limit", milliseconds <= exchange.get("within_ms", milliseconds), True)


def decoded(text: str) -> dict:
    return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))


def as_bytes(value) -> bytes:
    """A text as it stands, anything else as JSON."""
    if value is None:
        return b""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def equal(what: str, found, expected) -> None:
    if found != expected:
        raise Difference(f"{what}: found {found!r}, expected {expected!r}")


if __name__ == "__main__":
    main(*sys.argv[1:])
