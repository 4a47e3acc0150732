"""MSAL for Python asks for a token."""

import os

import msal
import requests

import peer

IDENTITIES = {
    "client-id": lambda id: msal.UserAssignedManagedIdentity(client_id=id),
    "object-id": lambda id: msal.UserAssignedManagedIdentity(object_id=id),
    "resource-id": lambda id: msal.UserAssignedManagedIdentity(resource_id=id),
    "system-assigned": lambda _: msal.SystemAssignedManagedIdentity(),
}


def acquire(resource, kind, id):
    if os.environ.get("AZUREPS_HOST_ENVIRONMENT", "").startswith("cloud-shell"):
        result = acquire_in_cloud_shell(resource)
    else:
        client = msal.ManagedIdentityClient(IDENTITIES[kind](id), http_client=requests.Session())
        result = client.acquire_token_for_client(resource=resource)
    if "access_token" not in result:
        raise RuntimeError(f"{result.get('error')}: {result.get('error_description')}")
    return result["access_token"]


def acquire_in_cloud_shell(resource):
    """Cloud Shell acts for the user who is signed in, so MSAL has it in the client for users."""
    application = msal.PublicClientApplication(
        client_id="00000000-0000-4000-8000-000000000000",
        authority=os.environ["AZURE_AUTHORITY_HOST"] + os.environ["AZURE_TENANT_ID"],
        instance_discovery=False,
    )
    return application.acquire_token_interactive([f"{resource}/.default"], prompt="none")


peer.run("msal", acquire)
