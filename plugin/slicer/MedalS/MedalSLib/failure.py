"""The failure that a user reads: one clear line."""


class Failure(Exception):
    """What was wrong, found and expected, in one line of plain English."""


def line_of(error: BaseException) -> str:
    """One line for a message box, of any exception.

    Messages of ours and of the engine are already one line; of others the
    type is named too, since their text alone may say nothing.
    """
    text = " ".join(str(error).split())
    if isinstance(error, Failure) or type(error).__module__.startswith(
            "medals"):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
