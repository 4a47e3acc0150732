// A configuration that cannot work is an error that says what to correct, and never the wrong identity.

import assert from "node:assert/strict";
import test from "node:test";

import { ManagedIdentityClient, ManagedIdentityError } from "managed-identity-fetch";

import { Held, HOUR, VAULT } from "./held.mjs";

const ID = "33333333-3333-4333-8333-333333333333";

/** What options are refused as. */
function refusal(options) {
  try {
    new ManagedIdentityClient(options);
  } catch (error) {
    assert.ok(error instanceof ManagedIdentityError, `${error}`);
    assert.deepEqual([error.code, error.fault, error.isTransient], ["configuration", "caller", false]);
    return error;
  }
  return assert.fail(`taken: ${JSON.stringify(options)}`);
}

test("options are an object", () => {
  for (const options of [ID, 5, null, true, [], [ID], () => {}, Symbol("id")]) {
    const { problem, message } = refusal(options);
    assert.deepEqual([problem, message], ["invalid-option", "the options must be an object"]);
  }
  new ManagedIdentityClient();
  new ManagedIdentityClient(undefined);
  new ManagedIdentityClient({});
  new ManagedIdentityClient({ clientId: undefined, objectId: undefined, timeBudgetMs: undefined, host: undefined });
});

test("an option that there is not is named, with the one that is meant", () => {
  for (const [name, meant] of [
    ["managedIdentityClientId", "use clientId"],
    ["userAssignedClientId", "use clientId"],
    ["clientID", "use clientId"],
    ["client_id", "use one of clientId, objectId, resourceId,"],
    ["managedIdentityResourceId", "use resourceId"],
    ["retryOptions", "use one of clientId, objectId, resourceId,"],
  ]) {
    const { problem, message, nextStep } = refusal({ [name]: ID });
    assert.equal(problem, "unknown-option");
    assert.equal(message, `there is no option "${name}" in the options`);
    assert.ok(nextStep.startsWith(meant), nextStep);
  }
  assert.equal(refusal({ clientID: undefined }).problem, "unknown-option");
  assert.match(refusal({ host: { Fetch: () => {} } }).nextStep, /^use fetch$/);
});

test("one identity is named, not two", () => {
  for (const options of [
    { clientId: ID, resourceId: "/subscriptions/1" },
    { clientId: ID, objectId: ID },
    { objectId: ID, resourceId: "/subscriptions/1" },
    { clientId: "", objectId: "" },
  ]) {
    const { problem, message } = refusal(options);
    assert.deepEqual([problem, message], ["several-identities", "more than one of clientId, objectId and resourceId is given"]);
  }
});

test("values of another kind are refused by name", () => {
  for (const [name, values] of Object.entries({
    clientId: [5, null, {}, [ID]],
    objectId: [5],
    resourceId: [new URL("https://a")],
    keyDirectory: [5],
    clientCapabilities: ["cp1", [5], {}],
    timeBudgetMs: [NaN, Infinity, -1, 0, "5", 5n, 2 ** 31],
    retries: ["false", 0, null],
    clientHeaders: [0],
    dangerouslyAllowRemoteArcEndpoint: ["no"],
    host: [5, null, []],
  })) {
    for (const value of values) {
      const { problem, message } = refusal({ [name]: value });
      assert.equal(problem, "invalid-option");
      assert.ok(message.startsWith(`${name} must be `), message);
    }
  }
  for (const [name, value] of [["fetch", null], ["now", 5], ["platform", "darwin"], ["readFile", "/etc"]]) {
    assert.match(refusal({ host: { [name]: value } }).message, new RegExp(`^${name} must be `));
  }
});

test("an ability that is not given stays the default one, and a pinned certificate can be refused", async () => {
  const held = new Held();
  const client = held.client({ host: { ...held.host(), platform: undefined, readFile: undefined } });
  const asked = client.getToken(VAULT);
  (await held.nextCall()).answerToken("one", HOUR);
  assert.equal((await asked).token, "one");
});

test("what a call asks for is checked at the call", async () => {
  const held = new Held();
  const client = held.client();
  for (const nothing of [undefined, null, "", " ", [], [""], "/.default"]) {
    await assert.rejects(client.getToken(nothing), { code: "configuration", problem: "empty-resource", fault: "caller" });
  }
  for (const other of [5, {}, [5], [VAULT, undefined], () => {}, new URL(VAULT)]) {
    await assert.rejects(client.getToken(other), { code: "configuration", problem: "invalid-argument" });
  }
  await assert.rejects(client.getToken(["a", "b"]), { problem: "several-scopes" });
  for (const options of [5, "force", null, { abortSignal: {} }, { abortSignal: { aborted: false, addEventListener() {} } }, { forceRefresh: "yes" }, { claims: {} }, { rejectedToken: { token: "" } }]) {
    await assert.rejects(client.getToken(VAULT, options), { code: "configuration", problem: "invalid-option" });
  }
  assert.equal(held.requests, 0);
  // The Azure SDK has options of its own.
  const asked = client.getToken(VAULT, { tenantId: "t", enableCae: true, requestOptions: {}, tracingOptions: {}, abortSignal: undefined });
  (await held.nextCall()).answerToken("one", HOUR);
  assert.equal((await asked).token, "one");
});

test("what only the source can tell is told at the first call", async () => {
  const held = new Held();
  const shell = held.host({ MSI_ENDPOINT: "http://127.0.0.1:9/token" });
  await assert.rejects(held.client({ host: shell, clientId: ID }).getToken(VAULT), { problem: "unsupported-identity" });
  await assert.rejects(held.client({ clientId: " " }).getToken(VAULT), { problem: "empty-identifier" });
  const nonsense = { ...held.host(), env: () => "nonsense" };
  await assert.rejects(held.client({ host: nonsense }).getToken(VAULT), { code: "configuration", problem: "invalid-endpoint" });
  assert.equal(held.requests, 0);
});

test("a source is configured by the value that the program reads too", async () => {
  const kind = async (source) => {
    const { kind, endpoint } = await new ManagedIdentityClient({ source, host: { env: () => undefined } }).source();
    return [kind, new URL(endpoint).host];
  };
  assert.deepEqual(await kind("detect"), ["imds", "169.254.169.254"]);
  assert.deepEqual(await kind("imds"), ["imds", "169.254.169.254"]);
  assert.deepEqual(await kind({ source: "imds", base: "http://127.0.0.1:2579" }), ["imds", "127.0.0.1:2579"]);
  const arc = { source: "azure-arc", endpoint: "http://127.0.0.1:1/t", key_directory: "/keys" };
  assert.deepEqual(await kind(arc), ["azure-arc", "127.0.0.1:1"]);

  for (const [source, problem, message] of [
    ["vm", "unknown-setting", /^unknown source; use one of app-service, azure-arc, /],
    [{ source: "imds", header: "h" }, "unknown-setting", /^imds has no header; it has base$/],
    [{ source: "app-service", header: "h" }, "missing-variable", /needs IDENTITY_ENDPOINT/],
  ]) {
    await assert.rejects(kind(source), (error) => {
      assert.ok(error instanceof ManagedIdentityError, `${error}`);
      assert.deepEqual([error.code, error.problem, error.fault], ["configuration", problem, "caller"]);
      assert.match(error.message, message);
      return true;
    });
  }
  for (const source of [5, {}, ["imds"], { source: "imds", base: 5 }]) {
    assert.equal(refusal({ source }).problem, "invalid-option");
  }
});
