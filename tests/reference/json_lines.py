"""The line of each JSON pointer of a valid JSON text, by walking it character by character. Slow and obvious."""

from __future__ import annotations

import json


def lines_of_all(text: str) -> dict[str, int]:
    """Every pointer of the one document in a text, with the line where its value, or its key, starts."""
    walk = _Walk(text)
    walk.blank()
    walk.value("", walk.line())
    return walk.lines


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[str, int] = {}

    def line(self) -> int:
        return self.text[: self.at].count("\n") + 1

    def blank(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
            self.at += 1

    def expect(self, character: str) -> None:
        self.blank()
        assert self.text[self.at] == character
        self.at += 1
        self.blank()

    def string(self) -> str:
        start = self.at
        self.at += 1
        while self.text[self.at] != '"':
            self.at += 2 if self.text[self.at] == "\\" else 1
        self.at += 1
        return str(json.loads(self.text[start : self.at]))

    def value(self, pointer: str, line: int) -> None:
        self.lines[pointer] = line
        match self.text[self.at]:
            case "{":
                self.container(pointer, "}")
            case "[":
                self.container(pointer, "]")
            case '"':
                self.string()
            case _:
                while self.at < len(self.text) and self.text[self.at] not in " \t\r\n,]}":
                    self.at += 1

    def container(self, pointer: str, end: str) -> None:
        self.at += 1
        self.blank()
        index = 0
        while self.text[self.at] != end:
            if index:
                self.expect(",")
            line, token = self.line(), str(index)
            if end == "}":
                token = self.string().replace("~", "~0").replace("/", "~1")
                self.expect(":")
            self.value(f"{pointer}/{token}", line)
            self.blank()
            index += 1
        self.at += 1
