from einsum_grad.emit.module import write as write
from einsum_grad.emit.request import emit as emit
from einsum_grad.emit.request import target_of as target_of
from einsum_grad.emit.request import traits_of as traits_of
from einsum_grad.emit.source import Source as Source
from einsum_grad.emit.tangent import write_tangents as write_tangents
from einsum_grad.emit.targets import TARGETS as TARGETS
from einsum_grad.emit.text.target import Target as Target
