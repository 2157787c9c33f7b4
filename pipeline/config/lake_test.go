package config

import (
	"path/filepath"
	"strings"
	"testing"

	"tranche/pipeline/lake"
)

func TestALakeIsReadWithItsSecrets(t *testing.T) {
	c, err := sourced(t, "", "")
	if err != nil {
		t.Fatal(err)
	}
	want := lake.Place{
		Catalog:  "host=127.0.0.1 port=5433 dbname=lake user=tranche connect_timeout=10",
		Password: "0123456789abcdef", Data: "s3://marts/tranche/",
		Extensions: filepath.Join(filepath.Dir(c.Path), "extensions"), Programme: "larkspur", Keep: 14,
	}
	got, storage := *c.Lake, *c.Lake.Storage
	if got.Storage = nil; got != want {
		t.Errorf("%+v", got)
	}
	if want := (lake.Storage{Endpoint: "https://s3.example", Region: "eu-west-1", KeyID: "US",
		Secret: "0123456789abcdef"}); storage != want {
		t.Errorf("%+v", storage)
	}
}

func TestAFaultOfALakeSaysWhatToDo(t *testing.T) {
	s3 := "    s3: {endpoint: \"https://s3.example\", region: eu-west-1, key_id: US, secret_file: hook.secret}\n"
	for _, x := range [][3]string{
		{"user=tranche\"", "user=tranche password=hunter2\"", "the password belongs into a file"},
		{"postgres:host", "mysql:host", "it is postgres: and"},
		{"dbname=lake ", "", "at least dbname and user"},
		{"user=tranche\"", "user=tranche sslcert\"", "it is postgres: and then words such as"},
		{"user=tranche\"", "user=tranche options=-csearch_path\"", "it is postgres: and then words such as"},
		{"host=127.0.0.1 port", "host=db.example.com port", "db.example.com is another machine: add sslmode=verify-full"},
		{"password_file: mail.secret\n    data", "password_env: TRANCHE_NOT_THERE\n    data", "the environment has no TRA"},
		{"data: s3://", "data: gs://", "it is a folder of its own, or s3://bucket/prefix"},
		{"data: s3://marts/tranche", "data: state/lake", "it is state, or lies in it or around it"},
		{"data: s3://marts/tranche", "data: lake", "s3: it belongs to data: s3://bucket/prefix"},
		{s3, "", "s3:// needs the key s3"},
		{s3, strings.Replace(s3, "https", "http", 1), "the endpoint is not https://host alone"},
		{s3, strings.Replace(s3, ", secret_file: hook.secret", "", 1), "it needs a key_id, and its secret"},
		{"programme: larkspur", "programme: Larkspur-1", `"Larkspur-1" is not a name of small letters`},
		{"programme: larkspur", "programme: main", "main is not one of ours"},
		{"keep: 14", "keep: 0", "0 is not a number of snapshots"},
	} {
		_, err := sourced(t, x[0], x[1])
		if err == nil || !strings.Contains(err.Error(), x[2]) {
			t.Errorf("%s: %v", x[1], err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a password is shown: %v", err)
		}
	}
}
