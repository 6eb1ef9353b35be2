"""SQL that wants more than to read: refused or stopped, and nothing changes."""

import io
import os
import subprocess
import sys

import pytest

from oncohort.errors import ConfigError
from oncohort.sql import run_sql
from oncohort.sql.limits import Limits
from oncohort.workspace import sha256_of

# What leads out of the database, changes it, or changes the engine; OUT and SECRET are
# files of the test.
REFUSED = """
copy core.patients to 'OUT'
copy (select * from core.patients) to 'OUT' (format parquet)
copy core.patients from 'SECRET'
explain analyze copy core.patients to 'OUT'
export database 'OUT'
import database 'OUT'
attach 'OUT' as other
attach ':memory:' as other
detach oncohort
install httpfs
load httpfs
force install spatial from 'http://127.0.0.1:9/x'
from read_csv('SECRET')
FROM Read_CSV_Auto('SECRET')
from read_text('SECRET')
from read_blob('SECRET')
from read_json_auto('SECRET')
from read_parquet('SECRET')
from parquet_scan('s3://bucket/key')
from parquet_metadata('SECRET')
from read_duckdb('SECRET')
from sniff_csv('SECRET')
from glob('/*')
from "glob"('/*')
from system.main.glob('/*')
from 'SECRET'
from "SECRET"
from 'http://127.0.0.1:9/x.csv'
from query_table('SECRET')
from query('from read_text(''SECRET'')')
from query('from enable_' || 'logging()')
from json_execute_serialized_sql(json_serialize_sql('from read_text(''SECRET'')'))
select json_serialize_plan('from enable_logging()')
select (select content from read_text('SECRET'))
select * from core.patients where exists (from glob('/*'))
with recursive r as (from read_text('SECRET') union all from r) from r
from core.patients, lateral (from read_csv(site_id))
describe from read_text('SECRET')
summarize 'SECRET'
select 1 limit (select count(*) from glob('/*'))
pivot (from glob('/*')) on file in ('a') using count(*)
select list_transform([1], x -> (select count(*) from glob('/*')))
from histogram('SECRET', word)
select st_read('SECRET')
from enable_logging('QueryLog', storage = 'file', storage_path = 'OUT')
from enable_profiling(save_location = 'OUT')
select write_log('x')
from checkpoint()
from duckdb_secrets()
from which_secret('s3://bucket', 's3')
from duckdb_settings()
from duckdb_extensions()
from sql_auto_complete('from ''/')
from pandas_scan(1)
from arrow_scan(1, 1, 1)
select getenv('HOME')
select system('id')
.read SECRET
.shell id
pragma database_size
pragma enable_profiling
pragma memory_limit = '100GB'
pragma import_database('OUT')
call enable_logging('QueryLog')
call checkpoint()
set memory_limit = '100GB'
set enable_external_access = true
reset lock_configuration
set variable x = 1
use core
create table core.t as select 1
create or replace temp table t as select 1
create temp macro f(x) as x
create view core.v as select 1
create secret s (type s3, key_id 'x', secret 'y')
create type t as enum ('a')
insert into core.patients select * from core.patients
update core.patients set site_id = 'x'
delete from core.patients
truncate core.patients
merge into core.patients using core.contacts using (patient_id) when matched then delete
alter table core.patients drop column arm
comment on table core.patients is 'x'
drop table core.patients
drop schema core cascade
vacuum
checkpoint
force checkpoint
begin
rollback
prepare p as select 1
execute p
deallocate p
kill 1
select 1; drop table core.patients
select 1 -- harmless ; \\n; drop table core.patients
select 1 /* ; */ ; copy core.patients to 'OUT'
select 1\0; drop table core.patients
select 1；drop table core.patients
sel\u200bect 1
-- nothing but a comment
;;
select nextval('s')
pivot core.patients on sex_code using count(*)
from database
from workspace
""".strip().splitlines()
# what never ends or never fits, with what is said of it; within reach of the engine's
# own brakes
ENDLESS = {
    "with recursive r as (select 1 x union all select x + 1 from r) "
    "select count(*) from r": "longer than 0.3 s",
    "with recursive r as (select 1 x union select x + 1 from r) "
    "select max(x) from r": "longer than 0.3 s",
    "select * from generate_series(1, 10000000000)": "longer than 0.3 s",
    "select count(*) from range(1000000) a, range(1000000) b": "longer than 0.3 s",
    "select count(*) from core.source_rows a, core.source_rows b, core.source_rows c "
    "where a.source_line < b.source_line": "longer than 0.3 s",
    "select * from range(1000000000) t(x) order by hash(x)": "more than 0.2 GB",
    "select list(x) from range(1000000000) t(x)": "more than 0.2 GB",
    "select len(range(10000000000))": "Lists larger than 2^32",
    "select length(repeat(repeat('x', 1000000), 100000))": "maximum supported",
    f"select {'+'.join(['1'] * 20000)}": "Max expression depth",
    f"select {'||'.join(['site_id'] * 900)} from core.patients": "nested too deeply",
    f"select {'not ' * 20000} true": "memory exhausted at",
}
# what the engine neither counts nor interrupts: only the end of the process helps
DEAF = {
    "select list_reduce(range(100000000), lambda x, y: x + y)": "longer than 0.2 s",
    "select list_sum(range(400000000))": "more than 0.1 GB",
}


@pytest.fixture(scope="module")
def guarded(study_workspace, study_database):
    """The publication; its bytes and its files are the same afterwards."""
    files = files_of(study_workspace)
    digest = sha256_of(study_database)
    yield study_workspace
    assert sha256_of(study_database) == digest
    assert files_of(study_workspace) == files


def files_of(workspace):
    """All but the log, which the command line writes."""
    logs = workspace.logs
    found = workspace.root.rglob("*")
    return sorted(path for path in found if logs not in (path, path.parent))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a secret, where everything that is written would show."""
    (tmp_path / "secret.csv").write_text("word\nburned\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    yield tmp_path
    assert [path.name for path in tmp_path.rglob("*")] == ["secret.csv"]


def ask(workspace, sql, **options):
    out = io.StringIO()
    run_sql(workspace, sql, out, **options)
    return out.getvalue()


@pytest.mark.parametrize("sql", REFUSED)
def test_refused_with_a_remedy(guarded, study_database, place, sql):
    sql = sql.replace("OUT", str(place / "out")).replace("\\n", "\n")
    sql = sql.replace("SECRET", str(place / "secret.csv"))
    before = study_database.stat()

    with pytest.raises(ConfigError) as error:
        ask(guarded, sql)

    assert "burned" not in str(error.value)
    assert error.value.remedy
    after = study_database.stat()
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size)


@pytest.mark.parametrize("sql", ENDLESS, ids=lambda sql: sql[:50])
def test_stopped_and_says_so(guarded, place, sql):
    seconds = 0.3 if "longer" in ENDLESS[sql] else 60

    with pytest.raises(ConfigError) as error:
        ask(guarded, sql, limits=Limits(seconds, memory_gb=0.2))

    assert ENDLESS[sql] in error.value.message
    assert error.value.remedy


@pytest.mark.parametrize("sql", DEAF)
def test_what_the_engine_does_not_hear_ends_the_process(guarded, place, sql):
    command = [sys.executable, "-m", "oncohort", "--workspace", str(guarded.root)]
    limit = ["--timeout", "0.2"] if "longer" in DEAF[sql] else ["--memory", "0.1"]

    run = subprocess.run(
        [*command, "sql", sql, *limit, "--out", "answer.csv"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )

    assert run.returncode == 2
    assert DEAF[sql] in run.stderr and "what to do" in run.stderr
    assert run.stdout == ""


def test_the_same_words_as_data_do_no_harm(guarded):
    assert ask(guarded, "select 'copy x to y; drop' as t", format="csv") == (
        "t\ncopy x to y; drop\n"
    )
    assert ask(
        guarded, "select $t as t", format="csv", given={"t": "'; drop table x"}
    ) == ("t\n'; drop table x\n")
    assert ask(guarded, "/* drop */ select 1 as x -- drop", format="csv") == "x\n1\n"
    assert ask(guarded, "from range(2) t(x)", format="csv") == "x\n0\n1\n"
