"""What stands in an inventory for the parts of a deployment that a template leaves open: account, region, stack, names.

A template that is deployed to an account that nobody named has one all the same, and `${AWS::AccountId}` in it means that
very account. So it gets an id of its own kind: twelve digits, for which all that reads account ids works as ever, and which
no input has. The same for the region, the stack and the names that CloudFormation makes up. `shown` turns them back into
the words of the template.
"""

from __future__ import annotations

import re

ACCOUNTS = "0000717"
"""How the ids begin that stand for accounts which nobody named. An input with such an id is a problem."""
REGION = "xx-own-1"
DEFAULT_GROUP = "default"
"""What stands behind the id of a VPC for its default security group."""
_MARK = "WAPNAME0X0X0"
_SUFFIX = "-waPx0Y"

_ACCOUNT = re.compile(rf"(?<!\d){ACCOUNTS}\d{{5}}(?!\d)")
_NAME = re.compile(rf"wap\d+stack(?:-[a-z0-9]+-{_MARK})*?-([a-z0-9]+)-{_MARK}", re.IGNORECASE)
_PLAIN_MARK = re.compile(f"-{_MARK}", re.IGNORECASE)
_STACK = re.compile(r"wap\d+stack")
_ID = re.compile(r"wap\d+id([A-Za-z0-9]+?)x0wap")
_PARAMETER = re.compile(r"wap\d+par([A-Za-z0-9]+?)x0wap")


def own_account(number: int) -> str:
    """The id of the account to which the template of that number is deployed."""
    return f"{ACCOUNTS}{number:05d}"


def is_own_account(text: str) -> bool:
    """True iff the id stands for an account that nobody named."""
    return text.startswith(ACCOUNTS) and len(text) == 12


def names_own_account(text: str) -> bool:
    """True iff the id of an account that nobody named stands in the text."""
    return ACCOUNTS in text and _ACCOUNT.search(text) is not None


def own_stack(number: int) -> str:
    """The name of the stack that the template of that number becomes."""
    return f"wap{number}stack"


def made_name(stack: str, logical_id: str) -> str:
    """The name that CloudFormation makes for a resource without one: stack, logical id and twelve random characters."""
    return f"{stack}-{logical_id}-{_MARK}"


def made_id(number: int, logical_id: str) -> str:
    """The id that a service makes for a resource."""
    return f"wap{number}id{logical_id}x0wap"


def is_default_group(text: str) -> bool:
    """True iff the text stands for the default security group of a VPC that a template makes."""
    return text.endswith(f"x0wap{DEFAULT_GROUP}")


def own_parameter(number: int, name: str) -> str:
    """The value of a parameter that names something, and which nobody said."""
    return f"wap{number}par{name}x0wap"


def secret_suffix() -> str:
    """The hyphen and six random characters that Secrets Manager puts behind a name."""
    return _SUFFIX


def has_made_name(text: str) -> bool:
    """True iff the text has what stands for a name or id that is made, or for a parameter."""
    return _MARK in text or _MARK.lower() in text or "x0wap" in text


def has_symbols(text: str) -> bool:
    """True only if `shown` may change the text."""
    marks = (REGION, ACCOUNTS, "wap", _SUFFIX, _MARK, _MARK.lower())
    return any(mark in text for mark in marks)


def shown(text: str) -> str:
    """The text with what stands for unnamed parts of a deployment in the words of the template."""
    if not has_symbols(text):
        return text
    text = _NAME.sub(r"\1", text)
    text = _PLAIN_MARK.sub("", text)
    text = _ID.sub(r"\1", text)
    text = _PARAMETER.sub(r"${\1}", text)
    text = text.replace(_SUFFIX, "").replace(REGION, "${AWS::Region}")
    text = _STACK.sub("${AWS::StackName}", text)
    return _ACCOUNT.sub("${AWS::AccountId}", text)
