"""The machine: every number that decides by size, with its unit and where it is from.

Measured means that of the values tried the benchmark took least time with it, on two cores of an
AMD EPYC or of an Intel Xeon; docs/performance.md has the figures. Thresholds that ask one question
stand side by side where their answers differ, and are one where they don't.
"""

# Caches.

CACHE_LINE = 64
"""Bytes of a cache line, and of the widest vector register: x86-64's and most of ARM's."""

CACHE_SET_PERIOD = 1 << 12
"""Bytes after which lines map to the same set again: 64 sets of lines in a first-level cache."""

CROWDED_SET = 32
"""Lines of one cache set, which has 8 to 12 ways, above which they evict each other: measured."""

CORE_CACHE = 1 << 21
"""Bytes that one core keeps in its own cache: the size of a Xeon's second level."""

# Arrays that are worth deciding anything for.

LARGE = 1 << 19
"""Bytes from which axis orders, blocks and tiled copies gain more than they cost: measured."""

REUSED = 1 << 17
"""Bytes from which an array's memory is worth using again: malloc hands smaller pages out warm."""

POOL_LIMIT = 1 << 28
"""Bytes that the pool keeps for reuse, at most: a choice."""

HINT_FLOPS = 2 * 10**10
"""Flops of a forward, some seconds, above which minutes of searching a better order pay."""

HINT_BYTES = 1 << 30
"""Bytes of an intermediate above which it may not fit beside others: a choice."""

# Is waking another thread worth it? Bytes that the work moves; all measured, a wake-up taking 25 to
# 75 µs.

WAKE_FOR_BLOCKS = 3 << 21
"""For the chunks of a block of elementwise work and of small products."""

WAKE_FOR_BLOCKS_OF_SUMS = 1 << 21
"""The same with sums: left to a BLAS, its threads would spin on a core that other blocks need."""

WAKE_FOR_COPY = 1 << 22
"""For a copy of a whole array."""

WAKE_FOR_STRIDED_SUM = 1 << 20
"""For the sum of an array with gaps, which NumPy adds up slowly."""

WAKE_FOR_SUM = 1 << 24
"""For a sum within an array, as products of matrices with ones."""

WAKE_FOR_ZEROS = 1 << 26
"""For zeros, which memset writes as fast as one core can."""

# How many chunks a block has. Threads that call NumPy in turns wait 5 to 20 µs for Python's lock.

FEWEST_CHUNKS = 4
"""Chunks of a copy, a sum or zeros: two a thread on two cores, so that a late one costs little."""

LONG_BLOCK = 3 << 23
"""Bytes of work for each pair of chunks, of which this makes two at most: measured."""

LONG_BLOCK_OF_COPIES = 1 << 26
"""The same with copies: the fewer the chunks, the longer the pieces of columns. Measured."""

PASSING_SHARE = 20
"""What a block moves over what its threads hold at a time of what passes through: a choice."""

MULTIPLICATIONS_PER_MOVE = 4
"""Multiplications of a matrix product in the time that one number is moved: measured."""

# What is done in blocks, and along which label.

BLOCKED_ARRAY = 1 << 18
"""Bytes of the largest array of a step, at least: measured."""

WHOLE_IN_BLOCKS = 1 << 17
"""Bytes of an array that every chunk may read, or add to, as a whole: it stays in the cache."""

SHARED_BATCH = 8
"""Matrices of a batch, at least: cores share fewer unequally."""

SHARED_MATRIX = 1 << 14
"""Multiplications of one matrix product, at least: else threads queue for OpenBLAS's buffers."""

SHARED_MATRICES = 1 << 22
"""Bytes of a batch from which its matrices may be smaller than that: measured."""

WHOLE_MATRIX = 1 << 24
"""Multiplications of a matrix product, 256×256×256, above which pieces take too long: measured."""

CHUNK_RUN = 1 << 9
"""Contiguous bytes for each index of the label that is divided: measured."""

CHUNK_RUN_OF_COPY = 1 << 12
"""The same for all indices where an array is copied: a cache line for each of up to 64 chunks."""

# What OpenBLAS and NumPy do by size.

BLAS_ONE_THREAD = 1 << 18
"""Multiplications of a real product that OpenBLAS runs on one thread: its threads were watched."""

BLAS_ONE_THREAD_COMPLEX = (1 << 16) - 1
"""The same for complex matrices."""

BLAS_ONE_THREAD_COMPLEX_VECTOR = 1 << 11
"""The same for a complex matrix and a vector."""

BLAS_ONE_THREAD_DOT = 1 << 13
"""The same for two vectors of any dtype."""

BLAS_LONG_PIECE = 16
"""Length over width of a piece of a matrix product, at most: pieces are added up. Measured."""

BLAS_TRANSPOSED = 1 << 15
"""Numbers of a matrix that OpenBLAS transposes, at least: NumPy copies fewer in a call's time."""

BLAS_TRANSPOSED_IN_BLOCK = 1 << 16
"""The same beside other threads, where each call waits for Python's lock afterwards."""

BLAS_TRANSPOSED_SIDE = 4
"""Rows and columns of such a matrix, at least: measured."""

XLA_WIDE_ROW = 1 << 13
"""Numbers of a row from which on XLA adds up rows on a CPU slower than a product with ones does."""

UNLOCKED = 1 << 9
"""Numbers of a result for which NumPy releases Python's lock: it keeps it up to 500."""

UNLOCKED_ROUNDED = 2 * UNLOCKED
"""The same for a `Scale`, whose sizes are rounded up to powers of two."""

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

THIN_COLUMNS = 64
"""Columns of a thin matrix, at most, which a BLAS multiplies at up to half its speed: measured."""

THIN_ROWS = 128
"""Rows that a thin matrix is multiplied with, at least, for that to matter: measured."""

SUMMED_LATER_SHARE = 2
"""The arrays of a product over its result for each index of a sum, at least, to save a copy."""

SUMMED_LATER_SHARE_OF_VECTOR = 8
"""The same for a matrix and a vector."""

REPEATED_READS = 16
"""Uses of a number each time it is read, from which its stride doesn't matter: measured."""

# How an array is copied.

COPY_AT_ONCE = 1 << 20
"""Bytes below which NumPy's own copy is as fast, unless its lines share cache sets: measured."""

UNTILED_CHUNK = 1 << 18
"""Bytes of a chunk below which it isn't tiled; of a whole array that is `LARGE`. Measured."""

COPIED_COLUMNS = 256
"""Columns that are copied at a time: a cache has a line of each, wherever they lie."""

COPIED_PIECE = 1 << 15
"""Numbers of a piece, at least: measured."""

COPIED_INDICES = 8
"""Indices of an axis that are enough for threads to share it: two for each of four chunks."""

TILE_LENGTH = 16
"""Contiguous numbers that are written at a time, at least: two lines of float64."""

TILE_LINES = 8
"""Lines of each cache set that are read at a time: its ways."""

TILE_SETS = 4
"""Cache sets of lines apart along several axes, at most, for another axis to be cut: measured."""

TILE_BYTES = 1 << 18
"""Bytes that are read at a time, at most, with what lies between the lines: measured."""

TILE_STRIDE = 1 << 9
"""Bytes between neighbours of an axis from which they count as lines apart: measured."""

TILE_STRIDE_OF_LAST = 1 << 8
"""The same for the last axis."""

TILE_LAST_SHORTEST, TILE_LAST_LONGEST = 8, 64
"""Indices of the last axis between which another axis is cut, so that what is written is long."""

# How an array is summed.

SUMMED_ROW = 1 << 12
"""Numbers that one product with ones adds up: rounding errors grow with their count."""

SUMMED_GROUP = 16
"""Numbers of a group of axes that are enough for it to be summed before longer ones: measured."""

SUMMED_WHOLE = 8
"""Sums above which a vector of ones as long as a row is small beside the array."""

SUMMED_AT_ONCE = 1 << 13
"""Bytes from which a chunk's term is added as soon as it is there: adding holds Python's lock."""

# How long a caller waits for threads.

CHECK_SECONDS = 0.05
"""Seconds after which a caller that still waits looks whether its helpers are alive."""

BIRTH_SECONDS = 1.0
"""Seconds in which a thread that starts says so, else it counts as dead: a choice."""
