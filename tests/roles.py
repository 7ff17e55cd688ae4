"""A workspace with comments and an account of every role, opened as any of them."""

from dataclasses import replace

from fakes import FakeWorkspace, make_workspace, write_csv

from analyzer.security.types import Grant, Role

UNTIL = "2999-01-01"
ROWS = [
    {
        "id": f"R-{n}",
        "comment": f"the {thing} was {how}",
        "shop": shop,
        "rating": 1 + n % 5,
        "Respondent ID": f"P{n}",
    }
    for n, (thing, how, shop) in enumerate(
        (thing, how, shop)
        for thing in ("parcel", "soup", "waiter", "app")
        for how in ("late", "cold", "rude", "slow", "fine")
        for shop in ("north", "south")
    )
]
ACCOUNTS = {
    "ada": Grant("ada", (Role.ADMIN,)), "vic": Grant("vic", (Role.VIEWER,)), "ann": Grant("ann", (Role.ANALYST,)),
    "stu": Grant("stu", (Role.STEWARD,)), "rev": Grant("rev", (Role.REVIEWER,)),
    "con": Grant("con", (Role.CONSULTANT,), until=UNTIL, exports="off"),
}  # fmt: skip


def staffed(folder, rows=tuple(ROWS), accounts=None):
    """Make a workspace that holds rows, then give these accounts access; return its settings."""
    workspace = make_workspace(folder)
    workspace.ingest([write_csv(folder / "a.csv", list(rows))])
    admin, *others = (accounts or ACCOUNTS).values()
    workspace.users.add(admin, sign_in=False)
    workspace.close()
    held = FakeWorkspace(workspace.settings, admin.account)
    for grant in others:
        held.users.add(grant, sign_in=False)
    held.close()
    return workspace.settings


def opened(settings, name):
    """Open a workspace as somebody."""
    return FakeWorkspace(replace(settings), name)
