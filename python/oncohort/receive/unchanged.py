"""Whether a delivery has landed already, and whether its bytes are still the same."""

import dataclasses
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from oncohort.contract import EXTRACT_YML, LANDING_YML
from oncohort.errors import DeliveryRefused
from oncohort.identity import key_fingerprint
from oncohort.receive.delivery_files import Delivery
from oncohort.receive.land import MANIFEST, partition
from oncohort.receive.site_config import SiteConfig
from oncohort.workspace import Workspace, project_root


@lru_cache
def _code_sha256() -> str:
    """Hash of what turns bytes into rows, whatever the site: code and contract."""
    package = Path(__file__).parent
    sources = [*sorted(package.glob("*.py")), package.parent / "identity.py"]
    sources += [project_root() / EXTRACT_YML, project_root() / LANDING_YML]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()


def mapping_sha256(config: SiteConfig, key: bytes) -> str:
    """Return a hash of all that decides how a site's bytes become rows."""
    files = [dataclasses.asdict(file) for file in config.files]
    text = json.dumps([files, key_fingerprint(key), _code_sha256()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def landed_manifest(workspace: Workspace, delivery: Delivery) -> dict[str, Any] | None:
    """Return the manifest of a landed delivery, None if it has not landed."""
    place = partition("deliveries", delivery.site_id, delivery.delivered_on)
    path = workspace.landing / place / MANIFEST
    if not path.is_file():
        return None
    return json.loads(path.read_text(encoding="utf-8"))


def is_unchanged(
    manifest: dict[str, Any], now: dict[str, Any], delivery: Delivery
) -> bool:
    """Return whether a landed delivery needs no work.

    Parameters
    ----------
    manifest : dict
        Of the landed delivery: `files` (name -> SHA-256) and `mapping`.
    now : dict
        The same, of the folder as it is; `present` holds all files of the folder.
    delivery : Delivery
        For messages.

    Raises
    ------
    DeliveryRefused
        If the bytes are not those that landed.
    """
    then, present = manifest["files"], now["present"]
    same_mapping = manifest["mapping"] == now["mapping"]
    altered = [f"{name} is gone" for name in then if name not in present]
    altered += [
        f"{name} has other bytes"
        for name, sha256 in then.items()
        if present.get(name, sha256) != sha256
    ]
    if same_mapping:
        altered += [f"{name} is new" for name in now["files"] if name not in then]
    if altered:
        site, date = delivery.site_id, delivery.delivered_on
        raise DeliveryRefused(
            f"the delivery was altered after it landed: {', '.join(altered)}",
            f"put a corrected extract into a new folder, extracts/{site}/<its date>/, "
            f"and restore {date}; the bytes that landed are kept in landing/_originals "
            "under their SHA-256",
            file=f"extracts/{site}/{date}",
        )
    return same_mapping
