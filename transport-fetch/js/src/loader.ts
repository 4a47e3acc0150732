import { misconfigured } from "./error.js";
import type { Global } from "./global.js";

/** The WebAssembly module: compiled, as its bytes, as a response that brings them, or where they are. */
export type ModuleSource =
  | ArrayBuffer
  | ArrayBufferView
  | Global<"Response">
  | Global<"URL">
  // `WebAssembly.Module` has no members to be known by.
  | object;

/** Begins to use a module that is compiled. */
type Start = (options: { module: object }) => void;

/** Loads a module once, which `compile` answers. What failed may be tried again. */
export function loader(start: Start): (compile: () => object | Promise<object>) => Promise<void> {
  let loading: Promise<void> | undefined;
  return (compile) => {
    const begun = loading ?? load(start, compile);
    loading = begun;
    begun.catch(() => (loading = undefined));
    return begun;
  };
}

async function load(start: Start, compile: () => object | Promise<object>): Promise<void> {
  try {
    start({ module: await compile() });
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
