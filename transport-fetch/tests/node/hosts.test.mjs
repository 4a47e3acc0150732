// The same programs in Node, Bun and Deno, on every source and by every credential.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";

import { simulate } from "./simulator.mjs";
import { withEndlessTool } from "./tools.mjs";

const run = promisify(execFile);
const folder = import.meta.dirname;
const script = join(folder, "token.mjs");
const packages = join(folder, "node_modules");
const hosts = {
  node: [process.execPath],
  bun: [join(packages, "@oven/bun-linux-x64/bin/bun")],
  deno: [join(packages, "@deno/linux-x64-glibc/deno"), "run", "--no-remote", "--no-lock", "--node-modules-dir=manual", "--allow-all"],
};
const sources = ["app-service", "azure-arc", "cloud-shell", "imds", "machine-learning", "service-fabric", "workload-identity"];
const credentials = {
  "azure-cli": "azure-cli",
  "azure-developer-cli": "azure-developer-cli",
  "azure-powershell": "azure-powershell",
  "client-certificate": "environment",
  "client-secret": "environment",
  imds: "managed-identity",
  "workload-identity": "workload-identity",
};

for (const [host, [program, ...options]] of Object.entries(hosts)) {
  // npm brings them for Linux on x64 only.
  const skip = !existsSync(program);
  for (const source of sources) {
    const refuses = source === "service-fabric" && host !== "node";
    test(`${host} ${refuses ? "refuses" : "gets a token from"} ${source}`, { skip }, async (test) => {
      const keys = await mkdtemp(join(tmpdir(), "managed-identity-keys-"));
      test.after(() => rm(keys, { recursive: true }));
      const { environment, requests } = await simulate(test, source, "--key-folder", keys);
      // No proxy of the environment is asked: nobody listens there.
      const proxies = { HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9", NODE_USE_ENV_PROXY: "1", NO_PROXY: "" };
      const env = { ...process.env, ...proxies, ...environment };
      const { stdout } = await run(program, [...options, script, keys], { env, cwd: folder, timeout: 20_000 });
      if (refuses) {
        assert.match(stdout, /^ManagedIdentityError transport unsupported-certificate-pin: /);
        assert.equal(requests.length, 0, "nothing was sent");
      } else {
        assert.match(stdout, new RegExp(`^import: Bearer of \\d{3,} characters from ${source} until 20\\d\\d-`));
      }
    });
  }
  for (const [source, credential] of Object.entries(credentials)) {
    test(`${host} gets a token by a default credential from ${source}`, { skip }, async (test) => {
      const { environment } = await simulate(test, source);
      const env = { ...process.env, ...environment };
      const { stdout } = await run(program, [...options, join(folder, "default-token.mjs")], { env, cwd: folder, timeout: 20_000 });
      assert.match(stdout, new RegExp(`^import: Bearer of \\d{3,} characters from ${source}, ${credential}\n$`));
    });
  }
  for (const [how, end, said] of [
    ["a credential that is closed ends its program, and all that it started", "close", "client-closed"],
    ["a program for which nobody waits keeps nothing alive, and ends with it", "abort", "AbortError"],
  ]) {
    test(`${host}: ${how}`, { skip }, async (test) => {
      const root = await mkdtemp(join(tmpdir(), "managed-identity-left-"));
      const { path, alive } = await withEndlessTool(root);
      const env = { ...process.env, PATH: path };
      const child = spawn(program, [...options, join(folder, "left.mjs"), end], { env, cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
      test.after(async () => {
        child.kill("SIGKILL");
        await rm(root, { recursive: true });
      });
      const { ended } = await alive();
      const [closed, told] = [once(child, "close"), once(child.stdout, "data")];
      child.stdin.end();
      assert.equal(`${await told}`, `${said}\n`);
      assert.equal((await ended).bytesRead, 0);
      if (end === "close") child.kill("SIGKILL");
      const [code] = await closed;
      assert.equal(code, end === "close" ? null : 0);
    });
  }
}

test("deno without a grant to run programs is told so", { skip: !existsSync(hosts.deno[0]) }, async (test) => {
  const { environment, requests } = await simulate(test, "azure-cli");
  const [program] = hosts.deno;
  const grants = ["run", "--no-remote", "--no-lock", "--node-modules-dir=manual", "--no-prompt", "--allow-env", "--allow-net"];
  const env = { ...process.env, ...environment };
  const all = ["--allow-read", "--allow-sys"];
  for (const more of [all, [`--allow-read=${folder}`, "--allow-sys"]]) {
    const { stdout } = await run(program, [...grants, ...more, join(folder, "default-token.mjs")], { env, cwd: folder, timeout: 20_000 });
    assert.match(stdout, /^ManagedIdentityError chain undefined: .* ended with Azure CLI, which was refused\n.*the host denies running it/);
  }
  assert.equal(requests.length, 0, "nothing was run");
});

test("deno without a grant for the network is told so", { skip: !existsSync(hosts.deno[0]) }, async (test) => {
  const { environment } = await simulate(test, "imds");
  const [program] = hosts.deno;
  const grants = ["run", "--no-remote", "--no-lock", "--node-modules-dir=manual", "--no-prompt", "--allow-read", "--allow-env"];
  const env = { ...process.env, ...environment };
  const { stdout } = await run(program, [...grants, script], { env, cwd: folder, timeout: 20_000 });
  assert.match(stdout, /^ManagedIdentityError transport denied: /);
});
