"""The tape: the recorded graph, who may reach its arrays, and the backward pass."""
