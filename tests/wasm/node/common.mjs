// What both hosts share: a component made into JavaScript, and values in its words.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import { transpile } from "@bytecodealliance/jco-transpile";

/** Answers each line of standard input, one acquisition as JSON, with its outcome in one line. */
export async function answer(acquire) {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await acquire(JSON.parse(line))));
  }
  process.exit(0);
}

/** Transpiles the component, and compiles the modules that come out of it. */
export async function load(path) {
  const options = { name: "client", instantiation: "async", outDir: ".", nodejsCompat: true };
  const { files } = await transpile(path, options);
  const folder = await mkdtemp(join(import.meta.dirname, "transpiled-"));
  try {
    const modules = new Map();
    for (const [name, content] of Object.entries(files)) {
      const file = name.split("/").at(-1);
      if (file.endsWith(".wasm")) {
        modules.set(file, await WebAssembly.compile(content));
      }
    }
    const glue = join(folder, "client.mjs");
    await writeFile(glue, Object.entries(files).find(([name]) => name.endsWith("client.js"))[1]);
    const { instantiate } = await import(pathToFileURL(glue));
    return (imports) => instantiate((name) => modules.get(name), imports);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The request in jco's words: 64-bit numbers are bigints, what is missing is undefined. */
export function inWords({ target, identity, options }) {
  return {
    target,
    identity,
    options: {
      clientCapabilities: options["client-capabilities"],
      rejectedToken: options["rejected-token"] ?? undefined,
      forceRefresh: options["force-refresh"],
      timeBudget: options["time-budget"] === null ? undefined : BigInt(options["time-budget"]),
      retries: options.retries,
      clientHeaders: options["client-headers"],
    },
  };
}

/** A value as JSON has it, with names as the interface spells them. */
export function plain(value) {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value ?? null;
  const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [kebab(name), plain(item)]));
}
