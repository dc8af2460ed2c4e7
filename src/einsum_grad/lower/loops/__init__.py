"""Steps to kernels: loops over labels that make several results in one pass over memory."""
