"""Guardrails into as few policy documents as the quotas allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.errors import UsageError
from wa_policy.formal.checks import Facts, check_equivalent
from wa_policy.formal.verdicts import Answer, Proved
from wa_policy.guardrails.join import joined
from wa_policy.guardrails.limits import Limits, check_limits
from wa_policy.guardrails.merge import Piece, in_pairs, merged, order
from wa_policy.guardrails.minify import document, minified, size, size_of, size_of_all
from wa_policy.guardrails.model import Guardrail
from wa_policy.guardrails.tidy import with_fewer_blocks
from wa_policy.guardrails.wildcards import with_wildcards
from wa_policy.iam.operators import Comparison, Quantifier
from wa_policy.iam.policy import Effect, Policy, PolicyKind, Selection, Statement, Version
from wa_policy.iam.principal import Everyone
from wa_policy.iam.source import NOWHERE
from wa_policy.rules.model import GuardrailKind

KINDS = {
    GuardrailKind.SCP: PolicyKind.SERVICE_CONTROL,
    GuardrailKind.RCP: PolicyKind.RESOURCE_CONTROL,
}


@dataclass(frozen=True, slots=True)
class Document:
    """One policy document. `pieces` are its statements in their order, each with the rules it comes from."""

    name: str
    kind: GuardrailKind
    pieces: tuple[Piece, ...]

    @property
    def value(self) -> dict[str, Any]:
        return document(piece.statement for piece in self.pieces)

    @property
    def text(self) -> str:
        """The document as it is to be attached, without white space."""
        return minified(self.value)

    @property
    def characters(self) -> int:
        return size(self.text)

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(sorted({rule for piece in self.pieces for rule in piece.rules}))

    @property
    def policy(self) -> Policy:
        return Policy(Version.OF_2012, tuple(piece.statement for piece in self.pieces), NOWHERE)


@dataclass(frozen=True, slots=True)
class Tally:
    documents: int
    statements: int
    characters: int


@dataclass(frozen=True, slots=True)
class Packing:
    """The documents of one kind.

    `plain` is what they would be with the statements as they were derived, one by one and only minified, each with a Sid
    that names its rule; `nameless` is the same without the Sids.
    """

    kind: GuardrailKind
    limits: Limits
    documents: tuple[Document, ...]
    plain: Tally
    nameless: Tally
    statements: tuple[Statement, ...]
    """As derived."""
    exact: tuple[Statement, ...]
    """After what `Level.EXACT` does."""

    @property
    def tally(self) -> Tally:
        return Tally(
            len(self.documents),
            sum(len(one.pieces) for one in self.documents),
            sum(one.characters for one in self.documents),
        )

    @property
    def left(self) -> int:
        """The characters that are left in these documents and in those that may still be attached."""
        return self.limits.free * self.limits.characters - self.tally.characters


def _named(guardrails: Sequence[Guardrail]) -> list[Piece]:
    """The statements with Sids such as `LambdaVpcDeployGuard`, numbered where a guardrail has several."""
    found = []
    for guardrail in guardrails:
        name = "".join(word.capitalize() for word in guardrail.rule_id.split("-"))
        for number, statement in enumerate(guardrail.statements, 1):
            sid = name if len(guardrail.statements) == 1 else f"{name}{number}"
            found.append(Piece(replace(statement, sid=sid), (guardrail.rule_id,)))
    return found


class Level(StrEnum):
    """What packing may rest on."""

    EXACT = "exact"
    """The meaning of the policy language alone: right for any action, resource and key."""
    JOINED = "joined"
    """Also that a request of one service has no keys and resources of another, which the catalog tells apart."""


def pack(
    guardrails: Sequence[Guardrail], kind: GuardrailKind, limits: Limits, catalog: Catalog, level: Level
) -> Packing:
    """The documents for guardrails of one kind. Raises UsageError where they do not fit under the limits."""
    check_limits(limits, kind)
    plain = [
        Piece(statement, (guardrail.rule_id,))
        for guardrail in guardrails
        for statement in guardrail.statements
    ]
    pieces: Sequence[Piece] = merged(plain, catalog)
    exact = pieces
    if level is Level.JOINED:
        apart = in_pairs(pieces, lambda one, other: joined(one, other, catalog), catalog)
        pieces = [replace(piece, statement=with_wildcards(piece.statement, catalog)) for piece in apart]
    pieces = [replace(piece, statement=with_fewer_blocks(piece.statement)) for piece in pieces]
    bins = _filled(pieces, kind, limits)
    if len(bins) > limits.free:
        raise UsageError(
            f"the guardrails need {_count(len(bins), kind)} of {limits.characters} characters, "
            f"expected at most {limits.free}: {limits.attached} of {limits.per_target} are attached already",
            advice="leave rules out with `--rule`, or attach some of them at another level of the organization",
        )
    documents = tuple(
        Document(f"{kind.value}-{number}", kind, pieces) for number, pieces in enumerate(bins, 1)
    )
    return Packing(
        kind,
        limits,
        documents,
        _tally(_bins(_named(guardrails), limits.characters)),
        _tally(_bins(plain, limits.characters)),
        tuple(piece.statement for piece in plain),
        tuple(piece.statement for piece in exact),
    )


def check_unchanged(packing: Packing, catalog: Catalog) -> Answer:
    """Proved iff the documents deny what the statements as derived deny.

    What was merged is compared for any action, resource and keys; what was joined, for the requests that AWS makes.
    """
    packed = [piece.statement for one in packing.documents for piece in one.pieces]
    kind = PolicyKind.IDENTITY  # the principal, if there is one, is everyone on both sides
    merging = check_equivalent(
        _denying(packing.statements), _denying(packing.exact), kind, catalog, Facts.AWS, steps=_STEPS
    )
    if not isinstance(merging, Proved) or set(packed) == set(packing.exact):
        return merging
    return check_equivalent(
        _denying(packing.exact), _denying(packed), kind, catalog, Facts.KNOWN, steps=_STEPS
    )


_STEPS = 4_000_000


def _denying(statements: Iterable[Statement]) -> Policy:
    """Everything is allowed but what the statements deny."""
    everything = Selection(("*",))
    allow = Statement(Effect.ALLOW, None, everything, everything, (), None, NOWHERE)
    denies = [replace(statement, principal=None) for statement in statements]
    return Policy(Version.OF_2012, (allow, *denies), NOWHERE)


# --- bins ------------------------------------------------------------------------------------------------------------


def _filled(pieces: Sequence[Piece], kind: GuardrailKind, limits: Limits) -> tuple[tuple[Piece, ...], ...]:
    fitting = [part for piece in pieces for part in _parts(piece, kind, limits)]
    bins = _bins(fitting, limits.characters)
    ordered = [tuple(sorted(one, key=order)) for one in bins]
    return tuple(sorted(ordered, key=lambda one: (-len(one), one[0].rules, str(one[0].statement))))


def _bins(pieces: Sequence[Piece], characters: int) -> list[list[Piece]]:
    """The pieces in bins of a size: the largest first, each into the fullest bin that has room."""
    sized = sorted(
        ((size_of(piece.statement), piece) for piece in pieces),
        key=lambda pair: (-pair[0], pair[1].rules, str(pair[1].statement)),
    )
    bins: list[tuple[list[int], list[Piece]]] = []
    for length, piece in sized:
        room = [(characters - size_of_all([*sizes, length]), index) for index, (sizes, _) in enumerate(bins)]
        best = min((pair for pair in room if pair[0] >= 0), default=None)
        if best is None:
            bins.append(([length], [piece]))
        else:
            sizes, held = bins[best[1]]
            sizes.append(length)
            held.append(piece)
    return [held for _, held in bins]


def _parts(piece: Piece, kind: GuardrailKind, limits: Limits) -> list[Piece]:
    """The piece, in halves and halves of halves where it is too large for a document."""
    length = size_of_all([size_of(piece.statement)])
    if length <= limits.characters:
        return [piece]
    halves = _halves(piece.statement)
    if halves is None:
        rules = ", ".join(f"`{rule}`" for rule in piece.rules)
        raise UsageError(
            f"a statement of {rules} takes {length} characters, expected at most {limits.characters}, "
            f"the quota of an {kind.value.upper()}",
            advice="shorten the parameters of the rule: a wildcard may stand for many values",
        )
    return [part for half in halves for part in _parts(replace(piece, statement=half), kind, limits)]


def _halves(statement: Statement) -> tuple[Statement, Statement] | None:
    """Two statements that deny the same together, None where the statement cannot be cut."""
    if len(statement.action.values) > 1 and not statement.action.negated:
        first, second = _cut(statement.action)
        return replace(statement, action=first), replace(statement, action=second)
    resource = statement.resource
    if resource is not None and len(resource.values) > 1 and not resource.negated:
        first, second = _cut(resource)
        return replace(statement, resource=first), replace(statement, resource=second)
    for index, condition in enumerate(statement.conditions):
        operator = condition.operator
        alternatives = (
            not operator.operator.negated
            and operator.quantifier is not Quantifier.FOR_ALL_VALUES
            and operator.operator.comparison is not Comparison.IS_NULL
        )
        if alternatives and len(condition.values) > 1:
            middle = len(condition.values) // 2
            first_half, second_half = (
                replace(
                    statement,
                    conditions=(
                        *statement.conditions[:index],
                        replace(condition, values=values),
                        *statement.conditions[index + 1 :],
                    ),
                )
                for values in (condition.values[:middle], condition.values[middle:])
            )
            return first_half, second_half
    return None


def _cut(selection: Selection) -> tuple[Selection, Selection]:
    middle = len(selection.values) // 2
    return Selection(selection.values[:middle]), Selection(selection.values[middle:])


def _tally(bins: Sequence[Sequence[Piece]]) -> Tally:
    return Tally(
        len(bins),
        sum(map(len, bins)),
        sum(size_of_all([size_of(piece.statement) for piece in one]) for one in bins),
    )


def _count(number: int, kind: GuardrailKind) -> str:
    return f"{number} {kind.value.upper()}{'s' if number > 1 else ''}"


def principal_is_everyone(statement: Statement) -> bool:
    """True iff the statement is about every principal, as an RCP's has to be."""
    element = statement.principal
    return element is not None and not element.negated and element.principals == (Everyone(),)
