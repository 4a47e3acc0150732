// The client's promises: single flight, shared failure, renewal, force, claims, signals, and what the host may do.

import assert from "node:assert/strict";
import test from "node:test";

import {
  HostFailure,
  HttpResponse,
  ManagedIdentityClient,
  ManagedIdentityError,
  Source,
  TokenCache,
  TokenRequest,
  initialize,
  nodeHost,
} from "managed-identity-fetch";

const VAULT = "https://vault.azure.net";
const HOUR = 3_600_000;

/** A host with a clock of its own, whose endpoint answers when it is told to. */
function made({ status = 200, lifetime = 3600, gate, body } = {}) {
  const world = { now: 1_700_000_000_000, requests: 0, status, sleeps: [], last: undefined };
  const answer = () => {
    const token = { access_token: `token-${world.requests}`, expires_in: lifetime, token_type: "Bearer" };
    return new Response(body ?? JSON.stringify(world.status === 200 ? token : { error: "no" }), { status: world.status });
  };
  const host = {
    now: () => world.now,
    seed: () => 7n,
    env: (name) => (name === "MSI_ENDPOINT" ? "http://127.0.0.1:9/token" : undefined),
    hasArcAgent: () => false,
    sleep: async (milliseconds) => {
      world.sleeps.push(milliseconds);
      world.now += milliseconds;
    },
    fetch: async (url, init) => {
      world.requests += 1;
      world.last = { url, init };
      await gate?.(init.signal);
      return answer();
    },
  };
  return { world, host };
}

function client(host, options = {}) {
  return new ManagedIdentityClient({ host, retries: false, ...options });
}

test("a thousand callers at once are one request, scope or resource", async () => {
  const { world, host } = made();
  const it = client(host);
  const scopes = [VAULT, `${VAULT}/.default`, [`${VAULT}/.default`]];
  const tokens = await Promise.all(Array.from({ length: 1000 }, (_, i) => it.getToken(scopes[i % 3])));
  assert.equal(world.requests, 1);
  assert.equal(new Set(tokens.map(({ token }) => token)).size, 1);
  assert.equal(await it.getToken(VAULT), await it.getToken(VAULT), "a fresh token is the same object");
  await it.getToken("https://storage.azure.com");
  assert.equal(world.requests, 2);
});

test("a failure is one request for a thousand callers, and stands for a while", async () => {
  const { world, host } = made({ status: 500 });
  const it = client(host);
  const ends = await Promise.allSettled(Array.from({ length: 1000 }, () => it.getToken(VAULT)));
  assert.equal(world.requests, 1);
  for (const { reason } of ends) assert.ok(reason instanceof ManagedIdentityError && reason instanceof Error);
  const { code, fault, isTransient, status, attempts, name } = ends[0].reason;
  assert.deepEqual([code, fault, isTransient, status, attempts, name], ["endpoint", "service", true, 500, 1, "ManagedIdentityError"]);
  await assert.rejects(it.getToken(VAULT), ManagedIdentityError);
  assert.equal(world.requests, 1);
  world.now += 5_001;
  world.status = 200;
  assert.equal((await it.getToken(VAULT)).token, "token-2");
});

test("a failure that asks to wait tells how long", async () => {
  const { host } = made();
  const fetch = async () => new Response("{}", { status: 429, headers: { "retry-after": "17" } });
  const error = await client({ ...host, fetch }).getToken(VAULT).catch((error) => error);
  assert.equal(error.retryAfterMs, 17_000);
  assert.equal(error.isTransient, true);
});

test("retries wait as the machine says", async () => {
  const { world, host } = made({ status: 503 });
  await assert.rejects(client(host, { retries: true }).getToken(VAULT), { attempts: 4, stopped: "attempts-spent" });
  assert.equal(world.sleeps.length, 3);
  for (const sleep of world.sleeps) assert.ok(sleep >= 800 && sleep <= 1200, `${sleep}`);
});

test("a token due for renewal is handed out while one renewal is on its way", async () => {
  const { world, host } = made({ lifetime: 24 * 3600 });
  const it = client(host);
  const first = await it.getToken(VAULT);
  const half = world.now + 12 * HOUR;
  assert.ok(first.refreshAfterTimestamp >= half && first.refreshAfterTimestamp <= half + 300_000);
  world.now = first.refreshAfterTimestamp + 1;
  const tokens = await Promise.all([it.getToken(VAULT), it.getToken(VAULT)]);
  assert.deepEqual(tokens.map(({ token }) => token), ["token-1", "token-1"]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(world.requests, 2);
  assert.equal((await it.getToken(VAULT)).token, "token-2");
});

test("when the renewal fails the old token serves until it really expires", async () => {
  const { world, host } = made();
  const it = client(host);
  const { expiresOnTimestamp } = await it.getToken(VAULT);
  world.status = 500;
  world.now = expiresOnTimestamp - 60_000;
  assert.equal((await it.getToken(VAULT)).token, "token-1");
  assert.equal(world.requests, 2);
  world.now = expiresOnTimestamp + 1;
  await assert.rejects(it.getToken(VAULT), ManagedIdentityError);
});

test("force refresh asks again, once for all who force meanwhile, and takes no old token for it", async () => {
  const { world, host } = made();
  const it = client(host);
  await it.getToken(VAULT);
  const forced = await Promise.all(Array.from({ length: 9 }, () => it.getToken(VAULT, { forceRefresh: true })));
  assert.equal(forced[0].token, "token-2");
  assert.deepEqual(new Set(forced.slice(1).map(({ token }) => token)), new Set(["token-3"]));
  assert.equal(world.requests, 3);
  world.status = 500;
  await assert.rejects(it.getToken(VAULT, { forceRefresh: true }), ManagedIdentityError);
  assert.equal((await it.getToken(VAULT)).token, "token-3");
});

test("a request that is on its way already is not taken for a forced one", async () => {
  let open;
  const gates = [new Promise((resolve) => (open = resolve))];
  const { world, host } = made({ gate: () => gates.shift() });
  const it = client(host);
  const usual = it.getToken(VAULT);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const forced = it.getToken(VAULT, { forceRefresh: true });
  open();
  assert.deepEqual([(await usual).token, (await forced).token, world.requests], ["token-1", "token-2", 2]);
});

test("claims and a rejected token pass the cache by, and who comes late gets the replacement", async () => {
  const { world, host } = made();
  const it = client(host);
  const first = await it.getToken(VAULT);
  assert.equal((await it.getToken(VAULT, { claims: '{"access_token":{}}' })).token, "token-2");
  assert.equal((await it.getToken(VAULT, { rejectedToken: first.token })).token, "token-2");
  assert.equal((await it.getToken(VAULT, { rejectedToken: "token-2" })).token, "token-3");
  assert.equal((await it.getToken(VAULT, { claims: "" })).token, "token-3");
  assert.equal(world.requests, 3);
});

test("a signal ends its own call only; the last one ends the request", async () => {
  let signals = [];
  const { world, host } = made({
    gate: (signal) => (signals.push(signal), world.requests === 1 ? new Promise(() => {}) : undefined),
  });
  const it = client(host);
  const [one, two] = [new AbortController(), new AbortController()];
  const first = it.getToken(VAULT, { abortSignal: one.signal });
  const second = it.getToken(VAULT, { abortSignal: two.signal });
  await new Promise((resolve) => setTimeout(resolve, 10));
  one.abort();
  await assert.rejects(first, { name: "AbortError" });
  assert.equal(signals[0].aborted, false);
  two.abort(new Error("enough"));
  await assert.rejects(second, /enough/);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(signals[0].aborted, true);
  assert.equal((await it.getToken(VAULT)).token, "token-2", "nobody is wedged");
  await assert.rejects(it.getToken(VAULT, { abortSignal: AbortSignal.abort() }), { name: "AbortError" });
});

test("what the host throws besides a failure ends the flow and wedges nobody", async () => {
  const { world, host } = made();
  const it = client({ ...host, sleep: () => Promise.reject(new TypeError("broken timer")) }, { retries: true });
  world.status = 503;
  await assert.rejects(it.getToken(VAULT), /broken timer/);
  world.status = 200;
  assert.equal((await it.getToken(VAULT)).token, "token-2");
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

test("a configuration that cannot work is told at the first call", async () => {
  const { host } = made();
  await assert.rejects(client(host).getToken([]), { code: "configuration", problem: "empty-resource", fault: "caller" });
  await assert.rejects(client(host).getToken(["a", "b"]), { problem: "several-scopes" });
  await assert.rejects(client(host, { clientId: "x" }).getToken(VAULT), { problem: "unsupported-identity" });
  await assert.rejects(client({ ...host, env: () => "nonsense" }).getToken(VAULT), { code: "configuration" });
});

test("the bare machine is stepped by hand, and the cache elects", async () => {
  await initialize();
  const env = { IDENTITY_ENDPOINT: "http://127.0.0.1:1/t", IMDS_ENDPOINT: "http://127.0.0.1:1" };
  const source = Source.detect((name) => env[name], "linux", true, false);
  assert.equal(source.kind, "azure-arc");
  const request = new TokenRequest(source, VAULT, {});
  const cache = new TokenCache();
  const now = 1_700_000_000_000;
  const { kind, lease } = cache.lookup(request, now);
  assert.equal(kind, "elected");
  assert.equal(cache.lookup(request, now).kind, "busy");

  const it = request.start(42n, now);
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
  assert.equal(cache.settle(lease, it, now, 7n), true);
  assert.equal(cache.lookup(request, now).kind, "fresh");
  assert.equal(cache.held(request).token.expiresOnTimestamp, now + HOUR);
  assert.equal(cache.due(request, now), false);
  assert.equal(cache.due(request, cache.nextRefresh + 1), true);
  it.free();
});

test("the default host of Node is as it is documented", () => {
  assert.deepEqual(Object.keys(nodeHost).sort(), ["env", "fetch", "fetchPinned", "hasArcAgent", "now", "platform", "readFile", "seed", "sleep"]);
});
