package transforms_test

import (
	"slices"
	"testing"
	"time"

	"tranche/transforms/oracle"
)

// TestAPartnerLeftOnTheDayThatItsFileSaysOrThatTheFirstSuchFileLanded sends three complete files. Every day a new one
// can come, so the newest one's landing day would never be over.
func TestAPartnerLeftOnTheDayThatItsFileSaysOrThatTheFirstSuchFileLanded(t *testing.T) {
	s := tables(t, 1)
	f, p := smallTrade()
	var files []string
	for id, landed := range map[string]string{"41": "2024-01-20", "42": "2024-02-20", "43": "2024-03-20"} {
		files = append(files, "insert into store.raw.files values ("+id+", 'sha"+id+"', '"+id+".csv', 'partners', "+
			"'partners', 'h', true, '"+landed+"', null, 1, 'loaded', null, null, 3, 3, 0, 0, 0, 0, 0, 0, 0, null)")
	}
	slices.Sort(files)
	files = append(files, "delete from store.raw.partners")
	for _, row := range []string{
		"41, 2, 'P1', 'left', null", "41, 3, 'P2', 'left', null", "41, 4, 'P3', 'active', null",
		"42, 2, 'P1', 'left', null", "42, 3, 'P2', 'active', null", "42, 4, 'P3', 'left', '2024-02-01'",
		"43, 2, 'P1', 'left', null", "43, 3, 'P2', 'left', null", "43, 4, 'P3', 'left', '2024-02-01'",
	} {
		files = append(files, "insert into store.raw.partners by name select a as file_id, b as line, c as record_key, "+
			"c || d || a as content, c as partner_id, c as name, 'ready 2024-01-01' as level, d as status, "+
			"e::date as status_since from (values ("+row+")) as t(a, b, c, d, e)")
	}
	f.Sales = nil
	workOutFrom(t, s, oracle.Facts{Products: f.Products, Through: f.Through}, p, time.Time{}, nil, files)
	got := ask(t, s, "select partner_id || ' ' || left_on from intermediate.partners order by partner_id")
	if want := []string{"P1 2024-01-20", "P2 2024-03-20", "P3 2024-02-01"}; !slices.Equal(got, want) {
		t.Errorf("they left on %v, it should be %v", got, want)
	}
}
