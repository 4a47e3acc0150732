// The credentials of @azure/identity ask for a token.

import { ManagedIdentityCredential, WorkloadIdentityCredential } from "@azure/identity";

import { run } from "./peer.mjs";

const PARAMETERS = { "client-id": "clientId", "object-id": "objectId", "resource-id": "resourceId" };

function credential(kind, id) {
  const parameter = PARAMETERS[kind];
  const options = parameter ? { [parameter]: id } : {};
  return process.env.AZURE_FEDERATED_TOKEN_FILE
    ? new WorkloadIdentityCredential({ ...options, disableInstanceDiscovery: true })
    : new ManagedIdentityCredential(options);
}

await run("@azure/identity", async (resource, kind, id) => {
  const { token } = await credential(kind, id).getToken(`${resource}/.default`);
  return token;
});
