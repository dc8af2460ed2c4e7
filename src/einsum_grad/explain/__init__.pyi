from einsum_grad.explain.derivation import Derivation as Derivation
from einsum_grad.explain.drawing.drawing import Drawing as Drawing
from einsum_grad.explain.drawing.drawing import draw as draw
from einsum_grad.explain.explanation import Explanation as Explanation
from einsum_grad.explain.request import explain as explain
