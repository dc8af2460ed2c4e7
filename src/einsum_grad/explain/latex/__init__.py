"""Explanations and derivations to LaTeX, for amsmath and pdflatex."""
