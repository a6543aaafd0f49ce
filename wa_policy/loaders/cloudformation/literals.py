"""The accounts, regions and patterns of names that a template writes out, where its own are not said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.pattern import glob, matches, overlaps
from wa_policy.iam.text import Template
from wa_policy.inventory import symbols
from wa_policy.loaders.cloudformation.build import Build, Made
from wa_policy.loaders.cloudformation.scope import Place
from wa_policy.loaders.cloudformation.template import Choice
from wa_policy.loaders.cloudformation.values import Symbol, parts_of, settle

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_PART_OF_ACCOUNT = re.compile(r"(?:arn:[^:]*:[^:]*:[^:]*:)?([0-9?*]*[?*][0-9?*]*)(?::.*)?")
_REGION = re.compile(r"(?<![a-z0-9-])[a-z]{2}(?:-(?:gov|iso[bef]?))?-[a-z]{4,9}-\d(?![a-z0-9-])")
_POLICY_WORDS = ("Policy", "Policies", "Source", "Principal", "Statement", "Condition")
_MOST = 16
"""Literals of one kind that are tried one by one."""
_ACCOUNT_CHOICE, _REGION_CHOICE, _STACK_CHOICE = "the account", "the region", "the name of the stack"

_NAMED_BY_PATH = (
    "AWS::Logs::LogGroup",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
    "AWS::KMS::Alias",
)
"""Types whose names may have a slash."""

Apply = Callable[[Choice], Choice | None]


@dataclass(frozen=True)
class Literals:
    """What may be the own account, region or name after all."""

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    stacks: tuple[str, ...] = ()
    names: tuple[tuple[str, str, str], ...] = ()
    """Logical id, name, and the pattern that the name fits."""
    parameters: tuple[tuple[str, str, str], ...] = ()
    """The same of parameters."""

    @property
    def nothing(self) -> Mapping[str, str]:
        """What is said where none of them is."""
        said = {}
        if self.accounts:
            said[_ACCOUNT_CHOICE] = "another one"
        if self.regions:
            said[_REGION_CHOICE] = "another one"
        if self.stacks:
            said[_STACK_CHOICE] = "another one"
        for logical, _, _ in self.names:
            said[f"the name of `{logical}`"] = "another one"
        for parameter, _, _ in self.parameters:
            said[f"the parameter `{parameter}`"] = "another value"
        return said

    def variants(self) -> Iterator[tuple[str, str, Apply]]:
        """What is chosen, its value, and how a choice changes by it; None where the choice says otherwise already."""
        for account in self.accounts:
            yield _ACCOUNT_CHOICE, f"`{account}`", _pseudo("AWS::AccountId", account)
        for region in self.regions:
            yield _REGION_CHOICE, f"`{region}`", _pseudo("AWS::Region", region)
        for stack in self.stacks:
            yield _STACK_CHOICE, f"such as `{stack}`", _pseudo("AWS::StackName", stack)
        for logical, name, pattern in self.names:
            yield f"the name of `{logical}`", f"one that fits `{pattern}`", _named(logical, name)
        for parameter, value, _ in self.parameters:
            yield f"the parameter `{parameter}`", f"`{value}`", _pseudo(parameter, value)


def _pseudo(name: str, value: str) -> Apply:
    def apply(choice: Choice) -> Choice | None:
        if name in choice.parameters or value in choice.excluded.get(name, ()):
            return None
        return choice.with_value(name, value)

    return apply


def _named(logical: str, name: str) -> Apply:
    return lambda choice: Choice(
        choice.parameters, choice.excluded, choice.atoms, {**choice.names, logical: name}
    )


def literals_of(build: Build, place: Place) -> Literals:
    """The literals of a template that can make a difference."""
    accounts: dict[str, None] = {}
    regions: dict[str, None] = {}
    texts: dict[str, None] = {}
    for made in build.made.values():
        for text, in_policy in _texts(made.values, in_policy="Policy" in made.written.type):
            if place.account is None:
                accounts |= dict.fromkeys(_ACCOUNT.findall(text))
                if in_policy and "*" in text and (found := _PART_OF_ACCOUNT.fullmatch(text)):
                    accounts |= dict.fromkeys(_fitting(found[1]))
            if in_policy and place.region is None and "-" in text:
                regions |= dict.fromkeys(_REGION.findall(text))
            if in_policy and ":" in text and not symbols.has_made_name(text):
                texts[text] = None
    own = [account for account in accounts if symbols.is_own_account(account)]
    named = _names(build, place, texts)
    return Literals(
        tuple(sorted(set(accounts).difference(own)))[:_MOST],
        tuple(sorted(set(regions)))[:_MOST],
        tuple(named.stacks)[:_MOST],
        tuple(named.names)[:_MOST],
        tuple(named.parameters)[:_MOST],
    )


def united(parts: Iterable[Literals]) -> Literals:
    """The literals of all, each once."""
    found = list(parts)
    return Literals(
        tuple(sorted({account for part in found for account in part.accounts}))[:_MOST],
        tuple(sorted({region for part in found for region in part.regions}))[:_MOST],
        tuple(dict.fromkeys(stack for part in found for stack in part.stacks))[:_MOST],
        tuple(dict.fromkeys(name for part in found for name in part.names))[:_MOST],
        tuple(dict.fromkeys(one for part in found for one in part.parameters))[:_MOST],
    )


def _fitting(pattern: str) -> Iterator[str]:
    """An account that fits a pattern with digits in it."""
    if any(character.isdigit() for character in pattern):
        digits = sum(character != "*" for character in pattern)
        if digits <= 12:
            filled = pattern.replace("?", "0")
            yield filled.replace("*", "0" * (12 - digits), 1).replace("*", "")


def _texts(value: Any, *, in_policy: bool) -> Iterator[tuple[str, bool]]:
    """All texts, each with whether it belongs to a policy; symbols as the texts that stand for them."""
    pending: list[tuple[Any, bool]] = [(value, in_policy)]
    while pending:
        item, policy = pending.pop()
        if isinstance(item, str | Template):
            text = settle(item)
            if isinstance(text, str):
                yield text, policy
            else:  # what is not known makes the answer unknown by itself; the parts around it may name an account
                yield from ((part, False) for part in text.parts if isinstance(part, str))
        elif isinstance(item, dict):
            pending += [
                (inner, policy or any(word in str(key) for word in _POLICY_WORDS))
                for key, inner in item.items()
            ]
        elif isinstance(item, list):
            pending += [(inner, policy) for inner in item]


# --- names -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """Names of the stack, of resources, and values of parameters, with which an ARN fits a pattern that is written out."""

    stacks: dict[str, None]
    names: dict[tuple[str, str, str], None]
    parameters: dict[tuple[str, str, str], None]


def _names(build: Build, place: Place, texts: Mapping[str, None]) -> _Found:
    found = _Found({}, {}, {})
    naming = build.resolver.naming
    for logical, made in build.made.items():
        known = naming.open[logical] if logical in naming.open else naming.name(made.written)
        if isinstance(known, str):
            continue
        name = build.physical_name(made)
        start, middle, end = made.id.partition(name)
        if not middle:
            continue
        for pattern in texts:
            if matches(glob(pattern), made.id) or not _same_kind(pattern, made):
                continue
            if place.stack is None and build.scope.stack_text in pattern:
                continue  # it goes with the stack, whatever that is called
            if known is None:
                if (
                    place.stack is None
                    and (stack := _stack_for(pattern, start, end, name, build)) is not None
                ):
                    found.stacks[stack] = None
                continue
            possible = glob(start) + "".join(_possible(part) for part in parts_of(known)) + glob(end)
            one = _instance(pattern, start, end) if overlaps(possible, glob(pattern)) else None
            if one is None or ":" in one or ("/" in one and made.written.type not in _NAMED_BY_PATH):
                continue
            parameter = _parameter_for(known, one, build)
            if parameter is None:
                found.names[logical, one, pattern] = None
            else:
                found.parameters[(*parameter, pattern)] = None
    return found


def _parameter_for(known: Template, name: str, build: Build) -> tuple[str, str] | None:
    """The one parameter in a name with the value that makes this name of it; None where there is no such one."""
    open_ = [
        index
        for index, part in enumerate(known.parts)
        if isinstance(part, Symbol) and part.written[2:-1] in build.scope.sections.parameters
    ]
    if len(open_) != 1:
        return None
    texts = [
        part if isinstance(part, str) else part.text for part in known.parts if isinstance(part, str | Symbol)
    ]
    before, after = "".join(texts[: open_[0]]), "".join(texts[open_[0] + 1 :])
    if len(texts) != len(known.parts) or not (name.startswith(before) and name.endswith(after)):
        return None
    value = name[len(before) : len(name) - len(after)]
    part = known.parts[open_[0]]
    return (part.written[2:-1], value) if value and isinstance(part, Symbol) else None


def _same_kind(pattern: str, made: Made) -> bool:
    one, other = parse_arn(pattern), parse_arn(made.id)
    return one is not None and other is not None and one.service == other.service


def _possible(part: Any) -> str:
    if isinstance(part, str):
        return part
    # Of the symbols the stack and the parameters may be other texts than those that stand for them.
    written = part.written[2:-1] if isinstance(part, Symbol) else ""
    return part.text if written in ("AWS::AccountId", "AWS::Region") else glob("*")


def _stack_for(pattern: str, start: str, end: str, name: str, build: Build) -> str | None:
    """The name of a stack with which the made name fits the pattern, None where there is none."""
    own = build.scope.stack_text
    if not name.lower().startswith(own.lower()) or "*" not in pattern:
        return None
    if not overlaps(glob(f"{start}*{name[len(own) :]}{end}"), glob(pattern)):
        return None
    arn = parse_arn(pattern)
    written = "" if arn is None else re.split(r"[:/]", arn.resource)[-1]
    pieces = [piece for piece in re.split(r"[*?]+", written) if piece]
    for candidate in ("".join(pieces), *pieces):
        stack = re.sub(r"[^A-Za-z0-9-]", "", candidate).strip("-")
        if stack and matches(glob(pattern), f"{start}{stack}{name[len(own) :]}{end}"):
            return stack
    return None


def _instance(pattern: str, start: str, end: str) -> str | None:
    """A name with which the ARN fits the pattern."""
    filled = pattern.replace("*", "x").replace("?", "x")
    parts = filled.split(":", 5)
    own = start.split(":", 5)
    if len(parts) < 6 or len(own) < 6:
        return None
    resource = parts[5]
    if not resource.startswith(own[5]):
        return None
    name = resource[len(own[5]) :]
    return name if name and matches(glob(pattern), f"{start}{name}{end}") else None
