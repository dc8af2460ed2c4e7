from tests.lower.programs import lowered


def test_program_prints_all_it_does() -> None:
    assert str(lowered("bij,jk->ik")).split("\n") == [
        "forward x[b i j] w[j k]",
        "  x_ij[i j] = contract x[b i j]",
        "  z[i k] = contract x_ij[i j] w[j k]",
        "  -> z[i k]",
        "backward dz[i k] keeping x_ij[i j]",
        "  dw[j k] = contract x_ij[i j] dz[i k]",
        "  dx_ij[i j] = contract dz[i k] w[j k]",
        "  dx[b i j] = repeat dx_ij[i j]",
        "  -> dx[b i j] dw[j k]",
    ]


def test_program_without_residuals_or_gradients_prints_none() -> None:
    assert str(lowered("i->", wrt=())).split("\n") == [
        "forward x[i]",
        "  z[] = contract x[i]",
        "  -> z[]",
        "backward dz[]",
        "  -> ",
    ]


def test_programs_are_values() -> None:
    assert lowered("ij,jk->ik") == lowered("ij,jk->ik")
    assert hash(lowered("ij,jk->ik")) == hash(lowered("ij,jk->ik"))
    assert lowered("ij,jk->ik") != lowered("ij,jk->ki")
