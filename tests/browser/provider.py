"""A provider of OpenID Connect on this computer, which says yes to everybody and signs who they are with RS256."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "ecg-core-tests"


@contextmanager
def provider() -> Iterator[tuple[str, list[str]]]:
    """The provider's address, and the paths that it was asked for, until the end of the block."""
    key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
    nonces: dict[str, str] = {}
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            asked.append(parts.path)
            if parts.path == "/.well-known/openid-configuration":
                self.say({
                    "issuer": address,
                    "authorization_endpoint": f"{address}/authorize",
                    "token_endpoint": f"{address}/token",
                    "jwks_uri": f"{address}/jwks",
                    "end_session_endpoint": f"{address}/logout",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                })  # fmt: skip
            elif parts.path == "/authorize":
                nonces["a-code"] = query["nonce"]
                back = urlencode({"code": "a-code", "state": query["state"]})
                self.send(f"{query['redirect_uri']}?{back}")
            elif parts.path == "/logout":
                self.send(query["post_logout_redirect_uri"])
            else:
                self.say({"keys": [key.as_dict(private=False)]})

        def do_POST(self) -> None:
            asked.append(self.path)
            given = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            now = int(time.time())
            claims = {"iss": address, "sub": "visitor", "aud": CLIENT, "iat": now, "exp": now + 300}
            claims |= {"nonce": nonces.pop(given["code"][0]), "email": "visitor@hospital.example"}
            signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
            self.say({"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": signed})

        def say(self, content: dict[str, object]) -> None:
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def send(self, to: str) -> None:
            self.send_response(302)
            self.send_header("location", to)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    address = f"http://127.0.0.1:{server.server_port}"
    running = Thread(target=server.serve_forever, daemon=True)
    running.start()
    try:
        yield address, asked
    finally:
        server.shutdown()
        server.server_close()
        running.join()
