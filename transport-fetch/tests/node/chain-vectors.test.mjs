// The vectors of chains: every one with a host that answers from its transcript, and those that have nothing but commands in
// them with real programs too, which small scripts play.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import { DefaultCredential, HostFailure, defaultHost } from "managed-identity-fetch/default-credential";

const NOW = 1_700_000_000_000;
const SECRETS = [
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  "AZURE_CLIENT_CERTIFICATE_PASSWORD",
  "AZURE_CLIENT_SECRET",
  "AZURE_PASSWORD",
  "IDENTITY_HEADER",
  "MSI_SECRET",
  "SYSTEM_ACCESSTOKEN",
];

const folder = join(import.meta.dirname, "../../../tests/vectors/chain");
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const vectors = files.flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")).vectors);

const text = (value) => (value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value));
const bytes = (value) => new TextEncoder().encode(text(value));
const decoded = (form) => Object.fromEntries(new URLSearchParams(form));

/** A script is known by its length only; nothing is spliced into it. */
const shown = (argument) => (argument.length > 300 ? "{script}" : argument);

/** A world that answers as the transcript says, and remembers the first effect that is none of it. */
class World {
  now = NOW;
  assertion;
  difference;
  #left;

  constructor(vector) {
    this.vector = vector;
    this.#left = [...(vector.transcript ?? [])];
  }

  host() {
    const { environment = {}, platform = "linux", arc_agent = false } = this.vector;
    return {
      platform,
      arcAgent: () => (arc_agent ? "present" : "absent"),
      env: (name) => environment[name],
      now: () => this.now,
      seed: () => 7n,
      fetch: (url, init) => this.#effect((exchange) => this.#fetched(exchange, url, init)),
      readFile: ({ path }) => this.#effect((exchange) => this.#file(exchange, path)),
      run: (command) => this.#effect((exchange) => this.#ran(exchange, command)),
      sign: (request) => this.#effect((exchange) => this.#signed(exchange, request)),
      sleep: (milliseconds) =>
        this.#effect((exchange) => {
          assert.equal(exchange.wait, true, "a wait");
          this.now += milliseconds;
        }),
    };
  }

  /** What is left of the transcript. */
  get left() {
    return this.#left.length;
  }

  async #effect(answer) {
    try {
      const exchange = this.#left.shift();
      assert.ok(exchange, "an effect that is not in the transcript");
      const answered = answer(exchange);
      this.now += (exchange.takes_seconds ?? 0) * 1000;
      return answered;
    } catch (error) {
      if (error instanceof HostFailure) throw error;
      this.difference ??= error;
      throw new HostFailure("denied", "the vector was left");
    }
  }

  #fails({ answer = {}, takes_seconds = 0 }, otherwise) {
    if (answer.fails === undefined) return;
    this.now += takes_seconds * 1000;
    throw new HostFailure(otherwise ?? answer.fails);
  }

  #fetched(exchange, url, { method, headers, body = "" }) {
    const [address, query = ""] = url.split("?");
    assert.equal(address, exchange[method.toLowerCase()], "address");
    if (exchange.query !== undefined) assert.deepEqual(decoded(query), exchange.query);
    if (exchange.form !== undefined) {
      const form = decoded(body);
      if (this.assertion !== undefined && form.client_assertion === this.assertion) form.client_assertion = "{assertion}";
      assert.deepEqual(form, exchange.form);
    }
    for (const [name, value] of Object.entries(exchange.headers ?? {})) assert.equal(headers[name.toLowerCase()], value, name);
    for (const name of exchange.absent_headers ?? []) assert.equal(headers[name.toLowerCase()], undefined, name);
    const known = ["timeout", "denied", "certificate", "protocol"].includes(exchange.answer?.fails);
    this.#fails(exchange, known ? undefined : "connect");
    const { status, headers: answered = {}, body: content } = exchange.answer ?? {};
    return { status, headers: Object.entries(answered), body: new Response(bytes(content)).body };
  }

  #file(exchange, path) {
    assert.equal(path, exchange.file, "path");
    this.#fails(exchange);
    return bytes(exchange.answer?.content);
  }

  #ran(exchange, command) {
    assert.ok(exchange.run, `a command: ${command.programs}`);
    assert.deepEqual([command.programs.join("|"), ...command.arguments.map(shown)], exchange.run);
    assert.deepEqual(command.environment, exchange.variables ?? {});
    for (const name of SECRETS) assert.ok(command.withheld.includes(name), `${name} is withheld`);
    if (exchange.within_ms !== undefined) assert.ok(command.timeLimitMs <= exchange.within_ms, `${command.timeLimitMs}`);
    this.#fails(exchange);
    const { exit, output, errors } = exchange.answer ?? {};
    return { exitCode: exit, output: bytes(output), errors: bytes(errors) };
  }

  /** Signs for two certificates that are none. */
  #signed(exchange, { content, password, algorithm, signingInput }) {
    assert.ok(exchange.sign, "a signature");
    assert.equal(new TextDecoder().decode(content), exchange.sign.content ?? "");
    assert.equal(password, exchange.sign.password);
    const input = signingInput([bytes("leaf"), bytes("root")]);
    const [header, claims] = input.split(".").map((part) => JSON.parse(Buffer.from(part, "base64url")));
    if (claims.jti?.length === 36) claims.jti = "{id}";
    assert.deepEqual([header, claims], [exchange.sign.header, exchange.sign.claims]);
    assert.equal(algorithm, header.alg);
    this.#fails(exchange);
    this.assertion = `${input}.${Buffer.from("signature").toString("base64url")}`;
    return { input, signature: bytes("signature") };
  }
}

function credential({ options = {}, client_id, client_capabilities }, host) {
  return new DefaultCredential({
    only: options.only,
    exclude: options.exclude,
    requireVariable: options.require_variable,
    tenantId: options.tenant,
    timeBudgetMs: options.time_budget_seconds === undefined ? undefined : options.time_budget_seconds * 1000,
    retries: options.no_retries === true ? false : undefined,
    clientId: client_id,
    clientCapabilities: client_capabilities,
    host,
  });
}

async function outcome(vector, host) {
  const it = credential(vector, host);
  try {
    const { tenant, claims, resource = "https://vault.azure.net" } = vector;
    return { token: await it.getToken(resource, { tenantId: tenant, claims }) };
  } catch (error) {
    return { error };
  } finally {
    it.close();
  }
}

function judge({ outcome: expected, environment = {} }, { token, error }) {
  if (expected.token !== undefined) {
    assert.equal(error, undefined, `${error}`);
    assert.equal(token.token, expected.token);
    for (const name of ["source", "credential"]) {
      if (expected[name] !== undefined) assert.equal(token[name], expected[name]);
    }
    if (expected.expires_on) assert.equal(token.expiresOnTimestamp, expected.expires_on * 1000);
    return;
  }
  assert.equal(token, undefined, "a token");
  const said = `${error.message}. Next step: ${error.nextStep}`;
  assert.deepEqual([error.name, error.code], ["ManagedIdentityError", expected.error], said);
  if (expected.members !== undefined) {
    assert.deepEqual(error.members.map(({ credential, verdict }) => `${credential} ${verdict}`), expected.members);
  }
  if (expected.fault !== undefined) assert.equal(error.fault, expected.fault);
  assert.equal(error.isTransient, expected.transient ?? false, said);
  for (const part of expected.contains ?? []) assert.ok(said.includes(part), `${part} is not in ${said}`);
  for (const part of expected.excludes ?? []) assert.ok(!said.includes(part), `${part} is in ${said}`);
  const shown = said + JSON.stringify(error);
  const secrets = [...SECRETS.map((name) => environment[name]), "eyJhbGciOiJub25lIn0.e30.secret"].filter(Boolean);
  for (const secret of secrets) assert.ok(!shown.includes(secret), `a secret is shown: ${shown}`);
}

async function play(vector) {
  const world = new World(vector);
  const end = await outcome(vector, world.host());
  if (world.difference !== undefined) throw world.difference;
  judge(vector, end);
  assert.equal(world.left, 0, "steps of the transcript are left");
  const { within_seconds: most } = vector.outcome;
  if (most !== undefined) assert.ok(world.now <= NOW + most * 1000, `it took ${world.now - NOW} ms`);
}

/** Here what is remembered comes of a token before. */
const remembers = (vector) => vector.options?.starting_with !== undefined;

test("every vector of chains is met", async () => {
  const failures = [];
  const played = vectors.filter((vector) => !remembers(vector));
  for (const vector of played) {
    await play(vector).catch((error) => failures.push(`${vector.name}: ${error.message}`));
  }
  console.log(`# ${played.length} of ${vectors.length} vectors of chains met in Node`);
  assert.deepEqual(failures, []);
  assert.ok(played.length >= 300, `only ${played.length} vectors`);
});

test("a false expectation is noticed", async () => {
  for (const vector of vectors.filter((vector) => !remembers(vector))) {
    const wrong = structuredClone(vector);
    if (wrong.outcome.token === undefined) wrong.outcome.error = "none";
    else wrong.outcome.token += "x";
    await assert.rejects(play(wrong), vector.name);
  }
});

/** What a script can play: nothing but commands, and exit codes of one byte. */
function isOfCommands(vector) {
  const canBePlayed = ({ run, answer = {} }) =>
    run !== undefined && (answer.exit ?? 0) < 256 && (answer.fails === undefined || answer.fails === "not-found");
  const ofThisSystem = vector.platform === undefined && vector.options?.time_budget_seconds === undefined;
  return ofThisSystem && !remembers(vector) && (vector.transcript ?? []).every(canBePlayed);
}

/** Makes the programs that the transcript answers for. */
async function makeTools(vector, folder) {
  for (const { run, variables = {}, answer = {} } of vector.transcript ?? []) {
    if (answer.fails !== undefined) continue;
    const file = (ending) => join(folder, `${run[0]}.${ending}`);
    await writeFile(file("output"), text(answer.output));
    await writeFile(file("errors"), answer.errors ?? "");
    const end = answer.exit === undefined ? "kill -9 $$" : `exit ${answer.exit}`;
    const names = Object.keys(variables).map((name) => `printf '%s\\n' "${name}=$${name}" >> "$0.variables"\n`);
    const script = `#!/bin/sh\nprintf '%s\\n' "$@" > "$0.arguments"\n${names.join("")}/bin/cat "$0.output"\n/bin/cat "$0.errors" >&2\n${end}\n`;
    await writeFile(join(folder, run[0]), script);
    await chmod(join(folder, run[0]), 0o755);
  }
}

/** What the programs were given. */
async function checkTools(vector, folder) {
  for (const { run, variables = {}, answer = {} } of vector.transcript ?? []) {
    if (answer.fails !== undefined) continue;
    const read = (ending) => readFile(join(folder, `${run[0]}.${ending}`), "utf8").catch(() => "");
    assert.deepEqual((await read("arguments")).trimEnd().split("\n").map(shown), run.slice(1));
    const set = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    assert.equal(await read("variables"), set.join(""));
  }
}

test("the same happens with real programs", { skip: process.platform === "win32" }, async (test) => {
  const root = await mkdtemp(join(tmpdir(), "managed-identity-tools-"));
  const path = process.env.PATH;
  test.after(async () => {
    process.env.PATH = path;
    await rm(root, { recursive: true });
  });
  const failures = [];
  const played = vectors.filter(isOfCommands);
  for (const vector of played) {
    const folder = await mkdtemp(join(root, "vector-"));
    await makeTools(vector, folder);
    process.env.PATH = folder;
    const { run, now } = defaultHost;
    const unasked = async () => assert.fail("a request");
    const host = { ...new World(vector).host(), run, now, fetch: unasked };
    try {
      judge(vector, await outcome(vector, host));
      await checkTools(vector, folder);
    } catch (error) {
      failures.push(`${vector.name}: ${error.message}`);
    }
  }
  console.log(`# ${played.length} vectors of chains met with real programs`);
  assert.deepEqual(failures, []);
  assert.ok(played.length >= 100, `only ${played.length} vectors`);
});
