"""A server that is ORCID, GitHub and a campus log-in at once, as far as a log-in and a public record go.

It speaks OpenID Connect (discovery, authorisation code with PKCE, token, userinfo, keys), the addresses of a GitHub
Enterprise, and ORCID's public API 3.0, on loopback.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Providers:
    """What the server knows, for tests to set: who is logged in there, and what ORCID's records hold."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.person: dict[str, Any] = {}
        self.records: dict[str, Any] = {}
        self.granted: dict[str, dict[str, str]] = {}
        self.refuses = False

    def answer(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        """Return status, JSON and headers for one request."""
        parts = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        where = parts.path
        if where.endswith("/.well-known/openid-configuration"):
            return 200, self._discovery(where.removesuffix("/.well-known/openid-configuration")), {}
        if where.endswith("/authorize"):
            return self._authorize(query)
        if where.endswith(("/token", "/access_token")):
            return self._token(form, where)
        if where.endswith(("/userinfo", "/user")):
            known = handler.headers.get("Authorization", "").split()[-1:] == [self._access(self.person)]
            return (200, self.person, {}) if known else (401, {"error": "invalid_token"}, {})
        if where.endswith("/jwks"):
            return 200, {"keys": [{**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "1"}]}, {}
        record = self.records.get(where.removeprefix("/orcid-api/").removesuffix("/record"))
        return (200, record, {}) if record is not None else (404, {"error": "not found"}, {})

    def _discovery(self, base: str) -> dict[str, Any]:
        at = self.url + base
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "jwks_uri": f"{at}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _authorize(self, query: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        code = secrets.token_urlsafe(16)
        self.granted[code] = query
        said = {"error": "access_denied"} if self.refuses else {"code": code}
        back = f"{query['redirect_uri']}?{urlencode({**said, 'state': query['state']})}"
        return 302, {}, {"Location": back}

    def _token(self, form: dict[str, str], where: str) -> tuple[int, Any, dict[str, str]]:
        asked = self.granted.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        sound = (
            asked is not None
            and form.get("client_secret") == "secret"
            and asked["redirect_uri"] == form.get("redirect_uri")
            and asked.get("code_challenge") == challenge.decode().rstrip("=")
        )
        if asked is None or not sound:
            return 400, {"error": "invalid_grant"}, {}
        answer = {"access_token": self._access(self.person), "token_type": "Bearer"}
        if "openid" in asked.get("scope", ""):
            now = int(time.time())
            claims = {"iss": self.url + where.removesuffix("/token"), "aud": asked["client_id"], "iat": now}
            claims |= {**self.person, "exp": now + 60}
            answer["id_token"] = jwt.encode(claims, KEY, "RS256", headers={"kid": "1"})
        return 200, answer, {}

    def _access(self, person: dict[str, Any]) -> str:
        return hashlib.sha256(json.dumps(person, sort_keys=True).encode()).hexdigest()


@contextmanager
def running(port: int) -> Iterator[Providers]:
    """Run the server until the block ends."""
    providers = Providers(port)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            self._reply({name: values[0] for name, values in parse_qs(body).items()})

        def _reply(self, form: dict[str, str]) -> None:
            status, content, headers = providers.answer(self, form)
            body = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield providers
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
