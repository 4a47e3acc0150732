import { createPublicKey, X509Certificate, type KeyObject } from "node:crypto";

/**
 * The certificate of this key, then the one it was issued by, and so on as far as they are there, in DER form. Others are left
 * out; none where none has the key.
 */
export function chainOf(key: KeyObject, certificates: readonly Buffer[]): Buffer[] {
  const own = spki(createPublicKey(key));
  const others = certificates.flatMap(read);
  const chain: Buffer[] = [];
  let next = others.findIndex(({ publicKey }) => spki(publicKey).equals(own));
  while (next >= 0) {
    const [certificate] = others.splice(next, 1);
    if (certificate === undefined) break;
    chain.push(certificate.raw);
    next = others.findIndex(({ subject }) => subject === certificate.issuer);
  }
  return chain;
}

/** Whether it is valid is the authority's affair; what cannot be read is none. */
function read(der: Buffer): X509Certificate[] {
  try {
    return [new X509Certificate(der)];
  } catch {
    return [];
  }
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}
