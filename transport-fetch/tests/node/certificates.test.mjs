// Assertions are signed with certificates in the forms that people have them in.

import assert from "node:assert/strict";
import { X509Certificate, constants, createHash, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import { DefaultCredential, HostFailure, defaultHost } from "managed-identity-fetch/default-credential";

const PASSWORD = "pa55~word";
const folder = join(import.meta.dirname, "../../../transport-reqwest/tests/certificates");
const file = (name) => readFileSync(join(folder, name));
const certificate = (name) => new X509Certificate(file(name));

/** Signs a text, and answers for which certificates. */
async function sign(content, password, algorithm = "PS256") {
  let named;
  const signingInput = (certificates) => {
    named = certificates.map((der) => Buffer.from(der));
    return named.length === 0 ? undefined : "header.claims";
  };
  return { ...(await defaultHost.sign({ content, password, algorithm, signingInput })), certificates: named };
}

function assertSigned({ input, signature }, name, algorithm = "PS256") {
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants;
  const padding = algorithm === "PS256" ? { padding: RSA_PKCS1_PSS_PADDING, saltLength: 32 } : { padding: RSA_PKCS1_PADDING };
  assert.equal(input, "header.claims");
  assert.ok(verify("sha256", Buffer.from(input), { key: certificate(name).publicKey, ...padding }, signature));
}

test("every form of a key is read, and the leaf is found", async () => {
  for (const [name, password] of [
    ["plain.pem"],
    ["pkcs1.pem"],
    ["any-order.pem"],
    ["encrypted.pem", PASSWORD],
    ["scrypt.pem", PASSWORD],
    // One that is not needed.
    ["plain.pem", PASSWORD],
    ["version-1.pem"],
  ]) {
    const leaf = name === "version-1.pem" ? "version-1.crt" : "leaf.crt";
    const signed = await sign(file(name), password);
    assertSigned(signed, leaf);
    assert.deepEqual(signed.certificates[0], certificate(leaf).raw, name);
  }
  assertSigned(await sign(file("plain.pem"), undefined, "RS256"), "leaf.crt", "RS256");
});

test("the chain goes from the leaf up, whatever the order of the file", async () => {
  const subjects = async (name) => (await sign(file(name))).certificates.map((der) => new X509Certificate(der).subject);
  const chain = await subjects("any-order.pem");
  assert.ok(chain.length > 1, `${chain}`);
  for (const [index, der] of (await sign(file("any-order.pem"))).certificates.slice(0, -1).entries()) {
    assert.equal(new X509Certificate(der).issuer, chain[index + 1]);
  }
});

test("what cannot be signed with is told by name, and nothing of it is shown", async () => {
  for (const [name, password, problem] of [
    ["encrypted.pem", undefined, "password-missing"],
    ["encrypted.pem", "other", "password-wrong"],
    ["encrypted-in-an-old-form.pem", PASSWORD, "malformed"],
    ["keys-of-somebody-else.pem", undefined, "not-the-keys"],
    ["no-key.pem", undefined, "no-key"],
    ["two-keys.pem", undefined, "no-key"],
    ["no-certificate.pem", undefined, "no-certificate"],
    ["elliptic-curve.pem", undefined, "unsuitable-key"],
    ["short.pem", undefined, "unsuitable-key"],
    ["modern.pfx", PASSWORD, "malformed"],
    ["legacy.pfx", PASSWORD, "malformed"],
  ]) {
    await assert.rejects(sign(file(name), password), (error) => {
      assert.ok(error instanceof HostFailure, `${name}: ${error}`);
      assert.equal(error.problem, problem, name);
      assert.doesNotMatch(error.message, /pa55|PRIVATE|MII/);
      if (name.endsWith(".pfx")) assert.match(error.message, /PKCS#12.*openssl pkcs12/);
      return true;
    });
  }
});

test("what is no certificate at all is told", async () => {
  const cut = (name) => file(name).subarray(0, file(name).length / 2);
  for (const content of [
    Buffer.alloc(0),
    Buffer.from("hello"),
    Buffer.alloc(4096, 0x30),
    Buffer.from("-----BEGIN"),
    Buffer.from("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"),
    Buffer.from("-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n"),
    cut("plain.pem"),
    cut("modern.pfx"),
  ]) {
    await assert.rejects(sign(content, undefined), (error) => {
      assert.ok(error instanceof HostFailure, `${error}`);
      assert.ok(["malformed", "no-key", "no-certificate"].includes(error.problem), error.problem);
      return true;
    });
  }
});

test("a password that is made to take for ever is refused", async () => {
  const text = file("encrypted.pem").toString();
  const [begin, end] = ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "-----END ENCRYPTED PRIVATE KEY-----"];
  const der = Buffer.from(text.split(begin)[1].split(end)[0], "base64");
  // The number of iterations, 2048, as ASN.1 has it.
  const position = der.indexOf(Buffer.from([0x02, 0x02, 0x08, 0x00]));
  assert.ok(position > 0);
  const longer = Buffer.concat([der.subarray(0, position), Buffer.from([2, 4, 0x7f, 0xff, 0xff, 0xff]), der.subarray(position + 4)]);
  // Two bytes more in each of what it is in.
  for (const start of enclosing(longer, position)) {
    const length = start + (longer[start + 1] < 0x80 ? 1 : longer[start + 1] - 0x80 + 1);
    longer[length] += 2;
  }
  const began = performance.now();
  const content = Buffer.from(`${text.split(begin)[0]}${begin}\n${longer.toString("base64")}\n${end}\n${text.split(end)[1]}`);
  await assert.rejects(sign(content, PASSWORD), { problem: "malformed", message: /take too long/ });
  assert.ok(performance.now() - began < 5000);
});

/** Where what encloses this position begins, in DER whose lengths are still those of two bytes less. */
function enclosing(der, position) {
  const found = [];
  for (let at = 0; at < position; ) {
    const short = der[at + 1] < 0x80;
    const head = short ? 2 : 2 + (der[at + 1] - 0x80);
    const length = short ? der[at + 1] : der.readUIntBE(at + 2, der[at + 1] - 0x80);
    if (at + head + length > position) {
      found.push(at);
      at += head;
    } else {
      at += head + length;
    }
  }
  return found;
}

/** A host whose authority answers, and remembers what it was sent. */
function authority() {
  const sent = [];
  const fetch = async (url, { body }) => {
    sent.push(Object.fromEntries(new URLSearchParams(body)));
    return Response.json({ access_token: `token-${sent.length}`, expires_in: 3600, token_type: "Bearer" });
  };
  return { sent, host: { fetch, env: () => undefined } };
}

test("the assertion names the certificate, and the file is read anew for each token", async (test) => {
  const own = await mkdtemp(join(tmpdir(), "managed-identity-certificate-"));
  test.after(() => rm(own, { recursive: true }));
  const path = join(own, "certificate.pem");
  await copyFile(join(folder, "encrypted.pem"), path);
  const { sent, host } = authority();
  const credential = DefaultCredential.clientCertificate("tenant", "client", path, { password: PASSWORD, host });
  const first = await credential.getToken("https://vault.azure.net");
  assert.deepEqual([first.token, first.source, first.credential], ["token-1", "client-certificate", "environment"]);
  await copyFile(join(folder, "version-1.pem"), path);
  assert.equal((await credential.getToken("https://vault.azure.net", { forceRefresh: true })).token, "token-2");
  const thumbprints = ["leaf.crt", "version-1.crt"].map((name) =>
    createHash("sha256").update(certificate(name).raw).digest("base64url"),
  );
  for (const [index, { client_assertion: assertion }] of sent.entries()) {
    const [header, claims, signature] = assertion.split(".");
    const decoded = JSON.parse(Buffer.from(header, "base64url"));
    assert.deepEqual([decoded.alg, decoded["x5t#S256"]], ["PS256", thumbprints[index]]);
    const key = { key: certificate(["leaf.crt", "version-1.crt"][index]).publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    assert.ok(verify("sha256", Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, "base64url")));
  }
});

test("errors of a certificate say what to do, and hide what is in it", async () => {
  for (const [name, problem] of [["modern.pfx", "malformed"], ["encrypted.pem", "password-missing"]]) {
    const { sent, host } = authority();
    const credential = DefaultCredential.clientCertificate("tenant", "client", join(folder, name), { host });
    await assert.rejects(credential.getToken("https://vault.azure.net"), (error) => {
      assert.deepEqual([error.code, error.problem, error.fault, sent.length], ["client-certificate", problem, "caller", 0]);
      assert.ok(error.nextStep.length > 0);
      assert.doesNotMatch(JSON.stringify(error) + error.message, /PRIVATE|MII/);
      return true;
    });
  }
});
