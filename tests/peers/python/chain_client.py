"""The default credential of azure-identity asks for a token; what each of its members did is told.

    python chain_client.py https://vault.azure.net SECONDS_FOR_A_TOOL

Reports in one line of JSON: `members`, each with its name and `token`, `unavailable` or `failed`, in the order in which they
were asked, and the chain's `length`; or `not_made` where there is no chain.
"""

import faulthandler
import json
import sys
from importlib.metadata import version

from azure.identity import CredentialUnavailableError, DefaultAzureCredential

from peer import DEADLINE, refuse_other_hosts


def watch(credential, members: list) -> None:
    """Has the credential write down what becomes of it."""
    ask = credential.get_token
    # A member that could not be made has another in its place, which knows its name.
    name = getattr(credential, "_credential_name", type(credential).__name__)

    def get_token(*scopes, **options):
        try:
            token = ask(*scopes, **options)
        except Exception as error:
            kind = "unavailable" if isinstance(error, CredentialUnavailableError) else "failed"
            members.append({"name": name, "became": kind, "said": f"{type(error).__name__}: {error}"})
            raise
        members.append({"name": name, "became": "token", "said": ""})
        return token

    credential.get_token = get_token


def asked(resource: str, tool_seconds: str) -> dict:
    members = []
    try:
        chain = DefaultAzureCredential(disable_instance_discovery=True, process_timeout=int(tool_seconds))
    except Exception as error:
        return {"not_made": f"{type(error).__name__}: {error}"}
    for credential in chain.credentials:
        watch(credential, members)
    try:
        chain.get_token(f"{resource}/.default")
    except Exception:
        # Its members have said it.
        pass
    return {"members": members, "length": len(chain.credentials)}


faulthandler.dump_traceback_later(DEADLINE, exit=True)
sys.addaudithook(refuse_other_hosts)
print(json.dumps({"version": version("azure-identity"), **asked(*sys.argv[1:])}))
