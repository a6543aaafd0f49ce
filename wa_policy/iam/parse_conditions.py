"""The Condition element."""

from __future__ import annotations

from wa_policy.iam.describe import describe, quoted
from wa_policy.iam.operators import QualifiedOperator, parse_operator
from wa_policy.iam.policy import Condition
from wa_policy.iam.reading import Reader, read_texts
from wa_policy.iam.source import Source
from wa_policy.iam.text import with_variables


def read_conditions(
    reader: Reader, raw: object, source: Source, *, has_variables: bool
) -> tuple[Condition, ...]:
    if not isinstance(raw, dict):
        raise reader.fail(source, "condition-type", f"found {describe(raw)}, expected an object of operators")
    conditions: list[Condition] = []
    operators: set[QualifiedOperator] = set()
    for written, block in raw.items():
        operator = parse_operator(str(written))
        if operator is None:
            raise reader.fail(
                source.at(written),
                "operator-unknown",
                f"found the condition operator {quoted(written)}, expected one of IAM's, such as `StringEquals`",
            )
        if operator in operators:
            raise reader.fail(
                source.at(written),
                "operator-twice",
                f"found the condition operator `{operator}` twice, in different case, expected it once",
                "put the keys of both into one block",
            )
        operators.add(operator)
        if not isinstance(block, dict):
            raise reader.fail(
                source.at(written),
                "condition-type",
                f"found {describe(block)}, expected an object of condition keys",
            )
        place = source.at(written)
        replaces = has_variables and operator.operator.variables
        for key, value in block.items():
            if not isinstance(key, str):
                raise reader.fail(
                    place.at(key),
                    "condition-key",
                    f"found {describe(key)}, expected the name of a condition key",
                )
            values = read_texts(reader, value, place, key, scalars=True)
            if replaces:
                values = tuple([with_variables(text) for text in values])
            conditions.append(Condition(operator, key, values, place.at(key)))
    return tuple(conditions)
