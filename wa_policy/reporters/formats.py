"""All formats of a report by name; each module is loaded where its format is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from wa_policy.findings import Report
from wa_policy.iam.source import Source
from wa_policy.inventory.symbols import shown
from wa_policy.reporters.options import Options


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the module that renders it, the ending of its files, and what it is for."""

    module: str
    ending: str
    purpose: str


FORMATS: Mapping[str, Format] = {
    "text": Format("text", ".txt", "for people"),
    "json": Format("json", ".json", "for tools; it has a JSON Schema"),
    "sarif": Format("sarif", ".sarif", "SARIF 2.1.0, for code scanning"),
    "junit": Format("junit", ".xml", "JUnit, for the test page of a CI server"),
    "markdown": Format("markdown", ".md", "for a comment on a pull request"),
    "html": Format("html", ".html", "one page that works offline"),
    "github": Format("github", "", "annotations of a GitHub workflow"),
    "gitlab": Format("gitlab", "", "GitLab code quality"),
    "asff": Format("asff", "", "AWS Security Finding Format, for Security Hub"),
    "ocsf": Format("ocsf", "", "Open Cybersecurity Schema Framework 1.5, for Security Hub and Security Lake"),
}
_BY_ENDING = {format_.ending: name for name, format_ in FORMATS.items() if format_.ending}


def format_of_file(file: str) -> str | None:
    """The format that the ending of a file name says, None if it says none."""
    return next((name for ending, name in _BY_ENDING.items() if file.lower().endswith(ending)), None)


def render(format_: str, report: Report, lines: Mapping[Source, int], options: Options) -> str:
    """The report in the format. KeyError iff there is no such format."""
    module = import_module(f"wa_policy.reporters.{FORMATS[format_].module}")
    rendered: str = module.render(report, lines, options)
    return shown(rendered)  # the requests of witnesses still have what stands for an unnamed account
