package pipeline

import (
	"context"
	"path/filepath"
	"slices"

	"tranche/pipeline/config"
	"tranche/pipeline/export"
	"tranche/transforms"
)

// ExportFolder is the usual folder of an export, beside the published file.
func ExportFolder(c *config.Config) string { return filepath.Join(c.Folders.Analysts, "export") }

// Export writes the published marts as Parquet into a folder, month by month. Parts that did not change stay.
func Export(ctx context.Context, c *config.Config, dir string) (*export.Done, error) {
	s, err := openPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	tables, err := exported()
	if err != nil {
		return nil, err
	}
	return export.Write(ctx, s, dir, tables)
}

// exported are the marts. A mart with one row a month is a single file.
func exported() ([]export.Table, error) {
	models, err := transforms.Models()
	if err != nil {
		return nil, err
	}
	var list []export.Table
	for _, m := range models {
		if m.Layer != "mart" {
			continue
		}
		monthly := slices.ContainsFunc(m.Columns, func(c transforms.Column) bool { return c.Name == "month" })
		list = append(list, export.Table{
			Name:  m.FullName(),
			Grain: m.Grain,
			Month: monthly && !slices.Equal(m.Grain, []string{"month"}),
		})
	}
	return list, nil
}
