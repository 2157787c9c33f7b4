package config

import "github.com/goccy/go-yaml/ast"

// The structs of config.yaml. A value that needs care is text, so that a fault can show its line. The tag yaml names
// the key where it is not the field in small letters. The tag is holds whether the key is required, and its form;
// doc describes it. The schema is made from the tags.

// exact is a number or a date as written.
type exact string

// UnmarshalYAML keeps the text: a decoder would make a float of 7.50. It takes the node, because for the text the
// library prints the complete file.
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

// UnmarshalYAML accepts a single name.
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
	Vendor     string `is:"must" doc:"The vendor's name, as statements show it"`
	Currency   string `is:"must currency" doc:"The programme's currency; every amount is stated in it"`
	YearStarts int    `yaml:"year_starts" is:"month" doc:"The month in which the programme year begins; usually 1"`

	Returns string `yaml:"unnamed_returns" is:"unnamed_returns" doc:"What unnamed returns take back; usually newest_sale"`

	Folders   foldersFile   `doc:"Folders, relative to the folder of this file"`
	Landing   landingFile   `doc:"When a file in the inbox is complete"`
	Database  databaseFile  `doc:"How much of the machine the database may use"`
	FX        fxFile        `doc:"Exchange rates"`
	Pay       payFile       `doc:"What is paid out"`
	LookAhead bool          `yaml:"look_ahead" doc:"Run the models twice more, to the year's end; usually false"`
	Closing   closingFile   `doc:"What a month needs before it is closed"`
	People    []personFile  `doc:"Who may decide with --by; without it everybody may"`
	Statement statementFile `doc:"How workbooks look, and how they are signed and locked"`
	Journal   *journalFile  `doc:"The accounts a month is booked to; without them no journal is written"`
	Publish   publishFile   `doc:"Earlier publications, and other places of publication"`
	Serve     serveFile     `doc:"What tranche serve does and when, and who may read its pages"`
	Notify    notifyFile    `doc:"Who gets messages"`
	Names     namesFile     `doc:"What levels and modules are called, and how statements write it"`
	Signing   *signingFile  `doc:"By what closings are signed, so that a forged folder shows"`
	Deliver   *deliverFile  `doc:"How statements leave once a month is final"`
	Sources   []sourceFile  `doc:"Where files are fetched from, besides the inbox"`
	Feeds     []feedFile    `is:"must" doc:"How each sender writes its files; nothing is guessed"`
	Programme []versionFile `is:"must" doc:"The rules; a version holds from its date until the next version's"`
}

type namesFile struct {
	Levels  names                        `doc:"The levels, from the lowest; usually those of levels.requirements"`
	Modules names                        `doc:"What a partner can hold; usually the modules of the incentives"`
	Labels  map[string]map[string]string `doc:"How statements write a name, by language, as in resell: {en: Resell}"`
}

type foldersFile struct {
	Inbox      string `doc:"Where senders drop their exports; usually inbox"`
	Landing    string `doc:"The bytes of every export, kept for ever; usually landing"`
	Statements string `doc:"The statements and registers; usually statements"`
	Closed     string `doc:"The closed months; usually closed"`
	State      string `doc:"The databases, which can be built again from the rest; usually state"`
	Published  string `doc:"Where analysts find published.duckdb; usually the state folder"`
}

type publishFile struct {
	Keep *int      `is:"count" doc:"How many publications can be taken back; usually 7"`
	Lake *lakeFile `doc:"A DuckLake that the tables are published into as well; docs/lake.md"`
}

type landingFile struct {
	Settle      string `is:"span" doc:"A file is complete when it has not changed for so long; usually 1m"`
	ReadyMarker string `yaml:"ready_marker" doc:"Or: when NAME.ready is there, for .ready"`
}

type databaseFile struct {
	MemoryLimit string `yaml:"memory_limit" doc:"Such as 2GB"`
	Threads     int    `is:"count" doc:"0: every processor"`
	TempLimit   string `yaml:"temp_limit" doc:"The disk DuckDB may use in place of memory, such as 20GB"`
}

type fxFile struct {
	MaxAgeDays int `yaml:"max_age_days" is:"count" doc:"A rate may be used for so many days after its own"`
}

type payFile struct {
	MinimumPayable exact  `yaml:"minimum_payable" is:"money" doc:"A smaller amount is carried to the next month"`
	SettleAfter    int    `yaml:"settle_after" is:"count" doc:"A smaller amount is paid when carried for so many months"`
	Days           *int   `is:"count" doc:"Statements are paid so many days after the closing; they name that day"`
	Currency       string `is:"paid_in" doc:"partner: partners are paid in their own currency; usually programme"`
}

type statementFile struct {
	Logo    string   `doc:"A PNG or JPEG of at most a megabyte"`
	Address []string `is:"lines" doc:"At most four lines beside the vendor's name"`
	Accent  string   `is:"colour" doc:"The colour of headings and charts: six hexadecimal digits in quotes"`
	Font    string   `doc:"The font of the workbooks"`
	Signing string   `yaml:"signing_key" doc:"No longer used: signing.key_file"`
	Locks   string   `yaml:"passwords" doc:"A file of partner_id,password: locks these partners' workbooks; chmod 600"`
}

type closingFile struct {
	Approval    string `is:"approval" doc:"accounts: another account approves a closed month; required: another name"`
	MaxHeld     exact  `yaml:"max_held" is:"money" doc:"The amount that may be held when a month is closed; usually 0.00"`
	MaxRejected exact  `yaml:"max_rejected" is:"money" doc:"The amount that rejected rows may hold then; usually 0.00"`
	MaxPending  exact  `yaml:"max_pending" is:"money" doc:"The amount that waiting changes may move then; usually 0.00"`
}

type personFile struct {
	Name    string `is:"must" doc:"The name, as --by gives it"`
	Account string `doc:"The account of the operating system; under approval: accounts no other decides under the name"`
}

type maxCorrectedFile struct {
	Lines  *int64 `is:"count" doc:"How many stated lines one file may correct"`
	Amount exact  `is:"money" doc:"By how much it may move their value, in the programme currency"`
}

type feedFile struct {
	Name     string `is:"must" doc:"A name of its own"`
	Kind     string `is:"must kind" doc:"What the files hold"`
	Glob     string `is:"must" doc:"The names of this sender's files, such as NW_*.csv"`
	Mode     string `is:"mode" doc:"replace: each file is complete by itself; usually append"`
	Expected string `is:"often" doc:"How often a file is expected: 26h, or 35d"`

	Source pickupFile `doc:"The source its files are fetched from; without it they come by the inbox"`

	MaxRejects exact `yaml:"max_rejects" is:"limit" doc:"More rejected rows refuse the file: 20, 2% or none; usually 5%"`
	MaxLines   int   `yaml:"max_record_lines" is:"count" doc:"A row over more lines is rejected; usually 64"`
	MaxRecord  int   `yaml:"max_record_bytes" is:"count" doc:"A row of more bytes is rejected; usually 1048576"`
	MaxBytes   int64 `yaml:"max_bytes" is:"count" doc:"A file that is larger, unpacked, is refused; usually 4 GiB"`
	MaxLine    exact `yaml:"max_line_amount" is:"money" doc:"A sales line of more, in its own currency, is held"`

	MaxWithdrawn exact `yaml:"max_withdrawn" is:"part" doc:"A file that lacks more of a month waits; usually 20%"`

	MaxEnded exact `yaml:"max_ended" is:"part" doc:"A complete file that lacks more is refused; usually 5%"`

	MaxCorrected *maxCorrectedFile `yaml:"max_corrected" doc:"More corrections of stated lines wait for a person"`

	Format string `is:"format" doc:"xlsx: the files are workbooks; usually csv, which may come as .gz or .zip"`
	Sheet  string `doc:"The sheet of a workbook; needed where more than one is visible and has values"`

	Encoding  string `doc:"Such as windows-1252; usually utf-8"`
	MeantSo   bool   `yaml:"encoding_is_meant" doc:"Read in a one-byte encoding even where it reads as utf-8"`
	Delimiter string `is:"mark" doc:"The mark between fields; usually a comma"`
	Quote     string `is:"quote" doc:"The mark around fields, or none; usually \""`
	Escape    string `is:"mark" doc:"The mark before a quote inside a field; usually the quote is doubled"`
	ExcelText bool   `yaml:"excel_text" doc:"Values are written as =\"...\""`
	Comment   names  `doc:"Lines that begin with one of these are skipped"`

	HeaderLine  int  `yaml:"header_line" is:"count" doc:"The line the header begins on; usually 1"`
	HeaderLines int  `yaml:"header_lines" is:"header_lines" doc:"How many lines the header has: 1 or 2"`
	NoHeader    bool `yaml:"no_header" doc:"The first line is a record; columns are numbers"`
	Width       int  `is:"count" doc:"The number of fields, where there is no header"`

	FinalNewline string `yaml:"final_newline" is:"final_newline" doc:"optional: it may be missing; usually required"`

	Missing string `yaml:"missing_fields" is:"missing_fields" doc:"empty: a record may lack empty fields at its end"`

	Trailer *trailerFile `doc:"The totals at the end of a file, which are checked"`

	Columns   map[string]names             `is:"must" doc:"Our names, and the sender's; several are alternatives"`
	Constants map[string]string            `doc:"Our columns with one fixed value"`
	Values    map[string]map[string]string `doc:"The sender's words and ours, by column"`
	NullWords names                        `yaml:"null_words" doc:"Words that are no value, such as NULL, in any column"`

	Exclude  []excludeFile `doc:"Rows that are no sales; they are counted, and wait for nobody"`
	FillDown names         `yaml:"fill_down" doc:"Our columns whose value holds for the rows below that have none"`

	Decimal   string `is:"mark" doc:"The mark before decimals; usually a point"`
	Thousands names  `is:"mark" doc:"The marks between thousands; usually none"`
	Grouping  string `is:"grouping" doc:"indian: 1,23,456.00; usually thousands"`
	Decimals  *int64 `is:"count" doc:"How many decimals amounts have; without it 1.234 is rejected, which may mean 1,234"`
	Signs     names  `yaml:"currency_signs" doc:"Signs of currencies beside numbers, such as $ or EUR"`
	Zero      string `doc:"What stands for 0 in a number, such as -"`
	Negative  names  `is:"negative" doc:"How a negative number is written, one way or several; usually leading"`

	Dates      names  `doc:"How dates are written, such as dd.mm.yyyy or m/d/yy time"`
	MonthNames names  `yaml:"month_names" is:"month_names" doc:"The languages of months written as names; usually en"`
	ShortYears int    `yaml:"two_digit_years_from" is:"count" doc:"The first year that yy can mean, such as 1990"`
	TimeZone   string `yaml:"time_zone" doc:"Where the day of a time with a zone is taken, such as UTC or Europe/Berlin"`

	Returns string `is:"returns" doc:"How a return is told from a sale"`
	Numbers string `yaml:"document_numbers" is:"document_numbers" doc:"yearly: they begin anew each January"`
	Lines   string `yaml:"line_numbers" is:"line_numbers" doc:"dotted: they may be written 10.1"`
	Key     names  `doc:"The columns that identify a sale; usually distributor, document and line"`
}

type trailerFile struct {
	StartsWith  names `yaml:"starts_with" is:"must" doc:"What its lines begin with"`
	CountColumn int   `yaml:"count_column" is:"count" doc:"The field with the number of rows"`
	TotalColumn int   `yaml:"total_column" is:"count" doc:"The field with the total of net amounts"`

	Excluded string `is:"excluded" doc:"counted: both hold the rows that exclude names; usually not"`
}

type excludeFile struct {
	Column     exact `is:"column" doc:"The sender's name of the column to look at, or its number from 1"`
	Is         names `doc:"Rows with one of these values"`
	Otherwise  names `doc:"With is: the values that sales have; a row with any other is rejected"`
	StartsWith names `yaml:"starts_with" doc:"Rows whose column, or whose first value, begins with one of these words"`

	Blank          bool   `doc:"Rows without any value"`
	RepeatedHeader bool   `yaml:"repeated_header" doc:"The header once more"`
	Fills          string `doc:"The row is a heading; our column that it gives a value in the rows below"`
}

type versionFile struct {
	Name       string          `is:"must" doc:"The name, as statements show it"`
	From       exact           `is:"must day" doc:"The first day it holds"`
	Incentives []incentiveFile `is:"must" doc:"What it pays for; of two that exclude each other the first counts"`
	Points     pointsFile      `is:"must" doc:"What earns points"`
	Levels     levelsFile      `is:"must" doc:"How levels are reached and lost"`
	Admissions []admissionFile `doc:"Partner types that may earn from a day on"`
}

type incentiveFile struct {
	Name       string         `is:"must name" doc:"A name of its own: small letters, digits and _"`
	Credits    string         `is:"must credits" doc:"Whom it credits: the buyer, the distributor, or claims on the deal"`
	Module     string         `doc:"The module that a partner must hold; usually none"`
	Counts     countsFile     `doc:"Which lines and partners count; usually all"`
	Base       string         `is:"base" doc:"What of a line counts: usually its amount"`
	Method     string         `is:"method" doc:"How a running base becomes money; usually marginal"`
	Period     string         `is:"period" doc:"How long a base accumulates before it starts at zero; usually year"`
	Bounds     string         `is:"bounds" doc:"upper_inclusive: a bound is of the lower tranche; usually lower_inclusive"`
	Target     string         `is:"target" doc:"Bounds are percents of a target, own or last_year; usually amounts"`
	From       exact          `is:"day" doc:"The first day whose lines count; usually the version's"`
	To         exact          `is:"day" doc:"The last day whose lines count"`
	Terms      string         `is:"terms" doc:"agreement: a partner keeps the version that it signed; usually day"`
	NotWith    names          `yaml:"not_with" doc:"Incentives that a line does not count for together with this one"`
	Line       limitsFile     `doc:"The least and the most that one line earns"`
	Document   limitsFile     `doc:"The least and the most that the lines of a document earn"`
	Cap        exact          `is:"money" doc:"The most a partner earns"`
	CapEach    string         `yaml:"cap_each" is:"cap_each" doc:"What the cap is for: a programme year, or each period"`
	Guaranteed exact          `is:"money" doc:"The least that a partner earns in each period, posted in its last month"`
	Deals      dealsFile      `doc:"How claims share a deal, where credits: claims"`
	MoneyFrom  exact          `yaml:"money_from" is:"day" doc:"Lines earn money from this day; usually from the first"`
	Pays       string         `is:"pays" doc:"nothing: it pays no money, only points"`
	Schedules  []scheduleFile `doc:"What it pays, by level"`
}

type countsFile struct {
	Basis        names `is:"basis" doc:"Products of this basis"`
	Families     names `doc:"Products of these families"`
	SKUs         names `yaml:"skus" doc:"These products"`
	Contracts    names `is:"contract" doc:"Lines of these contracts: new, renewal, expansion"`
	Types        names `is:"document_type" doc:"sale, return"`
	PartnerTypes names `yaml:"partner_types" doc:"Partners of these types"`
	Countries    names `doc:"Partners in these countries"`
	Line         exact `yaml:"least_line" is:"money" doc:"Lines of at least this value; a return goes by its sale"`
	Document     exact `yaml:"least_document" is:"money" doc:"Documents with sales of at least this value"`
	Deal         exact `yaml:"least_deal" is:"money" doc:"Deals with sales of at least this value until the line's day"`
}

type limitsFile struct {
	Minimum exact `is:"money" doc:"The least"`
	Maximum exact `is:"money" doc:"The most"`
}

type scheduleFile struct {
	Level    string           `doc:"The level with these rates; usually every level without its own"`
	Family   string           `doc:"For one product family only"`
	Width    exact            `is:"money" doc:"The width of each tranche; the last one goes on in tranches of it"`
	Rates    []exact          `is:"rate" doc:"With a width: per cent, tranche by tranche"`
	PerUnit  []exact          `yaml:"per_unit" is:"money" doc:"With a width: an amount for each unit, tranche by tranche"`
	Flats    []exact          `is:"money" doc:"With a width: an amount for reaching each tranche"`
	Tranches []trancheBetween `doc:"Or: tranches with bounds of their own"`
	Pays     string           `is:"pays" doc:"Or: nothing, where zero is meant"`
}

type trancheBetween struct {
	From    exact `is:"money" doc:"Where it begins"`
	To      exact `is:"money" doc:"Where it ends; the last has no end"`
	Rate    exact `is:"rate" doc:"Per cent of the base"`
	PerUnit exact `yaml:"per_unit" is:"money" doc:"An amount for each unit"`
	Flat    exact `is:"money" doc:"An amount for reaching it"`
}

type dealsFile struct {
	LeadDays   int              `yaml:"lead_days" doc:"From so many days after its registration a deal counts"`
	WindowDays int              `yaml:"window_days" doc:"Until so many days after its registration it counts"`
	OwnDeals   string           `yaml:"own_deals" is:"own_deals" doc:"refuse: none for one's own purchase; usually refuse"`
	Unclaimed  string           `is:"unclaimed" doc:"rescale: unclaimed parts go to those who claimed; usually rescale"`
	Weights    map[string]int64 `is:"count" doc:"The weight of each role"`
}

type pointsFile struct {
	StatusMonths    int                 `yaml:"status_months" is:"must count" doc:"How long they count towards a level"`
	ExpireMonths    int                 `yaml:"expire_months" is:"count" doc:"How long they can be spent; 0: for ever"`
	RedemptionValue exact               `yaml:"redemption_value" is:"money" doc:"What one point pays"`
	ByAmount        []pointRateFile     `yaml:"by_amount" doc:"Points for money spent"`
	Certifications  []certificationFile `doc:"Points for certifications"`
	PersonCap       int64               `yaml:"person_cap" is:"count" doc:"The most one person's certifications count"`
	CategoryCaps    map[string]int64    `yaml:"category_caps" is:"count" doc:"The most a category's certifications count"`
}

type pointRateFile struct {
	Incentive string      `is:"must" doc:"The incentive whose base earns them"`
	Points    int64       `is:"count" doc:"The points given"`
	Per       exact       `is:"must money" doc:"For each amount, or number of units, of this size"`
	From      exact       `is:"day" doc:"Lines earn them from this day; usually from the first"`
	Most      int64       `is:"count" doc:"The most points that the base of a period brings; usually no limit"`
	Times     []timesFile `doc:"Spans whose lines earn a multiple of them"`
}

type timesFile struct {
	From exact `is:"must day" doc:"The first day"`
	To   exact `is:"must day" doc:"The last day"`
	By   exact `is:"must money" doc:"The multiple: 2 for double points"`
}

type certificationFile struct {
	Code     string `is:"must" doc:"The code, as its body writes it"`
	Category string `doc:"Such as technical"`
	Points   int64  `is:"count" doc:"The points given"`
}

type levelsFile struct {
	Source       string            `is:"must source" doc:"computed: from points; directory: the partner file decides"`
	ReviewMonth  int               `yaml:"review_month" is:"must month" doc:"Levels fall only at the end of this month"`
	GraceMonths  int               `yaml:"grace_months" is:"must count" doc:"And only after so many missed month-ends"`
	Requirements []requirementFile `doc:"What each level requires"`
	Measures     []measureFile     `doc:"Numbers that requirements ask for besides points"`
}

type measureFile struct {
	Name      string          `is:"must" doc:"A name of its own"`
	Counts    string          `is:"must measure" doc:"What it counts"`
	Category  string          `doc:"Of these certifications or points; usually of any"`
	Incentive string          `doc:"The incentive whose base it counts"`
	Months    int             `is:"count" doc:"Over so many months up to the one that is judged"`
	Ago       int             `is:"count" doc:"And so many months before that"`
	Of        string          `doc:"Of a ratio: the measure that is divided"`
	To        string          `doc:"The measure it is divided by"`
	Times     exact           `is:"money" doc:"The number it is multiplied by: 100 for percent"`
	Score     []scorePartFile `doc:"Of a score: its parts, which add up"`
}

type scorePartFile struct {
	Measure string `is:"must" doc:"The measure that gives points"`
	Points  int64  `is:"count" doc:"The points given"`
	Per     exact  `is:"must money" doc:"For each of so much of it"`
	Most    int64  `is:"count" doc:"At most so many; usually any number"`
}

type conditionFile struct {
	Measure string `is:"must" doc:"A measure"`
	Least   exact  `is:"must money" doc:"The least of it"`
}

type wayFile struct {
	Measure string          `doc:"A measure"`
	Least   exact           `is:"money" doc:"The least of it"`
	AllOf   []conditionFile `yaml:"all_of" doc:"Or: several conditions together"`
}

type requirementFile struct {
	Level          string           `is:"must" doc:"The level"`
	Points         int64            `is:"count" doc:"The points needed"`
	Certifications int64            `is:"count" doc:"The certifications needed"`
	Minimums       map[string]int64 `is:"count" doc:"The points needed in each category"`
	AllOf          []conditionFile  `yaml:"all_of" doc:"Conditions that are all needed"`
	AnyOf          []wayFile        `yaml:"any_of" doc:"Ways of which one is enough"`
}

type admissionFile struct {
	PartnerType string `yaml:"partner_type" is:"must" doc:"The type, as the partner file writes it"`
	From        exact  `is:"must day" doc:"The first day"`
}
