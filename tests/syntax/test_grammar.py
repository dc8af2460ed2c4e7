import re
import threading
from pathlib import Path

from einsum_grad.syntax.grammar import grammar_text, parser

GRAMMAR = Path(__file__).parents[2] / "grammar" / "einsum.lark"


def test_grammar_is_the_repositorys_file() -> None:
    assert grammar_text() == GRAMMAR.read_text(encoding="utf-8")


def test_grammar_defines_both_notations() -> None:
    assert re.search(r"^letters:", grammar_text(), re.MULTILINE)
    assert re.search(r"^named:", grammar_text(), re.MULTILINE)


def test_parser_is_built_once_for_all_threads() -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(parser().__self__)) for _ in range(8)]  # type: ignore[attr-defined]  # a bound method
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1
    assert len(found) == 8
