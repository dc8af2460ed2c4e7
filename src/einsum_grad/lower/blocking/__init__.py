"""`Program` to `Schedule`: what is fused into one loop, along which label, in how many chunks."""
