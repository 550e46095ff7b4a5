"""Field expansion: `id,media.limit(5){caption,insights.metric(reach,views)}` as a tree."""

from dataclasses import dataclass, field

from sandbox.errors import GraphError


@dataclass
class Field:
    """One asked field with its argument functions and the fields asked of what it leads to."""

    name: str
    arguments: dict[str, str] = field(default_factory=dict)
    fields: "list[Field] | None" = None
    alias: str = ""


CACHE: dict[str, list[Field]] = {}


def parse(text: str) -> list[Field]:
    """The tree of a `fields` value; 2500 when it cannot be read."""
    if text not in CACHE:
        if len(CACHE) > 2000:
            CACHE.clear()
        CACHE[text] = [parse_one(part) for part in split(text)]
    return CACHE[text]


def split(text: str) -> list[str]:
    """Parts between the commas that stand outside of every bracket."""
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        if letter in "({":
            depth += 1
        elif letter in ")}":
            depth -= 1
            if depth < 0:
                raise syntax(text)
        elif letter == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    if depth:
        raise syntax(text)
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def parse_one(text: str) -> Field:
    head, brace, rest = text.partition("{")
    fields = None
    if brace:
        if not rest.endswith("}"):
            raise syntax(text)
        fields = parse(rest[:-1])
    name, *calls = chain(head)
    found = Field(name.strip(), fields=fields)
    for call in calls:
        function, opened, argument = call.partition("(")
        if not opened or not argument.endswith(")"):
            raise syntax(text)
        found.arguments[function] = argument[:-1]
    found.alias = found.arguments.pop("as", "")
    return found


def chain(head: str) -> list[str]:
    """`media.limit(5).after(a.b)` at the dots that stand outside of the brackets."""
    parts, depth, current = [], 0, ""
    for letter in head:
        depth += (letter == "(") - (letter == ")")
        if letter == "." and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += letter
    return [*parts, current]


def syntax(text: str) -> GraphError:
    return GraphError(2500, f'Syntax error "Expected end of string" in the fields parameter: {text[:80]}')
