package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"tranche/pipeline/console/accounts"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/programme"
)

// OIDC is an OpenID Connect provider by which people sign in.
type OIDC struct {
	Issuer, Client, Secret string
	Address                string // of the console, as people write it, without a path
	Claim                  string // that lists the groups of a person
	Groups                 []Group
}

// Group is what the members of a group of the provider may do.
type Group struct {
	Name  string
	Roles []accounts.Role
	accounts.Scope
}

type oidcFile struct {
	Issuer  string      `is:"must" doc:"The address of the provider: https://..."`
	Client  string      `yaml:"client_id" is:"must" doc:"What the provider calls the console"`
	Secret  string      `yaml:"client_secret_file" is:"must" doc:"A file with the secret of the client; chmod 600"`
	Address string      `is:"must" doc:"Where people reach the console: https://tranche.example"`
	Claim   string      `doc:"The claim that lists a person's groups; usually groups"`
	Groups  []groupFile `is:"must" doc:"Who may do what. Whoever is in none of them may do nothing"`
}

type groupFile struct {
	Name      string `is:"must" doc:"The name of the group at the provider"`
	Roles     names  `is:"must" doc:"viewer, partner_manager, operator, finance, approver"`
	Countries names  `doc:"Of partner managers: they see the partners of these countries only"`
	Partners  names  `doc:"Of partner managers: they see these partners only"`
}

// Accounts is the file of local accounts of the console.
func (f Folders) Accounts() string { return filepath.Join(filepath.Dir(f.State), "accounts.json") }

// FeedFiles are the files of feeds beside the configuration, in the order of their names.
func FeedFiles(config string) ([]string, error) {
	paths, err := fs.Glob(os.DirFS(FeedsFolder(config)), "*.yaml")
	for i, name := range paths {
		paths[i] = filepath.Join(FeedsFolder(config), name)
	}
	return paths, err
}

// FeedsFolder is the folder of feeds beside the configuration, a file each.
func FeedsFolder(config string) string { return filepath.Join(filepath.Dir(config), "feeds.d") }

// console reads who may ask for pages, and how.
func (r *reader) console(base string, f serveFile, s *Serve) {
	for i, host := range f.Hosts {
		if host == "" || strings.ContainsAny(host, ":/@ *") {
			r.fault(fmt.Sprintf("$.serve.hosts[%d]", i), "%q is no name of a host, such as tranche.example", host)
		}
		s.Hosts = append(s.Hosts, strings.ToLower(host))
	}
	for i, text := range f.Proxies {
		prefix, err := netip.ParsePrefix(text)
		if address, addressErr := netip.ParseAddr(text); addressErr == nil {
			prefix, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			r.fault(fmt.Sprintf("$.serve.trusted_proxies[%d]", i), "%q is no address, such as 10.0.0.5 or 10.0.0.0/24", text)
		}
		s.Proxies = append(s.Proxies, prefix)
	}
	if f.OIDC != nil {
		s.OIDC = r.oidc(base, *f.OIDC)
		if u, err := url.Parse(s.OIDC.Address); err == nil {
			s.Hosts = append(s.Hosts, strings.ToLower(u.Hostname()))
		}
	}
	if host, _, err := net.SplitHostPort(s.Listen); err == nil && host != "" && net.ParseIP(host) == nil {
		s.Hosts = append(s.Hosts, strings.ToLower(host))
	}
}

func (r *reader) oidc(base string, f oidcFile) *OIDC {
	const at = "$.serve.oidc"
	o := &OIDC{Issuer: f.Issuer, Client: f.Client, Address: strings.TrimSuffix(f.Address, "/"), Claim: "groups"}
	if f.Claim != "" {
		o.Claim = f.Claim
	}
	o.Secret = strings.TrimSpace(string(r.secret(at+".client_secret_file", base, f.Secret)))
	for key, address := range map[string]string{"issuer": o.Issuer, "address": o.Address} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !onLoopback(u.Hostname())) {
			r.fault(at+"."+key, "%q is not https://...; http is for this machine only", address)
		}
	}
	if o.Client == "" || o.Secret == "" {
		r.fault(at, "client_id or client_secret_file is missing")
	}
	if len(f.Groups) == 0 {
		r.fault(at+".groups", "without groups nobody may do anything")
	}
	for i, g := range f.Groups {
		group := Group{Name: g.Name, Scope: accounts.Scope{Countries: g.Countries, Partners: g.Partners}}
		for _, name := range g.Roles {
			if !slices.Contains(accounts.Roles(), accounts.Role(name)) {
				r.fault(fmt.Sprintf("%s.groups[%d].roles", at, i), "%q is no role; there are %v", name, accounts.Roles())
			}
			group.Roles = append(group.Roles, accounts.Role(name))
		}
		if group.IsLimited() && !slices.Equal(group.Roles, []accounts.Role{accounts.PartnerManager}) {
			r.fault(fmt.Sprintf("%s.groups[%d]", at, i),
				"only partner_manager can be limited to countries or partners, without any other role")
		}
		o.Groups = append(o.Groups, group)
	}
	return o
}

// onlyFeeds is a file of feeds.d.
type onlyFeeds struct {
	Feeds []feedFile
}

// more reads the feeds of feeds.d, in the order of the files' names, and adds their bytes to what is hashed.
func (r *reader) more(config string, feeds []feed.Feed, names programme.Names, source []byte) ([]feed.Feed, []byte) {
	paths, err := FeedFiles(config)
	if err != nil {
		r.faults = append(r.faults, "feeds.d: "+err.Error())
	}
	seen := map[string]bool{}
	for _, f := range feeds {
		seen[f.Name] = true
	}
	for _, path := range paths {
		name := filepath.Join("feeds.d", filepath.Base(path))
		data, err := os.ReadFile(path)
		if err != nil {
			r.faults = append(r.faults, name+": "+err.Error())
			continue
		}
		source = append(source, data...)
		var only onlyFeeds
		if err := yaml.UnmarshalWithOptions(data, &only, yaml.Strict()); err != nil {
			r.faults = append(r.faults, name+": "+err.Error())
			continue
		}
		_, theirs, err := decode(path, data, yaml.Strict())
		if err != nil {
			r.faults = append(r.faults, name+": "+err.Error())
			continue
		}
		for _, f := range theirs.feeds(only.Feeds, names) {
			if seen[f.Name] {
				theirs.fault("$.feeds", "there is another feed of the name %s", f.Name)
			}
			seen[f.Name] = true
			feeds = append(feeds, f)
		}
		for _, fault := range theirs.faults {
			r.faults = append(r.faults, name+": "+fault)
		}
	}
	return feeds, source
}

// hashOf is the hash of a configuration's bytes.
func hashOf(source []byte) string {
	sum := sha256.Sum256(source)
	return hex.EncodeToString(sum[:8])
}
