"""The mapping language, and the catalogue of sources: one folder for each, with its mapping, fixtures and guide.

A mapping turns a source's deliveries into Events, and our Changes into a platform's words. `README.md` explains the
language.
"""

from mappings.catalogue import PACKAGED, load_catalogue
from mappings.mapping import BoundMapping
from mappings.mapping import CompiledMapping as Mapping
from mappings.packaged import Packaged
from mappings.problems import MappingDocumentError, Problem
from mappings.roundtrip import Loss, losses
from mappings.trace import TracedField, TracedItem

__all__ = [
    "PACKAGED",
    "BoundMapping",
    "Loss",
    "Mapping",
    "MappingDocumentError",
    "Packaged",
    "Problem",
    "TracedField",
    "TracedItem",
    "load_catalogue",
    "losses",
]
