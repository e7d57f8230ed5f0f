"""How many cases are tried: chosen by a fixed seed in CI; many, and ever new ones, by ``-m soak``."""

from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

__all__ = ["AMOUNTS", "Amount"]

SOAKED = 25  # times as many


class Amount(NamedTuple):
    """How many cases are tried.

    Attributes:
        times: as many as in CI.
        fixed: whether they are drawn by the same seed each time.
    """

    times: int
    fixed: bool

    def settings(self, cases: int) -> settings:
        """Return Hypothesis' settings.

        Args:
            cases: tried in CI.
        """
        return settings(
            max_examples=cases * self.times, derandomize=self.fixed, database=None, deadline=None, print_blob=False,
            suppress_health_check=list(HealthCheck),
            # An example that is made smaller is run many times over, which CI has no time for.
            phases=[Phase.generate] if self.fixed else [Phase.generate, Phase.shrink],
        )  # fmt: skip


AMOUNTS = [
    pytest.param(Amount(1, fixed=True), id="ci", marks=pytest.mark.fuzz),
    pytest.param(Amount(SOAKED, fixed=False), id="soak", marks=pytest.mark.soak),
]
