"""What holds for every test: how Hypothesis searches, the heap it finds, and what is no test."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

import einsum_grad as eg
from einsum_grad.kernels.jit.kernel import Kernel
from tests.tries import ON_CI, tries

# No deadline: no test here measures time. On CI the search is the same in every run.
settings.register_profile("project", deadline=None, derandomize=ON_CI, max_examples=tries(100))
settings.load_profile("project")

# Emitted modules kept for comparison are data; importing them may need other libraries.
collect_ignore_glob = ["*/golden/*"]


def pytest_configure(config: pytest.Config) -> None:
    """Keep compiled kernels from one run to the next, out of the user's own cache."""
    if config.cache is not None:
        folder = config.cache.mkdir("kernels")
        os.environ.setdefault("EINSUM_GRAD_CACHE_DIR", str(folder.resolve()))


@pytest.fixture(autouse=True, scope="module")
def _a_small_heap() -> None:
    """Keep `gc.collect()` quick: it looks at what the module at hand has made."""
    eg.cache_clear()
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def _kernels_as_they_stand(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run kernels as the Python that they are, but in modules marked `compiled`.

    To compile those of one pattern takes a second, and tests try thousands.
    """
    with pytest.MonkeyPatch.context() as patched:
        if request.node.get_closest_marker("compiled") is None:
            patched.setattr(Kernel, "_made", lambda kernel, layout: kernel.function)
        yield
