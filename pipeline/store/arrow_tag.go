//go:build !duckdb_arrow

package store

// Tranche reads its marts through Arrow, which the DuckDB driver has only under a build tag. Without the tag, this
// name stops the build.
var _ = build_with_tags_duckdb_arrow__as_the_Makefile_does
