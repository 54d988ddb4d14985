"""The server itself: waitress on the loopback interface."""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Callable
from typing import Any

from waitress.server import create_server

from lesiontrack.errors import LesiontrackError
from lesiontrack.review.app import create_app
from lesiontrack.review.security import MOST_BYTES, new_token
from lesiontrack.review.state import ReviewState

HOST = "127.0.0.1"
_THREADS = 6


class PortError(LesiontrackError, OSError):
    """The port can't be listened on."""


def serve(state: ReviewState, *, port: int = 0, on_ready: Callable[[str], None]) -> None:
    """Answer until KeyboardInterrupt; `on_ready` gets the address with the token once it can be opened.

    `port` 0 takes a free one. Raises PortError.
    """
    server, address = make_server(state, port=port)
    on_ready(address)
    try:
        server.run()
    finally:
        server.close()
        if state.rerun is not None:
            state.rerun.stop()


def make_server(state: ReviewState, *, port: int = 0) -> tuple[Any, str]:
    """A waitress server that listens already, and the address with its token. Raises PortError."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a page of pictures fills the queue at once
    listening = listen(port)
    port = listening.getsockname()[1]
    token = new_token()
    app = create_app(state, token=token, port=port)
    # The app refuses large bodies itself, with a sentence; this limit is for whatever comes before it.
    server = create_server(
        app, sockets=[listening], ident=None, threads=_THREADS, max_request_body_size=4 * MOST_BYTES
    )
    return server, f"http://{HOST}:{port}/?token={token}"


def listen(port: int) -> socket.socket:
    """A listening socket of the loopback interface. Raises PortError."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortError(f"port {port} is in use; leave --port out for a free one") from error
        raise PortError(f"port {port} can't be used: {error.strerror or error}") from error
    return listening
