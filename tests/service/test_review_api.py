"""POST /review/{drug}: which forms of a record are taken."""

import pytest
from asking import caller

SHORT = "id: p1\nbirth_date: 1980-05-05\nsex: male\n"


@pytest.mark.parametrize("kind", ["application/yaml", "application/x-yaml", "text/yaml", "text/plain"])
def test_the_short_form_is_taken_under_each_of_its_names(kind: str) -> None:
    with caller() as client:
        answer = client.post("/review/zorvimab", content=SHORT, headers={"Content-Type": kind})
        assert (200, "p1") == (answer.status_code, answer.json()["patient"]["id"])


@pytest.mark.parametrize("kind", ["application/xml", "multipart/form-data", "image/png"])
def test_what_is_no_form_of_a_record_is_refused_with_those_that_are(kind: str) -> None:
    with caller() as client:
        answer = client.post("/review/zorvimab", content=SHORT, headers={"Content-Type": kind})
        assert 415 == answer.status_code
        assert "application/yaml" in answer.headers["accept"]
