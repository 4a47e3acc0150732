// Reads a secret by the Azure SDK. With another resource than the vault's, the token is asked for that one.
//
//   node key-vault.mjs VAULT-URL RESOURCE [default]

import { SecretClient } from "@azure/keyvault-secrets";
import { ManagedIdentityClient } from "managed-identity-fetch";
import { DefaultCredential } from "managed-identity-fetch/default-credential";

const [url, resource, kind] = process.argv.slice(2);
const client = kind === "default" ? new DefaultCredential() : new ManagedIdentityClient();
const another = { getToken: (scopes, options) => client.getToken(resource, options) };
const credential = resource === "https://vault.azure.net" ? client : another;
// The simulated vault is at another address than Azure's, is asked without TLS, and knows the versions 7.x.
const options = {
  allowInsecureConnection: true,
  disableChallengeResourceVerification: true,
  serviceVersion: "7.6",
};
try {
  console.log((await new SecretClient(url, credential, options).getSecret("greeting")).value);
} catch (error) {
  if (error.statusCode === undefined) throw error;
  console.log(`refused: ${error.statusCode}`);
}
