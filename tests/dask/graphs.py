"""The tasks of Dask arrays, counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

dask = pytest.importorskip("dask")


def tasks(arrays: Sequence[Any], sources: Sequence[Any] = ()) -> int:
    """The tasks that `arrays` need, without those of `sources` and of what these are made from."""
    from dask._task_spec import Alias
    from dask.highlevelgraph import HighLevelGraph

    graph = HighLevelGraph.merge(*(array.dask for array in arrays))
    keys = [key for array in arrays for key in dask.core.flatten(array.__dask_keys__())]
    theirs = {name for source in sources for name in source.dask.layers}
    left = dict(graph.cull(keys))
    return sum(key[0] not in theirs and type(task) is not Alias for key, task in left.items())
