"""Which texts look like secrets, and which do not. All of these were made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wa_policy.rules.secret_names import NameStrength, strength_of
from wa_policy.rules.secret_texts import (
    SecretKind,
    entropy,
    has_random_part,
    is_nothing,
    is_reference,
    kind_by_form,
    kind_of,
    masked,
)

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"

SECRETS: list[tuple[str, str, SecretKind]] = [
    ("A", "AKIAIOSFODNN7EXAMPLE", SecretKind.AWS_KEY),
    ("A", "key=ASIAIOSFODNN7EXAMPLE;", SecretKind.AWS_KEY),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", SecretKind.AWS_KEY),
    ("secretAccessKey", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", SecretKind.AWS_KEY),
    ("A", f"ghp_{LETTERS}{DIGITS}", SecretKind.VENDOR),
    ("A", f"github_pat_{LETTERS}{DIGITS}_{LETTERS}", SecretKind.VENDOR),
    ("A", "glpat-abcdefghijklmnopqrst", SecretKind.VENDOR),
    ("A", "xoxb-1234567890-abcdefghij", SecretKind.VENDOR),
    ("A", "sk_live_4eC39HqLyjWDarjtT1zdp7dc", SecretKind.VENDOR),
    ("A", "rk_test_4eC39HqLyjWDarjtT1zdp7dc", SecretKind.VENDOR),
    ("A", f"AIza{LETTERS}012345678", SecretKind.VENDOR),
    ("A", f"SG.{LETTERS[:22]}.{LETTERS[:22]}", SecretKind.VENDOR),
    ("A", f"npm_{LETTERS}{DIGITS}", SecretKind.VENDOR),
    ("A", f"sk-proj-{LETTERS}{DIGITS}", SecretKind.VENDOR),
    ("A", f"sk-ant-api03-{LETTERS}{DIGITS}", SecretKind.VENDOR),
    ("A", "https://hooks.slack.com/services/T00000000/B00000000/abcdefghijkl", SecretKind.VENDOR),
    ("A", "https://discord.com/api/webhooks/123456/abcdefghijklmnopqrstuvwx", SecretKind.VENDOR),
    ("A", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N", SecretKind.JWT),
    ("A", "-----BEGIN PRIVATE KEY-----\nMIIE", SecretKind.PRIVATE_KEY),
    ("A", "-----BEGIN RSA PRIVATE KEY-----\\nMIIE", SecretKind.PRIVATE_KEY),
    ("A", "-----BEGIN OPENSSH PRIVATE KEY-----", SecretKind.PRIVATE_KEY),
    ("A", "postgres://app:s3cr3t@db.example.org/x", SecretKind.IN_URL),
    ("A", "amqps://:hunter22@mq", SecretKind.IN_URL),
    ("A", "Server=db;User Id=app;Password=hunter22;", SecretKind.IN_URL),
    ("A", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=abc123==", SecretKind.IN_URL),
    ("A", "https://api.example.org/?access_token=abcdef123456", SecretKind.IN_URL),
    ("Authorization", "Bearer abcdefghijklmnop1234", SecretKind.HEADER),
    ("A", "Basic dXNlcjpodW50ZXIyaHVudGVyMg==", SecretKind.HEADER),
    ("DB_PASSWORD", "hunter2!", SecretKind.NAMED),
    ("dbPassword", "correcthorse", SecretKind.NAMED),
    ("DB_PASSWORD", "password", SecretKind.NAMED),
    ("DB_PASS", "Tr0ub4dor&3", SecretKind.NAMED),
    ("POSTGRES_PWD", "postgres", SecretKind.NAMED),
    ("JWT_SECRET", "supersecretvalue1", SecretKind.NAMED),
    ("SESSION_SECRET", "correcthorsebattery", SecretKind.NAMED),
    ("API_KEY", "abcd1234efgh", SecretKind.NAMED),
    ("apiKey", "0f1e2d3c4b5a6978", SecretKind.NAMED),
    ("X-Api-Key", "'0f1e2d3c4b5a6978'", SecretKind.NAMED),
    ("API_KEY", "da1b2c3d-0000-4000-8000-1a2b3c4d5e6f", SecretKind.NAMED),
    ("TOKEN", "q1w2e3r4t5y6", SecretKind.NAMED),
    ("API_KEY", "abc123", SecretKind.NAMED),
    ("API_KEY", "k!pqrst", SecretKind.NAMED),
    ("DB_SECRET", "p@ssw0rd", SecretKind.NAMED),
    ("ENCRYPTION_KEY", "a1b2c3d4e5f6a7b8", SecretKind.NAMED),
    ("A", "aB3dE5gH7jK9mN1pQ3sT5vW7", SecretKind.RANDOM),
    # `{"password=": "AKIAIOSFODNN7EXAMPLE"}` in base64.
    ("A", "eyJwYXNzd29yZD0iOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUifQ==", SecretKind.RANDOM),
    ("A", "{{resolve:secretsmanager:db:SecretString:password}}", SecretKind.RESOLVED),
    ("A", "postgres://app:{{resolve:ssm-secure:/db:1}}@db", SecretKind.RESOLVED),
    ("DB_PASSWORD", "****", SecretKind.MASKED),
    ("DB_PASSWORD", "abc*****", SecretKind.MASKED),
    ("API_TOKEN", "XXXXXXXX", SecretKind.MASKED),
    ("API_TOKEN", "(sensitive value)", SecretKind.MASKED),
    ("API_TOKEN", "HIDDEN_DUE_TO_SECURITY_REASONS", SecretKind.MASKED),
]
PLAIN: list[tuple[str, str]] = [
    ("A", ""),
    ("A", "prod"),
    ("A", "XAKIAIOSFODNN7EXAMPLE"),
    ("COMMIT", "0123456789abcdef0123456789abcdef01234567"),
    ("SHA", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    ("ID", "da1b2c3d-0000-4000-8000-1a2b3c4d5e6f"),
    ("POOL", "eu-west-1_AbCdEf123"),
    ("CLIENT_ID", "1h57kf5cpq17m0eml12EXAMPLE"),
    ("TABLE", "MyServiceProductionOrdersTable2"),
    ("QUEUE", "https://sqs.eu-west-1.amazonaws.com/111122223333/MyQueueOfOrders2aB3dE5gH7jK9"),
    ("ROLE", "arn:aws:iam::111122223333:role/aB3dE5gH7jK9mN1pQ3sT5vW7"),
    ("STACK", "orders-Table-1A2B3C4D5E6F"),
    ("PUBLIC_KEY", "aB3dE5gH7jK9mN1pQ3sT5vW7"),
    ("TOKEN_TTL", "3600"),
    ("TOKEN_ISSUER", "https://cognito-idp.eu-west-1.amazonaws.com/x"),
    ("API_KEY_HEADER", "x-api-key"),
    ("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "2773"),
    ("SECRETS_EXTENSION_CACHE_SIZE", "1000"),
    ("MAX_TOKENS", "4096"),
    ("NextToken", "q1w2e3r4t5y6"),
    ("ClientToken", "q1w2e3r4t5y6"),
    ("TaskToken", "$$.Task.Token"),
    ("ENABLE_TOKEN", "q1w2e3r4t5y6"),
    ("PASSWORD_MIN_LENGTH", "12345678"),
    ("DB_PASSWORD", "true"),
    ("DB_PASSWORD", "$.password"),
    ("DB_PASSWORD", "${Password}"),
    ("DB_PASSWORD", "<your password>"),
    ("DB_PASSWORD", "changeme"),
    ("DB_PASSWORD", "REPLACE_ME"),
    ("DB_PASSWORD", "/prod/db/password"),
    ("DB_PASSWORD", "db-password"),
    ("DB_PASSWORD", "DB_PASSWORD"),
    ("DB_PASSWORD_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1b2c3"),
    ("DB_PASSWORD", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1b2c3"),
    ("SECRET_NAME", "orders2db1x"),
    ("DB_SECRET", "prod/db"),
    ("DB_SECRET", "orders-database"),
    ("DB_SECRET", "ordersdb2"),
    ("API_TOKEN", "orders-v2"),
    ("API_TOKEN", "abc12"),
    ("API_KEY", "api-key"),
    ("API_KEY", "test"),
    ("TOKEN", "production"),
    ("API_KEY_ID", "abcd1234efgh"),
    ("DATABASE_URL", "postgres://db.example.org/x"),
    ("DATABASE_URL", "postgres://app:${PASSWORD}@db.example.org/x"),
    ("DATABASE_URL", "postgres://app:<password>@db.example.org/x"),
    ("CONFIG", "eyJmb28iOiAiYmFyIiwgImJheiI6ICJxdXgifQ=="),
    ("A", "-----BEGIN CERTIFICATE-----\nMIIE"),
    ("A", "-----BEGIN PUBLIC KEY-----\nMIIE"),
    ("A", "Bearer ${token}"),
    ("Secret", "{{resolve:ssm:/app/name:1}}"),
]


@pytest.mark.parametrize(("name", "text", "kind"), SECRETS)
def test_what_looks_like_a_secret(name: str, text: str, kind: SecretKind) -> None:
    assert kind_of(name, text) is kind


@pytest.mark.parametrize(("name", "text"), PLAIN)
def test_what_does_not(name: str, text: str) -> None:
    assert kind_of(name, text) is None


@pytest.mark.parametrize(
    ("name", "strength"),
    [
        ("DB_PASSWORD", NameStrength.STRONG),
        ("dbPassphrase", NameStrength.STRONG),
        ("client-secret", NameStrength.STRONG),
        ("apiKey", NameStrength.WEAK),
        ("API_KEY", NameStrength.WEAK),
        ("apikey", NameStrength.WEAK),
        ("GITHUB_TOKEN", NameStrength.WEAK),
        ("ConnectionString", NameStrength.WEAK),
        ("KEY", NameStrength.NONE),
        ("PARTITION_KEY", NameStrength.NONE),
        ("COMPASS", NameStrength.NONE),
        ("PASS", NameStrength.NONE),
        ("PASSENGERS", NameStrength.NONE),
        ("ForgotPasswordUrl", NameStrength.NONE),
        ("SecretArn", NameStrength.NONE),
        ("TOKENS", NameStrength.NONE),
    ],
)
def test_names(name: str, strength: NameStrength) -> None:
    assert strength_of(name) is strength


@pytest.mark.parametrize("text", ["", "none", "NULL", "n/a", "-", "<>", "<secret>"])
def test_nothing(text: str) -> None:
    assert is_nothing(text)
    assert not is_nothing(f"x{text}")


def test_references() -> None:
    assert is_reference("prod/db")
    assert is_reference("{{resolve:secretsmanager:x}}")
    assert not is_reference("hunter2!")
    assert not is_reference("postgres://app:s3cr3t@db/x")


def test_entropy_is_that_of_shannon() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
    assert entropy("aabb") == 1


@pytest.mark.parametrize("text", ["aB3dE5gH7jK9mN1pQ3sT5v", "x aB3dE5gH7jK9mN1pQ3sT5v y"])
def test_random_parts(text: str) -> None:
    assert has_random_part(text)
    assert not has_random_part(text.lower())
    assert not has_random_part(
        text.replace("5", "").replace("7", "").replace("3", "").replace("9", "").replace("1", "")
    )


@given(st.text())
def test_no_more_than_the_beginning_is_shown(text: str) -> None:
    shown = masked(text)
    assert shown.endswith("…")
    assert len(shown) <= 5
    assert len(text) >= 16 or shown == "…"


@given(st.text(), st.text())
def test_any_text_is_judged(name: str, text: str) -> None:
    assert kind_of(name, text) in (None, *SecretKind)
    assert kind_by_form(text) in (None, *SecretKind)
