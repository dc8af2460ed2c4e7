"""Cotangents, Jacobians and Hessians of nodes, as terms."""
