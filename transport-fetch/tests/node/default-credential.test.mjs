// A chain of credentials: what it is asked, what it keeps, and what it says.

import assert from "node:assert/strict";
import test from "node:test";

import { DefaultCredential, HostFailure, ManagedIdentityError, defaultHost } from "managed-identity-fetch/default-credential";
import { ManagedIdentityError as sameError } from "managed-identity-fetch";

import { Held, HOUR, VAULT, settle, watched } from "./held.mjs";

const TENANT = "00000000-1111-4222-8333-444444444444";
const OTHER = "99999999-1111-4222-8333-444444444444";
const CLIENT = "11111111-2222-4333-8444-555555555555";
const SECRET = "s3cr3t~value";
const bytes = (text) => new TextEncoder().encode(text);

/** A host whose tools and authority answer at once, and which remembers what it was asked. */
function made({ environment = {}, tools = ["az"], reachable = false } = {}) {
  const world = { now: 1_700_000_000_000, commands: [], requests: [], signals: [] };
  const host = {
    platform: "linux",
    arcAgent: () => "absent",
    env: (name) => environment[name],
    now: () => world.now,
    seed: () => 7n,
    sleep: async (milliseconds) => void (world.now += milliseconds),
    fetch: async (url, { body = "" }) => {
      world.requests.push({ url, form: Object.fromEntries(new URLSearchParams(body)) });
      if (!reachable) throw new HostFailure("connect");
      return Response.json({ access_token: `token-${world.requests.length}`, expires_in: 3600, token_type: "Bearer" });
    },
    run: async (command, signal) => {
      world.commands.push(command);
      world.signals.push(signal);
      if (!tools.some((it) => command.programs.includes(it))) throw new HostFailure("not-found");
      const expires = world.now / 1000 + 3600;
      const output = `{"accessToken":"cli-${world.commands.length}","expires_on":${expires}}`;
      return { exitCode: 0, output: bytes(output), errors: bytes("") };
    },
    findProgram: (programs) => programs.filter((it) => tools.includes(it)).map((it) => `/bin/${it}`)[0],
  };
  return { world, host };
}

test("the first credential that gives a token is remembered, and named in the token", async () => {
  const { world, host } = made();
  const credential = new DefaultCredential({ host });
  const first = await credential.getToken(VAULT);
  assert.deepEqual([first.token, first.source, first.credential], ["cli-1", "azure-cli", "azure-cli"]);
  const looked = world.requests.length;
  assert.ok(looked > 0, "IMDS was looked for");
  assert.equal(await credential.getToken(`${VAULT}/.default`), first);
  await credential.getToken("https://storage.azure.com");
  assert.deepEqual([world.requests.length, world.commands.length], [looked, 2]);
});

test("however many callers wait, there is one walk along the chain", async () => {
  const { world, host } = made();
  const credential = new DefaultCredential({ host });
  const tokens = await Promise.all(Array.from({ length: 50 }, () => credential.getToken(VAULT)));
  assert.deepEqual([...new Set(tokens.map(({ token }) => token))], ["cli-1"]);
  assert.equal(world.commands.length, 1);
});

test("without a credential the error has a line for each member", async () => {
  const { host } = made({ tools: [] });
  await assert.rejects(new DefaultCredential({ host }).getToken(VAULT), (error) => {
    assert.ok(error instanceof ManagedIdentityError && error instanceof sameError);
    assert.deepEqual([error.code, error.fault, error.isTransient], ["chain", "host", false]);
    assert.deepEqual(
      error.members.map(({ credential, verdict }) => [credential, verdict]),
      [
        ["environment", "not-configured"],
        ["workload-identity", "not-configured"],
        ["managed-identity", "not-here"],
        ["azure-cli", "not-here"],
        ["azure-powershell", "not-here"],
        ["azure-developer-cli", "not-here"],
      ],
    );
    const lines = error.message.split("\n");
    assert.equal(lines.length, 7);
    for (const [index, { reason, nextStep }] of error.members.entries()) {
      assert.ok(reason.length > 0 && nextStep.length > 0);
      assert.ok(lines[index + 1].includes(reason) && lines[index + 1].endsWith(nextStep), lines[index + 1]);
    }
    return true;
  });
});

test("a credential that is refused ends the chain, and those behind it are not reached", async () => {
  const environment = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT, AZURE_CLIENT_SECRET: SECRET };
  const { world, host } = made({ environment });
  const fetch = async () => Response.json({ error: "invalid_client", error_description: "AADSTS7000215: wrong" }, { status: 401 });
  await assert.rejects(new DefaultCredential({ host: { ...host, fetch } }).getToken(VAULT), (error) => {
    assert.equal(error.members[0].verdict, "refused");
    assert.ok(error.members.slice(1).every(({ verdict, reason }) => verdict === "not-reached" && reason === ""));
    assert.doesNotMatch(error.message + JSON.stringify(error), new RegExp(SECRET));
    return true;
  });
  assert.equal(world.commands.length, 0);
});

test("one credential that is alone ends with its own error", async () => {
  const { host } = made({ tools: [] });
  await assert.rejects(DefaultCredential.azureCli({ host }).getToken(VAULT), {
    code: "developer-tool",
    problem: "not-found",
    source: "azure-cli",
  });
});

test("where there are no programs and no keys, both are refused by name", async () => {
  const { host } = made();
  const bare = { ...host, run: undefined, sign: undefined };
  await assert.rejects(DefaultCredential.azureCli({ host: bare }).getToken(VAULT), {
    code: "developer-tool",
    problem: "unsupported",
    message: "Azure CLI: this host runs no programs",
  });
  const readFile = async () => bytes("a certificate");
  const certificate = DefaultCredential.clientCertificate(TENANT, CLIENT, "/c.pem", { host: { ...bare, readFile } });
  await assert.rejects(certificate.getToken(VAULT), { code: "client-certificate", problem: "unsupported", message: /this host signs nothing/ });
  const [cli] = await DefaultCredential.azureCli({ host: bare }).detect();
  assert.deepEqual([cli.verdict, cli.reason], ["not-here", "this host runs no programs"]);
});

test("each credential has a constructor", async () => {
  const { world, host } = made({ reachable: true, environment: { AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us" } });
  const settings = { host };
  for (const [credential, kind] of [
    [DefaultCredential.clientSecret(TENANT, CLIENT, SECRET, settings), "environment"],
    [DefaultCredential.clientCertificate(TENANT, CLIENT, "/c.pem", { ...settings, password: "p" }), "environment"],
    [DefaultCredential.workloadIdentity(TENANT, CLIENT, "/token", settings), "workload-identity"],
    [DefaultCredential.azurePipelines(TENANT, CLIENT, "connection", settings), "azure-pipelines"],
    [DefaultCredential.gitHubActions(TENANT, CLIENT, settings), "github-actions"],
    [DefaultCredential.federated(TENANT, CLIENT, { clientId: OTHER }, settings), "federated"],
    [DefaultCredential.managedIdentity({ clientId: OTHER }, settings), "managed-identity"],
    [DefaultCredential.managedIdentity({}, settings), "managed-identity"],
    [DefaultCredential.azureCli(settings), "azure-cli"],
    [DefaultCredential.azurePowerShell(settings), "azure-powershell"],
    [DefaultCredential.azureDeveloperCli(settings), "azure-developer-cli"],
    [new DefaultCredential({ only: ["azure-cli"], ...settings }), "azure-cli"],
  ]) {
    assert.ok(credential instanceof DefaultCredential);
    assert.deepEqual((await credential.detect()).map((it) => it.credential), [kind]);
  }
  await DefaultCredential.clientSecret(TENANT, CLIENT, SECRET, settings).getToken(VAULT);
  const { url, form } = world.requests.at(-1);
  assert.equal(url, `https://login.microsoftonline.us/${TENANT}/oauth2/v2.0/token`);
  assert.deepEqual([form.client_id, form.client_secret, form.scope], [CLIENT, SECRET, `${VAULT}/.default`]);
  await DefaultCredential.managedIdentity({ clientId: OTHER }, settings).getToken(VAULT);
  assert.equal(new URL(world.requests.at(-1).url).searchParams.get("client_id"), OTHER);
  await DefaultCredential.federated(TENANT, CLIENT, { clientId: OTHER }, settings).getToken(VAULT);
  assert.equal(new URL(world.requests.at(-2).url).searchParams.get("client_id"), OTHER);
  assert.equal(world.requests.at(-1).form.client_id, CLIENT);
});

test("a constructor's arguments and options are checked", async () => {
  const refused = (make, problem) =>
    assert.throws(make, (error) => {
      assert.ok(error instanceof ManagedIdentityError, `${error}`);
      assert.deepEqual([error.code, error.fault, error.problem], ["configuration", "caller", problem]);
      return true;
    });
  refused(() => DefaultCredential.clientSecret(TENANT, CLIENT), "invalid-argument");
  refused(() => DefaultCredential.clientSecret({ tenantId: TENANT }), "invalid-argument");
  refused(() => DefaultCredential.managedIdentity("id"), "invalid-option");
  refused(() => DefaultCredential.managedIdentity({ clientId: "1", objectId: "2" }), "several-identities");
  refused(() => DefaultCredential.azureCli({ tenant: TENANT }), "unknown-option");
  for (const settings of ["dev", null, [], 5]) {
    refused(() => DefaultCredential.clientSecret(TENANT, CLIENT, SECRET, settings), "invalid-option");
    refused(() => DefaultCredential.clientCertificate(TENANT, CLIENT, "/cert.pem", settings), "invalid-option");
    refused(() => DefaultCredential.managedIdentity({}, settings), "invalid-option");
    refused(() => DefaultCredential.azureCli(settings), "invalid-option");
  }
  refused(() => DefaultCredential.clientCertificate(TENANT, CLIENT, "/cert.pem", { password: 5 }), "invalid-option");
  // Who one is and which credential it is are said already.
  for (const settings of [{ clientId: OTHER }, { only: ["azure-cli"] }, { exclude: ["environment"] }, { password: "p" }]) {
    refused(() => DefaultCredential.clientSecret(TENANT, CLIENT, SECRET, settings), "unknown-option");
  }
  for (const options of ["dev", null, [], 5]) refused(() => new DefaultCredential(options), "invalid-option");
  for (const [name, values] of Object.entries({
    only: ["azure-cli", [5]],
    exclude: ["azure-cli"],
    requireVariable: ["yes"],
    tenantId: [5],
    toolTimeLimitMs: [NaN, 0, -1, "5"],
    host: [5, { run: "az" }, { sign: 1 }],
  })) {
    for (const value of values) refused(() => new DefaultCredential({ [name]: value }), "invalid-option");
  }
  refused(() => new DefaultCredential({ source: "imds" }), "unknown-option");
  refused(() => new DefaultCredential({ clientId: "1", resourceId: "/2" }), "several-identities");
  const { host } = made();
  const told = (options, problem, message) =>
    assert.rejects(new DefaultCredential({ host, ...options }).getToken(VAULT), { code: "configuration", fault: "caller", problem, message });
  for (const call of [5, null, { claims: {} }, { tenantId: 5 }, { abortSignal: {} }]) {
    await assert.rejects(DefaultCredential.azureCli({ host }).getToken(VAULT, call), { code: "configuration", problem: "invalid-option" });
  }
  await told({ only: ["az"] }, "invalid-argument", /^unknown credential; use one of environment, /);
  await told({ exclude: ["cli"] }, "invalid-argument", /^unknown credential/);
  await told({ only: [] }, "empty-chain", /no credential is left/);
  await told({ requireVariable: true }, "credentials-not-chosen", /AZURE_TOKEN_CREDENTIALS is not set/);
  const unknown = made({ environment: { AZURE_TOKEN_CREDENTIALS: "prd" } });
  await told({ host: unknown.host }, "unknown-credentials", /is "prd"/);
});

test("the environment and the options choose the credentials", async () => {
  const kinds = async (environment, options = {}) => {
    const { host } = made({ environment });
    return (await new DefaultCredential({ host, ...options }).detect()).map(({ credential }) => credential);
  };
  const tools = ["azure-cli", "azure-powershell", "azure-developer-cli"];
  const deployed = ["environment", "workload-identity", "managed-identity"];
  assert.deepEqual(await kinds({}), [...deployed, ...tools]);
  assert.deepEqual(await kinds({ AZURE_TOKEN_CREDENTIALS: "dev" }), tools);
  assert.deepEqual(await kinds({ AZURE_TOKEN_CREDENTIALS: "prod" }), deployed);
  assert.deepEqual(await kinds({ AZURE_TOKEN_CREDENTIALS: "prod" }, { exclude: ["environment"] }), deployed.slice(1));
  assert.deepEqual(await kinds({ AZURE_TOKEN_CREDENTIALS: "prod" }, { only: ["github-actions", "azure-cli"] }), ["github-actions", "azure-cli"]);
});

test("what can be told without asking is told", async () => {
  const environment = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT, AZURE_CLIENT_SECRET: SECRET };
  const { world, host } = made({ environment });
  const [service, workload, managed, cli, powershell] = await new DefaultCredential({ host }).detect();
  assert.deepEqual([service.verdict, service.source], [undefined, "client-secret"]);
  assert.equal(service.endpoint, `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`);
  assert.deepEqual([workload.verdict, workload.source], ["not-configured", undefined]);
  assert.match(workload.reason, /AZURE_FEDERATED_TOKEN_FILE/);
  assert.deepEqual([managed.verdict, managed.source], [undefined, "imds"]);
  assert.deepEqual(cli, { credential: "azure-cli", reason: "the tool is installed", program: "/bin/az" });
  assert.deepEqual([powershell.verdict, powershell.reason], ["not-here", "pwsh is in no absolute folder of PATH"]);
  assert.deepEqual([world.commands.length, world.requests.length], [0, 0]);
  assert.doesNotMatch(JSON.stringify([service, managed]), new RegExp(SECRET));
});

test("a tenant and claims have tokens of their own", async () => {
  const environment = { AZURE_ADDITIONALLY_ALLOWED_TENANTS: OTHER };
  const { world, host } = made({ reachable: true, environment });
  const credential = DefaultCredential.clientSecret(TENANT, CLIENT, SECRET, { host });
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
  const plain = await credential.getToken(VAULT);
  const other = await credential.getToken(VAULT, { tenantId: OTHER });
  const claimed = await credential.getToken(VAULT, { claims });
  assert.equal(new Set([plain.token, other.token, claimed.token]).size, 3);
  assert.match(world.requests[1].url, new RegExp(OTHER));
  assert.deepEqual(JSON.parse(world.requests[2].form.claims).access_token.nbf, { essential: true, value: "1" });
  assert.equal((await credential.getToken(VAULT)).token, plain.token);
  assert.equal((await credential.getToken(VAULT, { tenantId: OTHER })).token, other.token);
  assert.equal((await credential.getToken(VAULT, { claims })).token, claimed.token);
  assert.equal((await credential.getToken(VAULT, { tenantId: "", claims: "" })).token, plain.token);
  assert.equal(world.requests.length, 3);
  // One of them is rejected, and the others stay.
  assert.notEqual((await credential.getToken(VAULT, { claims, rejectedToken: claimed.token })).token, claimed.token);
  assert.equal((await credential.getToken(VAULT)).token, plain.token);
  const foreign = "88888888-1111-4222-8333-444444444444";
  await assert.rejects(credential.getToken(VAULT, { tenantId: foreign }), { code: "configuration", problem: "tenant-not-allowed" });
  await assert.rejects(credential.getToken(VAULT, { claims: "no json" }), { code: "configuration", problem: "invalid-claims" });
});

test("what a program can handle is told to the authority, one by one", async () => {
  const { world, host } = made({ reachable: true });
  await DefaultCredential.clientSecret(TENANT, CLIENT, SECRET, { host, clientCapabilities: ["cp1", "x"] }).getToken(VAULT);
  const { xms_cc: told } = JSON.parse(world.requests[0].form.claims).access_token;
  assert.deepEqual(told, { values: ["CP1", "X"] });
});

test("who leaves does not end the walk, and whoever comes joins it", async () => {
  const { world, host } = made();
  let answer;
  const run = (command, signal) => {
    world.signals.push(signal);
    return new Promise((resolve) => (answer = resolve));
  };
  const credential = DefaultCredential.azureCli({ host: { ...host, run } });
  const controller = new AbortController();
  const left = watched(credential.getToken(VAULT, { abortSignal: controller.signal }));
  await settle();
  controller.abort();
  await settle();
  assert.equal(left.error.name, "AbortError");
  const joined = watched(credential.getToken(VAULT));
  await settle();
  assert.deepEqual([world.signals.length, world.signals[0].aborted], [1, false]);
  const output = bytes(`{"accessToken":"cli","expires_on":${world.now / 1000 + 3600}}`);
  answer({ exitCode: 0, output, errors: bytes("") });
  await settle();
  assert.equal(joined.token, "cli");
  assert.ok(output.every((byte) => byte === 0), "what was written is wiped");
});

for (const [how, close] of [
  ["close", (credential) => credential.close()],
  ["dispose", (credential) => credential[Symbol.dispose]()],
  ["asyncDispose", (credential) => credential[Symbol.asyncDispose]()],
]) {
  test(`one that is closed ends what it runs and forgets its tokens: ${how}`, async () => {
    const { world, host } = made();
    const run = (command, signal) => {
      world.signals.push(signal);
      return new Promise(() => {});
    };
    const credential = DefaultCredential.azureCli({ host: { ...host, run } });
    const waiting = watched(credential.getToken(VAULT));
    await settle();
    await close(credential);
    await settle();
    assert.deepEqual([waiting.error.problem, world.signals[0].aborted], ["client-closed", true]);
    await assert.rejects(credential.getToken(VAULT), { problem: "client-closed" });
    await assert.rejects(credential.detect(), { problem: "client-closed" });
  });
}

test("tokens are renewed in the background, as with the other client", async () => {
  const held = new Held();
  const credential = DefaultCredential.managedIdentity({}, { host: held.host() });
  const first = credential.getToken(VAULT);
  (await held.nextCall()).answerToken("one", HOUR);
  assert.equal((await first).token, "one");
  held.now += HOUR - 60_000;
  assert.equal((await credential.getToken(VAULT)).token, "one");
  (await held.nextCall()).answerToken("two", HOUR);
  await settle();
  const { token, credential: kind } = await credential.getToken(VAULT);
  assert.deepEqual([token, kind], ["two", "managed-identity"]);
});

test("another managed identity shares the chain", async () => {
  const { world, host } = made({ reachable: true });
  const credential = DefaultCredential.managedIdentity({}, { host });
  await credential.getToken(VAULT);
  await credential.forIdentity({ clientId: OTHER }).getToken(VAULT);
  await credential.forIdentity({ clientId: OTHER }).getToken(VAULT);
  assert.deepEqual(world.requests.map(({ url }) => new URL(url).searchParams.get("client_id")), [null, OTHER]);
  assert.throws(() => credential.forIdentity({ clientId: "1", objectId: "2" }), { problem: "several-identities" });
});

test("the default host of Node is as it is documented", () => {
  const own = ["arcAgent", "env", "fetch", "fetchPinned", "findProgram", "now", "platform", "readFile", "run", "seed", "sign", "sleep"];
  assert.deepEqual(Object.keys(defaultHost).sort(), own);
});
