// A component made into JavaScript.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { transpile } from "@bytecodealliance/jco-transpile";

/** Transpiles a component, and compiles the modules that come out of it. */
export async function load(path) {
  const options = { name: "guest", instantiation: "async", outDir: ".", nodejsCompat: true };
  const { files } = await transpile(path, options);
  const named = new Map(Object.entries(files).map(([path, content]) => [path.split("/").at(-1), content]));
  const modules = new Map();
  for (const [name, content] of named) {
    if (name.endsWith(".wasm")) modules.set(name, await WebAssembly.compile(content));
  }
  // Beside this file, where what it imports is found.
  const folder = await mkdtemp(join(import.meta.dirname, "transpiled-"));
  try {
    const glue = join(folder, "guest.mjs");
    await writeFile(glue, named.get("guest.js"));
    const { instantiate } = await import(pathToFileURL(glue));
    return (imports) => instantiate((name) => modules.get(name), imports);
  } finally {
    await rm(folder, { recursive: true });
  }
}
