"""Puts what the conformance vectors contain where `scripts/fuzz.sh` begins: bodies, challenges, dates, addresses,
identities, what developer tools write; and the certificates of the tests.

    python3 fuzz/seed.py
"""

import hashlib
import json
import os
import pathlib

HERE = pathlib.Path(__file__).parent
CORPUS = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE / "../target")) / "fuzz/corpus"


TOOLS = ["az", "pwsh", "azd"]


def put(target: str, content: str | bytes) -> None:
    data = content.encode() if isinstance(content, str) else content
    if data and len(data) <= 8192:
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


def written(effect: dict) -> None:
    """What a tool wrote, after a byte for the tool and one for its exit code."""
    program, answer = effect["run"][0].split("|")[0], effect["answer"]
    if program not in TOOLS or "exit" not in answer:
        return
    output = answer.get("output", "")
    output = output if isinstance(output, str) else json.dumps(output)
    content = output + "\0" + answer.get("errors", "")
    put("tool", bytes([TOOLS.index(program), answer["exit"] % 256]) + content.encode())


def body_of(response: dict) -> str:
    body = response.get("body", "")
    if isinstance(body, str):
        return body
    if "json" in body:
        return json.dumps(body["json"], ensure_ascii=False)
    # Others are of bytes, or too long for a seed.
    return ""


for file in sorted((HERE / "../tests/vectors/chain").glob("*.json")):
    for one in json.loads(file.read_text())["vectors"]:
        for effect in one.get("transcript", []):
            if "run" in effect:
                written(effect)
for file in sorted((HERE / "../transport-reqwest/tests/certificates").glob("*.p*")):
    for choice in range(2):
        put("certificate", bytes([choice]) + file.read_bytes())
for file in sorted((HERE / "../tests/vectors").glob("*.json")):
    content = json.loads(file.read_text())
    for one in content.get("vectors", []) if isinstance(content, dict) else content:
        seed(one)
