import { HostFailure } from "../../host.js";

/** The most work that a password may be made to take. Files have a fraction of it. */
const MOST_ITERATIONS = 10_000_000;
const MOST_SCRYPT = { n: 2 ** 20, r: 16, p: 16 };

/** The content of object identifiers (RFC 8018, section 6.2 and appendix A.2; RFC 7914, section 7). */
const PBES2 = "2a864886f70d01050d";
const PBKDF2 = "2a864886f70d01050c";
const SCRYPT = "2b06010401da47040b";

/** Refuses an encrypted private key (RFC 5958, section 3) in an old form, or whose password would take too long. */
export function checkEncryption(der: Buffer): void {
  const [scheme, parameters] = parts(parts(parts(der)[0])[0]);
  if (hex(scheme) !== PBES2) {
    throw new HostFailure("malformed", "its key is encrypted in an old form; convert it by openssl pkcs8 -topk8");
  }
  const [derivation, work] = parts(parts(parameters)[0]);
  const [, ...numbers] = parts(work).map(number);
  if (!isBearable(hex(derivation), numbers)) {
    throw new HostFailure("malformed", "its password is made to take too long");
  }
}

function isBearable(derivation: string, [first = Infinity, second = Infinity, third = Infinity]: number[]): boolean {
  if (derivation === PBKDF2) return first <= MOST_ITERATIONS;
  const { n, r, p } = MOST_SCRYPT;
  return derivation === SCRYPT && first <= n && second <= r && third <= p;
}

/** The contents of the elements of DER that stand in a row, which a constructed one has as its own content; none of nothing. */
function parts(der: Buffer | undefined): Buffer[] {
  const found: Buffer[] = [];
  let rest = der ?? Buffer.alloc(0);
  while (rest.length >= 2) {
    const first = rest[1] ?? 0;
    const long = first < 0x80 ? 0 : first - 0x80;
    if (long > 4 || rest.length < 2 + long) throw new HostFailure("malformed", "its key cannot be read");
    const length = long === 0 ? first : rest.readUIntBE(2, long);
    found.push(rest.subarray(2 + long, 2 + long + length));
    rest = rest.subarray(2 + long + length);
  }
  return found;
}

function hex(content: Buffer | undefined): string {
  return content?.toString("hex") ?? "";
}

/** What an integer says; more than anything where it is larger than what is asked about. */
function number(content: Buffer): number {
  return content.length >= 1 && content.length <= 6 ? content.readUIntBE(0, content.length) : Infinity;
}
