package config

import (
	"fmt"
	"maps"
	"net/mail"
	"path"
	"slices"
	"strings"

	"tranche/pipeline/ingest/fetch"
	"tranche/pipeline/schedule/letters"
)

// Deliver says how statements, finance's files and scorecards leave.
type Deliver struct {
	Statements string              // the way of every partner's: mail, none, or the name of a place
	Partners   map[string]string   // partners with another way
	Finance    string              // a place, besides the mail; empty: none
	Scorecards map[string][]string // by distributor: mail addresses, or one place
	From       string              // of letters
	Letters    letters.Set
	Places     []DeliveryPlace
}

// The ways besides the names of places.
const (
	ByMail = "mail"
	NoWay  = "none"
)

// DeliveryPlace is where files are put.
type DeliveryPlace struct {
	Name, Into string // the folder there that everything is put into; empty: the one it begins in
	fetch.Place
}

// Way is how a partner gets its statement.
func (d *Deliver) Way(partner string) string {
	if way, ok := d.Partners[partner]; ok {
		return way
	}
	return d.Statements
}

type deliverFile struct {
	Statements string            `doc:"How each partner gets its final statement: mail, none, or a place's name"`
	Partners   map[string]string `doc:"Partners that get theirs another way: their ids, and mail, none or a place's name"`
	Finance    string            `doc:"A place that gets the register, the journal and a pack of each final month"`
	Scorecards map[string]names  `doc:"Distributors that are sent their rejected rows: mail addresses or a place's name"`
	From       string            `doc:"The sender's address of letters; usually that of notify.mail"`
	Letters    string            `doc:"A folder with texts of your own, such as statement.fr.txt"`
	Places     []placeFile       `doc:"Where files are put"`
}

type placeFile struct {
	Name    string    `is:"must" doc:"A name of its own"`
	Folder  string    `doc:"A folder of this machine, such as a shared one"`
	SFTP    *sftpFile `doc:"A server that speaks SFTP"`
	S3      *s3File   `doc:"Object storage that speaks as S3 does, Google's too"`
	Into    string    `doc:"The folder there that everything is put into; usually the one it begins in"`
	Timeout string    `is:"span" doc:"A server that is silent for so long is down; usually 1m"`
}

func (r *reader) deliver(base string, f file, mailer *Mail) *Deliver {
	const at = "$.deliver"
	if f.Deliver == nil {
		return nil
	}
	d := &Deliver{Statements: f.Deliver.Statements, Partners: f.Deliver.Partners, Finance: f.Deliver.Finance,
		Scorecards: map[string][]string{}, From: f.Deliver.From}
	if d.Statements == "" {
		d.Statements = NoWay
	}
	for i, p := range f.Deliver.Places {
		d.Places = append(d.Places, r.deliveryPlace(base, f, p, i, d.Places))
	}
	needsMail := r.deliveryWay(at+".statements", d, d.Statements)
	for _, id := range slices.Sorted(maps.Keys(d.Partners)) {
		needsMail = r.deliveryWay(at+".partners."+id, d, d.Partners[id]) || needsMail
	}
	senders := map[string]bool{}
	for _, feed := range f.Feeds {
		senders[feed.Constants["distributor"]] = true
	}
	if d.Finance != "" && d.place(d.Finance) < 0 {
		r.fault(at+".finance", "there is no place of that name under places; by mail finance is told by notify.mail.finance")
	}
	for _, name := range slices.Sorted(maps.Keys(f.Deliver.Scorecards)) {
		to := f.Deliver.Scorecards[name]
		d.Scorecards[name] = to
		if !senders[name] {
			r.fault(at+".scorecards", "no feed has the distributor %s among its constants", name)
		}
		if len(to) == 1 && d.place(to[0]) >= 0 {
			continue
		}
		needsMail = true
		for _, address := range to {
			if _, err := mail.ParseAddress(address); err != nil {
				r.fault(at+".scorecards", "what %s is sent to is neither a mail address nor the name of a place", name)
			}
		}
	}
	if needsMail && mailer == nil {
		r.fault(at, "letters need a mail server: notify.mail")
	}
	if mailer != nil && d.From == "" {
		d.From = mailer.From
	}
	if _, err := mail.ParseAddress(d.From); err != nil && d.From != "" {
		r.fault(at+".from", "it is not a mail address")
	}
	folder := ""
	if f.Deliver.Letters != "" {
		folder = beside(base, f.Deliver.Letters)
	}
	var err error
	if d.Letters, err = letters.Read(folder); err != nil {
		r.fault(at+".letters", "%v", err)
	}
	return d
}

// place finds a place by its name; -1: there is none.
func (d *Deliver) place(name string) int {
	return slices.IndexFunc(d.Places, func(p DeliveryPlace) bool { return p.Name == name })
}

// deliveryWay checks a way, and says whether it is the mail.
func (r *reader) deliveryWay(at string, d *Deliver, way string) bool {
	if way != ByMail && way != NoWay && d.place(way) < 0 {
		r.fault(at, "it is neither mail nor none, and there is no place of that name under places")
	}
	return way == ByMail
}

func (r *reader) deliveryPlace(base string, f file, p placeFile, i int, before []DeliveryPlace) DeliveryPlace {
	at := fmt.Sprintf("$.deliver.places[%d]", i)
	if p.Name == "" || strings.ContainsAny(p.Name, "/@") || p.Name == ByMail || p.Name == NoWay ||
		slices.ContainsFunc(before, func(other DeliveryPlace) bool { return other.Name == p.Name }) {
		r.fault(at+".name", "every place needs a name of its own, without / and @, and not mail or none")
	}
	place := r.place(at, base, f, sourceFile{Folder: p.Folder, SFTP: p.SFTP, S3: p.S3, Timeout: p.Timeout},
		"a place is one of folder, sftp and s3")
	into := path.Clean(p.Into)
	if p.Into == "" {
		into = ""
	}
	if into == ".." || strings.HasPrefix(into, "../") {
		r.fault(at+".into", "it leads out of the place")
	}
	return DeliveryPlace{Name: p.Name, Into: into, Place: place}
}
