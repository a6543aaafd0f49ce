"""A made-up AWS on this machine: moto behind a door that can throttle and fail."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

Environ = dict[str, Any]
Start = Callable[..., Any]


@dataclass
class Door:
    """The WSGI application in front of moto. `trouble` is asked for each request, and may answer instead of moto."""

    trouble: Callable[[str, Environ], tuple[str, bytes] | None] = lambda _target, _environ: None
    requests: list[str] = field(default_factory=list)
    inner: Any = field(default_factory=lambda: DomainDispatcherApplication(create_backend_app))

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        target = f"{environ.get('HTTP_X_AMZ_TARGET', '')} {environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        self.requests.append(target)
        answer = self.trouble(target, environ)
        if answer is None:
            found: Iterable[bytes] = self.inner(environ, start)
            return found
        status, body = answer
        start(status, [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))])
        return [body]


@contextmanager
def served(door: Door) -> Iterator[str]:
    """The endpoint of the server while it runs."""
    server = make_server("127.0.0.1", 0, door, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
