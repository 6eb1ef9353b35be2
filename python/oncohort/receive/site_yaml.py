"""`site.yml` as text: every scalar as written, every setting's line known."""

import difflib
import json
import re
from functools import lru_cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import yaml

from oncohort.errors import ConfigError

MAX_BYTES = 1 << 20
MAX_NODES = 200_000
REMEDY = "correct site.yml; docs/site_yml.md explains each setting"


class _TextLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """A safe loader that leaves every scalar as text.

    In a site's vocabulary `no`, `NULL`, `007` and `2015-03-09` are words; YAML would
    make them False, None, 7 and a date.
    """

    yaml_implicit_resolvers = {"<": yaml.SafeLoader.yaml_implicit_resolvers["<"]}


class SiteYaml:
    """One `site.yml`, parsed and held against its schema.

    Raises
    ------
    ConfigError
        With the line, if it is not valid YAML or has an unknown, doubled or misshapen
        setting.
    """

    def __init__(self, path: Path, shown: str) -> None:
        """Read the page; `shown` is its name in messages."""
        self.shown = shown
        self.node = None
        self.n_nodes = 0
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise self.error("site.yml is too large", [])
        try:
            loader = _TextLoader(data)
            self.node = loader.get_single_node()
            if not isinstance(self.node, yaml.MappingNode):
                said = "has no settings" if self.node else "is empty"
                raise self.error(f"site.yml {said}", [], line=1)
            self._refuse_doubles(self.node)
            self.content = loader.construct_document(self.node)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            said = getattr(error, "problem", None) or error
            raise self.error(
                f"site.yml is not valid YAML: {said}", [], line=mark and mark.line + 1
            ) from error
        except RecursionError as error:
            raise self.error("site.yml nests too deep", []) from error
        self._check_schema()

    def error(
        self, message: str, path: list[Any], remedy: str = REMEDY, line: Any = None
    ) -> ConfigError:
        """Return an error about the setting at a path of keys and positions."""
        line = line or self._line(path)
        return ConfigError(message, remedy, file=self.shown, line=line)

    def _line(self, path: list[Any]) -> int | None:
        node, line = self.node, None
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = [pair for pair in node.value if pair[0].value == step]
                if not found:
                    break
                line, node = found[0][0].start_mark.line + 1, found[0][1]
            elif isinstance(node, yaml.SequenceNode):
                node = node.value[step]
                line = node.start_mark.line + 1
        return line

    def _refuse_doubles(self, node: Any) -> None:
        """Refuse a setting that stands twice: YAML would silently take the last.

        Aliases of aliases that would grow without bound are refused on the way.
        """
        self.n_nodes += 1
        if self.n_nodes > MAX_NODES:
            raise self.error("site.yml repeats itself too often by its aliases", [])
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, value in node.value:
                if str(key.value) in seen:
                    raise self.error(
                        f"`{key.value}` stands twice",
                        [],
                        "keep one of them",
                        key.start_mark.line + 1,
                    )
                seen.add(str(key.value))
                self._refuse_doubles(value)
        elif isinstance(node, yaml.SequenceNode):
            for child in node.value:
                self._refuse_doubles(child)

    def _check_schema(self) -> None:
        errors = list(_validator().iter_errors(self.content))
        if not errors:
            return
        error = min(errors, key=lambda found: self._line(list(found.path)) or 0)
        path, value = list(error.path), error.instance
        name = f"`{_spelt(path)}`" if path else "site.yml"
        wanted = (
            error.schema.get("description") or f"of type {error.schema.get('type')}"
        )
        message = f"{name} is `{value}`, not {wanted}"
        if error.validator == "additionalProperties":
            known = sorted(error.schema["properties"])
            path.append(next(key for key in value if key not in known))
            message = f"unknown setting `{path[-1]}`{suggestion(path[-1], known)}"
        elif error.validator == "required":
            missing = next(key for key in error.validator_value if key not in value)
            message = f"{name} lacks the setting `{missing}`"
        elif error.validator == "enum":
            known = ", ".join(error.validator_value)
            message = f"{name} is `{value}`, not one of: {known}"
        raise self.error(message, path)


@lru_cache
def _validator() -> Any:
    import jsonschema

    formats = jsonschema.FormatChecker(["date"])
    formats.checks("encoding", (LookupError, ValueError))(_is_encoding)
    formats.checks("one_group", re.error)(_has_one_group)
    schema = json.loads(Path(__file__).with_name("site.schema.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema, format_checker=formats)


def _is_encoding(name: Any) -> bool:
    """Return True; an unknown encoding, and one that is not of text, is an error."""
    return not isinstance(name, str) or TextIOWrapper(BytesIO(), name).readable()


def _has_one_group(pattern: Any) -> bool:
    """Whether it is one group and nothing that RE2, which will read it, lacks."""
    is_plain = not re.search(r"\(\?|\\[1-9]", str(pattern))
    return is_plain and re.compile(str(pattern)).groups == 1


def _spelt(path: list[Any]) -> str:
    """Return a path as people write it: `files[1].tables[2].columns`."""
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).lstrip(".")


def suggestion(word: str, known: list[str]) -> str:
    """Return `; did you mean ...?`, or the list of what is known."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; known: {', '.join(known)}"
