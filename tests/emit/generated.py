"""What the tests of the emitter share: random programs, and running a module's text."""

import contextlib
import io
import sys
from typing import Any
from unittest import mock

from hypothesis import strategies as st

from einsum_grad.emit import TARGETS
from einsum_grad.lower import Program, Traits
from einsum_grad.plan import pattern_of, request
from einsum_grad.syntax import parse
from tests.emit.libraries import RUNNABLE, module_of, uncompiled, wide_jax
from tests.programs import program_of
from tests.strategies import Case, cases

REAL, COMPLEX = Traits(), Traits(complex=True)
targets = st.sampled_from(sorted(RUNNABLE))
numbers = st.sampled_from((REAL, REAL, COMPLEX, Traits(complex=True, conjugate=False)))


def program(
    case: Case, target: str, traits: Traits = REAL, wrt: tuple[int, ...] | None = None
) -> Program:
    """The program that `target` writes for the shapes of `case`."""
    asked = request(case.letters, wrt, sizes=case.given, shapes=case.shapes)
    traits = TARGETS[target].traits or traits
    return program_of(asked.pattern, asked.wrt, TARGETS[target], dict(asked.sizes), traits)


def unbound_program(case: Case, target: str, traits: Traits = REAL) -> Program:
    """The program for any shapes that do not broadcast; ellipses stay."""
    pattern = pattern_of(parse(case.letters), case.given)
    wrt = tuple(range(len(pattern.inputs)))
    return program_of(pattern, wrt, TARGETS[target], case.given, traits)


@st.composite
def programs(draw: st.DrawFn) -> tuple[Case, str, Program]:
    """A case, a target, and the program that it writes: bound to the shapes, or for any."""
    target, traits = draw(targets), draw(numbers)
    traits = TARGETS[target].traits or traits
    if draw(st.booleans()):
        case = draw(cases())
        return case, target, program(case, target, traits)
    case = draw(cases(broadcasting=False))
    return case, target, unbound_program(case, target, traits)


def run(text: str, target: str = "numpy") -> Any:
    """Execute the text of a module of `target`; what it defines, as attributes."""
    defined: dict[str, Any] = {"__name__": "generated"}
    exec(compile(uncompiled(text), "<generated>", "exec"), defined)
    return module_of(defined, target)


def exit_code(text: str, *arguments: str) -> tuple[int, str]:
    """Run the text of a module as a script is run: its exit code and what it prints."""
    printed, command = io.StringIO(), mock.patch.object(sys, "argv", ["module.py", *arguments])
    within = wide_jax() if "import jax" in text and "jax" in RUNNABLE else contextlib.nullcontext()
    with contextlib.redirect_stdout(printed), command, within:
        try:
            exec(compile(uncompiled(text), "<generated>", "exec"), {"__name__": "__main__"})
        except SystemExit as end:
            return int(end.code or 0), printed.getvalue()
        except Exception as error:  # noqa: BLE001  # as in a script, whatever it is ends it
            return 1, printed.getvalue() + repr(error)
    return 0, printed.getvalue()
