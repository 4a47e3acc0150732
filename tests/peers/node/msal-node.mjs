// MSAL for Node asks for a token.

import { ManagedIdentityApplication } from "@azure/msal-node";

import { run } from "./peer.mjs";

const PARAMETERS = {
  "client-id": "userAssignedClientId",
  "object-id": "userAssignedObjectId",
  "resource-id": "userAssignedResourceId",
};

await run("@azure/msal-node", async (resource, kind, id) => {
  const parameter = PARAMETERS[kind];
  const application = new ManagedIdentityApplication({
    managedIdentityIdParams: parameter ? { [parameter]: id } : undefined,
  });
  const result = await application.acquireToken({ resource });
  return result.accessToken;
});
