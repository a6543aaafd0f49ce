"""`wa-policy check`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.running import Run

READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"}
WRITE = {"Sid": "Write", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"}


def _write(path: str, *statements: dict[str, Any]) -> None:
    Path(path).write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def test_no_new_access(call: Run) -> None:
    _write("old.json", READ)
    _write("new.json", READ, WRITE)
    assert call("check", "no-new-access", "--existing", "new.json", "--new", "old.json").code == 0
    done = call("check", "no-new-access", "--existing", "old.json", "--new", "new.json")
    assert done.code == 1
    assert "can call s3:PutObject on arn:aws:s3:::b/" in done.out
    assert "allowed by statement 1 `Write`" in done.out


def test_equivalent_says_which_policy_allows_more(call: Run) -> None:
    _write("a.json", READ, WRITE)
    _write("b.json", WRITE, READ)
    assert call("check", "equivalent", "a.json", "b.json").code == 0
    _write("b.json", READ)
    done = call("check", "equivalent", "a.json", "b.json", "--format", "json")
    assert done.code == 1
    answer = json.loads(done.out)
    assert answer["result"] == "FAIL"
    assert answer["reasons"][0] | {"description": ""} == {
        "description": "", "statementIndex": 1, "statementId": "Write", "policy": "first",
    }  # fmt: skip
    assert answer["witness"]["action"] == "s3:PutObject"


def test_access_not_granted(call: Run) -> None:
    _write("p.json", READ)
    assert call("check", "access-not-granted", "p.json", "--action", "s3:PutObject").code == 0
    assert call("check", "access-not-granted", "p.json", "--action", "s3:GetObject").code == 1
    other = ("--action", "s3:GetObject", "--resource", "arn:aws:s3:::other/*")
    assert call("check", "access-not-granted", "p.json", *other).code == 0
    done = call("check", "access-not-granted", "p.json")
    assert done.code == 2
    assert "expected `--action` or `--resource`" in done.err


def test_no_public_access_reads_an_answer_of_aws(call: Run) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**READ, "Principal": "*"}]})
    Path("answer.json").write_text(json.dumps({"Policy": policy}))
    asked = ("check", "no-public-access", "answer.json", "--resource-type")
    assert call(*asked, "AWS::S3::Bucket").code == 1
    done = call(*asked, "AWS::EC2::Instance")
    assert done.code == 2
    assert "expected one like `AWS::S3::Bucket`" in done.err


def test_what_is_not_known_is_told(call: Run) -> None:
    _write("old.json", READ)
    _write("new.json", READ, {"Effect": "Allow", "Action": 7, "Resource": "*"})
    done = call("check", "no-new-access", "--existing", "old.json", "--new", "new.json")
    assert done.code == 4
    assert done.out.startswith("UNKNOWN")


def test_a_file_without_a_policy_is_wrong_usage(call: Run) -> None:
    Path("x.json").write_text("[1]")
    assert call("check", "equivalent", "x.json", "x.json").code == 2


def test_forbid_wants_a_rule_that_forbids(call: Run) -> None:
    _write("p.json", READ)
    assert call("check", "forbid", "--rule", "no-such-rule", "p.json").code == 2
