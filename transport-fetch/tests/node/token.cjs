// The same for programs that are CommonJS modules.

const { ManagedIdentityClient } = require("managed-identity-fetch");

new ManagedIdentityClient().getToken("https://vault.azure.net/.default").then(({ tokenType, token, source }) => {
  console.log(`require: ${tokenType} of ${token.length} characters from ${source}`);
});
