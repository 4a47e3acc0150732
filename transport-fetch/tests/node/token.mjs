// Gets a token and does not show it.
//
//   node token.mjs [KEY-FOLDER]

import { ManagedIdentityClient } from "managed-identity-fetch";

const client = new ManagedIdentityClient({ keyDirectory: process.argv[2] });
try {
  const { tokenType, token, source, expiresOnTimestamp } = await client.getToken("https://vault.azure.net/.default");
  console.log(`import: ${tokenType} of ${token.length} characters from ${source} until ${new Date(expiresOnTimestamp).toJSON()}`);
} catch (error) {
  console.log(`${error.name} ${error.code} ${error.problem}: ${error.message}`);
}
