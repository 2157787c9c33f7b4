package transforms_test

import (
	"context"
	"strings"
	"testing"

	"tranche/pipeline/store"
	"tranche/transforms"
)

// besides opens a second connection that finds what the first does.
func besides(t *testing.T, s *store.Session) *store.Session {
	t.Helper()
	beside, err := s.Beside(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = beside.Close() })
	must(t, beside, "set search_path = 'memory.main,store.raw,memory.rules,memory.stated,memory.staging,memory.intermediate,published.mart'")
	return beside
}

func TestModelsAndChecksOnTwoConnectionsSayTheSame(t *testing.T) {
	s := tables(t, 2)
	f, p := smallTrade()
	workOut(t, s, f, p)
	one := strings.Join(marts(t, s), "\n")
	beside := besides(t, s)
	for range 3 {
		unmade(t, s)
		to := transforms.Target{Work: "memory", Mart: "published", Part: 3, Beside: []transforms.Database{beside}, Read: []string{"intermediate.rates"}}
		if err := transforms.Build(context.Background(), s, to, nil); err != nil {
			t.Fatal(err)
		}
		if err := transforms.Check(context.Background(), s, beside); err != nil {
			t.Fatal(err)
		}
		if two := strings.Join(marts(t, s), "\n"); one != two {
			t.Fatalf("one connection says\n%s\nand two\n%s", one, two)
		}
	}
}

func TestAModelThatFailsStopsBothConnections(t *testing.T) {
	s := tables(t, 2)
	f, p := smallTrade()
	workOut(t, s, f, p)
	beside := besides(t, s)
	unmade(t, s)
	must(t, s, "alter table rules.weights rename to weights_elsewhere")
	err := transforms.Build(context.Background(), s, transforms.Target{Work: "memory", Mart: "published", Beside: []transforms.Database{beside}}, nil)
	if err == nil || !strings.Contains(err.Error(), "weights") {
		t.Fatalf("without its weights it says %v", err)
	}
}
