"""`Equation` to `Pattern` to `GradientPlan`: the mathematics, without arrays."""

from einsum_grad.plan.bind import Bound, Shape, bind, with_units
from einsum_grad.plan.derive.compression import groups, stored, structure
from einsum_grad.plan.derive.derivation import Derived, Rule, derivation_of, fixed
from einsum_grad.plan.derive.derivative import (
    Derivative,
    LinearTerm,
    Wrt,
    as_one,
    check_factors,
    derivative,
    made_equal,
)
from einsum_grad.plan.derive.formula import Factor, Formula, stated, with_deltas
from einsum_grad.plan.derive.reasons import Why, gradient_facts, reasons
from einsum_grad.plan.gradient import Gradient, GradientPlan, gradient, plan
from einsum_grad.plan.names import (
    OUTPUT,
    Names,
    ellipsis_labels,
    operand_names,
    read_names,
    spell,
)
from einsum_grad.plan.normal import NormalForm, diagonals, drop_units, normal_form
from einsum_grad.plan.notation import equation_text, indexed
from einsum_grad.plan.path.network import (
    Network,
    Path,
    arrays,
    in_pairs,
    pairwise,
    single,
    singletons,
)
from einsum_grad.plan.path.node import Node
from einsum_grad.plan.path.optimize import AUTO, Order, check_search, read_order
from einsum_grad.plan.path.order import contraction_path
from einsum_grad.plan.path.search import EXACT
from einsum_grad.plan.pattern import ELLIPSIS, UNIT, Labels, Pattern, distinct
from einsum_grad.plan.read import check_legal, pattern_of
from einsum_grad.plan.request import (
    Request,
    Sublists,
    by_letter,
    check_labels,
    read_shapes,
    read_sizes,
    read_terms,
    request,
)
from einsum_grad.plan.wrt import Operands, check_wrt, read_positions, read_wrt
