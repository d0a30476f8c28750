"""Runs Streamlit and notes what Python says it does: connections, look-ups, programs, and files opened for writing.

``python watched.py EVENTS run …``: EVENTS is the file that takes the notes, one JSON list a line; the rest is what
Streamlit takes.
"""

import json
import os
import sys

EVENTS = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
NOTED = (
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.sendto",
    "subprocess.Popen",
    "os.system",
    "os.mkdir",
)


def note(event: str, arguments: tuple[object, ...]) -> None:
    """Write down one audit event, if it is of those that matter."""
    if event == "open":
        path, _, flags = arguments
        if not (isinstance(flags, int) and flags & WRITES):
            return
        arguments = (path,)
    elif event not in NOTED:
        return
    os.write(EVENTS, (json.dumps([event, *map(str, arguments)]) + "\n").encode())


if __name__ == "__main__":
    sys.addaudithook(note)
    sys.argv[1:2] = []
    from streamlit.web.cli import main

    main()
