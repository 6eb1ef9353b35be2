"""dbt's docs and the comments in a publication: nothing without a meaning."""

import json

import duckdb
import pytest
from workspaces import dbt


@pytest.fixture(scope="module")
def docs(study_workspace):
    """What `dbt docs generate` writes: the manifest and the catalog."""
    run = dbt(study_workspace.root, "--quiet", "docs", "generate")
    assert run.returncode == 0, run.stdout
    target = study_workspace.root / "target"
    return [
        json.loads((target / f"{name}.json").read_text("utf-8"))
        for name in ("manifest", "catalog")
    ]


def test_dbt_docs_describe_every_column_with_its_type(docs):
    manifest, catalog = docs
    pages = manifest["nodes"] | manifest["sources"]

    bare = []
    made = catalog["nodes"] | catalog["sources"]
    for name, table in made.items():
        told = pages[name]["columns"]
        bare += [] if pages[name]["description"].strip() else [name]
        bare += [
            f"{name}.{column}"
            for column, entry in table["columns"].items()
            if not (entry["type"] and told.get(column.lower(), {}).get("description"))
        ]
    assert not bare
    kinds = ("model", "seed")
    assert made.keys() >= {
        name for name, node in pages.items() if node["resource_type"] in kinds
    }
    assert len(manifest["exposures"]) >= 46


def test_each_exposure_reads_what_its_results_were_made_from(docs, study_database):
    manifest, _ = docs
    reads = {
        exposure["name"]: {
            node.split(".")[2] for node in exposure["depends_on"]["nodes"]
        }
        for exposure in manifest["exposures"].values()
    }
    with duckdb.connect(str(study_database), read_only=True) as connection:
        made = connection.execute(
            "select distinct study_id || '__' || analysis_id, source_model"
            " from analysis.results"
        ).fetchall()

    assert len(made) >= 46
    for name, model in made:
        assert model.replace(".", "__") in reads[name]


def test_a_publication_says_what_its_tables_and_columns_mean(study_database):
    with duckdb.connect(str(study_database), read_only=True) as connection:
        bare = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where coalesce(comment, '') = '' union all "
            "select schema_name || '.' || table_name || '.' || column_name "
            "from duckdb_columns() where not internal and coalesce(comment, '') = ''"
        ).fetchall()
        ((told,),) = connection.execute(
            "select comment from duckdb_columns() where schema_name = 'lx_vs_tbp' "
            "and table_name = 'cohort' and column_name = 'pfs_days'"
        ).fetchall()
    assert not bare
    assert "progression" in told.lower()
