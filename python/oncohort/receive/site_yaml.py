"""`site.yml` as text and lines: every scalar as written, every setting's line known."""

import difflib
from pathlib import Path
from typing import Any

import yaml

from oncohort.errors import ConfigError
from oncohort.receive.limits import MAX_SITE_YML_BYTES

REMEDY = "correct site.yml; docs/site_yml.md explains each setting"


class _TextLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """A safe loader that leaves every scalar as text.

    In a site's vocabulary `no`, `NULL`, `007` and `2015-03-09` are words; YAML would
    make them False, None, 7 and a date.
    """


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag.endswith(":merge")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class SiteYaml:
    """One `site.yml`, parsed; `line` finds a setting for messages."""

    def __init__(self, path: Path, shown: str) -> None:
        """Read the page; `shown` is its name in messages."""
        self.path = path
        self.shown = shown
        try:
            data = path.read_bytes()
            if len(data) > MAX_SITE_YML_BYTES:
                raise ConfigError("site.yml is too large", REMEDY, file=shown)
            loader = _TextLoader(data)
            self.node = loader.get_single_node()
            self._refuse_duplicates(self.node)
            self.content = loader.construct_document(self.node)
        except yaml.YAMLError as error:
            raise self._syntax(error) from error
        except RecursionError as error:
            raise ConfigError("site.yml nests too deep", REMEDY, file=shown) from error

    def _syntax(self, error: yaml.YAMLError) -> ConfigError:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or error
        return ConfigError(
            f"site.yml is not valid YAML: {problem}",
            REMEDY,
            file=self.shown,
            line=mark.line + 1 if mark else None,
        )

    def _refuse_duplicates(self, node: Any) -> None:
        """Refuse a setting that stands twice: YAML would silently take the last."""
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, value in node.value:
                if key.value in seen and isinstance(key, yaml.ScalarNode):
                    raise ConfigError(
                        f"`{key.value}` stands twice",
                        "keep one of them",
                        file=self.shown,
                        line=key.start_mark.line + 1,
                    )
                seen.add(str(key.value))
                self._refuse_duplicates(value)
        elif isinstance(node, yaml.SequenceNode):
            for child in node.value:
                self._refuse_duplicates(child)

    def line(self, path: list[Any]) -> int | None:
        """Return the line of the setting at a path of keys and positions."""
        node, line = self.node, None
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = [pair for pair in node.value if pair[0].value == step]
                if not found:
                    return line
                line, node = found[0][0].start_mark.line + 1, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                node = node.value[step]
                line = node.start_mark.line + 1
        return line

    def error(self, message: str, path: list[Any], remedy: str = REMEDY) -> ConfigError:
        """Return an error about the setting at a path."""
        return ConfigError(message, remedy, file=self.shown, line=self.line(path))


def suggestion(word: str, known: list[str]) -> str:
    """Return `; did you mean ...?`, or the list of what is known."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; known: {', '.join(known)}"
