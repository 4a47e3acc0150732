// What the Node peers have in common: their arguments, their report, and a guard against leaving this machine.

import { createRequire } from "node:module";
import { Socket } from "node:net";

/** Milliseconds after which a peer that hangs is ended. */
export const DEADLINE = 120_000;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** Ends every connection before its name is resolved, unless it is for this machine. */
export function refuseOtherHosts() {
  const connect = Socket.prototype.connect;
  Socket.prototype.connect = function (...given) {
    const [options, host] = Array.isArray(given[0]) ? given[0] : given;
    const target = typeof options === "object" ? options.host : host;
    if (!LOOPBACK.test(target ?? "localhost")) {
      throw new Error(`a peer may connect to loopback only, not to ${target}`);
    }
    return connect.apply(this, given);
  };
}

/** A message with its causes: the outermost one alone often says only that something failed. */
function described(error) {
  const cause = error.cause instanceof Error ? ` (${described(error.cause)})` : "";
  return `${error.name}: ${error.message}${cause}`;
}

/** The version of a package that is installed here. */
export function versionOf(packageName) {
  return createRequire(import.meta.url)(`${packageName}/package.json`).version;
}

/**
 * Reports, in one line of JSON for each identity of the command line, what `acquire` returns or throws.
 *
 * The arguments are a resource and identities: `system-assigned`, `client-id=X`, `object-id=X` or `resource-id=X`.
 * `acquire(resource, kind, id)` resolves to an access token.
 */
export async function run(packageName, acquire) {
  setTimeout(() => process.exit(1), DEADLINE).unref();
  refuseOtherHosts();
  const version = versionOf(packageName);
  const [resource, ...identities] = process.argv.slice(2);
  for (const identity of identities) {
    const [kind, id] = identity.split("=", 2);
    const report = { version, identity: kind };
    try {
      report.access_token = await acquire(resource, kind, id);
    } catch (error) {
      report.error = described(error);
    }
    console.log(JSON.stringify(report));
  }
}
