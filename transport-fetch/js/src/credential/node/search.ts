import { statSync } from "node:fs";
import { join } from "node:path";

import { HostFailure, isDenial } from "../../host.js";

const windows = process.platform === "win32";

/** What a program's name may end with. */
const ENDINGS = windows ? [".exe", ".cmd", ".bat"] : [""];

/**
 * The first of these programs that is in an absolute folder of `PATH`. An empty or relative one means whatever folder this
 * program happens to be in.
 */
export function findProgram(programs: readonly string[]): string | undefined {
  const folders = absoluteFolders(process.env["PATH"] ?? "", windows);
  for (const name of programs) {
    for (const folder of folders) {
      const found = ENDINGS.map((ending) => join(folder, name + ending)).find(isProgram);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The absolute folders of a list in the form of `PATH`. */
export function absoluteFolders(list: string, windows: boolean): string[] {
  if (!windows) return list.split(":").filter((folder) => folder.startsWith("/"));
  // A quoted part may have semicolons in it.
  const folders = list.match(/("[^"]*"?|[^;"])+/g) ?? [];
  return folders.map((folder) => folder.replaceAll('"', "")).filter((it) => /^([a-z]:[\\/]|\\\\[^\\])/i.test(it));
}

/** Whether there is a file that somebody may execute. */
function isProgram(path: string): boolean {
  try {
    const facts = statSync(path);
    return facts.isFile() && (windows || (facts.mode & 0o111) !== 0);
  } catch (error) {
    if (isDenial(error)) throw new HostFailure("denied", "this program may not look into the folders of PATH");
    return false;
  }
}
