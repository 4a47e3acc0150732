// Programs are run by the rules of the request: small scripts that play a tool.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import test from "node:test";

import { DefaultCredential, HostFailure, defaultHost } from "managed-identity-fetch/default-credential";

import { withEndlessTool, withTool } from "./tools.mjs";

const internal = (path) => import(new URL(`node_modules/managed-identity-fetch/dist/esm/credential/node/${path}`, import.meta.url));
const { startOf } = await internal("batch.js");
const { absoluteFolders } = await internal("search.js");
const { environment } = await internal("run.js");

const PATH = process.env.PATH;
const root = await mkdtemp(join(tmpdir(), "managed-identity-run-"));
test.after(() => rm(root, { recursive: true }));
test.afterEach(() => (process.env.PATH = PATH));

const COMMAND = {
  programs: ["az"],
  arguments: ["account", "get-access-token"],
  environment: { AZURE_CORE_NO_COLOR: "true" },
  withheld: ["AZURE_CLIENT_SECRET"],
  timeLimitMs: 10_000,
  maxOutput: 262_144,
};
const never = new AbortController().signal;

/** What a tool in these folders writes, as text. */
async function run(folders, command = {}, signal = never) {
  process.env.PATH = [folders].flat().join(":");
  const { exitCode, output, errors } = await defaultHost.run({ ...COMMAND, ...command }, signal);
  const text = (bytes) => new TextDecoder().decode(bytes);
  return { exitCode, output: text(output), errors: text(errors) };
}

const failure = (problem) => (error) => {
  assert.ok(error instanceof HostFailure, `${error}`);
  assert.equal(error.problem, problem);
  return true;
};

test("what it writes and how it ends is told", async () => {
  const folder = await withTool(root, 'echo "$# $1"; echo oops >&2; exit 3');
  assert.deepEqual(await run(folder), { exitCode: 3, output: "2 account\n", errors: "oops\n" });
  const killed = await withTool(root, "kill -9 $$");
  assert.deepEqual(await run(killed), { exitCode: undefined, output: "", errors: "" });
});

test("arguments are no shell's business", async () => {
  const folder = await withTool(root, "printf '%s|' \"$@\"");
  const { output } = await run(folder, { arguments: ["$(id)", "a b", "*", "", ";exit"] });
  assert.equal(output, "$(id)|a b|*||;exit|");
});

test("there is no input, and the folder is the root", async () => {
  const folder = await withTool(root, "/bin/cat; pwd");
  assert.equal((await run(folder)).output, "/\n");
});

test("the environment is inherited but for what is withheld", async (test) => {
  Object.assign(process.env, { AZURE_CLIENT_SECRET: "secret", MANAGED_IDENTITY_TEST: "inherited" });
  test.after(() => ["AZURE_CLIENT_SECRET", "MANAGED_IDENTITY_TEST"].forEach((name) => delete process.env[name]));
  const folder = await withTool(root, 'echo "${AZURE_CLIENT_SECRET-none} $MANAGED_IDENTITY_TEST $AZURE_CORE_NO_COLOR"');
  assert.equal((await run(folder)).output, "none inherited true\n");
});

test("Windows does not tell the names of variables by their case", () => {
  const own = { Path: "p", azure_client_secret: "s", azure_core_no_color: "false", Unset: undefined };
  const inherited = environment(COMMAND, own, true);
  assert.deepEqual(inherited, { Path: "p", AZURE_CORE_NO_COLOR: "true" });
  assert.equal(environment(COMMAND, own, false).azure_client_secret, "s");
});

test("a started program gets none of our secrets", async (test) => {
  const secrets = {
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "secret-1",
    AZURE_CLIENT_CERTIFICATE_PASSWORD: "secret-2",
    AZURE_CLIENT_SECRET: "secret-3",
    AZURE_PASSWORD: "secret-4",
    IDENTITY_HEADER: "secret-5",
    MSI_SECRET: "secret-6",
    SYSTEM_ACCESSTOKEN: "secret-7",
  };
  Object.assign(process.env, secrets);
  test.after(() => Object.keys(secrets).forEach((name) => delete process.env[name]));
  const folder = await withTool(root, `
    { /usr/bin/env; /usr/bin/printf '%s\\n' "$@"; } > "$0.told"
    echo '{"accessToken":"eyJ","expires_on":4102444800}'`);
  process.env.PATH = folder;
  const { credential } = await DefaultCredential.azureCli().getToken("https://vault.azure.net");
  assert.equal(credential, "azure-cli");
  const told = await readFile(join(folder, "az.told"), "utf8");
  assert.match(told, /^AZURE_CORE_NO_COLOR=true$/m);
  assert.match(told, /^https:\/\/vault\.azure\.net$/m);
  assert.doesNotMatch(told, /secret-/);
});

test("only absolute folders are looked into", async () => {
  const folder = await withTool(root, "echo here");
  for (const path of ["", ":", ".", relative(process.cwd(), folder)]) {
    await assert.rejects(run(path), failure("not-found"), path);
  }
  assert.equal((await run(["relative", "", "/does/not/exist", folder])).output, "here\n");
  const windows = absoluteFolders('C:\\a;"D:\\b;c";e;.;\\f;C:g;\\\\server\\h;;"', true);
  assert.deepEqual(windows, ["C:\\a", "D:\\b;c", "\\\\server\\h"]);
});

test("what may not be executed is no program, and the first that there is counts", async () => {
  const [first, second, third] = [await withTool(root, "echo first", "az", 0o644), await mkdtemp(join(root, "tools-")), await withTool(root, "echo third")];
  await mkdir(join(second, "az"));
  assert.equal((await run([first, second, third])).output, "third\n");
  assert.equal(defaultHost.findProgram(["none", "az"]), join(third, "az"));
  const old = await withTool(root, "echo old", "powershell");
  assert.equal((await run(old, { programs: ["pwsh", "powershell"] })).output, "old\n");
});

test("one that cannot be started is told", async () => {
  const folder = await withTool(root, "");
  await writeFile(join(folder, "az"), "#!/does/not/exist\n");
  await assert.rejects(run(folder), failure("failed"));
});

test("what is left behind is not waited for", async () => {
  const folder = await withTool(root, "echo token; /bin/sleep 5 & exit 0");
  const began = performance.now();
  assert.equal((await run(folder)).output, "token\n");
  assert.ok(performance.now() - began < 4000);
});

test("too much output ends it", async () => {
  for (const script of ["/usr/bin/yes", "/usr/bin/yes >&2", "/usr/bin/head -c 300000 /dev/zero"]) {
    await assert.rejects(run(await withTool(root, script)), failure("output-too-large"), script);
  }
});

const gone = async (ended) => assert.equal((await ended).bytesRead, 0);

test("the time limit ends it and all that it started", async () => {
  const { path, alive } = await withEndlessTool(root);
  const outcome = assert.rejects(run(path, { timeLimitMs: 2000 }), failure("timeout"));
  const { ended } = await alive();
  await outcome;
  await gone(ended);
});

test("aborting ends it and all that it started", async () => {
  const { path, alive } = await withEndlessTool(root);
  const controller = new AbortController();
  const outcome = assert.rejects(run(path, { timeLimitMs: 600_000 }, controller.signal), { name: "AbortError" });
  const { ended } = await alive();
  controller.abort();
  await outcome;
  await gone(ended);
  await assert.rejects(run(path, {}, AbortSignal.abort()), { name: "AbortError" });
});

test("a credential that is closed ends its program", async () => {
  const { path, alive } = await withEndlessTool(root);
  process.env.PATH = path;
  const credential = DefaultCredential.azureCli({ toolTimeLimitMs: 600_000, timeBudgetMs: 700_000 });
  const outcome = assert.rejects(credential.getToken("https://vault.azure.net"), { problem: "client-closed" });
  const { ended } = await alive();
  credential.close();
  await outcome;
  await gone(ended);
});

test("batch files are started by the interpreter of Windows, with nothing that it reads anew", () => {
  const az = "C:\\Program Files\\az\\wbin\\az.cmd";
  assert.deepEqual(startOf(az, ["--resource", "https://a/b", "x&y ^(z)!"], "C:\\Windows"), {
    file: "C:\\Windows\\System32\\cmd.exe",
    arguments: ["/e:ON", "/v:OFF", "/d", "/c", `""${az}" "--resource" "https://a/b" "x&y ^(z)!""`],
    verbatim: true,
  });
  for (const bad of ['a"b', "%PATH%", "a\nb", "a\\"]) assert.throws(() => startOf(az, [bad], "C:\\Windows"), failure("failed"), bad);
  assert.throws(() => startOf("C:\\%a%\\az.bat", [], "C:\\Windows"), failure("failed"));
  for (const [program, system] of [["C:\\azd.exe", "C:\\Windows"], ["/usr/bin/az.cmd", undefined]]) {
    assert.deepEqual(startOf(program, ["%a%"], system), { file: program, arguments: ["%a%"], verbatim: false });
  }
});
