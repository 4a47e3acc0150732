// An agent's tool, as a WebAssembly component: it reads one secret from a Key Vault and tells how long it is.
//
// It knows nothing of managed identities but the interface `managed-identity:client/tokens`. Whoever runs it decides where
// tokens come from: from a host that holds the identity, or from the client plugged into it.

import { getToken } from "managed-identity:client/tokens@0.2.0";

const VAULT_RESOURCE = "https://vault.azure.net";

/** What is thrown is the error of the interface: a text. */
export const tool = {
  async run(vaultUrl, secretName) {
    const secret = await readSecret(vaultUrl, secretName, token());
    // What a tool returns goes to the model, so it holds neither the token nor the secret.
    return `the secret ${secretName} is there: ${[...secret].length} characters`;
  },
};

function token() {
  try {
    const target = { tag: "resource", val: VAULT_RESOURCE };
    return getToken({ target, identity: { tag: "system-assigned" }, options: undefined }).accessToken;
  } catch (error) {
    const { message, nextStep } = error.payload ?? error;
    throw `no token: ${message}. Next step: ${nextStep}`;
  }
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret */
async function readSecret(vaultUrl, name, token) {
  if (!/^[A-Za-z0-9-]+$/.test(name)) throw "the name of a secret has letters, digits and hyphens only";
  const url = `${vaultUrl.replace(/\/+$/, "")}/secrets/${name}?api-version=7.4`;
  let response;
  try {
    response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  } catch {
    throw `the vault at ${vaultUrl} does not answer, or this extension may not call it`;
  }
  const document = await response.json().catch(() => ({}));
  if (response.status === 200 && typeof document.value === "string") return document.value;
  throw `the vault answered ${response.status} ${document.error?.code ?? ""}`.trim();
}
