// A component made into JavaScript.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Transpiles a component by jco's `transpile`, and compiles the modules that come out of it. What is transpiled is put beside
 * the files of `home`, where what it imports is found.
 */
export async function loadBy(transpile, home, path) {
  const options = { name: "guest", instantiation: "async", outDir: ".", nodejsCompat: true };
  const { files } = await transpile(path, options);
  const named = new Map(Object.entries(files).map(([path, content]) => [path.split("/").at(-1), content]));
  const modules = new Map();
  for (const [name, content] of named) {
    if (name.endsWith(".wasm")) modules.set(name, await WebAssembly.compile(content));
  }
  const folder = await mkdtemp(join(home, "transpiled-"));
  try {
    const glue = join(folder, "guest.mjs");
    await writeFile(glue, named.get("guest.js"));
    const { instantiate } = await import(pathToFileURL(glue));
    return (imports) => instantiate((name) => modules.get(name), imports);
  } finally {
    await rm(folder, { recursive: true });
  }
}
