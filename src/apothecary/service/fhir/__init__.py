"""Reading a patient's data from the client's FHIR server: only that server, only for this answer."""

from apothecary.service.fhir.address import check_server as check_server
from apothecary.service.fhir.client import Access as Access
from apothecary.service.fhir.client import FhirClient as FhirClient
