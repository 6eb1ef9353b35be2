"""Damaged or endless SPSS and Parquet files are refused with a clear message."""

import pytest


def sav(folder):
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame({"no": ["1", "2"] * 500, "race": ["a", "b"] * 500})
    pyreadstat.write_sav(frame, str(folder / "x"))
    return (folder / "x").read_bytes()


def parquet(folder):
    import duckdb

    path = (folder / "x").as_posix()
    duckdb.sql(f"copy (select '1' as no, 'a' as race) to '{path}' (format parquet)")
    return (folder / "x").read_bytes()


@pytest.mark.parametrize("spoil", ["garbage", "cut", "flipped", "empty"])
@pytest.mark.parametrize(("format", "make"), [("sav", sav), ("parquet", parquet)])
def test_a_damaged_data_set(refusal, tmp_path, format, make, spoil):
    data = make(tmp_path)
    bad = {
        "garbage": b"PAR1" + b"garbage " * 40,
        "cut": data[:-40],
        "flipped": data[:4] + bytes(256 - 1 - byte for byte in data[4:]),
        "empty": b"",
    }[spoil]

    assert "cannot be read" in refusal(f"x.{format}", bad, format).message


def test_a_parquet_with_a_value_of_ten_megabytes(refusal, tmp_path):
    import duckdb

    path = tmp_path / "x"
    rows = "values ('1', 'a'), ('2', repeat('x', 10485760))"
    duckdb.sql(f"copy (from ({rows}) t(no, race)) to '{path}' (format parquet)")

    problem = refusal("x.parquet", path.read_bytes(), "parquet")

    assert "a value of more than 1,048,576 characters" in problem.message
    assert problem.line == 2


def test_a_parquet_of_endless_rows(refusal, tmp_path, monkeypatch):
    monkeypatch.setattr("oncohort.receive.read_parquet.MAX_CELLS", 1)

    problem = refusal("x.parquet", parquet(tmp_path), "parquet")

    assert "declares 1 rows of 2 columns" in problem.message
