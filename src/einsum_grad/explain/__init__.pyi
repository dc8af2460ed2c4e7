from einsum_grad.explain.derivation import Derivation as Derivation
from einsum_grad.explain.explanation import Explanation as Explanation
from einsum_grad.explain.request import explain as explain
