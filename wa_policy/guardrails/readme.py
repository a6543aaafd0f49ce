"""The page beside generated guardrails: what each does, what is proved of it, and how it is attached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from wa_policy.guardrails.generate import Generated, LeftOut, Made
from wa_policy.guardrails.model import Guardrail
from wa_policy.guardrails.words import counted, denied, exempt, value_words
from wa_policy.iam.policy import Statement
from wa_policy.rules.model import GuardrailKind

_KIND_WORDS = {
    GuardrailKind.SCP: "service control policies",
    GuardrailKind.RCP: "resource control policies",
}
_UNBOUND = {
    GuardrailKind.SCP: "the management account, service-linked roles and AWS services",
    GuardrailKind.RCP: "resources of the management account, service-linked roles, "
    "and services that resource control policies do not cover",
}


def readme(generated: Generated, files: Mapping[str, str], name: str) -> str:
    """The page as Markdown. `files` has the file of each document, and is empty where none is written."""
    return "\n".join(_page(generated, files, name)) + "\n"


def _page(generated: Generated, files: Mapping[str, str], name: str) -> Iterator[str]:
    yield "# Guardrails"
    yield ""
    yield from _summary(generated)
    yield ""
    yield "Do not edit the documents: what is proved is proved of them as they stand. Generate them again instead."
    yield ""
    yield "## Documents"
    yield ""
    yield "| document | statements | characters | left | rules | proved |"
    yield "|---|---|---|---|---|---|"
    for document in generated.documents:
        made = generated.of(document)
        shown = f"[{files[document.name]}]({files[document.name]})" if files else f"`{document.name}`"
        left = made.packing.limits.characters - document.characters
        yield (
            f"| {shown} | {len(document.pieces)} | {document.characters:,} | {left:,} | {len(document.rules)} | "
            f"{'yes' if made.is_proved else '**no**'} |"
        )
    for made in generated.made:
        yield ""
        yield from _packing(made)
    yield ""
    yield from _attaching(generated, files, name)
    yield ""
    yield "## What each denies"
    everywhere = _exempt_everywhere(generated)
    if everywhere:
        yield ""
        yield f"Exempt from all of them: {_quoted(everywhere)}."
    for made in generated.made:
        for guardrail in made.guardrails:
            yield ""
            yield from _guardrail(guardrail, made, everywhere)
    yield from _statements(generated)
    yield from _others("Not proved", generated.unproved)
    yield from _others("Not here", generated.left_out)


def _summary(generated: Generated) -> Iterator[str]:
    for number, made in enumerate(generated.made):
        if number:
            yield ""
        tally = made.packing.tally
        words = _KIND_WORDS[made.kind]
        if made.is_proved:
            proof = (
                "Proved, of the documents as they stand: every request that a rule below forbids and that such a policy "
                "can bind is denied, and no other request is."
            )
        else:
            proof = "**Not proved**: see below. Do not attach them without having read why."
        yield (
            f"{counted(len(made.guardrails), 'guardrail')} in {counted(tally.documents, 'document')} "
            f"({words}). {proof} Never bound: {_UNBOUND[made.kind]}."
        )


def _packing(made: Made) -> Iterator[str]:
    packing, tally, limits = made.packing, made.packing.tally, made.packing.limits
    kind = made.kind.value.upper()
    saved = 1 - tally.characters / packing.plain.characters
    yield (
        f"{kind}s: {counted(tally.statements, 'statement')} with {tally.characters:,} characters; one by one, each with a Sid "
        f"that names its rule, they would be {counted(packing.plain.statements, 'statement')} with "
        f"{packing.plain.characters:,} characters in {counted(packing.plain.documents, 'document')} ({saved:.0%} saved), "
        f"without the names {packing.nameless.characters:,}. "
        f"A target takes {limits.per_target} {kind}s of {limits.characters:,} characters; with {limits.attached} attached "
        f"already and these, {limits.free - tally.documents} more may follow: {packing.left:,} characters are left."
    )


def _attaching(generated: Generated, files: Mapping[str, str], name: str) -> Iterator[str]:
    yield "## To attach them"
    yield ""
    yield (
        "Look first at who would be hit: `wa-policy guardrails preview` with an export of the organization. Then attach to "
        "one account, to an organizational unit, and at last to the root. Leave `FullAWSAccess` and `RCPFullAWSAccess` "
        "attached everywhere: these documents only deny."
    )
    if not files:
        return
    yield ""
    yield "```sh"
    for document in generated.documents:
        kind = "SERVICE" if document.kind is GuardrailKind.SCP else "RESOURCE"
        yield (
            f"aws organizations create-policy --type {kind}_CONTROL_POLICY --name {name}-{document.name} "
            f'--description "Guardrails {document.name}" --content file://{files[document.name]}'
        )
    yield "aws organizations attach-policy --policy-id p-… --target-id ou-…"
    yield "```"


def _exempt_everywhere(generated: Generated) -> tuple[str, ...]:
    """The exempt principals where they are the same for all guardrails."""
    lists = {exempt(guardrail) for made in generated.made for guardrail in made.guardrails}
    return lists.pop() if len(lists) == 1 else ()


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def _guardrail(guardrail: Guardrail, made: Made, everywhere: tuple[str, ...]) -> Iterator[str]:
    yield f"### {guardrail.rule_id}"
    yield ""
    yield f"{guardrail.title}."
    yield ""
    for line in denied(guardrail):
        yield f"- Denies {line}"
    exempted = exempt(guardrail)
    if exempted != everywhere or not exempted:
        yield f"- Exempt: {_quoted(exempted) or 'nobody'}"
    used = sorted(
        (name, value) for name, value in guardrail.parameters.items() if name != "exempt_principals"
    )
    for name, value in used:
        yield f"- `{name}`: {value_words(value)}"
    for limit in guardrail.limits:
        yield f"- Not bound: {limit}"
    places = [
        f"{document.name} statement {index}"
        for document in made.packing.documents
        for index, piece in enumerate(document.pieces)
        if guardrail.rule_id in piece.rules
    ]
    yield f"- In {', '.join(places)}"


def _statements(generated: Generated) -> Iterator[str]:
    yield ""
    yield "## Statements"
    yield ""
    yield "Numbered from 0. A statement has no Sid, which would cost characters; this is what it would say."
    if any(_services(piece.statement) > 1 for document in generated.documents for piece in document.pieces):
        yield (
            "Where a statement has conditions on keys of several services, each is asked of the requests of its own service: "
            "those of the others do not carry the key, and the operator is true without it."
        )
    yield ""
    yield "| statement | rules |"
    yield "|---|---|"
    for document in generated.documents:
        for index, piece in enumerate(document.pieces):
            yield f"| {document.name}, {index} | {', '.join(piece.rules)} |"


def _services(statement: Statement) -> int:
    """How many services the statement has condition keys of."""
    return len({c.folded_key.partition(":")[0] for c in statement.conditions} - {"aws"})


def _others(title: str, rows: Sequence[LeftOut]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield f"## {title}"
    yield ""
    yield "| rule | why |"
    yield "|---|---|"
    for row in rows:
        reason = row.reason.replace("|", "\\|").replace("\n", " ")
        yield f"| {row.rule_id} | {reason} |"
