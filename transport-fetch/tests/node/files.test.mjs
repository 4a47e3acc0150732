// Key files are read by the rules of the request, checked on what was opened.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, chown, link, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import { defaultHost } from "managed-identity-fetch";

const root = await mkdtemp(join(tmpdir(), "managed-identity-files-"));
test.after(() => rm(root, { recursive: true }));
const tokens = join(root, "tokens");
await mkdir(join(tokens, "below"), { recursive: true });

function read(path, directory = tokens) {
  return defaultHost.readFile({ path, purpose: "arc-key", directory, maxLength: 4096, platform: "linux" });
}

async function made(name, content) {
  await writeFile(join(tokens, name), content, { mode: 0o600 });
  return join(tokens, name);
}

test("a regular file of up to the limit is read, and not a byte more", async () => {
  assert.equal(Buffer.from(await read(await made("good.key", "the key"))).toString(), "the key");
  assert.equal((await read(await made("empty.key", ""))).length, 0);
  assert.equal((await read(await made("most.key", "k".repeat(4096)))).length, 4096);
  await assert.rejects(read(await made("more.key", "k".repeat(4097))), { problem: "too-large" });
});

test("links, folders and pipes are refused, the folder's own link too", async () => {
  const target = await made("target.key", "key");
  await symlink(target, join(tokens, "link.key"));
  await assert.rejects(read(join(tokens, "link.key")), { problem: "not-regular" });
  await assert.rejects(read(join(tokens, "below")), { problem: "not-regular" });
  execFileSync("mkfifo", [join(tokens, "pipe.key")]);
  await assert.rejects(read(join(tokens, "pipe.key")), { problem: "not-regular" });
  await symlink(tokens, join(root, "linked"));
  await assert.rejects(read(join(root, "linked/target.key"), join(root, "linked")), { problem: "folder-is-link" });
  await assert.rejects(read(join(tokens, "missing.key")), { problem: "not-found" });
});

test("a file with another name is refused, wherever that name is", async () => {
  await writeFile(join(root, "foreign"), "not for the endpoint");
  await link(join(root, "foreign"), join(tokens, "second.key"));
  const refused = { problem: "not-regular", message: "it has several names (hard links)" };
  await assert.rejects(read(join(tokens, "second.key")), refused);
  await rm(join(root, "foreign"));
  assert.equal(Buffer.from(await read(join(tokens, "second.key"))).toString(), "not for the endpoint");
});

const notRoot = process.getuid() !== 0 && "not root, so no file can be given to another user";
test("a file belongs to its folder's owner or to root", { skip: notRoot }, async () => {
  const [agent, stranger] = [61_001, 61_002];
  const path = await made("owned.key", "the key");
  const refused = { problem: "outside-directory", message: "its owner is neither the folder's nor root" };
  for (const [folder, mode, file, good] of [
    [0, 0o755, 0, true], [agent, 0o755, agent, true], [agent, 0o755, 0, true], [agent, 0o755, stranger],
    [0, 0o2770, agent, true], [0, 0o1777, agent],
  ]) {
    await chown(tokens, folder, 0);
    await chmod(tokens, mode);
    await chown(path, file, 0);
    if (good) assert.equal(Buffer.from(await read(path)).toString(), "the key");
    else await assert.rejects(read(path), refused, `${folder} ${mode} ${file}`);
  }
  await chown(tokens, 0, 0);
  await chmod(tokens, 0o755);
});

test("only a file directly in the folder is opened, and its path is not rewritten", async () => {
  await writeFile(join(root, "outside.key"), "key");
  await writeFile(join(tokens, "below/deep.key"), "key");
  for (const path of ["../outside.key", "below/deep.key", "./good.key", "/good.key", "", ".", "..", "x\0.key", "x\n.key"]) {
    await assert.rejects(read(`${tokens}/${path}`), { problem: "outside-directory" }, path);
  }
  await assert.rejects(read(join(root, "outside.key")), { problem: "outside-directory" });
  await assert.rejects(read("good.key"), { problem: "outside-directory" });
});

test("without a folder links are legitimate, as in Kubernetes' projected volumes", async () => {
  const file = { purpose: "federated-token", maxLength: 65_536, platform: "linux" };
  await symlink(await made("federated", "token"), join(root, "projected"));
  await link(join(tokens, "federated"), join(tokens, "second"));
  assert.equal(Buffer.from(await defaultHost.readFile({ ...file, path: join(root, "projected") })).toString(), "token");
  await assert.rejects(defaultHost.readFile({ ...file, path: root }), { problem: "not-regular" });
});
