"""From a function to its derivative: gradients, tangents, Jacobians, Hessians, and their check."""
