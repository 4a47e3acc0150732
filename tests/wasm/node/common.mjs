// What both hosts share: the component, and values in its words.

import { createInterface } from "node:readline";

import { transpile } from "@bytecodealliance/jco-transpile";

import { loadBy } from "./load.mjs";

/** Answers each line of standard input, one acquisition as JSON, with its outcome in one line. */
export async function answer(acquire) {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await acquire(JSON.parse(line))));
  }
  process.exit(0);
}

/** The component as a function that instantiates it. */
export async function load(path) {
  return loadBy(transpile, import.meta.dirname, path);
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
