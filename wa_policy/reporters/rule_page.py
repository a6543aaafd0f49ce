"""One rule as a Markdown page."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import assert_never

from wa_policy.findings import Verdict
from wa_policy.rules.dated import tables_of
from wa_policy.rules.model import Example, Manual, Parameter, Permit, Require, Rule, Shape
from wa_policy.rules.parameters import expected
from wa_policy.rules.path_class import NoPath
from wa_policy.rules.request_class import Forbid
from wa_policy.rules.tables import table

MARK = "<!-- made by `wa-policy rules docs` -->\n"
"""How a page begins, by which it is known as one of ours."""

_LANGUAGES = {"terraform": "hcl", "cli": "sh", "cloudformation": "yaml", "sam": "yaml"}
_TITLES = {"cloudformation": "CloudFormation", "sam": "SAM", "terraform": "Terraform", "cli": "AWS CLI"}


def render_page(rule: Rule, known: Collection[str] = frozenset()) -> str:
    """All that is to be known about the rule; rules in `known` have pages, to which it links."""
    return MARK + "\n".join(_lines(rule, known)).rstrip("\n") + "\n"


def _lines(rule: Rule, known: Collection[str]) -> Iterator[str]:
    yield f"# {escaped(rule.title)}"
    yield ""
    yield f"`{rule.id}` · {rule.severity} severity · {rule.pillar} pillar · profile `{rule.profile}`"
    yield ""
    yield escaped(_paragraph(rule.why))
    yield ""
    yield from _facts(rule, known)
    yield from _fixes(rule.fix)
    yield from _parameters(rule.parameters)
    if rule.limits:
        yield from ("## Limits", "", escaped(_paragraph(rule.limits)), "")
    yield from _examples(rule)
    if rule.references:
        yield from ("## References", "")
        yield from (f"- {_reference(reference)}" for reference in rule.references)
        yield ""


def _facts(rule: Rule, known: Collection[str]) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    yield f"| Judges | {', '.join(_selected(word) for word in rule.select)} |"
    yield f"| By | {_kind(rule)} |"
    for choice in rule.lens:
        row = table("serverless_lens").rows.get(choice)
        words = f"{row['question']}, {row['checkmark']} ({row['priority']}): {row['title']}" if row else ""
        yield f"| Lens choice | `{choice}` {escaped(words)} |"
    if rule.guardrail is not None:
        yield f"| Prevents | as a {'service' if rule.guardrail == 'scp' else 'resource'} control policy, see `wa-policy guardrails` |"
    for other in rule.prevented_by:
        yield f"| Prevented by | {linked(other, known)} |"
    for name in tables_of(rule):
        yield f"| Table | [{name.replace('_', ' ')}]({table(name).source}) of {table(name).date.isoformat()} |"
    yield ""
    if isinstance(rule.check, Manual):
        yield from (f"> {escaped(_paragraph(rule.check.question))}", "")
        yield from (f"- {escaped(one)}" for one in rule.check.evidence)
        yield from ("", f"An answer holds for {rule.check.expires_days} days.", "")


def linked(rule_id: str, known: Collection[str]) -> str:
    """The id, as a link where the rule has a page."""
    return f"[`{rule_id}`]({rule_id}.md)" if rule_id in known else f"`{rule_id}`"


def _selected(word: str) -> str:
    return "users and roles" if word == "principal" else f"`{word}`"


def _kind(rule: Rule) -> str:
    match rule.check:
        case Forbid():
            return "requests that must not be allowed"
        case Permit():
            return "requests that must be possible"
        case Require():
            return "the configuration"
        case Shape():
            return "how a policy is written"
        case NoPath():
            return "paths that must not be there"
        case Manual():
            return "a question for a person"
        case _:
            assert_never(rule.check)


def _fixes(fix: Mapping[str, str]) -> Iterator[str]:
    yield from ("## How to mend it", "", escaped(_paragraph(fix["text"])), "")
    for name, title in _TITLES.items():
        if name in fix:
            code = fix[name].strip("\n")
            language = "json" if code.startswith(("{", "[")) else _LANGUAGES[name]
            yield from (f"{title}:", "", f"{_fence(code)}{language}", code, _fence(code), "")


def _fence(code: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    return "`" * max(3, longest + 1)


def _parameters(parameters: tuple[Parameter, ...]) -> Iterator[str]:
    if not parameters:
        return
    yield from ("## Parameters", "", "| name | a value is | default | |", "|---|---|---|---|")
    for one in parameters:
        yield f"| `{one.name}` | {cell(expected(one))} | {_default(one)} | {cell(escaped(one.doc))} |"
    yield ""


def _default(parameter: Parameter) -> str:
    value = parameter.default
    if isinstance(value, tuple):
        return ", ".join(f"`{cell(str(item))}`" for item in value) or "none"
    return f"`{cell(str(value).lower() if isinstance(value, bool) else str(value))}`"


def _examples(rule: Rule) -> Iterator[str]:
    yield from ("## Examples", "")
    for example in rule.examples:
        yield f"- {escaped(example.name)}: {', '.join(_expected(example))}"
    yield ""


def _expected(example: Example) -> Iterator[str]:
    found = dict.fromkeys(
        verdict
        for verdicts in example.expect.values()
        for verdict in ((verdicts,) if isinstance(verdicts, Verdict) else verdicts.values())
    )
    return (verdict.value for verdict in sorted(found, key=tuple(Verdict).index))


def _paragraph(text: str) -> str:
    return " ".join(text.split())


def _reference(text: str) -> str:
    return f"<{text}>" if text.startswith("https://") and " " not in text else escaped(text)


def escaped(text: str) -> str:
    """The text with what Markdown would read as markup made plain, code between backticks left alone."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return re.sub(r"([\\`*_<>\[\]|])", r"\\\1", text)
    return "`".join(
        part if index % 2 else re.sub(r"([\\*_<>\[\]|])", r"\\\1", part) for index, part in enumerate(parts)
    )


def cell(text: str) -> str:
    """The text as it may stand in a cell of a table."""
    return text.replace("|", "\\|").replace("\\\\|", "\\|")
