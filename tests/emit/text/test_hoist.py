"""Decorated functions stand once, before what calls them."""

from einsum_grad.emit.text.hoist import hoisted
from einsum_grad.emit.text.tree import Assign, Define, Do, Return, Statement, call


def kernel(name: str, value: str) -> Define:
    return Define(name, ["x"], "", [Return(value)], "kernel")


def caller(name: str, *body: Statement) -> Define:
    return Define(name, ["x"], "", body)


def test_a_kernel_stands_before_the_function_that_defines_it() -> None:
    own = kernel("make_z", "x")
    found = hoisted([caller("output", own, Do(call("own", "make_z", "x")))])
    assert found == [own, Define("output", ["x"], "", [Do(call("own", "make_z", "x"))])]


def test_the_same_kernel_of_two_functions_stands_once() -> None:
    own = kernel("make_z", "x")
    found = hoisted([caller("output", own), caller("together", own)])
    names = [each.name for each in found if isinstance(each, Define)]
    assert names == ["make_z", "output", "together"]


def test_another_kernel_of_the_same_name_is_called_by_a_new_one_wherever_its_name_stands() -> None:
    calls = (
        Do(call("own", "make_z", "x")),
        Do(call("in_parallel", "make_z", 3, "x")),
        Assign("z", call("added", call("in_parallel", "make_z", 3, "x"))),
    )
    found = hoisted(
        [caller("output", kernel("make_z", "x")), caller("pullback", kernel("make_z", "y"), *calls)]
    )
    last = found[-1]
    assert isinstance(last, Define)
    assert list(last.body) == [
        Do(call("own", "make_z_2", "x")),
        Do(call("in_parallel", "make_z_2", 3, "x")),
        Assign("z", call("added", call("in_parallel", "make_z_2", 3, "x"))),
    ]
    assert found[-2] == kernel("make_z_2", "y")
