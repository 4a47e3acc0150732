import { misconfigured } from "./error.js";
import { LONGEST_TIMER, type Host } from "./host.js";
import type { Identity, RequestOptions, SourceSettings } from "./machine.js";
import type { GetTokenOptions } from "./provider.js";

/** Which identity tokens are for: the system-assigned one, or a user-assigned one by one of its ids. */
export type IdentityOptions =
  | { readonly clientId?: undefined; readonly objectId?: undefined; readonly resourceId?: undefined }
  | {
      /** The client (application) id. */
      readonly clientId: string | undefined;
      readonly objectId?: undefined;
      readonly resourceId?: undefined;
    }
  | {
      readonly clientId?: undefined;
      /** The object (principal) id. */
      readonly objectId: string | undefined;
      readonly resourceId?: undefined;
    }
  | {
      readonly clientId?: undefined;
      readonly objectId?: undefined;
      /** The Azure Resource Manager id. */
      readonly resourceId: string | undefined;
    };

/** How tokens are asked for. Whatever is not set has the default that suits the source. */
export interface ClientSettings {
  /** What this program can handle, such as `cp1`. Only Service Fabric is told and, by `DefaultCredential`, the authority. */
  readonly clientCapabilities?: readonly string[] | undefined;
  /** The longest time for a token, retries included, in milliseconds. Unless set it outlasts the documented outages. */
  readonly timeBudgetMs?: number | undefined;
  /** The longest wait for a connection, in milliseconds; by evidence and by what is left of the time budget unless set. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * Whether to be impatient: an endpoint that cannot be connected to is tried once more only, even where the environment
   * proves that it exists, and no wait is longer than five seconds.
   */
  readonly failFast?: boolean | undefined;
  /** Whether failures that may pass by themselves are tried again; they are unless this is false. */
  readonly retries?: boolean | undefined;
  /** Whether IMDS is told which client asks, and under which request id; it is unless this is false. */
  readonly clientHeaders?: boolean | undefined;
  /** On Azure Arc, reads key files from this folder only. */
  readonly keyDirectory?: string | undefined;
  /**
   * Accepts an Azure Arc endpoint in the environment that is not on this machine. Whoever controls that variable, or the
   * network to that endpoint, can then collect the keys of this machine's agent.
   */
  readonly dangerouslyAllowRemoteArcEndpoint?: boolean | undefined;
}

/** Configures a client. */
export type ManagedIdentityClientOptions = IdentityOptions &
  ClientSettings & {
    /** Asks this source instead of the one that is detected: its name, or its settings as one value of a configuration. */
    readonly source?: SourceSettings | undefined;
    /** Abilities of the host that replace the default ones. */
    readonly host?: Partial<Host> | undefined;
  };

/** What a value must be: a name for people, and a test. */
export type Kind = readonly [name: string, holds: (value: unknown) => boolean];

export const boolean: Kind = ["true or false", (it) => typeof it === "boolean"];
export const ability: Kind = ["a function", (it) => typeof it === "function"];
export const object: Kind = ["an object", (it) => typeof it === "object" && it !== null && !Array.isArray(it)];
export const string: Kind = ["a text", (it) => typeof it === "string"];
export const strings: Kind = ["a list of texts", (it) => Array.isArray(it) && it.every((each) => typeof each === "string")];
export const budget: Kind = [
  `a number of milliseconds from 1 to ${LONGEST_TIMER}`,
  (it) => typeof it === "number" && it >= 1 && it <= LONGEST_TIMER,
];

const settings: Kind = [
  "the name of a source, or an object with its name as source and its members as texts",
  (it) => string[1](it) || (object[1](it) && settled(it as object)),
];

export const IDENTITY = { clientId: string, objectId: string, resourceId: string };

/** What both kinds of clients have, beside an identity. */
export const SETTINGS = {
  clientCapabilities: strings,
  timeBudgetMs: budget,
  connectTimeoutMs: budget,
  failFast: boolean,
  retries: boolean,
  clientHeaders: boolean,
  keyDirectory: string,
  dangerouslyAllowRemoteArcEndpoint: boolean,
  host: object,
};

export const HOST: Record<keyof Host, Kind> = {
  fetch: ability,
  fetchPinned: ability,
  readFile: ability,
  now: ability,
  sleep: ability,
  env: ability,
  seed: ability,
  platform: ['"linux", "windows" or "other"', (it) => ["linux", "windows", "other"].includes(it as string)],
  arcAgent: ability,
};

/** What a host can do without. */
const OPTIONAL = ["fetchPinned", "run", "sign", "findProgram"];

const CALL = {
  abortSignal: ["an AbortSignal", (it) => ["addEventListener", "removeEventListener"].every((name) => hasMethod(it, name))],
  forceRefresh: boolean,
  claims: string,
  rejectedToken: string,
  tenantId: string,
} satisfies Record<keyof GetTokenOptions, Kind>;

/** Throws a `ManagedIdentityError` unless these are options of a client. */
export function checkClient(options: ManagedIdentityClientOptions): void {
  checkOptions(options, { ...IDENTITY, ...SETTINGS, source: settings }, HOST);
}

/** Throws a `ManagedIdentityError` unless these are options of these kinds, with a host of abilities of these. */
export function checkOptions<Abilities extends object>(
  options: IdentityOptions & { readonly host?: Abilities | undefined },
  kinds: Record<string, Kind>,
  abilities: Record<string, Kind>,
): void {
  check("the options", options, kinds);
  check("host", options.host ?? {}, abilities);
  identityOf(options);
}

/** Throws a `ManagedIdentityError` unless these are options of a call. Those of the Azure SDK's own are not looked at. */
export function checkCall(options: GetTokenOptions): void {
  checkValues("the options of getToken", options, CALL);
}

/** The text that is asked for, of a resource or a list of scopes. */
export function checkScopes(scopes: string | readonly string[]): string | readonly string[] {
  // What is missing is told as an empty one is.
  const given = scopes ?? "";
  if (string[1](given) || strings[1](given)) return given;
  throw misconfigured(
    "invalid-argument",
    "getToken was given neither a text nor a list of texts",
    "name the resource, for example https://vault.azure.net",
  );
}

/** The options as the one identity that they name. Throws a `ManagedIdentityError` when they name more. */
export function checkIdentity(options: IdentityOptions): Identity {
  check("the options", options, IDENTITY);
  return identityOf(options);
}

/** The part of a client's options that its requests have. */
export function requestOptions(options: IdentityOptions & ClientSettings): RequestOptions {
  const { clientCapabilities, timeBudgetMs, connectTimeoutMs, failFast, retries, clientHeaders } = options;
  const identity = identityOf(options);
  return {
    identity,
    clientCapabilities: clientCapabilities?.join(","),
    timeBudgetMs,
    connectTimeoutMs,
    failFast,
    retries,
    clientHeaders,
  };
}

/** The settings as the machine takes them: the name of the source, then names and values of members; nothing to detect one. */
export function sourceWords(given: SourceSettings = "detect"): string[] {
  if (given === "detect") return [];
  if (typeof given === "string") return [given];
  const { source, ...members } = given;
  return [source, ...Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [name, value]))];
}

/** The abilities of a host with some of them replaced. One that is set to nothing is none, where the host can do without. */
export function hostWith<Abilities extends Host>(host: Abilities, replaced: Partial<Abilities> = {}): Abilities {
  const given = Object.entries(replaced).filter(([name, it]) => it !== undefined || OPTIONAL.includes(name));
  return { ...host, ...Object.fromEntries(given) };
}

function hasMethod(it: unknown, name: string): boolean {
  return typeof (it as Record<string, unknown> | null)?.[name] === "function";
}

function settled(members: object): boolean {
  return "source" in members && Object.values(members).every((each) => each === undefined || string[1](each));
}

function identityOf({ clientId, objectId, resourceId }: IdentityOptions): Identity {
  const ids: Identity[] = [];
  if (clientId !== undefined) ids.push({ type: "ClientId", id: clientId });
  if (objectId !== undefined) ids.push({ type: "ObjectId", id: objectId });
  if (resourceId !== undefined) ids.push({ type: "ResourceId", id: resourceId });
  const [first, second] = ids;
  if (second !== undefined) {
    throw misconfigured(
      "several-identities",
      "more than one of clientId, objectId and resourceId is given",
      "keep the one that names the identity that is meant",
    );
  }
  return first ?? { type: "SystemAssigned" };
}

function check(what: string, values: object, kinds: Record<string, Kind>): void {
  checkValues(what, values, kinds);
  const names = Object.keys(kinds);
  const unknown = Object.keys(values).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  // As in managedIdentityClientId, clientID.
  const meant = names.find((name) => unknown.toLowerCase().endsWith(name.toLowerCase()));
  throw misconfigured(
    "unknown-option",
    `there is no option ${JSON.stringify(unknown.slice(0, 64))} in ${what}`,
    meant === undefined ? `use one of ${names.join(", ")}` : `use ${meant}`,
  );
}

function checkValues(what: string, values: object, kinds: Record<string, Kind>): void {
  if (!object[1](values)) throw invalid(what, object);
  for (const [name, kind] of Object.entries(kinds)) {
    const value = (values as Record<string, unknown>)[name];
    if (value !== undefined && !kind[1](value)) throw invalid(name, kind);
  }
}

function invalid(name: string, [kind]: Kind): Error {
  return misconfigured("invalid-option", `${name} must be ${kind}`, "correct the value, or leave it out for the default");
}
