package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tranche/fixtures/machine"
)

// TestSparkWorksOutBucketsThoughAnExecutorIsKilled carries out the job that docs/scale.md names on a cluster of two
// workers, each a process of its own. One executor is killed while it has a bucket. What is gathered is what a run has
// published: no workbook changes.
func TestSparkWorksOutBucketsThoughAnExecutorIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("make test-all runs it")
	}
	machine.Program(t, "java")
	spark := machine.Package(t, "pyspark", "4.3.0")
	s := &newcomer{t: t, dir: filepath.Join(t.TempDir(), "site")}
	s.tranche(exitDone, "init", s.dir)
	s.tranche(exitWaiting, "run")
	s.tranche(exitDone, "plan", "--buckets", "4")
	binary := filepath.Join(t.TempDir(), "tranche")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	job := exec.CommandContext(t.Context(), "python3", "../../fixtures/spark/buckets.py", binary,
		filepath.Join(s.dir, "config.yaml"), "4")
	job.Env = append(os.Environ(), "PYTHONPATH="+spark, "SPARK_HOME="+filepath.Join(spark, "pyspark"),
		"SPARK_LOCAL_IP=127.0.0.1",
		"PYSPARK_SUBMIT_ARGS=--master local-cluster[2,1,1024] --conf spark.task.maxFailures=4 --conf spark.ui.enabled=false "+
			"pyspark-shell")
	var said strings.Builder
	job.Stdout, job.Stderr = &said, &said
	if err := job.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- job.Wait() }()
	killed, look := 0, time.NewTicker(50*time.Millisecond)
	defer look.Stop()
	for isAtWork := true; isAtWork; {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v\n%s", err, said.String())
			}
			isAtWork = false
		case <-look.C:
			if begun, _ := filepath.Glob(filepath.Join(s.dir, "state", "buckets", "bucket-*-*")); killed == 0 && len(begun) > 0 {
				killed = killExecutor(t, job.Process.Pid)
			}
		}
	}
	if killed == 0 {
		t.Errorf("no executor was killed\n%s", said.String())
	}
	if out := s.tranche(exitWaiting, "gather"); !strings.Contains(out, "0 written") {
		t.Errorf("what is gathered is not what was published:\n%s", out)
	}
}

// killExecutor kills one executor below a job, and is its process; 0: there is none.
func killExecutor(t *testing.T, job int) int {
	t.Helper()
	var children string
	threads, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(job), "task", "*", "children"))
	for _, thread := range threads {
		text, _ := os.ReadFile(thread) // a thread that has ended has none
		children += string(text) + " "
	}
	for child := range strings.FieldsSeq(children) {
		pid, err := strconv.Atoi(child)
		if err != nil {
			t.Fatal(err)
		}
		command, _ := os.ReadFile(filepath.Join("/proc", child, "cmdline"))
		if strings.Contains(string(command), "CoarseGrainedExecutorBackend") {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			return pid
		}
		if found := killExecutor(t, pid); found > 0 {
			return found
		}
	}
	return 0
}
