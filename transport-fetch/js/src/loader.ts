import { misconfigured } from "./error.js";
import type { Global } from "./global.js";
import { initSync } from "./machine.js";

/** The WebAssembly module: compiled, as its bytes, as a response that brings them, or where they are. */
export type ModuleSource =
  | ArrayBuffer
  | ArrayBufferView
  | Global<"Response">
  | Global<"URL">
  // `WebAssembly.Module` has no members to be known by.
  | object;

let loading: Promise<void> | undefined;

/** Loads the module once, which `compile` answers. What failed may be tried again. */
export function loadOnce(compile: () => object | Promise<object>): Promise<void> {
  const begun = loading ?? load(compile);
  loading = begun;
  begun.catch(() => (loading = undefined));
  return begun;
}

async function load(compile: () => object | Promise<object>): Promise<void> {
  try {
    initSync({ module: await compile() });
  } catch (error) {
    throw misconfigured(
      "module-not-loaded",
      `the WebAssembly module cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      'hand it to initialize(module), as "Bundling" in the README of managed-identity-fetch shows',
    );
  }
}

/** The module of what it is given as, besides a place. */
export async function compiled(source: ModuleSource): Promise<object> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof Response) {
    if (!source.ok) throw new Error(`${source.url} was answered by status ${source.status}`);
    return WebAssembly.compile(await source.arrayBuffer());
  }
  return WebAssembly.compile(source as BufferSource);
}
