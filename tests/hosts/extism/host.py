"""A host with Extism: runs a plug-in, and lends it what the grants allow.

    python host.py PLUGIN FUNCTION SETTINGS [--allow-url URL] [--allow-folder FOLDER]

SETTINGS is a file with the source of tokens, in JSON. What the plug-in answers is printed.
"""

import argparse
import http.client
import json
import os
import time
from urllib.parse import urlsplit

import extism

GRANTS = argparse.Namespace(allow_url=None, allow_folder=None)


@extism.host_fn()
def send(request: str) -> str:
    """Sends one request to the one address that is allowed, follows nothing, and uses no proxy."""
    call = json.loads(request)
    url = urlsplit(call["url"])
    if GRANTS.allow_url is None or call["url"].split("?")[0] != GRANTS.allow_url:
        return json.dumps({"problem": "denied"})
    deadline = time.monotonic() + call["total_timeout_ms"] / 1000
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=call["connect_timeout_ms"] / 1000)
    try:
        try:
            connection.connect()
        except OSError:
            return json.dumps({"problem": "connect"})
        connection.sock.settimeout(max(deadline - time.monotonic(), 0.001))
        target = url.path + ("?" + url.query if url.query else "")
        connection.request(call["method"], target, call["body"] or None, dict(call["headers"]))
        answer = connection.getresponse()
        body = answer.read(call["max_body"] + 1)
        if len(body) > call["max_body"]:
            return json.dumps({"problem": "too large"})
        return json.dumps({"status": answer.status, "headers": answer.getheaders(), "body": body.decode()})
    except TimeoutError:
        return json.dumps({"problem": "timeout"})
    except (OSError, http.client.HTTPException, UnicodeDecodeError):
        return json.dumps({"problem": "broken"})
    finally:
        connection.close()


@extism.host_fn()
def read_file(path: str) -> str:
    """Reads a file that is directly in the one folder that is allowed, and no link."""
    if GRANTS.allow_folder is None or os.path.dirname(path) != GRANTS.allow_folder:
        return json.dumps({"problem": "denied"})
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        return json.dumps({"problem": str(error)})
    with open(file, "rb") as content:
        return json.dumps({"text": content.read(4096).decode()})


@extism.host_fn()
def now() -> str:
    """Microseconds since 1970."""
    return str(time.time_ns() // 1000)


@extism.host_fn()
def sleep(milliseconds: str) -> str:
    time.sleep(int(milliseconds) / 1000)
    return ""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("plugin")
    parser.add_argument("function")
    parser.add_argument("settings")
    parser.add_argument("--allow-url")
    parser.add_argument("--allow-folder")
    arguments = parser.parse_args(namespace=GRANTS)
    with open(arguments.plugin, "rb") as module:
        manifest = {"wasm": [{"data": module.read()}], "memory": {"max_pages": 256}, "timeout_ms": 30_000}
    with open(arguments.settings, encoding="utf-8") as settings, extism.Plugin(manifest, wasi=False) as plugin:
        print(plugin.call(arguments.function, settings.read(), parse=lambda output: bytes(output).decode()))


main()
