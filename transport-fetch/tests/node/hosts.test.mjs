// The same program in Node, Bun and Deno, on every source.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";

import { simulate } from "./simulator.mjs";

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
}

test("deno without a grant for the network is told so", { skip: !existsSync(hosts.deno[0]) }, async (test) => {
  const { environment } = await simulate(test, "imds");
  const [program] = hosts.deno;
  const grants = ["run", "--no-remote", "--no-lock", "--node-modules-dir=manual", "--no-prompt", "--allow-read", "--allow-env"];
  const env = { ...process.env, ...environment };
  const { stdout } = await run(program, [...grants, script], { env, cwd: folder, timeout: 20_000 });
  assert.match(stdout, /^ManagedIdentityError transport denied: /);
});
