"""Spaces in letters' notation mean nothing, so words between them are a mistake."""

from __future__ import annotations

from itertools import pairwise

from einsum_grad.errors import PatternError
from einsum_grad.syntax.equation import ELLIPSIS, Equation, Label, Term
from einsum_grad.syntax.quote import refuse

Words = list[list[Label]]


def misplaced_space(equation: Equation) -> PatternError | None:
    """The error that a term with words of several letters deserves, if there is one.

    NumPy reads `batch i` as six labels and `ij jk` as one operand. Who writes the first means
    names, who writes the second forgot a comma. Labels that all stand apart are labels.

    >>> from einsum_grad.syntax.parse import parse
    >>> misplaced_space(parse("i j, j k -> i k"))
    >>> print(misplaced_space(parse("ij jk -> ik")))
    a comma seems to be missing: 'ij,jk -> ik'; the labels of one operand stand together
        ij jk -> ik
           ^
    """
    if equation.notation != "letters" or len(equation.text.split()) == 1:
        return None
    terms = [_words(term) for term in (*equation.inputs, *filter(None, [equation.output]))]
    for place, words in enumerate(terms):
        if len(words) > 1 and any(map(_is_long, words)):
            at = words[1][0].start
            is_input = place < len(equation.inputs)
            return refuse(_meant(equation.text, terms, words, is_input), equation.text, at)
    return None


def _meant(text: str, terms: list[Words], words: Words, is_input: bool) -> str:
    long = [_text(word) for term in terms for word in term if _is_long(word)]
    if len(set(long)) < len(long):
        return "each letter is a label here: for names use notation='named' (--notation named)"
    if not is_input:
        return "the labels of the output stand together, and here is a space"
    start, end = words[0][0].start, words[-1][-1].start + len(words[-1][-1].name)
    fixed = text[:start] + ",".join(map(_text, words)) + text[end:]
    shown = f": '{fixed}'" if len(fixed) <= _LONGEST_HINT and fixed.isprintable() else ""
    return f"a comma seems to be missing{shown}; the labels of one operand stand together"


_LONGEST_HINT = 60


def _words(term: Term) -> Words:
    """The labels of a term, those that nothing stands between together."""
    words: Words = [[*term.labels[:1]]]
    for before, label in pairwise(term.labels):
        if before.start + len(before.name) == label.start:
            words[-1].append(label)
        else:
            words.append([label])
    return words


def _is_long(word: list[Label]) -> bool:
    return sum(label.name != ELLIPSIS for label in word) > 1


def _text(word: list[Label]) -> str:
    return "".join(label.name for label in word)
