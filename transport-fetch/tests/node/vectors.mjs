// Asks the package for tokens as vectors say. Reads one in each line of standard input, as JSON, tells each effect before
// it is performed, and performs it once the next line has said what time it is then.

import { createInterface } from "node:readline";

import { HostFailure, ManagedIdentityClient, defaultHost } from "managed-identity-fetch";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function hear() {
  const { done, value } = await lines.next();
  return done ? undefined : JSON.parse(value);
}

function say(message) {
  console.log(JSON.stringify(message));
}

for (let task = await hear(); task !== undefined; task = await hear()) {
  say({ outcome: await play(task) });
}

async function play({ environment, platform, arcAgent, now, seed, resource, rejectedToken, options }) {
  let time = now;
  const told = async (effect) => {
    say(effect);
    const answer = await hear();
    if (answer.left) throw new HostFailure("denied", "the vector was left");
    time = answer.now;
  };
  const host = {
    ...defaultHost,
    platform,
    arcAgent: () => arcAgent,
    env: (name) => environment[name],
    now: () => time,
    seed: () => BigInt(seed),
    sleep: (milliseconds) => told({ sleep: milliseconds }),
    fetch: async (url, init) => {
      await told({ http: url });
      return defaultHost.fetch(url, init);
    },
    fetchPinned: async (url, init, thumbprint) => {
      await told({ http: url, thumbprint });
      return defaultHost.fetchPinned(url, init, thumbprint);
    },
    readFile: async (file) => {
      await told({ file });
      return defaultHost.readFile(file);
    },
  };
  try {
    const client = new ManagedIdentityClient({ ...options, host });
    return { token: await client.getToken(resource, rejectedToken === null ? {} : { rejectedToken }) };
  } catch (error) {
    return { error: { ...error, name: error.name, message: error.message, stack: undefined } };
  }
}
