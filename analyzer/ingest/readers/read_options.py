"""What a user may say about how a file is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file where detection is wrong; None detects.

    Attributes:
        sheet: name of the sheet of a workbook.
        encoding: name of the codec of a text file, such as "cp1250".
        delimiter: one character.
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


DETECT = ReadOptions()
