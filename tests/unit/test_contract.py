from oncohort.contract import (
    book_tables,
    configuration_files,
    extract_tables,
    identifying_columns,
)


def test_the_contract_has_its_thirteen_tables_each_with_a_key():
    tables = extract_tables()

    assert len(tables) == 13
    for table in tables.values():
        names = [column.name for column in table.content]
        assert names[0] == "record_no"
        assert set(table.key) <= set(names)
        assert [column.lineage for column in table.columns[:12]] == [True] * 12


def test_columns_keep_what_staging_needs():
    columns = {column.name: column for column in extract_tables()["patients"].columns}

    assert columns["sex"].code_list == "sex" and columns["sex"].required
    assert columns["birth_on"].type == "date"
    assert columns["source_line"].data_type == "integer"


def test_identifying_columns_are_known_by_name():
    assert {"record_no", "patient_name", "national_no"} <= identifying_columns()
    assert "sex" not in identifying_columns()


def test_books_and_configuration():
    assert "deliveries" in book_tables() and "refused_rows" in book_tables()
    assert configuration_files()["study_parameters"] == "study_parameters.csv"
