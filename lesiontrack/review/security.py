"""Who may ask: this machine's browser that holds the token, from pages of ours, by our own host name.

The server is for one person on one machine. It guards against other web pages in the same browser (foreign
origins, DNS rebinding) and against other users of the machine who don't know the token. It is no protection
against software that runs as the same user.
"""

from __future__ import annotations

import secrets

from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
MOST_BYTES = 20_000_000
JSON = "application/json"
_READING = ("GET", "HEAD")


def new_token() -> str:
    return secrets.token_urlsafe(32)


def guard(app: Flask, *, token: str, port: int) -> None:
    """Refuse whatever does not come from the reader's own page, and put the headers on every response."""
    cookie = f"lesiontrack-{port}"  # cookies don't tell ports apart, so that the name must
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES

    @app.before_request
    def check() -> AnyResponse | None:
        if request.host not in hosts:
            abort(403, "This address is not the review server's.")
        if request.path == "/" and request.method == "GET" and "token" in request.args:
            if not _same(request.args["token"], token):
                abort(403, "The token in this address is not this server's.")
            answer = redirect("/")
            answer.set_cookie(cookie, token, httponly=True, samesite="Strict", path="/")
            return answer
        if not _same(request.cookies.get(cookie, ""), token):
            abort(403, "Open the address that `lesiontrack review` printed: it holds the token.")
        _check_origin({f"http://{host}" for host in hosts})
        return None

    @app.after_request
    def headers(response: Response) -> Response:
        for name, value in (
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ):
            if name == "Content-Security-Policy":
                response.headers.setdefault(name, value)
            else:
                response.headers[name] = value
        return response


def _check_origin(origins: set[str]) -> None:
    site = request.headers.get("Sec-Fetch-Site", "none")
    if request.method in _READING:
        # A link from elsewhere may open a page; nothing else may load from here.
        if site in ("cross-site", "same-site") and request.headers.get("Sec-Fetch-Mode") != "navigate":
            abort(403, "Pages of other servers can't use this one.")
        return
    origin = request.headers.get("Origin")
    if (origin is not None and origin not in origins) or site not in ("none", "same-origin"):
        abort(403, "Pages of other servers can't use this one.")
    if request.mimetype != JSON:
        abort(415, f"What is sent must be {JSON}.")


def _same(given: str, token: str) -> bool:
    """In a time that tells nothing of how much was right."""
    return secrets.compare_digest(given.encode("utf-8", "surrogatepass"), token.encode())
