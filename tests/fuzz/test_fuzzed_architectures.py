"""Odd architectures: read, or refused in one line that names what is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animviz.experiments.catalogue import EXPERIMENTS
from helpers.fuzz.amount import AMOUNTS, Amount
from helpers.fuzz.trying import Bench
from helpers.fuzz.words import ODD_NUMBERS, ODD_TEXTS, Words

ALL = [name for name, experiment in EXPERIMENTS.items() if "arch" not in experiment.without]
WIDTHS = st.one_of(
    st.sampled_from(["*", "1", "2", "3", "64", "10000", "10001", *ODD_NUMBERS]), st.integers(-2, 99).map(str)
)
ARCHES = st.one_of(
    st.lists(WIDTHS, max_size=8).map("-".join),
    st.lists(st.integers(1, 99).map(str), max_size=5).map(lambda widths: "-".join(["*", *widths, "*"])),
    st.integers(0, 99).map(lambda count: "-".join(["2"] * count)),
    st.text("0123456789-*, x", max_size=12),
    st.sampled_from(ODD_TEXTS),
)


@st.composite
def commands(draw: st.DrawFn) -> Words:
    name, arch = draw(st.sampled_from(ALL)), draw(ARCHES)
    return draw(
        st.sampled_from(
            [
                ["record", name, "-o", "x.rec", f"--arch={arch}"],
                ["render", "history", "--experiment", name, "-o", "x.png", "--still", "last", f"--arch={arch}"],
                ["compare", "--experiment", name, "-o", "x.md", "--arch", "*-3-*", f"--arch={arch}"],
            ]
        )
    )  # fmt: skip


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_odd_architecture_is_read_or_named(amount: Amount, bench: Bench) -> None:
    @amount.settings(150)
    @given(words=commands())
    def check(words: Words) -> None:
        with bench.case():
            bench.check(words)

    check()
