import { statSync } from "node:fs";

import { everywhere, type Host } from "../host.js";
import type { AgentFile } from "../machine.js";
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
function arcAgent(): AgentFile {
  // A program of 32 bits is told another folder, and by another variable the one of the agent.
  const programs = env("ProgramW6432") || env("ProgramFiles");
  if (platform === "linux") return look("/opt/azcmagent/bin/himds");
  return platform === "windows" && programs ? look(`${programs}\\AzureConnectedMachineAgent\\himds.exe`) : "absent";
}

/** Whether there is a file, as far as this user may know. */
function look(path: string): AgentFile {
  try {
    statSync(path);
    return "present";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "EACCES" || code === "EPERM" ? "not-permitted" : "absent";
  }
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
  arcAgent,
};
