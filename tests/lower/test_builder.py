from einsum_grad.lower import Op, Value
from einsum_grad.lower.builder import Builder, Stage

X = Value("x", ("b", "i"))


def test_chain_reads_the_arguments_and_then_each_result() -> None:
    builder = Builder(["x", "dx"])
    todo = [Stage(Op.CONTRACT, ("i",)), Stage(Op.COPY, ("i",)), Stage(Op.REPEAT, ("b", "i"))]
    assert builder.chain([X], todo, "dx") == Value("dx", ("b", "i"))
    assert [str(step) for step in builder.take()] == [
        "dx_i[i] = contract x[b i]",
        "dx_i2[i] = copy dx_i[i]",
        "dx[b i] = repeat dx_i2[i]",
    ]
    assert builder.take() == ()


def test_derived_value_is_made_once_in_a_function_and_called_the_same_in_the_next() -> None:
    builder = Builder(["x"])
    first = builder.derive(Op.CONJUGATE, X, X.labels, "conj")
    assert builder.derive(Op.CONJUGATE, X, X.labels, "conj") == first == Value("x_conj", X.labels)
    assert len(builder.take()) == 1
    builder.new_function()
    assert builder.derive(Op.CONJUGATE, X, X.labels, "conj") == first
    assert len(builder.take()) == 1
