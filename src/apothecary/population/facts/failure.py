"""What stops the making of facts, each with one sentence for whoever started it."""


class FactsError(Exception):
    """Facts cannot be made or finished: a stable code, and what is wrong, where, and what to do next."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


def failed(error: OSError, doing: str) -> FactsError:
    """The sentence for an error of the file system; what was finished before it stays."""
    where = f" ({error.filename})" if error.filename else ""
    why = error.strerror or str(error)
    return FactsError(
        "file-system",
        f"{doing} failed: {why}{where}. Make room or give access, then start again: what is finished is kept.",
    )
