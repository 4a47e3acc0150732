// A host that a test holds in its hands: answers come when it gives them, and time passes when it says so.

import assert from "node:assert/strict";

import { ManagedIdentityClient } from "managed-identity-fetch";

export const VAULT = "https://vault.azure.net";
export const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;

/** A request on its way. */
class Call {
  #answer;

  constructor(url, init, answer) {
    this.url = url;
    this.init = init;
    this.#answer = answer;
  }

  /** What a parameter of the query is. */
  parameter(name) {
    return new URL(this.url).searchParams.get(name);
  }

  /** Answers by a token that lives so long from now on. */
  answerToken(token, lifetime) {
    this.answer(200, { access_token: token, expires_in: lifetime / SECOND, token_type: "Bearer" });
  }

  answer(status, body = {}, headers = {}) {
    this.#answer(new Response(JSON.stringify(body), { status, headers }));
  }

  get isCancelled() {
    return this.init.signal.aborted;
  }
}

export class Held {
  now = 1_700_000_000_000;
  requests = 0;
  #calls = [];
  #sleepers = new Set();

  /** The abilities, for a client's option `host`. App Service unless the environment says otherwise. */
  host(environment = { IDENTITY_ENDPOINT: "http://127.0.0.1:9/token", IDENTITY_HEADER: "header" }) {
    const send = (url, init) => {
      this.requests += 1;
      return new Promise((resolve) => this.#calls.push(new Call(url, init, resolve)));
    };
    return {
      now: () => this.now,
      seed: () => 7n,
      env: (name) => environment[name],
      arcAgent: () => "absent",
      fetch: send,
      fetchPinned: send,
      sleep: (milliseconds) =>
        new Promise((resolve) => this.#sleepers.add({ until: this.now + milliseconds, resolve })),
    };
  }

  /** A client over them, that does not retry unless it is told to. */
  client(options = {}) {
    return new ManagedIdentityClient({ host: this.host(), retries: false, ...options });
  }

  /** Lets time pass, and whatever comes of it. */
  async advance(milliseconds) {
    await settle();
    this.now += milliseconds;
    for (const sleeper of this.#sleepers) {
      if (sleeper.until <= this.now) {
        this.#sleepers.delete(sleeper);
        sleeper.resolve();
      }
    }
    await settle();
  }

  /** How many flows wait. */
  get sleeping() {
    return this.#sleepers.size;
  }

  /** The next request, which is on its way or comes without anybody's help. */
  async nextCall() {
    await settle();
    const call = this.#calls.shift();
    assert.ok(call, "no request is on its way");
    return call;
  }

  /** No request is on its way, and none comes without anybody's help. */
  async noCall() {
    await settle();
    assert.equal(this.#calls.length, 0, "an unexpected request");
  }
}

/** Lets everything run until nothing goes on by itself. */
export async function settle() {
  // Nothing here waits for the outside, so all of it is done before the first of these; bodies of answers take another.
  for (let turn = 0; turn < 8; turn++) await new Promise(setImmediate);
}

/** A promise's end, which is looked at without waiting for it. */
export function watched(promise) {
  const ending = { state: "pending" };
  promise.then(
    (token) => Object.assign(ending, { state: "done", token: token.token }),
    (error) => Object.assign(ending, { state: "failed", error }),
  );
  return ending;
}
