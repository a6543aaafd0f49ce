"""What looks on in an account: services that detect, and the scanning of functions, by Region."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from wa_policy.evaluator.truth import Truth, all_of, any_of
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, NoOrganization, PropertyValue, Resource
from wa_policy.inventory.symbols import shown
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.compare import equal
from wa_policy.rules.items import Field, Item, Items
from wa_policy.rules.predicates_general import tag_of
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.views import parts_of, walk

_FUNCTION, _REGION_TYPE = "AWS::Lambda::Function", "WaPolicy::AccountRegion"
_LAMBDA_FEATURE = "LAMBDA_NETWORK_LOGS"
_EXTERNAL = ("ACCOUNT", "ORGANIZATION")
_WATCHING = (
    "AWS::GuardDuty::Detector",
    "AWS::AccessAnalyzer::Analyzer",
    "AWS::CloudTrail::Trail",
    _REGION_TYPE,
)
# https://docs.aws.amazon.com/inspector/latest/user/scanning-lambda.html
_EXCLUSION = "InspectorExclusion"


def detective_services(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """For each Region with functions each of the services, on or off."""
    inventory, account = scope.inventory, subject.account or ""
    items = [
        _item(f"{name} {region}", words, region, judge(inventory, account, region), subject)
        for region in _regions(inventory, account)
        for name in texts(arguments, "services")
        if name in _SERVICES
        for words, judge in (_SERVICES[name],)
    ]
    return Items(tuple(items))


def _item(key: str, words: str, region: str, truth: Truth, subject: Subject) -> Item:
    fields: dict[str, Field] = {
        "says": f"{words} in {shown(region)}",
        "region": region,
        "state": "on" if truth is True else "off",
    }
    unknown = truth if isinstance(truth, Unknown) else None
    return Item(shown(key), subject.source, fields, unknown=unknown)


def _regions(inventory: Inventory, account: str) -> list[str]:
    """The Regions with functions; none of an account of which only code was read that makes nothing that looks on."""
    if not any(answer.account == account for answer in inventory.listed) and not any(
        one.account == account for type_ in _WATCHING for one in inventory.of_type(type_)
    ):
        return []
    return sorted(
        {one.region for one in inventory.of_type(_FUNCTION) if one.account == account and one.region}
    )


def _of(inventory: Inventory, type_: str, account: str, region: str) -> list[Resource]:
    return [
        one for one in inventory.of_type(type_) if one.account == account and one.region in (region, None)
    ]


def _missing(call: str, account: str, region: str) -> Unknown:
    return Unknown(
        UnknownKind.NOT_EXPORTED,
        f"{call.replace('.', ' ')} for account `{shown(account)}` in `{shown(region)}`",
    )


def _watches_lambda(inventory: Inventory, account: str, region: str) -> Truth:
    """True iff a GuardDuty detector is on, with Lambda protection."""
    found: list[Truth] = []
    for detector in _of(inventory, "AWS::GuardDuty::Detector", account, region):
        features = detector.property("Features")
        on = (
            features
            if isinstance(features, Unknown)
            else any_of(
                all_of(
                    (
                        equal(walk(one.value, ("Name",)), _LAMBDA_FEATURE),
                        equal(walk(one.value, ("Status",)), "ENABLED"),
                    )
                )
                for one in parts_of(features)
            )
        )
        found.append(all_of((equal(detector.property("Enable"), True), on)))
    if found:
        return any_of(found)
    listed = [one.property("DetectorIds") for one in _of(inventory, _REGION_TYPE, account, region)]
    if any(ids == () for ids in listed):
        return False
    call = "get-detector" if any(isinstance(ids, tuple) for ids in listed) else "list-detectors"
    return _missing(f"guardduty.{call}", account, region)


def _has_analyzer(inventory: Inventory, account: str, region: str) -> Truth:
    """True iff an analyzer looks for external access; one of the organization may stand in another account."""
    found: list[Truth] = [
        any_of(equal(analyzer.property("Type"), type_) for type_ in _EXTERNAL)
        for analyzer in _of(inventory, "AWS::AccessAnalyzer::Analyzer", account, region)
    ]
    found += [
        equal(analyzer.property("Type"), "ORGANIZATION")
        for analyzer in inventory.of_type("AWS::AccessAnalyzer::Analyzer")
        if analyzer.account != account and analyzer.region == region
    ]
    call = "accessanalyzer.list-analyzers"
    if not inventory.was_listed(call, account, region):
        found.append(_missing(call, account, region))
    elif not isinstance(inventory.organization, NoOrganization):
        found.append(_missing(call, "the administrator", region))
    return any_of(found)


def _logs_invocations(inventory: Inventory, account: str, region: str) -> Truth:
    """True iff a trail that logs has the data events of functions."""
    found: list[Truth] = []
    for trail in inventory.of_type("AWS::CloudTrail::Trail"):
        if trail.account != account:
            continue
        here = any_of((trail.region == region, equal(trail.property("IsMultiRegionTrail"), True)))
        selected = any_of((_has_data_resource(trail), _has_advanced(trail)))
        found.append(all_of((here, equal(trail.property("IsLogging"), True), selected)))
    call = "cloudtrail.describe-trails"
    if not inventory.was_listed(call, account, region):
        found.append(_missing(call, account, region))
    return any_of(found)


def _has_data_resource(trail: Resource) -> Truth:
    selectors = trail.property("EventSelectors")
    if isinstance(selectors, Unknown):
        return selectors
    return any_of(
        equal(walk(one.value, ("Type",)), _FUNCTION)
        for selector in parts_of(selectors)
        for one in parts_of(walk(selector.value, ("DataResources",)))
    )


def _has_advanced(trail: Resource) -> Truth:
    selectors = trail.property("AdvancedEventSelectors")
    if isinstance(selectors, Unknown):
        return selectors
    return any_of(
        all_of(
            (
                equal(walk(one.value, ("Field",)), "resources.type"),
                _has(walk(one.value, ("Equals",)), _FUNCTION),
            )
        )
        for selector in parts_of(selectors)
        for one in parts_of(walk(selector.value, ("FieldSelectors",)))
    )


def _has(values: PropertyValue, wanted: str) -> Truth:
    return (
        values
        if isinstance(values, Unknown)
        else any_of(equal(one.value, wanted) for one in parts_of(values))
    )


_SERVICES: Mapping[str, tuple[str, Callable[[Inventory, str, str], Truth]]] = {
    "guardduty-lambda": ("GuardDuty does not watch functions", _watches_lambda),
    "access-analyzer": ("no analyzer looks for access from outside", _has_analyzer),
    "lambda-data-events": ("no trail has the calls of functions", _logs_invocations),
}


# --- scanning --------------------------------------------------------------------------------------------------------


def function_scanning(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """For each Region with functions whether Inspector scans them, and each function that is excluded."""
    inventory, account = scope.inventory, subject.account or ""
    items = [
        _item(
            f"inspector {region}",
            "Inspector does not scan functions",
            region,
            _scans(inventory, account, region),
            subject,
        )
        for region in _regions(inventory, account)
    ]
    found = tuple(_excluded(inventory, account))
    excluded = tuple(one for one in found if isinstance(one, Item))
    return Items((*items, *excluded), tuple(one for one in found if isinstance(one, Unknown)))


def _scans(inventory: Inventory, account: str, region: str) -> Truth:
    found: list[Truth] = []
    for one in _of(inventory, _REGION_TYPE, account, region):
        state = one.property("InspectorResourceState")
        status = walk(state, ("lambda", "status")) if isinstance(state, Mapping) else state
        if state is not None:
            found.append(equal(status, "ENABLED"))
    if found:
        return any_of(found)
    return _missing("inspector2.batch-get-account-status", account, region)


def _excluded(inventory: Inventory, account: str) -> Iterator[Item | Unknown]:
    for function in inventory.of_type(_FUNCTION):
        tag = tag_of(function.property("Tags"), _EXCLUSION) if function.account == account else None
        if isinstance(tag, Unknown):
            yield tag
        elif tag is not None:
            fields: dict[str, Field] = {
                "says": f"the function {function.name} is excluded from scanning",
                "region": function.region or "",
                "state": "off",
            }
            yield Item(function.name, function.place("Tags"), fields)


def is_off(item: Item, _subject: Subject, _scope: Scope, _arguments: Values) -> bool:
    """True iff the item is off."""
    return item.fields["state"] == "off"


def off_in_words(item: Item) -> str:
    return str(item.fields["says"])
