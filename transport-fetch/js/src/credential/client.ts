/// <reference lib="esnext.disposable" preserve="true" />
import { Chain, HttpResponse, TokenCache, TokenRequest, Wish, type Acquisition, type Step } from "../chain.js";
import type { CredentialKind } from "../error.js";
import { checkCall, checkIdentity, hostWith, requestOptions, string, type IdentityOptions } from "../options.js";
import type { AccessToken, GetTokenOptions, TokenProvider } from "../provider.js";
import { closesWithItsBlock, Session } from "../session.js";
import { Tokens, type Asker, type Machine } from "../tokens.js";
import { chosen, choosing } from "./chosen.js";
import { detected, type DetectedCredential } from "./detected.js";
import { perform } from "./effects.js";
import type { CredentialHost } from "./host.js";
import { checkCredential, checkSettings, type CredentialSettings, type DefaultCredentialOptions } from "./options.js";

/** What an entry of the package brings along. */
export interface CredentialPlatform {
  readonly host: CredentialHost;
  readonly initialize: () => Promise<void>;
}

/** A token, and the credential that it is from. */
export interface CredentialToken extends AccessToken {
  readonly credential: CredentialKind;
}

/** A class of credentials that an entry of the package has. */
type Credentials<T> = new (options: DefaultCredentialOptions) => T;

/** The state machine for a chain. */
interface OfChain extends Machine {
  readonly chain: Chain;
}

/** Of so many tenants and claims the resources are remembered by name. */
const MOST_ASKERS = 64;

// Both are added where the host knows their symbols.
export interface DefaultCredential extends Disposable, AsyncDisposable {}

/**
 * Gets access tokens wherever a program runs: as the service principal of the environment, by workload identity, as a managed
 * identity, or, on a developer's machine, as the account that is signed in to Azure CLI, Azure PowerShell or Azure Developer
 * CLI. The first that gives a token is asked first from then on. Everything else is as it is with `ManagedIdentityClient`.
 */
export class DefaultCredential implements TokenProvider {
  readonly #session: Session<OfChain>;
  readonly #host: CredentialHost;
  readonly #asker: Asker;
  readonly #askers = new Map<string, Asker>();

  /** Throws a `ManagedIdentityError` when the options cannot work. */
  constructor(options: DefaultCredentialOptions, { host: own, initialize }: CredentialPlatform) {
    checkCredential(options);
    const host = hostWith(own, options.host);
    this.#host = host;
    this.#asker = { options: requestOptions(options), slots: new Map() };
    this.#session = new Session(initialize, () => new Tokens(machine(options, host), host));
  }

  /** A service principal with this secret. */
  static clientSecret<T>(
    this: Credentials<T>,
    tenantId: string,
    clientId: string,
    secret: string,
    settings: CredentialSettings = {},
  ): T {
    const variables = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: secret };
    return new this(choosing("environment", variables, settings));
  }

  /**
   * A service principal with the certificate and private key in this file, which is in PEM form and is read anew for each token.
   */
  static clientCertificate<T>(
    this: Credentials<T>,
    tenantId: string,
    clientId: string,
    file: string,
    settings: CredentialSettings & { readonly password?: string | undefined } = {},
  ): T {
    checkSettings(settings, { password: string });
    const { password = "", ...others } = settings;
    const variables = {
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_SECRET: "",
      AZURE_CLIENT_CERTIFICATE_PATH: file,
      AZURE_CLIENT_CERTIFICATE_PASSWORD: password,
    };
    return new this(choosing("environment", variables, others));
  }

  /** An application that trusts the federated token in this file. */
  static workloadIdentity<T>(
    this: Credentials<T>,
    tenantId: string,
    clientId: string,
    tokenFile: string,
    settings: CredentialSettings = {},
  ): T {
    const variables = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_FEDERATED_TOKEN_FILE: tokenFile };
    return new this(choosing("workload-identity", variables, settings));
  }

  /** The service connection of this id, in a job of Azure Pipelines. */
  static azurePipelines<T>(
    this: Credentials<T>,
    tenantId: string,
    clientId: string,
    serviceConnectionId: string,
    settings: CredentialSettings = {},
  ): T {
    const variables = {
      AZURESUBSCRIPTION_TENANT_ID: tenantId,
      AZURESUBSCRIPTION_CLIENT_ID: clientId,
      AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: serviceConnectionId,
    };
    return new this(choosing("azure-pipelines", variables, settings));
  }

  /** An application that trusts the workflow, in a job of GitHub Actions. */
  static gitHubActions<T>(
    this: Credentials<T>,
    tenantId: string,
    clientId: string,
    settings: CredentialSettings = {},
  ): T {
    const variables = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId };
    return new this(choosing("github-actions", variables, settings));
  }

  /** An application, of another tenant too, that trusts this managed identity, which has to be a user-assigned one. */
  static federated<T>(
    this: Credentials<T>,
    tenantId: string,
    clientId: string,
    identity: IdentityOptions,
    settings: CredentialSettings = {},
  ): T {
    checkIdentity(identity);
    const variables = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId };
    return new this(choosing("federated", variables, settings, identity));
  }

  /** The managed identity of where this runs. */
  static managedIdentity<T>(
    this: Credentials<T>,
    identity: IdentityOptions = {},
    settings: CredentialSettings = {},
  ): T {
    checkIdentity(identity);
    return new this(choosing("managed-identity", {}, settings, identity));
  }

  /** The account that is signed in to the Azure CLI. */
  static azureCli<T>(this: Credentials<T>, settings: CredentialSettings = {}): T {
    return new this(choosing("azure-cli", {}, settings));
  }

  /** The account that is signed in to Azure PowerShell. */
  static azurePowerShell<T>(this: Credentials<T>, settings: CredentialSettings = {}): T {
    return new this(choosing("azure-powershell", {}, settings));
  }

  /** The account that is signed in to the Azure Developer CLI. */
  static azureDeveloperCli<T>(this: Credentials<T>, settings: CredentialSettings = {}): T {
    return new this(choosing("azure-developer-cli", {}, settings));
  }

  /**
   * A token for a resource such as `https://vault.azure.net`, or for a scope such as `https://vault.azure.net/.default`.
   * The signature is that of `TokenCredential` in `@azure/core-auth`. Nobody waits while there is a usable token.
   *
   * Rejects with a `ManagedIdentityError`, which has `members` where no credential of several gave a token, or with the reason
   * of the signal.
   */
  async getToken(scopes: string | readonly string[], options?: GetTokenOptions): Promise<CredentialToken> {
    return this.#get(this.#asker, scopes, options);
  }

  /**
   * The same with another managed identity, over the cache and the flows of this one. Throws a `ManagedIdentityError` when these
   * options cannot work.
   */
  forIdentity(identity: IdentityOptions): TokenProvider {
    const asker = { options: { ...this.#asker.options, identity: checkIdentity(identity) }, slots: new Map() };
    return { getToken: async (scopes, options) => this.#get(asker, scopes, options) };
  }

  /** The credentials in their order, each with what can be told of it. Nothing is sent, and nothing is run. */
  async detect(): Promise<readonly DetectedCredential[]> {
    const { machine } = await this.#session.begun();
    return machine.chain.members().map((member) => detected(member, this.#host));
  }

  /** Ends every flow and every program that it runs, and forgets every token. Whoever waits gets an error. */
  close(): void {
    this.#session.close();
  }

  async #get(asker: Asker, scopes: string | readonly string[], options?: GetTokenOptions): Promise<CredentialToken> {
    if (options !== undefined) checkCall(options);
    const named = options === undefined ? asker : this.#naming(asker, options);
    return (await this.#session.get(named, scopes, options)) as CredentialToken;
  }

  /** Who asks for the tenant and the claims of a call, which its token depends on. */
  #naming(asker: Asker, { tenantId, claims }: GetTokenOptions): Asker {
    if (!tenantId && !claims) return asker;
    const options = { ...asker.options, tenantId: tenantId || undefined, claims: claims || undefined };
    const key = JSON.stringify(options);
    const known = this.#askers.get(key);
    if (known !== undefined) return known;
    // What is forgotten here is still in the cache.
    if (this.#askers.size >= MOST_ASKERS) this.#askers.clear();
    const named = { options, slots: new Map() };
    this.#askers.set(key, named);
    return named;
  }
}

function machine(options: DefaultCredentialOptions, host: CredentialHost): OfChain {
  const { keyDirectory, tenantId, toolTimeLimitMs, exclude, requireVariable, dangerouslyAllowRemoteArcEndpoint } = options;
  const { credential, variables } = chosen(options) ?? { credential: undefined, variables: {} };
  const set: Record<string, string> = { ...variables };
  if (keyDirectory !== undefined) set["MANAGED_IDENTITY_KEY_DIRECTORY"] = keyDirectory;
  const chain = Chain.of((name) => set[name] ?? host.env(name), host.platform, host.arcAgent(), {
    only: credential === undefined ? options.only : [credential],
    exclude,
    requireVariable,
    tenantId,
    toolTimeLimitMs,
    dangerouslyAllowRemoteArcEndpoint,
  });
  const machine = {
    chain,
    cache: new TokenCache(options.timeBudgetMs),
    any: new Wish(),
    request: (text: string, options: Parameters<Machine["request"]>[1]) => TokenRequest.ofChain(chain, text, options),
    response: (status: number, body: Uint8Array) => new HttpResponse(status, body),
    perform: (acquisition: Acquisition, step: Step, signal: AbortSignal) => perform(acquisition, step, host, signal),
  };
  // It has all that the smaller build has, and steps of which that one knows nothing.
  return machine as unknown as OfChain;
}

closesWithItsBlock(DefaultCredential.prototype);
