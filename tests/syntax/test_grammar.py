import re
import string
import sys
import threading
from pathlib import Path

import opt_einsum  # type: ignore[import-untyped]  # it has no hints

from einsum_grad.syntax.grammar import grammar_text, parser

GRAMMAR = Path(__file__).parents[2] / "grammar" / "einsum.lark"


def test_grammar_is_the_repositorys_file() -> None:
    assert grammar_text() == GRAMMAR.read_text(encoding="utf-8")


def test_grammar_defines_both_notations() -> None:
    assert re.search(r"^letters:", grammar_text(), re.MULTILINE)
    assert re.search(r"^named:", grammar_text(), re.MULTILINE)


def test_labels_are_letters_and_the_symbols_of_opt_einsum() -> None:
    pattern = re.search(r"^LETTER: /(.*)/$", grammar_text(), re.MULTILINE)
    assert pattern
    characters = "".join(map(chr, range(sys.maxunicode + 1)))
    letters = "".join(re.findall(pattern[1], characters))
    last = sys.maxunicode - 0x800  # the last one: opt_einsum counts the surrogates out
    symbols = "".join(map(opt_einsum.get_symbol, range(last + 1)))
    assert symbols == string.ascii_letters + letters[55:]
    assert sorted(letters[:55]) == sorted(string.ascii_letters + "ªµº")
    assert not any(map(str.isalpha, re.sub(pattern[1], "", characters)))


def test_parser_is_built_once_for_all_threads() -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(parser().__self__)) for _ in range(8)]  # type: ignore[attr-defined]  # a bound method
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1
    assert len(found) == 8
