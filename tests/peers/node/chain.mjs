// The default credential of @azure/identity, which sets tools no limit, asks for a token; what each of its members did is told.
//
//   node chain.mjs https://vault.azure.net
//
// Reports in one line of JSON: `members`, each with its name and `token`, `unavailable` or `failed`, in the order in which
// they were asked, or `not_made` where there is no chain.

import { DefaultAzureCredential } from "@azure/identity";

import { DEADLINE, refuseOtherHosts, versionOf } from "./peer.mjs";

const UNAVAILABLE = ["CredentialUnavailableError", "AuthenticationRequiredError"];

/** Has the credential write down what becomes of it. */
function watch(credential, members) {
  const ask = credential.getToken.bind(credential);
  // A member that could not be made has another in its place, which knows its name.
  const name = credential.credentialUnavailableErrorMessage === undefined ? credential.constructor.name : credential.credentialName;
  credential.getToken = async (...given) => {
    try {
      const token = await ask(...given);
      members.push({ name, became: token === null ? "unavailable" : "token", said: "" });
      return token;
    } catch (error) {
      const became = UNAVAILABLE.includes(error.name) ? "unavailable" : "failed";
      members.push({ name, became, said: `${error.name}: ${error.message}` });
      throw error;
    }
  };
}

async function asked(resource) {
  const members = [];
  let chain;
  try {
    chain = new DefaultAzureCredential({ disableInstanceDiscovery: true });
  } catch (error) {
    return { not_made: `${error.name}: ${error.message}` };
  }
  for (const credential of chain._sources) {
    watch(credential, members);
  }
  // Its members have said it.
  await chain.getToken(`${resource}/.default`).catch(() => undefined);
  return { members, length: chain._sources.length };
}

setTimeout(() => process.exit(1), DEADLINE).unref();
refuseOtherHosts();
console.log(JSON.stringify({ version: versionOf("@azure/identity"), ...(await asked(process.argv[2])) }));
process.exit(0);
