// How large the program of one token is, in bytes: bundled by esbuild, minified, compressed by gzip. For Node the WebAssembly
// module is in the bundle, for browsers it is counted beside it. Fails over the budget.
//
//   node size.mjs [--write]

import { createRequire } from "node:module";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const folder = import.meta.dirname;
const { build } = createRequire(join(folder, "../../js/package.json"))("esbuild");

const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;

async function bundle(name, platform) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, "size", `${name}.mjs`)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform,
    target: "es2022",
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

const wasm = (name) => readFile(join(folder, "node_modules/managed-identity-fetch/dist", name));
const module = await wasm("managed_identity.wasm");
const chain = await wasm("managed_identity_chain.wasm");
const peer = await bundle("azure-identity", "node");
const peerDefault = await bundle("azure-default", "node");
const msal = await bundle("msal-node", "node");
const found = {
  module: gzip(module),
  node: gzip(await bundle("ours", "node")),
  browser: gzip(module) + gzip(await bundle("ours", "browser")),
  chainModule: gzip(chain),
  chainNode: gzip(await bundle("default-credential", "node")),
  chainBrowser: gzip(chain) + gzip(await bundle("default-credential", "browser")),
};

const file = join(folder, "../../sizes.json");
const committed = JSON.parse(await readFile(file, "utf8"));
console.log("compressed        bytes  committed     budget");
for (const [name, size] of Object.entries(found)) {
  const columns = [size, committed.size[name], committed.budget[name]].map((it) => String(it ?? "-").padStart(11));
  console.log(name.padEnd(12) + columns.join(""));
}
console.log(
  `ratio bundle-gzip-default ${found.chainNode} @azure/identity ${gzip(peerDefault)} ${(found.chainNode / gzip(peerDefault)).toFixed(3)}`,
);
console.log(`ratio bundle-gzip ${found.node} @azure/identity ${gzip(peer)} ${(found.node / gzip(peer)).toFixed(3)}`);
console.log(`ratio bundle-gzip ${found.node} @azure/msal-node ${gzip(msal)} ${(found.node / gzip(msal)).toFixed(3)}`);
if (process.argv.includes("--write")) {
  await writeFile(file, `${JSON.stringify({ ...committed, size: found }, null, 2)}\n`);
}
const over = Object.keys(committed.budget).filter((name) => found[name] > committed.budget[name]);
if (over.length > 0) {
  console.error(`over budget: ${over.join(", ")}`);
  process.exit(1);
}
