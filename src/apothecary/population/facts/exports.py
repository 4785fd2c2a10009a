"""Which sections an export was searched for, by the types of resource it holds and what its manifest says."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from apothecary.population.facts.files import File, Found
from apothecary.record.bulk import ROW_TYPES, Searched, searched_section
from apothecary.record.facts import SectionName
from apothecary.record.sections import Sections

_WORD: Final = re.compile(r"[A-Za-z]+")


class Export(msgspec.Struct, frozen=True):
    """The sections known to be whole in an export, those known in part and why, those of what is active only."""

    name: str
    types: tuple[str, ...]
    searched: tuple[SectionName, ...]
    partial: dict[SectionName, str] = {}
    present_only: tuple[SectionName, ...] = ()

    def mark(self, sections: Sections) -> None:
        """Says the same of the sections of one record, as the answers to searches do."""
        for section in self.searched:
            sections.mark_searched(section)
        for section in self.present_only:
            sections.mark_present_only(section)
        for section, reason in self.partial.items():
            sections.mark_partial(section, reason)


def exports(found: Found, types: Mapping[str, Iterable[str]]) -> dict[str, Export]:
    """The exports by name; `types`: of the resources that each was seen to hold.

    An empty file whose name has a type in it says that nothing of that type was found.
    """
    made: dict[str, Export] = {}
    for name in sorted({file.export for file in found.files}):
        manifest = _manifest(found, name)
        empty = (file for file in found.files if file.export == name and not file.size)
        held = {*types.get(name, ()), *manifest.types, *(kind for file in empty for kind in _named(file))}
        sections = {section for kind in held if (section := searched_section(kind)) is not None}
        active = manifest.present_only & sections
        searched = sorted(sections - active - set(manifest.partial))
        made[name] = Export(name, tuple(sorted(held)), tuple(searched), manifest.partial, tuple(sorted(active)))
    return made


def _manifest(found: Found, export: str) -> Searched:
    """The manifest of the export's folder, else of the nearest folder above it."""
    parts = export.split("/") if export else []
    for length in range(len(parts), -1, -1):
        manifest = found.manifests.get("/".join(parts[:length]))
        if manifest is not None:
            return manifest
    return Searched()


def _named(file: File) -> list[str]:
    return [word for word in _WORD.findall(file.path.rsplit("/", 1)[-1]) if word in ROW_TYPES]
