"""The machine: every number that decides by size, with its unit and where it is from.

Measured means that of the values tried the benchmark took least time with it, on two cores of an
AMD EPYC or of an Intel Xeon; docs/performance.md has the figures. How much slower the benchmark's
entries are without a rule stands beside it: in all 294 of them, or in those that it changes.
"""

# Caches.

CACHE_LINE = 64
"""Bytes of a cache line, and of the widest vector register: x86-64's and most of ARM's."""

# Arrays that are worth deciding anything for.

LARGE = 1 << 19
"""Bytes from which axis orders, blocks and tiled copies gain more than they cost: measured."""

UNITS = 1 << 12
"""Numbers of all operands from which a label of size 1 has code of its own: 4 µs instead of 15."""

REUSED = 1 << 17
"""Bytes from which an array's memory is worth using again: malloc hands smaller pages out warm."""

KEPT_HEAP = 1 << 21
"""Bytes of arrays that malloc takes from memory it keeps: a small model's graph takes no more, and
made anew in pages that were given back the benchmark of autograd took up to 1.7 times as long."""

POOL_LIMIT = 1 << 28
"""Bytes that the pool keeps for reuse, at most: a choice."""

HINT_FLOPS = 2 * 10**10
"""Flops of a forward, some seconds, above which minutes of searching a better order pay."""

HINT_BYTES = 1 << 30
"""Bytes of an intermediate above which it may not fit beside others: a choice."""

# Is another thread worth waking? It saves half of the time that the work takes one core.

WAKING = 50
"""Microseconds in which a sleeping thread is woken and answers: the median of 300."""

MOVED_IN_A_MICROSECOND = 60_000
"""Bytes that one core reads and writes entry by entry: measured, 54 to 137 thousand by size."""

MULTIPLIED_IN_A_MICROSECOND = 450_000
"""Bytes of the numbers that one core multiplies in products of matrices: 380 to 540 thousand."""

KERNEL_BYTES = 1 << 24
"""Bytes of its arrays from which a compiled kernel gains by a second thread: 170 µs of one."""

KERNEL_STEPS = 1 << 18
"""The same in turns of the innermost loop, where that uses its numbers many times: measured."""

# How many chunks a block has. Threads that call NumPy in turns wait 5 to 20 µs for Python's lock.

CHUNK = 280
"""Microseconds that a chunk of a long block takes, at most; a shorter block has two.

In that time 16 MB are moved. Measured: with 2, 4 and 8 MB the entries that have them take 1.06,
1.04 and 1.01 times as long.
"""

# What is done in blocks, and along which label.

WHOLE_IN_BLOCKS = 1 << 17
"""Bytes of an array that every chunk may read, or add to, as a whole: it stays in the cache."""

SHARED_BATCH = 8
"""Matrices of a batch, at least: cores share fewer unequally."""

SHARED_MATRIX = 1 << 14
"""Multiplications of one matrix product, at least: else threads queue for OpenBLAS's buffers."""

WHOLE_MATRIX = 1 << 24
"""Multiplications of a matrix product, 256×256×256, above which pieces take too long: measured."""

CHUNK_RUN = 1 << 9
"""Contiguous bytes for each index of the label that is divided: measured."""

# What is done in loops.

SMALL_MATRIX = 8
"""Rows or columns of a matrix, at most, whose product is loops of constant sizes.

Measured: of 2,048 products of 8×8 OpenBLAS does one in twice the time, and of 16×16 in half.
"""

MOST_LOOPS = 12
"""Loops within one another, at most: Python takes 20 blocks, and short loops gain nothing."""

SHARED_LABEL = 16
"""Turns of a loop that threads share, at least: they share fewer unequally. A choice."""

# What OpenBLAS and NumPy do by size.

BLAS_ONE_THREAD = 1 << 18
"""Multiplications of a real product that OpenBLAS runs on one thread: its threads were watched."""

BLAS_ONE_THREAD_DOT = 1 << 13
"""The same for two vectors of any dtype."""

BLAS_LONG_PIECE = 16
"""Length over width of a piece of a matrix product, at most: pieces are added up. Measured."""

BLAS_TRANSPOSED = 1 << 15
"""Numbers of a matrix that OpenBLAS transposes, at least: NumPy copies fewer in a call's time."""

XLA_WIDE_ROW = 1 << 13
"""Numbers of a row from which on XLA adds up rows on a CPU slower than a product with ones does."""

FEW_COLUMNS = 4
"""Numbers of rows whose scalar products are added up by columns, at most: 2 to 5 times as fast."""

SHORT_ROW = 64
"""Numbers of a row from which np.vecdot is as fast as np.einsum, up to twice as fast: measured."""

UNLOCKED = 1 << 9
"""Numbers of a result for which NumPy releases Python's lock: it keeps it up to 500."""

NUMPY_BUFFER = 512
"""Numbers of NumPy's buffers in blocks.

With its default, 8192, `x * w[:, None]` copies what it broadcasts into a buffer wherever a row is
shorter than that, and takes two to four times as long.
"""

# Whether a product is worth a copy.

TINY_MATRIX = 64
"""Multiplications, those of two 4×4 matrices, up to which an einsum beats a call for each."""

SPREAD_MATRIX = 1 << 12
"""Multiplications of each of several products up to which one of a copy is faster: measured."""

# How an array is copied.

COPIED_COLUMNS = 16
"""Columns that are copied at a time: a cache set has room for few lines, where all are of one set.

Of values from 16 to 256 it took least time for columns that lie a power of two apart, a third to a
half of 256's, and no more than 1.1 times as long for others.
"""

COPIED_PIECE = 1 << 12
"""Numbers that are copied at a time, at least, so that calls don't count: measured."""

# How an array is summed.

LONG_ROW = 1 << 9
"""Numbers of rows that NumPy adds up as fast as a product with ones does, or faster: measured."""

SUMMED_ROW = 1 << 12
"""Numbers that one product with ones adds up: rounding errors grow with their count."""

# How long a caller waits for threads.

CHECK_SECONDS = 0.05
"""Seconds after which a caller that still waits looks whether its helpers are alive."""

BIRTH_SECONDS = 1.0
"""Seconds in which a thread that starts says so, else it counts as dead: a choice."""

# Arrays in chunks, whose tasks a scheduler hands to cores and machines.

TASK_BYTES = 1 << 27
"""Bytes that a task holds, and those of a block that is made: Dask's default `array.chunk-size`."""

MOST_BLOCKS = 10_000
"""Blocks of an array that a step makes, unless an operand has more: a graph of a few seconds."""

LEAST_FAN_IN = 4
"""Blocks that a task of a tree of sums adds, even above its budget: Dask's own sums do so."""

MOST_FAN_IN = 16
"""The same, however small they are: more would leave cores without work."""
