//go:build !duckdb_arrow

package store

// Tranche reads its marts through Arrow, which the DuckDB driver only carries
// under a build tag. Without it the build stops here, with the reason as the
// name of what is missing.
var _ = build_with_tags_duckdb_arrow__as_the_Makefile_does
