"""No test of data sets sees the cache or the data of whoever runs it, or the network outside this machine."""

import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


class Offline(urllib.request.BaseHandler):
    """What an address outside this machine gives without a network."""

    handler_order = 1

    def https_open(self, request):
        raise urllib.error.URLError(socket.gaierror(-2, "Name or service not known"))

    def http_open(self, request):
        return self.https_open(request) if request.host.split(":")[0] != "127.0.0.1" else None


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty cache, no ELIGO_DATA, no network; gives the cache folder, which does not exist yet."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.delenv("ELIGO_DATA", raising=False)
    monkeypatch.setattr(urllib.request, "_opener", urllib.request.build_opener(Offline()))
    return home / "cache" / "eligo" / "data"


@dataclass
class LocalServer:
    """Serves bytes by path over HTTP; `faults` say, in turn, how the next answers go wrong."""

    contents: dict[str, bytes] = field(default_factory=dict)
    faults: list[str | int] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    has_ranges: bool = True
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def handler_of(local: LocalServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            asked_range = self.headers.get("Range")
            local.asked.append((self.path, asked_range))
            fault = local.faults.pop(0) if local.faults else "none"
            content = local.contents.get(self.path)
            if fault == "silent":
                time.sleep(1)
                return
            if content is None or fault in (404, 503):
                self.send_error(fault if isinstance(fault, int) and fault > 400 else 404)
                return
            start = 0
            if asked_range and local.has_ranges:
                start = int(asked_range.removeprefix("bytes=").removesuffix("-"))
                if start >= len(content):
                    self.send_error(416)
                    return
                self.send_response(206)
                shift = 1 if fault == "other range" else 0
                self.send_header("Content-Range", f"bytes {start + shift}-{len(content) - 1}/{len(content)}")
            else:
                self.send_response(200)
            body = content[start:]
            if fault == "no length":
                body += b"x" * 1000
            else:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:fault] if isinstance(fault, int) else body)

    return Handler


@pytest.fixture
def server() -> Iterator[LocalServer]:
    """A server on this machine."""
    local = LocalServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(local))
    local.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield local
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def mirrored(monkeypatch: pytest.MonkeyPatch, server: LocalServer) -> Callable[[str, bytes], None]:
    """Put content at an address of the wide world: requests there are answered by the server on this machine."""

    class Mirror(urllib.request.BaseHandler):
        handler_order = 1

        def https_open(self, request):
            return plain.open(urllib.request.Request(server.url("/" + request.full_url), headers=request.headers))

    plain = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    monkeypatch.setattr(urllib.request, "_opener", urllib.request.build_opener(Mirror()))

    def put(url: str, content: bytes) -> None:
        server.contents["/" + url] = content

    return put
