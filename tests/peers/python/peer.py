"""What the Python peers have in common: their arguments, their report, and a guard against leaving this machine."""

import faulthandler
import ipaddress
import json
import sys
from importlib.metadata import version

# Seconds after which a peer that hangs is ended with a stack trace.
DEADLINE = 120


def refuse_other_hosts(event, arguments):
    """An audit hook: name resolution and connections end here unless they are for this machine."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host is None or host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise PermissionError(f"a peer may connect to loopback only, not to {host}")


def run(package, acquire):
    """Reports, in one line of JSON for each identity of the command line, what `acquire` returns or raises.

    The arguments are a resource and identities: `system-assigned`, `client-id=X`, `object-id=X` or `resource-id=X`.
    `acquire(resource, kind, id)` returns an access token.
    """
    faulthandler.dump_traceback_later(DEADLINE, exit=True)
    sys.addaudithook(refuse_other_hosts)
    resource, *identities = sys.argv[1:]
    for identity in identities:
        kind, _, id = identity.partition("=")
        report = {"version": version(package), "identity": kind}
        try:
            report["access_token"] = acquire(resource, kind, id)
        except Exception as error:
            report["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(report), flush=True)
