// What goes out and comes in, what the host may do, and the bare machine.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { inspect } from "node:util";

import {
  HostFailure,
  HttpResponse,
  ManagedIdentityClient,
  Source,
  TokenCache,
  TokenRequest,
  Wish,
  defaultHost,
  initialize,
} from "managed-identity-fetch";

const VAULT = "https://vault.azure.net";
const HOUR = 3_600_000;

/** A host with a clock of its own, whose endpoint answers at once. */
function made({ status = 200 } = {}) {
  const world = { now: 1_700_000_000_000, requests: 0, sleeps: [], last: undefined };
  const host = {
    now: () => world.now,
    seed: () => 7n,
    env: (name) => (name === "MSI_ENDPOINT" ? "http://127.0.0.1:9/token" : undefined),
    arcAgent: () => "absent",
    sleep: async (milliseconds) => {
      world.sleeps.push(milliseconds);
      world.now += milliseconds;
    },
    fetch: async (url, init) => {
      world.requests += 1;
      world.last = { url, init };
      const token = { access_token: "token", expires_in: 3600, token_type: "Bearer" };
      return Response.json(status === 200 ? token : { error: "no" }, { status });
    },
  };
  return { world, host };
}

function client(host, options = {}) {
  return new ManagedIdentityClient({ host, retries: false, ...options });
}

test("retries wait as the machine says", async () => {
  const { world, host } = made({ status: 503 });
  await assert.rejects(client(host, { retries: true }).getToken(VAULT), { attempts: 4, stopped: "attempts-spent" });
  assert.equal(world.sleeps.length, 3);
  for (const sleep of world.sleeps) assert.ok(sleep >= 800 && sleep <= 1200, `${sleep}`);
});

test("a denial is final and told as such", async () => {
  const { world, host } = made();
  const fetch = async () => {
    world.requests += 1;
    throw new HostFailure("denied", "no grant");
  };
  await assert.rejects(client({ ...host, fetch }, { retries: true }).getToken(VAULT), {
    code: "transport",
    problem: "denied",
    fault: "host",
    isTransient: false,
    attempts: 1,
  });
  assert.equal(world.requests, 1);
});

test("what cannot be pinned is refused by name", async () => {
  const { host } = made();
  const names = { IDENTITY_ENDPOINT: "https://localhost:1/t", IDENTITY_HEADER: "h", IDENTITY_SERVER_THUMBPRINT: "0".repeat(40) };
  const it = client({ ...host, env: (name) => names[name], fetchPinned: undefined });
  await assert.rejects(it.getToken(VAULT), { problem: "unsupported-certificate-pin", fault: "caller" });
});

test("an answer without end is cut off at the limit", async () => {
  const { host } = made();
  let cancelled = false;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(16_384)),
    cancel: () => void (cancelled = true),
  });
  const fetch = async () => ({ status: 200, headers: [], body });
  await assert.rejects(client({ ...host, fetch }).getToken(VAULT), { problem: "body-too-large" });
  assert.equal(cancelled, true);
});

/** A client of an endpoint on this machine, which is played by this. */
async function over(test, answer, options) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  test.after(() => server.close());
  await once(server, "listening");
  const base = `http://127.0.0.1:${server.address().port}`;
  return new ManagedIdentityClient({ source: { source: "imds", base }, retries: false, ...options });
}

test("the longest times that can be set are times", async (test) => {
  const longest = 2 ** 31 - 1;
  const answer = (_, response) => setTimeout(() => response.end('{"access_token":"late","expires_in":3600}'), 50);
  const it = await over(test, answer, { connectTimeoutMs: longest, timeBudgetMs: longest });
  assert.equal((await it.getToken(VAULT)).token, "late");
});

test("a peer that begins another protocol gives no answer", async (test) => {
  const answer = (_, response) => response.writeHead(101, { connection: "upgrade", upgrade: "other" }).end();
  await assert.rejects((await over(test, answer)).getToken(VAULT), { code: "transport", problem: "broken" });
});

test("requests go out as they must", async () => {
  const { world, host } = made();
  await client(host).getToken(VAULT);
  const { redirect, credentials, cache, method, headers, body } = world.last.init;
  assert.deepEqual([redirect, credentials, cache, method], ["manual", "omit", "no-store", "POST"]);
  assert.equal(headers.metadata, "true");
  assert.match(body, /^resource=https%3A%2F%2Fvault\.azure\.net$/);
});

test("an opaque redirect of a browser is refused", async () => {
  const { host } = made();
  const fetch = async () => ({ status: 0, headers: [], body: null });
  await assert.rejects(client({ ...host, fetch }).getToken(VAULT), { problem: "denied" });
});

test("the bare machine is stepped by hand, and the cache elects", async () => {
  await initialize();
  const env = { IDENTITY_ENDPOINT: "http://127.0.0.1:1/t", IMDS_ENDPOINT: "http://127.0.0.1:1" };
  const source = Source.detect((name) => env[name], "linux", "present", false);
  assert.equal(source.kind, "azure-arc");
  const request = new TokenRequest(source, VAULT, {});
  const cache = new TokenCache();
  const any = new Wish();
  const now = 1_700_000_000_000;
  const { kind, lease } = cache.lookup(request, any, now);
  assert.equal(kind, "elected");
  assert.equal(lease.notBefore, undefined);
  assert.equal(cache.lookup(request, any, now).kind, "busy");

  const it = lease.start(request, 42n, now);
  assert.equal(any.judge(it), undefined, "it has not ended");
  assert.equal(it.step().call.headers.metadata, "true");
  const challenge = new HttpResponse(401, new Uint8Array());
  challenge.header("WWW-Authenticate", "Basic realm=/var/opt/azcmagent/tokens/1.key");
  it.wake();
  assert.equal(it.step().kind, "http", "an answer of another kind is ignored");
  it.respond(challenge, now);
  const { file } = it.step();
  assert.deepEqual([file.path, file.maxLength, file.directory], ["/var/opt/azcmagent/tokens/1.key", 4096, "/var/opt/azcmagent/tokens"]);
  it.giveFile(new TextEncoder().encode("key"));
  assert.equal(it.step().call.headers.authorization, "Basic key");
  it.respond(new HttpResponse(200, new TextEncoder().encode('{"access_token":"eyJ","expires_in":3600}')), now);
  assert.equal(it.step().token.token, "eyJ");
  const late = cache.renewed();
  assert.equal(late.judge(it), undefined, "it was begun before the wish came up");
  assert.deepEqual([any.judge(it).kind, any.judge(it).token.token], ["done", "eyJ"]);
  assert.equal(cache.settle(lease, it, now, 7n), true);
  assert.equal(cache.lookup(request, any, now).kind, "fresh");
  assert.equal(cache.held(request).token.expiresOnTimestamp, now + HOUR);
  assert.equal(cache.due(request, now), false);
  assert.equal(cache.due(request, cache.nextRefresh + 1), true);

  const rejected = cache.reject(request, "eyJ", now);
  assert.equal(rejected.judge(it), undefined);
  const next = cache.lookup(request, rejected, now);
  assert.equal(next.kind, "elected");
  cache.abandon(next.lease, now + 60_000);
  assert.equal(cache.lookup(request, any, now).kind, "fresh", "it is good enough for others");
  assert.equal(cache.lookup(request, rejected, now).error.problem, "rejected-too-soon");
  assert.equal(cache.lookup(request, rejected, now + 10_000).lease.notBefore, now + 60_000);
  it.free();
});

test("the bare machine asks without a cache, for an identity of its own and in place of a rejected token", async () => {
  await initialize();
  const env = {
    IDENTITY_ENDPOINT: "https://localhost:2377/token",
    IDENTITY_HEADER: "header",
    IDENTITY_SERVER_THUMBPRINT: "0".repeat(40),
  };
  const fabric = Source.detect((name) => env[name], "linux", "absent", false);
  const { url } = new TokenRequest(fabric, VAULT, { rejectedToken: "AT" }).start(1n, 0).step().call;
  const digest = "eb5442705969dc8da5dfac8f9658dc68acdab5bb7635ba7cc551e389416ac34e";
  assert.equal(new URL(url).searchParams.get("token_sha256_to_refresh"), digest);

  const imds = Source.detect(() => undefined, "linux", "absent", false);
  const asked = (identity) => new URL(new TokenRequest(imds, VAULT, { identity }).start(1n, 0).step().call.url).searchParams;
  assert.equal(asked({ type: "ClientId", id: "one" }).get("client_id"), "one");
  assert.equal(asked({ type: "ObjectId", id: "one" }).get("object_id"), "one");
  assert.equal(asked({ type: "ResourceId", id: "one" }).get("msi_res_id"), "one");
  assert.equal(asked({ type: "SystemAssigned" }).get("client_id"), null);
  for (const [identity, problem] of [
    [{ type: "clientId", id: "one" }, "unknown-identity-type"],
    [{ type: "SystemAssigned", id: "one" }, "identifier-on-system-assigned"],
    [{ type: "ClientId" }, "empty-identifier"],
    [{}, "unknown-identity-type"],
  ]) {
    assert.throws(() => asked(identity), { code: "configuration", problem });
  }
});

test("what the bare machine is told of the host is checked, so that no wrong source is found", async () => {
  await initialize();
  const env = () => undefined;
  for (const [given, message] of [
    [[env, "linux", true, false], 'arcAgent must be "present", "absent" or "not-permitted"'],
    [[env, "linux", undefined, false], 'arcAgent must be "present", "absent" or "not-permitted"'],
    [[env, "linux", "Present", false], 'arcAgent must be "present", "absent" or "not-permitted"'],
    [[env, "darwin", "absent", false], 'platform must be "linux", "windows" or "other"'],
    [[env, 5, "absent", false], 'platform must be "linux", "windows" or "other"'],
    [[process.env, "linux", "absent", false], "the environment must be given as a function"],
    [[undefined, "linux", "absent", false], "the environment must be given as a function"],
  ]) {
    const problem = { name: "ManagedIdentityError", code: "configuration", problem: "invalid-argument", fault: "caller", message };
    assert.throws(() => Source.detect(...given), problem);
    assert.throws(() => Source.named(["imds"], ...given), problem);
  }
});

test("the default host of Node is as it is documented", () => {
  assert.deepEqual(Object.keys(defaultHost).sort(), ["arcAgent", "env", "fetch", "fetchPinned", "now", "platform", "readFile", "seed", "sleep"]);
});

test("a source says what it is, to people and as JSON", async () => {
  const { host } = made();
  const source = await client(host).source();
  const { kind, endpoint, reason } = source;
  assert.deepEqual([kind, endpoint], ["cloud-shell", "http://127.0.0.1:9/token"]);
  assert.deepEqual(JSON.parse(JSON.stringify({ source })), { source: { kind, endpoint, reason } });
  assert.deepEqual(source.toJSON(), { kind, endpoint, reason });
  assert.equal(inspect(source), inspect({ endpoint, kind, reason }));
});
