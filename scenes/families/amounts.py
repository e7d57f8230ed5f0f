"""Numbers of a sentence: with as many digits as it takes, and without powers of ten where people write none."""

__all__ = ["amounts", "counted", "rounded"]

FEW, MOST = 2, 5  # digits
MANY = 1000.0  # from where decimals are noise
WHOLE, HUGE, TINY = (
    100.0,
    1e6,
    1e-4,
)  # from where decimals, and from where digits say nothing; below where zeros are counted


def amounts(*values: float) -> list[str]:
    """Write numbers that stand beside each other, such as "0.261" and "0.264": alike only if they are.

    Args:
        values: finite or not.
    """
    for digits in range(FEW, MOST):
        texts = [_written(value, digits) for value in values]
        if len(set(texts)) == len(set(values)):
            return texts
    return [_written(value, MOST) for value in values]


def counted(count: int, thing: str) -> str:
    """Return a number with what is counted, such as "1 sample" or "1,000 samples".

    Args:
        count: how many there are.
        thing: name of one.
    """
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def rounded(value: float) -> str:
    """Return a value to three decimals, or where these would hide it to two digits; thousands without decimals.

    Args:
        value: any.
    """
    size = abs(value)
    few = f"{size:.3f}" if size >= 0.01 or not size else f"{size:.2g}"
    return ("−" if value < 0 else "") + (_written(size, FEW) if size >= MANY else few)


def _written(value: float, digits: int) -> str:
    size = abs(value)
    if WHOLE <= size < HUGE:
        decimals = max(0, digits - len(f"{size:.0f}"))
        return f"{value:,.{decimals}f}"
    if TINY <= size < WHOLE or size == 0:
        return f"{float(f'{value:.{digits}g}'):.12g}".replace("e-05", "e-5")
    return f"{value:.{digits}g}".replace("e+", "e").replace("e-0", "e-").replace("e0", "e")
