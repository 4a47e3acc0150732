import { constants, sign as signBy } from "node:crypto";
import { promisify } from "node:util";

import { HostFailure } from "../../host.js";
import type { Signed, SignRequest } from "../host.js";
import { chainOf } from "./certificates.js";
import { material } from "./pem.js";

/** Keys below that are refused everywhere. */
const SHORTEST_KEY = 2048;

/** As long as the digest (RFC 7518, section 3.5). */
const SALT = 32;

/** Signs with the private key in a file, naming the certificate that belongs to it, wherever it stands. */
export async function sign({ content, password, algorithm, signingInput }: SignRequest): Promise<Signed> {
  const { key, certificates } = material(content, password);
  if (key.asymmetricKeyType !== "rsa" || (key.asymmetricKeyDetails?.modulusLength ?? 0) < SHORTEST_KEY) {
    throw new HostFailure("unsuitable-key");
  }
  if (certificates.length === 0) throw new HostFailure("no-certificate");
  const input = signingInput(chainOf(key, certificates));
  if (input === undefined) throw new HostFailure("not-the-keys");
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants;
  const padding =
    algorithm === "PS256" ? { padding: RSA_PKCS1_PSS_PADDING, saltLength: SALT } : { padding: RSA_PKCS1_PADDING };
  try {
    return { input, signature: await promisify(signBy)("sha256", Buffer.from(input), { key, ...padding }) };
  } catch {
    throw new HostFailure("failed");
  }
}
