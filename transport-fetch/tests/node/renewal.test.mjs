// Renewal ahead of time, standing failures, forced and rejected tokens.

import assert from "node:assert/strict";
import test from "node:test";

import { DAY, HOUR, Held, SECOND, VAULT, settle, watched } from "./held.mjs";

const MINUTE = 60 * SECOND;

/** A client with a token in its cache, and that token's end. */
async function warm(held, { lifetime = DAY, ...options } = {}) {
  const client = held.client(options);
  const first = client.getToken(VAULT);
  (await held.nextCall()).answerToken("old", lifetime);
  return { client, old: await first };
}

const ask = async (client, options) => (await client.getToken(VAULT, options)).token;

test("while there is a usable token nobody waits for the network, and one renewal is on its way", async () => {
  const held = new Held();
  const { client, old } = await warm(held);
  const half = held.now + 12 * HOUR;
  assert.ok(old.refreshAfterTimestamp >= half && old.refreshAfterTimestamp <= half + 2.4 * HOUR);
  held.now = old.refreshAfterTimestamp;
  for (let caller = 0; caller < 10; caller++) assert.equal(await ask(client), "old");
  (await held.nextCall()).answerToken("new", DAY);
  await held.noCall();
  assert.equal(await ask(client), "new");
  assert.equal(held.requests, 2);
});

test("a short-lived token is renewed before its last five minutes, and serves until half a minute before its end", async () => {
  const held = new Held();
  const { client, old } = await warm(held, { lifetime: HOUR });
  const end = old.expiresOnTimestamp;
  held.now = end - 11 * MINUTE - 1;
  assert.equal(await ask(client), "old");
  await held.noCall();
  held.now = end - 5 * MINUTE;
  assert.equal(await ask(client), "old");
  // The endpoint is silent, until another flow is begun.
  const silent = await held.nextCall();
  held.now = end - 3 * MINUTE;
  assert.equal(await ask(client), "old");
  await held.noCall();
  held.now = end - 30 * SECOND - 1;
  assert.equal(await ask(client), "old");
  const second = await held.nextCall();
  assert.equal(silent.isCancelled, true);
  held.now = end - 30 * SECOND;
  const waiting = watched(client.getToken(VAULT));
  await settle();
  assert.equal(waiting.state, "pending");
  second.answerToken("new", HOUR);
  await settle();
  assert.equal(waiting.token, "new");
  await held.noCall();
});

test("a renewal that fails takes the old token from nobody, and is tried again after a pause", async () => {
  const held = new Held();
  const { client, old } = await warm(held);
  held.now += 15 * HOUR;
  assert.equal(await ask(client), "old");
  (await held.nextCall()).answer(500);
  await settle();
  assert.equal(await ask(client), "old");
  await held.noCall();
  await held.advance(330 * SECOND);
  assert.equal(await ask(client), "old");
  (await held.nextCall()).answer(429, {}, { "retry-after": "3600" });
  await settle();
  assert.equal(await ask(client), "old");
  held.now = old.expiresOnTimestamp;
  const expired = watched(client.getToken(VAULT));
  (await held.nextCall()).answer(500);
  await settle();
  assert.equal(expired.error.status, 500);
});

test("a renewal has its retries, and who needs a token meanwhile joins it", async () => {
  const held = new Held();
  const { client, old } = await warm(held, { retries: true });
  held.now = old.expiresOnTimestamp - MINUTE;
  assert.equal(await ask(client), "old");
  (await held.nextCall()).answer(503, {}, { "retry-after": "60" });
  await settle();
  held.now = old.expiresOnTimestamp - 30 * SECOND;
  const waiting = watched(client.getToken(VAULT));
  await held.advance(29 * SECOND);
  await held.noCall();
  await held.advance(13 * SECOND);
  (await held.nextCall()).answerToken("new", DAY);
  await settle();
  assert.equal(waiting.token, "new");
  assert.equal(held.requests, 3);
});

test("a failure stands for all callers as long as the service says", async () => {
  for (const [status, headers, stands] of [
    [429, { "retry-after": "30" }, 30],
    [429, {}, 5],
    [503, {}, 5],
    [400, { "retry-after": "7" }, 7],
    [400, {}, 1],
    [503, { "retry-after": "86400" }, 3600],
  ]) {
    const held = new Held();
    const client = held.client();
    const first = client.getToken(VAULT).catch((error) => error);
    (await held.nextCall()).answer(status, {}, headers);
    const { message } = await first;
    held.now += stands * SECOND - 1;
    await assert.rejects(client.getToken(VAULT), { message, status });
    await assert.rejects(client.getToken(VAULT, { forceRefresh: true }), { message }, "forcing does not help");
    await held.noCall();
    // Who failed together does not come back together.
    held.now += (stands * SECOND) / 10 + 1;
    const again = ask(client);
    (await held.nextCall()).answerToken("token", HOUR);
    assert.equal(await again, "token", `${status}`);
  }
});

test("forcing passes the cache by, and all who force meanwhile share the next request", async () => {
  const held = new Held();
  const { client } = await warm(held);
  const first = ask(client, { forceRefresh: true });
  const call = await held.nextCall();
  assert.equal(await ask(client), "old", "others are served meanwhile");
  const forcing = Array.from({ length: 100 }, () => ask(client, { forceRefresh: true }));
  await held.noCall();
  call.answerToken("first", DAY);
  assert.equal(await first, "first");
  (await held.nextCall()).answerToken("second", DAY);
  assert.deepEqual(new Set(await Promise.all(forcing)), new Set(["second"]));
  assert.equal(await ask(client), "second");
  assert.equal(held.requests, 3);
});

test("a renewal that began before is not taken for a forced one", async () => {
  const held = new Held();
  const { client } = await warm(held);
  held.now += 15 * HOUR;
  await ask(client);
  const renewal = await held.nextCall();
  const forced = ask(client, { forceRefresh: true });
  await held.noCall();
  renewal.answerToken("renewed", DAY);
  (await held.nextCall()).answerToken("forced", DAY);
  assert.equal(await forced, "forced");
});

test("a forced renewal that fails is an error, and leaves the old token", async () => {
  const held = new Held();
  const { client } = await warm(held);
  const forced = client.getToken(VAULT, { forceRefresh: true });
  (await held.nextCall()).answer(500);
  await assert.rejects(forced, { status: 500 });
  assert.equal(await ask(client), "old");
});

test("a rejected token is replaced by one request, and others keep it until then", async () => {
  const held = new Held();
  const { client } = await warm(held);
  const replacing = Array.from({ length: 100 }, () => ask(client, { rejectedToken: "old" }));
  const call = await held.nextCall();
  assert.equal(await ask(client), "old");
  call.answerToken("new", DAY);
  assert.deepEqual(new Set(await Promise.all(replacing)), new Set(["new"]));
  // Who comes late with the rejected token gets the replacement.
  assert.equal(await ask(client, { rejectedToken: "old" }), "new");
  await held.noCall();
  assert.equal(held.requests, 2);
});

test("a failed replacement is an error for who rejected the token, and takes it from nobody", async () => {
  const held = new Held();
  const { client } = await warm(held);
  const replacing = client.getToken(VAULT, { rejectedToken: "old" });
  (await held.nextCall()).answer(429, {}, { "retry-after": "3600" });
  await assert.rejects(replacing, { status: 429 });
  await assert.rejects(client.getToken(VAULT, { rejectedToken: "old" }), { status: 429 });
  assert.equal(await ask(client), "old");
  await held.noCall();
});

test("a renewal that began before the rejection does not answer it", async () => {
  const held = new Held();
  const { client } = await warm(held);
  held.now += 15 * HOUR;
  await ask(client);
  const renewal = await held.nextCall();
  const replacing = ask(client, { rejectedToken: "old" });
  await held.noCall();
  renewal.answerToken("renewed", DAY);
  (await held.nextCall()).answerToken("new", DAY);
  assert.equal(await replacing, "new");
});

test("the same token in place of the rejected one is an error of its own, and the next request comes after a pause", async () => {
  const held = new Held();
  const { client } = await warm(held);
  const again = { code: "unusable", problem: "rejected-again", fault: "service", source: "app-service" };
  const replacing = Array.from({ length: 9 }, () => client.getToken(VAULT, { rejectedToken: "old" }));
  (await held.nextCall()).answerToken("old", DAY);
  for (const { reason } of await Promise.allSettled(replacing)) {
    for (const [name, value] of Object.entries(again)) assert.equal(reason[name], value, name);
    assert.match(reason.nextStep, /WWW-Authenticate/);
  }
  for (let caller = 0; caller < 200; caller++) {
    await assert.rejects(client.getToken(VAULT, { rejectedToken: "old" }), { code: "unusable", problem: "rejected-again" });
  }
  assert.equal(await ask(client), "old", "it is good enough for others");
  await held.noCall();
  await held.advance(10 * SECOND);
  const later = ask(client, { rejectedToken: "old" });
  (await held.nextCall()).answerToken("new", DAY);
  assert.equal(await later, "new");
  assert.equal(held.requests, 3);
});

test("a caller that rejects whatever it gets causes one request in ten seconds", async () => {
  const held = new Held();
  const { client } = await warm(held);
  let token = "old";
  for (let second = 0; second < 60; second++) {
    const asked = watched(client.getToken(VAULT, { rejectedToken: token }));
    await settle();
    if (asked.state === "pending") {
      token = `token-${second}`;
      (await held.nextCall()).answerToken(token, DAY);
    } else {
      assert.equal(asked.error.problem, "rejected-too-soon");
    }
    await held.advance(SECOND);
  }
  assert.equal(held.requests, 1 + 6);
});

test("claims reject the token at hand, and callers that come late with theirs get the replacement", async () => {
  const held = new Held();
  const { client } = await warm(held);
  const claims = '{"access_token":{}}';
  assert.equal(await ask(client, { claims: "" }), "old");
  const challenged = Array.from({ length: 20 }, () => ask(client, { claims }));
  const call = await held.nextCall();
  assert.equal(call.parameter("claims"), null, "claims are not sent");
  assert.equal(call.parameter("token_sha256_to_refresh"), null, "only Service Fabric knows it");
  assert.equal(await ask(client), "old");
  call.answerToken("new", DAY);
  assert.deepEqual(new Set(await Promise.all(challenged)), new Set(["new"]));
  assert.equal(await ask(client, { claims }), "new");
  assert.equal(await ask(client, { claims, rejectedToken: "old" }), "new");
  await held.noCall();
  await held.advance(10 * SECOND);
  const next = ask(client, { claims });
  (await held.nextCall()).answerToken("newer", DAY);
  assert.equal(await next, "newer");
});

test("Service Fabric is told which token was rejected, and what the client can do", async () => {
  const held = new Held();
  const host = held.host({
    IDENTITY_ENDPOINT: "https://localhost:2377/token",
    IDENTITY_HEADER: "header",
    IDENTITY_SERVER_THUMBPRINT: "0".repeat(40),
  });
  const client = held.client({ host, clientCapabilities: ["cp1", "cp2"] });
  const first = ask(client);
  let call = await held.nextCall();
  assert.equal(call.parameter("xms_cc"), "cp1,cp2");
  assert.equal(call.parameter("token_sha256_to_refresh"), null);
  call.answerToken("AT", DAY);
  await first;
  const second = ask(client, { claims: "claims" });
  call = await held.nextCall();
  const digest = "eb5442705969dc8da5dfac8f9658dc68acdab5bb7635ba7cc551e389416ac34e";
  assert.equal(call.parameter("token_sha256_to_refresh"), digest);
  // Not only in the first request.
  call.answer(500);
  await assert.rejects(second, { status: 500 });
  await held.advance(10 * SECOND);
  const third = ask(client, { forceRefresh: true });
  call = await held.nextCall();
  assert.equal(call.parameter("token_sha256_to_refresh"), digest);
  call.answerToken("test_token", DAY);
  assert.equal(await third, "test_token");
  const fourth = ask(client, { rejectedToken: "test_token" });
  call = await held.nextCall();
  assert.equal(
    call.parameter("token_sha256_to_refresh"),
    "cc0af97287543b65da2c7e1476426021826cab166f1e063ed012b855ff819656",
  );
  call.answerToken("fourth", DAY);
  assert.equal(await fourth, "fourth");
});

test("three thousand resources, each as resource and as scope, are asked for once each", async () => {
  const held = new Held();
  const host = { ...held.host(), fetch: async () => (held.requests++, Response.json({ access_token: "t", expires_in: 3600 })) };
  const client = held.client({ host });
  for (let index = 0; index < 3000; index++) {
    await client.getToken(`https://r${index}`);
    await client.getToken(`https://r${index}/.default`);
  }
  assert.equal(held.requests, 3000);
});
