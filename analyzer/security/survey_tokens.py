"""Tokens of survey links: random, nothing in them; kept as keyed digests, with whose they are sealed apart.

128 random bits in base32 after "fb-", so that a column of them is known for what it is. Whose a token is, is encrypted
under a key of its own (AES-256-GCM): whoever reads the table reads digests and segments.
"""

import base64
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from analyzer.store.database import Connection, Database

TOKEN = re.compile(r"fb-[a-z2-7]{26}")
NONCE = 12
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Issued:
    """What is known of a token at import: the segments that go with it, and whether an answer came with it already."""

    segments: Mapping[str, str]
    is_used: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one workspace; key: 32 bytes."""

    key: bytes

    def issue(self, connection: Connection, batch: int, people: Iterable[tuple[str, Mapping[str, str]]]) -> list[str]:
        """Make a token for each person inside the caller's transaction.

        Args:
            connection: of the caller's transaction.
            batch: that they belong to.
            people: whose each is, and the segments that go with it.
        """
        tokens = []
        for who, segments in people:
            token = "fb-" + base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
            row = (self.digest(token), batch, self._sealed(token, who), json.dumps(dict(segments), sort_keys=True))
            connection.execute("INSERT INTO links(digest, batch_id, who, segments, used) VALUES(?, ?, ?, ?, '')", row)
            tokens.append(token)
        return tokens

    def known(self, database: Database, tokens: Sequence[str]) -> dict[str, Issued]:
        """Return what is known of tokens; those that were never issued are absent."""
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
        """Note inside the caller's transaction that answers came with these."""
        rows = [(at, self.digest(token)) for token in tokens]
        connection.executemany("UPDATE links SET used = ? WHERE digest = ? AND used = ''", rows)

    def who(self, database: Database, token: str) -> str | None:
        """Return whose a token is; None if it was never issued."""
        rows = database.rows("SELECT who FROM links WHERE digest = ?", (self.digest(token),))
        if not rows:
            return None
        sealed = bytes(rows[0][0])
        return AESGCM(self.key).decrypt(sealed[:NONCE], sealed[NONCE:], token.encode()).decode()

    def digest(self, token: str) -> bytes:
        """Return the keyed digest a token is kept as."""
        return hmac.new(self.key, b"token|" + token.encode(), sha256).digest()[:16]

    def _sealed(self, token: str, who: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + AESGCM(self.key).encrypt(nonce, who.encode(), token.encode())
