package reports

import (
	"reflect"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
)

func TestAColumnThatIsMisspeltIsAnError(t *testing.T) {
	type line struct {
		Sale
		Base string `json:"base,omitempty"`
	}
	typ := reflect.TypeFor[line]()
	var columns []arrow.Field
	for _, name := range []string{"sale_id", "month", "distributor", "document_no", "line_no", "document_date", "deal_id", "file_name", "file_line", "base"} {
		columns = append(columns, arrow.Field{Name: name, Type: arrow.BinaryTypes.String})
	}
	if _, err := fieldsFor(typ, arrow.NewSchema(columns, nil)); err != nil {
		t.Errorf("all columns are there: %v", err)
	}
	if _, err := fieldsFor(typ, arrow.NewSchema(columns[:9], nil)); err == nil {
		t.Error("a field that no column fills is read as nothing")
	}
	columns[9].Name = "bsae"
	if _, err := fieldsFor(typ, arrow.NewSchema(columns, nil)); err == nil {
		t.Error("a column that no field takes is passed over")
	}
}
