"""`oncohort explain` on the committed extracts: true to the files, and to privacy."""

import io
import re
import subprocess
import sys

import duckdb
import pytest
from test_lineage import lines_of
from workspaces import HOSPITALS, ROOT

from oncohort.errors import ConfigError
from oncohort.explain import explain
from oncohort.explain.run import patient_trail
from oncohort.receive.site_config import read_site

HEAVY = ("pandas", "pyarrow", "scipy", "numpy", "lifelines", "dbt", "jinja2")
TEXT = ("csv", "txt", "tsv", "gz")


@pytest.fixture(scope="module")
def database(study_database):
    with duckdb.connect(str(study_database), read_only=True) as connection:
        yield connection


def patients_of(database, site, n):
    """A few patients, those first of whom there is most to tell."""
    return [
        row[0]
        for row in database.sql(
            "select patient_id from core.time_to_event_candidates "
            "join core.patients using (patient_id) "
            f"where site_id = '{site}' group by all order by count(*) desc, 1 limit {n}"
        ).fetchall()
    ]


def said(workspace, *asked, **options):
    out = io.StringIO()
    explain(workspace, *asked, out, **options)
    return out.getvalue()


def source_of(database, entry):
    """File, sheet, line and hash of the record that an entry names."""
    place = "site_id || ' ' || delivered_on || '/' || source_file || case when "
    place += "source_sheet <> '' then ' sheet ' || source_sheet else '' end || "
    place += "' line ' || source_line"
    return database.execute(
        "select source_file, source_sheet, file_sha256, source_line "
        f"from core.source_rows where {place} = ? limit 1",
        [entry.place],
    ).fetchone()


@pytest.mark.parametrize("site", [*HOSPITALS, "tcga"])
def test_raw_text_is_what_stands_in_the_original(study_workspace, database, site):
    folder = ROOT / "sites" / site
    configs = read_site(folder, site).files
    n_checked = 0
    for patient in patients_of(database, site, 3):
        place = (database, study_workspace, patient)
        for code in ("os", "treatment"):
            told = patient_trail(*place, code, is_raw=True)
            for entry in (e for s in told.sections for e in s.entries if e.place):
                name, sheet, sha, line = source_of(database, entry)
                path = study_workspace.originals / sha
                lines = lines_of(path, name, sheet, configs[0].encoding)
                (raw,) = entry.raw
                if name.endswith(TEXT):
                    assert raw == lines[line - 1]
                else:
                    cells = [part.partition(": ")[2] for part in raw.split(" | ")]
                    sent = lines[line - 1].replace(" 00:00:00", "")
                    assert cells
                    assert all(cell in sent for cell in cells), (raw, sent)
                n_checked += 1
    assert n_checked > 10


def test_record_numbers_are_shown_with_raw_only(study_workspace, database):
    for site in HOSPITALS:
        (patient,) = patients_of(database, site, 1)
        files = study_workspace.landing / "patients" / f"site={site}" / "*/*.parquet"
        record_no, name = duckdb.execute(
            "select record_no, patient_name from read_parquet(?) where patient_id = ?",
            [str(files), patient],
        ).fetchone()
        text = said(study_workspace, f"{site}:{record_no}", "pfs")
        assert f"Patient {patient} ({site}, lx_vs_tbp, made-up patient)" in text
        raw = said(study_workspace, patient, "pfs", is_raw=True)
        page = explain(study_workspace, patient, "pfs", io.StringIO(), is_html=True)
        told = page.read_text("utf-8")
        for word in filter(None, (record_no, name)):
            assert word not in text
            assert word not in told
        assert record_no in raw
        assert "Made-up patient." in told
        assert "<script" not in told


def test_each_deciding_record_and_rule_is_told(study_workspace, database):
    rows = database.sql(
        "select any_value(patient_id), exit_reason from core.time_to_event where "
        "study_id = 'lx_vs_tbp' and endpoint_code = 'pfs' and rule_set_id = 'default' "
        "group by exit_reason"
    ).fetchall()
    assert len(rows) > 3
    for patient, exit_reason in rows:
        told = patient_trail(database, study_workspace, patient, "pfs")
        section = told.sections[-1]
        (decides,) = [one for one in section.entries if one.is_deciding]
        assert decides.what == exit_reason
        assert decides.read_by or exit_reason == "no assessment"
        assert sum("[decides]" in note for note in section.notes) == 1
        assert all(one.verdict for one in section.entries)
        assert [e.on for e in section.entries] == sorted(e.on for e in section.entries)


@pytest.mark.parametrize(
    ("study", "endpoint"),
    [("lx_vs_tbp", "pfs"), ("msk_2018", "os"), ("tcga_brca", "os")],
)
def test_who_is_out_sees_why_and_the_records_behind(
    study_workspace, database, study, endpoint
):
    without = database.sql(
        f"select count(*) from {study}.eligibility anti join "
        f"{study}.eligibility_evidence using (patient_id) "
        "where failed_step_no is not null"
    ).fetchone()
    assert without == (0,)
    rows = database.sql(
        f"select any_value(patient_id), reason from {study}.eligibility "
        "where reason is not null group by reason"
    ).fetchall()
    assert len(rows) > 1
    for patient, reason in rows:
        text = said(study_workspace, patient, endpoint)
        assert reason in " ".join(text.split())
        assert "No endpoint: the patient is not followed." in text
        told = patient_trail(database, study_workspace, patient)
        assert told.sections[0].entries, reason
        if reason.startswith("cannot tell"):
            assert "no evaluable scan" in text


def test_days_of_an_offset_study_have_no_calendar(study_workspace, database):
    (patient,) = patients_of(database, "tcga", 1)

    text = said(study_workspace, patient, None)

    assert "In the study tcga_brca" in text
    # the delivery's own date is none of the patient's
    assert set(re.findall(r"\d{4}-\d\d-\d\d", text)) == {"2016-04-27"}
    assert "made-up" not in text


def test_what_cannot_be_explained_is_told(study_workspace):
    for asked, options, words in (
        (("nobody", None), {}, "no such patient"),
        (("00082592de4ee305", "xyz"), {}, "there is no endpoint `xyz`"),
        (("009b942163c79225", "pfs"), {"rule_set": "no"}, "has no pfs under"),
        (("009b942163c79225", "pfs"), {"study": "no"}, "no study `no` is published"),
        (("009b942163c79225", "pfs"), {"study": "tcga_brca"}, "did not screen"),
        (("0", None), {}, "patients are meant"),
    ):
        with pytest.raises(ConfigError, match=words):
            said(study_workspace, *asked, **options)


def test_it_starts_without_anything_heavy(study_workspace):
    program = (
        "import sys; from oncohort.cli import main; "
        "code = main(['explain', '009b942163c79225', 'pfs', '--raw', '--workspace', "
        f"{str(study_workspace.root)!r}]); "
        f"sys.exit(code or [m for m in {HEAVY!r} if m in sys.modules] or None)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_report_leads_to_the_pages(study_workspace):
    explain(study_workspace, "009b942163c79225", "pfs", io.StringIO(), is_html=True)
    report = study_workspace.report
    for page in ("index.html", "lx_vs_tbp.html"):
        assert 'href="patients/index.html"' in (report / page).read_text("utf-8")
    listed = (report / "patients" / "index.html").read_text("utf-8")
    assert 'href="009b942163c79225-lx_vs_tbp-pfs.html"' in listed
