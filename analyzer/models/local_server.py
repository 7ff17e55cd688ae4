"""An answering model that a server on this machine runs: any size, the same interface as a model in this process.

One call runs at a time in this process; the server may serve others. What it says about its model is its word: the
program cannot hash a file that it does not open. The same question over the same comments gives the same answer only
as far as the server computes the same.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import cached_property
from typing import cast

from analyzer.errors import ModelError
from analyzer.models.fair_lock import FairLock
from analyzer.models.families import UNKNOWN, Family, family_of
from analyzer.models.llm import Message, OnText
from analyzer.models.server_address import ServerSetting
from analyzer.models.server_client import ServerClient, Stream
from analyzer.models.server_dialects import FirstToken, Request, ServedModel, ServerDialect, detect, dialect_named

SHOWN_NAMES = 8
COARSE_LOGIT = 4.0
"""Preference for a word that the server answered with, if it gives no log-probabilities."""
UNLISTED = 1.0
"""How far below the last listed token a word counts that is not listed."""
_PROBE = (Message("system", "Answer Yes or No."), Message("user", "Is water wet?"))


class LocalServer:
    """A model that a server on this machine runs (protocol Answers)."""

    def __init__(
        self,
        setting: ServerSetting,
        connect: Callable[[], Stream],
        find_family: Callable[[str], Family] = family_of,
    ) -> None:
        """Take the setting and how to connect; nothing is asked yet.

        Args:
            setting: address, dialect and model.
            connect: opens a connection to the address.
            find_family: returns the family of a model by its name.
        """
        self.lock = FairLock()
        self.address = setting.address
        self._find_family = find_family
        self._told: ServedModel | None = None
        self._client = ServerClient(setting.address, connect)
        self._dialect_name = setting.dialect
        self._wanted = setting.model

    @cached_property
    def dialect(self) -> ServerDialect:
        """The dialect of the server.

        Raises:
            UsageError: if the name in the settings is none.
            ModelError: if the server cannot be reached or speaks none.
        """
        return dialect_named(self._dialect_name) if self._dialect_name else detect(self._client)

    @property
    def name(self) -> str:
        """Name of the model on the server, as the server last said."""
        return (self._told or self.identify()).name

    @property
    def title(self) -> str:
        """The model and the address as set, for records; the server is not asked."""
        return f"{self._wanted or 'the model'} at {self.address}"

    @property
    def family(self) -> Family:
        """The family of the model; UNKNOWN if the server does not answer."""
        try:
            return self._find_family(self.name)
        except ModelError:
            return UNKNOWN

    @cached_property
    def gives_probabilities(self) -> bool:
        """Whether the server gives log-probabilities; without them `prefers` knows only which word was answered."""
        return bool(self._first_token(_PROBE).top)

    def identify(self) -> ServedModel:
        """Return what the server says about the model now.

        Raises:
            ModelError: if the server cannot be reached, has no such model, or has several and none is named.
        """
        models = self.dialect.models(self._client)
        if models is None:
            raise ModelError(f"the model server {self.address} is not {self.dialect.name}; correct the dialect")
        found = [one for one in models if self._wanted in ("", one.name)]
        if len(found) == 1:
            self._told = found[0]
            return found[0]
        names = ", ".join(one.name for one in models[:SHOWN_NAMES]) or "none on this machine"
        which = f"has no model {self._wanted}" if self._wanted else "has no model, or several"
        raise ModelError(f"the model server {self.address} {which}; its models: {names}; name one with --model")

    @property
    def is_reachable(self) -> bool:
        """Whether the server answers now and has the model."""
        try:
            return bool(self.identify().name)
        except ModelError:
            return False

    @property
    def fingerprint(self) -> str:
        """What identifies the model, marked as the server's word; says so if the server does not answer now."""
        try:
            told = self.identify()
        except ModelError:
            return "not known: the server gave no answer"
        parts = ", ".join(part for part in (told.name, told.details) if part)
        return f"in the words of the server ({self.dialect.name}): {parts}"

    def complete(
        self, messages: Sequence[Message], grammar: str, max_tokens: int, on_text: OnText | None = None
    ) -> str:
        """Return the output of the model at temperature 0; a server without grammars may leave the grammar.

        Raises:
            ModelError: if the server cannot be reached, fails or takes too long.
        """
        written = []
        with self.lock.turn():
            pieces = self.dialect.pieces(self._client, Request(self.name, messages, grammar, max_tokens))
            with closing(cast(Generator[str], pieces)):
                for piece in pieces:
                    written.append(piece)
                    if on_text:
                        on_text(piece)
        return "".join(written)

    def prefers(self, messages: Sequence[Message], yes: str = "Yes", no: str = "No") -> float:
        """Return the log-odds of one word against another as the first word of the answer.

        Without log-probabilities it is COARSE_LOGIT for the word that was answered, and 0 for any other answer.

        Raises:
            ModelError: as complete.
        """
        first = self._first_token(messages)
        if not first.top:
            said = first.text.strip().casefold()
            return COARSE_LOGIT * (said.startswith(yes.casefold()) - said.startswith(no.casefold()))
        return _logprob(first, yes) - _logprob(first, no)

    def _first_token(self, messages: Sequence[Message]) -> FirstToken:
        with self.lock.turn():
            return self.dialect.first_token(self._client, Request(self.name, messages))


def _logprob(first: FirstToken, word: str) -> float:
    """Return the log-probability of a word's own token, else of one that begins it, else below all listed tokens."""
    if word in first.top:
        return first.top[word]
    begins = [value for token, value in first.top.items() if token.strip() and word.startswith(token.strip())]
    return max(begins) if begins else min(first.top.values()) - UNLISTED
