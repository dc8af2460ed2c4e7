"""`python -m einsum_grad` is `einsum-grad`."""

from einsum_grad.cli import main

raise SystemExit(main())
