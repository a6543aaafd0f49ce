"""Iterators over the code of a function: who else has it, and whose layers are put to it."""

from __future__ import annotations

from wa_policy.evaluator.truth import Truth, all_of, negate
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import CODE_SHA_PROPERTY, PropertyValue, Resource
from wa_policy.inventory.relations import related
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.items import Field, Item, Items, first_of_each_key, numbered
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.tables import table
from wa_policy.rules.views import walk

# --- bundles ---------------------------------------------------------------------------------------------------------


def code_sharers(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The bundle of the function, with the other functions that have it and another handler."""
    function = subject.resource
    code = None if function is None else _code(function)
    if function is None or code is None:
        return Items(())
    if isinstance(code, Unknown):
        return Items((), (code,))
    sharing: list[str] = []
    doubt: Unknown | None = None
    for other in scope.inventory.of_type("AWS::Lambda::Function"):
        if other.id == function.id or other.account != function.account:
            continue
        theirs = _code(other)
        if theirs is None:
            continue
        same = theirs if isinstance(theirs, Unknown) else _is_same(code, theirs)
        truth = all_of((same, _differs(_entry(function), _entry(other)) if same is not False else True))
        if truth is True:
            sharing.append(other.name)
        elif isinstance(truth, Unknown):
            doubt = doubt or truth
    fields: dict[str, Field] = {"functions": tuple(sorted(sharing))}
    return Items((Item("", function.place("Code"), fields, open=doubt),))


def _code(function: Resource) -> tuple[PropertyValue, ...] | Unknown | None:
    """What tells one bundle from another; None for code in the template, which nobody shares."""
    sha = function.property(CODE_SHA_PROPERTY)
    if isinstance(sha, str):
        return (sha,)
    code = function.property("Code")
    if isinstance(sha, Unknown) and (code is None or isinstance(code, Unknown)):
        return sha
    if isinstance(code, Unknown):
        return code
    image, key = walk(code, ("ImageUri",)), walk(code, ("S3Key",))
    for value in (image, key):
        if isinstance(value, Unknown):
            return value
    if isinstance(image, str):
        return (image,)
    if not isinstance(key, str):
        return None
    return (key, walk(code, ("S3Bucket",)), walk(code, ("S3ObjectVersion",)))


def _is_same(one: tuple[PropertyValue, ...], other: tuple[PropertyValue, ...]) -> Truth:
    return len(one) == len(other) and all_of(
        negate(_differs(ours, theirs)) for ours, theirs in zip(one, other, strict=True)
    )


def _entry(function: Resource) -> PropertyValue:
    """Where the code begins."""
    if function.property("PackageType") == "Image":
        return function.property("ImageConfig")
    return function.property("Handler")


def _differs(one: PropertyValue, other: PropertyValue) -> Truth:
    unknown = next((value for value in (one, other) if isinstance(value, Unknown)), None)
    return unknown or one != other


def is_one_bundle(item: Item, _subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff another function has the bundle, and another handler."""
    return bool(item.fields["functions"]) or item.open or False


def bundle_in_words(item: Item) -> str:
    functions = item.fields["functions"]
    return (
        f"the code is also that of {', '.join(functions[:5]) if isinstance(functions, tuple) else functions}"
    )


# --- who runs as a role ---------------------------------------------------------------------------------------------


def functions_of_role(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """Each function that runs as the role, with its ARN as its code has it in `lambda:SourceFunctionArn`."""
    one = subject.principal or subject.resource
    if one is None:
        return Items(())
    found = related(scope.inventory, one, "functions")
    items = [
        Item(other.name, other.place("Role"), {"name": other.name, "functions": (other.id,)})
        for other in found.found
        if isinstance(other, Resource)
    ]
    return Items(numbered(items), () if found.unknown is None else (found.unknown,))


# --- layers ----------------------------------------------------------------------------------------------------------


def layers(subject: Subject, _scope: Scope, _arguments: Values) -> Items:
    """The layers of the function, with the accounts that publish them."""
    function = subject.resource
    value = None if function is None else function.property("Layers")
    if function is None or value is None:
        return Items(())
    if isinstance(value, Unknown):
        return Items((), (value,))
    items: list[Item] = []
    unknown: list[Unknown] = []
    for layer in value if isinstance(value, tuple) else (value,):
        if isinstance(layer, Unknown):
            unknown.append(layer)
            continue
        arn = parse_arn(layer) if isinstance(layer, str) else None
        if arn is None:
            continue
        name = arn.resource.removeprefix("layer:").partition(":")[0]
        fields: dict[str, Field] = {"layer": str(layer), "account": arn.account, "name": name}
        items.append(Item(f"{arn.account}:{name}", function.place("Layers"), fields))
    return Items(first_of_each_key(items), tuple(unknown))


def is_strange_layer(item: Item, subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the publisher is not the own account, not one of `accounts`, and not in the table for that layer."""
    account, name = str(item.fields["account"]), str(item.fields["name"])
    if account in (subject.account, *texts(arguments, "accounts")):
        return False
    row = table(str(arguments["table"])).rows.get(account)
    patterns = row["layers"] if row is not None else None
    return not (isinstance(patterns, tuple) and any(matches(glob(pattern), name) for pattern in patterns))


def layer_in_words(item: Item) -> str:
    return f"`{item.fields['layer']}` is published by the account `{item.fields['account']}`"
