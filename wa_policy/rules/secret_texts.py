"""Which texts look like secrets: by their own form, or by the name under which they stand.

A form that only credentials have decides alone. A name such as `DB_PASSWORD` decides where the text is no name, path, ARN,
switch, placeholder or reference; a name such as `API_TOKEN` where the text looks random as well. A long text of mixed
upper case, lower case and digits decides without a name. Nothing here gives back more of a text than its first letters.
"""

from __future__ import annotations

import math
import re
from base64 import b64decode
from collections import Counter
from enum import StrEnum
from itertools import pairwise

from wa_policy.inventory.symbols import has_symbols
from wa_policy.rules.secret_names import SHOWN_OPENLY, WORD, NameStrength, strength_of


class SecretKind(StrEnum):
    """By what a text was found out, or why it is not known."""

    AWS_KEY = "aws_key"
    VENDOR = "vendor_token"
    JWT = "jwt"
    PRIVATE_KEY = "private_key"
    IN_URL = "in_url"
    HEADER = "in_header"
    NAMED = "named"
    RANDOM = "random"
    RESOLVED = "resolved"
    """A reference that CloudFormation replaces by the secret."""
    MASKED = "masked"
    """Whoever exported it has covered it."""


WORDS: dict[SecretKind, str] = {
    SecretKind.AWS_KEY: "an AWS access key",
    SecretKind.VENDOR: "a token of a known form",
    SecretKind.JWT: "a JSON Web Token",
    SecretKind.PRIVATE_KEY: "a private key",
    SecretKind.IN_URL: "a password in a URL or connection string",
    SecretKind.HEADER: "the credentials of a header",
    SecretKind.NAMED: "a literal under the name of a secret",
    SecretKind.RANDOM: "a long random text",
    SecretKind.RESOLVED: "a reference that is replaced by the secret itself",
    SecretKind.MASKED: "a covered text",
}

MAX_TEXT = 200_000
"""Characters of a text that are looked at."""

# --- forms -----------------------------------------------------------------------------------------------------------

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
_AWS_KEY_ID = re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])")
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_VENDORS = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,}|glpat-[A-Za-z0-9_-]{20,}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{20,}"
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,}"
    r"|AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{20,}"
    r"|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|key-[0-9a-f]{32}|SK[0-9a-f]{32}"
    r"|npm_[A-Za-z0-9]{36}|pypi-AgEI[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{30,}|dop_v1_[0-9a-f]{64}"
    r"|sk-(?:proj-|ant-[a-z0-9]+-|svcacct-)?[A-Za-z0-9_-]{32,}|lin_api_[A-Za-z0-9]{32,}|shp(?:at|ss|ca)_[0-9a-fA-F]{32}"
    r"|EAA[A-Za-z0-9]{60,}|\d{8,10}:AA[A-Za-z0-9_-]{33}|AGE-SECRET-KEY-1[A-Z0-9]{58}|hvs\.[A-Za-z0-9_-]{24,}"
    r")|https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,}"
    r"|https://(?:discord|discordapp)\.com/api/webhooks/\d+/[A-Za-z0-9_-]{20,}"
)
_JWT = re.compile(r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{10,}")
_PEM = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")
_URL_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@]*:([^/\s@]+)@")
_PART_PASSWORD = re.compile(
    r"(?:^|[;,\s&?])(?:password|pwd|accountkey|sharedaccesskey|access_token|api_?key|sig)\s*=\s*([^;,\s&]+)",
    re.IGNORECASE,
)
_HEADER = re.compile(r"\b(?:bearer|basic)\s+([A-Za-z0-9._~+/=-]{16,})", re.IGNORECASE)
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
_RESOLVED = re.compile(r"\{\{resolve:(?:secretsmanager|ssm-secure):")
_DYNAMIC = re.compile(r"\{\{resolve:")
_MASKED = re.compile(
    r"(?:[*•●]{3,}.{0,4}|.{0,4}[*•●]{4,}|[xX]{4,}|\(?sensitive(?: value)?\)?|\W?redacted\W?|masked|hidden\w*due\w*)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"change[-_ ]?(?:me|it|this)|replace|your[-_ ]|^your|example|placeholder|dummy|to[-_ ]?do\b|^tbd$|insert|fixme|^none$|^null$"
    r"|^n/?a$|undefined|^unset$|^empty$|^-+$|^\.+$|^x+$|^default$|^test$|^sample$|^optional$",
    re.IGNORECASE,
)
_SWITCH = re.compile(
    r"(?:true|false|yes|no|on|off|enabled?|disabled?|required|\d{1,5}|\d+\.\d+)", re.IGNORECASE
)
_NOT_LITERAL = re.compile(
    r"\s*(?:[$]|States\.|\{%|<[^>]*>?$|\[[^\]]*\]$|\$\{|\{\{|%[({sd]|method\.|context\.|stageVariables\.|integration\.|#set|input\.)"
)
_REFERENCE = re.compile(r"(?:arn:|[A-Za-z][A-Za-z0-9+.-]*://|/|\./|~/|[A-Za-z]:\\)")


def kind_by_form(text: str) -> SecretKind | None:
    """The form of credentials that the text has or holds."""
    if _AWS_KEY_ID.search(text):
        return SecretKind.AWS_KEY
    if _RESOLVED.search(text):
        return SecretKind.RESOLVED
    if _PEM.search(text):
        return SecretKind.PRIVATE_KEY
    if _JWT.search(text):
        return SecretKind.JWT
    if _VENDORS.search(text):
        return SecretKind.VENDOR
    for pattern, kind in (
        (_URL_PASSWORD, SecretKind.IN_URL),
        (_PART_PASSWORD, SecretKind.IN_URL),
        (_HEADER, SecretKind.HEADER),
    ):
        for found in pattern.finditer(text):
            if _is_literal(found[1]):
                return kind
    return None


def _is_literal(text: str) -> bool:
    return not (
        _NOT_LITERAL.match(text)
        or "${" in text
        or _PLACEHOLDER.search(text)
        or _MASKED.fullmatch(text)
        or _SWITCH.fullmatch(text)
    )


# --- both ------------------------------------------------------------------------------------------------------------

_RUN = re.compile(r"[A-Za-z0-9]+")
_TOKEN = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_=-]{20,128}(?![A-Za-z0-9+/_=-])")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MIN_ENTROPY, _MIN_RUN, _MIN_TURNS = 4.0, 16, 0.4


def kind_of(name: str, text: str) -> SecretKind | None:
    """Why the text under the name looks like a secret; None where it does not."""
    text = text[:MAX_TEXT]
    stripped = _unquoted(text)
    strength = strength_of(name)
    if is_secret_access_key(name) and _AWS_SECRET.fullmatch(stripped):
        return SecretKind.AWS_KEY
    found = kind_by_form(text)
    if found is not None:
        return found
    if strength is not NameStrength.NONE:
        if _MASKED.fullmatch(stripped):
            return SecretKind.MASKED
        if _names_it(name, stripped, strength):
            return SecretKind.NAMED
    if (
        not has_symbols(text)
        and has_random_part(text)
        and not SHOWN_OPENLY.intersection(word.lower() for word in WORD.findall(name))
    ):
        return SecretKind.RANDOM
    return None


def is_secret_access_key(name: str) -> bool:
    """True iff the name is like `AWS_SECRET_ACCESS_KEY`."""
    words = [word.lower() for word in WORD.findall(name)]
    return "secret" in words and "access" in words


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


_NOTHING = re.compile(r"|<[^>]*>|none|null|n/?a|-+|undefined|unset|empty", re.IGNORECASE)


def is_nothing(text: str) -> bool:
    """True iff the text says that there is no secret."""
    return _NOTHING.fullmatch(text.strip()) is not None


def is_reference(text: str) -> bool:
    """True iff the text is an ARN, a path, a dynamic reference or the name of a secret, and no secret itself."""
    if _REFERENCE.match(text) or _DYNAMIC.search(text) or has_symbols(text):
        return kind_by_form(text) in (None, SecretKind.RESOLVED)
    letters = re.sub(r"[-_/. ]", "", text)
    is_name = letters.isalpha() and strength_of(text) is not NameStrength.NONE
    return (is_name and text.lower() not in ("password", "secret")) or ("/" in text and not _mixes(text))


def _names_it(name: str, text: str, strength: NameStrength) -> bool:
    if len(text) < 4 or text == name or not _is_literal(text) or is_reference(text):
        return False
    if "\n" in text or text.count(" ") > 4:
        return False
    if strength is NameStrength.STRONG or _UUID.fullmatch(text) is not None or _mixes(text):
        return True
    # Names of secrets are words: `orders-db2` may be one, `a1b2c3` under `API_KEY` is none.
    return len(text) >= 6 and (
        _SYMBOLS.search(text) is not None
        or (not _is_vault(name) and text.isalnum() and not text.isalpha() and not text.isdigit())
    )


_SYMBOLS = re.compile(r"[!@#$%^&*+=~?]")


def _is_vault(name: str) -> bool:
    """True iff what the name means may be a secret of Secrets Manager, which has a name."""
    return not {"secret", "secrets", "credential", "credentials"}.isdisjoint(
        word.lower() for word in WORD.findall(name)
    )


def _mixes(text: str) -> bool:
    """True iff a run of letters and digits goes from one to the other twice, or is a long hexadecimal number."""
    for run in _RUN.findall(text):
        turns = sum(one.isdigit() is not other.isdigit() for one, other in pairwise(run))
        if len(run) >= 8 and turns >= 2:
            return True
    return False


def has_random_part(text: str) -> bool:
    """True iff a part of the text is long, mixes upper case, lower case and digits, and is not made of words."""
    return any(_is_random(found[0]) for found in _TOKEN.finditer(text) if not _in_url(text, found.start()))


def _is_random(token: str) -> bool:
    if entropy(token) <= _MIN_ENTROPY or token.startswith("arn") or _is_encoded_text(token):
        return False
    run = max(_RUN.findall(token) or [""], key=len)
    if len(run) < _MIN_RUN or run.islower() or run.isupper() or not any(letter.isdigit() for letter in run):
        return False
    classes = [0 if letter.isdigit() else 1 if letter.isupper() else 2 for letter in run]
    turns = sum(one != other for one, other in pairwise(classes))
    return len(set(classes)) == 3 and turns / (len(run) - 1) >= _MIN_TURNS


def _is_encoded_text(token: str) -> bool:
    """True iff the token is plain text in base64, such as a configuration."""
    try:
        plain = b64decode(
            token + "=" * (-len(token) % 4), altchars=b"-_" if {"-", "_"} & set(token) else None
        )
        text = plain.decode("utf-8")
    except ValueError:
        return False
    return text.isprintable() and kind_by_form(text) is None


def _in_url(text: str, start: int) -> bool:
    """True iff the place lies in the path of a URL or in an ARN."""
    word = text[:start].rpartition(" ")[2]
    return "://" in word or "arn:" in word


def entropy(text: str) -> float:
    """Shannon entropy of the letters of a text, in bits per letter."""
    total = len(text)
    return (
        -sum(count / total * math.log2(count / total) for count in Counter(text).values()) if total else 0.0
    )


def masked(text: str) -> str:
    """The beginning of a text, too short to be of use; nothing of a short one."""
    text = _unquoted(text)
    return f"{text[:4]}…" if len(text) >= 16 else "…"
