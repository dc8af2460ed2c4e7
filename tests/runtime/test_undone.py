"""What was done is undone at once, while who was interrupted still holds the interrupt."""

from __future__ import annotations

import pytest

from einsum_grad.runtime.undone import Undone


class Done(Undone):
    """Is `done` within; an interrupt comes at the end of one of its methods, or before another."""

    def __init__(self, interrupt: str) -> None:
        self.interrupt = interrupt
        self.done = False

    def _begin(self) -> None:
        self.done = True
        self._interrupted("begin")

    def _leave(self) -> None:
        self._interrupted("leave")
        self.done = False

    def _interrupted(self, place: str) -> None:
        if self.interrupt == place:
            self.interrupt = ""
            raise KeyboardInterrupt


@pytest.mark.parametrize("interrupt", ["begin", "leave"])
def test_an_interrupt_that_is_held_leaves_nothing_done(interrupt: str) -> None:
    context = Done(interrupt)
    with pytest.raises(KeyboardInterrupt) as held, context:
        assert context.done
    assert held.value.__traceback__ is not None
    assert not context.done


def test_what_raises_within_leaves_nothing_done() -> None:
    context = Done("")
    with pytest.raises(ZeroDivisionError), context:
        raise ZeroDivisionError
    assert not context.done
