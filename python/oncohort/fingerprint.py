"""One hash over all that decides what a refresh publishes."""

import hashlib

from oncohort.identity import id_key, key_fingerprint
from oncohort.workspace import Workspace, is_hidden, sha256_of

PROJECT_PARTS = (
    "seeds",
    "models",
    "macros",
    "tests/sql",
    "expectations",
    "python/oncohort",
    "dbt_project.yml",
    "profiles.yml",
    "requirements.lock",
)


def fingerprint(workspace: Workspace) -> str:
    """Return the SHA-256 over extracts, answers, configuration and code."""
    inputs = {"extracts": workspace.extracts}
    inputs |= {f"sites/{name}": path for name, path in workspace.site_dirs().items()}
    inputs |= {f"studies/{name}": path for name, path in workspace.study_dirs().items()}
    inputs |= {
        f"queries/{folder.parent.name}/{folder.name}": folder
        for part in ("issued", "answers")
        for folder in sorted(workspace.queries.glob(f"*/{part}/"))
    }
    inputs |= {part: workspace.project / part for part in PROJECT_PARTS}
    total = hashlib.sha256(key_fingerprint(id_key(workspace)).encode())
    for label, path in inputs.items():
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            name = file.relative_to(path)
            if file.is_file() and not any(map(_is_no_input, name.parts)):
                total.update(f"{label}/{name.as_posix()}\0{sha256_of(file)}\n".encode())
    return total.hexdigest()


def _is_no_input(name: str) -> bool:
    return is_hidden(name) or name == "__pycache__"
