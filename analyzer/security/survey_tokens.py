"""Tokens of survey links: random, stored as keyed digests, with the recipient encrypted.

128 random bits in base32 after "fb-", so that import recognizes a column of tokens. The recipient of a token is
encrypted with AES-256-GCM: a reader of the table sees digests and segments only.
"""

import base64
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from analyzer.errors import WorkspaceError
from analyzer.store.database import Connection, Database

TOKEN = re.compile(r"fb-[a-z2-7]{26}")
NONCE, TAG = 12, 16
FIRST_BLOCK = (2).to_bytes(4, "big")
"""Counter of the first block of text in GCM (NIST SP 800-38D, 7.1)."""
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued token: the segments of its recipient, and whether an answer with it was imported already."""

    segments: Mapping[str, str]
    is_used: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one workspace; key: 32 bytes."""

    key: bytes

    def issue(self, connection: Connection, batch: int, people: Iterable[tuple[str, Mapping[str, str]]]) -> list[str]:
        """Create a token for each recipient inside the caller's transaction; return the tokens in order.

        Args:
            connection: of the caller's transaction.
            batch: id of the batch of links.
            people: (recipient, segments) for each token.
        """
        tokens = []
        for recipient, segments in people:
            token = "fb-" + base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
            row = (
                self.digest(token),
                batch,
                self._encrypted(token, recipient),
                json.dumps(dict(segments), sort_keys=True),
            )
            connection.execute("INSERT INTO links(digest, batch_id, who, segments, used) VALUES(?, ?, ?, ?, '')", row)
            tokens.append(token)
        return tokens

    def known(self, database: Database, tokens: Sequence[str]) -> dict[str, Issued]:
        """Return the issued tokens among these, by token."""
        by_digest = {self.digest(token): token for token in tokens}
        found: dict[str, Issued] = {}
        digests = list(by_digest)
        for start in range(0, len(digests), CHUNK):
            part = digests[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            rows = database.rows(f"SELECT digest, segments, used FROM links WHERE digest IN ({marks})", part)
            found |= {by_digest[bytes(d)]: Issued(json.loads(segments), bool(used)) for d, segments, used in rows}
        return found

    def mark_used(self, connection: Connection, tokens: Iterable[str], at: str) -> None:
        """Mark tokens as used inside the caller's transaction."""
        rows = [(at, self.digest(token)) for token in tokens]
        connection.executemany("UPDATE links SET used = ? WHERE digest = ? AND used = ''", rows)

    def who(self, database: Database, token: str) -> str | None:
        """Return the recipient of a token; None if it was never issued.

        Raises:
            WorkspaceError: if the stored recipient was changed.
        """
        rows = database.rows("SELECT who FROM links WHERE digest = ?", (self.digest(token),))
        if not rows:
            return None
        encrypted = bytes(rows[0][0])
        try:
            return AESGCM(self.key).decrypt(encrypted[:NONCE], encrypted[NONCE:], token.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise WorkspaceError("the recipient of that link was changed; restore a backup") from error

    def recipients(self, database: Database) -> Iterator[tuple[bytes, str]]:
        """Yield digest and recipient of every link, to find those of a person who is to be erased.

        Without the token, which is not stored, a recipient cannot be authenticated: it is compared, never shown.
        """
        for digest, stored in database.rows("SELECT digest, who FROM links ORDER BY digest"):
            nonce, sealed = bytes(stored)[:NONCE], bytes(stored)[NONCE:-TAG]
            plain = Cipher(AES(self.key), CTR(nonce + FIRST_BLOCK)).decryptor().update(sealed)
            yield bytes(digest), plain.decode(errors="replace")

    def digest(self, token: str) -> bytes:
        """Return the keyed digest under which a token is stored (16 bytes)."""
        return hmac.new(self.key, b"token|" + token.encode(), sha256).digest()[:16]

    def _encrypted(self, token: str, recipient: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + AESGCM(self.key).encrypt(nonce, recipient.encode(), token.encode())
