import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

import { HostFailure, unref, type FetchInit, type FetchResponse } from "../host.js";

/**
 * What is needed of `fetch`, over a connection of its own: no proxy is asked whatever the environment says, no redirect is
 * followed, the wait for a connection is told from the wait for an answer, and it is there sooner than the global `fetch`.
 */
export async function nodeFetch(url: string, init: FetchInit): Promise<FetchResponse> {
  return exchange(url, init, await connect(new URL(url), init, true));
}

/** The same with a pinned certificate, which is looked at before there is a request. */
export async function nodeFetchPinned(url: string, init: FetchInit, thumbprint: string): Promise<FetchResponse> {
  // It is self-signed. Exactly this certificate is asked for, whatever its name, issuer and dates.
  const socket = await connect(new URL(url), init, false);
  const certificate = "getPeerX509Certificate" in socket ? (socket as TLSSocket).getPeerX509Certificate() : undefined;
  const found = certificate?.fingerprint.replaceAll(":", "").toLowerCase();
  if (found !== thumbprint) {
    socket.destroy();
    throw new HostFailure("certificate", found === undefined ? "there is none" : `its thumbprint is ${found}`);
  }
  return exchange(url, init, socket);
}

/** Sends a request over a connection, and waits for the head of its answer. */
async function exchange(
  url: string,
  { method, headers, body, signal }: FetchInit,
  socket: Socket,
): Promise<FetchResponse> {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    // The scheme is the connection's affair by now. An agent would make another one.
    const plain = url.replace(/^https:/, "http:");
    const outgoing = request(plain, { method, headers, signal, createConnection: () => socket }, (incoming) =>
      resolve({
        status: incoming.statusCode ?? 0,
        statusText: incoming.statusMessage ?? "",
        headers: pairs(incoming.rawHeaders),
        body: incoming,
      }),
    );
    outgoing.on("error", reject);
    // Without a word where the peer begins another protocol than HTTP.
    outgoing.on("close", () => reject(new HostFailure("broken", "it ended without an answer")));
    outgoing.end(body);
  });
}

/** A connection, secured where the address says so; `trusted` asks for a certificate that the machine's roots vouch for. */
async function connect(
  url: URL,
  { signal, connectTimeoutMs, keepAlive }: FetchInit,
  trusted: boolean,
): Promise<Socket> {
  const { connect, isIP } = await import("node:net");
  const secure = url.protocol === "https:";
  const tls = secure ? await import("node:tls") : undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const address = { host, port: Number(url.port || (secure ? 443 : 80)) };
  const name = isIP(host) ? {} : { servername: host };
  return new Promise((resolve, reject) => {
    const socket = tls?.connect({ ...address, ...name, rejectUnauthorized: trusted }) ?? connect(address);
    const tooLate = () => socket.destroy(new HostFailure("connect", `none within ${connectTimeoutMs} ms`));
    const timer = setTimeout(tooLate, connectTimeoutMs);
    if (keepAlive === false) {
      unref(timer);
      socket.unref();
    }
    const giveUp = () => socket.destroy(signal.reason);
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    };
    signal.addEventListener("abort", giveUp);
    socket.once("close", end).once("error", reject);
    socket.once(secure ? "secureConnect" : "connect", () => {
      end();
      resolve(socket);
    });
    if (signal.aborted) giveUp();
  });
}

function pairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i] ?? "", raw[i + 1] ?? ""]);
  return pairs;
}
