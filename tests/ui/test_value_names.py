"""The words of values and of steps that the page translates are those that the services have."""

import re

import pytest

from analyzer.answers.types import Stance
from analyzer.config import PACKAGE
from analyzer.counting.types import Measure
from analyzer.ingest.preview import DROPPED, KEPT
from analyzer.security.types import Role
from analyzer.types import ColumnRole, Kind
from analyzer.ui import value_names


@pytest.mark.parametrize(
    ("named", "values"),
    [
        (value_names.STANCES, Stance),
        (value_names.KINDS, Kind),
        (value_names.ROLES_OF_COLUMNS, ColumnRole),
        (value_names.MEASURES, Measure),
        (value_names.ROLES, Role),
    ],
)
def test_every_value_of_a_service_has_a_name(named, values):
    assert {one.value for one in values} <= set(named)


def test_states_of_accounts_and_uses_of_columns_have_names():
    source = (PACKAGE / "security" / "accounts.py").read_text(encoding="utf-8")
    states = set(re.findall(r'return "([a-z ]+)"', source[source.index("def state_of") :].split("\ndef ")[1]))
    assert states <= set(value_names.STATES)
    assert {DROPPED, KEPT} <= set(value_names.USES)


def test_steps_without_numbers_have_names():
    steps = set()
    for folder in ("themes", "opinions", "answers"):
        for file in (PACKAGE / folder).rglob("*.py"):
            steps |= set(re.findall(r'(?:on_progress|on_stage)\(\s*"([^"]+)"', file.read_text(encoding="utf-8")))
    assert steps
    assert steps <= set(value_names.STEPS)
