"""Sizes in words come back as numbers, and a limit is what may still be."""

from animviz.safety.limits import LIMITS, beyond
from animviz.safety.sizes import bytes_in, size_text


def test_sizes_come_back() -> None:
    for count in (1, 999, 20_000, 3_000_000, 4_000_000_000, 5_000_000_000_000):
        assert bytes_in(size_text(count).replace(" bytes", "")) == count


def test_what_is_at_the_limit_is_not_beyond_it() -> None:
    for name, limit in LIMITS.items():
        assert beyond(name, limit.most) is None
        assert beyond(name, limit.most + 1) is not None
