"""`oncohort receive`: every delivery under `extracts/` that has not landed yet."""

from collections.abc import Callable
from pathlib import Path

from oncohort.errors import ConfigError, DeliveryRefused
from oncohort.identity import PUBLIC_TEST_KEY, id_key
from oncohort.receive.configuration import land_configuration, land_placeholders
from oncohort.receive.journal import recover
from oncohort.receive.show import Lines
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
    """Land what is new under `extracts/`, and the configuration of sites and studies.

    A delivery lands whole or not at all; one that is refused does not keep the others
    from landing. The caller holds the workspace's lock; `say` gets each line of the
    report, `is_brief` leaves out what there is nothing to do about; `show` shows the
    verdicts in another way. Each delivery gets its page under `queries/`.

    Returns
    -------
    list of Verdict
        One per delivery (of the one site, if named), and one per broken site or study
        configuration.

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
        name = folder.parent.name
        show.started(f"{name} {folder.name}", number, len(folders))
        config = sites.get(name) or _unknown_site(name, ", ".join(sites) or "none yet")
        if isinstance(config, ConfigError | DeliveryRefused):
            verdict = Verdict(name, folder.name, REFUSED, problems=[config])
            config = None
        else:
            from oncohort.receive.delivery import receive_delivery

            verdict = receive_delivery(workspace, folder, config, key)
        verdicts.append(verdict)
        page = write_delivery_page(workspace, verdict, config)
        show.settled(verdict, page and workspace.relative(page))
    senders = {folder.parent.name for folder in folders}
    unsent = [config for name, config in sites.items() if name not in senders]
    misconfigured += [each for each in unsent if isinstance(each, ConfigError)]
    for problem in misconfigured:
        verdicts.append(Verdict("configuration", "", REFUSED, problems=[problem]))
        show.settled(verdicts[-1], None)
    return verdicts


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
