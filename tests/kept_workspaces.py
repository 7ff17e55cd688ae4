"""Kept workspaces of every schema version (tests/store/kept), copied to where a test may change them."""

import shutil
from pathlib import Path

from fakes import make_settings

from analyzer.config import Settings
from analyzer.security.keys import derive_key, read_key
from analyzer.security.workspace_store import DATABASE
from analyzer.store.database import Database

KEPT = Path(__file__).parent / "store" / "kept"
VERSIONS = ("2", "3", "4", "5")


def copied(version: str, folder: Path) -> Settings:
    """Copy a kept workspace with its keys; return the settings that open it."""
    shutil.copytree(KEPT / f"schema_{version}", folder, dirs_exist_ok=True)
    for file in (folder / "keys").iterdir():
        file.chmod(0o600)  # git keeps no such modes
    return make_settings(folder)


def opened_raw(settings: Settings) -> Database:
    """Open the database of a workspace as it is, without migrating it."""
    key = read_key(next(settings.keys_dir.glob("*.key")))
    return Database(settings.workspace / DATABASE, derive_key(key, "store"))


def schema_of(database: Database, without: tuple[str, ...] = ()) -> dict[tuple[str, str, str], str]:
    """Return the SQL of every table, index and trigger, by kind, name and table."""
    rows = database.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema")
    return {(kind, name, table): sql for kind, name, table, sql in rows if table not in without}
