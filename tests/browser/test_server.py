"""What the server says to strangers: headers, health, no metrics, no token no upload, no traceback, no other place."""

import http.client
import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from dashboard.server import HEADERS, SHELL, inline_scripts
from tests.browser.conftest import Server, serve, upload, wait_until_up

SECRET = "Quillfeather"
VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", one => violations.push(one.blockedURI + " " + one.violatedDirective));
"""
STRAY_SCRIPT = """() => {
    const stray = document.createElement("script");
    stray.text = "window.ran = true";
    document.body.append(stray);
}"""


def answer(address: str, **asked) -> tuple[int, dict[str, str], str]:
    """Status, headers and body, whatever the status."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, **asked), timeout=30) as response:
            return response.status, {name.lower(): value for name, value in response.headers.items()}, ""
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read().decode()


@pytest.mark.parametrize(
    "path", ["", "healthz", "favicon.png", "nothing/here", "_stcore/health", "_stcore/metrics", "_stcore/host-config"]
)
def test_every_answer_has_the_headers(dashboard, path):
    _, headers, _ = answer(f"{dashboard}/{path}")
    assert {name: headers.get(name) for name in HEADERS} == dict(HEADERS)


def test_the_policy_names_no_other_place_runs_no_stray_script_and_lets_nobody_frame_the_page():
    policy = dict(rule.split(" ", 1) for rule in HEADERS["content-security-policy"].split("; "))
    assert not re.search(r"https?:|\*|'unsafe-eval'", " ".join(policy.values()))
    assert "unsafe-inline" not in policy["script-src"]
    assert policy["frame-ancestors"] == "'none'"
    assert inline_scripts(SHELL.read_text(encoding="utf-8")).startswith("'sha256-")


def noted(server: Server, *kinds: str) -> list[list[str]]:
    """What the server was seen to do of these kinds."""
    events = [json.loads(line) for line in server.events.read_text().splitlines()]
    return [event for event in events if event[0] in kinds]


def outward(server: Server) -> list[list[str]]:
    """Connections and look-ups of the server, but for its own address."""
    port = server.address.rpartition(":")[2]
    kinds = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
    return [event for event in noted(server, *kinds) if port not in " ".join(event)]


def test_it_is_healthy_once_the_model_is_warm_and_asks_nobody_for_its_address(tmp_path):
    with serve(tmp_path, STREAMLIT_SERVER_ADDRESS="0.0.0.0") as cold:
        wait_until_up(cold, "_stcore/health")
        assert answer(f"{cold.address}/healthz")[0] == 503
        wait_until_up(cold, "healthz")
        assert outward(cold) == []


@pytest.mark.parametrize("path", ["_stcore/metrics", "_stcore/metrics/", "_stcore/metrics?families=cache_memory_bytes"])
def test_metrics_are_not_public(dashboard, path):
    assert answer(f"{dashboard}/{path}")[0] == 404


def test_nothing_drives_the_page_but_a_browser(dashboard):
    assert answer(f"{dashboard}/_stcore/agent/interact", method="POST", data=b"{}")[0] in (403, 404, 405)


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("{own}", "http://{own}", 101),
        ("{own}", "http://elsewhere.example", 403),
        ("{own}", "http://127.0.0.1:1", 403),
        ("{own}", "null", 403),
        ("elsewhere.example", "http://elsewhere.example", 403),
    ],
)
def test_no_page_of_another_site_opens_a_session(dashboard, host, origin, status):
    own = dashboard.removeprefix("http://")
    handshake = {
        "Host": host.format(own=own),
        "Origin": origin.format(own=own),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",  # the example of RFC 6455
        "Sec-WebSocket-Protocol": "streamlit",
    }
    connection = http.client.HTTPConnection(own, timeout=10)
    connection.request("GET", "/_stcore/stream", headers=handshake)
    assert connection.getresponse().status == status
    connection.close()
    assert answer(f"{dashboard}/_stcore/health", headers={"Origin": "http://elsewhere.example"})[0] == 403


@dataclass(frozen=True)
class Watched:
    """A page, every address that its browser asked for, and the errors that it noted."""

    page: Page
    asked: list[str]
    said: list[str]


@pytest.fixture(scope="module")
def watched(browser, server) -> Watched:
    """A visitor held to the policy, on the first page."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(VIOLATIONS)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(server.address)
    until_drawn(page)
    return Watched(page, asked, said)


def until_drawn(page: Page) -> None:
    """Wait for twelve leads without evaluating a string, which the policy would forbid."""
    expect(page.locator(".js-plotly-plot").filter(has_text="V6").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("In words:")).to_be_visible(timeout=60_000)


def test_a_walk_through_the_pages_breaks_no_policy_and_asks_no_other_server(watched, server, sample_data):
    page = watched.page
    upload(page, sample_data / "A0009_apple_watch.csv")
    expect(page.get_by_text("Uploaded recording", exact=True)).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Reconstruct").click()
    until_drawn(page)
    page.get_by_text("12×1", exact=True).click()
    page.locator(".updatemenu-button", has_text="passes").click()
    page.locator(".js-plotly-plot").first.hover()
    with page.expect_download():
        page.locator(".modebar-btn[data-title^=Download]").first.click()
    page.get_by_role("button", name="Take away").click()
    for kind in ("This tracing (HTML)", "Mean, spread and band (CSV)"):
        with page.expect_download():
            page.get_by_role("button", name=kind).click()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Model").click()
    expect(page.get_by_role("heading", name="What the model is worth")).to_be_visible(timeout=60_000)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=60_000)

    assert page.evaluate("violations") == []
    assert watched.said == []
    own = server.address.removeprefix("http://")
    assert {url.split("/")[2] for url in watched.asked if re.match("(http|ws)s?:", url)} == {own}
    assert f"ws://{own}/_stcore/stream" in watched.asked


def test_the_server_connects_to_nothing(watched, server):
    assert noted(server, "socket.bind")
    assert outward(server) == []
    assert noted(server, "subprocess.Popen", "os.system") == []


def test_a_script_that_slips_into_the_page_does_not_run(watched):
    watched.page.evaluate(STRAY_SCRIPT)
    assert watched.page.evaluate("window.ran === undefined")
    assert set(watched.page.evaluate("violations")) == {"inline script-src-elem"}


def test_an_upload_needs_a_token_a_session_and_a_size_below_the_limit(watched, dashboard, sample_data):
    page = watched.page
    page.get_by_role("link", name="Review").click()
    with page.expect_request(lambda request: "upload_file" in request.url and request.method == "PUT") as asked:
        upload(page, sample_data / "A0010_lead_I.edf")
    expect(page.get_by_text("Uploaded recording", exact=True)).to_be_visible(timeout=60_000)
    headers, address = asked.value.all_headers(), asked.value.url
    known = {"X-Xsrftoken": headers["x-xsrftoken"], "Cookie": headers["cookie"]}
    assert answer(address, method="PUT", data=b"x")[0] == 403
    elsewhere = re.sub(r"upload_file/[^/]+", "upload_file/nobody", address)
    assert answer(elsewhere, method="PUT", data=b"x", headers=known)[0] == 400
    status, _, said = answer(address, method="PUT", data=b"x", headers=known | {"Content-Length": str(201 << 20)})
    assert (status, said) == (413, "File too large")


def test_a_fault_shows_neither_traceback_nor_value(browser, tmp_path):
    script = tmp_path / "faulty.py"
    script.write_text(f"import streamlit as st\nst.title('Here')\nraise ValueError('{SECRET}')\n", encoding="utf-8")
    with serve(tmp_path, str(script)) as faulty:
        wait_until_up(faulty, "_stcore/health")
        page = browser.new_page()
        frames: list[bytes] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.extend([frame])))
        page.goto(faulty.address)
        expect(page.get_by_test_id("stException").or_(page.get_by_test_id("stAlert"))).to_be_visible(timeout=30_000)
        shown = page.content()
        assert frames
        received = b"".join(frame if isinstance(frame, bytes) else frame.encode() for frame in frames)
        assert [word for word in (SECRET, "Traceback", "ValueError", "faulty.py") if word in shown] == []
        assert [word for word in (SECRET, "Traceback", "ValueError") if word.encode() in received] == []
        page.close()
