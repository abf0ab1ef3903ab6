"""What answers back: `check` says what is wrong with a reader's function, and why.

A new checker is one `Checker` in the file of its topic; a new topic is one file, named here.
"""

from difflib import get_close_matches

from dlvc.practice import classification, gan, gan_family, recurrent, regression, scenes, tensors, training, vae
from dlvc.practice.examiner import Examiner
from dlvc.practice.report import Report

__all__ = ["Report", "check"]

_TOPICS = (tensors, regression, classification, training, scenes, recurrent, vae, gan, gan_family)
_CHECKERS = {checker.name: checker for topic in _TOPICS for checker in topic.CHECKERS}


def check(name: str, fn: object, *, seconds: float = 5.0) -> Report:
    """Try a function on inputs whose results are known.

    Args:
        name: name of the exercise, such as ``"softmax"``.
        fn: your function itself: ``dlvc.check("softmax", softmax)``, without parentheses after it.
        seconds: time for all calls of ``fn`` together; then it is cut off.

    Returns:
        A report. A notebook shows it when it is the last line of a cell.

    Raises:
        ValueError: if no exercise has that name.
    """
    if name not in _CHECKERS:
        close = [repr(match) for match in get_close_matches(name, _CHECKERS)]
        guess = f" Did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f"no exercise is called {name!r}.{guess} There are: {', '.join(sorted(_CHECKERS))}")
    return Examiner(_CHECKERS[name], fn, seconds).report()
