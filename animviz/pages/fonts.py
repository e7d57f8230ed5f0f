"""The typeface of a page: the subset of Fira Sans with the letters that the page needs."""

from base64 import b64encode
from functools import cache
from importlib.resources import files
from io import BytesIO

__all__ = ["faces"]

WEIGHTS = {"Regular": 400, "Medium": 500}
ALWAYS = "".join(map(chr, range(32, 127))) + "·–—…×←→%"


def faces(texts: str) -> str:
    """Return CSS that defines the family "Fira Sans" with the letters of the texts, and all of ASCII.

    For letters that the typeface lacks, the browser takes another one.

    Args:
        texts: of the page, joined.
    """
    letters = "".join(sorted({*ALWAYS, *texts}))
    return "\n".join(_face(name, weight, letters) for name, weight in WEIGHTS.items())


@cache
def _face(name: str, weight: int, letters: str) -> str:
    from fontTools import subset

    options = subset.Options(flavor="woff", layout_features=["kern", "tnum"], hinting=False, notdef_outline=True)
    whole = (files("fontpkg_fira_sans") / "files" / f"FiraSans-{name}.ttf").read_bytes()
    font = subset.load_font(BytesIO(whole), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    file = BytesIO()
    subset.save_font(font, file, options)
    source = f"data:font/woff;base64,{b64encode(file.getvalue()).decode()}"
    return f'@font-face{{font-family:"Fira Sans";font-weight:{weight};src:url({source})}}'
