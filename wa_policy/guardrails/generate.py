"""The guardrails of a pack: which there are, packed into documents, and proved as they stand there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from wa_policy.catalog.model import Catalog
from wa_policy.errors import InternalError, UsageError
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.guardrails.derive import guardrail_of
from wa_policy.guardrails.limits import Quotas
from wa_policy.guardrails.model import CannotBind, Guardrail, NeedsParameters, Proof
from wa_policy.guardrails.pack import KINDS, Document, Level, Packing, check_unchanged, pack
from wa_policy.guardrails.prove import find_forbidden, prove
from wa_policy.guardrails.words import needed
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy
from wa_policy.iam.source import Source
from wa_policy.rules.model import GuardrailKind, Rule
from wa_policy.rules.parameters import check_settings, values_of
from wa_policy.rules.plan import chosen
from wa_policy.settings import ParameterValue, Settings

Progress = Callable[[str, int, int], None]
Derived = Guardrail | CannotBind | NeedsParameters


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A guardrail that is not among the documents, and why."""

    rule_id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Made:
    """The guardrails of one kind in their documents, with what is proved of them."""

    kind: GuardrailKind
    guardrails: tuple[Guardrail, ...]
    packing: Packing
    proof: Proof
    unchanged: Answer
    """Do the documents deny what the statements deny that were packed?"""

    @property
    def is_proved(self) -> bool:
        """True iff the documents are proved to deny all forbidden requests, and no others."""
        return self.proof.is_proved and isinstance(self.unchanged, Proved)


@dataclass(frozen=True, slots=True)
class Generated:
    made: tuple[Made, ...]
    left_out: tuple[LeftOut, ...]
    """Rules that were chosen and have no guardrail here, sorted."""
    unproved: tuple[LeftOut, ...] = ()
    """Guardrails that were not proved. They are among the documents only where the user asked for that."""

    @property
    def documents(self) -> tuple[Document, ...]:
        return tuple(document for made in self.made for document in made.packing.documents)

    def of(self, document: Document) -> Made:
        """What the document was made with."""
        return next(made for made in self.made if document in made.packing.documents)


_NOTHING_FORBIDDEN = "with these parameters there is no request that it forbids"


def derived(
    pack_: Sequence[Rule], parameters: Mapping[str, ParameterValue], catalog: Catalog
) -> tuple[Derived, ...]:
    """What becomes of each rule, in their order. Raises UsageError for a parameter of a wrong type."""
    check_settings(pack_, parameters)
    return tuple(guardrail_of(rule, values_of(rule, parameters), catalog) for rule in pack_)


def guardrails_of(
    pack_: Sequence[Rule], settings: Settings, catalog: Catalog, only: Collection[str] = ()
) -> tuple[tuple[Guardrail, ...], tuple[LeftOut, ...]]:
    """The guardrails of the rules of the profile, or of those named; and the rules whose guardrail wants parameters.

    Raises UsageError for a named rule that has no guardrail, or whose parameters are missing.
    """
    check_settings(pack_, settings.parameters)
    rules = chosen(pack_, settings.profile, tuple(only))
    found: list[Guardrail] = []
    left_out: list[LeftOut] = []
    for rule, one in zip(rules, derived(rules, _known(rules, settings), catalog), strict=True):
        match one:
            case Guardrail() if isinstance(find_forbidden(one, catalog), Proved):
                if only:
                    raise UsageError(f"the guardrail of `{rule.id}` would do nothing: {_NOTHING_FORBIDDEN}")
                left_out.append(LeftOut(rule.id, rule.title, _NOTHING_FORBIDDEN))
            case Guardrail():
                found.append(one)
            case NeedsParameters() if only:
                raise UsageError(
                    f"the guardrail of `{rule.id}` {needed(one)}",
                    advice=f"`--parameter {one.names[0]}=VALUE`, or `parameters` in wa-policy.yaml",
                )
            case NeedsParameters():
                left_out.append(LeftOut(rule.id, rule.title, needed(one)))
            case CannotBind() if only:
                prevented = ", ".join(f"`{other}`" for other in one.prevented_by)
                raise UsageError(
                    f"rule `{rule.id}` has no guardrail: {one.reason}",
                    advice=f"the guardrail of {prevented} prevents its findings" if prevented else "",
                )
            case CannotBind():
                if rule.guardrail is not None:
                    left_out.append(LeftOut(rule.id, rule.title, one.reason))
    return tuple(found), tuple(left_out)


def _known(rules: Sequence[Rule], settings: Settings) -> dict[str, ParameterValue]:
    names = {parameter.name for rule in rules for parameter in rule.parameters}
    return {name: value for name, value in settings.parameters.items() if name in names}


def generate(
    guardrails: Sequence[Guardrail],
    left_out: Sequence[LeftOut],
    quotas: Quotas,
    catalog: Catalog,
    *,
    level: Level = Level.JOINED,
    keep_unproved: bool = False,
    progress: Progress | None = None,
) -> Generated:
    """The guardrails packed and proved. One that is not proved is left out, or kept with `keep_unproved`.

    Raises UsageError where they do not fit under the quotas.
    """
    made: list[Made] = []
    unproved: list[LeftOut] = []
    for kind in GuardrailKind:
        mine = tuple(one for one in guardrails if one.kind is kind)
        if not mine:
            continue
        first = _made(mine, kind, quotas, catalog, level)
        if not first.is_proved:
            doubtful = _doubtful(first, catalog, progress)
            unproved += doubtful
            rest = tuple(one for one in mine if one.rule_id not in {d.rule_id for d in doubtful})
            if not keep_unproved:
                if not rest:
                    continue
                first = _made(rest, kind, quotas, catalog, level)
                if not first.is_proved:
                    unproved += [_left_out(one, _reason(first)) for one in rest]
                    continue
        made.append(first)
    return Generated(tuple(made), tuple(left_out), tuple(unproved))


def _made(
    guardrails: tuple[Guardrail, ...], kind: GuardrailKind, quotas: Quotas, catalog: Catalog, level: Level
) -> Made:
    packing = pack(guardrails, kind, quotas.of(kind), catalog, level)
    written = tuple(read_back(document) for document in packing.documents)
    return Made(
        kind, guardrails, packing, prove(guardrails, written, catalog), check_unchanged(packing, catalog)
    )


def read_back(document: Document) -> Policy:
    """The policy that AWS will read in the document's text."""
    policy, problems = parse_policy(document.text, Source(f"{document.name}.json"), KINDS[document.kind])
    if problems:
        raise InternalError(f"{document.name} does not parse: {problems[0].message}")
    return policy


def _doubtful(made: Made, catalog: Catalog, progress: Progress | None) -> list[LeftOut]:
    """The guardrails that are not proved when each is asked about alone; all of them where it is none."""
    found = []
    for number, one in enumerate(made.guardrails):
        if progress is not None:
            progress(one.rule_id, number, len(made.guardrails))
        alone = Policy(None, one.statements, Source(one.rule_id))
        proof = prove((one,), (alone,), catalog)
        if not proof.is_proved:
            found.append(_left_out(one, _reason_of(proof)))
    return found or [_left_out(one, _reason(made)) for one in made.guardrails]


def _left_out(guardrail: Guardrail, reason: str) -> LeftOut:
    return LeftOut(guardrail.rule_id, guardrail.title, f"not proved: {reason}")


def _reason(made: Made) -> str:
    if isinstance(made.unchanged, Refuted):
        return "packing would change what is denied"
    if isinstance(made.unchanged, Undecided):
        return "; ".join(map(str, made.unchanged.reasons))
    return _reason_of(made.proof)


def _reason_of(proof: Proof) -> str:
    for answer, words in (
        *((hole, "a forbidden request is not denied") for hole in proof.holes.values()),
        (proof.excess, "a request is denied that is not forbidden"),
    ):
        if isinstance(answer, Refuted):
            request = answer.witness
            return f"{words}: {request.caller.arn} calls {request.action} on {request.resource}"
    return "; ".join(map(str, proof.reasons))
