// Programs that play a developer tool.

import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, open, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A folder in another one, with a tool of this name. */
export async function withTool(root, script, name = "az", mode = 0o755) {
  const folder = await mkdtemp(join(root, "tools-"));
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), mode);
  return folder;
}

/** A tool that starts another process, which keeps a pipe open as long as it lives, and never ends by itself. */
export async function withEndlessTool(root) {
  const folder = await mkdtemp(join(root, "tools-"));
  const pipe = join(folder, "alive");
  execFileSync("mkfifo", [pipe]);
  await writeFile(join(folder, "az"), `#!/bin/sh\nsh -c 'trap "" TERM INT HUP; sleep 1000' > '${pipe}' &\nwait\n`);
  await chmod(join(folder, "az"), 0o755);
  /** Waits until it runs, and answers a promise of the end of the last process that it started. */
  const alive = async () => {
    // Opens when that process has opened the other end, and ends when the last one that holds it is gone.
    const file = await open(pipe);
    return { ended: file.read(Buffer.alloc(1), 0, 1).finally(() => file.close()) };
  };
  return { path: `${folder}:${process.env.PATH}`, alive };
}
