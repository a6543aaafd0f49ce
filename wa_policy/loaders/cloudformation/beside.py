"""Files that a template names by a path from its own folder."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.source import Source
from wa_policy.loaders.document import Document, parse_document
from wa_policy.loaders.files import InputFile, read_file


def path_of(source: Source, location: str) -> str:
    """The path of a file that a template names."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(source.file), location))


def document_at(path: str) -> Document | None:
    """The one document of a file; None where there is no such file, or it holds something else."""
    try:
        if "://" in path or not Path(path).is_file():
            return None
    except (OSError, ValueError):
        return None
    data = read_file(InputFile(path, path, 0))
    if isinstance(data, Problem):
        return None
    documents, _ = parse_document(path, data)
    return documents[0] if len(documents) == 1 else None


def included(source: Source, location: str) -> Any:
    """What `AWS::Include` puts in its place, None where the file is not here."""
    if "://" in location:
        return None
    document = document_at(path_of(source, location))
    return None if document is None else document.value
