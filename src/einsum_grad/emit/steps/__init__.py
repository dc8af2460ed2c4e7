"""The steps of a program as statements: sizes, views, contractions, blocks, and what is freed."""
