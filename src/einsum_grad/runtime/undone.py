"""What is done for a while and undone in any case."""

from __future__ import annotations


class Undone:
    """A context that leaves nothing behind, wherever in it an interrupt (Ctrl-C) comes.

    A subclass defines `_begin` and `_leave`; `_leave` may be called at any time, and twice.

    >>> with Undone():
    ...     total = sum(range(10))
    """

    def __enter__(self) -> None:
        try:
            self._begin()
        except BaseException:  # an interrupt comes anywhere
            self._leave()
            raise

    def __exit__(self, *error: object) -> None:
        try:
            self._leave()
        except BaseException:
            self._leave()
            raise

    def __del__(self) -> None:
        # An interrupt may come before the first line of `__exit__`.
        self._leave()

    def _begin(self) -> None:
        """Do it."""

    def _leave(self) -> None:
        """Undo it, if it was done."""
