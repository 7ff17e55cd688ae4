"""Measure false flags where nothing changes, detection of planted changes, and coverage of drivers' intervals.

    python benchmarks/trends.py [--corpora 200]

A corpus has 40 themes (shares of 1 to 15 %), 12 months of about 1,000 comments (30 % up and down), and three segments
with a drifting mix, so that raw shares change although the shares within segments do not. In half of the null corpora
comments come in bursts (beta-binomial, rho .01). A planted change moves one theme in the last month.
"""

import argparse

import numpy as np

from analyzer.themes.trends.drivers import effects
from analyzer.themes.trends.shares import curves

THEMES, MONTHS, SEGMENTS = 40, 12, 3
CHANGES = ((0.03, 0.06), (0.05, 0.10), (0.10, 0.15), (0.10, 0.05))
VOLUMES = (500, 1_000, 2_000)


def corpus(rng, volume=1_000, rho=0.0, change=None):
    """Return counts[theme, month, segment] and totals[month, segment].

    Args:
        rng: the random generator.
        volume: mean number of comments a month.
        rho: correlation within a month (beta-binomial); 0 for none.
        change: share of theme 0 before the last month, and in it.
    """
    drift = np.linspace(0, 1, MONTHS)[:, None]
    mix = (1 - drift) * np.array([0.6, 0.3, 0.1]) + drift * np.array([0.2, 0.3, 0.5])
    sizes = rng.poisson(volume * rng.uniform(0.7, 1.3, MONTHS))
    totals = np.stack([rng.multinomial(n, m) for n, m in zip(sizes, mix, strict=True)])
    share = rng.uniform(0.01, 0.15, (THEMES, 1, 1)) * rng.uniform(0.5, 1.5, (THEMES, 1, SEGMENTS))
    share = np.broadcast_to(share, (THEMES, MONTHS, SEGMENTS)).copy()
    if change:
        share[0, :] = change[0]
        share[0, -1] = change[1]
    if rho:
        a = share * (1 - rho) / rho
        share = rng.beta(a, (1 - share) * (1 - rho) / rho)
    return rng.binomial(np.broadcast_to(totals, share.shape), share), totals


def main() -> None:
    parser = argparse.ArgumentParser(description="Simulate corpora without and with changes.")
    parser.add_argument("--corpora", type=int, default=200)
    options = parser.parse_args()
    rng = np.random.default_rng(20_240_101)
    for rho in (0.0, 0.01):
        last, every = [], []
        for _ in range(options.corpora):
            flags = curves(*corpus(rng, rho=rho)).flags
            last.append(flags[:, -1] != 0)
            every.append(flags != 0)
        raw = np.mean([one.any() for one in last])
        print(
            f"nothing changes, rho {rho}: last month flagged in {100 * raw:.1f} % of corpora "
            f"({100 * np.mean(last):.2f} % of series); any month in {100 * np.mean([e.any() for e in every]):.1f} %"
        )
    for before, after in CHANGES:
        parts = []
        for volume in VOLUMES:
            found = [curves(*corpus(rng, volume, 0.0, (before, after))).flags[0, -1] for _ in range(options.corpora)]
            parts.append(f"{volume:,} a month {100 * np.mean(np.array(found) == np.sign(after - before)):.0f} %")
        print(f"{100 * before:.0f} % to {100 * after:.0f} %: found with " + ", ".join(parts))
    inside = []
    for _ in range(options.corpora):
        segments = rng.integers(0, 3, 2_000)
        member = rng.random((2_000, 8)) < 0.05 + 0.05 * segments[:, None]
        truth = np.linspace(-1, 1, 8)
        outcome = 3 + 0.5 * segments + member @ truth + rng.normal(0, 1, 2_000)
        found = effects(outcome, member, segments)
        inside.append((found.low <= truth) & (truth <= found.high))
    print(f"95 % intervals of drivers contain the truth in {100 * np.mean(inside):.1f} %")


if __name__ == "__main__":
    main()
