// Hosts the component `self-contained` in Node, through jco's shim of WASI 0.2: reads one acquisition in each line of
// standard input, as JSON, and answers with its outcome in one line.
//
//   node self-contained.mjs self-contained.wasm

import { WASIShim } from "@bytecodealliance/preview2-shim/instantiation";

import { answer, inWords, load, plain } from "./common.mjs";

const instantiate = await load(process.argv[2]);
await answer(acquire);

/** Gets a token with these grants, and no others. */
async function acquire({ variables, folders, authority, request }) {
  const sandbox = { preopens: Object.fromEntries(folders), env: Object.fromEntries(variables) };
  const imports = new WASIShim({ sandbox }).getImportObject();
  const name = Object.keys(imports).find((name) => name.startsWith("wasi:http/outgoing-handler"));
  const handler = imports[name];
  imports[name] = {
    ...handler,
    handle(outgoing, options) {
      if (outgoing.authority() !== authority) {
        throw { tag: "HTTP-request-denied" };
      }
      return handler.handle(outgoing, options);
    },
  };
  const client = await instantiate(imports);
  const tokens = client.tokens ?? client["managed-identity:client/tokens@0.2.0"];
  try {
    return { token: plain(tokens.getToken(inWords(request))) };
  } catch (error) {
    if (error.reason === undefined) throw error;
    return { error: plain(error) };
  }
}
