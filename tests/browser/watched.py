"""Runs Streamlit and notes what Python says it does: connections, look-ups, programs, and files opened for writing.

``python watched.py EVENTS run …``: EVENTS is the file that takes the notes, one JSON list a line; the rest is what
Streamlit takes. At SIGUSR1 it notes how many objects of the classes in `COUNTED` can still be reached.
"""

import gc
import json
import os
import signal
import sys
from collections import Counter

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
COUNTED = ("AppSession", "Case", "Intake", "Recording", "Reconstruction", "UploadedFileRec", "MemoryFile")


def count(*_: object) -> None:
    """Note how many objects of each class in `COUNTED` there are."""
    gc.collect()
    found = Counter(type(one).__name__ for one in gc.get_objects())
    os.write(EVENTS, (json.dumps(["objects", {name: found[name] for name in COUNTED}]) + "\n").encode())


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
    signal.signal(signal.SIGUSR1, count)
    sys.argv[1:2] = []
    from streamlit.web.cli import main

    main()
