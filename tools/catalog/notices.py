"""THIRD_PARTY_NOTICES: the licences of the packages that the data file is derived from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tools.catalog.wheels import Wheel

_INTRODUCTION = """\
THIRD-PARTY NOTICES

wa-policy is licensed under the Apache License, Version 2.0; see the file LICENSE.

The files catalog.v1.json.gz, schemas.v1.json.gz and managed_policies.v1.json.gz in wa_policy/catalog/data are derived
from data in the packages below: names of actions, resource types, properties, condition keys and service principals,
access levels, ARN formats, and the documents of the policies that AWS manages. None of their code is part of wa-policy.
This file is written by tools/make_catalog.py from the licence files in the wheels.
"""
_RULE = "-" * 80
_APACHE = """\
Licensed under the Apache License, Version 2.0; the full text is in the file LICENSE. You may also obtain a
copy at http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software distributed under the License is
distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
"""
_AUTHOR = re.compile(r"^Author: (.+)$", re.MULTILINE)
_COPYRIGHT = re.compile(r"^ *(Copyright \d{4}.*)$", re.MULTILINE)


def render(wheels: Iterable[Wheel]) -> str:
    """The text of the file: one section per package, sorted by name."""
    by_package: dict[str, list[Wheel]] = {}
    for wheel in wheels:
        by_package.setdefault(wheel.pin.package, []).append(wheel)
    sections = [_section(found) for _, found in sorted(by_package.items())]
    return f"\n{_RULE}\n".join([_INTRODUCTION, *sections])


def _section(wheels: list[Wheel]) -> str:
    wheel = wheels[0]
    versions = ", ".join(sorted(found.pin.version for found in wheels))
    lines = [
        f"{wheel.pin.package} {versions} ({wheel.pin.licence})",
        f"https://pypi.org/project/{wheel.pin.package}/",
        "",
    ]
    texts = wheel.metadata_files("LICENSE")
    if not texts:
        raise ValueError(f"{wheel.pin.package} has no licence file")
    if wheel.pin.licence == "Apache-2.0":
        author = _AUTHOR.search(wheel.metadata_files("METADATA")[0])
        lines += [f"Author: {author[1]}"] if author else []
        lines += [line for text in texts for line in _COPYRIGHT.findall(text)]
        lines += ["", _APACHE]
        notice = wheel.metadata_files("NOTICE")
        lines += notice or ["The package carries no NOTICE file.\n"]
    else:
        lines += [f"{text.rstrip()}\n" for text in texts]
    return "\n".join(lines)
