"""`oncohort receive`: every delivery under `extracts/` that has not landed yet."""

from collections.abc import Callable
from pathlib import Path

from oncohort.errors import ConfigError, DeliveryRefused
from oncohort.identity import PUBLIC_TEST_KEY, id_key
from oncohort.queries.ledger import land_ledger
from oncohort.receive.configuration import land_configuration, land_placeholders
from oncohort.receive.journal import recover
from oncohort.receive.show import Lines
from oncohort.receive.site_config import SiteConfig
from oncohort.receive.verdict import REFUSED, Verdict
from oncohort.report.delivery_records import write_delivery_page
from oncohort.workspace import Workspace, is_hidden


def receive(
    workspace: Workspace,
    site: str | None = None,
    say: Callable[[str], None] = print,
    is_brief: bool = False,
    show: Lines | None = None,
) -> list[Verdict]:
    """Land what is new under `extracts/`, the configuration and the sites' answers.

    A delivery lands whole or not at all; one that is refused does not keep the others
    from landing. The caller holds the workspace's lock; `say` gets each line of the
    report, `is_brief` leaves out what there is nothing to do about; `show` shows the
    verdicts in another way. Each delivery gets its page under `queries/`.

    Returns
    -------
    list of Verdict
        One per delivery (of the one site, if named), one per broken site or study
        configuration, one per answered workbook that cannot be read.

    Raises
    ------
    ConfigError
        If the key for patient ids is unusable or the named site sent nothing.
    """
    prepare(workspace)
    if recover(workspace):
        say("an interrupted delivery was landed to its end")
    sites, misconfigured = land_configuration(workspace)
    key = id_key(workspace)
    folders = delivery_folders(workspace, site)
    if folders and key == PUBLIC_TEST_KEY:
        say("public test key in use: fine for made-up and public data only")
    show = show or Lines(say, is_brief)
    verdicts = []
    for number, folder in enumerate(folders, start=1):
        show.started(f"{folder.parent.name} {folder.name}", number, len(folders))
        verdict, page = _received(workspace, folder, sites, key)
        verdicts.append(verdict)
        show.settled(verdict, page and workspace.relative(page))
    senders = {folder.parent.name for folder in folders}
    unsent = [config for name, config in sites.items() if name not in senders]
    misconfigured += [each for each in unsent if isinstance(each, ConfigError)]
    for problem in misconfigured:
        verdicts.append(Verdict("configuration", "", REFUSED, problems=[problem]))
        show.settled(verdicts[-1], None)
    for verdict in land_ledger(workspace, site, say):
        verdicts.append(verdict)
        show.settled(verdict, None)
    return verdicts


def _received(
    workspace: Workspace,
    folder: Path,
    sites: dict[str, SiteConfig | ConfigError],
    key: bytes,
) -> tuple[Verdict, Path | None]:
    """Return the verdict of a delivery, and its page if that is new."""
    from oncohort.receive.delivery import receive_delivery

    name = folder.parent.name
    config = sites.get(name) or _unknown_site(name, ", ".join(sites) or "none yet")
    if isinstance(config, ConfigError | DeliveryRefused):
        verdict = Verdict(name, folder.name, REFUSED, problems=[config])
        return verdict, write_delivery_page(workspace, verdict, None)
    verdict = receive_delivery(workspace, folder, config, key)
    return verdict, write_delivery_page(workspace, verdict, config)


def prepare(workspace: Workspace) -> None:
    """Make the workspace's folders and the zero-row files that dbt needs."""
    workspace.create()
    land_placeholders(workspace)


def delivery_folders(workspace: Workspace, site: str | None = None) -> list[Path]:
    """Return `extracts/<site>/<date>` of all deliveries or of one site's.

    Raises
    ------
    ConfigError
        If a site is named that sent nothing.
    """
    found = [
        folder
        for folder in sorted(workspace.extracts.glob("*/*/"))
        if site in (None, folder.parent.name)
        and not is_hidden(folder.name)
        and not is_hidden(folder.parent.name)
    ]
    if site is not None and not found:
        raise ConfigError(
            f"`{site}` has no delivery",
            f"put its files into extracts/{site}/<date of the extract>/",
            file=f"extracts/{site}",
        )
    return found


def _unknown_site(site_id: str, known: str) -> DeliveryRefused:
    return DeliveryRefused(
        f"`{site_id}` is not a known site; known: {known}",
        f"write sites/{site_id}/site.yml (docs/site_yml.md), or rename the folder",
        file=f"extracts/{site_id}",
    )
