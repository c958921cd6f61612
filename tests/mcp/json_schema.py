"""The part of JSON Schema that tools are described in. A keyword beyond it is an error, never passed over."""

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
WITHOUT_DEMAND = {"title", "description", "default", "$schema"}


def is_of(value, name):
    if name == "integer":
        return type(value) is int
    if name == "number":
        return type(value) in (int, float)
    return isinstance(value, TYPES[name])


def problems(schema, value, at="$"):
    """What `schema` forbids about `value`, a sentence each."""
    return [problem for keyword in schema if keyword not in WITHOUT_DEMAND
            for problem in RULES[keyword](schema, value, at)]


def check_type(schema, value, at):
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return [] if any(is_of(value, name) for name in names) else [f"{at} is not {' or '.join(names)}: {value!r}"]


def check_properties(schema, value, at):
    members = schema["properties"].items() if isinstance(value, dict) else ()
    return [problem for name, inner in members if name in value
            for problem in problems(inner, value[name], f"{at}.{name}")]


def check_required(schema, value, at):
    return [f"{at}.{name} is missing" for name in schema["required"] if isinstance(value, dict) and name not in value]


def check_additional(schema, value, at):
    rule = schema["additionalProperties"]
    others = [name for name in value if name not in schema.get("properties", {})] if isinstance(value, dict) else []
    if isinstance(rule, dict):
        return [problem for name in others for problem in problems(rule, value[name], f"{at}.{name}")]
    return [] if rule else [f"{at}.{name} is unknown" for name in others]


def check_items(schema, value, at):
    items = enumerate(value) if isinstance(value, list) else ()
    return [problem for index, item in items for problem in problems(schema["items"], item, f"{at}[{index}]")]


def check_enum(schema, value, at):
    return [] if value in schema["enum"] else [f"{at} is none of {schema['enum']}: {value!r}"]


def check_any(schema, value, at):
    tried = [problems(inner, value, at) for inner in schema["anyOf"]]
    return [] if not all(tried) else [problem for found in tried for problem in found]


def bound(keyword, measured, kept):
    def check(schema, value, at):
        size = measured(value)
        if size is None or kept(size, schema[keyword]):
            return []
        return [f"{at} breaks {keyword} {schema[keyword]}: {value!r}"]
    return check


def as_number(value):
    return value if is_of(value, "number") else None


def length_of(kind):
    return lambda value: len(value) if isinstance(value, kind) else None


def at_least(size, limit):
    return size >= limit


def at_most(size, limit):
    return size <= limit


RULES = {"type": check_type, "properties": check_properties, "required": check_required, "items": check_items,
         "additionalProperties": check_additional, "enum": check_enum, "anyOf": check_any,
         "minimum": bound("minimum", as_number, at_least), "maximum": bound("maximum", as_number, at_most),
         "minLength": bound("minLength", length_of(str), at_least),
         "maxLength": bound("maxLength", length_of(str), at_most),
         "minItems": bound("minItems", length_of(list), at_least),
         "maxItems": bound("maxItems", length_of(list), at_most)}
