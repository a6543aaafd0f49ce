"""To which environment of the settings a subject belongs, and the values that parameters have there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.rules.model import Rule
from wa_policy.rules.parameters import values_of
from wa_policy.rules.predicates_general import tag_of
from wa_policy.rules.subjects import Subject
from wa_policy.settings import Environment, ParameterValue, Settings

Values = Mapping[str, ParameterValue]


def values_for(rule: Rule, settings: Settings, subject: Subject) -> tuple[tuple[str, Values], ...]:
    """The values of the rule's parameters for the subject, each with the environments where they hold.

    More than one where nothing says to which environment the subject belongs.
    """
    found: list[tuple[list[str], Values]] = []
    for environment in _environments_of(subject, settings):
        own = {} if environment is None else environment.parameters
        name = "none" if environment is None else f"`{environment.name}`"
        values = values_of(rule, {**settings.parameters, **own})
        same = next((names for names, known in found if known == values), None)
        if same is None:
            found.append(([name], values))
        else:
            same.append(name)
    return tuple((" or ".join(names), values) for names, values in found)


def is_touched(rule: Rule, settings: Settings) -> bool:
    """True iff some environment gives a parameter of the rule a value."""
    if not settings.environments:
        return False
    declared = {parameter.name for parameter in rule.parameters}
    return any(declared & environment.parameters.keys() for environment in settings.environments)


def open_environment(subject: Subject, names: Sequence[str]) -> Unknown:
    """The reason where the verdict depends on the environment, and nothing says which it is."""
    return Unknown(
        UnknownKind.UNRESOLVED,
        f"the environment of `{subject.name}`: {' and '.join(names)} would give different verdicts, and its tags are not known",
    )


def _environments_of(subject: Subject, settings: Settings) -> tuple[Environment | None, ...]:
    """The environments to which the subject may belong; None for none of them."""
    if settings.environment_tag is not None:
        value = tag_of(_tags(subject), settings.environment_tag)
        if isinstance(value, Unknown):
            return (None, *settings.environments)
        if value is not None:
            found = str(value).lower()
            named = (
                one for one in settings.environments if found in (word.lower() for word in one.tag_values)
            )
            return (next(named, None),)
    for environment in settings.environments:
        if subject.account is not None and subject.account in environment.accounts:
            return (environment,)
    return (None,)


def _tags(subject: Subject) -> PropertyValue:
    """The tags as the resource has them, which may hold what is not known; else those of the user or role."""
    tags = None if subject.resource is None else subject.resource.property("Tags")
    return dict(subject.principal.tags) if tags is None and subject.principal is not None else tags
