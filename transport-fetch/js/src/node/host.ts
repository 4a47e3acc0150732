import { existsSync } from "node:fs";

import { everywhere, type Host } from "../host.js";
import { readFile } from "./files.js";
import { nodeFetch, nodeFetchPinned } from "./http.js";

const platform = process.platform === "linux" ? "linux" : process.platform === "win32" ? "windows" : "other";

/** The value of a variable; none that this program may not see, as Deno decides. */
function env(name: string): string | undefined {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}

/** https://learn.microsoft.com/azure/azure-arc/servers/agent-overview */
function hasArcAgent(): boolean {
  const programs = env("ProgramFiles");
  if (platform === "linux") return existsSync("/opt/azcmagent/bin/himds");
  return platform === "windows" && !!programs && existsSync(`${programs}\\AzureConnectedMachineAgent\\himds.exe`);
}

/** The abilities of Node, Deno and Bun. */
export const nodeHost: Host = {
  ...everywhere,
  fetch: nodeFetch,
  // Only of Node it is known that it shows the certificate before anything is sent.
  fetchPinned: process.versions["deno"] || process.versions["bun"] ? undefined : nodeFetchPinned,
  readFile,
  env,
  platform,
  hasArcAgent,
};
