"""The names, ids and ARNs of instances, by which they refer to one another, also where they are known after apply only."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wa_policy.inventory import symbols
from wa_policy.loaders.terraform.awscc_kinds import kind_of
from wa_policy.loaders.terraform.configuration import Configuration
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.places import Places

_FIELD = re.compile(r"\{(?:(\w+):)?(\w+)\}")
_NOT_A_WORD = re.compile(r"[^A-Za-z0-9]")


class Naming:
    """Gives each instance of a known kind its texts; what the service makes has a stand-in, the same wherever it is named."""

    def __init__(self, number: int, configuration: Configuration, places: Places) -> None:
        self._number = number
        self._configuration = configuration
        self.places = places
        self._made: dict[str, str] = {}
        self._used: set[str] = set()
        self._texts: dict[tuple[str, str], str | None] = {}
        self._found: dict[tuple[str, str], Instance] = {}

    def index(self, instances: Iterable[Instance]) -> None:
        """Make instances findable by their id, name and ARN."""
        for instance in instances:
            kind = kind_of(instance.type)
            if kind is None or instance.is_data:
                continue
            for attribute in ("arn", "id", kind.name, *kind.attributes):
                text = None if attribute is None else self.text(instance, attribute)
                if text is not None:
                    self._found.setdefault((instance.type, text), instance)

    def find(self, type_: str, text: str) -> Instance | None:
        """The instance of a type with that id, name or ARN."""
        return self._found.get((type_, text))

    def arn(self, instance: Instance) -> str | None:
        """The ARN, None where its form is not known."""
        return self.text(instance, "arn")

    def text(self, instance: Instance, attribute: str) -> str | None:
        """The text of an attribute, or what stands for it; None where nothing is known of it."""
        key = (instance.address, attribute)
        if key not in self._texts:
            self._texts[key] = None  # while it is worked out: a resource that names itself ends here
            self._texts[key] = self._text(instance, attribute)
        return self._texts[key]

    def _text(self, instance: Instance, attribute: str) -> str | None:
        known = instance.text(attribute)
        if known is not None:
            return known
        kind = kind_of(instance.type)
        if kind is None:
            return None
        if attribute == kind.name:
            return self._name(instance)
        form = None if instance.is_data else kind.form(attribute)
        if form is not None:
            return self._filled(form, instance)
        target = self._configuration.of(instance, (attribute,)).only
        return None if target is None else self.text(target.instance, target.attribute or "id")

    def _name(self, instance: Instance) -> str | None:
        prefix = next(
            (text for name in instance.values if name.endswith("_prefix") and (text := instance.text(name))),
            "",
        )
        return f"{prefix}{self.made(instance)}"

    def made(self, instance: Instance) -> str:
        """What stands for an id or name that is made with the instance."""
        found = self._made.get(instance.address)
        if found is None:
            word = plain = _NOT_A_WORD.sub("", instance.address)
            count = 1
            while word in self._used:
                count += 1
                word = f"{plain}n{count}"
            self._used.add(word)
            found = self._made[instance.address] = symbols.made_id(self._number, word)
        return found

    def _filled(self, form: str, instance: Instance) -> str | None:
        parts: list[str] = []
        end = 0
        for found in _FIELD.finditer(form):
            text = self._field(found[1], found[2], instance)
            if text is None:
                return None
            parts += [form[end : found.start()], text]
            end = found.end()
        return "".join((*parts, form[end:]))

    def _field(self, shape: str | None, name: str, instance: Instance) -> str | None:
        place = self.places.of(instance)
        match name:
            case "account":
                return place.account
            case "region":
                return place.region
            case "partition":
                return place.partition
            case "made":
                return instance.text("id") or self.made(instance)
            case "suffix":
                return symbols.secret_suffix()
            case "path":
                return instance.text("path") or "/"
            case _:
                pass
        text = self.text(instance, name)
        match shape:
            case None:
                return text
            case "function":
                return None if text is None else self.function_arn(text, instance)
            case "last":
                return "default" if text is None else re.split("[:/]", text)[-1]
            case "host":
                return None if text is None else text.removeprefix("https://")
            case "slash":
                return None if text is None else text if text.startswith("/") else f"/{text}"
            case _:  # the event bus of a rule
                bus = "default" if text is None else text.rsplit("/", 1)[-1]
                return "" if bus == "default" else f"{bus}/"

    def function_arn(self, named: str, instance: Instance) -> str:
        """The ARN of a function that is named by its name, its ARN or a part of it; a qualifier stays behind it."""
        if named.startswith("arn:"):
            return named
        place = self.places.of(instance)
        start = f"arn:{place.partition}:lambda:{place.region}:"
        return (
            f"{start}{named}"
            if re.match(r"\d{12}:function:", named)
            else f"{start}{place.account}:function:{named}"
        )
