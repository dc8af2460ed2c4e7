"""`Program` to `Source`: the text of a module, one file a target."""

from einsum_grad.lazy import lazily

__getattr__, __dir__, __all__ = lazily(__name__)
