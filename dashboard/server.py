"""The dashboard as a web server: its pages, the headers that protect them, and whether it is ready.

``streamlit run dashboard/server.py`` finds ``app`` here and serves it with the settings of ``.streamlit/config.toml``.
"""

import asyncio
import ctypes
import gc
import logging
import re
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import streamlit
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import get_instance
from streamlit.starlette import App

from dashboard import cached
from ecg_core import analyse, list_models, read

__all__ = ["HEADERS", "Guard", "app"]

LOGGER = logging.getLogger(__name__)
SHELL = Path(streamlit.__file__).parent / "static" / "index.html"
"""The page that Streamlit fills; the scripts in it are the only ones that may stand in a page."""


def inline_scripts(html: str) -> str:
    """The hashes of the scripts that stand in ``html``, as a content security policy names them.

    >>> inline_scripts("<script>alert(1)</script><script src='a.js'></script>")
    "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    """
    found = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    return " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in found)


POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    # WebAssembly is what decompresses and highlights in Streamlit's own files; it runs no text as a script.
    "script-src": f"'self' 'wasm-unsafe-eval' {inline_scripts(SHELL.read_text(encoding='utf-8'))}",
    "style-src": "'self' 'unsafe-inline'",  # Streamlit and Plotly write their styles into the page
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "media-src": "'self' blob:",
    "worker-src": "'self' blob:",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'self'",
    "frame-ancestors": "'none'",
}
HEADERS: Mapping[str, str] = {
    "content-security-policy": "; ".join(f"{what} {where}" for what, where in POLICY.items()),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""Sent with every answer: the browser loads nothing from elsewhere, and nobody else's page may frame this one."""
SWEEP_SECONDS = 5
METRICS = "/_stcore/metrics"
"""Streamlit's counters of sessions and caches, which it would show to anybody."""


class Guard:
    """Puts `HEADERS` on every answer, turns other sites' pages away, and keeps the server's metrics to itself.

    Streamlit would let any page of this computer open a session, and would ask a server elsewhere for this computer's
    address in order to judge an unknown one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name.decode().lower() not in HEADERS]
                message["headers"] = [*kept, *((name.encode(), value.encode()) for name, value in HEADERS.items())]
            await send(message)

        answer: ASGIApp = self.app
        if scope["type"] in ("http", "websocket"):
            if not _is_own(Headers(scope=scope)):
                answer = Response("Forbidden", status_code=403)
            elif scope["path"].rstrip("/").endswith(METRICS):
                answer = Response("Not Found", status_code=404)
        await answer(scope, receive, send_guarded)


def _is_own(headers: Headers) -> bool:
    """Whether a request comes from this server's own page, or from no page at all."""
    origin = headers.get("origin")
    own = origin is None or origin.partition("://")[2] == headers.get("host")
    return own or origin in streamlit.get_option("server.corsAllowedOrigins")


def _warm() -> None:
    """Load the model and walk the whole way once, so that the first visitor waits for nothing."""
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel("ERROR")  # no page runs here
    model = cached.model(list_models()[0])
    analyse(read(cached.samples()[0].files()), model=model, passes=2)


def _complain(task: "asyncio.Task[None]") -> None:
    """Log why what was to run beside the pages does not."""
    if not task.cancelled() and task.exception() is not None:
        LOGGER.error("The server is not all that it should be.", exc_info=task.exception())


async def _let_go() -> None:
    """Free the sessions whose page has been closed for longer than ``server.disconnectedSessionTTL``.

    Streamlit would keep them, and the uploads in them, until the next page is closed, which may be days later.
    """
    runtime = get_instance()
    closed = runtime._session_mgr._session_storage._cache  # type: ignore[attr-defined]
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        # What a closed session made to be taken away was marked at its end and is deleted a sweep later: a second
        # look at once would delete what another visitor is just about to fetch.
        runtime.media_file_mgr.remove_orphaned_files()
        ended = [one.session for _, one in closed.expire()]
        for session in ended:
            session.shutdown()
            session.session_state.clear()  # the runtime keeps hold of the last session that it served
            session.session_state._new_widget_state.widget_metadata.clear()
            session._fragment_storage.clear()
        if ended:
            del ended, session  # the last would be kept until the next one ends
            gc.collect()
            _give_memory_back()


def _give_memory_back() -> None:
    """Return what has been freed to the system, which glibc would keep for the next visitors."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none
        if trim is not None:
            trim(0)


@asynccontextmanager
async def _beside_the_pages(_: App) -> AsyncIterator[dict[str, "asyncio.Task[None]"]]:
    """Warm up beside the first requests, and let go of sessions that have ended."""
    gc.freeze()  # Streamlit looks for garbage after every rerun: not among what was imported before the first visit
    warming, sweeping = asyncio.create_task(asyncio.to_thread(_warm)), asyncio.create_task(_let_go())
    warming.add_done_callback(_complain)
    sweeping.add_done_callback(_complain)
    yield {"warm": warming}
    warming.cancel()
    sweeping.cancel()


async def _healthz(_: Request) -> Response:
    """200 once the model is warm; 503 until then, and where it could not be made ready."""
    task: asyncio.Task[None] = app.state["warm"]
    ready = task.done() and not task.cancelled() and task.exception() is None
    text = "ready" if ready else "broken" if task.done() else "warming up"
    return PlainTextResponse(text, status_code=200 if ready else 503, headers={"cache-control": "no-store"})


app = App(
    Path(__file__).with_name("app.py"),
    lifespan=_beside_the_pages,
    routes=[Route("/healthz", _healthz)],
    middleware=[Middleware(Guard)],
)
