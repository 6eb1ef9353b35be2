"""What an earlier contract landed is told before dbt stumbles over it."""

import pyarrow.parquet as pq
import pytest

from oncohort.errors import ConfigError
from oncohort.receive.landed_columns import refuse_unfit

SENT = "no,sex,born\n1,F,1950\n"


@pytest.fixture
def landed(hospital):
    """A landed file of patients, and how to write it with other columns."""
    hospital.deliver("patients.csv", SENT)
    hospital.receive()
    (path,) = hospital.workspace.landing.glob("patients/site=clinic/*/*.parquet")
    refuse_unfit(hospital.workspace)

    def change(columns):
        table = pq.ParquetFile(path).read()
        pq.write_table(columns(table), path)
        with pytest.raises(ConfigError) as error:
            refuse_unfit(hospital.workspace)
        return error.value

    return change


def test_a_column_that_came_later_is_named(landed):
    error = landed(lambda table: table.drop_columns(["sex"]))

    assert error.column == "sex (lacking)"
    assert error.file.startswith("landing/patients/site=clinic/")
    assert "extracts/clinic/2020-01-31/" in error.remedy


def test_a_column_that_is_no_more_is_named(landed):
    error = landed(lambda table: table.append_column("shoe_size", table["sex"]))

    assert error.column == "shoe_size (unknown)"
