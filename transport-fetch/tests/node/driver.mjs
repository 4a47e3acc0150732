// Makes one call of the check for drivers, which the simulator's program starts this for, by the package's driver:
//
//   managed-identity-simulator check -- node driver.mjs

import { readFileSync } from "node:fs";

import { defaultHost as nodeHost } from "managed-identity-fetch";

// The driver is the package's own affair and no export of it.
const { send } = await import(new URL("node_modules/managed-identity-fetch/dist/esm/send.js", import.meta.url));

// A flow keeps no process alive by itself; whoever waits for it does.
setInterval(() => {}, 1000);

const call = JSON.parse(readFileSync(0, "utf8"));
const { pinned } = call.trust;

try {
  const { status, body } = await send(
    nodeHost,
    {
      method: call.method,
      url: call.url,
      headers: Object.fromEntries(call.headers),
      body: call.body,
      trust: pinned === undefined ? call.trust : "leaf",
      thumbprint: pinned?.toLowerCase(),
      connectTimeoutMs: call.connect_timeout_ms,
      readTimeoutMs: call.read_timeout_ms,
      totalTimeoutMs: call.total_timeout_ms,
      maxBody: call.max_body,
    },
    new AbortController().signal,
  );
  console.log(JSON.stringify({ status, body: body.length }));
} catch (error) {
  console.log(JSON.stringify({ error: error.problem }));
}
// What the peer still has to say is of no interest.
process.exit();
