"""The setting of a model server: ask the server who it is, and write the setting to the settings file."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from analyzer.config import PREFIX, load_settings, settings_file
from analyzer.errors import UsageError
from analyzer.models.loaded_models import LoadedModels
from analyzer.models.server_address import ServerSetting
from analyzer.security.sandbox.egress import server_connection
from analyzer.store.file_drafts import write_whole

KEY = "answering_server"


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server that answered.

    Attributes:
        setting: with the dialect that it speaks and the model that it has.
        details: what it says about the model.
        family: name of the model's family; empty if nothing was measured for it.
        gives_probabilities: whether it gives log-probabilities.
        obeys_grammar: whether it holds output to a grammar.
    """

    setting: ServerSetting
    details: str
    family: str
    gives_probabilities: bool
    obeys_grammar: bool

    def lines(self) -> list[str]:
        """Return what to know about the server, line by line."""
        setting = self.setting
        found = [f"answers are written by {setting.model} of {setting.dialect} at {setting.address}"]
        found += [f"in the server's words: {self.details}"] if self.details else []
        if not self.family:
            found.append("no thresholds were measured for this model: sentences are verified without it, more strictly")
        elif not self.gives_probabilities:
            found.append("it gives no probabilities: sentences are verified without it, more strictly")
        if not self.obeys_grammar:
            found.append("it enforces no grammar: sentences of another form are cut")
        found.append("the seal has one hole: this address; what the server does with comments is not under the seal")
        return found


def identify(setting: ServerSetting) -> FoundServer:
    """Ask a server who it is; the process must be sealed with its address.

    Raises:
        ModelError: if it cannot be reached, speaks no known dialect, or has several models and none is named.
        UsageError: if the dialect is unknown.
    """
    models = LoadedModels(load_settings().models_dir)
    server = models.server(setting, server_connection)
    told, dialect = server.identify(), server.dialect
    return FoundServer(
        ServerSetting(setting.address, dialect.name, told.name), told.details, server.family.name,
        server.gives_probabilities, dialect.obeys_grammar,
    )  # fmt: skip


def write_setting(setting: str) -> Path:
    """Write the setting to the settings file, whose other lines stay as they are; return the file.

    Args:
        setting: text of answering_server; empty removes it.

    Raises:
        UsageError: if an environment variable sets it, which has precedence.
    """
    if os.environ.get(f"{PREFIX}{KEY.upper()}"):
        raise UsageError(f"{PREFIX}{KEY.upper()} is set and has precedence over the settings file; unset it first")
    file = settings_file()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    lines = [line for line in before.splitlines() if not re.match(rf"\s*{KEY}\s*=", line)]
    if setting:
        lines.append(f"{KEY} = {json.dumps(setting, ensure_ascii=False)}")  # a JSON string is one of TOML
    write_whole(file, "".join(f"{line}\n" for line in lines).encode(), may_replace=True)
    return file
