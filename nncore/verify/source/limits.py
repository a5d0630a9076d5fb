"""What reading a file may cost, so that no file, however it is written, keeps a reader busy without end."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from nncore.verify.judgement import Status

MOST_FILES, DEEPEST, LONGEST, SECONDS = 200, 30, 2_000_000, 5.0  # files in a page, how deep, characters, of computing
_MOST_BYTES = 100_000_000  # of a file


class NoText(ValueError):
    """A file of which no text can be read; the message says what is wrong with it."""


class TooMuch(Exception):
    """Reading would not end or, which is undecided, takes too long."""

    def __init__(self, reason: str, status: Status = Status.UNREADABLE):
        super().__init__(reason)
        self.status = status


@dataclass(slots=True)
class Limits:
    """What is left for reading a page with all files that belong to it."""

    until: float = field(default_factory=lambda: time.process_time() + SECONDS)
    files: int = 0
    characters: int = 0

    def take(self, text: str, files: int = 1) -> None:
        """Raise `TooMuch` if with this text more files or characters belong to a page than are read."""
        self.files += files
        self.characters += len(text)
        for number, most, what in ((self.files, MOST_FILES, "files"), (self.characters, LONGEST, "characters")):
            if number > most:
                raise TooMuch(f"more than {most} {what} are to be read: divide the file")

    def check_time(self) -> None:
        """Raise `TooMuch` once this process has computed for too long."""
        if time.process_time() > self.until:
            raise TooMuch(f"reading takes longer than {SECONDS:g} s: divide the file", Status.UNDECIDED)


def is_file(path: Path) -> bool:
    """Return whether there is a file, whatever its name is."""
    try:
        return path.is_file()
    except OSError:
        return False


def text_of(path: Path) -> str:
    """Return the text of a file.

    Raises
    ------
    NoText
        If it is none, is too long, or cannot be opened.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise NoText(f"has more than {_MOST_BYTES} bytes")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoText("is not a text in UTF-8") from None
    except OSError as error:
        raise NoText(f"cannot be opened: {error.strerror}") from None
