"""An interrupt wherever Python may handle one, and anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

Call = Callable[[], Any]
Function = Callable[..., Any]


def interrupted(call: Call, *functions: Function) -> Iterator[int]:
    """Run `call` again and again, with an interrupt at the first, second, … place in `functions`.

    The places are where Python may handle a signal: when a function begins, and after each call.
    Yield the number of the place after each interrupt; end where a run has no more of them.
    """
    return _interrupted(call, functions, _interrupts)


def interrupted_anywhere(call: Call, *functions: Function) -> Iterator[int]:
    """The same before each instruction of the interpreter, whatever Python does at some of them."""
    return _interrupted(call, functions, _interrupts_instruction)


def _interrupted(
    call: Call,
    functions: tuple[Function, ...],
    interrupts: Callable[[Call, set[CodeType], int], bool],
) -> Iterator[int]:
    codes = {function.__code__ for function in functions}
    for place in range(1, 10_000):
        # Twice: Python 3.13 traces instructions only after a frame has asked for them.
        if not (interrupts(call, codes, place) or interrupts(call, codes, place)):
            return
        yield place
    raise AssertionError("the functions have no end")


def _interrupts(call: Call, codes: set[CodeType], place: int) -> bool:
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


def _interrupts_instruction(call: Call, codes: set[CodeType], place: int) -> bool:
    """The same of the instructions in `codes`."""
    seen = 0

    def enter(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code not in codes:
            return None
        frame.f_trace_opcodes = True
        return step

    def step(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal seen
        if event == "opcode":
            seen += 1
            if seen == place:
                raise KeyboardInterrupt
        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        call()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return seen >= place
