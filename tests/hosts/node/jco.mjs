// A host in Node with jco: runs a command with WASI 0.2, and grants it what the options say.
//
//   node jco.mjs COMPONENT SETTINGS [--allow HOST:PORT] [--folder FOLDER]

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { transpile } from "@bytecodealliance/jco-transpile";
import { WASIShim } from "@bytecodealliance/preview2-shim/instantiation";

import { loadBy } from "../../wasm/node/load.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { allow: { type: "string" }, folder: { type: "string" } },
});
const [component, settings] = positionals;
const instantiate = await loadBy(transpile, import.meta.dirname, component);

const folder = values.folder;
const sandbox = {
  args: ["command", await readFile(settings, "utf8")],
  env: {},
  preopens: folder === undefined ? {} : { [folder]: folder },
};
const imports = new WASIShim({ sandbox }).getImportObject();
const name = Object.keys(imports).find((name) => name.startsWith("wasi:http/outgoing-handler"));
const handler = imports[name];
imports[name] = {
  ...handler,
  handle(outgoing, options) {
    if (outgoing.authority() !== values.allow) throw { tag: "HTTP-request-denied" };
    return handler.handle(outgoing, options);
  },
};
const command = await instantiate(imports);
try {
  (command.run ?? command["wasi:cli/run@0.2.0"]).run();
} catch {
  // The command has said why.
  process.exit(1);
}
process.exit(0);
