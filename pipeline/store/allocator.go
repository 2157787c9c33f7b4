package store

// One arena for DuckDB's allocator, jemalloc, instead of one a processor. Each arena keeps
// what was freed in it for a while: with 200 MB for DuckDB on two processors, up to a
// hundred megabytes. jemalloc reads this variable after all other settings; a DuckDB
// without jemalloc ignores it.

// const char *duckdb_je_malloc_conf_2_conf_harder = "narenas:1";
import "C"
