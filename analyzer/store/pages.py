"""Decrypt a database file page by page, including free pages and pages of the write-ahead log.

SQLCipher 4 (https://www.zetetic.net/sqlcipher/design/): AES-256-CBC; a page ends with its IV (16 bytes) and its HMAC
(64 bytes); the first one begins with 16 bytes of salt. HMACs are not checked: the result is for inspection only.
"""

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
IV, HMAC, SALT = 16, 64, 16
LOG_HEADER, FRAME_HEADER = 32, 24


def decrypted_pages(path: Path, key: bytes) -> Iterator[bytes]:
    """Yield every page of a database file and of the write-ahead log beside it, decrypted.

    Args:
        path: of the file.
        key: 32 bytes, the raw key of SQLCipher.
    """
    with path.open("rb") as file:
        number = 0
        while len(page := file.read(PAGE)) == PAGE:
            yield _decrypted(page, key, SALT if number == 0 else 0)
            number += 1
    log = path.with_name(path.name + "-wal")
    if not log.exists():
        return
    with log.open("rb") as file:
        file.seek(LOG_HEADER)
        while len(frame := file.read(FRAME_HEADER + PAGE)) == FRAME_HEADER + PAGE:
            is_first = int.from_bytes(frame[:4], "big") == 1
            yield _decrypted(frame[FRAME_HEADER:], key, SALT if is_first else 0)


def _decrypted(page: bytes, key: bytes, skip: int) -> bytes:
    end = PAGE - IV - HMAC
    cipher = Cipher(algorithms.AES(key), modes.CBC(page[end : end + IV])).decryptor()
    return cipher.update(page[skip:end]) + cipher.finalize()
