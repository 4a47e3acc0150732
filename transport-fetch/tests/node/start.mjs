// How long a program takes from its start to its first token and its end, beside the same program over other libraries.
// The rounds are interleaved, so that whatever else the machine does is everybody's; the least disturbed round counts.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";

const ROUNDS = 15;
const programs = { "managed-identity-fetch": "ours", "@azure/identity": "azure-identity", "@azure/msal-node": "msal-node" };

const simulator = spawn(process.env.MANAGED_IDENTITY_SIMULATOR, ["serve", "imds"]);
const [line] = await once(createInterface({ input: simulator.stdout }), "line");
const [, name, value] = /^(\w+)=(.*)$/.exec(line);
const env = { ...process.env, [name]: value };

const best = {};
try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [library, program] of Object.entries(programs)) {
      const began = performance.now();
      const { status, stdout, stderr } = spawnSync("node", [join(import.meta.dirname, "size", `${program}.mjs`)], { env });
      const took = performance.now() - began;
      if (status !== 0 || !/^\d+\n$/.test(stdout)) throw new Error(`${library}: ${stderr}`);
      best[library] = Math.min(best[library] ?? Infinity, took);
    }
  }
} finally {
  simulator.kill();
}

const [ours, ...peers] = Object.entries(best);
for (const [peer, took] of peers) {
  console.log(`ratio start-to-token-ms ${ours[1].toFixed(1)} ${peer} ${took.toFixed(1)} ${(ours[1] / took).toFixed(3)}`);
}
