"""What no vector says of the interface `credential-chain`: what it tells before a step, and what a wrong answer does.

    MACHINE_CHAIN=machine-chain.wasm python -m unittest test_chain
"""

import os
import unittest

from wasmtime.component import Variant

from chain import CHAIN, MACHINE, Chains, record, request

NOW = 1_700_000_000_000
CHAINS = Chains(os.environ["MACHINE_CHAIN"])
PRINCIPAL = {"AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "client"}
TOKEN = b'{"accessToken":"token-of-az","expires_on":1700003600}'


class NoProcesses:
    """A host that sends requests, which all fail, and does nothing else but reading one file."""

    def http(self, call):
        failure = record(kind=Variant("unavailable", "connect"), detail="")
        return Variant("err", failure), 0

    def read_file(self, file):
        return b"a certificate", 0

    def sleep(self, wait):
        pass


class WithTools(NoProcesses):
    """A host on which `az` is signed in."""

    def run(self, command):
        if command.programs == ["az"]:
            return Variant("ok", record(exit_code=0, output=TOKEN, errors=b"")), 5
        return Variant("err", record(problem="not-found", detail="")), 5


class Chain(unittest.TestCase):
    def test_members_are_told_before_anything_is_asked(self):
        members = CHAINS.of({**PRINCIPAL, "AZURE_CLIENT_SECRET": "s"}).members()
        self.assertEqual(
            [(member.credential, member.source, member.programs) for member in members],
            [
                ("environment", "client-secret", []),
                ("workload-identity", None, []),
                ("managed-identity", "imds", []),
                ("azure-cli", None, ["az"]),
                ("azure-powershell", None, ["pwsh"]),
                ("azure-developer-cli", None, ["azd"]),
            ],
        )
        verdicts = [member.line and member.line.verdict for member in members]
        self.assertEqual(verdicts, [None, "not-configured", None, None, None, None])
        self.assertIn("AZURE_FEDERATED_TOKEN_FILE", members[1].line.reason)

    def test_what_is_wrong_with_the_environment_is_told_by_members_and_by_the_first_step(self):
        chain = CHAINS.of({"AZURE_TOKEN_CREDENTIALS": "nothing"})
        self.assertEqual(chain.members().reason.payload, "unknown-credentials")
        end = chain.token(NoProcesses(), NOW)
        self.assertEqual((end.step.tag, end.step.payload.reason.payload), ("failed", "unknown-credentials"))

    def test_each_mistake_has_a_name(self):
        for environment, options, asked, name in [
            ({}, dict(require_variable=True), {}, "credentials-not-chosen"),
            ({"AZURE_TOKEN_CREDENTIALS": "AzureCliCredential"}, dict(exclude=["azure-cli"]), {}, "empty-chain"),
            ({}, dict(only=["other"]), {}, "empty-chain"),
            ({}, dict(only=["azure-cli"]), dict(claims="{"), "invalid-claims"),
            ({}, dict(only=["azure-cli"], tenant="mine"), dict(tenant="theirs"), "tenant-not-allowed"),
        ]:
            end = CHAINS.of(environment, **options).token(WithTools(), NOW, **asked)
            self.assertEqual((end.step.tag, end.step.payload.reason.payload), ("failed", name))

    def test_a_token_tells_its_member(self):
        end = CHAINS.of({"AZURE_TOKEN_CREDENTIALS": "dev"}).token(WithTools(), NOW)
        self.assertEqual(getattr(end.step.payload, "access-token"), "token-of-az")
        self.assertEqual((end.credential(), end.lines(), end.now), ("azure-cli", [], NOW + 5))

    def test_a_member_that_is_remembered_goes_first(self):
        end = CHAINS.of({**PRINCIPAL, "AZURE_CLIENT_SECRET": "s"}).token(WithTools(), NOW, starting_with="azure-cli")
        self.assertEqual((end.credential(), end.now), ("azure-cli", NOW + 5))

    def test_tools_of_a_host_without_processes_are_not_here(self):
        end = CHAINS.of({}).token(NoProcesses(), NOW)
        self.assertEqual(end.step.payload.reason.payload, "chain")
        self.assertEqual([line.verdict for line in end.lines()], 2 * ["not-configured"] + 4 * ["not-here"])
        self.assertIn("runs no programs", end.lines()[3].reason)

    def test_a_host_that_signs_nothing_ends_the_chain_at_a_certificate(self):
        end = CHAINS.of({**PRINCIPAL, "AZURE_CLIENT_CERTIFICATE_PATH": "/c.pem"}).token(NoProcesses(), NOW)
        self.assertEqual([line.verdict for line in end.lines()], ["refused"] + 5 * ["not-reached"])
        self.assertIn("signs nothing", end.lines()[0].reason)

    def test_what_is_given_at_another_step_ends_an_acquisition(self):
        ran = Variant("ok", record(exit_code=0, output=TOKEN, errors=b""))
        signed = Variant("ok", record(input="text", signature=b"signature"))
        for only, name, arguments in [
            ("managed-identity", "give-output", (ran, NOW)),
            ("managed-identity", "give-signed", (signed,)),
            ("azure-cli", "give-signed", (signed,)),
        ]:
            chain, acquisition = begun(only)
            chain.call(CHAIN, name, acquisition, *arguments)
            step = chain.call(MACHINE, "[method]acquisition.next", acquisition)
            self.assertEqual((step.tag, step.payload.fault), ("failed", "caller"))
        chain, acquisition = begun("azure-cli")
        chain.call(MACHINE, "[method]acquisition.resume", acquisition, Variant("awake"), NOW)
        self.assertEqual(chain.call(MACHINE, "[method]acquisition.next", acquisition).tag, "failed")

    def test_nothing_is_told_of_a_step_that_is_another(self):
        chain, acquisition = begun("managed-identity")
        for name in ("command-of", "certificate-of", "credential-of"):
            self.assertIsNone(chain.call(CHAIN, name, acquisition), name)
        self.assertIsNone(chain.call(CHAIN, "signing-input", acquisition, [b"leaf"]))
        self.assertEqual(chain.call(CHAIN, "lines-of", acquisition), [])


def begun(only: str) -> tuple:
    """A chain of one member, and an acquisition that waits at its first step."""
    chain = CHAINS.of({}, only=[only])
    return chain, chain.call(CHAIN, "[method]chain.acquire", chain.handle, request({}), 7, NOW)


if __name__ == "__main__":
    unittest.main()
