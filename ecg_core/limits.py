"""What is taken in at most: every limit on a file and on a recording, in one place.

Each is enforced where the thing is met, and refused in one sentence that says what was found and what to do.
"""

__all__ = [
    "HIGHEST_HZ",
    "LARGEST_TEXT",
    "LONGEST_SECONDS",
    "LOWEST_HZ",
    "MOST_BESIDE",
    "MOST_BYTES",
    "MOST_CHANNELS",
    "MOST_ELEMENTS",
    "MOST_FILES",
    "MOST_UPLOAD",
    "SHORTEST_SECONDS",
]

MOST_UPLOAD = 200 << 20
"""Bytes of one file that the page takes (``server.maxUploadSize``)."""
MOST_FILES, MOST_BYTES = 1000, 512 << 20
"""Files of one recording, also in an archive, and the bytes that they hold or unfold to; arrays alike."""
SHORTEST_SECONDS, LONGEST_SECONDS = 5.0, 24 * 3600.0
LOWEST_HZ, HIGHEST_HZ = 100.0, 2000.0
MOST_CHANNELS = 64
MOST_BESIDE = 24_000_000
"""Samples of all leads together beyond which Lead I alone is kept: an hour of twelve leads at 500 Hz, a day of one."""
LARGEST_TEXT, MOST_ELEMENTS = 64 << 20, 50_000
"""Bytes and elements of an ECG as XML or JSON: a resting one has a few MB, and a tenth of the elements."""
