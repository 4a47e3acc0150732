import { createPrivateKey, type KeyObject } from "node:crypto";

import { HostFailure } from "../../host.js";
import { checkEncryption } from "./encryption.js";

/** What the file of a certificate holds. */
export interface Material {
  readonly key: KeyObject;
  /** In DER form, in the order of the file. */
  readonly certificates: readonly Buffer[];
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*(?:-(?!----END)[^-]*)*)-----END \1-----/g;

const KEYS = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"];

/** The one private key and the certificates of a file in PEM form (RFC 7468), with its blocks in any order. */
export function material(content: Uint8Array, password: string | undefined): Material {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (!bytes.includes("-----BEGIN")) throw new HostFailure("malformed", unreadable(bytes));
  const [keys, certificates]: [KeyObject[], Buffer[]] = [[], []];
  // Each character stands for a byte.
  for (const [block, label = "", text = ""] of bytes.toString("latin1").matchAll(BLOCK)) {
    if (label === "CERTIFICATE") certificates.push(Buffer.from(text, "base64"));
    if (KEYS.includes(label)) keys.push(privateKey(block, label, text, password));
  }
  const [key, second] = keys;
  if (key === undefined || second !== undefined) throw new HostFailure("no-key");
  return { key, certificates };
}

function privateKey(block: string, label: string, text: string, password: string | undefined): KeyObject {
  if (block.includes("Proc-Type:")) {
    throw new HostFailure("malformed", "its key is encrypted in an old form; convert it by openssl pkcs8 -topk8");
  }
  const isEncrypted = label === "ENCRYPTED PRIVATE KEY";
  if (isEncrypted) {
    checkEncryption(Buffer.from(text, "base64"));
    if (password === undefined) throw new HostFailure("password-missing");
  }
  try {
    return createPrivateKey(isEncrypted ? { key: block, passphrase: password ?? "" } : block);
  } catch {
    // What the library says may tell of the content.
    throw isEncrypted ? new HostFailure("password-wrong") : new HostFailure("malformed", "its key cannot be read");
  }
}

/** What is said of a file that is not in PEM form. */
function unreadable(bytes: Buffer): string {
  // A sequence of ASN.1, as which PKCS#12 begins.
  if (bytes[0] !== 0x30) return "";
  return "it seems to be PKCS#12, which is not read here; convert it by openssl pkcs12 -in FILE -out FILE.pem";
}
