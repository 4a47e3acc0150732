// However many callers want a token at once, one flow gets it. Callers join and leave; the flow belongs to the client.

import assert from "node:assert/strict";
import test from "node:test";

import { ManagedIdentityError } from "managed-identity-fetch";

import { HOUR, Held, SECOND, VAULT, settle, watched } from "./held.mjs";

const MANY = 10_000;

test("ten thousand callers on a cold cache cause one request, and all get its token", async () => {
  const held = new Held();
  const client = held.client();
  const scopes = [VAULT, `${VAULT}/.default`, [`${VAULT}/.default`]];
  const callers = Array.from({ length: MANY }, (_, i) => client.getToken(scopes[i % 3]));
  (await held.nextCall()).answerToken("one", HOUR);
  const tokens = new Set(await Promise.all(callers));
  assert.deepEqual([...tokens].map(({ token }) => token), ["one"], "it is the same object for everybody");
  assert.equal(await client.getToken(VAULT), [...tokens][0]);
  assert.equal(held.requests, 1);
});

test("ten thousand callers on a cold cache cause one request, and all get its failure", async () => {
  const held = new Held();
  const client = held.client();
  const callers = Array.from({ length: MANY }, () => client.getToken(VAULT));
  const call = await held.nextCall();
  call.answer(400, { error: "no" });
  // However late a caller runs, the failure it waited for is its own.
  held.now += 60 * SECOND;
  const errors = new Set((await Promise.allSettled(callers)).map(({ reason }) => reason));
  assert.equal(errors.size, 1);
  assert.ok([...errors][0] instanceof ManagedIdentityError);
  await held.noCall();
  assert.equal(held.requests, 1);
});

test("a slow resource and a failing one delay no other", async () => {
  const held = new Held();
  const client = held.client();
  const slow = watched(client.getToken("https://slow"));
  await held.nextCall();
  const failing = client.getToken("https://failing");
  (await held.nextCall()).answer(500);
  await assert.rejects(failing, { status: 500 });
  const other = client.getToken(VAULT);
  (await held.nextCall()).answerToken("other", HOUR);
  assert.equal((await other).token, "other");
  assert.equal(slow.state, "pending");
});

test("a caller that gives up leaves, and the request goes on for whoever comes", async () => {
  const held = new Held();
  const client = held.client();
  const first = new AbortController();
  const leader = watched(client.getToken(VAULT, { abortSignal: first.signal }));
  const call = await held.nextCall();
  first.abort(new Error("enough"));
  await settle();
  assert.match(leader.error.message, /enough/);
  assert.equal(call.isCancelled, false);
  const joined = client.getToken(VAULT);
  await held.noCall();
  call.answerToken("one", HOUR);
  assert.equal((await joined).token, "one");
  assert.equal(held.requests, 1);
});

test("a request that everybody left ends by itself, and what it brings is kept", async () => {
  const held = new Held();
  const client = held.client();
  const controllers = Array.from({ length: 9 }, () => new AbortController());
  const callers = controllers.map(({ signal }) => client.getToken(VAULT, { abortSignal: signal }));
  const call = await held.nextCall();
  for (const controller of controllers) controller.abort();
  for (const { reason } of await Promise.allSettled(callers)) assert.equal(reason.name, "AbortError");
  call.answerToken("one", HOUR);
  await settle();
  assert.equal((await client.getToken(VAULT)).token, "one");
  assert.equal(held.requests, 1);
});

test("a failure that everybody left stands for whoever comes", async () => {
  const held = new Held();
  const client = held.client();
  const controller = new AbortController();
  const left = watched(client.getToken(VAULT, { abortSignal: controller.signal }));
  const call = await held.nextCall();
  controller.abort();
  call.answer(429, {}, { "retry-after": "17" });
  await settle();
  assert.equal(left.error.name, "AbortError");
  await assert.rejects(client.getToken(VAULT), { status: 429, retryAfterMs: 17_000 });
  assert.equal(held.requests, 1);
});

test("429 with a Retry-After of a minute, and fifty callers that give up: one request", async () => {
  const held = new Held();
  const client = held.client({ retries: true });
  const first = watched(client.getToken(VAULT, { abortSignal: AbortSignal.abort() }));
  await settle();
  assert.equal(first.error.name, "AbortError");
  await held.noCall();
  for (let caller = 0; caller < 50; caller++) {
    const controller = new AbortController();
    const asked = watched(client.getToken(VAULT, { abortSignal: controller.signal }));
    if (caller === 0) (await held.nextCall()).answer(429, {}, { "retry-after": "60" });
    await settle();
    controller.abort();
    await settle();
    assert.equal(asked.error.name, "AbortError");
    await held.advance(SECOND);
  }
  assert.equal(held.requests, 1);
  await held.advance(9 * SECOND);
  await held.noCall();
  const patient = client.getToken(VAULT);
  await held.advance(13 * SECOND);
  (await held.nextCall()).answerToken("after-a-minute", HOUR);
  assert.equal((await patient).token, "after-a-minute");
  assert.equal(held.requests, 2);
});

test("an endpoint of three seconds, and callers that wait for two: tokens from the third second on, one request", async () => {
  const held = new Held();
  const client = held.client({ retries: true });
  const began = held.now;
  const waiting = new Set();
  const tokens = [];
  let call;
  for (let tick = 0; tick < 600; tick++) {
    const controller = new AbortController();
    const asked = { at: held.now, controller };
    waiting.add(asked);
    client.getToken(VAULT, { abortSignal: controller.signal }).then(
      ({ token }) => (waiting.delete(asked), tokens.push({ token, at: held.now - began })),
      () => waiting.delete(asked),
    );
    call ??= await held.nextCall();
    if (held.now === began + 3 * SECOND) call.answerToken("slow", HOUR);
    await held.advance(100);
    for (const it of waiting) if (it.at <= held.now - 2 * SECOND) it.controller.abort();
  }
  assert.equal(held.requests, 1);
  // Of the callers of the first second nobody had the patience; whoever came later has the token.
  assert.equal(tokens.length, 600 - 11);
  assert.equal(Math.min(...tokens.map(({ at }) => at)), 3 * SECOND);
});

test("a flow that never comes back is replaced when its lease ends, for those who wait for it too", async () => {
  const held = new Held();
  const client = held.client();
  const stuck = watched(client.getToken(VAULT));
  const lost = await held.nextCall();
  await held.advance(149 * SECOND);
  const early = watched(client.getToken(VAULT));
  await held.noCall();
  // However long a flow may take, its lease is over then.
  await held.advance(HOUR);
  const late = watched(client.getToken(VAULT));
  const second = await held.nextCall();
  assert.equal(lost.isCancelled, true);
  second.answerToken("second", HOUR);
  await settle();
  assert.deepEqual([stuck, early, late].map(({ token }) => token), ["second", "second", "second"]);
  assert.equal(held.requests, 2);
});

test("what the host throws besides a failure is told to all who wait, and wedges nobody", async () => {
  const held = new Held();
  const host = held.host();
  let broken = true;
  const fetch = async (...call) => {
    if (broken) throw Object.assign(new TypeError("broken host"), { code: undefined });
    return host.fetch(...call);
  };
  const readFile = () => Promise.reject(new TypeError("broken files"));
  const federated = {
    AZURE_TENANT_ID: "tenant",
    AZURE_CLIENT_ID: "client",
    AZURE_FEDERATED_TOKEN_FILE: "/token",
    AZURE_AUTHORITY_HOST: "https://127.0.0.1:9/",
  };
  const files = held.client({ host: { ...held.host(federated), readFile } });
  const callers = Array.from({ length: 9 }, () => files.getToken(VAULT));
  for (const { reason } of await Promise.allSettled(callers)) assert.match(reason.message, /broken files/);
  const client = held.client({ host: { ...host, fetch } });
  // What fetch throws is a connection that failed.
  await assert.rejects(client.getToken(VAULT), { code: "transport" });
  broken = false;
  await held.advance(2 * SECOND);
  const next = client.getToken(VAULT);
  (await held.nextCall()).answerToken("next", HOUR);
  assert.equal((await next).token, "next");
});

test("what was to be waited for when the host failed is waited for by the next flow", async () => {
  const held = new Held();
  const host = held.host();
  let broken = true;
  const sleep = (...wait) => (broken ? Promise.reject(new TypeError("broken timer")) : host.sleep(...wait));
  const client = held.client({ host: { ...host, sleep }, retries: true });
  const first = watched(client.getToken(VAULT));
  (await held.nextCall()).answer(429, {}, { "retry-after": "60" });
  await settle();
  assert.match(first.error.message, /broken timer/);
  broken = false;
  await held.advance(20 * SECOND);
  const next = watched(client.getToken(VAULT));
  await held.noCall();
  await held.advance(39 * SECOND);
  await held.noCall();
  await held.advance(13 * SECOND);
  (await held.nextCall()).answerToken("next", HOUR);
  await settle();
  assert.equal(next.token, "next");
});

test("a token that had expired on arrival goes to all who waited, and is asked for again after a pause", async () => {
  const held = new Held();
  const client = held.client();
  const callers = Array.from({ length: 9 }, () => client.getToken(VAULT));
  const call = await held.nextCall();
  const expiresOn = held.now / SECOND + 10;
  held.now += 20 * SECOND;
  call.answer(200, { access_token: "expired", expires_on: expiresOn, token_type: "Bearer" });
  for (const { token } of await Promise.all(callers)) assert.equal(token, "expired");
  const refused = { code: "unusable", problem: "expired-on-arrival", isTransient: true, source: "app-service" };
  await assert.rejects(client.getToken(VAULT), refused);
  await held.noCall();
  await held.advance(SECOND);
  const next = client.getToken(VAULT);
  (await held.nextCall()).answerToken("next", HOUR);
  assert.equal((await next).token, "next");
});

test("a signal that cannot be left is the affair of whoever brought it", async () => {
  const held = new Held();
  const client = held.client();
  const removeEventListener = () => {
    throw new Error("mine");
  };
  const odd = watched(client.getToken(VAULT, { abortSignal: { aborted: false, addEventListener() {}, removeEventListener } }));
  const other = watched(client.getToken(VAULT));
  (await held.nextCall()).answerToken("one", HOUR);
  await settle();
  assert.equal(odd.error.message, "mine");
  assert.equal(other.token, "one");
});

test("fifty calls with one signal leave one listener on it, and none when they are done", async () => {
  const held = new Held();
  const client = held.client();
  const listeners = new Set();
  const signal = {
    aborted: false,
    addEventListener: (_, listener) => listeners.add(listener),
    removeEventListener: (_, listener) => listeners.delete(listener),
  };
  const callers = Array.from({ length: 50 }, (_, i) => client.getToken(i % 2 ? VAULT : "https://b", { abortSignal: signal }));
  await settle();
  assert.equal(listeners.size, 1);
  (await held.nextCall()).answerToken("one", HOUR);
  (await held.nextCall()).answerToken("two", HOUR);
  await Promise.all(callers);
  assert.equal(listeners.size, 0);

  const left = Array.from({ length: 50 }, () => watched(client.getToken("https://c", { abortSignal: signal })));
  await settle();
  signal.aborted = true;
  for (const listener of listeners) listener();
  await settle();
  assert.ok(left.every(({ error }) => error.name === "AbortError"));
  assert.equal(listeners.size, 0);
});

/** Every order of these events in which a caller arrives before it gives up. */
function orders(events) {
  if (events.length === 0) return [[]];
  return events.flatMap((first, index) => {
    const rest = events.toSpliced(index, 1);
    if (first.leave !== undefined && rest.some(({ arrive }) => arrive === first.leave)) return [];
    return orders(rest).map((order) => [first, ...order]);
  });
}

/** Plays one order, and answers what is still on its way. */
async function play(order) {
  const held = new Held();
  const client = held.client();
  const callers = new Map();
  const left = new Set();
  let failed = false;
  let call;
  const shown = JSON.stringify(order);
  const next = async () => {
    await settle();
    call ??= held.requests > answered ? await held.nextCall() : undefined;
    await held.noCall();
  };
  let answered = 0;
  for (const { arrive, leave, answer } of order) {
    if (arrive !== undefined) {
      const controller = new AbortController();
      callers.set(arrive, { controller, end: watched(client.getToken(VAULT, { abortSignal: controller.signal })) });
    } else if (leave !== undefined) {
      callers.get(leave).controller.abort();
      left.add(leave);
    } else if (call !== undefined) {
      answered += 1;
      failed ||= answer !== 200;
      if (answer === 200) call.answerToken("token", HOUR);
      else call.answer(answer);
      call = undefined;
    }
    await next();
  }
  call?.answerToken("token", HOUR);
  await settle();
  for (const [caller, { end }] of callers) {
    assert.notEqual(end.state, "pending", `a caller hangs: ${shown}`);
    if (end.state === "done") assert.equal(end.token, "token");
    else assert.ok(end.error.name === "AbortError" ? left.has(caller) : failed, `${end.error}: ${shown}`);
  }
  assert.ok(held.requests <= 1 + Number(failed), `${held.requests} requests: ${shown}`);
}

test("every order of arrivals, departures and answers ends well", async () => {
  const [a, b, c] = [0, 1, 2].map((caller) => ({ arrive: caller }));
  const [x, y] = [0, 1].map((caller) => ({ leave: caller }));
  const [good, bad] = [{ answer: 200 }, { answer: 400 }];
  let played = 0;
  for (const events of [[a, b, c, x, y, good], [a, b, c, x, bad, good], [a, b, x, y, good, bad]]) {
    for (const order of orders(events)) {
      await play(order);
      played += 1;
    }
  }
  assert.equal(played, 180 + 360 + 180);
});
