"""Circles among things that need one another."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def circle(needs: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """One circle, beginning with its first name; empty iff there is none. No recursion: a chain may be long."""
    done: set[str] = set()
    for start in sorted(needs):
        if start in done:
            continue
        way: list[str] = [start]
        on_way = {start: 0}
        rest = [sorted(needs.get(start, ()))]
        while way:
            if not rest[-1]:
                rest.pop()
                name = way.pop()
                del on_way[name]
                done.add(name)
                continue
            name = rest[-1].pop(0)
            if name in on_way:
                found = way[on_way[name] :]
                first = found.index(min(found))
                return tuple(found[first:] + found[:first])
            if name not in done:
                on_way[name] = len(way)
                way.append(name)
                rest.append(sorted(needs.get(name, ())))
    return ()
