"""Odd words for options, by what the options themselves say of their values."""

import re
from collections.abc import Sequence

import click
from hypothesis import strategies as st

__all__ = ["ODD_NUMBERS", "ODD_PATHS", "ODD_TEXTS", "options_among"]

Words = list[str]
ODD_NUMBERS = [
    "", "0", "-0", "-1", "1", "2", "3", "7", "0.5", "1e-300", "1e9", "1e300", "1e999", "-1e999", "nan", "-nan", "inf", "-inf",
    "1_0", "٣", "²", "0x10", "1,5", " 4 ", "+2", "1/3", "1/0", "2147483647", "2147483648", "4294967296", "9223372036854775807",
    "9223372036854775808", "-9223372036854775809", "9" * 400, "1" + "0" * 5000, "true", "None", "last", "--", "-",
]  # fmt: skip
ODD_TEXTS = [
    "", " ", "-", "--", "...", "..", ",", ",,", "a,", ":", "::", "=", "a=b", "%s", "{}", "{x}", "{0.__class__}", "$x", "\\", "'",
    '"', "\n", "a\nb", "\t", "\x1b[2J", "\x07", "\u202e", "\udc80", "שלום", "🙂", "e\u0301", "ﬀ", "x" * 300, "0", "1", "-1",
    "0-", "-3", "3-1", "0-9999999999", "1-2-3", "*", "2-*-1", "**", "nan", "none", "auto", "all", "last", "input", "layer_1",
    "pca:2", "pca:0", "pca:99999", "forest:3", "pixels:0,1", "pixels:9999", "#fff", "#12345", "rgb(1,2,3)", "transparent",
    "red", "1:1", "0x0", "99999x99999", "160x90", "160x91", "2x2", "-64x64", "64×64", "0MB", "1TB", "2/1", "0/0", "1/999999999",
    "tcp://", "tcp://127.0.0.1:1", "http://[", "rings", "rings.py", "nowhere.rec", "os:system",
]  # fmt: skip
ODD_PATHS = [
    "", " ", ".", "..", "/", "nowhere", "nowhere.rec", "x.mp4", "x.gif", "x.png", "x.svg", "x.md", "x.csv", "x.html",
    "x.npz", "x.rec", "x.", ".x", ".mp4", "x.MP4", "x.tar.gz", "a/b/x.mp4", "r.rec", "r.rec/manifest.json",
    "r.rec/x.mp4", "r.rec/x.rec", "d.rec", "folder", "folder.mp4", "folder.rec", "link.mp4", "loop.mp4",
    "points.csv", "points.csv/x.mp4", "digits.npz", "m.mp4", "s.toml", "%d.mp4", "%05d.png", "a:b.mp4", "a|b.mp4",
    "-x.mp4", "x\n.mp4", "\x1b[2J.mp4", "\udc80.mp4", "שלום.mp4", "🙂.png", "x" * 300, "x" * 300 + ".mp4",
    "y" * 200 + ".mp4", "y/" * 2100 + "x.mp4", "/dev/null", "/dev/full", "/proc/x.mp4", "/proc/self/mem", "~", "~/x",
    "file:///x", "http://x/y.mp4", "pipe:1", "concat:a|b",
]  # fmt: skip
LONGEST = 40
# A film of hours is no fault, but takes hours: seconds that are drawn, up to the length that is refused, by option.
LASTING = {"seconds": (60, 86_400), "hold_start": (60, 86_400), "hold_end": (60, 86_400), "pace": (0, 0.05)}
LETTERS = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), max_size=LONGEST)


def options_among(options: Sequence[click.Parameter], most: int = 3) -> st.SearchStrategy[Words]:
    """Choose some of the options, each with a value that may or may not do.

    Args:
        options: of a command.
        most: how many are given.
    """
    given = [option for option in options if isinstance(option, click.Option) and option.name != "help"]
    return st.lists(st.sampled_from(given).flatmap(_given), min_size=1, max_size=most).map(
        lambda chosen: [word for words in chosen for word in words]
    )


def _given(option: click.Option) -> st.SearchStrategy[Words]:
    flags = st.sampled_from([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return flags.map(lambda flag: [flag])
    return st.tuples(flags, _values(option)).map(list)


def _values(option: click.Option) -> st.SearchStrategy[str]:
    """Return values that the option's type, default and help speak of, and odd ones."""
    likely = [*_examples(option.help or ""), *_default(option)]
    if isinstance(option.type, click.Choice):
        likely += list(option.type.choices)
    odd: list[st.SearchStrategy[str]] = [st.sampled_from(ODD_TEXTS), LETTERS]
    if isinstance(option.type, click.Path):
        odd = [st.sampled_from(ODD_PATHS)]
    elif not isinstance(option.type, click.types.StringParamType | click.Choice):
        odd = [st.sampled_from(ODD_NUMBERS), st.integers().map(str), st.floats().map(str), st.sampled_from(ODD_TEXTS)]
    values = st.one_of(*([st.sampled_from(likely)] if likely else []), *odd)
    if option.name not in LASTING:
        return values
    low, high = LASTING[option.name]
    return values.filter(lambda word: not _lies_between(word, low, high))


def _lies_between(word: str, low: float, high: float) -> bool:
    try:
        return low < float(word) <= high
    except ValueError:
        return False


def _default(option: click.Option) -> list[str]:
    value = option.default
    return [str(value)] if isinstance(value, str | int | float) and not isinstance(value, bool) else []


def _examples(text: str) -> list[str]:
    """Return the words of a help text that may be values."""
    return [word for word in re.findall(r"[\w.:/#×-]+", text) if re.search(r"[\d:/#]", word)]
