"""An agent's tool, as a WebAssembly component: it reads one secret from a Key Vault and tells how long it is.

It knows nothing of managed identities but the interface `managed-identity:client/tokens`. Whoever runs it decides where
tokens come from: from a host that holds the identity, or from the client plugged into it.
"""

import json
import re
from urllib.parse import urlsplit

from componentize_py_types import Err, Ok
from wit_world.exports import Tool as Exported
from wit_world.imports import managed_identity_client_types as client
from wit_world.imports import outgoing_handler, tokens
from wit_world.imports import wasi_http_types as http
from wit_world.imports.streams import StreamError_Closed

VAULT_RESOURCE = "https://vault.azure.net"
MOST_BYTES = 256 * 1024


class Tool(Exported):
    def run(self, vault_url: str, secret_name: str) -> str:
        wanted = client.TokenRequest(client.Target_Resource(VAULT_RESOURCE), client.Identity_SystemAssigned(), None)
        try:
            token = tokens.get_token(wanted)
        except Err as error:
            raise Err(f"no token: {error.value.message}. Next step: {error.value.next_step}") from None
        secret = read_secret(vault_url, secret_name, token.access_token)
        # What a tool returns goes to the model, so it holds neither the token nor the secret.
        return f"the secret {secret_name} is there: {len(secret)} characters"


def read_secret(vault_url: str, name: str, token: str) -> str:
    """https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret"""
    url = urlsplit(vault_url)
    if url.scheme not in ("http", "https") or not url.netloc:
        raise Err(f"{vault_url} is not the address of a vault")
    if not re.fullmatch("[A-Za-z0-9-]+", name):
        raise Err("the name of a secret has letters, digits and hyphens only")
    request = http.OutgoingRequest(http.Fields.from_list([("authorization", f"Bearer {token}".encode())]))
    request.set_scheme(http.Scheme_Https() if url.scheme == "https" else http.Scheme_Http())
    request.set_authority(url.netloc)
    request.set_path_with_query(f"/secrets/{name}?api-version=7.4")
    status, body = send(request, url.netloc)
    document = json.loads(body) if body.startswith(b"{") else {}
    if status == 200 and isinstance(document.get("value"), str):
        return document["value"]
    raise Err(f"the vault answered {status} {document.get('error', {}).get('code', '')}".strip())


def send(request: http.OutgoingRequest, authority: str) -> tuple[int, bytes]:
    try:
        future = outgoing_handler.handle(request, None)
        while (answer := future.get()) is None:
            future.subscribe().block()
    except Err as error:
        raise Err(why(error.value, authority)) from None
    match answer:
        case Ok(Ok(response)):
            return response.status(), read(response)
        case Ok(Err(code)):
            raise Err(why(code, authority))
    raise Err("the answer was taken already")


def read(response: http.IncomingResponse) -> bytes:
    content = b""
    with response.consume() as body, body.stream() as stream:
        while len(content) <= MOST_BYTES:
            try:
                chunk = stream.read(16 * 1024)
            except Err as error:
                if isinstance(error.value, StreamError_Closed):
                    return content
                raise Err("the answer broke off") from None
            if not chunk:
                stream.subscribe().block()
            content += chunk
    raise Err("the answer is too long")


def why(code: http.ErrorCode, authority: str) -> str:
    if isinstance(code, (http.ErrorCode_HttpRequestDenied, http.ErrorCode_DestinationIpProhibited)):
        return f"not permitted: this extension may not call the vault at {authority}"
    return f"the vault at {authority} does not answer: {type(code).__name__}"
