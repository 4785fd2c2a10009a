"""What the simulator refuses."""


class KineticsError(ValueError):
    """A dose, a parameter, a grid or a patient that cannot be simulated: a stable code, what, where, what next."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class OutsideDomain(KineticsError):
    """The patient or the dose lies outside what a model was made for; the message is in the reader's words."""

    def __init__(self, message: str) -> None:
        super().__init__("outside-domain", message)
