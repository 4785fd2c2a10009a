"""A launch that cannot go on."""

from typing import Final

AGAIN: Final = "Try again in a moment. If it stays so, tell whoever runs this service."


class Stopped(Exception):
    """Why a launch ended without a review: HTTP status, what is wrong with the server or the launch, detail, what next.

    None of the texts holds anything that a server or an address said in its own words.
    """

    def __init__(self, status: int, problem: str, detail: str, advice: str = AGAIN) -> None:
        super().__init__(problem)
        self.status = status
        self.problem = problem
        self.detail = detail
        self.advice = advice
