"""The mathematics as in a paper: formulas, derivations, reasons, Jacobians and Hessians."""
