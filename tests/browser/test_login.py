"""With a provider configured nothing is shown before the login, everything after it, and nothing after the log-out."""

import http.client
import re

from playwright.sync_api import expect

from tests.browser.conftest import serve, wait_until_up
from tests.browser.provider import CLIENT, provider
from tests.browser.test_review import wait_for_trace

SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "a secret of the tests, long enough to sign with"
client_id = "{client}"
client_secret = "another one"
server_metadata_url = "{address}/.well-known/openid-configuration"
"""


def test_the_way_in_and_out(stranger, tmp_path):
    with provider() as (address, asked):
        secrets = tmp_path / "secrets.toml"
        secrets.write_text(SECRETS.format(client=CLIENT, address=address), encoding="utf-8")
        with serve(tmp_path, STREAMLIT_SECRETS_FILES=str(secrets), ECG_CORE_LOGIN="required") as server:
            wait_until_up(server, "healthz")
            page = stranger()
            frames: list[bytes | str] = []
            page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.extend([frame])))
            page.goto(f"{server.address}/cases")
            entry = page.get_by_role("button", name="Log in")
            expect(entry).to_be_visible(timeout=60_000)
            assert (
                page.locator(".js-plotly-plot, [data-testid=stFileUploader], [data-testid=stTopNavLink]").count() == 0
            )
            sent = b"".join(frame if isinstance(frame, bytes) else frame.encode() for frame in frames)
            assert sent
            assert b"Sinus rhythm" not in sent
            assert asked == []

            entry.click()
            wait_for_trace(page, "V6 estimated")
            assert {"/authorize", "/token", "/jwks"} <= set(asked)
            assert page.url.startswith(server.address)
            assert "visitor@hospital.example" not in page.content()

            page.get_by_role("button", name="Log out").click()
            expect(entry).to_be_visible(timeout=60_000)
            assert "/logout" in asked
            page.reload()
            expect(entry).to_be_visible(timeout=60_000)
            assert page.locator(".js-plotly-plot").count() == 0
            page.context.close()

            forged = http.client.HTTPConnection(re.sub("^http://", "", server.address), timeout=10)
            forged.request("GET", "/oauth2callback?code=a-code&state=made-up")
            answer = forged.getresponse()
            assert answer.status == 302
            assert "_streamlit_user" not in str(answer.headers)
            forged.close()
            said = server.log.read_text(errors="replace")
            assert "visitor@hospital.example" not in said
            assert "Traceback" not in said
