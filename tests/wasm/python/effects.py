"""The interface `host-effects`, lent by Python: plain HTTP to one address, files of the folders that are granted."""

import http.client
import os
import secrets
import stat
import time
import urllib.parse

from wasmtime.component import Record, Variant


class HostEffects:
    def __init__(self, variables: dict, folders: dict, authority: str):
        self.variables = variables
        self.folders = folders
        self.authority = authority

    def functions(self) -> dict:
        return {
            "http": lambda _, request: self.http(request),
            "read-file": lambda _, request: self.read_file(request),
            "env": lambda _, name: self.variables.get(name),
            "facts": lambda _: record(platform="linux", arc_agent="present" if self.folders else "absent"),
            "now": lambda _: time.time_ns() // 1_000_000,
            "sleep": lambda _, delay: time.sleep(delay / 1000),
            "seed": lambda _: secrets.randbits(64),
        }

    def http(self, request: Record):
        """One request, without proxy and without following redirects, as http.client does it."""
        url = urllib.parse.urlsplit(request.url)
        if request.trust.tag != "plain":
            return failed(Variant("unsupported", "certificate-pin"))
        if url.netloc != self.authority:
            return failed(Variant("denied"))
        seconds = getattr(request, "total-timeout") / 1000
        connection = http.client.HTTPConnection(url.netloc, timeout=seconds)
        try:
            address = urllib.parse.urlunsplit(("", "", url.path or "/", url.query, ""))
            headers = {header.name: header.value for header in request.headers}
            connection.request(request.method, address, bytes(request.body) or None, headers)
            response = connection.getresponse()
            limit = getattr(request, "max-body")
            body = response.read(limit + 1)
        except TimeoutError:
            return failed(Variant("unavailable", "timeout"))
        except ConnectionRefusedError:
            return failed(Variant("unavailable", "connect"))
        except http.client.BadStatusLine:
            return failed(Variant("unavailable", "protocol"))
        except (OSError, http.client.HTTPException):
            return failed(Variant("unavailable", "broken"))
        finally:
            connection.close()
        if len(body) > limit:
            return failed(Variant("unavailable", "body-too-large"))
        headers = [record(name=name, value=value) for name, value in response.getheaders()]
        return Variant("ok", record(status=response.status, headers=headers, body=body))

    def read_file(self, request: Record):
        """A file directly in a granted folder, by the rules that the request states."""
        folder, name = os.path.split(request.path)
        if folder not in self.folders:
            return unread("denied")
        if request.directory not in (None, folder):
            return unread("outside-directory")
        limit = getattr(request, "max-length")
        flags = os.O_RDONLY | os.O_NONBLOCK
        try:
            is_link = os.path.islink(os.path.join(self.folders[folder], name))
            if is_link and not getattr(request, "follow-links"):
                return unread("not-regular")
            handle = os.open(os.path.join(self.folders[folder], name), flags)
            with open(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    return unread("not-regular")
                content = file.read(limit + 1)
        except FileNotFoundError:
            return unread("not-found")
        except PermissionError:
            return unread("permission-denied")
        except OSError:
            return unread("unreadable")
        return unread("too-large", f"more than {limit} bytes") if len(content) > limit else content


def failed(kind: Variant) -> Variant:
    return Variant("err", record(kind=kind, detail=""))


def unread(problem: str, detail: str = "") -> Record:
    return record(problem=problem, detail=detail)


def record(**fields) -> Record:
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made
