"""Hosts of links: which text is one without a scheme to say so, and what of a host may stay."""

import re
from collections.abc import Sequence

from analyzer.privacy.url_values import is_harmless_label
from analyzer.privacy.url_words import HOST_ENDINGS, PROFILE_HOSTS, SECOND_LEVEL, WORDY_ENDINGS

_HOST = re.compile(r"([\w-]{1,63}(?:\.[\w-]{1,63})*)(\.?(?::\d{1,5})?)")
_SIX = re.compile(r"\[[\da-fA-F:.]{2,45}\](?::\d{1,5})?")
_FOUR = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
_INNER = re.compile(r"localhost(?::\d{1,5})?|[^\W\d][\w-]{0,62}:\d{4,5}", re.IGNORECASE)


def is_known_host(authority: str) -> bool:
    """Say whether this is a host although no scheme is before it; any two words with a full stop between are not."""
    host = authority.rpartition("@")[2]
    found = _HOST.fullmatch(host)
    if not found:
        return False
    labels = found[1].lower().split(".")
    if labels[0] == "www" or _FOUR.fullmatch(found[1]) or _INNER.fullmatch(host):
        return True
    return len(labels) > 1 and (labels[-1] in HOST_ENDINGS or labels[-1] in WORDY_ENDINGS or labels[-1][:4] == "xn--")


def is_profile_host(host: str) -> bool:
    """Say whether the paths of this host begin with somebody's account name."""
    labels = host.lower().partition(":")[0].split(".")
    return ".".join(labels[-_domain_length(labels) :]) in PROFILE_HOSTS


def scrub_host(authority: str, removed: str) -> str:
    """Return the host without user name and with personal labels replaced by removed; "" where it is no host."""
    host = authority.rpartition("@")[2]
    if _SIX.fullmatch(host):
        return host
    found = _HOST.fullmatch(host)
    if not found:
        return ""
    if _FOUR.fullmatch(found[1]):
        return host
    labels = found[1].split(".")
    left = len(labels) - _domain_length(labels)
    is_inner = len(labels) == 1  # a machine's name: the owner's, often
    kept = [
        label if is_harmless_label(label, place < left or is_inner) else removed for place, label in enumerate(labels)
    ]
    if len(kept) > 1 and kept[-1] != labels[-1]:
        return ""
    return ".".join(kept) + found[2]


def _domain_length(labels: Sequence[str]) -> int:
    """Return how many of the last labels make the registered domain."""
    has_country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2].lower() in SECOND_LEVEL
    return 3 if has_country else 2
