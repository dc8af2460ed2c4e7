"""An interrupt wherever Python may handle one: when a function begins, and after each call."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any


def interrupted(call: Callable[[], Any], *functions: Callable[..., Any]) -> Iterator[int]:
    """Run `call` again and again, with an interrupt at the first, second, … place in `functions`.

    Yield the number of the place after each interrupt; end where a run has no more of them.
    """
    codes = {function.__code__ for function in functions}
    for place in range(1, 10_000):
        if not _interrupts(call, codes, place):
            return
        yield place
    raise AssertionError("the functions have no end")


def _interrupts(call: Callable[[], Any], codes: set[CodeType], place: int) -> bool:
    """Whether `call` came to the number `place` of the places in `codes`; there it is stopped."""
    seen = 0

    def watch(frame: FrameType, event: str, _: Any) -> None:
        nonlocal seen
        if frame.f_code in codes and event in ("call", "return", "c_return"):
            seen += 1
            if seen == place:
                raise KeyboardInterrupt

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        call()
    except KeyboardInterrupt:
        pass
    finally:
        sys.setprofile(before)
    return seen >= place
