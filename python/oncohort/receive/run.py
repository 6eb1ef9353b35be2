"""`oncohort receive`: every delivery under `extracts/` that has not landed yet."""

from collections.abc import Callable, Iterable

from oncohort.errors import ConfigError, DeliveryRefused, OncohortError
from oncohort.identity import id_key, is_public
from oncohort.receive.configuration import land_configuration, land_placeholders
from oncohort.receive.delivery_files import Delivery, delivery_folders
from oncohort.receive.journal import recover
from oncohort.receive.site_config import SiteConfig
from oncohort.receive.verdict import REFUSED, Verdict
from oncohort.workspace import Workspace


def receive(
    workspace: Workspace,
    site: str | None = None,
    say: Callable[[str], None] = print,
) -> list[Verdict]:
    """Land what is new under `extracts/`, and the configuration of sites and studies.

    A delivery lands whole or not at all; one that is refused does not keep the others
    from landing. The caller holds the workspace's lock.

    Parameters
    ----------
    workspace : Workspace
        Where `extracts/`, `landing/` and a user's own `sites/` and `studies/` are.
    site : str, optional
        Only this site's deliveries.
    say : callable
        Gets each line of the report.

    Returns
    -------
    list of Verdict
        One per delivery, and one per broken site or study configuration.

    Raises
    ------
    ConfigError
        If the key for patient ids is unusable or the named site sent nothing.
    """
    prepare(workspace)
    if recover_landing(workspace):
        say("an interrupted delivery was landed to its end")
    sites, misconfigured = land_configuration(workspace)
    key = id_key(workspace)
    deliveries = delivery_folders(workspace, site)
    if deliveries and is_public(key):
        say("public test key in use: fine for made-up and public data only")
    verdicts = []
    for delivery in deliveries:
        config = sites.get(delivery.site_id) or _unknown_site(delivery.site_id, sites)
        verdicts.append(_receive_one(workspace, delivery, config, key))
        _say_all(verdicts[-1], say)
    senders = {delivery.site_id for delivery in deliveries}
    misconfigured += [
        config
        for name, config in sites.items()
        if isinstance(config, ConfigError) and name not in senders
    ]
    for problem in misconfigured:
        verdicts.append(Verdict("configuration", "", REFUSED, problems=[problem]))
        _say_all(verdicts[-1], say)
    return verdicts


def prepare(workspace: Workspace) -> None:
    """Make the workspace's folders and the zero-row files that dbt needs."""
    workspace.create()
    land_placeholders(workspace)


def recover_landing(workspace: Workspace) -> bool:
    """Finish or discard what an interrupted receive left behind."""
    return recover(workspace)


def has_delivery(workspace: Workspace) -> bool:
    """Return whether `extracts/` holds at least one delivery."""
    return bool(delivery_folders(workspace, None))


def _receive_one(
    workspace: Workspace,
    delivery: Delivery,
    config: SiteConfig | OncohortError,
    key: bytes,
) -> Verdict:
    if isinstance(config, OncohortError):
        return Verdict(
            delivery.site_id, delivery.delivered_on, REFUSED, problems=[config]
        )
    from oncohort.receive.receive_delivery import receive_delivery

    return receive_delivery(workspace, delivery, config, key)


def _unknown_site(site_id: str, sites: Iterable[str]) -> DeliveryRefused:
    known = ", ".join(sites) or "none yet"
    return DeliveryRefused(
        f"`{site_id}` is not a known site; known: {known}",
        f"write sites/{site_id}/site.yml (docs/site_yml.md), or rename the folder",
        file=f"extracts/{site_id}",
    )


def _say_all(verdict: Verdict, say: Callable[[str], None]) -> None:
    for line in verdict.lines():
        say(line)
