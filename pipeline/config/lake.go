package config

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"tranche/pipeline/lake"
)

type lakeFile struct {
	Catalog     string      `is:"must" doc:"postgres: and how it is reached, such as postgres:dbname=lake user=tranche"`
	Password    string      `yaml:"password_file" doc:"A file with that user's password; chmod 600"`
	PasswordEnv string      `yaml:"password_env" doc:"Or: the variable that holds it"`
	Data        string      `is:"must" doc:"Where its files are: a folder of its own, or s3://bucket/prefix"`
	S3          *lakeS3File `doc:"Of s3://: the object storage"`
	Extensions  string      `is:"must" doc:"The folder with DuckDB's extensions; nothing is downloaded"`
	Programme   string      `is:"must name" doc:"The schema of this programme: small letters, digits and _"`
	Keep        *int        `is:"count" doc:"How many of its snapshots can be read; usually 30"`
}

type lakeS3File struct {
	Endpoint  string `is:"must" doc:"Such as https://s3.eu-west-1.amazonaws.com; http on this machine only"`
	Region    string `doc:"Usually us-east-1"`
	KeyID     string `yaml:"key_id" is:"must" doc:"The access key's name, which is no secret"`
	Secret    string `yaml:"secret_file" doc:"A file with its secret; chmod 600"`
	SecretEnv string `yaml:"secret_env" doc:"Or: the variable that holds it"`
}

// catalogWords are the words of libpq that a catalogue may be reached by.
var catalogWords = []string{"host", "port", "dbname", "user", "sslmode", "sslrootcert"}

var (
	plainWord = regexp.MustCompile(`^[^'"\\\s]+$`)
	schema    = regexp.MustCompile(pattern("name"))
)

func (r *reader) lake(base string, f file, l lakeFile) *lake.Place {
	const at = "$.publish.lake"
	p := &lake.Place{
		Catalog: r.catalog(l.Catalog), Password: r.oneSecret(at+".password_file", base, l.Password, l.PasswordEnv),
		Extensions: beside(base, l.Extensions), Programme: l.Programme, Keep: 30,
	}
	if l.Keep != nil {
		p.Keep = *l.Keep
	}
	if p.Keep < 1 {
		r.fault(at+".keep", "%d is not a number of snapshots; the newest is one", p.Keep)
	}
	if l.Extensions == "" {
		r.fault(at, "extensions is missing: the folder with the extensions of DuckDB, of exactly its version")
	}
	if !schema.MatchString(l.Programme) || slices.Contains([]string{"main", "information_schema"}, l.Programme) {
		r.fault(at+".programme", "%q is not a name of small letters, digits and _; main is not one of ours", l.Programme)
	}
	r.lakeData(at, base, f, l, p)
	return p
}

// catalog reads how the catalogue is reached. A server on another machine is only spoken to in secret.
func (r *reader) catalog(text string) string {
	const at = "$.publish.lake.catalog"
	rest, ok := strings.CutPrefix(text, "postgres:")
	given := map[string]string{}
	for _, word := range strings.Fields(rest) {
		name, value, is := strings.Cut(word, "=")
		switch {
		case strings.HasPrefix(name, "pass"):
			r.fault(at, "the password belongs into a file that password_file names, or into the environment")
			return ""
		case !is, !slices.Contains(catalogWords, name), !plainWord.MatchString(value):
			r.fault(at, "it is postgres: and then words such as host=db.example.com dbname=lake user=tranche, of %s",
				strings.Join(catalogWords, ", "))
			return ""
		}
		given[name] = value
	}
	host := given["host"]
	switch {
	case !ok, given["dbname"] == "", given["user"] == "":
		r.fault(at, "it is postgres: and at least dbname and user, as in postgres:host=127.0.0.1 dbname=lake user=us")
	case host != "" && !strings.HasPrefix(host, "/") && !onLoopback(host) &&
		!slices.Contains([]string{"require", "verify-ca", "verify-full"}, given["sslmode"]):
		r.fault(at, "%s is another machine: add sslmode=verify-full and sslrootcert, or at least sslmode=require", host)
	}
	return strings.TrimSpace(rest) + " connect_timeout=10"
}

// lakeData reads where the files of the lake are. A folder must hold nothing else of ours.
func (r *reader) lakeData(at, base string, f file, l lakeFile, p *lake.Place) {
	p.Data = strings.TrimRight(l.Data, "/") + "/"
	switch {
	case l.Data == "":
		r.fault(at, "data is missing: a folder of its own, or s3://bucket/prefix")
	case !p.OnStorage() && strings.Contains(l.Data, "://"):
		r.fault(at+".data", "it is a folder of its own, or s3://bucket/prefix")
	case !p.OnStorage():
		p.Data = beside(base, l.Data) + "/"
		r.notOurs(at+".data", base, f, p.Data)
	case l.S3 == nil:
		r.fault(at, "s3:// needs the key s3, with an endpoint, a key_id and a secret_file or secret_env")
	default:
		p.Storage = r.lakeStorage(at+".s3", base, *l.S3)
	}
	if !p.OnStorage() && l.S3 != nil {
		r.fault(at+".s3", "it belongs to data: s3://bucket/prefix")
	}
}

func (r *reader) lakeStorage(at, base string, f lakeS3File) *lake.Storage {
	s := &lake.Storage{Endpoint: strings.TrimRight(f.Endpoint, "/"), Region: cmp.Or(f.Region, "us-east-1"), KeyID: f.KeyID,
		Secret: r.oneSecret(at+".secret_file", base, f.Secret, f.SecretEnv)}
	u, err := url.Parse(s.Endpoint)
	switch {
	case err != nil, u.Host == "", u.Path != "", u.RawQuery != "", u.User != nil,
		u.Scheme != "https" && (u.Scheme != "http" || !onLoopback(u.Hostname())):
		r.fault(at+".endpoint", "the endpoint is not https://host alone; http is for this machine only")
	case f.KeyID == "", s.Secret == "":
		r.fault(at, "it needs a key_id, and its secret in secret_file or secret_env")
	}
	return s
}
