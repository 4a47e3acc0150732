"""The blocking credentials of azure-identity ask for a token."""

import os

from azure.identity import ManagedIdentityCredential, WorkloadIdentityCredential

import peer

IDENTITIES = {
    "client-id": lambda id: {"client_id": id},
    "object-id": lambda id: {"identity_config": {"object_id": id}},
    "resource-id": lambda id: {"identity_config": {"resource_id": id}},
    "system-assigned": lambda _: {},
}


def credential(kind, id):
    if "AZURE_FEDERATED_TOKEN_FILE" in os.environ:
        return WorkloadIdentityCredential(**IDENTITIES[kind](id), disable_instance_discovery=True)
    return ManagedIdentityCredential(**IDENTITIES[kind](id))


def acquire(resource, kind, id):
    with credential(kind, id) as opened:
        return opened.get_token(f"{resource}/.default").token


peer.run("azure-identity", acquire)
