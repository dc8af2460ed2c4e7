"""What large NumPy arrays are done with: copies, sums, products, used memory."""
