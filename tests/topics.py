"""Comments about four things, each said in many ways, and a workspace that holds them."""

import itertools

from fakes import make_workspace, write_csv

TOPICS = {
    "parcel": ("The parcel came {0} and the box was {1}", "My parcel arrived {0} in a {1} box", "Parcel {0}, box {1}"),
    "soup": ("The soup tasted {0} and felt {1}", "Soup served {0} but {1}", "Their soup is {0} and {1} soup"),
    "waiter": ("The waiter shouted {0} at the {1} table", "A {0} waiter ignored my {1} table", "Waiter {0}, table {1}"),
    "app": ("The app crashes {0} on my {1} phone", "App login {0} with a {1} phone", "Phone app {0} and {1} app"),
}  # fmt: skip
FIRST = ("late", "early", "often", "again", "badly", "slowly")
SECOND = ("wet", "cold", "broken", "small", "dark")


def rows(count: int = 30, topics=tuple(TOPICS)):
    """Return records: `count` of each topic, every one in other words."""
    found = []
    for topic in topics:
        words = itertools.islice(itertools.product(TOPICS[topic], FIRST, SECOND), count)
        for n, (pattern, first, second) in enumerate(words):
            found.append({
                "id": f"C-{100 * (1 + list(TOPICS).index(topic)) + n}",
                "comment": f"{pattern.format(first, second)} {topic}",
                "rating": 1 + n % 5, "channel": "app" if n % 2 else "email", "date": f"2024-0{1 + n % 6}-1{n % 9}",
            })  # fmt: skip
    odd = {"rating": 3, "channel": "app", "date": "2024-01-01"}
    return [
        *found,
        {"id": "C-901", "comment": "nothing"} | odd,
        {"id": "C-902", "comment": "Xylophone zebra quartz"} | odd,
    ]


def imported(folder, records):
    """Return a workspace that holds records."""
    workspace = make_workspace(folder)
    workspace.ingest([write_csv(folder / "feedback.csv", records)])
    return workspace
