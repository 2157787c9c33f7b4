package store

// One arena for DuckDB's allocator, jemalloc, instead of one a processor. Statements come to
// it on whatever thread Go has at hand, and each arena keeps what was freed in it for a
// while: with 200 MB for DuckDB on two processors, up to a hundred megabytes. jemalloc reads the
// variable of that name after all other settings; where DuckDB comes without jemalloc,
// nobody reads it.

// const char *duckdb_je_malloc_conf_2_conf_harder = "narenas:1";
import "C"
