-- No column of any table or view is a floating-point number.
select database_name, schema_name, table_name, column_name, data_type
from duckdb_columns()
where not internal and regexp_matches(data_type, 'DOUBLE|FLOAT|REAL')
