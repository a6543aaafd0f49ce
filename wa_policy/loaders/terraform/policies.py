"""Policy documents of a plan: JSON in a text, or the blocks of `aws_iam_policy_document` where the text is not known yet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind, Statement, Version
from wa_policy.iam.source import Source
from wa_policy.iam.text import Hole, Template, Text
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, PolicyDocument, Present
from wa_policy.loaders.terraform.configuration import Expression, Target
from wa_policy.loaders.terraform.expressions import Block, Step
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.kinds import WHOLE_ARNS
from wa_policy.loaders.terraform.properties import Given, Reader

_DOCUMENT = "aws_iam_policy_document"
_ARN_ATTRIBUTES = (
    "arn",
    "execution_arn",
    "invoke_arn",
    "qualified_arn",
    "stream_arn",
    "layer_arn",
    "function_arn",
)
_MAX_DOCUMENTS = 20
_TESTS = ("test", "variable", "values")


@dataclass(frozen=True, slots=True)
class _Part:
    """A statement as JSON with its place, or why there may be one that is not known."""

    raw: Mapping[str, Any] | Unknown
    place: Source

    @property
    def sid(self) -> str:
        sid = self.raw.get("Sid") if isinstance(self.raw, Mapping) else None
        return sid if isinstance(sid, str) else ""


class Documents:
    """Reads the policy documents of one plan; problems go to `notes`."""

    def __init__(self, reader: Reader, notes: list[Problem]) -> None:
        self._reader = reader
        self._configuration = reader.configuration
        self._notes = notes

    def document(self, instance: Instance, attribute: str, kind: PolicyKind) -> PolicyDocument:
        """The document that an argument holds; absent where the argument is not set."""
        value = instance.values.get(attribute)
        if value in (None, "") and not instance.is_unknown(attribute):
            return Absent(instance.source)
        if not instance.is_unknown(attribute):
            return Present(self._read(value, instance.at(attribute), kind))
        expression = self._configuration.of(instance, (attribute,))
        if not expression.references and not self._configuration.is_set(instance, attribute):
            return Absent(instance.source)
        policy = self._referred(expression, kind)
        if policy is None:
            policy = Policy(
                None, (), instance.source, unreadable=(self._reader.unknown(instance, (attribute,)),)
            )
        return Present(policy)

    def inline(self, given: Given, place: Source, kind: PolicyKind) -> PolicyDocument:
        """The document that an argument inside of a block holds."""
        if given.mark is not True:
            return (
                Absent(place) if given.value in (None, "") else Present(self._read(given.value, place, kind))
            )
        policy = self._referred(self._configuration.of(given.instance, given.path), kind)
        if policy is None:
            policy = Policy(None, (), place, unreadable=(self._reader.unknown(given.instance, given.path),))
        return Present(policy)

    def statement(self, raw: Mapping[str, Any], place: Source, kind: PolicyKind) -> Policy:
        """A policy of one statement that a resource stands for."""
        return self._parsed((_Part(raw, place),), Version.OF_2012, place, kind)

    def _read(self, value: Any, source: Source, kind: PolicyKind) -> Policy:
        policy, problems = parse_policy(value, source, kind)
        self._notes.extend(problems)
        return policy

    def _referred(self, expression: Expression, kind: PolicyKind) -> Policy | None:
        """The document of the data source or resource that an expression refers to, where it can be that alone."""
        only = expression.only
        if only is None or expression.mixed:
            return None
        instance, attribute = only.instance, only.attribute
        if instance.type != _DOCUMENT or attribute not in ("json", "minified_json"):
            if attribute in ("policy", "assume_role_policy") and not instance.is_data:
                document = self.document(instance, attribute, kind)
                return document.policy if isinstance(document, Present) else None
            return None
        text = instance.text(attribute)
        if text is not None:
            return self._read(text, instance.at(attribute), kind)
        version = Version.OF_2008 if instance.values.get("version") == "2008-10-17" else Version.OF_2012
        return self._parsed(self._parts(instance, 0), version, instance.source, kind)

    def _parsed(self, parts: Sequence[_Part], version: Version, source: Source, kind: PolicyKind) -> Policy:
        statements: list[Statement] = []
        doubts: list[Unknown] = []
        for part in parts:
            if isinstance(part.raw, Unknown):
                doubts.append(part.raw)
                continue
            raw = {"Version": version.value, "Statement": [dict(part.raw)]}
            policy, problems = parse_policy(raw, part.place, kind)
            self._notes.extend(
                part.place.problem(problem.code, problem.message, advice=problem.advice)
                for problem in problems
            )
            doubts += policy.unreadable
            statements += (_placed(statement, part.place) for statement in policy.statements)
        return Policy(version, tuple(statements), source, None, tuple(doubts))

    # --- blocks -----------------------------------------------------------------------------------------------

    def _parts(self, instance: Instance, depth: int) -> list[_Part]:
        """The statements of a data source, with those of the documents that it starts from and ends with.

        A statement takes the place of one before it that has the same sid.
        https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
        """
        parts: list[_Part] = []
        for name in ("source_json", "source_policy_documents"):
            parts = _over(parts, self._documents(instance, name, depth))
        parts = _over(parts, self._own(instance))
        for name in ("override_json", "override_policy_documents"):
            parts = _over(parts, self._documents(instance, name, depth))
        return parts

    def _own(self, instance: Instance) -> list[_Part]:
        mark = instance.unknown.get("statement")
        if mark is True:
            return [_Part(self._reader.unknown(instance, ("statement",)), instance.source)]
        items = self._reader.blocks(instance.values.get("statement") or [], mark)
        return [
            _Part(
                self._statement(instance, values, marks, Block(index, len(items), values)),
                instance.at("statement", index),
            )
            for index, (values, marks) in enumerate(items)
        ]

    def _documents(self, instance: Instance, name: str, depth: int) -> list[_Part]:
        """The statements of other documents, given as JSON."""
        value, mark = instance.values.get(name), instance.unknown.get(name)
        if not value and not mark:
            return []
        texts = value if isinstance(value, list) else [value]
        marks = mark if isinstance(mark, list) else [mark] * len(texts)
        parts: list[_Part] = []
        for index, text in enumerate(texts):
            if isinstance(text, str):
                place = instance.at(name, index) if isinstance(value, list) else instance.at(name)
                parts += _of_text(text, place)
        unknown = sum(one is True for one in marks) if mark is not None else 0
        if not unknown:
            return parts
        targets = self._configuration.of(instance, (name,)).targets
        open_ones = [target for target in targets if target.instance.text(target.attribute) is None]
        if (
            len(open_ones) != unknown
            or depth > _MAX_DOCUMENTS
            or any(not _is_document(one) for one in open_ones)
        ):
            return [*parts, _Part(self._reader.unknown(instance, (name,)), instance.source)]
        for target in open_ones:
            parts += self._parts(target.instance, depth + 1)
        return parts

    def _statement(
        self, instance: Instance, values: Mapping[str, Any], marks: Mapping[str, Any], block: Block
    ) -> Mapping[str, Any] | Unknown:
        here: tuple[Step, ...] = ("statement", block)
        for name in ("effect", "sid", "principals", "not_principals", "condition"):
            if marks.get(name) is True and name != "sid":
                return self._reader.unknown(instance, (*here, name))
        raw: dict[str, Any] = {"Effect": values.get("effect") or "Allow"}
        if values.get("sid"):
            raw["Sid"] = values["sid"]
        for name, element in (
            ("actions", "Action"),
            ("not_actions", "NotAction"),
            ("resources", "Resource"),
            ("not_resources", "NotResource"),
        ):
            texts = self.texts(instance, (*here, name), values.get(name), marks.get(name))
            if texts:
                raw[element] = texts
        for name, element in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
            principals = self._principals(instance, (*here, name), values.get(name), marks.get(name))
            if principals is not None:
                raw[element] = principals
        conditions: dict[str, dict[str, list[Text]]] = {}
        items = self._reader.blocks(values.get("condition") or [], marks.get("condition"))
        for index, (item, mark) in enumerate(items):
            if any(mark.get(name) is True for name in _TESTS[:2]):
                return self._reader.unknown(instance, (*here, "condition"))
            path = (*here, "condition", Block(index, len(items), item, ordered=False), "values")
            texts = self.texts(instance, path, item.get("values"), mark.get("values"))
            conditions.setdefault(str(item.get("test")), {}).setdefault(str(item.get("variable")), []).extend(
                texts
            )
        if conditions:
            raw["Condition"] = conditions
        return raw

    def _principals(self, instance: Instance, path: tuple[Step, ...], value: Any, mark: Any) -> Any:
        found: dict[str, list[Text]] = {}
        items = self._reader.blocks(value or [], mark)
        for index, (item, marks) in enumerate(items):
            inner = (*path, Block(index, len(items), item, ordered=False), "identifiers")
            texts = self.texts(instance, inner, item.get("identifiers"), marks.get("identifiers"), names=True)
            found.setdefault(str(item.get("type")), []).extend(texts)
        if not found:
            return None
        # `type = "*"` with `identifiers = ["*"]` is written as the text `*`.
        return "*" if found.keys() == {"*"} else {kind: texts for kind, texts in found.items() if kind != "*"}

    # --- texts ------------------------------------------------------------------------------------------------

    def texts(
        self, instance: Instance, path: Sequence[Step], value: Any, mark: Any, *, names: bool = False
    ) -> list[Text]:
        """The texts of a list, with a hole for what is not known. With `names` each is the name of something, and no more.

        More text may stand behind the ARN of a reference, as in `"${aws_s3_bucket.b.arn}/*"`: there is a hole behind it.
        """
        items = value if isinstance(value, list) else [value]
        marks = mark if isinstance(mark, list) else []
        known: list[Text] = [str(item).replace("&{", "${") for item in items if item is not None]
        # Where nothing is known of the list, it is of any length.
        count = None if mark is True else sum(one is True for one in marks)
        return known if count == 0 else known + self._open(instance, path, count, names=names)

    def _open(
        self, instance: Instance, path: Sequence[Step], count: int | None, *, names: bool
    ) -> list[Text]:
        """What stands for a number of texts that are known after apply."""
        expression = self._configuration.of(instance, path)
        reason = self._reader.unknown(instance, path)
        targets = self._unknown_targets(expression)
        starts = [start for target in targets if (start := self._start(target)) is not None]
        # INVARIANT: an ARN begins with `arn:`, so that each text begins with what is referred to, and every reference is the
        # beginning of one of the texts. With as many references as texts they belong together, one to one.
        if expression.lost or not starts or len(starts) != len(targets):
            return [Template((Hole(reason, (), "${...}"),))] * (count or 1)
        if len(starts) == count or (count is None and not expression.mixed):
            behind = Hole(reason, (), "${...}")
            return [
                start if not expression.mixed and (names or _is_whole(target)) else Template((start, behind))
                for target, start in zip(targets, starts, strict=True)
            ]
        if count is not None and len(starts) < count:
            return [Template((Hole(reason, tuple(starts), "${...}"), Hole(reason)))] * count
        return [Template((Hole(reason, (), "${...}"),))] * (count or 1)

    def _unknown_targets(self, expression: Expression) -> list[Target]:
        return [
            target for target in expression.targets if target.instance.is_unknown(target.attribute) or not target.attribute
            or target.attribute not in target.instance.values
        ]  # fmt: skip

    def _start(self, target: Target) -> str | None:
        """The ARN at the beginning of a text that refers to it; None for what is no ARN."""
        if target.attribute not in _ARN_ATTRIBUTES and target.attribute not in ("", "id"):
            return None
        text = self._reader.text(target) if target.attribute else self._reader.naming.arn(target.instance)
        return text if text is not None and text.startswith("arn:") else None


def _is_whole(target: Target) -> bool:
    return target.instance.type in WHOLE_ARNS and target.attribute in ("arn", "id")


def _is_document(target: Target) -> bool:
    return target.instance.type == _DOCUMENT and target.attribute in ("json", "minified_json")


def _of_text(text: str, place: Source) -> list[_Part]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        reason = f"`{place.pointer}` in `{place.file}` is no JSON"
        return [_Part(Unknown(UnknownKind.UNREADABLE, reason), place)]
    statements = value.get("Statement") if isinstance(value, Mapping) else None
    items = statements if isinstance(statements, list) else [statements]
    return [_Part(item, place) for item in items if isinstance(item, Mapping)]


def _over(parts: list[_Part], others: list[_Part]) -> list[_Part]:
    """The statements, those with a sid that occurs among the others replaced by them."""
    by_sid = {part.sid: part for part in others if part.sid}
    kept = [by_sid.pop(part.sid, part) if part.sid else part for part in parts]
    return kept + [part for part in others if not part.sid or part.sid in by_sid]


def _placed(statement: Statement, place: Source) -> Statement:
    conditions = tuple(replace(condition, source=place) for condition in statement.conditions)
    return replace(statement, source=place, conditions=conditions)
