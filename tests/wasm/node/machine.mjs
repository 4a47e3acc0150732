// Steps the component `machine` in plain JavaScript: requests by node:http, files by node:fs, no WASI. Reads one acquisition
// in each line of standard input, as JSON, and answers with its outcome in one line.
//
//   node machine.mjs machine.wasm

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { request as send } from "node:http";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { answer, inWords, load, plain } from "./common.mjs";

const instantiate = await load(process.argv[2]);
async function acquire({ variables, folders, authority, request }) {
  const { stateMachine } = await instantiate({});
  const environment = variables.map(([name, value]) => ({ name, value }));
  const facts = { platform: "linux", arcAgent: folders.length > 0 ? "present" : "absent" };
  const seed = crypto.getRandomValues(new BigUint64Array(1))[0];
  const acquisition = new stateMachine.Acquisition(environment, facts, inWords(request), seed, now());
  for (;;) {
    const { tag, val } = acquisition.next();
    switch (tag) {
      case "http":
        acquisition.resume({ tag: "http", val: await http(val, authority) }, now());
        break;
      case "read-file":
        acquisition.resume({ tag: "file", val: await readFile(val, new Map(folders)) }, now());
        break;
      case "sleep":
        await setTimeout(Number(val.delay));
        acquisition.resume({ tag: "awake" }, now());
        break;
      case "done":
        return { token: plain(val) };
      default:
        return { error: plain(val) };
    }
  }
}

const now = () => BigInt(Date.now());
const ok = (val) => ({ tag: "ok", val });
const failed = (kind, detail = "") => ({ tag: "err", val: { kind, detail } });
const unread = (problem, detail = "") => ({ tag: "err", val: { problem, detail } });

/** One request. node:http follows no redirect and asks no proxy. */
function http({ method, url, headers, body, totalTimeout, maxBody, trust }, authority) {
  if (trust.tag !== "plain") return failed({ tag: "unsupported", val: "certificate-pin" });
  if (new URL(url).host !== authority) return failed({ tag: "denied" });
  const unavailable = (kind) => failed({ tag: "unavailable", val: kind });
  return new Promise((resolve) => {
    const options = { method, agent: false, signal: AbortSignal.timeout(Number(totalTimeout)) };
    const outgoing = send(url, options, (incoming) => {
      const chunks = [];
      let length = 0;
      incoming.on("data", (chunk) => {
        length += chunk.length;
        chunks.push(chunk);
        if (length > maxBody) {
          resolve(unavailable("body-too-large"));
          outgoing.destroy();
        }
      });
      incoming.on("end", () => {
        const headers = [];
        for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
          headers.push({ name: incoming.rawHeaders[i], value: incoming.rawHeaders[i + 1] });
        }
        resolve(ok({ status: incoming.statusCode, headers, body: Buffer.concat(chunks) }));
      });
      incoming.on("error", () => resolve(unavailable("broken")));
    });
    outgoing.on("error", ({ code, name }) => {
      const refused = code === "ECONNREFUSED";
      const malformed = code?.startsWith("HPE_");
      resolve(unavailable(name === "AbortError" ? "timeout" : refused ? "connect" : malformed ? "protocol" : "broken"));
    });
    headers.forEach(({ name, value }) => outgoing.setHeader(name, value));
    outgoing.end(body);
  });
}

/** A file directly in a granted folder, by the rules that the request states. */
async function readFile({ path, directory, followLinks, maxLength }, folders) {
  const folder = folders.get(dirname(path));
  if (folder === undefined) return unread("denied");
  if (directory !== undefined && directory !== dirname(path)) return unread("outside-directory");
  let file;
  try {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | (followLinks ? 0 : constants.O_NOFOLLOW);
    file = await open(join(folder, basename(path)), flags);
    if (!(await file.stat()).isFile()) return unread("not-regular");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxLength + 1), 0, maxLength + 1, 0);
    return bytesRead > maxLength ? unread("too-large", `more than ${maxLength} bytes`) : ok(buffer.subarray(0, bytesRead));
  } catch ({ code }) {
    return unread({ ENOENT: "not-found", ELOOP: "not-regular", EACCES: "permission-denied" }[code] ?? "unreadable");
  } finally {
    await file?.close();
  }
}

await answer(acquire);
