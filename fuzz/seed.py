"""Puts what the conformance vectors contain where `scripts/fuzz.sh` begins: bodies, challenges, dates, addresses,
identities.

    python3 fuzz/seed.py
"""

import hashlib
import json
import os
import pathlib

HERE = pathlib.Path(__file__).parent
CORPUS = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE / "../target")) / "fuzz/corpus"


def put(target: str, content: str) -> None:
    data = content.encode()
    if data and len(data) <= 4096:
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def seed(vector: dict) -> None:
    for name, value in vector.get("environment", {}).items():
        if "ENDPOINT" in name or "HOST" in name:
            put("endpoint", value)
        if "THUMBPRINT" in name:
            put("thumbprint", value)
    identity = vector.get("request", {}).get("identity")
    if identity is not None:
        put("identity", json.dumps(identity))
    for exchange in vector.get("transcript", []):
        response = exchange.get("answer", {}).get("response", {})
        if response:
            answer(response)


def answer(response: dict) -> None:
    for name, value in response.get("headers", []):
        if name.lower() == "www-authenticate":
            put("challenge", value)
        if name.lower() == "retry-after":
            put("retry_after", value)
    text = body_of(response)
    put("token_document" if response.get("status", 200) < 300 else "error_document", text)
    try:
        document = json.loads(text)
    except ValueError:
        return
    if isinstance(document, dict) and isinstance(document.get("expires_on"), str):
        put("expiry", document["expires_on"])


def body_of(response: dict) -> str:
    body = response.get("body", "")
    if isinstance(body, str):
        return body
    if "json" in body:
        return json.dumps(body["json"], ensure_ascii=False)
    # Others are of bytes, or too long for a seed.
    return ""


for file in sorted((HERE / "../tests/vectors").glob("*.json")):
    content = json.loads(file.read_text())
    for one in content.get("vectors", []) if isinstance(content, dict) else content:
        seed(one)
