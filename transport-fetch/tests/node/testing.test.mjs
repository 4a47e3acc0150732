// The fake for the tests of programs that use tokens.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";

import { ManagedIdentityError } from "managed-identity-fetch";
import { FakeTokens, fakeError } from "managed-identity-fetch/testing";

const VAULT = "https://vault.azure.net";

test("a fake has a token for every call, and remembers the calls", async () => {
  const tokens = new FakeTokens();
  const first = await tokens.getToken(VAULT);
  assert.deepEqual(first, {
    token: "fake-1",
    tokenType: "Bearer",
    expiresOnTimestamp: Date.UTC(2100, 0),
    resource: VAULT,
    source: "imds",
  });
  assert.equal((await tokens.getToken([`${VAULT}/.default`], { forceRefresh: true })).token, "fake-2");
  assert.deepEqual(tokens.calls, [
    { resource: VAULT, options: {}, count: 1 },
    { resource: VAULT, options: { forceRefresh: true }, count: 2 },
  ]);
});

test("a fake answers what the test wants, soon, late or never", async () => {
  const tokens = new FakeTokens(async ({ resource, count }) => {
    if (count === 2) throw fakeError({ code: "transport", problem: "timeout" });
    return { token: `${resource} ${count}`, expiresOnTimestamp: 1 };
  });
  const { token, expiresOnTimestamp } = await tokens.getToken(VAULT);
  assert.deepEqual([token, expiresOnTimestamp], [`${VAULT} 1`, 1]);
  await assert.rejects(tokens.getToken(VAULT), { code: "transport", problem: "timeout", isTransient: true });
  await assert.rejects(tokens.getToken(VAULT, { abortSignal: AbortSignal.abort() }), { name: "AbortError" });
  const failing = FakeTokens.failing(fakeError({ isTransient: false }));
  await assert.rejects(failing.getToken(VAULT), (error) => error instanceof ManagedIdentityError && !error.isTransient);
});

test("a fake takes the options of the client, and who gives up need not wait for it", async () => {
  const late = new FakeTokens(() => new Promise(() => {}));
  const controller = new AbortController();
  const left = late.getToken(VAULT, { abortSignal: controller.signal });
  controller.abort();
  await assert.rejects(left, { name: "AbortError" });
  const failing = new FakeTokens(() => {
    controller.abort();
    throw fakeError();
  });
  await assert.rejects(failing.getToken(VAULT, { abortSignal: controller.signal }), { name: "AbortError" });
  for (const options of [null, 5, { abortSignal: {} }, { forceRefresh: "yes" }]) {
    await assert.rejects(late.getToken(VAULT, options), { code: "configuration", problem: "invalid-option" });
  }
});

test("in each kind of modules its errors are the client's", () => {
  const require = createRequire(import.meta.url);
  const { ManagedIdentityError: required } = require("managed-identity-fetch");
  assert.ok(require("managed-identity-fetch/testing").fakeError() instanceof required);
  assert.ok(fakeError() instanceof ManagedIdentityError);
  assert.ok(!(fakeError() instanceof required), "code and name tell across kinds");
  assert.equal(fakeError().name, "ManagedIdentityError");
});
