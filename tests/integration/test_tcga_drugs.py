"""The 205 spellings of drugs in TCGA: nearly all have a code, the rest stay visible."""

import csv
import gzip

from workspaces import ROOT

DELIVERY = ROOT / "extracts" / "tcga" / "2016-04-27"


def test_at_least_95_percent_of_the_drug_rows_have_a_code(warehouse):
    # counted on the file and the two lists themselves, then in the warehouse
    known = set()
    for path in (ROOT / "seeds/code_synonyms.csv", ROOT / "sites/tcga/codes.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            known |= {row["term"] for row in rows if row["code_list"] == "drug"}
    file = DELIVERY / "nationwidechildrens.org_clinical_drug_brca.txt.gz"
    lines = gzip.open(file, "rt", encoding="utf-8").read().splitlines()
    at = lines[0].split("\t").index("pharmaceutical_therapy_drug_name")
    drugs = [line.split("\t")[at] for line in lines[3:]]
    unknown = [drug for drug in drugs if drug.strip().lower() not in known]

    assert len(drugs) == 2406
    assert len(set(drugs)) == 205
    assert 1 - len(unknown) / len(drugs) >= 0.95
    ours = warehouse.execute(
        "select count(distinct source_row_id) filter (drug_code is not null),"
        " count(distinct source_row_id) from core.treatments where site_id = 'tcga'"
    ).fetchone()
    assert ours == (len(drugs) - len(unknown), len(drugs))


def test_what_is_not_mapped_stays_visible(warehouse):
    rows = warehouse.execute(
        "select value, count(*) from quality.unmapped_values"
        " where site_id = 'tcga' and table_name = 'treatments' and field = 'drug'"
        " group by value"
    ).fetchall()

    assert dict(rows) == {
        "Chemo, NOS": 3,
        "Hormone, NOS": 1,
        "Not otherwise specified": 1,
        "Poly E": 1,
    }
