"""What makes a finding the same finding in the next scan."""

from __future__ import annotations

from hashlib import sha256

from wa_policy.findings import Result


def fingerprint(result: Result) -> str:
    """32 hexadecimal digits that depend on the rule, the subject and the key alone.

    Neither the file, nor the line, nor the words of the message are part of it: a moved statement or a renamed file
    keeps the fingerprint. Where two files hold subjects of one name, their findings share it, and are counted.
    """
    parts = (result.rule.id, result.subject_type, result.subject, result.key)
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
