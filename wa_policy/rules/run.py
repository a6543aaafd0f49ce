"""The rules of a pack on an inventory: one verdict per rule and subject, or per item of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import assert_never

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth, all_of
from wa_policy.findings import Report, Result, RuleFacts, Verdict
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory
from wa_policy.rules.alternatives import in_all_choices
from wa_policy.rules.arguments import Value
from wa_policy.rules.bindings import ITEM, names_of_forbid, resolve_all, substitute, substitute_path
from wa_policy.rules.coverage import coverage
from wa_policy.rules.dated import problems_of_stale, stale_tables, told_of_stale
from wa_policy.rules.each import ITERATORS
from wa_policy.rules.environments import is_touched, open_environment, values_for
from wa_policy.rules.items import Item, Items
from wa_policy.rules.matcher import holds, place_of
from wa_policy.rules.message import render
from wa_policy.rules.model import Manual, Permit, Require, Rule, Shape
from wa_policy.rules.parameters import check_settings, values_of
from wa_policy.rules.path_class import NoPath
from wa_policy.rules.plan import plan
from wa_policy.rules.request_class import Forbid, RequestClass
from wa_policy.rules.shape import SHAPES
from wa_policy.rules.subjects import (
    PRINCIPAL,
    ROLE,
    Judgement,
    Scope,
    Shared,
    Subject,
    selected,
    subject_of,
    unread,
)
from wa_policy.rules.views import Sight, operand_of, property_named
from wa_policy.settings import Settings

Progress = Callable[[str, int, int], None]
"""Called with a rule, the subjects done and the subjects in all."""

_PLAIN = {verdict: Judgement(verdict) for verdict in Verdict}
_PASS = _PLAIN[Verdict.PASS]


def run(
    pack: Sequence[Rule],
    inventory: Inventory,
    settings: Settings,
    catalog: Catalog,
    *,
    only: Sequence[str] = (),
    progress: Progress | None = None,
    today: date | None = None,
) -> Report:
    """The verdicts of the rules of the profile, or of those named by `only` whatever their profile."""
    check_settings(pack, settings.parameters)
    for environment in settings.environments:
        check_settings(pack, environment.parameters)
    planned = plan(pack, settings.profile, only, settings.enabled)

    def judge(read: Inventory, progress: Progress | None = None) -> list[Result]:
        shared = Shared()
        found: list[Result] = []
        for rule, facts in planned.rules:
            # Most rules are about types that an inventory does not have.
            if not selected(read, shared, rule.select) and not (
                _asks_for_roles(rule) and unread(read, shared)
            ):
                continue
            scope = Scope(read, values_of(rule, settings.parameters), catalog, shared, today)
            if is_touched(rule, settings):
                found += _in_environments(rule, facts, settings, scope, progress)
            else:
                found += _results(rule, facts, scope, progress)
        return found

    stale = stale_tables((rule for rule, _ in planned.rules), today, settings.max_table_age)
    results = tuple(told_of_stale(in_all_choices(judge(inventory, progress), inventory, judge), stale))
    return Report(
        results=tuple(sorted(results, key=lambda result: result.order)),
        problems=(*inventory.problems, *problems_of_stale(stale, today, settings.max_table_age)),
        files=inventory.files,
        accounts=inventory.accounts,
        profile=settings.profile,
        tables={"actions": catalog.date.isoformat(), **planned.tables},
        types=coverage(planned.about, inventory, results),
    )


def _in_environments(
    rule: Rule, facts: RuleFacts, settings: Settings, scope: Scope, progress: Progress | None
) -> Iterator[Result]:
    """The results of a rule whose parameters have other values in some environments."""

    def scopes(subject: Subject) -> Iterator[tuple[str, Scope]]:
        for name, values in values_for(rule, settings, subject):
            yield name, replace(scope, parameters=values)

    return _results(rule, facts, scope, progress, scopes)


Scopes = Callable[[Subject], Iterable[tuple[str, Scope]]]
"""The scopes in which a subject may have to be judged, each with the environments that have it."""


def run_rule(rule: Rule, scope: Scope, progress: Progress | None = None) -> Iterator[Result]:
    """The results of one rule on the inventory of the scope."""
    return _results(rule, rule.facts, scope, progress)


def _results(
    rule: Rule,
    facts: RuleFacts,
    scope: Scope,
    progress: Progress | None,
    scopes: Scopes | None = None,
) -> Iterator[Result]:
    """The results of one rule. `scopes` are for subjects in environments; `scope` is for the rest."""
    chosen = selected(scope.inventory, scope.shared, rule.select)
    for number, subject in enumerate(chosen):
        if progress is not None:
            progress(rule.id, number, len(chosen))
        if scopes is None:
            yield from _Run(rule, facts, subject, scope).results()
        else:
            yield from _in_any(rule, facts, subject, tuple(scopes(subject)))
    if _asks_for_roles(rule):
        for role in unread(scope.inventory, scope.shared):
            yield Result(
                rule=facts,
                subject=role.arn,
                subject_type=ROLE,
                verdict=Verdict.UNKNOWN,
                source=role.source,
                reasons=(role.reason,),
                account=role.account,
                may_not_apply=rule.when is not None or rule.each is not None,
            )


def _asks_for_roles(rule: Rule) -> bool:
    return ROLE in rule.select or PRINCIPAL in rule.select


def _in_any(
    rule: Rule, facts: RuleFacts, subject: Subject, scopes: Sequence[tuple[str, Scope]]
) -> Iterator[Result]:
    """The results that hold in whichever environment the subject is; one unknown verdict where they differ."""
    worlds = [tuple(_Run(rule, facts, subject, scope).results()) for _, scope in scopes]
    verdicts = [[(result.key, result.verdict) for result in found] for found in worlds]
    if all(found == verdicts[0] for found in verdicts):
        yield from worlds[0]
        return
    reason = open_environment(subject, [name for name, _ in scopes])
    yield _Run(rule, facts, subject, scopes[0][1]).result(Judgement(Verdict.UNKNOWN, reasons=(reason,)))


class _Run:
    """One rule on one subject."""

    __slots__ = ("facts", "rule", "scope", "subject", "values")

    def __init__(self, rule: Rule, facts: RuleFacts, subject: Subject, scope: Scope) -> None:
        self.rule = rule
        self.facts = facts
        self.subject = subject
        self.scope = scope
        self.values: dict[str, Value] = dict(scope.parameters)

    def results(self) -> Iterator[Result]:
        if self.rule.when is not None:
            applies = holds(self.rule.when, self.subject, self.scope, self.values)
            if isinstance(applies, Unknown):
                yield self.result(Judgement(Verdict.UNKNOWN, reasons=(applies,)), may_not_apply=True)
                return
            if not applies:
                yield self.result(_PLAIN[Verdict.NOT_APPLICABLE])
                return
        if self.rule.each is None:
            yield self.result(self.judgement(None))
            return
        yield from self.of_items(self.items())

    def items(self) -> Items:
        each = self.rule.each
        if each is None:
            return Items(())
        arguments = resolve_all(each.arguments, self.values)
        return ITERATORS[each.iterator].give(self.subject, self.scope, arguments)

    def of_items(self, found: Items) -> Iterator[Result]:
        each, kept = self.rule.each, []
        for item in found.items:
            within: Truth = True if item.perhaps is None else item.perhaps
            if each is not None and each.where is not None and item.unknown is None:
                within = all_of(
                    (within, holds(each.where, self.subject, self.scope, self.bindings(item), item))
                )
            if within is not False:
                kept.append((item, within))
        for item, within in kept:
            judged = _perhaps(within, self.judgement(item))
            may_not_apply = isinstance(within, Unknown) and judged.verdict is Verdict.UNKNOWN
            yield self.result(judged, item, may_not_apply=may_not_apply)
        if found.unknown:
            reasons = tuple(dict.fromkeys(found.unknown))
            yield self.result(Judgement(Verdict.UNKNOWN, reasons=reasons), may_not_apply=True)
        elif not kept and each is not None:
            yield self.result(_PLAIN[ITERATORS[each.iterator].empty])

    def judgement(self, item: Item | None) -> Judgement:
        if item is not None and item.unknown is not None:
            return Judgement(Verdict.UNKNOWN, reasons=(item.unknown,))
        told, unknown = self.told(item)
        if unknown:
            return Judgement(Verdict.UNKNOWN, reasons=unknown)
        values = self.bindings(item) | told
        match self.rule.check:
            case Forbid() as forbid:
                return self.forbidden(forbid, values, self.caller(item))
            case Permit(requests):
                return self.permitted(requests, values, self.caller(item))
            case Shape() as shape:
                return _PASS if item is None else self.shaped(shape, item, values)
            case Require(test):
                kept = holds(test, self.subject, self.scope, values, item)
                judged = _judged(kept, Verdict.PASS, Verdict.FAIL)
                place = place_of(test, self.subject) if item is None else None
                return judged if place is None else replace(judged, source=place)
            case NoPath() as no_path:
                return self.without_path(no_path, values)
            case Manual():
                return Judgement(Verdict.MANUAL)
            case _:
                assert_never(self.rule.check)

    def shaped(self, shape: Shape, item: Item, values: Mapping[str, Value]) -> Judgement:
        predicate, arguments = SHAPES[shape.predicate], resolve_all(shape.arguments, values)
        broken = predicate.judge(item, self.subject, self.scope, arguments)
        if broken is not True:
            return _judged(broken, Verdict.FAIL, Verdict.PASS)
        from wa_policy.rules.forbid import judge

        requests = predicate.shown_by(item, self.subject, self.scope)
        caller = self.caller(item)
        witness = judge(Forbid((requests,)), caller, {}, self.scope).witness if requests else None
        words = predicate.evidence(item) if witness is None else ""
        return Judgement(Verdict.FAIL, witness, evidence=words)

    def forbidden(self, forbid: Forbid, values: Mapping[str, Value], caller: Subject) -> Judgement:
        from wa_policy.rules.forbid import judge

        asked = substitute(forbid, values)
        if asked is None:
            return Judgement(Verdict.NOT_APPLICABLE)
        return judge(asked, caller, values, self.scope)

    def permitted(self, requests: Forbid, values: Mapping[str, Value], caller: Subject) -> Judgement:
        from wa_policy.rules.forbid import judge

        reasons: list[Unknown] = []
        for one in requests.classes:
            asked = substitute(replace(requests, classes=(one,)), values)
            found = Judgement(Verdict.PASS) if asked is None else judge(asked, caller, values, self.scope)
            if found.verdict is Verdict.PASS:
                return Judgement(Verdict.FAIL, evidence=f"no request for {_actions_of(one)} is allowed")
            reasons += found.reasons
        return Judgement(Verdict.UNKNOWN, reasons=tuple(dict.fromkeys(reasons))) if reasons else _PASS

    def caller(self, item: Item | None) -> Subject:
        """Whose policies are asked: the subject's, or those of the principal that an item brings."""
        if item is None or item.principal is None:
            return self.subject if item is None or item.subject is None else item.subject
        return subject_of(item.principal, self.scope.inventory)

    def without_path(self, no_path: NoPath, values: Mapping[str, Value]) -> Judgement:
        from wa_policy.rules.graphs import graphs_of
        from wa_policy.rules.no_path import judge

        asked = substitute_path(no_path, values)
        if asked is None:
            return Judgement(Verdict.NOT_APPLICABLE)
        return judge(asked, self.subject, graphs_of(self.scope))

    def bindings(self, item: Item | None) -> dict[str, Value]:
        if item is None:
            return self.values
        return self.values | {f"{ITEM}{name}": value for name, value in item.fields.items()}

    def told(self, item: Item | None) -> tuple[dict[str, Value], tuple[Unknown, ...]]:
        """The values of the properties that the requests of the check name; why one is not known."""
        match self.rule.check:
            case (Forbid() as requests) | Permit(requests):
                pass
            case _:
                return {}, ()
        found: dict[str, Value] = {}
        unknown: list[Unknown] = []
        for name in dict.fromkeys(names_of_forbid(requests)):
            if property_named(name) is not None:
                value = operand_of(f"${name}", Sight(self.subject, self.scope, self.values, item))
                if isinstance(value, Unknown):
                    unknown.append(value)
                found[name] = () if value is None or isinstance(value, Unknown) else value
        return found, tuple(unknown)

    def result(
        self, judgement: Judgement, item: Item | None = None, *, may_not_apply: bool = False
    ) -> Result:
        rule, subject = self.rule, self.subject
        message = ""
        if judgement.verdict is Verdict.FAIL:
            message = render(rule.message, subject, item, judgement.witness, judgement.path)
        elif judgement.verdict is Verdict.MANUAL and isinstance(rule.check, Manual):
            message = rule.check.question
        return Result(
            rule=self.facts,
            subject=subject.id,
            subject_type=subject.type,
            verdict=judgement.verdict,
            source=judgement.source or (subject.source if item is None else item.source),
            message=message,
            key="" if item is None else item.key,
            witness=judgement.witness,
            evidence=judgement.evidence,
            reasons=judgement.reasons,
            account=subject.account,
            may_not_apply=may_not_apply,
        )


def _perhaps(within: Truth, judgement: Judgement) -> Judgement:
    """The judgement on an item that is perhaps none of those that the rule is about."""
    if not isinstance(within, Unknown) or judgement.verdict is not Verdict.FAIL:
        return judgement
    return Judgement(Verdict.UNKNOWN, reasons=(within,))


def _actions_of(one: RequestClass) -> str:
    return ", ".join(f"`{action}`" for action in one.actions)


def _judged(truth: bool | Unknown, if_true: Verdict, if_false: Verdict) -> Judgement:
    if isinstance(truth, Unknown):
        return Judgement(Verdict.UNKNOWN, reasons=(truth,))
    return _PLAIN[if_true if truth else if_false]
