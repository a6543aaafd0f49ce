"""Files and folders to an inventory: the one function of the loaders that the layers above call."""

from __future__ import annotations

import gc
import io
import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.describe import describe
from wa_policy.iam.policy import PolicyKind
from wa_policy.inventory.model import Assumptions, Inventory, ReadFile, Variation
from wa_policy.loaders.assemble import assemble
from wa_policy.loaders.document import Document, DocumentFormat, parse_document
from wa_policy.loaders.error_answers import printed_error
from wa_policy.loaders.files import STDIN, InputFile, Progress, find_files, read_file
from wa_policy.loaders.lines import lines_of
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin, nearest_sidecar, origin_of
from wa_policy.loaders.pieces import Export, Pieces
from wa_policy.loaders.registry import loader_of
from wa_policy.loaders.sidecar import SIDECAR_NAMES, Sidecar, read_sidecar
from wa_policy.loaders.text import decode, shown

_SETTINGS = ("wa-policy.yaml", "wa-policy.yml")
_FAULTS = (".faults.yaml", ".faults.yml")
_SIDECAR_KIND = "wa-policy.export"
_MAX_LOOKED_AT = 2000
_READABLE = (
    "an answer of the AWS CLI, items of AWS Config, an answer of Cloud Control, a template of CloudFormation or SAM, "
    "a plan or state of Terraform, or a policy document"
)


def load(
    paths: Sequence[str],
    *,
    kind: PolicyKind | None = None,
    stdin: bytes | None = None,
    progress: Progress | None = None,
    assume: Assumptions | None = None,
) -> Inventory:
    """Everything that the files and folders hold; what cannot be read is a problem, and never raises.

    `kind` is that of policy documents which stand alone; `stdin` is what the path `-` stands for.
    """
    run = _Run(paths, kind, stdin, progress, assume or Assumptions())
    files = []
    for found in find_files(paths):
        if isinstance(found, Problem):
            run.pieces.problems.append(found)
        else:
            files.append(found)
    run.find_sidecars(files)
    with _collector_paused():
        for file in files:
            run.file(file)
        return run.inventory()


@contextmanager
def _collector_paused() -> Iterator[None]:
    # All that is made here is kept and none of it is a cycle: looking for some would take half of the time.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Run:
    def __init__(
        self,
        paths: Sequence[str],
        kind: PolicyKind | None,
        stdin: bytes | None,
        progress: Progress | None,
        assume: Assumptions,
    ) -> None:
        self.pieces = Pieces()
        self.files: list[ReadFile] = []
        self.origins: dict[str, Origin] = {}
        self.assume = assume
        self._kind = kind
        self._stdin = stdin
        self._progress = progress
        folders = [path for path in paths if _is_folder(path)]
        self._roots = sorted((path.rstrip("/") or "/" for path in folders), key=len)
        self._named = set(paths).difference(folders)
        self._sidecars: dict[str, Sidecar] = {}

    def find_sidecars(self, files: Sequence[InputFile]) -> None:
        """Read the sidecars first, also those beside a file that was named alone."""
        paths = {file.path for file in files if posixpath.basename(file.path) in SIDECAR_NAMES}
        beside = {posixpath.dirname(path) for path in self._named if path != STDIN}
        for folder in sorted(beside):
            paths.update(
                path
                for name in SIDECAR_NAMES
                if os.path.isfile(path := posixpath.join(folder, name))  # noqa: PTH113  # ten times as fast
            )
        for path in sorted(paths):
            folder = posixpath.dirname(path)
            name = os.fsencode(path).decode("utf-8", "replace")
            documents, problems = self._documents(InputFile(name, path, 0))
            self.pieces.problems.extend(problems)
            for document in documents[:1]:
                notes: list[Problem] = []
                self._sidecars[folder] = read_sidecar(document.value, document.source, notes)
                self.pieces.problems.extend(notes)
            self.files.append(ReadFile(name, (_SIDECAR_KIND,)))

    def file(self, file: InputFile) -> None:
        """Read one file and hand its documents to the loaders."""
        base = posixpath.basename(file.path)
        if base in SIDECAR_NAMES or (
            file.path not in self._named and (base in _SETTINGS or base.endswith(_FAULTS))
        ):
            return
        root = next(
            (root for root in self._roots if _is_below(file.path, root)), posixpath.dirname(file.path)
        )
        sidecar = nearest_sidecar(file.path, root, self._sidecars)
        origin = origin_of(file.path, sidecar, self.assume)
        self.origins[file.name] = origin
        data = self._data(file)
        if isinstance(data, Problem):
            self.pieces.problems.append(data)
            self.files.append(ReadFile(file.name, ()))
            return
        documents, problems = parse_document(file.name, data)
        before = len(self.pieces.problems)
        if not documents and (value := _said_in_text(origin, data, problems)) is not None:
            documents, problems = (Document(file.name, value, DocumentFormat.JSON),), ()
        self.pieces.problems.extend(problems)
        kinds = {name for document in documents if (name := self._document(document, origin, file))}
        self.files.append(ReadFile(file.name, tuple(sorted(kinds))))
        self._add_lines(before, data, documents)

    def inventory(self) -> Inventory:
        """All that was read, put together."""

        def put_together(pieces: Pieces) -> Inventory:
            return assemble(pieces, self.files, self.origins, self.assume)

        if not self.pieces.templates and not self.pieces.plans:
            return put_together(self.pieces)
        others = Pieces()
        others.extend(self.pieces)
        varied: list[Iterator[Variation]] = []
        if self.pieces.templates:
            from wa_policy.loaders.cloudformation import units as templates

            stacks = templates.evaluate(self.pieces.templates, self.pieces, self.assume)
            varied.append(templates.variations(stacks, others, put_together))
        if self.pieces.plans:
            from wa_policy.loaders.terraform import units as terraform

            plans = terraform.evaluate(self.pieces.plans, self.pieces)
            varied.append(terraform.variations(plans, others, put_together))
        return replace(
            put_together(self.pieces), variations_of=lambda: tuple(one for found in varied for one in found)
        )

    def _document(self, document: Document, origin: Origin, file: InputFile) -> str | None:
        loader = loader_of(document.value, origin)
        if loader is None:
            if file.path in self._named or (not _is_ours(document) and (origin.call or _is_export(document))):
                self.pieces.problems.append(_unrecognised(document, origin))
            return None
        node = Node(document.value, document.source, self.pieces.problems)
        loader.load(Export(node, origin, self.pieces, self._kind))
        return loader.title_of(document.value, origin)

    def _documents(self, file: InputFile) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
        data = self._data(file)
        return ((), (data,)) if isinstance(data, Problem) else parse_document(file.name, data)

    def _data(self, file: InputFile) -> bytearray | Problem:
        stdin = None if self._stdin is None else io.BytesIO(self._stdin)
        return read_file(file, progress=self._progress, stdin=stdin)

    def _add_lines(self, before: int, data: bytearray, documents: Sequence[Document]) -> None:
        """Look up the lines of the problems of a file while its text is at hand."""
        problems = self.pieces.problems
        pointers = [problem.pointer for problem in problems[before:] if not problem.line]
        if not pointers or not documents:
            return
        text = decode(documents[0].file, data)
        if isinstance(text, Problem):
            return
        lines = lines_of(text, documents[0].format, pointers)
        problems[before:] = [
            problem
            if problem.line
            else Problem(
                problem.file,
                problem.pointer,
                problem.code,
                problem.message,
                lines.get(problem.pointer, 0),
                problem.advice,
            )
            for problem in problems[before:]
        ]


def _is_folder(path: str) -> bool:
    return path != STDIN and os.path.isdir(path)  # noqa: PTH112  # what cannot be looked at, `find_files` reports


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(root if root.endswith("/") else f"{root}/")


def _said_in_text(origin: Origin, data: bytearray, problems: Sequence[Problem]) -> dict[str, Any] | None:
    """What a file says that holds no document, where the CLI prints none."""
    if [problem.code for problem in problems] == ["empty-file"]:
        # An answer without members is printed as nothing; other empty files may be failed commands.
        return {} if origin.call == "sqs.get-queue-attributes" else None
    return printed_error(data)


def _is_export(document: Document) -> bool:
    """True iff a document that nobody recognised, in a folder, is likely meant to be read.

    That is where an ARN stands somewhere near its top, or the answer of a call was cut down with `--query` to a list.
    """
    if isinstance(document.value, list) and document.file.casefold().endswith(".json"):
        return True
    pending, looked_at = [document.value], 0
    while pending and looked_at < _MAX_LOOKED_AT:
        item = pending.pop(0)
        looked_at += 1
        if isinstance(item, str) and item.startswith("arn:aws"):
            return True
        if isinstance(item, Mapping):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False


def _is_ours(document: Document) -> bool:
    """True iff the document is a baseline, a file of waivers or a report, which lie beside exports."""
    value = document.value
    return isinstance(value, Mapping) and (
        value.keys() == {"waivers"} or ("schema" in value and "findings" in value)
    )


def _unrecognised(document: Document, origin: Origin) -> Problem:
    value = document.value
    found = describe(value)
    if isinstance(value, Mapping) and value:
        keys = [f"`{shown(str(key), 40)}`" for key in list(value)[:8]]
        more = f" and {len(value) - 8} more" if len(value) > 8 else ""
        found = f"an object with {', '.join(keys)}{more}"
    message = f"found {found}, expected {_READABLE}"
    advice = "docs/exports.md lists the commands whose answers are read"
    if origin.call and origin.name:
        service, _, operation = origin.call.partition(".")
        advice = f"by its name it is an answer of `{service} {operation}`; {advice}"
    return document.source.problem("unrecognised", message, advice=advice)
