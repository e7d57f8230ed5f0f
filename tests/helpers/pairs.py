"""Numbers in words held against the marks that they stand beside."""

import re

from matplotlib.text import Text

from animviz.stage.stage import Stage
from animviz.stage.words import Words

NUMBER = re.compile(r"([<>≈]?)\s*([-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?)")
ONLY_A_NUMBER = re.compile(r"[<>≈]?\s*[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?\s*%?")
HEADER = 130.0  # units from the upper edge, within which the header's numbers stand


def contradictions(stage: Stage) -> list[str]:
    """Return what is wrong with the pairs of a stage, at the moment that was painted last."""
    found = []
    for pair in stage.pairs:
        texts, values = list(pair.texts()), list(pair.values())
        assert len(texts) == len(values), f"{pair.name}: {len(texts)} texts beside {len(values)} marks"
        found += [
            f"{pair.name}: {text!r} beside a mark at {value}"
            for text, value in zip(texts, values, strict=True)
            if text and not agrees(text, float(value))
        ]
    return found


def agrees(text: str, value: float) -> bool:
    """Whether a text states a value, rounded as far as it is written."""
    match = NUMBER.search(text)
    if match is None:
        return value != value  # a dash, where there is no number
    sign, written = match[1], match[2].replace(",", "").replace("−", "-")
    stated, (mantissa, _, power) = float(written), written.partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(power or 0)
    if sign == "<":
        return value < stated
    if sign == ">":
        return value > stated
    return abs(stated - value) <= 0.5 * 10.0**-decimals * (1 + 1e-6) + 1e-9


def changing_numbers(stage: Stage) -> list[str]:
    """Return the texts that are nothing but a number, below the header, and are painted anew from frame to frame."""
    found = []
    for artist in stage._moving:
        if isinstance(artist, Text):
            below = (1 - artist.get_position()[1]) * stage.height > HEADER
            found += [artist.get_text()] if below and artist.get_visible() else []
        elif isinstance(artist, Words):
            found += [text for text, (_, top) in zip(artist.texts, artist.places, strict=True) if top > HEADER]
    return [text for text in found if ONLY_A_NUMBER.fullmatch(text.strip())]
