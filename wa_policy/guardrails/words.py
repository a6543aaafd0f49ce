"""What guardrails say, in the words of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from wa_policy.catalog.model import Catalog
from wa_policy.guardrails.model import Calling, ForbiddenClass, Guardrail, NeedsParameters
from wa_policy.iam.principal import Anonymous
from wa_policy.iam.request import Request
from wa_policy.rules.request_class import KeySpec
from wa_policy.settings import ParameterValue

_CALLERS = {
    Calling.PRINCIPAL: "principals of accounts",
    Calling.ANONYMOUS: "callers without credentials",
    Calling.SERVICE: "AWS services",
    Calling.FEDERATED: "identities of a provider",
}
_PRINCIPAL_ARN = "aws:principalarn"


def denied(guardrail: Guardrail) -> Iterator[str]:
    """What it denies, a line for each class of requests."""
    for one in guardrail.classes:
        yield _class(one)


def _class(one: ForbiddenClass) -> str:
    words = _listed(one.actions)
    if one.not_actions:
        words += f" but {_listed(one.not_actions)}"
    if one.resources != ("*",):
        words += f" on {_listed(one.resources)}"
    if one.not_resources:
        words += f" on anything but {_listed(one.not_resources)}"
    if one.callers != (Calling.PRINCIPAL,):
        words += f" by {_joined([_CALLERS[caller] for caller in one.callers])}"
    said = [
        _key(key, spec)
        for key, spec in one.context
        if spec != KeySpec() and not _is_exemption(key, spec)  # an empty list of exceptions says nothing
    ]
    return f"{words}{f' where {_joined(said)}' if said else ''}"


def _is_exemption(key: str, spec: KeySpec) -> bool:
    return key.lower() == _PRINCIPAL_ARN and bool(spec.none_of)


def exempt(guardrail: Guardrail) -> tuple[str, ...]:
    """Patterns of the ARNs of principals that it does not bind, whatever they ask for."""
    lists = [
        {pattern for key, spec in one.context if _is_exemption(key, spec) for pattern in spec.none_of}
        for one in guardrail.classes
    ]
    return tuple(sorted(set.intersection(*lists))) if lists else ()


def _key(key: str, spec: KeySpec) -> str:
    name = f"`{key}`"
    if spec.absent is True:
        return f"{name} is missing"
    said = []
    if spec.one_of:
        said.append(f"one of {_listed(spec.one_of)}" if len(spec.one_of) > 1 else f"`{spec.one_of[0]}`")
    if spec.none_of:
        said.append(
            f"none of {_listed(spec.none_of)}" if len(spec.none_of) > 1 else f"not `{spec.none_of[0]}`"
        )
    if spec.inside:
        said.append(f"in {_listed(spec.inside)}")
    if spec.outside:
        said.append(f"outside of {_listed(spec.outside)}")
    if spec.less_than is not None:
        said.append(f"less than {spec.less_than}")
    if spec.greater_than is not None:
        said.append(f"more than {spec.greater_than}")
    case = " (whatever the case)" if spec.ignore_case else ""
    may_miss = "missing or " if spec.absent is None else ""
    if spec.some_of or spec.some_other_than:
        wanted = [f"one of {_listed(spec.some_of)}"] if spec.some_of else []
        wanted += [f"none of {_listed(spec.some_other_than)}"] if spec.some_other_than else []
        or_missing = f"{name} is missing or " if spec.absent is None else ""
        return f"{or_missing}a value of {name} is {_joined([*said, *wanted])}{case}"
    if not said:
        return f"{name} is there"
    return f"{name} is {may_miss}{_joined(said)}{case}"


_MOST_LISTED = 6


def _listed(texts: Sequence[str]) -> str:
    shown = ", ".join(f"`{text}`" for text in texts[:_MOST_LISTED])
    more = len(texts) - _MOST_LISTED
    return f"{shown} and {more} more" if more > 0 else shown


def _joined(texts: Sequence[str]) -> str:
    return " and ".join(texts)


def value_words(value: ParameterValue) -> str:
    """A parameter's value as it is written on the command line."""
    if isinstance(value, tuple):
        return ",".join(value) if value else "(none)"
    return str(value).lower() if isinstance(value, bool) else str(value)


def needed(guardrail: NeedsParameters) -> str:
    names = _joined([f"`{name}`" for name in guardrail.names])
    return f"needs the parameter{'s' if len(guardrail.names) > 1 else ''} {names}"


def request_words(request: Request, catalog: Catalog, about: Iterable[str] = ()) -> Iterator[str]:
    """A request: who calls what on what, and then each key on a line, also those of `about` that it has not."""
    caller = "anyone" if isinstance(request.caller, Anonymous) else request.caller.arn
    yield f"{caller} calls {request.action} on {request.resource}"
    for key in sorted({*request.context, *(name.lower() for name in about)}):
        value = request.context.get(key)
        if value is None:
            if _may_have(key, request, catalog):
                yield f"  without {key_name(key, catalog)}"
        else:
            yield f"  {key_name(key, catalog)} = {value if isinstance(value, str) else ', '.join(value)}"


def _may_have(key: str, request: Request, catalog: Catalog) -> bool:
    """True iff a request for the action may carry the key, so that it says something to have none."""
    return key != _PRINCIPAL_ARN and catalog.key_usable_with(key, request.action)


def keys_of(guardrail: Guardrail) -> tuple[str, ...]:
    """The keys that its classes say something of."""
    return tuple(dict.fromkeys(key for one in guardrail.classes for key, _ in one.context))


def key_name(key: str, catalog: Catalog) -> str:
    """The key as AWS writes it."""
    known = catalog.condition_key(key)
    return key if known is None or known.name.lower() != key else known.name


def counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def named(rules: Iterable[str]) -> str:
    return ", ".join(f"`{rule}`" for rule in rules)
