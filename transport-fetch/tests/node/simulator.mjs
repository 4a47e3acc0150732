// The simulator for a test: started with it, ended with it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const program = process.env.MANAGED_IDENTITY_SIMULATOR;

/** Starts a source and answers its environment, and what was asked of it so far. */
export async function simulate(test, source, ...options) {
  const child = spawn(program, ["serve", source, "--format", "dotenv", "--log", "-", ...options]);
  test.after(() => child.kill());
  const requests = [];
  createInterface({ input: child.stderr }).on("line", (line) => requests.push(JSON.parse(line)));
  const environment = {};
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name) environment[name] = value.replace(/^"(.*)"$/, "$1");
  });
  await Promise.race([once(lines, "line"), once(child, "exit").then(([code]) => Promise.reject(new Error(`exit ${code}`)))]);
  // All of it is written at once.
  await new Promise((resolve) => setImmediate(resolve));
  return { environment, requests };
}
