"""Arrays in chunks: a program's steps as tasks on blocks, and what these cost."""
