package store

// One arena for DuckDB's allocator instead of one for each processor. An arena keeps freed memory for a while: at a
// limit of 200 MB, up to a hundred megabytes. This variable overrides all other settings of jemalloc.

// const char *duckdb_je_malloc_conf_2_conf_harder = "narenas:1";
import "C"
