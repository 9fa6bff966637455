"""Content-addressed artifacts and the step cache."""

from __future__ import annotations

from syncline.store.artifacts import DEFAULT_MAX_BYTES, Store, default_folder, default_max_bytes
from syncline.store.codeversion import code_version
from syncline.store.hashing import file_hash, key_of
from syncline.store.steps import Step, StepCache

__all__ = [
    "DEFAULT_MAX_BYTES",
    "Step",
    "StepCache",
    "Store",
    "code_version",
    "default_folder",
    "default_max_bytes",
    "file_hash",
    "key_of",
]
