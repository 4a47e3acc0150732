// The package in one file: bundled by esbuild, alone in an empty folder.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";

import { simulate } from "./simulator.mjs";

const folder = import.meta.dirname;
const { build } = createRequire(join(folder, "../../js/package.json"))("esbuild");
const run = promisify(execFile);
const installed = join(folder, "node_modules/managed-identity-fetch");
const wasm = join(installed, "dist/managed_identity.wasm");

/** Bundles a program into the only file of a folder. */
async function bundled(test, contents, name, options) {
  const empty = await mkdtemp(join(tmpdir(), "managed-identity-bundle-"));
  test.after(() => rm(empty, { recursive: true }));
  const outfile = join(empty, name);
  const { metafile, warnings } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    metafile: true,
    outfile,
    logLevel: "silent",
    ...options,
  });
  assert.deepEqual(await readdir(empty), [name]);
  return { outfile, empty, inputs: Object.keys(metafile.inputs), warnings };
}

async function output({ outfile, empty }, environment = {}) {
  const { stdout } = await run(process.execPath, [outfile], { cwd: empty, env: { ...process.env, ...environment } });
  return stdout.trim();
}

const TOKEN = `.getToken("https://vault.azure.net").then(
  ({ tokenType, source }) => console.log(tokenType, source),
  ({ name, code, problem, message, nextStep }) => console.log([name, code, problem, message, nextStep].join("|")),
);`;

for (const [made, source, path] of [
  ["ManagedIdentityClient", "imds", "managed-identity-fetch"],
  ["DefaultCredential", "imds", "managed-identity-fetch/default-credential"],
  ["DefaultCredential", "azure-cli", "managed-identity-fetch/default-credential"],
  ["DefaultCredential", "client-certificate", "managed-identity-fetch/default-credential"],
]) {
  for (const [format, name, first] of [
    ["esm", "program.mjs", `import { ${made} } from "${path}";`],
    ["cjs", "program.cjs", `import { ${made} } from "${path}";`],
    ["cjs", "required.cjs", `const { ${made} } = require("${path}");`],
  ]) {
    test(`a program for Node in one file gets a token by ${made} from ${source}: ${name}`, async (test) => {
      const { environment } = await simulate(test, source);
      const program = await bundled(test, `${first} new ${made}()${TOKEN}`, name, { platform: "node", format });
      assert.deepEqual(program.warnings, []);
      const other = made === "DefaultCredential" ? /esm\/inlined|cjs\/inlined|machine\.js$/ : /credential|chain\.js$/;
      const inputs = program.inputs.filter((input) => other.test(input.split("managed-identity-fetch/").pop()));
      assert.deepEqual(inputs, [], "the other module stays outside");
      assert.equal(await output(program, environment), `Bearer ${source}`);
    });
  }
}

test("both in one file get their tokens", async (test) => {
  const { environment } = await simulate(test, "imds");
  const contents = `import { ManagedIdentityClient, ManagedIdentityError } from "managed-identity-fetch";
    import { DefaultCredential, ManagedIdentityError as same } from "managed-identity-fetch/default-credential";
    const source = async (client) => (await client.getToken("https://vault.azure.net")).source;
    Promise.all([source(new ManagedIdentityClient()), source(new DefaultCredential())]).then((all) =>
      console.log(...all, ManagedIdentityError === same));`;
  for (const [format, name] of [["esm", "both.mjs"], ["cjs", "both.cjs"]]) {
    const program = await bundled(test, contents, name, { platform: "node", format });
    assert.equal(await output(program, environment), "imds imds true");
  }
});

const WEB = 'import { ManagedIdentityClient, initialize } from "managed-identity-fetch";';
const HOST = "{ host: { env: (name) => process.env[name] } }";

test("a program for browsers finds the module beside its folder, or says how it is handed over", async (test) => {
  const { environment } = await simulate(test, "imds");
  const lost = await bundled(test, `${WEB} new ManagedIdentityClient(${HOST})${TOKEN}`, "lost.mjs", { format: "esm" });
  assert.ok(lost.inputs.some((input) => input.endsWith("dist/esm/web.js")), `${lost.inputs}`);
  const [name, code, problem, message, nextStep] = (await output(lost, environment)).split("|");
  assert.deepEqual([name, code, problem], ["ManagedIdentityError", "configuration", "module-not-loaded"]);
  assert.match(message, /^the WebAssembly module cannot be loaded: /);
  assert.match(nextStep, /initialize\(module\).*"Bundling"/);

  for (const given of ["bytes", "await WebAssembly.compile(bytes)", "new Response(bytes)"]) {
    const contents = `${WEB} import { readFileSync } from "node:fs"; const bytes = readFileSync(${JSON.stringify(wasm)});
      await initialize(${given}); new ManagedIdentityClient(${HOST})${TOKEN}`;
    const program = await bundled(test, contents, "given.mjs", { format: "esm", external: ["node:fs"] });
    assert.equal(await output(program, environment), "Bearer imds", given);
  }
});

test("a module of CommonJS for browsers is handed the WebAssembly module", async (test) => {
  const { environment } = await simulate(test, "imds");
  const contents = `const { ManagedIdentityClient, initialize } = require("managed-identity-fetch");
    const bytes = require("node:fs").readFileSync(${JSON.stringify(wasm)});
    const ask = () => new ManagedIdentityClient(${HOST})${TOKEN}`;
  const options = { format: "cjs", external: ["node:fs"] };
  const lost = await bundled(test, `${contents} ask();`, "lost.cjs", options);
  assert.ok(lost.inputs.some((input) => input.endsWith("dist/cjs/web.js")), `${lost.inputs}`);
  assert.match(await output(lost, environment), /^ManagedIdentityError\|configuration\|module-not-loaded\|/);
  const given = await bundled(test, `${contents} initialize(bytes).then(ask);`, "given.cjs", options);
  assert.equal(await output(given, environment), "Bearer imds");
});

test("where there are no programs and no files, a default credential has what fetch can do", async (test) => {
  const { environment } = await simulate(test, "imds");
  const module = join(installed, "dist/managed_identity_chain.wasm");
  const first = 'import { DefaultCredential, initialize } from "managed-identity-fetch/default-credential";';
  const lost = await bundled(test, `${first} new DefaultCredential(${HOST})${TOKEN}`, "lost.mjs", { format: "esm" });
  assert.ok(lost.inputs.some((input) => input.endsWith("dist/esm/credential/web.js")), `${lost.inputs}`);
  assert.match(await output(lost, environment), /^ManagedIdentityError\|configuration\|module-not-loaded\|/);
  for (const [format, name] of [["esm", "given.mjs"], ["cjs", "given.cjs"]]) {
    const contents = `${first} import { readFileSync } from "node:fs";
      const said = ({ members }) => console.log(members.map(({ verdict, reason }) => verdict + ": " + reason).join("|"));
      initialize(readFileSync(${JSON.stringify(module)})).then(async () => {
        await new DefaultCredential(${HOST})${TOKEN}
        await new DefaultCredential({ only: ["azure-cli", "azure-powershell"] }).getToken("https://vault.azure.net").catch(said);
      });`;
    const program = await bundled(test, contents, name, { format, external: ["node:fs"] });
    assert.ok(!program.inputs.some((input) => /\/node\//.test(input.split("managed-identity-fetch").pop())), `${program.inputs}`);
    const said = "not-here: this host runs no programs";
    assert.equal(await output(program, environment), `Bearer imds\n${said}|${said}`);
  }
});

test("in Node too a module can be handed over, and what is none is refused, once", async (test) => {
  const { environment } = await simulate(test, "imds");
  const empty = await mkdtemp(join(tmpdir(), "managed-identity-module-"));
  test.after(() => rm(empty, { recursive: true }));
  await copyFile(wasm, join(empty, "copy.wasm"));
  const program = `${WEB}
    const { pathToFileURL } = await import("node:url");
    for (const wrong of [new Uint8Array(8), pathToFileURL("/nowhere.wasm"), 5, new Response("", { status: 404 })]) {
      await initialize(wrong).catch(({ problem }) => console.log(problem));
    }
    await initialize(pathToFileURL(${JSON.stringify(join(empty, "copy.wasm"))}));
    await initialize(new Uint8Array(8));
    new ManagedIdentityClient()${TOKEN}`;
  const bundle = await bundled(test, program, "program.mjs", { platform: "node", format: "esm" });
  const said = (await output(bundle, environment)).split("\n");
  assert.deepEqual(said, [...Array(4).fill("module-not-loaded"), "Bearer imds"]);
});

test("what the package has inlined are the modules that it brings along", async () => {
  const { brotliDecompressSync } = await import("node:zlib");
  for (const [script, module] of [["inlined.js", "managed_identity.wasm"], ["credential/inlined.js", "managed_identity_chain.wasm"]]) {
    const { default: inlined } = await import(join(installed, "dist/esm", script));
    assert.deepEqual(brotliDecompressSync(Buffer.from(inlined, "base64")), await readFile(join(installed, "dist", module)));
  }
});

test("a fake needs neither the module nor anything of Node", async (test) => {
  const contents = `import { FakeTokens, fakeError } from "managed-identity-fetch/testing";
    new FakeTokens()${TOKEN}`;
  for (const [name, format] of [["fake.mjs", "esm"], ["fake.cjs", "cjs"]]) {
    const program = await bundled(test, contents, name, { format, platform: "browser" });
    assert.ok(!program.inputs.some((input) => /inlined|machine|node\//.test(input.split("managed-identity-fetch").pop())), `${program.inputs}`);
    assert.equal(await output(program), "Bearer imds");
  }
});
