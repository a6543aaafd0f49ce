"""Which names say that a secret stands under them: by their words, as `DB_PASSWORD` and `apiToken` have them."""

from __future__ import annotations

import re
from enum import StrEnum

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_STRONG = frozenset(("password", "passwd", "pwd", "passphrase", "passcode"))
_WEAK = frozenset(
    (
        "secret",
        "token",
        "apikey",
        "credential",
        "credentials",
        "privatekey",
        "secretkey",
        "accesskey",
        "authorization",
        "apitoken",
    )
)
_PAIRS = frozenset(
    (
        *(
            ("api", "key"),
            ("private", "key"),
            ("secret", "key"),
            ("signing", "key"),
            ("encryption", "key"),
            ("auth", "key"),
        ),
        *(
            ("shared", "key"),
            ("master", "key"),
            ("account", "key"),
            ("access", "key"),
            ("conn", "str"),
            ("connection", "str"),
        ),
        ("connection", "string"),
    )
)
_SECRETS_OF = frozenset(
    [
        "jwt",
        "session",
        "client",
        "signing",
        "app",
        "webhook",
        "cookie",
        "hmac",
        "oauth",
        "consumer",
        "shared",
        "hash",
    ]
)
"""Before `secret`: what follows is the secret itself, and not the name of one."""
_ABOUT = frozenset(
    [
        "ttl",
        "name",
        "names",
        "arn",
        "arns",
        "id",
        "ids",
        "identifier",
        "header",
        "headers",
        "port",
        "url",
        "uri",
        "urls",
        "endpoint",
        "path",
        "prefix",
        "suffix",
        "expiry",
        "expiration",
        "expires",
        "expire",
        "lifetime",
        "length",
        "min",
        "max",
        "count",
        "limit",
        "enabled",
        "enable",
        "disabled",
        "required",
        "type",
        "version",
        "versions",
        "region",
        "table",
        "bucket",
        "queue",
        "topic",
        "issuer",
        "iss",
        "algorithm",
        "alg",
        "field",
        "fields",
        "param",
        "params",
        "parameter",
        "parameters",
        "location",
        "file",
        "filename",
        "store",
        "provider",
        "function",
        "lambda",
        "handler",
        "role",
        "policy",
        "rotation",
        "validity",
        "duration",
        "timeout",
        "seconds",
        "minutes",
        "hours",
        "days",
        "interval",
        "cache",
        "size",
        "manager",
        "regex",
        "pattern",
        "format",
        "scope",
        "scopes",
        "audience",
        "source",
        "env",
        "var",
        "label",
        "index",
        "attribute",
        "attributes",
        "usage",
        "mode",
        "service",
        "host",
        "hostname",
        "ref",
        "reference",
        "extension",
        "user",
        "username",
        "mapping",
        "verify",
        "validation",
        "reset",
        "change",
        "alias",
        "vault",
        "bytes",
        "period",
        "age",
        "unit",
        "hash",
        "template",
        "placeholder",
        "key",
        "keys",
        "description",
        "title",
    ]
)
"""After the word: what is named is something about the secret."""
_NOT_SECRET_BEFORE = frozenset(
    [
        "max",
        "min",
        "num",
        "public",
        "enable",
        "use",
        "is",
        "has",
        "next",
        "client",
        "idempotency",
        "task",
        "page",
        "pagination",
        "continuation",
        "csrf",
        "sync",
        "resume",
        "start",
        "total",
        "input",
        "output",
        "prompt",
        "completion",
        "require",
        "allow",
    ]
)
"""Before `token`: a mark in a list or a piece of text, or a switch."""
SHOWN_OPENLY = frozenset(
    [
        "public",
        "hash",
        "digest",
        "sha",
        "sha256",
        "checksum",
        "fingerprint",
        "thumbprint",
        "integrity",
        "etag",
        "certificate",
        "cert",
        "arn",
        "id",
        "layer",
        "version",
    ]
)
"""A long random text under such a name is none."""


class NameStrength(StrEnum):
    NONE = "none"
    WEAK = "weak"
    STRONG = "strong"


def strength_of(name: str) -> NameStrength:
    """How much the name says that what stands under it is a secret."""
    words = [word.lower() for word in WORD.findall(name)]
    found = NameStrength.NONE
    for index, word in enumerate(words):
        before, after = (words[index - 1] if index else ""), words[index + 1 :]
        rest = after
        if (
            word in _STRONG
            or (word == "pass" and not after and index)
            or (word == "secret" and before in _SECRETS_OF)
        ):
            strength = NameStrength.STRONG
        elif word == "token" and before in _NOT_SECRET_BEFORE:
            continue
        elif (before, word) in _PAIRS or (word in _WEAK and after[:1] != ["key"]):
            strength = NameStrength.WEAK
        else:
            continue
        if before in (
            "enable",
            "use",
            "is",
            "has",
            "require",
            "reset",
            "forgot",
            "change",
        ) or _ABOUT.intersection(rest):
            continue
        if strength is NameStrength.STRONG or found is NameStrength.NONE:
            found = strength
    return found
