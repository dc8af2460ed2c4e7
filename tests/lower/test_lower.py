import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from einsum_grad.lower import Op, Program, Step, Value, lower, steps
from einsum_grad.lower.check import check
from einsum_grad.plan import (
    ELLIPSIS,
    UNIT,
    Network,
    Node,
    Pattern,
    pattern_of,
    single,
)
from einsum_grad.syntax import parse
from tests.lower.programs import bound, lowered, network_of, programs
from tests.strategies import Case, cases
from tests.tries import tries


def told(todo: object) -> list[str]:
    return [str(step) for step in todo]  # type: ignore[attr-defined]  # steps


@settings(max_examples=tries(400))
@given(programs())
def test_every_program_is_well_formed(program: Program) -> None:
    check(program)
    output = program.pattern.output
    assert program.output == Value("z", output)
    assert program.cotangent == Value("dz", output)
    for operand, gradient in zip(program.wrt, program.gradients, strict=True):
        assert gradient == Value(
            f"d{program.operands[operand].name}", program.pattern.inputs[operand]
        )


@settings(max_examples=tries(200))
@given(programs())
def test_no_step_is_without_use(program: Program) -> None:
    """Forward steps go into the output or the residuals, backward steps into the gradients."""
    assert unused(program.forward, (program.output, *program.residuals)) == []
    assert unused(program.backward, program.gradients) == []


def unused(sections: object, wanted: tuple[Value, ...]) -> list[str]:
    todo: list[Step] = list(steps(sections))  # type: ignore[arg-type]  # sections
    read = {arg.name for step in todo for arg in step.args} | {value.name for value in wanted}
    return [str(step) for step in todo if step.result.name not in read]


@settings(max_examples=tries(200))
@given(programs())
def test_residuals_are_what_the_backward_reads_of_the_forward(program: Program) -> None:
    made = {step.result.name for step in steps(program.forward)}
    again = {step.result.name for step in steps(program.backward)}
    read = {arg.name for step in steps(program.backward) for arg in step.args}
    assert {value.name for value in program.residuals} == (made & read) - again


@settings(max_examples=tries(200))
@given(programs())
def test_a_step_that_changes_nothing_stands_only_where_a_name_is_needed(program: Program) -> None:
    for section in (*program.forward, *program.backward):
        own = [step for step in section.steps if step.op not in (Op.CONJUGATE, Op.MERGE)]
        for step in own:
            idle = step.op is Op.CONTRACT and [arg.labels for arg in step.args] == [
                step.result.labels
            ]
            if idle:
                chain = [other for other in own if other.args == (step.result,)]
                assert [other.op for other in chain] in ([], [Op.SPLIT])


VIEWS = (Op.REPEAT, Op.UNITS, Op.MERGE, Op.SPLIT)


def is_view(step: Step) -> bool:
    return step.op in VIEWS or (
        step.op is Op.CONTRACT and len(step.args) == 1 and not step.pattern.contracted()
    )


@settings(max_examples=tries(400))
@given(programs())
def test_a_gradient_is_read_only_just_where_it_is_a_view_of_the_callers_cotangent(
    program: Program,
) -> None:
    writable, marked = {program.cotangent.name}, set[str]()
    for step in steps(program.backward):
        if not is_view(step):
            continue
        seen = step.args[0].name
        if step.op in (Op.READ_ONLY, Op.REPEAT) or seen in marked:
            marked.add(step.result.name)
        elif seen in writable:
            writable.add(step.result.name)
        assert step.op is not Op.READ_ONLY or seen in writable
    assert writable.isdisjoint(gradient.name for gradient in program.gradients)


@settings(max_examples=tries(200))
@given(programs())
def test_conjugates_are_made_of_factors_where_the_convention_asks_for_them(
    program: Program,
) -> None:
    wanted = program.traits.complex and program.traits.conjugate
    made = [step for step in steps(program.backward) if step.op is Op.CONJUGATE]
    assert not [step for step in steps(program.forward) if step.op is Op.CONJUGATE]
    if not wanted:
        assert made == []
        return
    conjugated = {step.result.name for step in made}
    derived = {program.cotangent.name}
    for step in steps(program.backward):
        if step.op is Op.CONTRACT:
            factors = [arg.name for arg in step.args if arg.name not in derived]
            assert conjugated.issuperset(factors)
        if step.op is not Op.CONJUGATE and any(arg.name in derived for arg in step.args):
            derived.add(step.result.name)


@given(cases(), st.data())
def test_fewer_gradients_take_no_more_steps(case: Case, data: st.DataObject) -> None:
    pattern, sizes = bound(case)
    network = network_of(pattern, pairs=True)
    given_ = pattern.output_sizes(sizes)
    everything = lower(network, tuple(range(len(pattern.inputs))), given=given_)
    one = data.draw(st.integers(0, len(pattern.inputs) - 1))
    program = lower(network, (one,), given=given_)
    assert set(program.residuals) <= set(everything.residuals)
    assert set(told(steps(program.backward))) <= set(told(steps(everything.backward)))
    nothing = lower(network, (), given=given_)
    assert (nothing.backward, nothing.residuals, nothing.gradients) == ((), (), ())
    assert told(steps(nothing.forward)) == told(steps(everything.forward))


def test_matrix_product_is_three_contractions() -> None:
    program = lowered("ij,jk->ik")
    assert told(steps(program.forward)) == ["z[i k] = contract x[i j] w[j k]"]
    assert told(steps(program.backward)) == [
        "dx[i j] = contract dz[i k] w[j k]",
        "dw[j k] = contract x[i j] dz[i k]",
    ]
    assert program.residuals == ()


def test_presum_is_shared_with_the_gradients() -> None:
    program = lowered("bij,jk->ik")
    assert told(steps(program.forward)) == [
        "x_ij[i j] = contract x[b i j]",
        "z[i k] = contract x_ij[i j] w[j k]",
    ]
    assert told(steps(program.backward)) == [
        "dw[j k] = contract x_ij[i j] dz[i k]",
        "dx_ij[i j] = contract dz[i k] w[j k]",
        "dx[b i j] = repeat dx_ij[i j]",
    ]
    assert program.residuals == (Value("x_ij", ("i", "j")),)
    assert lowered("bij,jk->ik", wrt=(0,)).residuals == ()


def test_normal_form_is_written_step_by_step() -> None:
    program = lowered("ii->")
    assert told(steps(program.forward)) == ["z[] = contract x[i i]"]
    assert told(steps(program.backward)) == [
        "dx_i[i] = repeat dz[]",
        "dx[i i] = diagonal dx_i[i]",
    ]


def test_identity_is_a_view_forward_and_a_read_only_one_backward() -> None:
    program = lowered("ij->ij")
    assert told(steps(program.forward)) == ["z[i j] = contract x[i j]"]
    assert told(steps(program.backward)) == ["dx[i j] = read-only dz[i j]"]


def test_a_repetition_is_read_only_as_it_is() -> None:
    assert told(steps(lowered("ij->i").backward)) == ["dx[i j] = repeat dz[i]"]


def test_ellipsis_is_merged_once_in_each_function_and_split_at_the_end() -> None:
    program = lowered("...i,ij->...j")
    assert told(steps(program.forward)) == [
        "x_ai[a i] = merge x[... i]",
        "z_aj[a j] = contract x_ai[a i] w[i j]",
        "z[... j] = split z_aj[a j]",
    ]
    merged = [step.args[0].name for step in steps(program.backward) if step.op is Op.MERGE]
    assert sorted(merged) == ["dz", "x"]
    assert program.residuals == ()


def test_sizes_are_read_at_the_first_operand_that_has_the_label() -> None:
    program = lowered("ij,jk->ikz")
    assert [(label, str(size)) for label, size in program.sizes] == [
        ("i", "AxisSize(operand=Value(name='x', labels=('i', 'j')), axis=0)"),
        ("j", "AxisSize(operand=Value(name='x', labels=('i', 'j')), axis=1)"),
        ("k", "AxisSize(operand=Value(name='w', labels=('j', 'k')), axis=1)"),
        ("z", "2"),
    ]


def test_axes_behind_an_ellipsis_are_counted_from_the_end() -> None:
    sizes = dict(lowered("i...jk->i...jk").sizes)
    places = {label: getattr(size, "axis", None) for label, size in sizes.items()}
    assert places == {"i": 0, ELLIPSIS: 1, "j": -2, "k": -1}


def test_names_never_meet() -> None:
    """Operands, prepared operands, pairs, and all their cotangents have names of their own."""
    text = "adx,dbx,bcy,cdy,ddz,az->abcd"
    for count in (1, 2, 3, 6):
        terms = text.split("->", maxsplit=1)[0].split(",")[:count]
        program = lowered(",".join(terms) + "->" + "".join(sorted({*"abcd"} & {*"".join(terms)})))
        check(program)
        names = [step.result.name for step in (*steps(program.forward), *steps(program.backward))]
        names += [value.name for value in program.operands]
        twice = {name for name in names if names.count(name) > 1}
        made = {step.result.name for step in steps(program.forward)}
        assert twice <= made  # what is cheap is made again, under the same name


def test_chain_of_1000_operands_takes_three_products_a_pair() -> None:
    names = [f"L{number}" for number in range(1001)]
    chain = Pattern(tuple(itertools.pairwise(names)), (names[0], names[-1]))
    program = lower(network_of(chain, pairs=True), tuple(range(1000)))
    assert len(list(steps(program.forward))) == 999
    assert len(list(steps(program.backward))) == 2 * 999
    assert len(program.residuals) == 998


@pytest.mark.parametrize("count", [3, 25, 26, 60])
def test_operands_of_any_number_lower(count: int) -> None:
    letters = [f"L{n}" for n in range(count)]
    pattern = Pattern(tuple((one,) for one in letters), ())
    check(lower(network_of(pattern, pairs=True), tuple(range(count))))
    check(lower(network_of(pattern, pairs=False), tuple(range(count))))


def test_a_view_of_a_view_of_the_cotangent_is_read_only_too() -> None:
    there = Node(Pattern((("i", "j"),), ("j", "i")), (0,))
    back = Node(Pattern((("j", "i"),), ("i", "j")), (1,))
    program = lower(Network((("i", "j"),), (there, back)), (0,))
    assert [step.op for step in steps(program.backward)] == [Op.CONTRACT, Op.READ_ONLY]


def test_units_have_no_size_to_be_read() -> None:
    program = lower(single(Pattern(((UNIT, "i"), ("i",)), ("i",))), (0, 1))
    assert [label for label, _ in program.sizes] == ["i"]


def test_operands_and_output_may_have_names_of_their_own() -> None:
    network = single(pattern_of(parse("ij,jk->ik")))
    program = lower(network, (0,), names=("tangent", "b"), output="z_1")
    assert [value.name for value in program.operands] == ["tangent", "b"]
    assert (program.output.name, program.cotangent.name) == ("z_1", "dz_1")
    assert [value.name for value in program.gradients] == ["dtangent"]
