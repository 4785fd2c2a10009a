"""Every address of the OpenAPI description, called with generated requests: what comes back is what it describes."""

import os
from typing import Any

import schemathesis
from asking import application
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES = int(os.environ.get("APOTHECARY_EXAMPLES", "40"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
APP = application()
schema = schemathesis.openapi.from_asgi("/openapi.json", APP)


@schema.exclude(path="/selftest").parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_an_address_answers_as_described(case: Any) -> None:
    case.call_and_validate(checks=CHECKS)


def test_everything_that_programs_use_is_described() -> None:
    described = set(schema.raw_schema["paths"])
    expected = {
        "/cds-services", "/cds-services/{id}", "/cds-services/{id}/feedback", "/review/{drug}",
        "/healthz", "/readyz", "/selftest",
    }  # fmt: skip
    assert expected == described
