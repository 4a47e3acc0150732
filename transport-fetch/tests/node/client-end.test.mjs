// Several identities over one client, and the end of a client and of the program that it is in.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import test from "node:test";

import { Held, HOUR, VAULT, settle, watched } from "./held.mjs";

test("identities share a client, and each has its own tokens", async () => {
  const held = new Held();
  const client = held.client();
  const one = client.forIdentity({ clientId: "one" });
  const again = client.forIdentity({ clientId: "one" });
  const other = client.forIdentity({ resourceId: "/other" });
  const asked = [client, one, again, other].map((it) => it.getToken(VAULT));
  for (const [name, id] of [["client_id", null], ["client_id", "one"], ["mi_res_id", "/other"]]) {
    const call = await held.nextCall();
    assert.equal(call.parameter(name), id);
    call.answerToken(`of-${id}`, HOUR);
  }
  const tokens = (await Promise.all(asked)).map(({ token }) => token);
  assert.deepEqual(tokens, ["of-null", "of-one", "of-one", "of-/other"]);
  assert.equal((await one.getToken(`${VAULT}/.default`)).token, "of-one");
  assert.equal((await one.getToken([`${VAULT}/.default`])).token, "of-one");
  assert.equal(held.requests, 3);
  assert.throws(() => client.forIdentity({ clientId: "one", objectId: "two" }), { problem: "several-identities" });
  assert.throws(() => client.forIdentity("one"), { problem: "invalid-option" });
  assert.throws(() => client.forIdentity({ retries: false }), { problem: "unknown-option" });
});

for (const [how, close] of [
  ["close", (client) => client.close()],
  ["dispose", (client) => client[Symbol.dispose]()],
  ["asyncDispose", (client) => client[Symbol.asyncDispose]()],
]) {
  test(`a client that is closed ends its flows and forgets its tokens: ${how}`, async () => {
    const held = new Held();
    const client = held.client();
    const kept = client.getToken("https://kept");
    (await held.nextCall()).answerToken("kept", HOUR);
    await kept;
    const waiting = Array.from({ length: 9 }, () => watched(client.getToken(VAULT)));
    const call = await held.nextCall();
    await close(client);
    await settle();
    assert.equal(call.isCancelled, true);
    const closed = { code: "configuration", problem: "client-closed", fault: "caller" };
    for (const { error } of waiting) assert.equal(error.problem, "client-closed");
    await assert.rejects(client.getToken(VAULT), closed);
    await assert.rejects(client.getToken("https://kept"), closed);
    await assert.rejects(client.forIdentity({ clientId: "one" }).getToken(VAULT), closed);
    await assert.rejects(client.source(), closed);
    // What comes now is nobody's.
    call.answerToken("late", HOUR);
    await close(client);
    await held.noCall();
  });
}

test("a client that is closed before its first call, during it or in a wait sends nothing more", async () => {
  const held = new Held();
  const unused = held.client();
  unused.close();
  await assert.rejects(unused.getToken(VAULT), { problem: "client-closed" });
  const early = held.client();
  const asked = watched(early.getToken(VAULT));
  early.close();
  await settle();
  assert.equal(asked.error.problem, "client-closed");
  await held.noCall();
  const patient = held.client({ retries: true });
  const waiting = watched(patient.getToken(VAULT));
  (await held.nextCall()).answer(503);
  await settle();
  assert.equal(held.sleeping, 1);
  patient.close();
  await settle();
  assert.equal(waiting.error.problem, "client-closed");
  await held.advance(HOUR);
  await held.noCall();
});

/** Runs a part of alive.mjs to its end, which must come by itself. */
async function outlived(part) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "alive.mjs"), part], { timeout: 20_000 });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (said += text));
  const [code, signal] = await once(child, "close");
  assert.equal(signal, null, `${part}: it does not end. ${said}`);
  assert.equal(code, 0, said);
  return said.trim().split("\n");
}

test("a flow that nobody waits for does not keep the program from ending", async () => {
  assert.deepEqual(await outlived("silent"), ["asked", "left: AbortError"]);
  assert.deepEqual(await outlived("retry-after"), ["asked", "left: AbortError"]);
  // Whether the renewal's request still arrives is chance.
  assert.deepEqual((await outlived("renewal")).slice(0, 3), ["asked", "old", "old"]);
});

test("a flow that somebody waits for does, whoever began it", async () => {
  assert.deepEqual(await outlived("joined"), ["asked", "left: AbortError", "token"]);
  assert.deepEqual(await outlived("came-back"), ["asked", "left: AbortError", "asked", "token"]);
  assert.deepEqual(await outlived("timeout"), ["asked", "left: TimeoutError"]);
});

test("a client that is closed leaves nothing that keeps the program from ending", async () => {
  assert.deepEqual(await outlived("closed"), ["asked", "left: ManagedIdentityError"]);
});
