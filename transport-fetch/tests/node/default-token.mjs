// Gets a token by whichever credential there is, and does not show it.

import { DefaultCredential } from "managed-identity-fetch/default-credential";

try {
  const { tokenType, token, source, credential } = await new DefaultCredential().getToken("https://vault.azure.net/.default");
  console.log(`import: ${tokenType} of ${token.length} characters from ${source}, ${credential}`);
} catch (error) {
  console.log(`${error.name} ${error.code} ${error.problem}: ${error.message}`);
}
