package config

import "strings"

// The shapes of config.yaml. They carry text where the value needs care, so
// that a wrong one can be shown where it stands.

// exact is a number or a date exactly as it is written.
type exact string

// UnmarshalYAML keeps the text: a decoder would make a float of 7.50.
func (e *exact) UnmarshalYAML(text []byte) error {
	s := strings.TrimSpace(string(text))
	if n := len(s); n > 1 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		s = s[1 : n-1]
	}
	if s == "null" || s == "~" {
		s = ""
	}
	*e = exact(s)
	return nil
}

// names is one name or a list of alternatives.
type names []string

// UnmarshalYAML takes a single name for a list of one.
func (n *names) UnmarshalYAML(decode func(any) error) error {
	var one string
	if err := decode(&one); err == nil {
		*n = names{one}
		return nil
	}
	var many []string
	if err := decode(&many); err != nil {
		return err
	}
	*n = many
	return nil
}

type file struct {
	Vendor     string        `yaml:"vendor"`
	Currency   string        `yaml:"currency"`
	YearStarts int           `yaml:"year_starts"`
	Folders    foldersFile   `yaml:"folders"`
	Landing    landingFile   `yaml:"landing"`
	Database   databaseFile  `yaml:"database"`
	FX         fxFile        `yaml:"fx"`
	Pay        payFile       `yaml:"pay"`
	Closing    closingFile   `yaml:"closing"`
	Statement  statementFile `yaml:"statement"`
	Journal    *journalFile  `yaml:"journal"`
	Publish    publishFile   `yaml:"publish"`
	Serve      serveFile     `yaml:"serve"`
	Notify     notifyFile    `yaml:"notify"`
	Feeds      []feedFile    `yaml:"feeds"`
	Programme  []versionFile `yaml:"programme"`
}

type foldersFile struct {
	Inbox      string `yaml:"inbox"`
	Landing    string `yaml:"landing"`
	Statements string `yaml:"statements"`
	Closed     string `yaml:"closed"`
	State      string `yaml:"state"`
	Published  string `yaml:"published"`
}

type publishFile struct {
	Keep *int `yaml:"keep"`
}

type landingFile struct {
	Settle      string `yaml:"settle"`
	ReadyMarker string `yaml:"ready_marker"`
}

type databaseFile struct {
	MemoryLimit string `yaml:"memory_limit"`
	Threads     int    `yaml:"threads"`
	TempLimit   string `yaml:"temp_limit"`
}

type fxFile struct {
	MaxAgeDays int `yaml:"max_age_days"`
}

type payFile struct {
	MinimumPayable exact `yaml:"minimum_payable"`
}

type journalFile struct {
	Expense     map[string]string `yaml:"expense"`
	Adjustments string            `yaml:"adjustments"`
	Accrued     string            `yaml:"accrued"`
	Payable     string            `yaml:"payable"`
}

type statementFile struct {
	Logo    string   `yaml:"logo"`
	Address []string `yaml:"address"`
	Accent  string   `yaml:"accent"`
	Font    string   `yaml:"font"`
	Signing string   `yaml:"signing_key"`
	Locks   string   `yaml:"passwords"`
}

type closingFile struct {
	Approval    string `yaml:"approval"`
	MaxHeld     exact  `yaml:"max_held"`
	MaxRejected exact  `yaml:"max_rejected"`
}

type feedFile struct {
	Name         string                       `yaml:"name"`
	Kind         string                       `yaml:"kind"`
	Glob         string                       `yaml:"glob"`
	Encoding     string                       `yaml:"encoding"`
	Delimiter    string                       `yaml:"delimiter"`
	Quote        string                       `yaml:"quote"`
	Escape       string                       `yaml:"escape"`
	ExcelText    bool                         `yaml:"excel_text"`
	Comment      string                       `yaml:"comment"`
	HeaderLine   int                          `yaml:"header_line"`
	HeaderLines  int                          `yaml:"header_lines"`
	NoHeader     bool                         `yaml:"no_header"`
	Width        int                          `yaml:"width"`
	FinalNewline string                       `yaml:"final_newline"`
	Columns      map[string]names             `yaml:"columns"`
	Constants    map[string]string            `yaml:"constants"`
	Values       map[string]map[string]string `yaml:"values"`
	Decimal      string                       `yaml:"decimal"`
	Thousands    names                        `yaml:"thousands"`
	Negative     string                       `yaml:"negative"`
	Dates        names                        `yaml:"dates"`
	Returns      string                       `yaml:"returns"`
	Trailer      *trailerFile                 `yaml:"trailer"`
	Mode         string                       `yaml:"mode"`
	Key          names                        `yaml:"key"`
	MaxRejects   exact                        `yaml:"max_rejects"`
	Expected     string                       `yaml:"expected"`
	MaxBytes     int64                        `yaml:"max_bytes"`
}

type trailerFile struct {
	StartsWith  names `yaml:"starts_with"`
	CountColumn int   `yaml:"count_column"`
	TotalColumn int   `yaml:"total_column"`
}

type versionFile struct {
	Name       string                `yaml:"name"`
	From       exact                 `yaml:"from"`
	Modules    map[string]moduleFile `yaml:"modules"`
	SellWith   sellWithFile          `yaml:"sell_with"`
	Points     pointsFile            `yaml:"points"`
	Levels     levelsFile            `yaml:"levels"`
	Admissions []admissionFile       `yaml:"admissions"`
}

type moduleFile struct {
	Method    string         `yaml:"method"`
	Period    string         `yaml:"period"`
	Cap       exact          `yaml:"cap"`
	Schedules []scheduleFile `yaml:"schedules"`
}

type scheduleFile struct {
	Level    string           `yaml:"level"`
	Family   string           `yaml:"family"`
	Width    exact            `yaml:"width"`
	Rates    []exact          `yaml:"rates"`
	Tranches []trancheBetween `yaml:"tranches"`
}

type trancheBetween struct {
	From exact `yaml:"from"`
	To   exact `yaml:"to"`
	Rate exact `yaml:"rate"`
}

type sellWithFile struct {
	LeadDays   int              `yaml:"lead_days"`
	WindowDays int              `yaml:"window_days"`
	OwnDeals   string           `yaml:"own_deals"`
	Unclaimed  string           `yaml:"unclaimed"`
	Weights    map[string]int64 `yaml:"weights"`
	PointsFrom exact            `yaml:"points_from"`
	MoneyFrom  exact            `yaml:"money_from"`
}

type pointsFile struct {
	StatusMonths    int                 `yaml:"status_months"`
	ExpireMonths    int                 `yaml:"expire_months"`
	RedemptionValue exact               `yaml:"redemption_value"`
	ByAmount        []pointRateFile     `yaml:"by_amount"`
	Certifications  []certificationFile `yaml:"certifications"`
	PersonCap       int64               `yaml:"person_cap"`
	CategoryCaps    map[string]int64    `yaml:"category_caps"`
}

type pointRateFile struct {
	Module string `yaml:"module"`
	Points int64  `yaml:"points"`
	Per    exact  `yaml:"per"`
}

type certificationFile struct {
	Code     string `yaml:"code"`
	Category string `yaml:"category"`
	Points   int64  `yaml:"points"`
}

type levelsFile struct {
	Source       string            `yaml:"source"`
	ReviewMonth  int               `yaml:"review_month"`
	GraceMonths  int               `yaml:"grace_months"`
	Requirements []requirementFile `yaml:"requirements"`
}

type requirementFile struct {
	Level          string           `yaml:"level"`
	Points         int64            `yaml:"points"`
	Certifications int64            `yaml:"certifications"`
	Minimums       map[string]int64 `yaml:"minimums"`
}

type admissionFile struct {
	PartnerType string `yaml:"partner_type"`
	From        exact  `yaml:"from"`
}
