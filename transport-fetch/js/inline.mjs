// Writes a WebAssembly module as a module of JavaScript, so that bundles for Node have it in them.
//
//   node inline.mjs MODULE.wasm INLINED.js

import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

const [module, inlined] = process.argv.slice(2);
const bytes = readFileSync(module);
const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
writeFileSync(inlined, `export default "${brotliCompressSync(bytes, { params }).toString("base64")}";\n`);
