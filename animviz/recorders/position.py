"""Where a training stands, counted in epochs and gradient steps since its recording began, over one ``fit`` or more."""

__all__ = ["Position"]


class Position:
    """Counts what has been trained.

    Attributes:
        epoch: epochs since the recording began; whole at the beginning and the end of each.
        step: gradient steps since then.
        steps: gradient steps of an epoch, once they are known.
        within: gradient steps of the present epoch so far; 0 once it has ended.
    """

    def __init__(self) -> None:
        self.epoch = 0.0
        self.step = 0
        self.steps: int | None = None
        self.within = 0
        self._start = 0.0  # epochs recorded before this fit
        self._first: int | None = None  # number that this fit gives its first epoch

    def start(self, epoch: float, step: int) -> None:
        """Begin the recording behind so many epochs and gradient steps that it does not hold."""
        self.epoch, self.step = epoch, step

    def begin(self, steps: int | None) -> None:
        """Begin a fit, of so many steps an epoch where that is known; an epoch that was broken off counts as a whole one."""
        if self.within:
            self.epoch, self.within = self.epoch + 1, 0
        self._start, self._first, self.steps = self.epoch, None, steps

    def begin_epoch(self, number: int | None = None) -> None:
        """Begin an epoch; frameworks count from 0, or from wherever they go on. None or a number that was is the next one."""
        following = self.epoch + (1 if self.within else 0)
        if number is not None:
            if self._first is None:
                self._first = number
            following = max(following, self._start + number - self._first)
        self.epoch, self.within = following, 0

    def end_steps(self, within: int) -> range:
        """Note how many steps of the epoch are done; return those that are new.

        Keras counts steps of which it runs several at once beyond the end of the epoch.
        """
        if self.steps is not None and within > self.within + 1:
            within = max(self.within, min(within, self.steps))
        new = range(self.within + 1, within + 1)
        self.step += len(new)
        self.within = within
        return new

    def end_epoch(self) -> int:
        """End an epoch; return its number since the recording began, from 0."""
        self.steps = self.steps or self.within
        number = round(self.epoch)
        self.epoch, self.within = number + 1.0, 0
        return number

    def number_of(self, epoch: int) -> int:
        """Return the number since the recording began of what the present fit calls an epoch."""
        return round(self._start) + epoch - (self._first or 0)
