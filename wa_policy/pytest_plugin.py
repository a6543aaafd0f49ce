"""The pytest plugin: rules as test items, `*.access.yaml` files, and fixtures for tests written by hand.

Every pytest run on the machine imports this module, so it imports nothing heavy: what works is loaded when it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from wa_policy.api.access_tests import AccessTest
    from wa_policy.findings import Report, Result
    from wa_policy.iam.policy import Policy
    from wa_policy.inventory.model import Inventory

_SEVERITIES = ("critical", "high", "medium", "low", "info")
_PROFILES = ("core", "strict", "advice", "manual")
_SCAN = "wa-policy"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("wa-policy", "AWS policies checked against rules")
    group.addoption(
        "--wa-policy",
        action="append",
        default=[],
        metavar="PATH",
        dest="wa_policy_paths",
        help="Make a test of each rule on each subject at PATH: exports, templates, plans.",
    )
    group.addoption(
        "--wa-policy-profile",
        choices=_PROFILES,
        default=None,
        help="How much the rules may ask; else that of wa-policy.yaml.",
    )
    group.addoption(
        "--wa-policy-fail-on",
        choices=_SEVERITIES,
        default=None,
        help="Findings below this severity do not fail (default: high).",
    )
    group.addoption(
        "--wa-policy-fail-on-unknown", action="store_true", help="Unknown verdicts fail; else they are skipped."
    )  # fmt: skip
    parser.addini("wa_policy_paths", "Paths that --wa-policy would name.", type="paths", default=[])
    parser.addini("wa_policy_fail_on", "As --wa-policy-fail-on.", default="high")


def pytest_configure(config: pytest.Config) -> None:
    for mark, words in (
        ("wa_policy", "a rule of wa-policy on a subject, or an access test"),
        *((f"wa_policy_{severity}", f"a rule of severity {severity}") for severity in _SEVERITIES),
    ):
        config.addinivalue_line("markers", f"{mark}: {words}")


# --- rules ---------------------------------------------------------------------------------------------------------


def _paths(config: pytest.Config) -> list[str]:
    named: list[str] = config.getoption("wa_policy_paths")
    written: Sequence[Path] = config.getini("wa_policy_paths")
    return named or [_shown(path, config) for path in written]


def _shown(path: Path, config: pytest.Config) -> str:
    """The path from where pytest was started, if it lies below."""
    try:
        return str(path.relative_to(config.invocation_params.dir))
    except ValueError:
        return str(path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the rules after the files were collected; `-k`, `-m` and `--lf` choose among them as among all others."""
    paths = _paths(config)
    if paths:
        scan: Scan = Scan.from_parent(session, name=_SCAN, nodeid=_SCAN)
        items.extend(scan.collect())


class Scan(pytest.Collector):
    """The scan of the paths that the user named."""

    def collect(self) -> Iterator[RuleItem]:
        """An item for each verdict that is no `not applicable`."""
        report, lines = scanned(self.config)
        names: dict[str, int] = {}
        for result in report.results:
            if result.verdict.value == "not applicable":
                continue
            name = _name(result)
            names[name] = number = names.get(name, 0) + 1
            unique = name if number == 1 else f"{name}#{number}"
            yield RuleItem.from_parent(
                self,
                name=unique,
                nodeid=f"{self.nodeid}::{unique}",  # so that it is the same after a way through a file
                result=result,
                line=lines.get(result.source),
            )


def _name(result: Result) -> str:
    from wa_policy.findings.visible import visible
    from wa_policy.reporters.wording import shown_subject

    return f"{result.rule.id}[{visible(shown_subject(result))}]"


def scanned(config: pytest.Config) -> tuple[Report, Mapping[Any, int]]:
    """The report on the paths, with what waivers and the baseline of the settings accept, and its lines."""
    from dataclasses import replace
    from datetime import date

    from wa_policy import api
    from wa_policy.settings import Profile

    paths = _paths(config)
    settings = _settings(paths)
    profile = config.getoption("wa_policy_profile")
    if profile is not None:
        settings = replace(settings, profile=Profile(profile))
    inventory = _read(paths)
    today = date.today()  # noqa: DTZ011  # the user's day
    report = api.scan(inventory, settings, today=today)
    waivers = api.waivers_in(inventory)
    if settings.waivers is not None:
        waivers = (*api.read_waivers(settings.waivers), *waivers)
    if waivers:
        report = api.waive(report, waivers, today, settings=settings)
    if settings.baseline is not None:
        report = api.without_baseline(report, settings.baseline)
    return report, api.locate(report)


def _settings(paths: Sequence[str]) -> Any:
    from wa_policy.api.config import find_config, read_config
    from wa_policy.settings import Settings

    file = find_config(paths)
    return Settings() if file is None else read_config(file)


def _read(paths: Sequence[str]) -> Inventory:
    from wa_policy import api
    from wa_policy.errors import LoadError

    inventory = api.read(paths, _settings(paths))
    if not any(file.kinds for file in inventory.files):
        raise pytest.UsageError(_told(LoadError("nothing could be read at the paths", inventory.problems)))
    return inventory


def _told(error: Exception) -> str:
    lines = [f"wa-policy: {getattr(error, 'message', error)}"]
    for problem in getattr(error, "problems", ()):
        place = f"{problem.file}:{problem.line}" if problem.line else f"{problem.file} {problem.pointer}"
        lines.append(f"  {place}: {problem.message}{f' ({problem.advice})' if problem.advice else ''}")
    advice = getattr(error, "advice", "")
    return "\n".join((*lines, advice) if advice else lines)


class Failure(Exception):  # noqa: N818  # it is the outcome of a test, not an error of ours
    """What is shown instead of a traceback."""


class _Told(pytest.Item):
    """An item whose failure is told in words."""

    def __init__(self, *, line: int | None = None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._line = line
        self.add_marker("wa_policy")

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,
    ) -> Any:
        from wa_policy.errors import WaPolicyError

        match excinfo.value:
            case Failure() as failure:
                return str(failure)
            case WaPolicyError() as error:
                return _told(error)
            case _:
                return super().repr_failure(excinfo, style)


class RuleItem(_Told):
    """A rule on a subject, or on a part of one."""

    def __init__(self, *, result: Result, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._result = result
        self.add_marker(f"wa_policy_{result.rule.severity.value}")
        self.user_properties += [("rule", result.rule.id), ("severity", result.rule.severity.value)]

    def runtest(self) -> None:
        """Fail, skip or pass as the verdict says."""
        from wa_policy.findings import Severity, Verdict
        from wa_policy.findings.acceptance import acceptance
        from wa_policy.reporters.failure import failure_text
        from wa_policy.reporters.wording import headline

        result = self._result
        if result.accepted is not None:
            pytest.skip(acceptance(result))
        limit = self.config.getoption("wa_policy_fail_on") or self.config.getini("wa_policy_fail_on")
        if limit not in _SEVERITIES:
            raise pytest.UsageError(
                f"found `wa_policy_fail_on = {limit}`, expected one of {', '.join(_SEVERITIES)}"
            )
        counts = result.rule.severity.rank <= Severity(limit).rank
        match result.verdict:
            case Verdict.FAIL if counts:
                raise Failure(failure_text(result, self._line))
            case Verdict.FAIL:
                pytest.skip(f"{result.rule.severity.value}, below {limit}: {headline(result)}")
            case Verdict.UNKNOWN if counts and self.config.getoption("wa_policy_fail_on_unknown"):
                raise Failure(failure_text(result, self._line))
            case Verdict.UNKNOWN:
                pytest.skip(headline(result))
            case Verdict.MANUAL:
                pytest.skip(f"a person has to answer: {headline(result)}")
            case Verdict.PASS | Verdict.NOT_APPLICABLE:
                pass

    def reportinfo(self) -> tuple[Path | str, int | None, str]:
        """Where the subject stands."""
        return self._result.source.file, self._line and self._line - 1, self.name


# --- access tests --------------------------------------------------------------------------------------------------


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect `*.access.yaml`."""
    if file_path.name.endswith(".access.yaml"):
        return AccessFileCollector.from_parent(parent, path=file_path)
    return None


class AccessFileCollector(pytest.File):
    """A file of access tests."""

    def collect(self) -> Iterator[AccessItem]:
        """An item for each test; the inventory is read by the first that runs."""
        from wa_policy.api.access_tests import inventory_of, read_access_file
        from wa_policy.loaders.located import locate_all

        file = read_access_file(str(self.path))
        lines = locate_all([test.source for test in file.tests])
        read: list[Inventory] = []

        def inventory() -> Inventory:
            if not read:
                read.append(inventory_of(file))
            return read[0]

        for test in file.tests:
            yield AccessItem.from_parent(
                self,
                name=test.name,
                nodeid=f"{self.nodeid}::{test.name}",
                test=test,
                inventory=inventory,
                line=lines.get(test.source),
            )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Mistakes of the file in words."""
        from wa_policy.errors import WaPolicyError

        del style
        if isinstance(excinfo.value, WaPolicyError):
            return _told(excinfo.value)
        return super().repr_failure(excinfo)


class AccessItem(_Told):
    """One access test."""

    def __init__(self, *, test: AccessTest, inventory: Callable[[], Inventory], **arguments: Any) -> None:
        super().__init__(**arguments)
        self._test = test
        self._inventory = inventory

    def runtest(self) -> None:
        """Fail with what does not hold."""
        from wa_policy.api.access_tests import failures
        from wa_policy.findings.visible import visible

        found = failures(self._test, self._inventory())
        if found:
            raise Failure("\n".join(map(visible, found)))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the test stands."""
        return self.path, self._line and self._line - 1, self.name


# --- fixtures ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def wa_inventory(request: pytest.FixtureRequest) -> Inventory:
    """What stands at the paths of `--wa-policy` or `wa_policy_paths`."""
    paths = _paths(request.config)
    if not paths:
        pytest.fail("wa_inventory needs --wa-policy PATH or wa_policy_paths in the ini file", pytrace=False)
    return _read(paths)


@pytest.fixture(scope="session")
def assert_allowed(wa_inventory: Inventory) -> Callable[..., None]:
    """`assert_allowed(principal, action, resource, context={})` fails unless the request is allowed for certain."""

    def check(
        principal: str, action: str, resource: str = "*", context: Mapping[str, Any] | None = None
    ) -> None:
        __tracebackhide__ = True
        _expect(wa_inventory, principal, action, resource, context, allowed=True)

    return check


@pytest.fixture(scope="session")
def assert_denied(wa_inventory: Inventory) -> Callable[..., None]:
    """`assert_denied(principal, action, resource, context={})` fails unless the request is denied for certain."""

    def check(
        principal: str, action: str, resource: str = "*", context: Mapping[str, Any] | None = None
    ) -> None:
        __tracebackhide__ = True
        _expect(wa_inventory, principal, action, resource, context, allowed=False)

    return check


def _expect(
    inventory: Inventory,
    principal: str,
    action: str,
    resource: str,
    context: Mapping[str, Any] | None,
    *,
    allowed: bool,
) -> None:
    __tracebackhide__ = True
    from wa_policy import api
    from wa_policy.evaluator.evaluate import Outcome
    from wa_policy.reporters.explanation import explanation_text

    told = api.explain(inventory, principal, action, resource, context)
    outcome = told.decision.outcome
    denied = outcome in (Outcome.EXPLICITLY_DENIED, Outcome.IMPLICITLY_DENIED)
    if not (outcome is Outcome.ALLOWED if allowed else denied):
        expected = "allowed" if allowed else "denied"
        pytest.fail(f"expected that it is {expected}, found:\n{explanation_text(told)}", pytrace=False)


@pytest.fixture(scope="session")
def assert_no_findings(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`assert_no_findings(*rules, inventory=…, subject="*")` fails with the findings of the rules, or of all rules."""

    def check(*rules: str, inventory: Inventory | None = None, subject: str = "*") -> None:
        __tracebackhide__ = True
        from datetime import date

        from wa_policy import api
        from wa_policy.iam.pattern import glob, matches
        from wa_policy.reporters.failure import failure_text

        read: Inventory = request.getfixturevalue("wa_inventory") if inventory is None else inventory
        settings = _settings(_paths(request.config))
        report = api.scan(read, settings, only=rules, today=date.today())  # noqa: DTZ011  # the user's day
        found = [result for result in report.findings if matches(glob(subject), result.subject)]
        if found:
            lines = api.locate(report)
            texts = [failure_text(result, lines.get(result.source)) for result in found]
            pytest.fail("\n\n".join(texts), pytrace=False)

    return check


@pytest.fixture(scope="session")
def assert_not_more_permissive() -> Callable[..., None]:
    """`assert_not_more_permissive(new, old)` fails unless it is proved that `new` allows nothing that `old` does not.

    Both are policy documents: mappings, JSON texts, paths of files, or parsed policies.
    """

    def check(new: Any, old: Any) -> None:
        __tracebackhide__ = True
        from wa_policy import api
        from wa_policy.formal.verdicts import Proved
        from wa_policy.reporters.check import check_text

        answer = api.check_no_new_access(_policy(old, "old"), _policy(new, "new"))
        if not isinstance(answer, Proved):
            text = check_text(answer, "nothing new", "the new policy allows what the old one does not")
            pytest.fail(text, pytrace=False)

    return check


def _policy(given: Any, name: str) -> Policy:
    from wa_policy import api
    from wa_policy.errors import LoadError
    from wa_policy.iam.parse import parse_policy
    from wa_policy.iam.policy import Policy
    from wa_policy.iam.source import Source

    if isinstance(given, Policy):
        return given
    if isinstance(given, Path):
        return api.read_policy(str(given))
    policy, problems = parse_policy(given, Source(name))
    lost = api.lost_input(problems)
    if lost:
        raise LoadError(f"the {name} policy cannot be read", lost)
    return policy
