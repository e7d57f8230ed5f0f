"""Safety: what keeps files of strangers, and ends from outside, from doing harm."""
