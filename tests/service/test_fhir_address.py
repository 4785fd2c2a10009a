"""Which addresses the service asks for data (R-3), and which it does not."""

from typing import Any

import pytest

from apothecary.service.errors import Refusal
from apothecary.service.fhir import check_server
from apothecary.service.fhir.address import below
from apothecary.service.fhir.scopes import covered
from apothecary.service.settings import Client, Settings

BASE = "https://ehr.example/fhir"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (BASE, BASE),
        (f"{BASE}/", BASE),
        ("HTTPS://EHR.Example:443/fhir/", BASE),
        ("https://ehr.example:8443/fhir", "https://ehr.example:8443/fhir"),
        ("http://127.0.0.1:8080/fhir", "http://127.0.0.1:8080/fhir"),
        ("http://localhost/fhir", "http://localhost/fhir"),
        ("http://[::1]:9/fhir", "http://[::1]:9/fhir"),
    ],
)
def test_an_address_is_brought_into_one_spelling(written: str, read: str) -> None:
    assert read == check_server(written, Settings(), None)


@pytest.mark.parametrize(
    "written",
    [
        "", "fhir", "//ehr.example/fhir", "ftp://ehr.example/fhir", "file:///etc/passwd", "javascript:alert(1)",
        "https://", "https:///fhir", "https://user:secret@ehr.example/fhir", "https://user@ehr.example/fhir",
        f"{BASE}#part", f"{BASE}?a=b", f"{BASE}/../admin", f"{BASE}/%2e%2e/admin", f"{BASE}/.", f"{BASE}//x",
        "https://ehr.example\\@evil.example/fhir", "https://ehr.example/fh ir", "https://ehr.example/\nfhir",
        "https://ehr.example:port/fhir", "https://ehr.example:99999/fhir", "https://éhr.example/fhir", "https://-/",
        "https://[::1/fhir", "https://" + "a" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_server_is_refused(written: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_server(written, Settings(allow_http=True), None)
    assert (400, "bad-address") == (refused.value.status, refused.value.code)


@pytest.mark.parametrize(
    "written",
    [
        "http://ehr.example/fhir",
        "http://10.0.0.1/fhir",
        "http://169.254.169.254/latest",
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "http://0.0.0.0/",
        "http://127.1/",
    ],
)
def test_r_3_plain_http_is_refused_unless_the_settings_allow_it(written: str) -> None:
    with pytest.raises(Refusal, match="use https") as refused:
        check_server(written, Settings(), None)
    assert 400 == refused.value.status
    assert written.rstrip("/") == check_server(written, Settings(allow_http=True), None)


@pytest.mark.parametrize(
    "settings", [Settings(fhir_servers=(BASE,)), Settings(fhir_servers=("https://x/y", f"{BASE}/"))]
)
def test_only_listed_servers_are_asked(settings: Settings) -> None:
    assert BASE == check_server(f"{BASE}/", settings, None)
    for other in ("https://ehr.example/other", "https://ehr.example/fhir2", "https://evil.example/fhir"):
        with pytest.raises(Refusal) as refused:
            check_server(other, settings, None)
        assert (403, "fhir-server-not-allowed") == (refused.value.status, refused.value.code)


def test_a_client_is_held_to_its_own_servers() -> None:
    client = Client(iss="https://ehr.example", fhir_servers=(BASE,))
    assert BASE == check_server(BASE, Settings(), client)
    with pytest.raises(Refusal, match="this client"):
        check_server("https://other.example/fhir", Settings(), client)
    with pytest.raises(Refusal, match="this service"):
        check_server(BASE, Settings(fhir_servers=("https://other.example/fhir",)), client)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        (f"{BASE}/Condition?page=2", f"{BASE}/Condition?page=2"),
        (f"{BASE}?_getpages=abc", f"{BASE}?_getpages=abc"),
        ("Condition?page=2", f"{BASE}/Condition?page=2"),
        (f"{BASE}/Observation?code=http://loinc.org|1-8", f"{BASE}/Observation?code=http://loinc.org|1-8"),
        ("https://evil.example/fhir/Condition?page=2", None),
        ("https://ehr.example.evil.example/fhir/Condition", None),
        ("https://ehr.example:444/fhir/Condition", None),
        ("https://ehr.example/fhir2/Condition", None),
        ("https://ehr.example/other", None),
        ("//evil.example/fhir/Condition", None),
        ("/Condition?page=2", None),
        (f"{BASE}/../admin", None),
        (f"{BASE}/%2e%2e/admin", None),
        (f"{BASE}/..%2fadmin", None),
        ("https://ehr.example@evil.example/fhir/Condition", None),
        ("http://ehr.example/fhir/Condition", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_only_pages_below_the_same_base_are_followed(link: str, address: str | None) -> None:
    assert address == below(BASE, link, Settings(allow_http=True))


@pytest.mark.parametrize(
    ("scope", "read", "search"),
    [
        ("", "yes", "yes"),
        ("launch openid fhirUser", "yes", "yes"),
        ("patient/*.read", "yes", "yes"),
        ("patient/Condition.read", "yes", "yes"),
        ("patient/*.*", "yes", "yes"),
        ("user/Condition.rs", "yes", "yes"),
        ("system/*.cruds", "yes", "yes"),
        ("patient/*.r", "yes", "no"),
        ("patient/Condition.s", "no", "yes"),
        ("patient/Observation.rs", "no", "no"),
        ("patient/*.write", "no", "no"),
        ("patient/*.cud", "no", "no"),
        ("patient/Condition.rs?category=problem-list-item", "partly", "partly"),
        ("patient/Condition.rs?category=problem-list-item user/*.read", "yes", "yes"),
    ],
)
def test_f_3_scopes_of_both_versions_of_smart_are_read(scope: str, read: Any, search: Any) -> None:
    assert (read, search) == (covered(scope, "Condition", search=False), covered(scope, "Condition", search=True))
