package config

import "github.com/goccy/go-yaml/ast"

// The shapes of config.yaml. They carry text where the value needs care, so
// that a wrong one can be shown where it stands. Each field says what it is for in its
// tag doc, and in its tag is whether it must be there and what it may hold: the schema
// is made of them.

// exact is a number or a date exactly as it is written.
type exact string

// UnmarshalYAML keeps the text: a decoder would make a float of 7.50. It takes the node, because
// the library prints the whole file for whoever asks for the text.
func (e *exact) UnmarshalYAML(node ast.Node) error {
	switch node.(type) {
	case *ast.NullNode:
		*e = ""
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode:
		*e = exact(node.GetToken().Value)
	default:
		*e = exact(node.String())
	}
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
	Vendor     string        `yaml:"vendor" is:"must" doc:"The vendor's name, as statements show it"`
	Currency   string        `yaml:"currency" is:"must currency" doc:"The programme's currency; every amount is stated in it"`
	YearStarts int           `yaml:"year_starts" is:"month" doc:"The month in which the programme year begins; usually 1"`
	Folders    foldersFile   `yaml:"folders" doc:"Where things lie, seen from this file's folder"`
	Landing    landingFile   `yaml:"landing" doc:"When a file in the inbox is whole"`
	Database   databaseFile  `yaml:"database" doc:"How much of the machine the database may use"`
	FX         fxFile        `yaml:"fx" doc:"Exchange rates"`
	Pay        payFile       `yaml:"pay" doc:"What is paid out"`
	Closing    closingFile   `yaml:"closing" doc:"What must be so before a month is closed"`
	Statement  statementFile `yaml:"statement" doc:"How workbooks look and how they are sent out"`
	Journal    *journalFile  `yaml:"journal" doc:"The accounts a month is booked to; without it no journal is written"`
	Publish    publishFile   `yaml:"publish" doc:"What the last runs replaced"`
	Serve      serveFile     `yaml:"serve" doc:"What tranche serve does by itself, and who may watch"`
	Notify     notifyFile    `yaml:"notify" doc:"Who is told of each run"`
	Feeds      []feedFile    `yaml:"feeds" is:"must" doc:"How each sender writes; nothing is guessed"`
	Programme  []versionFile `yaml:"programme" is:"must" doc:"The rules; each version holds from its date until the next one's"`
}

type foldersFile struct {
	Inbox      string `yaml:"inbox" doc:"Where senders drop their exports; usually inbox"`
	Landing    string `yaml:"landing" doc:"Their bytes, kept for ever; usually landing"`
	Statements string `yaml:"statements" doc:"What partners and finance get; usually statements"`
	Closed     string `yaml:"closed" doc:"What finance has stated; usually closed"`
	State      string `yaml:"state" doc:"The databases, which can be made again from the rest; usually state"`
	Published  string `yaml:"published" doc:"Where analysts find published.duckdb; usually the state folder"`
}

type publishFile struct {
	Keep *int `yaml:"keep" is:"count" doc:"How many publications can be taken back; usually 7"`
}

type landingFile struct {
	Settle      string `yaml:"settle" is:"span" doc:"A file is whole when it has held still so long; usually 1m"`
	ReadyMarker string `yaml:"ready_marker" doc:"Or: when a file of its name with this ending lies beside it, such as .ready"`
}

type databaseFile struct {
	MemoryLimit string `yaml:"memory_limit" doc:"Such as 2GB"`
	Threads     int    `yaml:"threads" is:"count" doc:"0: every processor"`
	TempLimit   string `yaml:"temp_limit" doc:"How much disk DuckDB may use instead of memory, such as 20GB; the tables it makes come on top"`
}

type fxFile struct {
	MaxAgeDays int `yaml:"max_age_days" is:"count" doc:"A rate may be used so many days when a day has none"`
}

type payFile struct {
	MinimumPayable exact `yaml:"minimum_payable" is:"money" doc:"Less than this is carried to the next month"`
}

type journalFile struct {
	Expense     map[string]string `yaml:"expense" is:"must module" doc:"The account of each module's expense"`
	Adjustments string            `yaml:"adjustments" is:"must" doc:"The account of adjustments"`
	Accrued     string            `yaml:"accrued" is:"must" doc:"The account of what is accrued"`
	Payable     string            `yaml:"payable" is:"must" doc:"The account of what is payable"`
}

type statementFile struct {
	Logo    string   `yaml:"logo" doc:"A PNG or JPEG of at most a megabyte"`
	Address []string `yaml:"address" is:"lines" doc:"At most four lines beside the vendor's name"`
	Accent  string   `yaml:"accent" is:"colour" doc:"The colour of headings and charts: six hexadecimal digits in quotes"`
	Font    string   `yaml:"font" doc:"The font of the workbooks"`
	Signing string   `yaml:"signing_key" doc:"A file with the ed25519 key that signs the manifests; chmod 600"`
	Locks   string   `yaml:"passwords" doc:"A file of partner_id,password: those workbooks open with it only; chmod 600"`
}

type closingFile struct {
	Approval    string `yaml:"approval" is:"approval" doc:"required: a second person makes a closed month final; usually none"`
	MaxHeld     exact  `yaml:"max_held" is:"money" doc:"So much may be held when a month is closed; usually 0.00"`
	MaxRejected exact  `yaml:"max_rejected" is:"money" doc:"So much may stand in rejected rows when a month is closed; usually 0.00"`
}

type feedFile struct {
	Name         string                       `yaml:"name" is:"must" doc:"A name of its own"`
	Kind         string                       `yaml:"kind" is:"must kind" doc:"What the files hold"`
	Glob         string                       `yaml:"glob" is:"must" doc:"Which files are this sender's, such as NW_*.csv"`
	Encoding     string                       `yaml:"encoding" doc:"Such as windows-1252; usually utf-8"`
	Delimiter    string                       `yaml:"delimiter" is:"mark" doc:"The mark between fields; usually a comma"`
	Quote        string                       `yaml:"quote" is:"quote" doc:"The mark around fields, or none; usually \""`
	Escape       string                       `yaml:"escape" is:"mark" doc:"The mark before a quote that is meant; usually the quote is doubled"`
	ExcelText    bool                         `yaml:"excel_text" doc:"Values are written as =\"...\""`
	Comment      string                       `yaml:"comment" doc:"Lines that begin so are no records"`
	HeaderLine   int                          `yaml:"header_line" is:"count" doc:"The line the header begins on; usually 1"`
	HeaderLines  int                          `yaml:"header_lines" is:"header_lines" doc:"How many lines the header has: 1 or 2"`
	NoHeader     bool                         `yaml:"no_header" doc:"The first line is a record; columns are given by their numbers"`
	Width        int                          `yaml:"width" is:"count" doc:"How many fields there are, where no header says so"`
	FinalNewline string                       `yaml:"final_newline" is:"final_newline" doc:"optional: the last line may have no end; usually required"`
	Columns      map[string]names             `yaml:"columns" is:"must columns" doc:"Our names, and the sender's for them; several are alternatives"`
	Constants    map[string]string            `yaml:"constants" is:"constants" doc:"Our columns that are always the same, and their value"`
	Values       map[string]map[string]string `yaml:"values" is:"values" doc:"The sender's words, and ours for them, by column"`
	Decimal      string                       `yaml:"decimal" is:"mark" doc:"The mark before decimals; usually a point"`
	Thousands    names                        `yaml:"thousands" is:"mark" doc:"The marks between thousands; usually none"`
	Negative     string                       `yaml:"negative" is:"negative" doc:"How a negative number is written; usually leading"`
	Dates        names                        `yaml:"dates" doc:"How dates are written, such as dd.mm.yyyy"`
	Returns      string                       `yaml:"returns" is:"returns" doc:"How sales tell a return"`
	Trailer      *trailerFile                 `yaml:"trailer" doc:"A block of totals at the end, which is checked"`
	Mode         string                       `yaml:"mode" is:"mode" doc:"replace: each file is the whole; usually append"`
	Key          names                        `yaml:"key" doc:"The columns that identify a sale, where it is not distributor, document and line"`
	MaxRejects   exact                        `yaml:"max_rejects" is:"limit" doc:"A file with more rejected rows is refused: 20, 2% or none; usually 5%"`
	Expected     string                       `yaml:"expected" is:"often" doc:"How often it should send something: 26h, or 35d"`
	MaxBytes     int64                        `yaml:"max_bytes" is:"count" doc:"A larger file is refused"`
}

type trailerFile struct {
	StartsWith  names `yaml:"starts_with" is:"must" doc:"What its lines begin with"`
	CountColumn int   `yaml:"count_column" is:"count" doc:"The field with the number of rows"`
	TotalColumn int   `yaml:"total_column" is:"count" doc:"The field with the total of net amounts"`
}

type versionFile struct {
	Name       string                `yaml:"name" is:"must" doc:"Its name, as it is shown"`
	From       exact                 `yaml:"from" is:"must day" doc:"The day it holds from"`
	Modules    map[string]moduleFile `yaml:"modules" is:"module" doc:"What earns money"`
	SellWith   sellWithFile          `yaml:"sell_with" doc:"Which partners of a deal count, and for how much"`
	Points     pointsFile            `yaml:"points" is:"must" doc:"What earns points"`
	Levels     levelsFile            `yaml:"levels" is:"must" doc:"What makes a level"`
	Admissions []admissionFile       `yaml:"admissions" doc:"Partner types that are admitted from a day on"`
}

type moduleFile struct {
	Method    string         `yaml:"method" is:"method" doc:"How a running base becomes money; usually marginal"`
	Period    string         `yaml:"period" is:"period" doc:"How long it accumulates before it starts at zero again; usually year"`
	Cap       exact          `yaml:"cap" is:"money" doc:"What a partner can earn in a programme year at most"`
	Schedules []scheduleFile `yaml:"schedules" doc:"The rates, by level"`
}

type scheduleFile struct {
	Level    string           `yaml:"level" is:"must level" doc:"Whose rates these are"`
	Family   string           `yaml:"family" doc:"Of one product family only"`
	Width    exact            `yaml:"width" is:"money" doc:"Every tranche is so wide"`
	Rates    []exact          `yaml:"rates" is:"rate" doc:"Per cent, tranche by tranche; the last goes on"`
	Tranches []trancheBetween `yaml:"tranches" doc:"Or: tranches with bounds of their own"`
}

type trancheBetween struct {
	From exact `yaml:"from" is:"money" doc:"Where it begins"`
	To   exact `yaml:"to" is:"money" doc:"Where it ends; the last has no end"`
	Rate exact `yaml:"rate" is:"rate" doc:"Per cent"`
}

type sellWithFile struct {
	LeadDays   int              `yaml:"lead_days" is:"whole" doc:"A deal counts from so many days after its registration"`
	WindowDays int              `yaml:"window_days" is:"whole" doc:"Until so many days after it"`
	OwnDeals   string           `yaml:"own_deals" is:"own_deals" doc:"refuse: a partner earns nothing for influencing its own purchase; usually refuse"`
	Unclaimed  string           `yaml:"unclaimed" is:"unclaimed" doc:"rescale: what nobody claims goes to those who claimed; usually rescale"`
	Weights    map[string]int64 `yaml:"weights" is:"count" doc:"Each role's part"`
	PointsFrom exact            `yaml:"points_from" is:"day" doc:"It earns points from this day"`
	MoneyFrom  exact            `yaml:"money_from" is:"day" doc:"It earns money from this day"`
}

type pointsFile struct {
	StatusMonths    int                 `yaml:"status_months" is:"must count" doc:"Points by amount count for so long towards a level"`
	ExpireMonths    int                 `yaml:"expire_months" is:"count" doc:"And can be spent for so long"`
	RedemptionValue exact               `yaml:"redemption_value" is:"money" doc:"What one point pays"`
	ByAmount        []pointRateFile     `yaml:"by_amount" doc:"Points for money spent"`
	Certifications  []certificationFile `yaml:"certifications" doc:"Points for certifications"`
	PersonCap       int64               `yaml:"person_cap" is:"count" doc:"One person's certifications count for no more"`
	CategoryCaps    map[string]int64    `yaml:"category_caps" is:"count" doc:"A category's certifications count for no more"`
}

type pointRateFile struct {
	Module string `yaml:"module" is:"must module_name" doc:"Whose purchases"`
	Points int64  `yaml:"points" is:"count" doc:"So many points"`
	Per    exact  `yaml:"per" is:"must money" doc:"For so much"`
}

type certificationFile struct {
	Code     string `yaml:"code" is:"must" doc:"As its body writes it"`
	Category string `yaml:"category" doc:"Such as technical"`
	Points   int64  `yaml:"points" is:"count" doc:"So many points"`
}

type levelsFile struct {
	Source       string            `yaml:"source" is:"must source" doc:"computed: from points; directory: the partner file decides"`
	ReviewMonth  int               `yaml:"review_month" is:"must month" doc:"Levels fall only at the end of this month"`
	GraceMonths  int               `yaml:"grace_months" is:"must count" doc:"And only if missed at each of so many month-ends"`
	Requirements []requirementFile `yaml:"requirements" doc:"What each level takes"`
}

type requirementFile struct {
	Level          string           `yaml:"level" is:"must level" doc:"The level"`
	Points         int64            `yaml:"points" is:"count" doc:"So many points"`
	Certifications int64            `yaml:"certifications" is:"count" doc:"So many certifications"`
	Minimums       map[string]int64 `yaml:"minimums" is:"count" doc:"So many points of a category"`
}

type admissionFile struct {
	PartnerType string `yaml:"partner_type" is:"must" doc:"The type, as the partner file writes it"`
	From        exact  `yaml:"from" is:"must day" doc:"The first day"`
}
