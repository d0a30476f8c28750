"""The tree of errors that a user can cause; everything else that is raised is a bug.

    EcgError
    ├── UnreadableFile        the bytes are not what any reader understands, or contradict themselves
    ├── RecordingRefused      the file was read, but what it holds cannot be used
    │   └── LeadMissing       Lead I (or the other leads that are needed) is not in it
    ├── AnswerNeeded          the file does not say its rate, unit or lead, or there are several: the user has to
    ├── MetadataOutOfRange    a value that no patient has
    ├── DataMissing           a folder of training data or a checkpoint is not where it was said to be
    ├── CheckpointRefused     a checkpoint that does not fit this version, or is damaged
    └── RecipeDiffers         what is to be repeated is not what it was

Each message is one sentence or two: what was found, what was expected, what to do.
"""

from enum import StrEnum

__all__ = [
    "AnswerNeeded",
    "CheckpointRefused",
    "DataMissing",
    "EcgError",
    "LeadMissing",
    "MetadataOutOfRange",
    "Question",
    "RecipeDiffers",
    "RecordingRefused",
    "UnreadableFile",
]


class EcgError(ValueError):
    """Anything wrong with what the user gave; the message is meant for the user."""


class UnreadableFile(EcgError):
    """The bytes are not a recording in any form that a reader understands."""


class RecordingRefused(EcgError):
    """The recording was read but cannot be used: too short, flat, mostly missing."""


class LeadMissing(RecordingRefused):
    """A lead that is needed is not in the recording."""


class Question(StrEnum):
    """What a file may leave unsaid."""

    RATE = "rate"
    UNIT = "unit"
    LEAD = "lead"
    RECORDING = "recording"


class AnswerNeeded(EcgError):
    """The file does not say something that must not be guessed.

    ``question`` is what to ask; ``choices`` are the possible answers, empty where any number will do.
    """

    def __init__(self, message: str, question: Question, choices: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.question = question
        self.choices = choices


class MetadataOutOfRange(EcgError):
    """A metadata value outside the range that the field allows."""


class DataMissing(EcgError):
    """A folder of recordings or a checkpoint is not where it was said to be."""


class CheckpointRefused(EcgError):
    """A checkpoint is damaged, or was written by another version."""


class RecipeDiffers(EcgError):
    """A result is to be made again, but the file, the model, an earlier ECG or a version is another."""
