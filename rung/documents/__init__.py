"""The configuration documents: platforms.yaml, roster.yaml, policy.yaml, mappings/; read, checked, made into values."""

from rung.documents.folder import holds_none, read_folder
from rung.documents.model import Configuration, PlatformDoc, PlatformsDocument, SecretUse, SignedDoc, SourceDoc
from rung.documents.problems import DocumentsError, Problem
from rung.documents.reading import DEFAULTS, load, policy_of, problem, read
from rung.documents.secrets import SecretMissingError, missing, resolve, secret
from rung.documents.text import MAX_BYTES

__all__ = [
    "DEFAULTS",
    "MAX_BYTES",
    "Configuration",
    "DocumentsError",
    "PlatformDoc",
    "PlatformsDocument",
    "Problem",
    "SecretMissingError",
    "SecretUse",
    "SignedDoc",
    "SourceDoc",
    "holds_none",
    "load",
    "missing",
    "policy_of",
    "problem",
    "read",
    "read_folder",
    "resolve",
    "secret",
]
