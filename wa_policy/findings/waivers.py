"""`waivers.yaml`: risks that somebody accepted, with a reason, an owner and a last day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from wa_policy.errors import LoadError, Problem
from wa_policy.findings import Report, Result, RuleFacts, Severity, Verdict, Waiver
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.source import Source
from wa_policy.inventory.model import WAIVERS_PROPERTY, Inventory
from wa_policy.inventory.symbols import shown
from wa_policy.loaders.checked import problems_of, read_checked
from wa_policy.settings import Profile

_DAY = {
    "description": "a date such as 2027-01-31",
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
}
SCHEMA: Mapping[str, Any] = {
    "description": "an object with `waivers`, a list",
    "type": ["object", "null"],
    "additionalProperties": False,
    "properties": {
        "waivers": {
            "description": "a list of waivers",
            "type": ["array", "null"],
            "items": {
                "description": "a waiver: an object with `rule`, `subject`, `reason`, `owner` and, better, `expires`",
                "type": "object",
                "required": ["rule", "subject", "reason", "owner"],
                "additionalProperties": False,
                "properties": {
                    "rule": {"description": "the id of a rule", "type": "string", "minLength": 1},
                    "subject": {"description": "a subject, in which `*` stands for any text", "type": "string", "minLength": 1},
                    "key": {"description": "the key of a part of the subject, in which `*` stands for any text", "type": "string"},
                    "reason": {"description": "why the risk is accepted", "type": "string", "pattern": r"\S"},
                    "owner": {"description": "who accepts it", "type": "string", "pattern": r"\S"},
                    "ticket": {"description": "where it is tracked", "type": "string"},
                    "expires": _DAY,
                },
            },
        },
    },
}  # fmt: skip

_ITEM: Mapping[str, Any] = SCHEMA["properties"]["waivers"]["items"]
_IN_TEMPLATE: Mapping[str, Any] = {
    "description": "an object with `waivers`, a list",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "waivers": {
            "description": "a list of waivers",
            "type": "array",
            "items": {
                **_ITEM,
                "required": ["rule", "reason", "owner"],
                "properties": {name: one for name, one in _ITEM["properties"].items() if name != "subject"},
            },
        },
    },
}

_NEEDS_END = (Severity.CRITICAL, Severity.HIGH)
WAIVER_TYPE = "WaPolicy::Waiver"


def _rule(id_: str, title: str, why: str, fix: str) -> RuleFacts:
    return RuleFacts(
        id=id_,
        title=title,
        pillar="operational-excellence",
        severity=Severity.MEDIUM,
        profile=Profile.CORE,
        why=why,
        fix={"text": fix},
    )


EXPIRED = _rule(
    "waiver-expired",
    "Waivers hold until their last day",
    "A risk is accepted for a time. After that somebody has to decide anew.",
    "Mend the finding, or decide anew and give the waiver a later day.",
)
UNUSED = _rule(
    "waiver-unused",
    "Waivers waive something",
    "A waiver that meets no finding will silence the next one that nobody has looked at.",
    "Remove the waiver, or correct its rule, subject or key.",
)
BROAD = _rule(
    "waiver-broad",
    "Waivers name what they waive",
    "A waiver for every subject switches the rule off, also for what is built tomorrow.",
    "Name the subjects, or the beginning of their names.",
)
ENDLESS = _rule(
    "waiver-without-end",
    "Waivers of severe findings have a last day",
    "A severe risk that is accepted without an end is forgotten.",
    "Give the waiver the day on which somebody has to look again, as `expires`.",
)


def read_waivers(file: str) -> tuple[Waiver, ...]:
    """The waivers in a file. Raises LoadError with every mistake and its line."""
    value = read_checked(file, SCHEMA, code="waivers", what="the waivers")
    raw: Sequence[Mapping[str, str]] = (value or {}).get("waivers") or ()
    source = Source(file)
    return tuple(_waiver(item, source.at("waivers", index)) for index, item in enumerate(raw))


def waivers_in(inventory: Inventory) -> tuple[Waiver, ...]:
    """The waivers in the metadata of resources in templates, for these resources; docs/findings.md has the form.

    Raises LoadError with every mistake.
    """
    found: list[Waiver] = []
    problems: list[Problem] = []
    for resource in inventory.resources:
        written = resource.properties.get(WAIVERS_PROPERTY)
        if written is None:
            continue
        source = resource.source.at("Metadata", "wa-policy")
        wrong = problems_of(_plain(written), _IN_TEMPLATE, source, code="waivers")
        problems += wrong
        if not wrong and isinstance(written, Mapping):
            items = written.get("waivers")
            for index, item in enumerate(items if isinstance(items, tuple) else ()):
                raw = (
                    {str(name): str(value) for name, value in item.items()}
                    if isinstance(item, Mapping)
                    else {}
                )
                found.append(_waiver({"subject": shown(resource.id), **raw}, source.at("waivers", index)))
    if problems:
        raise LoadError("waivers in templates are wrong", tuple(problems))
    return tuple(found)


def _plain(value: object) -> object:
    """The value with lists and objects as a schema knows them."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value


def _waiver(raw: Mapping[str, str], source: Source) -> Waiver:
    expires = None
    if "expires" in raw:
        try:
            expires = date.fromisoformat(raw["expires"])
        except ValueError:
            message = f"found `{raw['expires']}`, expected a date such as 2027-01-31"
            raise LoadError(message, (source.at("expires").problem("waivers", message),)) from None
    return Waiver(
        rule=raw["rule"],
        subject=raw["subject"],
        key=raw.get("key", "*"),
        reason=raw["reason"],
        owner=raw["owner"],
        ticket=raw.get("ticket", ""),
        expires=expires,
        source=source,
    )


def waive(report: Report, waivers: Sequence[Waiver], today: date, judged: Collection[str]) -> Report:
    """The report with what the waivers accept marked so, and a finding for each waiver that is wrong.

    A waiver accepts findings and unknown verdicts up to its last day. One that is expired, meets nothing, names every
    subject, or has no last day where the finding is critical or high, is a finding itself. A waiver of a rule that is
    not in `judged`, the rules that ran, is left alone. The first waiver that fits counts as the one that accepts;
    every one that fits is in use.
    """
    used: dict[Waiver, Severity] = {}
    results = []
    for result in report.results:
        fitting = [waiver for waiver in waivers if fits(waiver, result)] if _open(result) else []
        for waiver in fitting:
            used[waiver] = min(result.rule.severity, used.get(waiver, Severity.INFO), key=_rank)
        holding = [waiver for waiver in fitting if waiver.expires is None or today <= waiver.expires]
        results.append(replace(result, accepted=holding[0]) if holding else result)
    results += [
        finding
        for waiver in waivers
        if waiver.rule in judged
        for finding in _about(waiver, used.get(waiver), today)
    ]
    return replace(report, results=tuple(sorted(results, key=lambda result: result.order)))


def _open(result: Result) -> bool:
    return result.verdict in (Verdict.FAIL, Verdict.UNKNOWN) and result.accepted is None


def _rank(severity: Severity) -> int:
    return severity.rank


def fits(waiver: Waiver, result: Result) -> bool:
    """True iff the waiver is about this result, whatever the day."""
    return (
        waiver.rule == result.rule.id
        and matches(glob(waiver.subject), result.subject)
        and matches(glob(waiver.key), result.key)
    )


def _about(waiver: Waiver, worst: Severity | None, today: date) -> Iterator[Result]:
    if worst is None:
        yield _finding(UNUSED, waiver, "it meets no finding")
    elif waiver.expires is not None and waiver.expires < today:
        yield _finding(EXPIRED, waiver, f"its last day was {waiver.expires.isoformat()}")
    if not waiver.subject.strip("*?"):
        yield _finding(BROAD, waiver, "it names every subject")
    if worst in _NEEDS_END and waiver.expires is None:
        yield _finding(ENDLESS, waiver, f"it accepts a finding of severity {worst} and has no last day")


def _finding(rule: RuleFacts, waiver: Waiver, words: str) -> Result:
    key = "" if waiver.key == "*" else f" ({waiver.key})"
    return Result(
        rule=rule,
        subject=f"{waiver.rule}: {waiver.subject}{key}",
        subject_type=WAIVER_TYPE,
        verdict=Verdict.FAIL,
        source=waiver.source,
        message=f"the waiver of `{waiver.rule}` by {waiver.owner}: {words}",
        evidence=waiver.reason,
    )
