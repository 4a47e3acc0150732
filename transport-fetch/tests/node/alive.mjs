// Programs that have nothing to do but what a client does: each must end by itself, and not before it should.
//
//   node alive.mjs PART

import { createServer } from "node:http";

import { ManagedIdentityClient } from "managed-identity-fetch";

const VAULT = "https://vault.azure.net";
const controller = new AbortController();
let requests = 0;

/** What the endpoint does with a request. Nothing of the endpoint keeps the program alive. */
let answer = () => {};
const server = createServer((_, response) => {
  console.log("asked");
  requests += 1;
  answer(response);
});
server.on("connection", (socket) => socket.unref());
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
server.unref();

let late = 0;
const client = new ManagedIdentityClient({
  host: {
    now: () => Date.now() + late,
    env: (name) => (name === "MSI_ENDPOINT" ? `http://127.0.0.1:${server.address().port}/token` : undefined),
  },
});

function token(response, text) {
  response.end(JSON.stringify({ access_token: text, expires_in: 3600 }));
}

/** Later, if the program still lives then. */
function later(work) {
  setTimeout(work, 200).unref();
}

function ask(signal) {
  return client.getToken(VAULT, { abortSignal: signal }).then(
    ({ token }) => console.log(token),
    ({ name }) => console.log(`left: ${name}`),
  );
}

const parts = {
  /** The only caller leaves a request that is never answered. */
  silent: () => {
    answer = () => controller.abort();
    ask(controller.signal);
  },
  /** The only caller leaves a wait of a minute. */
  "retry-after": () => {
    answer = (response) => {
      response.writeHead(429, { "retry-after": "60" }).end();
      later(() => controller.abort());
    };
    // It lives until it leaves.
    ask(controller.signal);
  },
  /** A renewal in the background, which is never answered. */
  renewal: async () => {
    answer = (response) => token(response, "old");
    await ask();
    late = 3500_000;
    answer = () => {};
    await client.getToken(VAULT).then(({ token }) => console.log(token));
  },
  /** One caller leaves, another one waits. */
  joined: () => {
    answer = (response) => {
      controller.abort();
      later(() => token(response, "token"));
    };
    ask(controller.signal);
    ask();
  },
  /** The only caller leaves; another one comes before the program has ended, and waits out a retry. */
  "came-back": () => {
    answer = (response) => {
      if (requests === 2) return void later(() => token(response, "token"));
      response.writeHead(503).end();
      controller.abort();
    };
    ask(controller.signal).then(() => ask());
  },
  /** What limits the caller's patience does not keep the program alive by itself. */
  timeout: () => void ask(AbortSignal.timeout(300)),
  closed: () => {
    answer = () => client.close();
    ask();
  },
};
await parts[process.argv[2]]();
