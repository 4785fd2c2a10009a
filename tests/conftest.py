import pytest

import support
from apothecary.knowledge import Monograph
from apothecary.review import Reviewer


@pytest.fixture(scope="session")
def made_up() -> Monograph:
    """The made-up drug's monograph."""
    return support.made_up()


@pytest.fixture(scope="session")
def reviewer(made_up: Monograph) -> Reviewer:
    """A reviewer for the made-up drug."""
    return Reviewer(made_up)
