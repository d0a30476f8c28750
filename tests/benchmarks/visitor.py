"""A visitor without a browser, who speaks to the server as Streamlit's page does: a socket, and uploads by PUT."""

import base64
import json
import urllib.request
from typing import Any

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

WAIT_SECONDS = 300


class Visitor:
    """One session: what the page shows now in ``elements`` by kind, what was chosen in ``states`` by widget."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.states: dict[str, WidgetState] = {}
        self.elements: dict[str, list[Any]] = {}
        self.page = ""
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=60) as answer:
            (cookie,) = (one for one in answer.headers.get_all("set-cookie") if one.startswith("_streamlit_xsrf"))
        self.cookie = cookie.partition(";")[0]
        self.token = self.cookie.partition("=")[2]
        self.socket = connect(
            f"{address.replace('http', 'ws', 1)}/_stcore/stream",
            origin=address,  # type: ignore[arg-type]
            subprotocols=["streamlit", self.token],  # type: ignore[list-item]
            additional_headers={"Cookie": self.cookie},
            max_size=None,
            open_timeout=WAIT_SECONDS,
            ping_timeout=None,
            legacy=True,
        )
        self.run()

    def close(self) -> None:
        """Leave."""
        self.socket.close()

    def receive(self) -> ForwardMsg:
        """The next message of the server."""
        message = ForwardMsg()
        message.ParseFromString(self.socket.recv(timeout=WAIT_SECONDS))  # type: ignore[arg-type]
        return message

    def run(self, pressed: str | None = None) -> None:
        """Let the script run with all that is chosen, and with a button ``pressed``, to its end."""
        asked = BackMsg()
        asked.rerun_script.query_string = ""
        asked.rerun_script.page_script_hash = self.page
        asked.rerun_script.widget_states.widgets.extend(self.states.values())
        if pressed is not None:
            asked.rerun_script.widget_states.widgets.append(
                WidgetState(id=self.widget("button", pressed).id, trigger_value=True)
            )
        self.socket.send(asked.SerializeToString())
        self.elements = {}
        while True:
            message = self.receive()
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page, self.elements = message.new_session.page_script_hash, {}
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self.take(message.delta.new_element)
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return

    def take(self, element: Element) -> None:
        """Note one element of the page."""
        kind = element.WhichOneof("type")
        self.elements.setdefault(kind or "", []).append(getattr(element, kind) if kind else None)

    def widget(self, kind: str, label: str) -> Any:
        """The widget of this kind and label."""
        return next(one for one in self.elements[kind] if one.label == label)

    def choose(self, kind: str, label: str, **value: Any) -> None:
        """Set a widget's value (as `WidgetState` names it) for the runs that follow."""
        found = self.widget(kind, label).id
        self.states[found] = WidgetState(id=found, **value)

    def upload(self, label: str, name: str, content: bytes) -> None:
        """Send a file to the uploader called ``label``."""
        uploader = self.widget("file_uploader", label)
        asked = BackMsg()
        asked.file_urls_request.request_id, asked.file_urls_request.file_names[:] = "one", [name]
        self.socket.send(asked.SerializeToString())
        while True:
            message = self.receive()
            if message.WhichOneof("type") == "file_urls_response":
                break
        (urls,) = message.file_urls_response.file_urls
        border = "an-end-of-a-part"
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        body = head + content + f"\r\n--{border}--\r\n".encode()
        headers = {"Cookie": self.cookie, "X-Xsrftoken": self.token, "Origin": self.address}
        headers["Content-Type"] = f"multipart/form-data; boundary={border}"
        put = urllib.request.Request(f"{self.address}{urls.upload_url}", body, headers, method="PUT")
        with urllib.request.urlopen(put, timeout=WAIT_SECONDS):
            pass
        state = WidgetState(id=uploader.id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = urls.file_id, name, len(content)
        info.file_urls.CopyFrom(urls)
        self.states[uploader.id] = state

    def texts(self) -> str:
        """The words of the page."""
        shown = [one.body for kind in ("markdown", "alert", "heading") for one in self.elements.get(kind, [])]
        return "\n".join(shown)

    def trace(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Times and values of the trace called ``name``."""
        traces = [
            one
            for chart in self.elements.get("plotly_chart", [])
            for one in json.loads(chart.spec)["data"]
            if one.get("name") == name
        ]
        first, values = traces[0], unpacked(traces[0]["y"])
        times = unpacked(first["x"]) if "x" in first else first["x0"] + first["dx"] * np.arange(values.size)
        return times, values


def unpacked(values: Any) -> np.ndarray:
    """An array as Plotly packs it into JSON."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).astype(float)
    return np.array(values, float)
