// Makes a container and lists all by the Azure SDK. With another resource than storage's, the token is asked for that one.
//
//   node blob-storage.mjs ACCOUNT-URL RESOURCE

import { BlobServiceClient } from "@azure/storage-blob";
import { ManagedIdentityClient } from "managed-identity-fetch";

const [url, resource] = process.argv.slice(2);
const client = new ManagedIdentityClient();
const another = { getToken: (scopes, options) => client.getToken(resource, options) };
const blobs = new BlobServiceClient(url, resource === "https://storage.azure.com" ? client : another);
try {
  await blobs.createContainer("pictures");
  const names = [];
  for await (const { name } of blobs.listContainers()) names.push(name);
  console.log(`containers: ${names.join(", ")}`);
} catch (error) {
  if (error.statusCode === undefined) throw error;
  console.log(`refused: ${error.statusCode}`);
}
