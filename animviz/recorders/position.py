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

    def begin(self, steps: int | None) -> None:
        """Begin a fit, of so many steps an epoch where that is known; an epoch that was broken off counts as a whole one."""
        if self.within:
            self.epoch, self.within = self.epoch + 1, 0
        self._start, self._first, self.steps = self.epoch, None, steps

    def begin_epoch(self, number: int) -> None:
        """Begin an epoch; frameworks count from 0, or from wherever they go on."""
        if self._first is None:
            self._first = number
        self.epoch = self._start + number - self._first
        self.within = 0

    def end_steps(self, within: int) -> None:
        """Note how many steps of the epoch are done."""
        self.step += within - self.within
        self.within = within

    def end_epoch(self) -> int:
        """End an epoch; return its number since the recording began, from 0."""
        self.steps = self.steps or self.within
        number = round(self.epoch)
        self.epoch, self.within = number + 1.0, 0
        return number

    def number_of(self, epoch: int) -> int:
        """Return the number since the recording began of what the present fit calls an epoch."""
        return round(self._start) + epoch - (self._first or 0)
