"""What holds in a paper: formulas, derivations line by line, reasons, Jacobians and Hessians."""
