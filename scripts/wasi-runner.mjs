// Runs a WASI preview 1 command, as cargo's runner for the target wasm32-wasip1:
//
//   CARGO_TARGET_WASM32_WASIP1_RUNNER="node --no-warnings scripts/wasi-runner.mjs" cargo test --target wasm32-wasip1
//
// The program gets its arguments, and of the file system only the folder it was started in and the conformance vectors.

import { readFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { WASI } from "node:wasi";

const [file, ...programArguments] = process.argv.slice(2);
const vectors = fileURLToPath(new URL("../tests/vectors", import.meta.url));
const wasi = new WASI({
  version: "preview1",
  args: [file, ...programArguments],
  env: { PWD: process.cwd(), ...(process.env.RUST_BACKTRACE && { RUST_BACKTRACE: process.env.RUST_BACKTRACE }) },
  preopens: { [process.cwd()]: process.cwd(), [vectors]: vectors },
  returnOnExit: true,
});
const { instance } = await WebAssembly.instantiate(await readFile(file), wasi.getImportObject());
process.exitCode = wasi.start(instance);
