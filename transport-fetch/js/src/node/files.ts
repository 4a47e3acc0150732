import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";

import { HostFailure, isDenial } from "../host.js";
import type { FileProblem, FileRequest } from "../machine.js";

/** Reads without waiting: the files are small, and a pipe in their place is opened without its writer. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The permission of everybody to write, in the mode of a file or folder; Node has no name for it on Windows. */
const WRITABLE_BY_ALL = 0o002n;

/** Opens a folder for what is in it only; Node does not name it (open(2) of Linux). */
const O_PATH = 0x200000;

/** Reads a file by the rules of the request. What was opened is checked, not what the path named a moment before. */
export async function readFile({ path, directory, maxLength, platform }: FileRequest): Promise<Uint8Array> {
  const file = attempt(() => (directory === undefined ? openSync(path, READ) : openIn(directory, path, platform)));
  try {
    return attempt(() => content(file, maxLength));
  } finally {
    closeSync(file);
  }
}

function content(file: number, maxLength: number): Uint8Array {
  const facts = fstatSync(file);
  if (!facts.isFile()) throw new HostFailure("not-regular");
  // One byte more than allowed tells a file that has grown.
  const buffer = new Uint8Array(maxLength + 1);
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(file, buffer, length, buffer.length - length, null);
    if (read === 0) break;
    length += read;
  }
  if (length > maxLength) {
    buffer.fill(0);
    throw new HostFailure("too-large", `more than ${maxLength} bytes`);
  }
  return buffer.subarray(0, length);
}

/** Opens a file directly in the folder. Neither of them may be a symbolic link; links further up are the administrator's. */
function openIn(directory: string, path: string, platform: FileRequest["platform"]): number {
  const name = childName(path, directory, platform);
  if (name === undefined) throw new HostFailure("outside-directory");
  return process.platform === "linux" ? openBelow(directory, name) : openChecked(directory, path);
}

/** The folder is opened first, and the file relative to the open folder, so that nobody can change one for the other. */
function openBelow(directory: string, name: string): number {
  let folder;
  try {
    folder = openSync(directory, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    throw isCode(error, "ENOTDIR", "ELOOP") ? aLink() : error;
  }
  try {
    return openOwn(`/proc/self/fd/${folder}/${name}`, fstatSync(folder, { bigint: true }));
  } finally {
    closeSync(folder);
  }
}

/** Where no file can be opened relative to a folder, the opened file must be the one that is no link. */
function openChecked(directory: string, path: string): number {
  const folder = lstatSync(directory, { bigint: true });
  if (!folder.isDirectory()) throw aLink();
  if (!lstatSync(path).isFile()) throw new HostFailure("not-regular");
  return openOwn(path, folder);
}

/**
 * Opens a file that did not come from somewhere else: it has no other name, which may be anywhere, and its owner is the
 * folder's or root. A folder of root's that not everybody may write to vouches for its files, since root chose who may.
 * Windows has no owners in numbers; there all have the same.
 */
function openOwn(path: string, folder: BigIntStats): number {
  const file = openSync(path, READ | (constants.O_NOFOLLOW ?? 0));
  try {
    const opened = fstatSync(file, { bigint: true });
    if (!opened.isFile()) throw new HostFailure("not-regular");
    if (opened.nlink > 1n) throw new HostFailure("not-regular", "it has several names (hard links)");
    const vouchedFor = folder.uid === 0n && (folder.mode & WRITABLE_BY_ALL) === 0n;
    if (opened.uid !== folder.uid && opened.uid !== 0n && !vouchedFor) {
      throw new HostFailure("outside-directory", "its owner is neither the folder's nor root");
    }
    // Another name may have been removed between opening and counting; then this one no longer leads to what was opened.
    const named = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (named?.dev !== opened.dev || named.ino !== opened.ino || named.nlink !== opened.nlink) {
      throw new HostFailure("outside-directory", "it was exchanged while it was opened");
    }
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function aLink(): HostFailure {
  return new HostFailure("folder-is-link");
}

/** The name of the file, when the path is, as written, a file directly in the folder. Nothing is rewritten. */
export function childName(path: string, directory: string, platform: FileRequest["platform"]): string | undefined {
  const windows = platform === "windows";
  const folder = directory.replace(windows ? /[\\/]+$/ : /\/+$/, "");
  const start = path.slice(0, folder.length);
  const same = windows ? start.toLowerCase() === folder.toLowerCase() : start === folder;
  const separator = path.charAt(folder.length);
  const name = path.slice(folder.length + 1);
  const plain = !["", ".", ".."].includes(name) && !/[\x00-\x1f\x7f/]/.test(name);
  // Windows reads a colon as an alternate data stream, strips blanks and dots, and opens devices by reserved names.
  const reserved = /[\\:]|[. ]$|^(aux|con|conin\$|conout\$|nul|prn|(com|lpt)[0-9¹²³]) *(\.|$)/i;
  const separates = separator === "/" || (windows && separator === "\\");
  return folder !== "" && same && separates && plain && !(windows && reserved.test(name)) ? name : undefined;
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof HostFailure ? error : new HostFailure(problem(error), code(error));
  }
}

function problem(error: unknown): FileProblem {
  if (isCode(error, "ENOENT", "ENOTDIR")) return "not-found";
  if (isCode(error, "ELOOP", "ENXIO", "EISDIR")) return "not-regular";
  if (isCode(error, "EACCES", "EPERM")) return "permission-denied";
  return isDenial(error) ? "denied" : "unreadable";
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes(code(error));
}

function code(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
