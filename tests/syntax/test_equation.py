from einsum_grad.syntax import ELLIPSIS, Label, parse


def test_labels_go_from_left_to_right() -> None:
    assert list(parse("i...,j->j").labels()) == [
        Label("i", 0),
        Label(ELLIPSIS, 1),
        Label("j", 5),
        Label("j", 8),
    ]


def test_implicit_output_has_no_labels() -> None:
    equation = parse("ij")
    assert equation.output is None
    assert [label.name for label in equation.labels()] == ["i", "j"]
